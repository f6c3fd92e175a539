resource "aws_route53_zone" "main" {
  name              = "example.com"
  delegation_set_id = "N0AAAAAAAAAAAA"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.31"]
}

resource "aws_route53_record" "clinic_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "clinic.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}
