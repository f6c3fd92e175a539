resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "noreply_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "noreply.example.com"
  type    = "MX"
  ttl     = 86400
  records = ["0 ."]
}

resource "aws_route53_record" "noreply" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "noreply.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["sender.example.net."]
}
