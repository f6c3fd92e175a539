resource "aws_route53_zone" "main" {
  name = "example.com"
}

module "region" {
  source   = "./modules/region"
  for_each = { "north.west" = "nw", "the \"old\" south" = "so" }

  zone_id = aws_route53_zone.main.zone_id
  short   = each.value
}
