resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "billing" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "billing.example.com"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.80"]
}

resource "aws_route53_record" "billing_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "billing.example.com"
  type    = "MX"
  ttl     = 86400
  records = ["5 mx-a.example.net.", "5 mx-b.example.net."]
}
