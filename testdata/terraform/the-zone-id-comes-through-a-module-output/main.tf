module "zone" {
  source = "./modules/zone"
  name   = "example.com"
}

resource "aws_route53_record" "fax_mx" {
  zone_id = module.zone.zone_id
  name    = "fax"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "fax" {
  zone_id = module.zone.zone_id
  name    = "fax.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["telephony.example.org."]
}
