variable "zone_id" {
  type = string
}

variable "name" {
  type = string
}

variable "values" {
  type = map(string)
}

resource "aws_route53_record" "this" {
  for_each = var.values

  zone_id = var.zone_id
  name    = var.name
  type    = split(" ", each.key)[0]
  ttl     = 300
  records = [each.value]
}
