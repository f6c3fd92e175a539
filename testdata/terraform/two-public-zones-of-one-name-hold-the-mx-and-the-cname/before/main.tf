resource "aws_route53_zone" "blue" {
  name    = "example.com"
  comment = "serves now"
}

resource "aws_route53_zone" "green" {
  name    = "example.com"
  comment = "serves after the switch"
}

resource "aws_route53_record" "crm_mx" {
  zone_id = aws_route53_zone.blue.zone_id
  name    = "crm.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
