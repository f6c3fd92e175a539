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

resource "aws_route53_zone" "shop" {
  name = "shop.example.com"
}

resource "aws_route53_record" "shop_ns" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shop.example.com"
  type    = "NS"
  ttl     = 3600
  records = aws_route53_zone.shop.name_servers
}

resource "aws_route53_record" "shop_web" {
  zone_id = aws_route53_zone.shop.zone_id
  name    = "shop.example.com"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.80"]
}
