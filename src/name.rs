//! Domain names: absolute, lower case and in A-label form from birth, ordered from the root down.
//!
//! Two names are the same name exactly when they are equal here, so nothing that compares names has to remember
//! case, final dots or scripts (RFC 1035 section 2.3.3, RFC 4343, RFC 5890).

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Write};
use std::sync::Arc;

/// An absolute domain name.
///
/// Held as its labels from the root down, each closed by a zero byte; zeros and ones inside a label are escaped. So
/// bytes compare in the canonical order of RFC 4034 section 6.1, and all names below a name share its bytes as a prefix.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<[u8]>);

/// Why a text is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// No text at all.
    Empty,
    /// Two dots in a row, or one at the start.
    EmptyLabel,
    /// A label of more than 63 bytes (RFC 1035 section 2.3.4).
    LabelTooLong,
    /// More than 255 bytes on the wire (RFC 1035 section 2.3.4).
    TooLong,
    /// A backslash that is not followed by a character or by three digits of at most 255 (RFC 1035 section 5.1).
    BadEscape,
    /// A label that is not ASCII and has no A-label form (UTS 46).
    BadLabel,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameError::Empty => "it is empty",
            NameError::EmptyLabel => "it has an empty label",
            NameError::LabelTooLong => "a label is longer than 63 bytes",
            NameError::TooLong => "it is longer than 255 bytes",
            NameError::BadEscape => "it has an incomplete escape",
            NameError::BadLabel => "a label has no form that DNS can carry",
        })
    }
}

const END: u8 = 0;
const ESCAPE: u8 = 1;

impl Name {
    /// The root, `.`.
    pub fn root() -> Name {
        Name(Arc::from([]))
    }

    /// Reads a text as an absolute name, with or without its final dot. Escapes are those of RFC 1035 section 5.1.
    pub fn parse(text: &str) -> Result<Name, NameError> {
        Name::relative(text, &Name::root())
    }

    /// Reads a text as a name below `origin`, whether or not it ends with a dot.
    pub fn relative(text: &str, origin: &Name) -> Result<Name, NameError> {
        if text == "." {
            return Ok(origin.clone());
        }
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'\\') {
            return Name::unescaped(text.strip_suffix('.').unwrap_or(text), origin);
        }
        Name::below(origin, escaped_labels(text)?.iter().rev().map(Vec::as_slice))
    }

    /// Reads labels joined by dots as a name below `origin`, for inputs that know no escapes and no final dot.
    pub fn unescaped(text: &str, origin: &Name) -> Result<Name, NameError> {
        Name::below(origin, text.rsplit('.').map(str::as_bytes))
    }

    /// The name of these labels, the rightmost first, below `origin`.
    fn below<'l>(origin: &Name, labels: impl Iterator<Item = &'l [u8]>) -> Result<Name, NameError> {
        let mut key = Vec::with_capacity(origin.0.len() + 64);
        key.extend_from_slice(&origin.0);
        for label in labels {
            push(&mut key, label)?;
        }
        if is_too_long(&key) { Err(NameError::TooLong) } else { Ok(Name(key.into())) }
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the first label is `*` (RFC 4592 section 2.1.1).
    pub fn is_wildcard(&self) -> bool {
        *self.0 == *b"*\0" || self.0.ends_with(b"\0*\0")
    }

    /// Whether this name is `ancestor` or below it.
    pub fn is_within(&self, ancestor: &Name) -> bool {
        self.0.starts_with(&ancestor.0)
    }

    /// The name with its first label taken off; the root has none.
    pub fn parent(&self) -> Option<Name> {
        let labels = self.0.strip_suffix(&[END])?;
        Some(Name(self.0[..start_of_last(labels)].into()))
    }

    /// This name and those above it, down to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Name> {
        std::iter::successors(Some(self.clone()), Name::parent)
    }

    /// What maps find this name and those above it by, down to the root.
    pub fn keys_of_ancestors(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::successors(Some(&*self.0), |&key| {
            let labels = key.strip_suffix(&[END])?;
            Some(&labels[..start_of_last(labels)])
        })
    }

    /// How many bytes of what names are compared by these two have in common at the start, up to a limit.
    pub fn common_length(&self, other: &Name, limit: usize) -> usize {
        let start = &other.0[..limit.min(other.0.len())];
        if self.0.starts_with(start) {
            return start.len();
        }
        self.0.iter().zip(start).take_while(|(one, other)| one == other).count()
    }

    /// The bytes after these as a number. If names have these in common, and their numbers differ, they compare as their
    /// numbers do.
    pub fn number_after(&self, length: usize) -> u128 {
        let mut bytes = [0; 16];
        let rest = self.0.get(length..).unwrap_or_default();
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        u128::from_be_bytes(bytes)
    }

    /// The longest name that both are within.
    #[must_use]
    pub fn common_ancestor(&self, other: &Name) -> Name {
        let common = self.common_length(other, usize::MAX);
        Name(self.0[..start_of_last(&self.0[..common])].into())
    }

    /// This name with the labels of `ancestor`, which it is within, replaced by those of another name (RFC 6672 section
    /// 2.2); none if the outcome is too long for a name.
    pub fn moved(&self, ancestor: &Name, to: &Name) -> Option<Name> {
        let labels = self.0.strip_prefix(&*ancestor.0).expect("the name is within the other");
        let key = [&*to.0, labels].concat();
        (!is_too_long(&key)).then(|| Name(key.into()))
    }

    /// The name one label longer than `ancestor` that this name, which is below it, is within.
    #[must_use]
    pub fn child_towards(&self, ancestor: &Name) -> Name {
        let below = &self.0[ancestor.0.len()..];
        let label = memchr::memchr(END, below).map_or(below.len(), |end| end + 1);
        Name(self.0[..ancestor.0.len() + label].into())
    }

    /// The labels in front of those of a name above, joined by dots and without escapes; empty for that name itself.
    pub fn labels_below(&self, ancestor: &Name) -> String {
        let labels =
            self.0.strip_prefix(&*ancestor.0).and_then(|labels| labels.strip_suffix(&[END])).unwrap_or_default();
        let mut text = String::with_capacity(labels.len());
        for label in labels.rsplit(|&byte| byte == END).filter(|label| !label.is_empty()) {
            let separator = if text.is_empty() { "" } else { "." };
            text.push_str(separator);
            let mut bytes = label.iter();
            while let Some(&byte) = bytes.next() {
                text.push(if byte == ESCAPE { bytes.next().expect("escapes are pairs") - 2 } else { byte }.into());
            }
        }
        text
    }

    /// The name one label below this one, or what is wrong with the label.
    pub fn child(&self, label: &str) -> Result<Name, NameError> {
        Name::relative(label, self)
    }

    /// The text without its final dot, as most people write it; the root is `.`.
    pub fn unrooted(&self) -> String {
        let mut text = self.to_string();
        if text.len() > 1 {
            text.pop();
        }
        text
    }
}

/// The names that a person speaks of: one, or all below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamePattern {
    /// `shop.example.com`: this very name.
    Exactly(Name),
    /// `*.example.com`: every name below example.com, at any depth, and not example.com itself.
    Below(Name),
}

impl NamePattern {
    /// Reads a name, or a name behind `*.`.
    pub fn parse(text: &str) -> Result<NamePattern, NameError> {
        match text.strip_prefix("*.") {
            Some(parent) => Name::parse(parent).map(NamePattern::Below),
            None => Name::parse(text).map(NamePattern::Exactly),
        }
    }

    /// Whether it speaks of this name.
    pub fn matches(&self, name: &Name) -> bool {
        match self {
            NamePattern::Exactly(one) => name == one,
            NamePattern::Below(parent) => name != parent && name.is_within(parent),
        }
    }

    /// The name itself, or the one that all lie below.
    pub fn base(&self) -> &Name {
        let (NamePattern::Exactly(base) | NamePattern::Below(base)) = self;
        base
    }
}

/// Names are found by what they are compared by.
impl Borrow<[u8]> for Name {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

/// Whether a name is longer than 255 bytes on the wire. Each label is closed by a byte here and opened by one there, where
/// the root adds one more.
fn is_too_long(key: &[u8]) -> bool {
    key.len() > 254 && key.iter().filter(|&&byte| byte != ESCAPE).count() > 254
}

/// Where the last of some labels starts, the end of which is cut off.
fn start_of_last(labels: &[u8]) -> usize {
    memchr::memrchr(END, labels).map_or(0, |at| at + 1)
}

/// Appends one label to a key, in lower case.
fn push(key: &mut Vec<u8>, label: &[u8]) -> Result<(), NameError> {
    match label.len() {
        0 => return Err(NameError::EmptyLabel),
        1..=63 => {}
        _ => return Err(NameError::LabelTooLong),
    }
    for &byte in label {
        match byte {
            END | ESCAPE => key.extend([ESCAPE, byte + 2]),
            _ => key.push(byte.to_ascii_lowercase()),
        }
    }
    key.push(END);
    Ok(())
}

/// The labels of a text with escapes or with characters beyond ASCII, the leftmost first.
fn escaped_labels(text: &str) -> Result<Vec<Vec<u8>>, NameError> {
    let mut labels = Vec::new();
    let mut label = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            // U+3002 and its two halfwidth forms are dots too (UTS 46 section 2.3).
            '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}' => labels.push(ascii(std::mem::take(&mut label))?),
            '\\' => {
                let rest = characters.as_str();
                let digits = rest.get(..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
                if let Some(digits) = digits {
                    label.push(digits.parse().map_err(|_| NameError::BadEscape)?);
                    characters = rest[3..].chars();
                } else {
                    let escaped = characters.next().filter(|next| !next.is_ascii_digit());
                    push_character(&mut label, escaped.ok_or(NameError::BadEscape)?);
                }
            }
            _ => push_character(&mut label, character),
        }
    }
    if !label.is_empty() {
        labels.push(ascii(label)?);
    }
    Ok(labels)
}

fn push_character(label: &mut Vec<u8>, character: char) {
    label.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The A-label of a label that is text beyond ASCII; any other label as it is.
fn ascii(label: Vec<u8>) -> Result<Vec<u8>, NameError> {
    match str::from_utf8(&label) {
        Ok(text) if !text.is_ascii() => {
            idna::domain_to_ascii(text).map(String::into_bytes).map_err(|_| NameError::BadLabel)
        }
        _ => Ok(label),
    }
}

/// Presentation form with the final dot; dots and everything unprintable inside a label are escaped.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(labels) = self.0.strip_suffix(&[END]) else { return f.pad(".") };
        let mut text = String::with_capacity(self.0.len());
        for label in labels.rsplit(|&byte| byte == END) {
            let mut bytes = label.iter();
            while let Some(&byte) = bytes.next() {
                let byte = if byte == ESCAPE { bytes.next().expect("escapes are pairs") - 2 } else { byte };
                match byte {
                    b'.' | b'\\' | b'"' | b';' | b'(' | b')' => text.extend(['\\', byte.into()]),
                    b'!'..=b'~' => text.push(byte.into()),
                    _ => write!(text, "\\{byte:03}")?,
                }
            }
            text.push('.');
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name in a text with escapes of three octal digits, as Route 53 has them, written with the decimal ones of RFC 1035
/// section 5.1.
pub fn from_octal(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split('\\');
    let mut rewritten = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                write!(rewritten, "\\{byte:03}{}", &part[3..]).expect("strings take all text");
            }
            None => rewritten.extend(["\\", part]),
        }
    }
    Cow::Owned(rewritten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_become_decimal_ones() {
        assert_eq!(from_octal(r"\052.example.com"), r"\042.example.com");
        assert_eq!(from_octal(r"a\b"), r"a\b");
        assert_eq!(from_octal("plain"), "plain");
        assert_eq!(Name::parse(&from_octal(r"\052.example.com")), Name::parse("*.example.com"));
    }

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[test]
    fn case_final_dots_and_scripts_do_not_matter() {
        assert_eq!(name("Corp.Example.COM"), name("corp.example.com."));
        assert_eq!(name("BÜCHER.example"), name("xn--bcher-kva.example."));
        assert_eq!(name("b\u{fc}cher\u{3002}example").to_string(), "xn--bcher-kva.example.");
    }

    #[test]
    fn escapes_are_read_and_written() {
        assert_eq!(name(r"a\.b.example").to_string(), r"a\.b.example.");
        assert_eq!(name(r"\042.example"), name("*.example"));
        assert_eq!(name(r"\000\001x.example").to_string(), r"\000\001x.example.");
        assert_eq!(name("a b.example").to_string(), r"a\032b.example.");
        for bad in [r"a\", r"\25", r"\256"] {
            assert_eq!(Name::parse(bad), Err(NameError::BadEscape), "{bad}");
        }
    }

    #[test]
    fn what_dns_cannot_carry_is_refused() {
        assert_eq!(Name::parse(""), Err(NameError::Empty));
        assert_eq!(Name::parse("a..b"), Err(NameError::EmptyLabel));
        assert_eq!(Name::parse(".a"), Err(NameError::EmptyLabel));
        assert_eq!(Name::parse(&"a".repeat(64)), Err(NameError::LabelTooLong));
        let long = ["a"; 127].join(".");
        assert!(Name::parse(&long).is_ok());
        assert_eq!(Name::parse(&format!("{long}.a")), Err(NameError::TooLong));
    }

    #[test]
    fn order_is_canonical_and_a_subtree_is_a_prefix() {
        // The example of RFC 4034 section 6.1.
        let ordered = ["example", "a.example", "yljkjljk.a.example", "Z.a.example", "zABC.a.EXAMPLE", "z.example"];
        let rest = [r"\001.z.example", "*.z.example", r"\200.z.example"];
        let names: Vec<Name> = ordered.iter().chain(&rest).map(|text| name(text)).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(name("a.b.example").is_within(&name("b.example")));
        assert!(name("b.example").is_within(&name("b.example")));
        assert!(!name("ab.example").is_within(&name("b.example")));
    }

    #[test]
    fn any_labels_survive_being_written_and_read() {
        // Every byte, alone and beside the ones that separate and escape.
        for byte in 0..=u8::MAX {
            for label in [format!(r"\{byte:03}"), format!(r"\000\{byte:03}\001"), format!(r"\{byte:03}\.\{byte:03}")] {
                let one = name(&format!("{label}.x.example"));
                assert_eq!(name(&one.to_string()), one, "{label}");
                assert_eq!(one.parent(), Some(name("x.example")), "{label}");
            }
        }
    }

    #[test]
    fn parents_lead_to_the_root() {
        let ancestors: Vec<String> = name("a.b.c").ancestors().map(|name| name.to_string()).collect();
        assert_eq!(ancestors, ["a.b.c.", "b.c.", "c.", "."]);
        assert_eq!(Name::root().parent(), None);
        assert_eq!(name(r"a\000b.c").parent(), Some(name("c")));
    }

    #[test]
    fn common_ancestors_are_whole_labels() {
        assert_eq!(name("a.b.c").common_ancestor(&name("x.b.c")), name("b.c"));
        assert_eq!(name("b.c").common_ancestor(&name("a.b.c")), name("b.c"));
        assert_eq!(name("ab.c").common_ancestor(&name("b.d")), Name::root());
        assert_eq!(name("ab.c").common_ancestor(&name("abc.c")), name("c"));
    }

    #[test]
    fn names_move_with_the_labels_that_they_have_below_another() {
        let moved = |text: &str, from: &str, to: &str| name(text).moved(&name(from), &name(to));
        assert_eq!(moved("a.b.old.example", "old.example", "new.example.net"), Some(name("a.b.new.example.net")));
        assert_eq!(moved("a.b.example", "b.example", "."), Some(name("a")));
        let [long, longer] = [63, 63].map(|length| "x".repeat(length));
        let full = format!("{long}.{longer}.{long}.{}", "y".repeat(61));
        assert_eq!(moved(&format!("a.{}", &full[..200]), &full[128..200], &full), None, "more than 255 bytes");
        assert_eq!(name("a.b.c.d").child_towards(&name("d")), name("c.d"));
        assert_eq!(name("a.b.c.d").child_towards(&Name::root()), name("d"));
    }

    #[test]
    fn labels_in_front_of_a_name_are_written_as_they_are() {
        let apex = name("example.com");
        for labels in ["", "www", "a.b", r"a\b", "_x.*"] {
            let below = if labels.is_empty() { apex.clone() } else { Name::unescaped(labels, &apex).unwrap() };
            assert_eq!(below.labels_below(&apex), labels);
        }
        assert_eq!(name("example.com").labels_below(&Name::root()), "example.com");
    }

    #[test]
    fn numbers_of_names_that_start_alike_compare_as_the_names_do() {
        let names =
            ["a.example", "b.example", "a.b.example", "a-much-longer-label.example", "example", "exam"].map(name);
        for (one, other) in names.iter().flat_map(|one| names.iter().map(move |other| (one, other))) {
            let length = one.common_length(other, usize::MAX);
            let [first, second] = [one, other].map(|name| name.number_after(length));
            assert_eq!(first.cmp(&second), one.cmp(other), "{one} {other}");
        }
        let keys: Vec<&[u8]> = names[2].keys_of_ancestors().collect();
        let ancestors: Vec<Name> = names[2].ancestors().collect();
        assert_eq!(keys, ancestors.iter().map(Borrow::borrow).collect::<Vec<&[u8]>>());
    }

    #[test]
    fn wildcards_are_whole_labels() {
        assert!(name("*.example").is_wildcard());
        assert!(name("*").is_wildcard());
        assert!(!name("x*.example").is_wildcard());
        assert!(!name("a.*.example").is_wildcard());
        assert!(!Name::root().is_wildcard());
    }

    #[test]
    fn relative_names_are_below_their_origin() {
        let origin = name("example.com");
        assert_eq!(Name::relative("www", &origin), Ok(name("www.example.com")));
        assert_eq!(origin.child("*"), Ok(name("*.example.com")));
        assert_eq!(origin.unrooted(), "example.com");
        assert_eq!(Name::root().unrooted(), ".");
    }

    #[test]
    fn a_pattern_speaks_of_one_name_or_of_all_below_it() {
        let matches =
            |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().matches(&Name::parse(name).unwrap());
        assert!(matches("Shop.example.com.", "shop.example.com") && !matches("shop.example.com", "a.shop.example.com"));
        assert!(matches("*.example.com", "a.b.example.com") && matches("*.example.com", "*.example.com"));
        assert!(!matches("*.example.com", "example.com") && !matches("*.example.com", "a.example.net"));
        assert_eq!(NamePattern::parse("*."), Err(NameError::Empty));
    }
}
