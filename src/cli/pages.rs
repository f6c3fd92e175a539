//! Where on the web, or on this disk, the pages of the rules are: links of the report lead there.

use std::env;

/// What the addresses of the pages start with: the environment says it, else whoever built the program. It is asked for
/// once in a process, and stays until the end.
pub fn base() -> Option<&'static str> {
    let address = match env::var("ZONEGATE_RULE_PAGES") {
        Ok(address) => url(&address),
        Err(_) => option_env!("ZONEGATE_RULE_PAGES").and_then(url),
    };
    address.map(|address| &*address.leak())
}

/// An address that may stand in a link: of a scheme that only shows pages, and with nothing that ends the link early.
fn url(address: &str) -> Option<String> {
    let is_page = ["https://", "http://", "file://"].iter().any(|scheme| address.starts_with(scheme));
    let escaped = |byte: u8| if byte.is_ascii_graphic() { char::from(byte).into() } else { format!("%{byte:02X}") };
    is_page.then(|| address.bytes().map(escaped).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_page_and_cannot_end_its_link() {
        for (address, expected) in [
            ("https://example.com/rules", Some("https://example.com/rules")),
            ("file:///srv/rule pages", Some("file:///srv/rule%20pages")),
            ("http://example.com/\u{1b}\\ü\u{7}", Some("http://example.com/%1B\\%C3%BC%07")),
            ("javascript:alert(1)", None),
            ("example.com", None),
            ("", None),
        ] {
            assert_eq!(url(address).as_deref(), expected, "{address}");
        }
    }
}
