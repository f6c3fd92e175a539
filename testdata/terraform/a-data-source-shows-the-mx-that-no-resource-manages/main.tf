data "aws_route53_zone" "main" {
  name = "example.com"
}

data "aws_route53_records" "all" {
  zone_id = data.aws_route53_zone.main.zone_id
}

resource "aws_route53_record" "radio" {
  zone_id = data.aws_route53_zone.main.zone_id
  name    = "radio.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["stream.example.org."]
}

output "record_count" {
  value = length(data.aws_route53_records.all.resource_record_sets)
}
