resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "assets" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "assets.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["bucket.example.net."]
}
