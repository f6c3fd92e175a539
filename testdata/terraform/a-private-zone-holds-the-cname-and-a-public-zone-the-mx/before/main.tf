resource "aws_route53_zone" "public" {
  name = "example.com"
}

resource "aws_route53_zone" "private" {
  name = "example.com"

  vpc {
    vpc_id     = "vpc-00000000000000000"
    vpc_region = "eu-west-1"
  }
}

resource "aws_route53_record" "tools_mx" {
  zone_id = aws_route53_zone.public.zone_id
  name    = "tools.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
