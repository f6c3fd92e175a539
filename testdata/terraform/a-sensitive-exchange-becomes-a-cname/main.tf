variable "exchange" {
  type      = string
  default   = "s3cr3t-mx.example.com"
  sensitive = true
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 ${var.exchange}."]
}

resource "aws_route53_record" "exchange" {
  zone_id = aws_route53_zone.main.zone_id
  name    = var.exchange
  type    = "CNAME"
  ttl     = 300
  records = ["mx.example.org."]
}
