resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "billing" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "billing.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["invoices.example.net."]
}

resource "aws_route53_record" "billing_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "billing.example.com"
  type    = "MX"
  ttl     = 86400
  records = ["5 mx-a.example.net.", "5 mx-b.example.net."]
}
