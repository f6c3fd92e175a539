resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "Example.com."
  type    = "MX"
  ttl     = 3600
  records = ["10 MAIL-IN.Example.COM"]
}

resource "aws_route53_record" "mail_in" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "Mail-In.example.com."
  type    = "A"
  ttl     = 300
  records = ["192.0.2.55"]
}
