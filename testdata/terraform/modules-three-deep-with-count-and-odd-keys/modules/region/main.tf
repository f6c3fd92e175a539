variable "zone_id" {
  type = string
}

variable "short" {
  type = string
}

module "site" {
  source = "../site"
  count  = 2

  zone = var.zone_id
  host = "${var.short}${count.index}"
}
