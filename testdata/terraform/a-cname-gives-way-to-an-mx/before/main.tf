resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "feedback" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "feedback.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["survey.example.org."]
}
