variable "exchange" {
  type      = string
  default   = "s3cr3t-exchange.example.net."
  sensitive = true
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "legal_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "legal.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net.", "20 ${var.exchange}"]
}

resource "aws_route53_record" "legal" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "legal.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["documents.example.org."]
}
