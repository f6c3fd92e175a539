//! Files of MTA-STS policies, as web servers offer them (RFC 8461 section 3.2): a key and a value a line.

use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::mta_sts::{Mode, Policy};
use crate::name::Name;
use crate::source::{Place, SourceId, Sources, Span};

/// What the report calls such a file.
pub const KIND: &str = "mta-sts-file";

/// The longest time that senders may keep a policy, in seconds.
const LONGEST: u32 = 31_557_600;

/// A field of a policy.
struct Field<'t> {
    key: &'t str,
    value: &'t str,
    place: Place,
}

/// Reads a policy, or says everything that is wrong with it: senders act as if there were none.
pub fn read(sources: &Sources, source: SourceId) -> Result<Policy, Vec<Gap>> {
    let mut gaps = Vec::new();
    let mut fault = |reason: String, place: &Place| gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place.clone()));
    let bytes = sources.get(source).bytes();
    let top = Place::at(span(source, 0, 0));
    let Ok(text) = std::str::from_utf8(bytes) else {
        fault("it is not UTF-8".to_owned(), &top);
        return Err(gaps);
    };
    let mut fields: Vec<Field> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let place = Place::at(span(source, start, start + line.trim_end().len()));
        match line.split_once(':') {
            Some((key, value)) => {
                let value_start = start + key.len() + 1 + (value.len() - value.trim_start().len());
                let value = value.trim();
                let place = Place::at(span(source, value_start, value_start + value.len()));
                fields.push(Field { key, value, place });
            }
            None if line.trim().is_empty() => {}
            None => fault("a line of a policy is of the form `key: value`".to_owned(), &place),
        }
        start += line.len();
    }
    // Of a field that stands there again the first counts.
    let first = |key: &str| fields.iter().find(|field| field.key == key);
    let mut needed = |key: &str, is_good: &dyn Fn(&str) -> bool, due: &str| match first(key) {
        Some(field) if is_good(field.value) => Some(field),
        Some(field) => {
            fault(format!("the {key} of a policy is {due}"), &field.place);
            None
        }
        None => {
            fault(format!("this policy has no `{key}`"), &top);
            None
        }
    };
    needed("version", &|value| value == "STSv1", "`STSv1`");
    needed(
        "max_age",
        &|value| value.parse().is_ok_and(|age: u32| age <= LONGEST),
        "a number of seconds up to 31557600",
    );
    let stated = needed("mode", &|value| mode(value).is_some(), "`enforce`, `testing` or `none`");
    let mut mx = Vec::new();
    for field in fields.iter().filter(|field| field.key == "mx") {
        match Name::parse(field.value) {
            Ok(name) => mx.push((name, field.place.clone())),
            Err(error) => fault(format!("`{}` is no domain name: {error}", field.value), &field.place),
        }
    }
    let Some((field, mode)) = stated.and_then(|field| Some((field, mode(field.value)?))) else { return Err(gaps) };
    if mode != Mode::None && !fields.iter().any(|field| field.key == "mx") {
        fault("this policy has no `mx`".to_owned(), &top);
    }
    if gaps.is_empty() { Ok(Policy { mode, place: field.place.clone(), mx }) } else { Err(gaps) }
}

fn mode(value: &str) -> Option<Mode> {
    Some(match value {
        "enforce" => Mode::Enforce,
        "testing" => Mode::Testing,
        "none" => Mode::None,
        _ => return None,
    })
}

fn span(source: SourceId, start: usize, end: usize) -> Span {
    let [start, end] = [start, end].map(|at| u32::try_from(at).expect("inputs are smaller than 4 GiB"));
    Span { source, start, end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Bytes;

    /// The mode and hosts of a policy, or what is wrong with it and where: line and column.
    fn read_text(text: &str) -> Result<String, Vec<String>> {
        let mut sources = Sources::default();
        let source = sources.add("mta-sts.txt".to_owned(), Bytes::Owned(text.into()));
        let policy = read(&sources, source).map_err(|gaps| {
            let said = |gap: &Gap| {
                let at = sources.start(gap.place.span);
                format!("{}:{}: {}", at.line, at.column, gap.reason)
            };
            gaps.iter().map(said).collect::<Vec<_>>()
        })?;
        let mx = policy.mx.iter().map(|(name, place)| format!(" {} {}", place.span.start, name.unrooted()));
        Ok(format!("{:?}{}", policy.mode, mx.collect::<String>()))
    }

    #[test]
    fn a_policy_has_a_mode_and_hosts() {
        let policy =
            "version: STSv1\r\nmode: enforce\r\nmx: Mail.example.com\r\nmx:*.example.net \r\nmax_age: 86400\r\n";
        assert_eq!(read_text(policy).unwrap(), "Enforce 35 mail.example.com 56 *.example.net");
        let more = "version: STSv1\nmax_age: 1\nmode: none\nmode: enforce\ncomment: as of RFC 8461: more fields\n\n";
        assert_eq!(read_text(more).unwrap(), "None", "the first mode counts, and what is not known does not");
    }

    #[test]
    fn what_is_wrong_is_said_in_its_place() {
        assert_eq!(
            read_text("version: STSv2\nmode: on\nmx mail.example.com\nmx: a..b\nmax_age: x").unwrap_err(),
            [
                "3:1: a line of a policy is of the form `key: value`",
                "1:10: the version of a policy is `STSv1`",
                "5:10: the max_age of a policy is a number of seconds up to 31557600",
                "2:7: the mode of a policy is `enforce`, `testing` or `none`",
                "4:5: `a..b` is no domain name: it has an empty label",
            ]
        );
        let missing = [
            "1:1: this policy has no `version`",
            "1:1: this policy has no `max_age`",
            "1:1: this policy has no `mode`",
        ];
        assert_eq!(read_text("").unwrap_err(), missing);
        let no_mx = read_text("version: STSv1\nmode: testing\nmax_age: 1\n").unwrap_err();
        assert_eq!(no_mx, ["1:1: this policy has no `mx`"]);
    }
}
