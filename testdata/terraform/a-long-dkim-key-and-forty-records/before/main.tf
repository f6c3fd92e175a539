locals {
  hosts = [for n in range(1, 37) : format("host%02d", n)]
}

resource "aws_route53_zone" "main" {
  name = "example.com"
}
