provider "dns" {
  update {
    server = "192.0.2.53"
  }
}

data "dns_mx_record_set" "weather" {
  domain = "weather.example.net"
}

resource "dns_cname_record" "weather" {
  zone  = "example.net."
  name  = "weather"
  cname = "forecast.example.org."
  ttl   = 300
}

output "weather_mx" {
  value = data.dns_mx_record_set.weather.mx
}
