//! Names as OctoDNS keeps them: in lower case, each label beyond ASCII in the A-label form of IDNA 2008.

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// The name with A-labels, or why there is none. Labels of ASCII are taken as they are.
pub fn to_ascii(text: &str) -> Result<Cow<'_, str>, String> {
    if text.is_ascii() {
        return Ok(if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        });
    }
    let lower = text.to_lowercase();
    let labels: Result<Vec<Cow<str>>, String> = lower.split('.').map(label).collect();
    Ok(labels?.join(".").into())
}

fn label(text: &str) -> Result<Cow<'_, str>, String> {
    if text.is_ascii() {
        return Ok(text.into());
    }
    let none = || format!("`{text}` has no form that dns can carry (idna 2008)");
    if text.chars().any(is_symbol) {
        return Err(none());
    }
    let uts46 = Uts46::new();
    let encoded = uts46.to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Ignore);
    let encoded = encoded.map_err(|_| none())?;
    // IDNA 2008 maps nothing: what UTS 46 would fold is refused.
    let (decoded, valid) = uts46.to_unicode(encoded.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    if valid.is_err() || decoded != text {
        return Err(none());
    }
    Ok(encoded.into_owned().into())
}

/// Whether OctoDNS can show the name: every label that says that it is an A-label is one.
pub fn has_good_a_labels(text: &str) -> bool {
    text.split('.').filter(|label| label.starts_with("xn--")).all(|label| {
        let (decoded, valid) = Uts46::new().to_unicode(label.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
        valid.is_ok() && !decoded.chars().any(is_symbol)
    })
}

/// Whether this is a symbol that UTS 46 lets through and IDNA 2008 does not (RFC 5892 section 2): punctuation, arrows,
/// dingbats, emoji and the like. The joiners between U+200C and U+200D are judged by their context.
fn is_symbol(character: char) -> bool {
    matches!(character, '\u{A1}'..='\u{B6}' | '\u{B8}'..='\u{BF}' | '\u{D7}' | '\u{F7}' | '\u{2000}'..='\u{200B}'
        | '\u{200E}'..='\u{2BFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F000}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_encoded_one_by_one_and_ascii_is_left_alone() {
        for (text, ascii) in [
            ("WWW", "www"),
            ("Bücher", "xn--bcher-kva"),
            ("_DMARC.bücher", "_dmarc.xn--bcher-kva"),
            ("*.ü", "*.xn--tda"),
            ("faß", "xn--fa-hia"),
            ("a b..c", "a b..c"),
        ] {
            assert_eq!(to_ascii(text).as_deref(), Ok(ascii));
        }
    }

    #[test]
    fn labels_that_say_they_are_a_labels_have_to_be_some() {
        for (text, is_good) in [("xn--bcher-kva.example", true), ("www", true), ("xn--a", false), ("xn--ls8h", false)] {
            assert_eq!(has_good_a_labels(text), is_good, "{text}");
        }
    }

    #[test]
    fn what_idna_2008_does_not_know_is_refused() {
        for text in ["☃", "😀", "_ü", "*ü", "ｗ", "u\u{308}", "ü-", "a☃..b"] {
            assert!(to_ascii(text).is_err(), "{text}");
        }
    }
}
