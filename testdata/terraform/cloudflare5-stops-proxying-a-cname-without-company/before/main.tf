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

resource "cloudflare_dns_record" "web" {
  zone_id = cloudflare_zone.main.id
  name    = "www.example.com"
  type    = "CNAME"
  content = "www.example.org"
  ttl     = 1
  proxied = true
}
