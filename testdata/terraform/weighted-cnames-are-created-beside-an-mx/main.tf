resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "install_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "install.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_route53_record" "install_blue" {
  zone_id        = aws_route53_zone.main.zone_id
  name           = "install.example.com"
  type           = "CNAME"
  ttl            = 60
  records        = ["blue.example.org."]
  set_identifier = "blue"

  weighted_routing_policy {
    weight = 90
  }
}

resource "aws_route53_record" "install_green" {
  zone_id        = aws_route53_zone.main.zone_id
  name           = "install.example.com"
  type           = "CNAME"
  ttl            = 60
  records        = ["green.example.org."]
  set_identifier = "green"

  weighted_routing_policy {
    weight = 10
  }
}
