resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "download" {
  for_each = { east = 70, west = 30 }

  zone_id        = aws_route53_zone.main.zone_id
  name           = "download.example.com"
  type           = "CNAME"
  ttl            = 60
  records        = ["${each.key}.mirror.example.net."]
  set_identifier = each.key

  weighted_routing_policy {
    weight = each.value
  }
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
