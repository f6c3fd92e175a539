resource "aws_route53_zone" "new" {
  name = "example.net"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.new.zone_id
  name    = "team.${aws_route53_zone.new.name}"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}

resource "aws_route53_record" "site" {
  zone_id = aws_route53_zone.new.id
  name    = "team.${aws_route53_zone.new.name}"
  type    = "CNAME"
  ttl     = 300
  records = ["pages.example.org."]
}
