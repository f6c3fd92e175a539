variable "verification" {
  type      = string
  default   = "s3cr3t-verification-7c1e"
  sensitive = true
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "members_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "members.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "members_txt" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "members.example.com"
  type    = "TXT"
  ttl     = 3600
  records = ["v=spf1 include:_spf.example.net -all", var.verification]
}
