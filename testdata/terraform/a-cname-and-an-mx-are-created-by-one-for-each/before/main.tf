locals {
  records = {
    "api A" = { name = "api", type = "A", values = ["198.51.100.7"] }
    "www A" = { name = "www", type = "A", values = ["198.51.100.8"] }
  }
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "all" {
  for_each = local.records

  zone_id = aws_route53_zone.main.zone_id
  name    = "${each.value.name}.example.com"
  type    = each.value.type
  ttl     = 600
  records = each.value.values
}
