resource "aws_route53_zone" "example" {
  name = "example.com"
}

resource "aws_route53_record" "mail" {
  zone_id = aws_route53_zone.example.zone_id
  name    = "shop.example.com"
  type    = "MX"
  ttl     = 300
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "shop" {
  zone_id = aws_route53_zone.example.zone_id
  name    = "shop.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["shops.example.org."]
}
