resource "aws_route53_zone" "main" {
  name = "example.org"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.org"
  type    = "CNAME"
  ttl     = 300
  records = ["pages.example.net."]
}
