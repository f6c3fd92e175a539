resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "museum" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "museum.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["gallery.example.org."]
}

resource "aws_route53_record" "museum_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "museum.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
