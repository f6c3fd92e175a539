resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "garden" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "garden.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.37"]
}

resource "aws_route53_record" "garden_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "garden.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
