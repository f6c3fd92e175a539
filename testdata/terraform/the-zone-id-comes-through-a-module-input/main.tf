resource "aws_route53_zone" "main" {
  name = "example.com"
}

module "mailbox" {
  source   = "./modules/mailbox"
  for_each = toset(["quotes", "warranty"])

  zone_id = aws_route53_zone.main.zone_id
  host    = each.key
}

resource "aws_route53_record" "warranty" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "warranty"
  type    = "CNAME"
  ttl     = 300
  records = ["claims.example.org."]
}
