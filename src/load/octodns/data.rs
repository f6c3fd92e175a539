//! The values of each record type, as OctoDNS 1.22 reads and normalises them.
//!
//! Knows one record at a time: a mapping with `value` or `values`. What it makes of them is what OctoDNS itself holds,
//! for every type that it knows; the types of its plugins are carried as they are.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::idna::to_ascii;
use crate::load::yaml::{Fault, Scalar, Value, python_float};
use crate::name::{Name, NameError};
use crate::rdata::{Rdata, Rtype};

/// The data of one record.
#[derive(Clone, Debug)]
pub struct Datum<'a> {
    /// The data.
    pub rdata: Rdata,
    /// Whether its host is written without a final dot.
    pub unrooted: bool,
    /// The value to point at.
    pub at: Value<'a>,
}

/// How a record type keeps its values.
#[derive(Clone, Copy, Debug)]
enum Shape {
    A,
    Aaaa,
    /// One host; other types of one value have no other shape.
    Target,
    /// Several hosts.
    Targets,
    Mx,
    Srv,
    /// Text of character strings.
    Chunked,
    /// Text as it is.
    Plain,
    Svcb,
    /// Fields that are written one after the other.
    Fields(&'static [Field]),
    /// A type of a plugin, as it is.
    Foreign,
}

/// A field of a mapping, and how it is written in presentation form.
#[derive(Clone, Copy, Debug)]
enum Field {
    Int(&'static str),
    /// Zero if it is left out.
    IntOrZero(&'static str),
    Text(&'static str),
    Quoted(&'static str),
    /// Quoted, in upper case.
    QuotedUpper(&'static str),
    /// Quoted, in lower case and in A-label form.
    QuotedHost(&'static str),
    Lower(&'static str),
    Upper(&'static str),
    Float(&'static str),
    Metres(&'static str),
}

use Field::{Float, Int, IntOrZero, Lower, Metres, Quoted, QuotedHost, QuotedUpper, Text, Upper};

const CAA: &[Field] = &[IntOrZero("flags"), Text("tag"), Quoted("value")];
const DS: &[Field] = &[Int("key_tag"), Int("algorithm"), Int("digest_type"), Lower("digest")];
/// The names that the fields of a DS once had.
const OLD_DS: &[Field] = &[Int("flags"), Int("protocol"), Int("algorithm"), Lower("public_key")];
const LOC: &[Field] = &[
    Int("lat_degrees"),
    Int("lat_minutes"),
    Float("lat_seconds"),
    Upper("lat_direction"),
    Int("long_degrees"),
    Int("long_minutes"),
    Float("long_seconds"),
    Upper("long_direction"),
    Metres("altitude"),
    Metres("size"),
    Metres("precision_horz"),
    Metres("precision_vert"),
];
const NAPTR: &[Field] =
    &[Int("order"), Int("preference"), QuotedUpper("flags"), Quoted("service"), Quoted("regexp"), Text("replacement")];
const SSHFP: &[Field] = &[Int("algorithm"), Int("fingerprint_type"), Lower("fingerprint")];
const TLSA: &[Field] = &[
    IntOrZero("certificate_usage"),
    IntOrZero("selector"),
    IntOrZero("matching_type"),
    Lower("certificate_association_data"),
];
const URI: &[Field] = &[Int("priority"), Int("weight"), QuotedHost("target")];
const URLFWD: &[Field] = &[Quoted("path"), Quoted("target"), Int("code"), Int("masking"), Int("query")];

/// A record type that OctoDNS reads.
#[derive(Clone, Debug)]
pub struct Type {
    /// The type.
    pub rtype: Rtype,
    shape: Shape,
}

impl Type {
    /// The type of this name, in exactly this spelling; types of plugins have a module or a class in front.
    pub fn named(text: &str) -> Option<Type> {
        let shape = match text {
            "A" => Shape::A,
            "AAAA" => Shape::Aaaa,
            "ALIAS" | "CNAME" | "DNAME" => Shape::Target,
            "NS" | "PTR" => Shape::Targets,
            "MX" => Shape::Mx,
            "SRV" => Shape::Srv,
            "TXT" | "SPF" => Shape::Chunked,
            "OPENPGPKEY" => Shape::Plain,
            "SVCB" | "HTTPS" => Shape::Svcb,
            "CAA" => Shape::Fields(CAA),
            "DS" => Shape::Fields(DS),
            "LOC" => Shape::Fields(LOC),
            "NAPTR" => Shape::Fields(NAPTR),
            "SSHFP" => Shape::Fields(SSHFP),
            "TLSA" => Shape::Fields(TLSA),
            "URI" => Shape::Fields(URI),
            "URLFWD" => Shape::Fields(URLFWD),
            _ if text.contains('/') => return Some(Type { rtype: Rtype::Other(text.into()), shape: Shape::Foreign }),
            _ => return None,
        };
        Some(Type { rtype: Rtype::from_text(text), shape })
    }

    /// Whether a record of this type has one value, under `value` alone.
    fn is_single(&self) -> bool {
        matches!(self.shape, Shape::Target)
    }

    /// The values of a record, each with what is wrong with it and where it stands if it cannot be read.
    pub fn values<'a>(
        &self,
        record: Value<'a>,
        escaped_semicolons: bool,
    ) -> Vec<Result<Datum<'a>, (Value<'a>, Fault)>> {
        let read = |at| self.value(at, escaped_semicolons).map_err(|fault| (at, fault));
        if self.is_single() {
            let Some(value) = record.get("value") else {
                let message = match record.get("values") {
                    Some(_) => format!("a {} takes one `value`; `values` is not read", self.rtype),
                    None => format!("the {} has no `value`", self.rtype),
                };
                return vec![Err((record, Fault::new(record, message)))];
            };
            return if value.is_null() { Vec::new() } else { vec![read(value)] };
        }
        let Some(values) = record.get("values").or_else(|| record.get("value")) else { return Vec::new() };
        match values.items() {
            Some(items) => items.into_iter().map(read).collect(),
            None => vec![read(values)],
        }
    }

    /// Reads one value.
    pub fn value<'a>(&self, at: Value<'a>, escaped_semicolons: bool) -> Result<Datum<'a>, Fault> {
        let datum = |rdata| Datum { rdata, unrooted: false, at };
        let address = || scalar(at).map(|scalar| scalar.python_str().into_owned());
        Ok(match self.shape {
            Shape::A => datum(Rdata::A(address()?.parse().map_err(|_| not_an_address(at, "IPv4"))?)),
            Shape::Aaaa => datum(Rdata::Aaaa(address()?.parse().map_err(|_| not_an_address(at, "IPv6"))?)),
            Shape::Target | Shape::Targets => {
                let host = Host::read(at)?;
                let rdata = match self.rtype {
                    Rtype::Cname => Rdata::Cname(host.name(at)?),
                    Rtype::Alias => Rdata::Alias(host.name(at)?),
                    _ => Rdata::Host(host.name(at)?),
                };
                Datum { rdata, unrooted: host.unrooted, at }
            }
            Shape::Mx => mx(at)?,
            Shape::Srv => srv(at)?,
            Shape::Chunked => datum(Rdata::Text(chunked(&text(at)?, escaped_semicolons).into())),
            Shape::Plain => datum(Rdata::Text(text(at)?.into())),
            Shape::Svcb => datum(Rdata::Text(svcb(at)?.into())),
            Shape::Fields(fields) => {
                let is_old_ds =
                    self.rtype.text() == "DS" && ["public_key", "flags"].iter().any(|key| at.get(key).is_some());
                datum(Rdata::Text(written(at, if is_old_ds { OLD_DS } else { fields })?.into()))
            }
            Shape::Foreign => datum(Rdata::Text(foreign(at).into())),
        })
    }
}

fn not_an_address(at: Value, family: &str) -> Fault {
    Fault::new(at, format!("this is no {family} address"))
}

/// A host in record data.
struct Host {
    /// In lower case and A-label form, as OctoDNS keeps it.
    text: String,
    unrooted: bool,
}

impl Host {
    fn read(at: Value) -> Result<Host, Fault> {
        let written = text(at)?;
        let text = to_ascii(&written).map_err(|reason| Fault::new(at, format!("this is no host name: {reason}")))?;
        Ok(Host { unrooted: !text.ends_with('.'), text: text.into_owned() })
    }

    /// OctoDNS never appends a zone: without a final dot the name is still taken as whole.
    fn name(&self, at: Value) -> Result<Name, Fault> {
        host_name(&self.text).map_err(|error| Fault::new(at, format!("this is no host name: {error}")))
    }
}

/// A host in record data as a name; it knows no escapes.
pub fn host_name(text: &str) -> Result<Name, NameError> {
    match text {
        "." => Ok(Name::root()),
        _ => Name::unescaped(text.strip_suffix('.').unwrap_or(text), &Name::root()),
    }
}

fn mx(at: Value) -> Result<Datum, Fault> {
    let preference = number(field(at, &["preference", "priority"])?)?;
    let exchange = field(at, &["exchange", "value"])?;
    let host = Host::read(exchange)?;
    let rdata = Rdata::Mx { preference, exchange: host.name(exchange)? };
    Ok(Datum { rdata, unrooted: host.unrooted, at: exchange })
}

fn srv(at: Value) -> Result<Datum, Fault> {
    let [priority, weight, port] = ["priority", "weight", "port"].map(|key| field(at, &[key]).and_then(number));
    let target = field(at, &["target"])?;
    let host = Host::read(target)?;
    let rdata = Rdata::Srv { priority: priority?, weight: weight?, port: port?, target: host.name(target)? };
    Ok(Datum { rdata, unrooted: host.unrooted, at: target })
}

/// The first of these keys that a mapping has.
fn field<'a>(at: Value<'a>, keys: &[&str]) -> Result<Value<'a>, Fault> {
    if !at.is_mapping() {
        return Err(Fault::new(at, format!("this is {}, but a mapping with `{}` is due", at.kind(), keys[0])));
    }
    keys.iter().find_map(|key| at.get(key)).ok_or_else(|| Fault::new(at, format!("`{}` is missing", keys[0])))
}

fn scalar(at: Value) -> Result<Scalar, Fault> {
    match at.scalar() {
        Some(Scalar::Null) | None => Err(Fault::new(at, format!("this is {}, not a value", at.kind()))),
        Some(scalar) => Ok(scalar),
    }
}

/// A text that YAML takes for one too.
fn text(at: Value<'_>) -> Result<Cow<'_, str>, Fault> {
    match at.scalar() {
        Some(Scalar::Text(text)) => Ok(text),
        _ => Err(Fault::new(at, format!("yaml reads this as {}; put it in quotes", at.kind()))),
    }
}

/// What Python's `int()` makes of a value.
pub fn integer(at: Value) -> Result<i64, Fault> {
    let fault = || Fault::new(at, format!("this is {}, but a number is due", at.kind()));
    match at.scalar().ok_or_else(fault)? {
        Scalar::Int(digits) => digits.parse().map_err(|_| Fault::new(at, "this number is too large")),
        #[expect(clippy::cast_possible_truncation, reason = "as Python does; what is out of range is refused later")]
        Scalar::Float(number) if number.is_finite() => Ok(number as i64),
        Scalar::Bool(flag) => Ok(flag.into()),
        Scalar::Text(text) => text.trim().replace('_', "").parse().map_err(|_| fault()),
        _ => Err(fault()),
    }
}

fn number(at: Value) -> Result<u16, Fault> {
    integer(at)?.try_into().map_err(|_| Fault::new(at, "this number is not from 0 to 65535"))
}

/// What Python's `float()` makes of a value, as Python prints it.
fn float(at: Value) -> Result<String, Fault> {
    let fault = || Fault::new(at, format!("this is {}, but a number is due", at.kind()));
    let number = match at.scalar().ok_or_else(fault)? {
        Scalar::Float(number) => number,
        Scalar::Int(text) => text.parse().map_err(|_| fault())?,
        Scalar::Text(text) => text.trim().parse().map_err(|_| fault())?,
        Scalar::Bool(flag) => f64::from(u8::from(flag)),
        _ => return Err(fault()),
    };
    Ok(python_float(number))
}

/// Fields one after the other.
fn written(at: Value, fields: &[Field]) -> Result<String, Fault> {
    let mut text = String::new();
    for (number, kind) in fields.iter().enumerate() {
        let plain = |key| field(at, &[key]).and_then(scalar).map(|scalar| scalar.python_str().into_owned());
        let separator = if number == 0 { "" } else { " " };
        let part = match *kind {
            Int(key) => integer(field(at, &[key])?)?.to_string(),
            IntOrZero(key) => at.get(key).map_or(Ok(0), integer)?.to_string(),
            Text(key) => plain(key)?,
            Quoted(key) => format!("\"{}\"", plain(key)?),
            QuotedUpper(key) => format!("\"{}\"", plain(key)?.to_uppercase()),
            QuotedHost(key) => format!("\"{}\"", Host::read(field(at, &[key])?)?.text),
            Lower(key) => plain(key)?.to_lowercase(),
            Upper(key) => plain(key)?.to_uppercase(),
            Float(key) => float(field(at, &[key])?)?,
            Metres(key) => format!("{}m", float(field(at, &[key])?)?),
        };
        text.extend([separator, &part]);
    }
    Ok(text)
}

/// Service parameters by their number (RFC 9460 section 14.3.2).
const SERVICE_PARAMETERS: [&str; 7] = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

fn svcb(at: Value) -> Result<String, Fault> {
    let priority = integer(field(at, &["svcpriority"])?)?;
    let mut text = format!("{priority} {}", Host::read(field(at, &["targetname"])?)?.text);
    let Some(parameters) = at.get("svcparams") else { return Ok(text) };
    let entries = parameters.entries().ok_or_else(|| Fault::new(parameters, "`svcparams` is no mapping"))?;
    let mut sorted = Vec::new();
    for entry in entries.shown {
        let key = scalar(entry.key)?.python_str().into_owned();
        let known = SERVICE_PARAMETERS.iter().position(|known| *known == key);
        let number = known.or_else(|| key.strip_prefix("key")?.parse().ok());
        let number = number.ok_or_else(|| Fault::new(entry.key, "this service parameter is not known"))?;
        sorted.push((number, key, entry.value));
    }
    sorted.sort_by_key(|(number, ..)| *number);
    for (_, key, value) in sorted {
        let plain = |value: Value| scalar(value).map(|scalar| scalar.python_str().into_owned());
        text.extend([" ", &key]);
        if let Some(items) = value.items() {
            let items: Vec<String> = items.into_iter().map(plain).collect::<Result<_, _>>()?;
            text.extend(["=", &items.join(",")]);
        } else if !value.is_null() {
            text.extend(["=", &plain(value)?]);
        }
    }
    Ok(text)
}

/// Text as OctoDNS keeps it, with `\;` for each semicolon.
fn internal(written: &str, escaped_semicolons: bool) -> String {
    let escaped = if escaped_semicolons { Cow::Borrowed(written) } else { Cow::Owned(written.replace(';', "\\;")) };
    let mut characters = escaped.chars();
    if escaped.starts_with('"') {
        characters.next();
        characters.next_back();
    }
    characters.as_str().replace("\" \"", "")
}

/// Bytes of one character string (RFC 1035 section 3.3).
const CHUNK: usize = 255;

/// Text as character strings in presentation form (RFC 1035 section 5.1).
fn chunked(written: &str, escaped_semicolons: bool) -> String {
    let text = internal(written, escaped_semicolons);
    if !text.is_ascii() {
        return chunked_characters(&text);
    }
    let text = text.replace("\\;", ";");
    let mut presented = String::with_capacity(text.len() + 8);
    let chunks = if text.is_empty() { vec![&[][..]] } else { text.as_bytes().chunks(CHUNK).collect() };
    for (number, chunk) in chunks.into_iter().enumerate() {
        presented.push_str(if number == 0 { "\"" } else { " \"" });
        for &byte in chunk {
            match byte {
                b'"' | b'\\' => presented.extend(['\\', byte.into()]),
                b' '..=b'~' => presented.push(byte.into()),
                _ => write!(presented, "\\{byte:03}").expect("strings take all text"),
            }
        }
        presented.push('"');
    }
    presented
}

/// What OctoDNS makes of text beyond ASCII, which it refuses unless told to be lenient: chunks of characters, none
/// ending with a backslash.
fn chunked_characters(text: &str) -> String {
    let characters: Vec<char> = text.replace('"', "\\\"").chars().collect();
    let mut chunks = Vec::new();
    let mut rest = &characters[..];
    while !rest.is_empty() {
        let mut count = rest.len().min(CHUNK);
        while count > 1 && rest[count - 1] == '\\' {
            count -= 1;
        }
        chunks.push(rest[..count].iter().collect::<String>());
        rest = &rest[count..];
    }
    format!("\"{}\"", chunks.join("\" \""))
}

/// The value of a type that nothing here knows: text as it is, anything else as YAML of one line.
fn foreign(at: Value) -> String {
    if let Some(items) = at.items() {
        return format!("[{}]", items.into_iter().map(foreign).collect::<Vec<_>>().join(", "));
    }
    if let Some(entries) = at.entries() {
        let fields = entries.shown.iter().map(|entry| format!("{}: {}", foreign(entry.key), foreign(entry.value)));
        return format!("{{{}}}", fields.collect::<Vec<_>>().join(", "));
    }
    at.printed().unwrap_or_default()
}
