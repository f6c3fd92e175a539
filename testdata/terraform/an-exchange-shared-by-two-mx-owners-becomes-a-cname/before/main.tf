resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "apex_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.com."]
}

resource "aws_route53_record" "alerts_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "alerts.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.com."]
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "mx.example.com"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.28"]
}
