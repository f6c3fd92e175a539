resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "depot_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "depot.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "old_depot" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "depot.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["stock.example.org."]
}

resource "aws_route53_record" "depot" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "stock.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["stock.example.org."]

  lifecycle {
    create_before_destroy = true
  }
}
