resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["web.example.net."]
}

resource "aws_route53_record" "shop_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shop.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx1.example.net.", "20 mx2.example.net."]
}

resource "aws_route53_record" "shop_spf" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shop.example.com"
  type    = "TXT"
  ttl     = 3600
  records = ["v=spf1 include:_spf.example.net -all"]
}
