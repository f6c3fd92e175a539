resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "shipping" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shipping.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["tracking.example.org."]
}

resource "aws_route53_record" "shipping_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "shipping.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
