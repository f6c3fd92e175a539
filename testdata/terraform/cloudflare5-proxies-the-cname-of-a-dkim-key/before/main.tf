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

resource "cloudflare_dns_record" "dkim" {
  zone_id = cloudflare_zone.main.id
  name    = "s1._domainkey.example.com"
  type    = "CNAME"
  content = "s1.dkim.example.net"
  ttl     = 1
  proxied = false
}
