resource "google_dns_managed_zone" "com" {
  name     = "example-com"
  dns_name = "Example.com."
}

resource "google_dns_record_set" "corp_mx" {
  managed_zone = google_dns_managed_zone.com.name
  name         = "Corp.Example.com."
  type         = "MX"
  ttl          = 3600
  rrdatas      = ["10 MX.example.net."]
}
