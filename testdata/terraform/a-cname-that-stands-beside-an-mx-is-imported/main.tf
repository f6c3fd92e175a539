resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "status_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "status.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

import {
  to = aws_route53_record.status
  id = "${aws_route53_zone.main.zone_id}_status.example.com_CNAME"
}

resource "aws_route53_record" "status" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "status.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["uptime.example.org."]
}
