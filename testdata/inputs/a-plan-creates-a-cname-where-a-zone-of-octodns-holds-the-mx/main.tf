resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "shop" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shop.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["shops.example.org."]
}
