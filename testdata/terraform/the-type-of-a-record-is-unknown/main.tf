resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "edge_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "edge.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}

resource "aws_instance" "edge" {
  ami           = "ami-00000000"
  instance_type = "t3.micro"
}

resource "aws_route53_record" "edge" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "edge.example.com"
  type    = aws_instance.edge.public_ip == "" ? "CNAME" : "A"
  ttl     = 300
  records = [aws_instance.edge.public_ip == "" ? "edge.example.net." : aws_instance.edge.public_ip]
}
