resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "pay" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "pay.example.com"
  type    = "A"
  ttl     = 60
  records = ["203.0.113.9"]
}

resource "aws_route53_record" "donate_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "donate.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
