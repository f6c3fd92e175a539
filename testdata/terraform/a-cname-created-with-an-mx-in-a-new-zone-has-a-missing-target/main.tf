resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.32"]
}

resource "aws_route53_record" "survey_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "survey.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}

resource "aws_route53_record" "survey" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "survey.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["forms.example.com."]
}
