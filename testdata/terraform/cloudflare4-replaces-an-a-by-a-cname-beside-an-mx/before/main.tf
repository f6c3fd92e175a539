terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 4.0"
    }
  }
}

import {
  to = cloudflare_zone.main
  id = "cafe0000cafe0000cafe0000cafe0000"
}

resource "cloudflare_zone" "main" {
  account_id = "00112233445566778899aabbccddeeff"
  zone       = "example.com"
}

resource "cloudflare_record" "forum" {
  zone_id = cloudflare_zone.main.id
  name    = "forum"
  type    = "A"
  content = "203.0.113.40"
  ttl     = 3600
  proxied = false
}

resource "cloudflare_record" "forum_mx" {
  zone_id  = cloudflare_zone.main.id
  name     = "forum"
  type     = "MX"
  content  = "mx.example.org"
  priority = 10
  ttl      = 3600
}
