variable "host" {
  type      = string
  default   = "s3cr3t-host.example.com"
  sensitive = true
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "host_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = var.host
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "host" {
  zone_id = aws_route53_zone.main.zone_id
  name    = var.host
  type    = "CNAME"
  ttl     = 300
  records = ["hidden.example.org."]
}
