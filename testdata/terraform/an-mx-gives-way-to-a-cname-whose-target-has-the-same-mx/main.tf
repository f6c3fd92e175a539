resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "archive_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "archive.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["20 mx2.example.net.", "10 mx1.example.net."]
}

resource "aws_route53_record" "reports" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "reports.example.com"
  type    = "CNAME"
  ttl     = 900
  records = ["archive.example.com."]
}
