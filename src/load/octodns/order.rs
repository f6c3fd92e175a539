//! The order in which OctoDNS wants the keys of every mapping, unless told otherwise.

use std::borrow::Cow;
use std::cmp::Ordering;

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::load::yaml::{Entry, Fault, Scalar, Value};

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
    let pairs = || value.pairs();
    let is_in_order = || pairs().zip(pairs().skip(1)).all(|(one, next)| compare(one.key, next.key, order).is_le());
    if value.has_plain_keys() && is_in_order() {
        pairs().for_each(|pair| visit(pair.value, order, faults));
        return;
    }
    let Some(entries) = value.entries() else { return };
    faults.extend(fault(&entries.shown, order));
    for entry in &entries.shown {
        visit(entry.value, order, faults);
    }
}

/// The first key of a mapping that stands where another belongs.
pub fn fault(entries: &[Entry], order: Order) -> Option<Fault> {
    // Most mappings are in order, which takes one look at each pair of neighbours.
    let is_in_order = |pair: &[Entry]| compare(pair[0].key, pair[1].key, order).is_le();
    if entries.windows(2).all(is_in_order) {
        return None;
    }
    let mut sorted: Vec<usize> = (0..entries.len()).collect();
    sorted.sort_by(|&one, &other| compare(entries[one].key, entries[other].key, order));
    let is_wrong = |&(at, &due): &(usize, &usize)| compare(entries[at].key, entries[due].key, order).is_ne();
    let (at, &due) = sorted.iter().enumerate().find(is_wrong)?;
    let text = |at: usize| entries[at].key.printed();
    let (due, got) = (text(due).unwrap_or_default(), text(at).unwrap_or_default());
    let message = format!("octodns wants keys in order: `{due}` belongs here, not `{got}`");
    Some(Fault::new(entries[at].key, message))
}

fn compare(one: Value, other: Value, order: Order) -> Ordering {
    let (one, other) = (Key::new(one, order), Key::new(other, order));
    one.parts().cmp(other.parts())
}

/// A key, as it is sorted.
enum Key<'a> {
    /// Nothing at all, which goes before everything but an empty text.
    Null,
    /// A number, in digits if it is whole.
    Number(f64, Cow<'a, str>),
    Text(Cow<'a, str>),
    /// A text in which runs of digits count as numbers.
    Natural(Cow<'a, str>),
}

impl<'a> Key<'a> {
    fn new(key: Value<'a>, order: Order) -> Key<'a> {
        match key.scalar() {
            None | Some(Scalar::Null) => Key::Null,
            Some(Scalar::Int(digits)) => Key::Number(Number::new(&digits).value, digits),
            Some(Scalar::Float(number)) => Key::Number(number, "".into()),
            Some(Scalar::Bool(flag)) => Key::Number(f64::from(u8::from(flag)), "".into()),
            Some(Scalar::Text(text) | Scalar::Date(text)) => Key::of_text(text, order),
            Some(Scalar::Binary) => Key::of_text("".into(), order),
        }
    }

    fn of_text(text: Cow<'a, str>, order: Order) -> Key<'a> {
        match order {
            Order::Simple => Key::Text(text),
            Order::Natural if text.is_ascii() => Key::Natural(text),
            Order::Natural => {
                Key::Natural(DecomposingNormalizerBorrowed::new_nfd().normalize(&text).into_owned().into())
            }
        }
    }

    /// Texts and the numbers between them in turn, a text first.
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let (first, second, mut rest) = match self {
            Key::Null => (Some(Part::Text("")), Some(Part::Null), None),
            Key::Number(value, digits) => (
                Some(Part::Text("")),
                Some(Part::Number(Number { value: *value, digits: digits.trim_start_matches('0') })),
                None,
            ),
            Key::Text(text) => (Some(Part::Text(text)), None, None),
            Key::Natural(text) => (None, None, Some(&**text)),
        };
        let mut number = None;
        let natural = std::iter::from_fn(move || {
            if let Some(digits) = number.take() {
                return Some(Part::Number(Number::new(digits)));
            }
            let text = rest?;
            let digit = text.find(|character: char| character.is_ascii_digit()).unwrap_or(text.len());
            let end = text[digit..].find(|character: char| !character.is_ascii_digit()).map(|length| digit + length);
            number = Some(&text[digit..end.unwrap_or(text.len())]).filter(|digits| !digits.is_empty());
            rest = end.map(|end| &text[end..]);
            Some(Part::Text(&text[..digit]))
        });
        first.into_iter().chain(second).chain(natural)
    }
}

/// What keys are compared by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Null,
    Text(&'a str),
    Number(Number<'a>),
}

/// A number of any size.
#[derive(Debug)]
struct Number<'a> {
    value: f64,
    /// Without zeros in front, to tell numbers that are too long for `value`.
    digits: &'a str,
}

impl Number<'_> {
    fn new(digits: &str) -> Number<'_> {
        let value = digits.parse().unwrap_or(f64::INFINITY);
        Number { value, digits: digits.trim_start_matches('0') }
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Number) -> Ordering {
        let longer = || self.digits.len().cmp(&other.digits.len());
        self.value.total_cmp(&other.value).then_with(longer).then_with(|| self.digits.cmp(other.digits))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_within_names_count_as_numbers() {
        let compare = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Key::of_text(text.into(), Order::Natural));
            one.parts().cmp(other.parts())
        };
        // `a-b` goes behind the digits: texts compare before numbers.
        for (one, other) in [
            ("a2", "a10"),
            ("2a", "10"),
            ("", "*"),
            ("A", "_x"),
            ("_x", "a"),
            ("a1", "a2"),
            ("a", "a1"),
            ("a1", "a1b"),
            ("a10", "a-b"),
            ("u", "über"),
            ("über", "v"),
            ("99999999999999999998", "99999999999999999999"),
        ] {
            assert_eq!(compare(one, other), Ordering::Less, "{one} {other}");
            assert_eq!(compare(other, one), Ordering::Greater, "{other} {one}");
        }
        assert_eq!(compare("a007", "a7"), Ordering::Equal);
        let parts = [Key::of_text("".into(), Order::Natural), Key::Null, Key::Number(-1.0, "-1".into())];
        assert!(parts.windows(2).all(|pair| pair[0].parts().lt(pair[1].parts())));
    }
}
