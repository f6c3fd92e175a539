resource "aws_route53_zone" "main" {
  name = "example.com"
}

resource "aws_route53_record" "blog" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "blog.example.com"
  type    = "CNAME"
  ttl     = 3600
  records = ["posts.example.org."]
}

resource "aws_route53_record" "blog_mx" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "blog.example.com"
  type    = "MX"
  ttl     = 3600
  records = ["10 mx.example.net."]
}
