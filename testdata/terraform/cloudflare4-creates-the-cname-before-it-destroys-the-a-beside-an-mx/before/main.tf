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

resource "cloudflare_record" "chat" {
  zone_id = cloudflare_zone.main.id
  name    = "chat.example.com"
  type    = "A"
  content = "203.0.113.41"
  ttl     = 1800

  lifecycle {
    create_before_destroy = true
  }
}

resource "cloudflare_record" "chat_mx" {
  zone_id  = cloudflare_zone.main.id
  name     = "chat.example.com"
  type     = "MX"
  content  = "inbound.example.net"
  priority = 20
  ttl      = 1800
}
