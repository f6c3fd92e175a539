resource "aws_route53_zone" "main" {
  name = "example.com"
}

locals {
  zone_id = aws_route53_zone.main.zone_id
}

resource "aws_route53_record" "intake_mx" {
  zone_id = local.zone_id
  name    = "intake"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "intake" {
  zone_id = local.zone_id
  name    = "intake"
  type    = "CNAME"
  ttl     = 300
  records = ["forms.example.org."]
}
