//! What scalars mean: the types of YAML 1.1, as `PyYAML` 6 resolves them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// The types that a tag can ask for.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Binary,
}

/// A scalar, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of any size, in decimal digits.
    Int(Cow<'a, str>),
    /// Any other number.
    Float(f64),
    /// A date, maybe with a time, as Python prints it.
    Date(Cow<'a, str>),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Binary,
}

impl Scalar<'_> {
    /// What Python's `str()` makes of it.
    pub fn python_str(&self) -> Cow<'_, str> {
        match self {
            Scalar::Null => "None".into(),
            Scalar::Bool(flag) => if *flag { "True" } else { "False" }.into(),
            Scalar::Int(text) | Scalar::Date(text) | Scalar::Text(text) => Cow::Borrowed(text),
            Scalar::Float(number) => python_float(*number).into(),
            Scalar::Binary => "b''".into(),
        }
    }
}

/// A number as Python prints it: the shortest digits that mean it, and an exponent where it is very large or small.
pub fn python_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific form has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    if number == 0.0 || (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Resolves a scalar without quotes (YAML 1.1 as `PyYAML` has it).
pub fn plain(text: &str) -> Scalar<'_> {
    let resolved = match text.as_bytes().first() {
        None | Some(b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text),
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => float(text)
            .map(Scalar::Float)
            .or_else(|| int(text))
            .or_else(|| date(text).map(|(date, _)| Scalar::Date(date))),
        _ => None,
    };
    resolved.unwrap_or(Scalar::Text(text.into()))
}

fn word(text: &str) -> Option<Scalar<'_>> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ => return None,
    })
}

/// A scalar with a tag of its own; none if the text does not fit.
pub fn typed(kind: Type, text: &str) -> Option<Scalar<'_>> {
    match kind {
        Type::Null => Some(Scalar::Null),
        Type::Bool => match text.to_lowercase().as_str() {
            "yes" | "true" | "on" => Some(Scalar::Bool(true)),
            "no" | "false" | "off" => Some(Scalar::Bool(false)),
            _ => None,
        },
        Type::Int => int(text),
        Type::Float => float(text).or_else(|| text.replace('_', "").parse().ok()).map(Scalar::Float),
        Type::Timestamp => date(text).filter(|(_, is_real)| *is_real).map(|(date, _)| Scalar::Date(date)),
        Type::Binary => Some(Scalar::Binary),
    }
}

fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Whether a text is some bytes of one kind, one at least.
fn is_all(text: &str, is_one: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is_one)
}

/// The parts of a number of base 60; none if it is none.
fn sexagesimal(text: &str) -> Option<Vec<&str>> {
    let (first, rest) = text.split_once(':')?;
    let is_part = |part: &&str| {
        let bytes = part.as_bytes();
        matches!(bytes, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    };
    let parts: Vec<&str> = rest.split(':').collect();
    (is_all(first, |byte| byte.is_ascii_digit() || byte == b'_') && parts.iter().all(is_part))
        .then(|| std::iter::once(first).chain(parts).collect())
}

fn int(text: &str) -> Option<Scalar<'_>> {
    let (negative, digits) = unsigned(text);
    let first = *digits.as_bytes().first()?;
    let is_decimal = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let number = if let Some(bits) = digits.strip_prefix("0b") {
        is_all(bits, |byte| matches!(byte, b'0' | b'1' | b'_')).then(|| Decimal::new(bits, 2))?
    } else if let Some(digits) = digits.strip_prefix("0x") {
        is_all(digits, |byte| byte.is_ascii_hexdigit() || byte == b'_').then(|| Decimal::new(digits, 16))?
    } else if first == b'0' {
        is_all(digits, |byte| matches!(byte, b'0'..=b'7' | b'_')).then(|| Decimal::new(digits, 8))?
    } else if !first.is_ascii_digit() {
        return None;
    } else if is_all(digits, is_decimal) {
        let is_bare = digits.len() == text.len() && !digits.contains('_');
        let sign = if negative { "-" } else { "" };
        return Some(Scalar::Int(if is_bare {
            text.into()
        } else {
            format!("{sign}{}", digits.replace('_', "")).into()
        }));
    } else {
        let parts = sexagesimal(digits)?;
        let mut number = Decimal::new(parts[0], 10);
        parts[1..].iter().for_each(|part| number.multiply_add(60, part.parse().expect("a part is one digit or two")));
        number
    };
    let value = number.to_string();
    let sign = if negative && value != "0" { "-" } else { "" };
    Some(Scalar::Int(format!("{sign}{value}").into()))
}

/// A whole number of any size: its decimal digits, the last one first.
#[derive(Default)]
struct Decimal(Vec<u8>);

impl Decimal {
    /// Reads digits of a base, maybe with `_` between them.
    fn new(digits: &str, base: u32) -> Decimal {
        let mut number = Decimal::default();
        digits.chars().filter_map(|digit| digit.to_digit(base)).for_each(|digit| number.multiply_add(base, digit));
        number
    }

    fn multiply_add(&mut self, factor: u32, summand: u32) {
        let mut carry = summand;
        for digit in &mut self.0 {
            carry += u32::from(*digit) * factor;
            *digit = last_digit(&mut carry);
        }
        while carry > 0 {
            self.0.push(last_digit(&mut carry));
        }
    }
}

/// Takes the last decimal digit off a number.
fn last_digit(number: &mut u32) -> u8 {
    let digit = *number % 10;
    *number /= 10;
    u8::try_from(digit).expect("a digit is small")
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("0");
        }
        self.0.iter().rev().try_for_each(|digit| write!(f, "{digit}"))
    }
}

fn float(text: &str) -> Option<f64> {
    let (negative, digits) = unsigned(text);
    let signed = |number: f64| if negative { -number } else { number };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(signed(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if digits == text => return Some(f64::NAN),
        _ => {}
    }
    let (whole, rest) = digits.split_once('.')?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        matches!(exponent.as_bytes(), [b'-' | b'+', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    });
    if !fraction.bytes().all(is_digit) || !is_exponent {
        return None;
    }
    if let Some(parts) = sexagesimal(whole)
        .filter(|parts| exponent.is_none() && parts[0].starts_with(|first: char| first.is_ascii_digit()))
    {
        let mut sum = 0.0;
        for part in &parts[..parts.len() - 1] {
            sum = (sum + part.replace('_', "").parse::<f64>().ok()?) * 60.0;
        }
        let last = format!("{}.{}", parts[parts.len() - 1], fraction.replace('_', ""));
        return Some(signed(sum + last.parse::<f64>().ok()?));
    }
    let starts_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let is_number = if whole.is_empty() {
        digits == text && starts_with_digit(fraction)
    } else {
        starts_with_digit(whole) && whole.bytes().all(is_digit)
    };
    is_number.then(|| digits.replace('_', "").parse().map(signed).ok())?
}

/// Year, month, day, hour, minute, second, fraction, zone, and of a zone with a sign its sign, hours and minutes.
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?",
        r"(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?$"
    );
    Regex::new(pattern).expect("the pattern is good")
});

/// A date or a point in time, as Python prints it, and whether there is such a day and such an hour.
fn date(text: &str) -> Option<(Cow<'_, str>, bool)> {
    let bytes = text.as_bytes();
    let is_digits = |range: Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if !(is_digits(0..4) && bytes.get(4) == Some(&b'-')) {
        return None;
    }
    if bytes.len() == 10 && is_digits(5..7) && bytes[7] == b'-' && is_digits(8..10) {
        return Some((text.into(), is_day(&text[..4], &text[5..7], &text[8..])));
    }
    let parts = TIMESTAMP.captures(text)?;
    let part = |number: usize| parts.get(number).map_or("", |part| part.as_str());
    let mut printed = format!("{}-{:0>2}-{:0>2} {:0>2}:{}:{}", part(1), part(2), part(3), part(4), part(5), part(6));
    let fraction = format!("{:0<6.6}", part(7));
    if fraction != "000000" {
        printed.extend([".", &fraction]);
    }
    if part(8) == "Z" {
        printed.push_str("+00:00");
    } else if !part(8).is_empty() {
        let minutes = if part(11).is_empty() { "00" } else { part(11) };
        let hours = format!("{:0>2}", part(10));
        printed.extend([part(9), &hours, ":", minutes]);
    }
    let is_hour = number(part(4)) < 24 && number(part(5)) < 60 && number(part(6)) < 60;
    let is_zone = number(part(10)) * 60 + number(part(11)) < 24 * 60;
    let is_real = is_day(part(1), part(2), part(3)) && is_hour && is_zone;
    Some((printed.into(), is_real))
}

/// A few digits as a number; zero for none.
fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or_default()
}

/// Whether the calendar has this day.
fn is_day(year: &str, month: &str, day: &str) -> bool {
    let (year, month, day) = (number(year), number(month), number(day));
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day)
}

/// Longer numbers are refused, as Python refuses them.
const DIGITS: usize = 4300;

/// Why `PyYAML` does not read a scalar without quotes, if it does not.
pub fn refusal(text: &str, is_key: bool) -> Option<&'static str> {
    match text.as_bytes() {
        b"<<" | b"=" if !is_key => Some("octodns gives these characters a meaning of their own; put them in quotes"),
        [b'0'..=b'9', ..] if date(text).is_some_and(|(_, is_real)| !is_real) => {
            Some("this looks like a date, but there is none such; put it in quotes")
        }
        [b'0'..=b'9' | b'+' | b'-', ..] if text.len() > DIGITS && int(text).is_some() => {
            Some("this number is too long")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let kind = match plain(text) {
            Scalar::Null => "null",
            Scalar::Bool(_) => "bool",
            Scalar::Int(_) => "int",
            Scalar::Float(_) => "float",
            Scalar::Date(_) => "date",
            Scalar::Text(_) => "text",
            Scalar::Binary => "binary",
        };
        format!("{kind} {}", plain(text).python_str())
    }

    /// What `PyYAML` 6.0.2 says of each.
    #[test]
    fn plain_scalars_have_the_types_of_yaml_1_1() {
        for (text, is) in [
            ("", "null None"),
            ("~", "null None"),
            ("no", "bool False"),
            ("On", "bool True"),
            ("oN", "text oN"),
            ("y", "text y"),
            ("010", "int 8"),
            ("08", "text 08"),
            ("0o7", "text 0o7"),
            ("0b101", "int 5"),
            ("0x_1F", "int 31"),
            ("-0x1", "int -1"),
            ("1_000", "int 1000"),
            ("-0", "int 0"),
            ("12:30:45", "int 45045"),
            ("1:60", "text 1:60"),
            (
                "0x1ffffffffffffffffffffffffffffffffffffffffff",
                "int 748288838313422294120286634350736906063837462003711",
            ),
            ("1.10", "float 1.1"),
            ("1e5", "text 1e5"),
            ("1.0e+20", "float 1e+20"),
            (".5", "float 0.5"),
            ("1:30.5", "float 90.5"),
            (".inf", "float inf"),
            ("192.0.2.1", "text 192.0.2.1"),
            ("2024-02-29", "date 2024-02-29"),
            ("2024-2-9", "text 2024-2-9"),
            ("2024-2-9 1:02:03.5 +1", "date 2024-02-09 01:02:03.500000+01:00"),
        ] {
            assert_eq!(printed(text), is, "{text}");
        }
    }

    #[test]
    fn what_pyyaml_refuses_is_refused() {
        for text in
            ["2024-13-45", "2023-02-29", "0000-01-01", "2024-01-01 24:00:00", "2024-01-01 1:00:00 +24:00", "=", "<<"]
        {
            assert!(refusal(text, false).is_some(), "{text}");
        }
        assert!(refusal(&"1".repeat(DIGITS + 1), false).is_some());
        for text in ["2024-12-31", "2000-02-29", "2024-1-45", "1", "==", ""] {
            assert_eq!(refusal(text, false), None, "{text}");
        }
        assert_eq!(refusal("<<", true), None, "a key merges");
    }
}
