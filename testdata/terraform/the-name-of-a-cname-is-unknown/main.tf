resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_instance" "node" {
  ami           = "ami-00000000"
  instance_type = "t3.micro"
}

resource "aws_route53_record" "node" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "${aws_instance.node.id}.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["nodes.example.net."]
}
