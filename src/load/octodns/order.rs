//! The order in which OctoDNS wants the keys of every mapping, unless told otherwise.

use std::borrow::Cow;
use std::cmp::Ordering;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::load::yaml::{Fault, Scalar, Value};

/// What `order_mode` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Runs of digits count as numbers, as natsort 8 sorts by default.
    Natural,
    /// By code points.
    Simple,
}

/// Every mapping within a value whose keys are out of order, at the key that stands where another belongs.
pub fn faults(value: Value, order: Order) -> Vec<Fault> {
    let mut faults = Vec::new();
    visit(value, order, &mut faults);
    faults
}

fn visit(value: Value, order: Order, faults: &mut Vec<Fault>) {
    for item in value.items().into_iter().flatten() {
        visit(item, order, faults);
    }
    let Some(entries) = value.entries() else { return };
    // Most mappings are in order, which takes one look at each pair of neighbours.
    let keys: Vec<Key> = entries.shown.iter().map(|entry| Key::new(entry.key, order)).collect();
    if !keys.is_sorted() {
        let mut sorted: Vec<usize> = (0..keys.len()).collect();
        sorted.sort_by(|&one, &other| keys[one].cmp(&keys[other]));
        let wrong = sorted.iter().enumerate().find(|&(at, &due)| keys[at] != keys[due]);
        if let Some((at, &due)) = wrong {
            let text = |at: usize| entries.shown[at].key.printed();
            let (due, got) = (text(due).unwrap_or_default(), text(at).unwrap_or_default());
            let message = format!("octodns wants keys in order: `{due}` belongs here, not `{got}`");
            faults.push(Fault::new(entries.shown[at].key, message));
        }
    }
    for entry in &entries.shown {
        visit(entry.value, order, faults);
    }
}

/// What a key is sorted by: texts and the numbers between them, a text first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Nothing at all, which goes before everything.
    Null,
    Text(String),
    Number(Number),
}

impl Key {
    fn new(key: Value, order: Order) -> Key {
        let parts = match key.scalar() {
            None | Some(Scalar::Null) => vec![Part::Null],
            Some(Scalar::Int(digits)) => vec![Part::Text(String::new()), Part::Number(Number::new(&digits))],
            Some(Scalar::Float(number)) => {
                vec![Part::Text(String::new()), Part::Number(Number { value: number, digits: String::new() })]
            }
            Some(Scalar::Bool(flag)) => {
                vec![Part::Text(String::new()), Part::Number(Number::new(if flag { "1" } else { "0" }))]
            }
            Some(other) if order == Order::Simple => vec![Part::Text(other.python_str().into_owned())],
            Some(other) => natural(&other.python_str()),
        };
        Key(parts)
    }
}

/// Texts and numbers in turn; a text that starts with a digit has an empty text before it.
fn natural(text: &str) -> Vec<Part> {
    let text: Cow<str> =
        if text.is_ascii() { text.into() } else { DecomposingNormalizerBorrowed::new_nfd().normalize(text) };
    let mut parts = Vec::new();
    let mut rest = &*text;
    while !rest.is_empty() || parts.is_empty() {
        let digit = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
        parts.push(Part::Text(rest[..digit].to_owned()));
        let number = &rest[digit..];
        let end = number.find(|character: char| !character.is_ascii_digit()).unwrap_or(number.len());
        if end > 0 {
            parts.push(Part::Number(Number::new(&number[..end])));
        }
        rest = &number[end..];
    }
    parts
}

/// A number of any size.
#[derive(Clone, Debug)]
struct Number {
    value: f64,
    /// Without zeros in front, to tell numbers that are too long for `value`.
    digits: String,
}

impl Number {
    fn new(digits: &str) -> Number {
        let value = digits.parse().unwrap_or(f64::INFINITY);
        Number { value, digits: digits.trim_start_matches('0').to_owned() }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let longer = || self.digits.len().cmp(&other.digits.len());
        self.value.total_cmp(&other.value).then_with(longer).then_with(|| self.digits.cmp(&other.digits))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_names_count_as_numbers() {
        let names =
            ["", "*", "1", "2a", "10", "@", "A", "_x", "a", "a1", "a2", "a10", "a-b", "a.b", "b", "u", "über", "v"];
        // `a-b` and `a.b` go behind the digits: texts compare before numbers.
        let keys: Vec<_> = names.iter().map(|name| natural(name)).collect();
        for pair in [
            ("a2", "a10"),
            ("2a", "10"),
            ("", "*"),
            ("A", "_x"),
            ("_x", "a"),
            ("a1", "a2"),
            ("u", "über"),
            ("über", "v"),
        ] {
            let [one, other] =
                [pair.0, pair.1].map(|name| &keys[names.iter().position(|known| *known == name).unwrap()]);
            assert!(one < other, "{pair:?}");
        }
        assert_eq!(natural("a007").cmp(&natural("a7")), Ordering::Equal);
    }
}
