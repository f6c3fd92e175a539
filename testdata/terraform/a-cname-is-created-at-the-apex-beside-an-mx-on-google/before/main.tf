resource "google_dns_managed_zone" "org" {
  name     = "example-org"
  dns_name = "example.org."
}

resource "google_dns_record_set" "mx" {
  managed_zone = google_dns_managed_zone.org.name
  name         = google_dns_managed_zone.org.dns_name
  type         = "MX"
  ttl          = 3600
  rrdatas      = ["10 mx.example.net."]
}
