resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "intranet" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "intranet.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["portal.example.org."]
}

resource "aws_route53_record" "intranet_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "intranet.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
