resource "aws_route53_zone" "main" {
  name              = "example.org"
  delegation_set_id = "N0AAAAAAAAAAAA"
}

resource "aws_route53_record" "fund_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "fund.example.org"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "fund" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "fund.example.org"
  type    = "CNAME"
  ttl     = 300
  records = ["giving.example.net."]
}
