locals {
  records = {
    "\u001b[31mred\u001b[0m" = { name = "alarm.example.com", type = "MX", value = "10 mx.example.net." }
    "two\nlines\r\u0007"     = { name = "alarm.example.com", type = "CNAME", value = "siren.example.org." }
    "<&> \u2028 tab\t"       = { name = "alarm.example.com", type = "TXT", value = "v=spf1 <include> & \"-all\" \u001b]0;title\u0007" }
    "mx of an odd name"      = { name = "\u001b[2j\nfake.example.com", type = "MX", value = "10 mx.example.net." }
    "cname of an odd name"   = { name = "\u001b[2j\nfake.example.com", type = "CNAME", value = "\u202eodd.example.org." }
  }
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "all" {
  for_each = local.records

  zone_id = aws_route53_zone.main.zone_id
  name    = each.value.name
  type    = each.value.type
  ttl     = 300
  records = [each.value.value]
}
