resource "aws_route53_zone" "com" {
  name = "example.com"
}

resource "aws_route53_zone" "net" {
  name = "example.net"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.com.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mail.example.net."]
}

resource "aws_route53_record" "mail" {
  zone_id = aws_route53_zone.net.zone_id
  name    = "mail.example.net"
  type    = "A"
  ttl     = 300
  records = ["203.0.113.29"]
}
