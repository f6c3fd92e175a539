resource "aws_route53_zone" "main" {
  name = "example.com"
}

removed {
  from = aws_route53_record.training_mx

  lifecycle {
    destroy = false
  }
}

resource "aws_route53_record" "training" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "training.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["courses.example.org."]
}
