resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "inbound" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "inbound.example.com"
  type    = "CNAME"
  ttl     = 3600
  records = ["inbound.example.net."]
}

resource "aws_route53_record" "orders_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "orders.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 inbound.example.com."]
}

resource "aws_route53_record" "returns_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "returns.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 inbound.example.com."]
}
