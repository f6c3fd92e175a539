variable "zone_id" {
  type = string
}

variable "host" {
  type = string
}

resource "aws_route53_record" "mx" {
  zone_id = var.zone_id
  name    = var.host
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
