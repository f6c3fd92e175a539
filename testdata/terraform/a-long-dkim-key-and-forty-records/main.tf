locals {
  hosts = [for n in range(1, 37) : format("host%02d", n)]
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "host" {
  for_each = toset(local.hosts)

  zone_id = aws_route53_zone.main.zone_id
  name    = "${each.key}.campaign.example.com"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.${index(local.hosts, each.key) + 101}"]
}

resource "aws_route53_record" "dkim" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "s2048._domainkey.campaign.example.com"
  type    = "TXT"
  ttl     = 3600
  records = ["v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7oF38HQ4Uvpf9nRhlwyya24WqdsSspb9WKkz22X0pG1wfe0XuElTTHF9W768WMadm4BGAS8MopiJxSdLq72QSnG1PjvA0QE1+U2p5H8cFpGQJnDe/wCHKWkmiJ/oSQnxuN2niV6eO4R/tmtVM9Vu0ULidRvjBGEBhybDwhzf9IpTlYbO4A/h9ALOjk8kOxSrW\"\"sXDkeAo4lAsFJHr41kZdP6ujalL+Ey/BbvlsiS1lLKo7p06MpWclxBv5Ewkm+y4/8a7kgj8q8xXPgqaI+v8DjGceu3gVssjTCTWcyCSq7vzeRBR2h7/Y7qtOGJ3vCe/8XkgYUIIHmDq59GgrdpywIDAQAB="]
}

resource "aws_route53_record" "dkim_delegated" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "s2048._domainkey.campaign.example.com"
  type    = "CNAME"
  ttl     = 3600
  records = ["s2048.dkim.a-very-long-name-of-a-sender-that-goes-on-and-on-and-on-and-on.another-long-label-that-makes-the-target-longer-still.one-more-label-for-good-measure.example.net."]
}

resource "aws_route53_record" "campaign_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "campaign.example.com"
  type    = "MX"
  ttl     = 3600
  records = [for n in range(1, 13) : format("%d exchange-number-%02d.inbound.example.net.", n * 10, n)]
}

resource "aws_route53_record" "campaign" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "campaign.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["landing.example.org."]
}
