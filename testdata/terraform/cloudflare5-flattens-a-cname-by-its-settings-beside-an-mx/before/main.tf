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

resource "cloudflare_dns_record" "wiki_mx" {
  zone_id  = cloudflare_zone.main.id
  name     = "wiki.example.com"
  type     = "MX"
  content  = "mx.example.net"
  priority = 10
  ttl      = 3600
}
