resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mail.example.com.", "20 mx.example.net."]
}

resource "aws_route53_record" "any" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "*.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["catchall.example.org."]
}
