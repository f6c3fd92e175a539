resource "aws_route53_zone" "main" {
  name = "example.com"
}

locals {
  zone_id = aws_route53_zone.main.zone_id
}

resource "aws_route53_record" "drop_mx" {
  zone_id = local.zone_id
  name    = "drop.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "drop" {
  zone_id = local.zone_id
  name    = "drop.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["uploads.example.org."]
}
