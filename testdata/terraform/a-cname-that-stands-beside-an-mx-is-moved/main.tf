resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "labs_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "labs.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

moved {
  from = aws_route53_record.labs
  to   = aws_route53_record.labs_site
}

resource "aws_route53_record" "labs_site" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "labs.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["trials.example.org."]
}
