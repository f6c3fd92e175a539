terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 4.0"
    }
  }
}

resource "cloudflare_zone" "main" {
  account_id = "00112233445566778899aabbccddeeff"
  zone       = "example.com"
}

resource "cloudflare_record" "forum" {
  zone_id = cloudflare_zone.main.id
  name    = "forum"
  type    = "CNAME"
  content = "boards.example.org"
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
