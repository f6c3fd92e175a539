terraform {
  required_providers {
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = "~> 4.0"
    }
  }
}

variable "zone_id" {
  type    = string
  default = "cafe0000cafe0000cafe0000cafe0001"
}

resource "cloudflare_record" "docs_mx" {
  zone_id  = var.zone_id
  name     = "docs.example.com"
  type     = "MX"
  content  = "mx.example.net"
  priority = 10
  ttl      = 3600
}
