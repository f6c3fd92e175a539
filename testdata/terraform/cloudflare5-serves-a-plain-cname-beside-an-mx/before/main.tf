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

resource "cloudflare_dns_record" "front" {
  zone_id = cloudflare_zone.main.id
  name    = "front.example.com"
  type    = "AAAA"
  content = "2001:db8::80"
  ttl     = 3600
}

resource "cloudflare_dns_record" "partners_mx" {
  zone_id  = cloudflare_zone.main.id
  name     = "partners.example.com"
  type     = "MX"
  content  = "mx.example.net"
  priority = 10
  ttl      = 3600
}
