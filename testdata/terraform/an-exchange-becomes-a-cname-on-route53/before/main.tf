resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx1.example.com.", "20 backup.example.net."]
}

resource "aws_route53_record" "spf" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "TXT"
  ttl     = 3600
  records = ["v=spf1 mx -all"]
}

resource "aws_route53_record" "mx1" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "mx1.example.com"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.25"]
}
