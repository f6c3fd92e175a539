provider "azurerm" {
  features {}
}

resource "azurerm_dns_zone" "main" {
  name                = "example.org"
  resource_group_name = "names"
}

resource "azurerm_dns_mx_record" "apex" {
  zone_name           = azurerm_dns_zone.main.name
  resource_group_name = azurerm_dns_zone.main.resource_group_name
  ttl                 = 3600

  record {
    preference = "10"
    exchange   = "post.example.org."
  }
}

resource "azurerm_dns_cname_record" "post" {
  name                = "post"
  zone_name           = azurerm_dns_zone.main.name
  resource_group_name = azurerm_dns_zone.main.resource_group_name
  ttl                 = 300
  record              = "gateway.example.net"
}
