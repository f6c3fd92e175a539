variable "zone" {
  type = string
}

variable "host" {
  type = string
}

module "records" {
  source   = "../records"
  for_each = { "mail.in" = { "MX $${1}" = "10 mx.example.net." }, "web]" = var.host == "so1" ? { "CNAME \"x\"" = "pages.example.org." } : {} }

  zone_id = var.zone
  name    = "${var.host}.example.com"
  values  = each.value
}
