resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_instance" "backup" {
  ami           = "ami-00000000"
  instance_type = "t3.micro"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 first.example.com.", "20 ${aws_instance.backup.public_dns}."]
}

resource "aws_route53_record" "first" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "first.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["first.example.org."]
}
