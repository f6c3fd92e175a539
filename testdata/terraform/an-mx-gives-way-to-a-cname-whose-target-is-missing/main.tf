resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.30"]
}

resource "aws_route53_record" "academy" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "academy.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["campus.example.com."]
}
