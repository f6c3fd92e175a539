terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 5.0"
    }
  }
}

resource "cloudflare_zone" "main" {
  name = "example.com"
  account = {
    id = "00112233445566778899aabbccddeeff"
  }
}

resource "cloudflare_dns_record" "mx" {
  zone_id  = cloudflare_zone.main.id
  name     = "example.com"
  type     = "MX"
  content  = "mx.example.net"
  priority = 10
  ttl      = 3600
}

resource "cloudflare_dns_record" "policy" {
  zone_id = cloudflare_zone.main.id
  name    = "_mta-sts.example.com"
  type    = "CNAME"
  content = "_mta-sts.example.net"
  ttl     = 1
  proxied = false
}

resource "cloudflare_dns_record" "host" {
  zone_id = cloudflare_zone.main.id
  name    = "mta-sts.example.com"
  type    = "CNAME"
  content = "mta-sts.example.net"
  ttl     = 1
  proxied = true
}
