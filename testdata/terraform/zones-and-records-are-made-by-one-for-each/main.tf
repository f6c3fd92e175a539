locals {
  domains = toset(["example.com", "example.net"])
}

resource "aws_route53_zone" "each" {
  for_each = local.domains
  name     = each.key
}

resource "aws_route53_record" "desk_mx" {
  for_each = local.domains

  zone_id = aws_route53_zone.each[each.key].zone_id
  name    = "desk"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.org."]
}

resource "aws_route53_record" "desk" {
  for_each = toset(["example.net"])

  zone_id = aws_route53_zone.each[each.key].zone_id
  name    = "desk"
  type    = "CNAME"
  ttl     = 300
  records = ["service.example.org."]
}
