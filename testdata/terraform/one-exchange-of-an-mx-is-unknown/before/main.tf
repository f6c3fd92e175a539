resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "first" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "first.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["first.example.org."]
}
