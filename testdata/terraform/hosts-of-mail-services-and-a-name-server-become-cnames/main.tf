resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx1.example.com."]
}

resource "aws_route53_record" "tlsa" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "_25._tcp.mx1.example.com"
  type    = "TLSA"
  ttl     = 3600
  records = ["3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6"]
}

resource "aws_route53_record" "submission" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "_submissions._tcp.example.com"
  type    = "SRV"
  ttl     = 3600
  records = ["0 1 465 smtp.example.com."]
}

resource "aws_route53_record" "autodiscover_service" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "_autodiscover._tcp.example.com"
  type    = "SRV"
  ttl     = 3600
  records = ["0 0 443 autodiscover.example.com."]
}

resource "aws_route53_record" "lab" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "lab.example.com"
  type    = "NS"
  ttl     = 3600
  records = ["ns1.example.com."]
}

resource "aws_route53_record" "mx1" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "mx1.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["mx.example.net."]
}

resource "aws_route53_record" "smtp" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "smtp.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["smtp.example.net."]
}

resource "aws_route53_record" "autodiscover" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "autodiscover.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["autodiscover.example.net."]
}

resource "aws_route53_record" "ns1" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "ns1.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["ns.example.net."]
}
