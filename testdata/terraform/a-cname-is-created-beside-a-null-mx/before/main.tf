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
