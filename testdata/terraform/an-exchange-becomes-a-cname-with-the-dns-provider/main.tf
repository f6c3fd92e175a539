provider "dns" {
  update {
    server = "192.0.2.53"
  }
}

resource "dns_mx_record_set" "helpdesk" {
  zone = "example.net."
  name = "helpdesk"
  ttl  = 3600

  mx {
    preference = 10
    exchange   = "mx.example.net."
  }
}

resource "dns_cname_record" "mx" {
  zone  = "example.net."
  name  = "mx"
  cname = "mx.example.org."
  ttl   = 300
}
