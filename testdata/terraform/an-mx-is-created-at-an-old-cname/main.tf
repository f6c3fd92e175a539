resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "lists" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "lists.example.com"
  type    = "CNAME"
  ttl     = 3600
  records = ["archive.example.org."]
}

resource "aws_route53_record" "lists_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "lists.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 inbound.example.org."]
}
