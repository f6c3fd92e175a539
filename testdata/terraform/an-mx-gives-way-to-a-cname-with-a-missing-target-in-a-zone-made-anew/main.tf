resource "aws_route53_zone" "main" {
  name              = "example.com"
  delegation_set_id = "N0BBBBBBBBBBBB"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.31"]
}

resource "aws_route53_record" "clinic" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "clinic.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["practice.example.com."]
}
