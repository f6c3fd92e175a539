locals {
  delegated = {
    "_dmarc"          = "_dmarc.example.net."
    "bounce"          = "returns.example.net."
    "k1._domainkey"   = "k1.dkim.example.net."
    "k2._domainkey"   = "k2.dkim.example.net."
    "em4417"          = "u4417.example.org."
    "_mta-sts"        = "_mta-sts.example.net."
    "_acme-challenge" = "challenge.example.org."
  }
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "A"
  ttl     = 300
  records = ["203.0.113.80"]
}
