resource "google_dns_managed_zone" "net" {
  name     = "example-net"
  dns_name = "example.net."
}

resource "google_dns_record_set" "sales_mx" {
  managed_zone = google_dns_managed_zone.net.name
  name         = "sales.${google_dns_managed_zone.net.dns_name}"
  type         = "MX"
  ttl          = 3600
  rrdatas      = ["1 in1.example.net.", "5 in2.example.org."]
}

resource "google_dns_record_set" "in1" {
  managed_zone = google_dns_managed_zone.net.name
  name         = "in1.${google_dns_managed_zone.net.dns_name}"
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["pool.example.org."]
}
