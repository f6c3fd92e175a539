resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "shop_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shop.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
