resource "google_dns_managed_zone" "com" {
  name     = "example-com"
  dns_name = "example.com."
}

resource "google_dns_record_set" "mx" {
  managed_zone = google_dns_managed_zone.com.name
  name         = google_dns_managed_zone.com.dns_name
  type         = "MX"
  ttl          = 3600
  rrdatas      = ["1 mx.example.net."]
}
