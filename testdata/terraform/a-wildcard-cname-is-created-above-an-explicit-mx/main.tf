resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "office_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "office.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "any" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "*.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["catchall.example.org."]
}
