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
  type    = "CNAME"
  ttl     = 300
  records = ["mail-in.example.org."]
}
