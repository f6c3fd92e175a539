resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "relay" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "relay.example.com"
  type    = "CNAME"
  ttl     = 3600
  records = ["relay.example.net."]
}
