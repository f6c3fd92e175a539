//! Addresses of resources: module steps, the resource's own part, and its key.

use std::sync::Arc;

/// The full address of one instance, such as `module.dns["eu"].aws_route53_record.mail[0]`.
#[derive(Clone, Debug)]
pub struct Address {
    text: Arc<str>,
    /// Where the own part starts, without the dot before it.
    own: usize,
    /// Where the key starts.
    key: usize,
}

/// One name of an address, with the key that follows it as it is written, such as `["eu"]`; empty if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'p> {
    /// Without dots.
    pub name: &'p str,
    /// With its brackets.
    pub key: &'p str,
}

impl Address {
    /// Splits an address. Any text is one; what is not built like one has no module and no key.
    pub fn new(text: &str) -> Address {
        let mut own = 0;
        while let Some(rest) = text[own..].strip_prefix("module.") {
            let name = rest.find(['.', '[']).unwrap_or(rest.len());
            let end = text.len() - rest.len() + name + key_length(&rest[name..]);
            own = if text[end..].starts_with('.') { end + 1 } else { end };
        }
        let key = text[own..].find('[').map_or(text.len(), |at| own + at);
        Address { text: text.into(), own, key }
    }

    /// All of it.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The module, with its keys; empty for the root.
    pub fn module(&self) -> &str {
        self.text[..self.own].trim_end_matches('.')
    }

    /// The address within its module and without key, as the configuration has it.
    pub fn within_module(&self) -> &str {
        &self.text[self.own..self.key]
    }

    /// All but the key.
    pub fn without_key(&self) -> &str {
        &self.text[..self.key]
    }

    /// The key as it is written; empty if there is none.
    pub fn key(&self) -> &str {
        &self.text[self.key..]
    }

    /// What all instances of one block share: the address without any key.
    pub fn block(&self) -> String {
        let names: Vec<&str> = steps(&self.text).map(|step| step.name).collect();
        names.join(".")
    }
}

/// The steps of an address or of a reference: names between dots, each with the key that follows it.
pub fn steps(text: &str) -> impl Iterator<Item = Step<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return None;
        }
        let (name, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
        let (key, after) = after.split_at(key_length(after));
        rest = after;
        Some(Step { name, key })
    })
}

/// The length of a key in brackets at the start of a text. Keys may hold dots, brackets and escaped quotes.
fn key_length(text: &str) -> usize {
    if !text.starts_with('[') {
        return 0;
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_split_with_odd_keys() {
        let address = Address::new(r#"module.a["module.x"].module.b[0].data.t.n["k.]\"q"]"#);
        assert_eq!(address.module(), r#"module.a["module.x"].module.b[0]"#);
        assert_eq!(address.within_module(), "data.t.n");
        assert_eq!(address.key(), r#"["k.]\"q"]"#);
        assert_eq!(address.without_key(), r#"module.a["module.x"].module.b[0].data.t.n"#);
        assert_eq!(address.block(), "module.a.module.b.data.t.n");
    }

    #[test]
    fn any_text_is_an_address() {
        for text in ["t.n", "", "module.", "module.a", "module.a[\"", "[", "module.a[0]x"] {
            let address = Address::new(text);
            assert_eq!(address.without_key().to_owned() + address.key(), text);
        }
        assert_eq!(Address::new("t.n[0]").module(), "");
    }
}
