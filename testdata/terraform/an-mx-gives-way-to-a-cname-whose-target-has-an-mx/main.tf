resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "venue" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "venue.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.21"]
}

resource "aws_route53_record" "venue_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "venue.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}

resource "aws_route53_record" "events" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "events.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["venue.example.com."]
}
