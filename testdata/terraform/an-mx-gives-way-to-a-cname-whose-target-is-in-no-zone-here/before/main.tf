resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "careers_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "careers.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.com."]
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "mx.example.com"
  type    = "AAAA"
  ttl     = 3600
  records = ["2001:db8::25"]
}
