resource "aws_route53_zone" "com" {
  name = "example.com"
}

resource "aws_route53_zone" "net" {
  name = "example.net"
}

locals {
  com = aws_route53_zone.com.zone_id
  net = aws_route53_zone.net.zone_id
}

resource "aws_route53_record" "kiosk_mx" {
  zone_id = local.com
  name    = "kiosk"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}

resource "aws_route53_record" "kiosk" {
  zone_id = local.net
  name    = "kiosk"
  type    = "CNAME"
  ttl     = 300
  records = ["screens.example.org."]
}
