variable "origin" {
  type      = string
  default   = "s3cr3t-origin.example.net."
  sensitive = true
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "vault_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "vault.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "vault" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "vault.example.com"
  type    = "CNAME"
  ttl     = 300
  records = [var.origin]
}
