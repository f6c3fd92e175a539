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

resource "dns_a_record_set" "mx" {
  zone      = "example.net."
  name      = "mx"
  addresses = ["192.0.2.27"]
  ttl       = 300
}
