variable "office_address" {
  type    = string
  default = ""
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "backoffice_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "backoffice.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "backoffice" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "backoffice.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["erp.example.org."]
}

resource "aws_route53_record" "vpn" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "vpn.example.com"
  type    = "A"
  ttl     = 300
  records = [var.office_address]

  lifecycle {
    precondition {
      condition     = var.office_address != ""
      error_message = "The address of the office is missing."
    }
  }
}
