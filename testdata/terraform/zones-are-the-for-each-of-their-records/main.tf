resource "aws_route53_zone" "each" {
  for_each = toset(["example.com", "example.org"])
  name     = each.key
}

resource "aws_route53_record" "post_mx" {
  for_each = aws_route53_zone.each

  zone_id = each.value.zone_id
  name    = "post.${each.key}"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "post" {
  zone_id = aws_route53_zone.each["example.org"].zone_id
  name    = "post.example.org"
  type    = "CNAME"
  ttl     = 300
  records = ["parcels.example.net."]
}
