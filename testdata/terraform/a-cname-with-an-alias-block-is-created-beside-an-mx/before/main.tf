resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "live" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "live.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["player.example.net."]
}

resource "aws_route53_record" "tv_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "tv.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
