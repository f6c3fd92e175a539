resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "static_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "static.example.com"
  type    = "MX"
  ttl     = 86400
  records = ["0 ."]
}

resource "aws_route53_record" "cdn" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "cdn.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["edge.example.net."]
}
