//! One record as a zone file states it: time to live, class and type (RFC 1035 section 5.1), and data.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use domain::base::iana::Rtype as Number;
use domain::base::rdata::{ParseRecordData, UnknownRecordData};
use domain::base::scan::IterScanner;
use domain::base::{Name as WireName, ParsedName};
use domain::dep::octseq::Parser;
use domain::rdata::ZoneRecordData;

use crate::load::zonefile::lexer::Field;
use crate::name::{Name, NameError};
use crate::rdata::{Rdata, Rtype};

/// What is wrong, and where; the text reads on after "this entry is not read: ".
#[derive(Clone, Debug)]
pub struct Trouble {
    /// Lower case, no full stop.
    pub reason: String,
    /// Bytes of the file.
    pub at: Range<usize>,
}

impl Trouble {
    /// About a field.
    pub fn new(reason: impl Into<String>, field: &Field) -> Trouble {
        Trouble { reason: reason.into(), at: field.range.clone() }
    }
}

/// What stands between the owner of a record and its data.
#[derive(Debug)]
pub struct Header {
    /// Seconds, if given.
    pub ttl: Option<u32>,
    /// The type.
    pub rtype: Rtype,
    /// How many fields it takes.
    pub length: usize,
}

/// A text of a field for messages.
pub fn shown<'a>(field: &Field<'a>) -> Cow<'a, str> {
    String::from_utf8_lossy(field.text)
}

/// Reads what stands behind the owner: a time to live and a class, in any order, each of them or not, and the type.
pub fn header(fields: &[Field], entry: &Range<usize>) -> Result<Header, Trouble> {
    let (mut seconds, mut has_class) = (None, false);
    for (at, field) in fields.iter().enumerate() {
        let text = shown(field);
        if !field.is_quoted {
            if seconds.is_none() && text.starts_with(|first: char| first.is_ascii_digit()) {
                seconds = Some(ttl(&text).ok_or_else(|| Trouble::new(format!("`{text}` is no time to live"), field))?);
                continue;
            }
            match class(&text) {
                Some(1) if !has_class => {
                    has_class = true;
                    continue;
                }
                Some(other) if other != 1 && !has_class => {
                    let reason = format!("its class is {}, and only IN is checked", text.to_ascii_uppercase());
                    return Err(Trouble::new(reason, field));
                }
                _ => {}
            }
            if let Some(rtype) = rtype(&text) {
                return Ok(Header { ttl: seconds, rtype, length: at + 1 });
            }
        }
        return Err(Trouble::new(format!("`{text}` is no type of record"), field));
    }
    Err(Trouble { reason: "it has no type of record".to_owned(), at: entry.clone() })
}

/// Seconds, as a number or with units, such as `1w2d` (BIND; RFC 2308 section 4 knows numbers only).
pub fn ttl(text: &str) -> Option<u32> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total: u32 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = match rest.as_bytes().get(digits)?.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = rest[..digits].parse::<u32>().ok()?.checked_mul(unit)?.checked_add(total)?;
        rest = &rest[digits + 1..];
    }
    Some(total)
}

/// The number of a class (RFC 1035 section 3.2.4, RFC 3597 section 5).
fn class(text: &str) -> Option<u16> {
    const NAMED: [(&str, u16); 7] =
        [("IN", 1), ("CH", 3), ("CHAOS", 3), ("HS", 4), ("HESIOD", 4), ("NONE", 254), ("ANY", 255)];
    let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, number)| *number);
    named.or_else(|| numbered(text, "CLASS"))
}

/// The number behind a word, as in `TYPE65280`.
fn numbered(text: &str, word: &str) -> Option<u16> {
    let start = text.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
    let digits = &text[start.len()..];
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// The type of a mnemonic or a number, if records can have it. ALIAS and ANAME are those of some servers.
fn rtype(text: &str) -> Option<Rtype> {
    if text.eq_ignore_ascii_case("ANAME") {
        return Some(Rtype::Alias);
    }
    let rtype = Rtype::from_text(text);
    let Rtype::Other(_) = rtype else { return Some(rtype) };
    let number = match numbered(text, "TYPE") {
        Some(number) => Number::from_int(number),
        None => Number::from_mnemonic(text.to_ascii_uppercase().as_bytes())?,
    };
    // What questions and the messages themselves have (RFC 6895 section 3.1).
    if matches!(number.to_int(), 0 | 41 | 128..=255) {
        return None;
    }
    Some(match number.to_mnemonic() {
        Some(mnemonic) => Rtype::from_text(&String::from_utf8_lossy(mnemonic)),
        None => Rtype::from_text(&format!("TYPE{}", number.to_int())),
    })
}

/// The number of a type, if it is one of the wire.
fn number(rtype: &Rtype) -> Option<Number> {
    let text = rtype.text();
    numbered(text, "TYPE").map(Number::from_int).or_else(|| Number::from_mnemonic(text.as_bytes()))
}

/// A name as it is written: relative to the origin unless it ends with a dot (RFC 1035 section 5.1).
pub fn name(field: &Field, origin: Option<&Name>) -> Result<Name, NameTrouble> {
    let text = printable(field.text);
    let is_origin = !field.is_quoted && text == "@";
    let is_whole = has_final_dot(&text);
    let origin = match origin {
        _ if is_whole => return Name::parse(&text).map_err(NameTrouble::Bad),
        Some(origin) => origin,
        None => return Err(NameTrouble::NoOrigin),
    };
    if is_origin { Ok(origin.clone()) } else { Name::relative(&text, origin).map_err(NameTrouble::Bad) }
}

/// Why a field is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameTrouble {
    /// It is none.
    Bad(NameError),
    /// It is relative, and nothing says to what.
    NoOrigin,
}

impl NameTrouble {
    /// The same, of a field.
    pub fn at(self, field: &Field) -> Trouble {
        let text = shown(field);
        let reason = match self {
            NameTrouble::Bad(error) => format!("`{text}` is not a domain name: {error}"),
            NameTrouble::NoOrigin => {
                format!("`{text}` is relative, and nothing says to what; begin the file with `$ORIGIN` and its zone")
            }
        };
        Trouble::new(reason, field)
    }
}

/// Whether the last dot ends a label, rather than being part of it.
pub fn has_final_dot(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('.') else { return false };
    let backslashes = rest.len() - rest.trim_end_matches('\\').len();
    backslashes % 2 == 0
}

/// A text with bytes that are no UTF-8 as escapes.
fn printable(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut printable = String::new();
    for chunk in text.utf8_chunks() {
        printable.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(printable, "\\{byte:03}").expect("strings take all text");
        }
    }
    Cow::Owned(printable)
}

/// Data, and where to point at: the host in it, where there is one.
#[derive(Debug)]
pub struct Datum {
    /// The data.
    pub rdata: Rdata,
    /// The field of the host, or all fields.
    pub range: Range<usize>,
}

/// Reads the data of a record. `fields` are those behind the type.
pub fn datum(rtype: &Rtype, fields: &[Field], origin: Option<&Name>, entry: &Range<usize>) -> Result<Datum, Trouble> {
    let (Some(first), Some(last)) = (fields.first(), fields.last()) else {
        return Err(Trouble { reason: format!("its {rtype} has no data"), at: entry.clone() });
    };
    let all = first.range.start..last.range.end;
    if !first.is_quoted && first.text == b"\\#" && *rtype != Rtype::Alias {
        let rdata = generic(rtype, fields).map_err(|reason| Trouble { reason, at: all.clone() })?;
        return Ok(Datum { rdata, range: all });
    }
    let expect = |count: usize, form: &str| {
        let reason = || format!("its {rtype} is not of the form `{form}`");
        if fields.len() == count { Ok(()) } else { Err(Trouble { reason: reason(), at: all.clone() }) }
    };
    let number = |at: usize, what: &str| {
        let text = shown(&fields[at]);
        let is_number = !text.starts_with('+');
        let reason = || format!("`{text}` is no {what}: that is a number from 0 to 65535");
        text.parse::<u16>().ok().filter(|_| is_number).ok_or_else(|| Trouble::new(reason(), &fields[at]))
    };
    let host = |at: usize| name(&fields[at], origin).map_err(|trouble| trouble.at(&fields[at]));
    let with_host = |rdata: Rdata, at: usize| Ok(Datum { rdata, range: fields[at].range.clone() });
    let rdata = match rtype {
        Rtype::A | Rtype::Aaaa => {
            expect(1, "address")?;
            let text = shown(first);
            Rdata::parse(rtype, &text, Name::parse)
                .map_err(|_| Trouble::new(format!("`{text}` is no address for {rtype}"), first))?
        }
        Rtype::Cname | Rtype::Alias | Rtype::Dname | Rtype::Ns | Rtype::Ptr => {
            expect(1, "name")?;
            let host = host(0)?;
            let rdata = match rtype {
                Rtype::Cname => Rdata::Cname(host),
                Rtype::Alias => Rdata::Alias(host),
                _ => Rdata::Host(host),
            };
            return with_host(rdata, 0);
        }
        Rtype::Mx => {
            expect(2, "preference exchange")?;
            return with_host(Rdata::Mx { preference: number(0, "preference")?, exchange: host(1)? }, 1);
        }
        Rtype::Srv => {
            expect(4, "priority weight port target")?;
            let (priority, weight, port) = (number(0, "priority")?, number(1, "weight")?, number(2, "port")?);
            return with_host(Rdata::Srv { priority, weight, port, target: host(3)? }, 3);
        }
        Rtype::Soa => {
            expect(7, "server mailbox serial refresh retry expire minimum")?;
            let mut text = format!("{} {}", host(0)?, host(1)?);
            for field in &fields[2..] {
                let written = shown(field);
                let seconds = ttl(&written).ok_or_else(|| Trouble::new(format!("`{written}` is no number"), field))?;
                write!(text, " {seconds}").expect("strings take all text");
            }
            Rdata::Text(text.into())
        }
        Rtype::Txt => {
            fields.iter().try_for_each(|field| is_string(field).map_err(|reason| Trouble::new(reason, field)))?;
            Rdata::Text(written(fields, |_| true).into())
        }
        Rtype::Caa | Rtype::Tlsa | Rtype::Other(_) => {
            check(rtype, fields).map_err(|reason| Trouble { reason, at: all.clone() })?;
            Rdata::Text(written(fields, |field| field.is_quoted).into())
        }
    };
    Ok(Datum { rdata, range: all })
}

/// Fields in a row, some of them in quotes.
fn written(fields: &[Field], quotes: impl Fn(&Field) -> bool) -> String {
    let mut text = String::new();
    for field in fields {
        let quote = if quotes(field) { "\"" } else { "" };
        let space = if text.is_empty() { "" } else { " " };
        text.extend([space, quote, &printable(field.text), quote]);
    }
    text
}

/// Whether a field is a character string (RFC 1035 section 3.3).
fn is_string(field: &Field) -> Result<(), &'static str> {
    let mut length = 0;
    let mut rest = field.text;
    while let [first, tail @ ..] = rest {
        length += 1;
        rest = match (first, tail) {
            (b'\\', [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', tail @ ..])
                if [a, b, c] <= [&b'2', &b'5', &b'5'] =>
            {
                tail
            }
            (b'\\', [next, tail @ ..]) if !next.is_ascii_digit() => tail,
            (b'\\', _) => return Err("it has an incomplete escape"),
            _ => tail,
        };
    }
    if length > 255 { Err("a string of it is longer than 255 bytes; divide it into several") } else { Ok(()) }
}

/// Whether the data of a type that nothing here looks into are well-formed.
fn check(rtype: &Rtype, fields: &[Field]) -> Result<(), String> {
    let Some(number) = number(rtype) else { return Ok(()) };
    if number.to_mnemonic().is_none() {
        return Err(format!("its {rtype} is not of the form `\\# length data`"));
    }
    let texts = fields.iter().map(|field| printable(field.text));
    let mut scanner = IterScanner::<_, Vec<u8>>::new(texts);
    match ZoneRecordData::<Vec<u8>, WireName<Vec<u8>>>::scan(number, &mut scanner) {
        Ok(_) if scanner.is_exhausted() => Ok(()),
        Ok(_) => Err(format!("its {rtype} has more fields than it takes")),
        // The crate cannot read this type.
        Err(error) if NOT_KNOWN.contains(&error.to_string().as_str()) => Ok(()),
        Err(error) => Err(format!("its {rtype} is not well-formed: {error}")),
    }
}

/// What the crate says of types whose data it cannot read, such as URI, and of those of SVCB and HTTPS.
const NOT_KNOWN: [&str; 2] =
    ["unknown record type with concrete data", "Scanning SVCB octets is only implemented by some Scanners"];

/// Data of any type as bytes in hexadecimal: `\# length data` (RFC 3597 section 5).
fn generic(rtype: &Rtype, fields: &[Field]) -> Result<Rdata, String> {
    let bad = || format!("its {rtype} is not of the form `\\# length data`, with the data in hexadecimal");
    let length: usize = fields.get(1).and_then(|field| shown(field).parse().ok()).ok_or_else(bad)?;
    let digits: Vec<u8> = fields[2..].iter().flat_map(|field| field.text.iter().copied()).collect();
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    let bytes = bytes.filter(|bytes| rest.is_empty() && bytes.len() == length).ok_or_else(bad)?;
    let as_written = || Rdata::Text(written(fields, |_| false).into());
    let Some(number) = number(rtype) else { return Ok(as_written()) };
    let mut parser = Parser::from_ref(bytes.as_slice());
    let read = ZoneRecordData::<&[u8], ParsedName<&[u8]>>::parse_rdata(number, &mut parser);
    let read = read.ok().flatten().filter(|_| parser.remaining() == 0);
    let Some(read) = read else { return Err(format!("the bytes of its {rtype} are no data of that type")) };
    if matches!(rtype, Rtype::Other(_)) || matches!(read, ZoneRecordData::Unknown(UnknownRecordData { .. })) {
        return Ok(as_written());
    }
    Rdata::parse(rtype, &read.to_string(), Name::parse).map_err(|_| bad())
}
