//! Record types and record data: what a record set answers.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use crate::name::{Name, NameError};

/// A record type. The named ones are those that some rule or loader treats in a way of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rtype {
    /// RFC 1035 section 3.4.1.
    A,
    /// RFC 3596 section 2.1.
    Aaaa,
    /// No type on the wire: the DNS host answers address queries with those of another name (ALIAS, ANAME).
    Alias,
    /// RFC 8659 section 4.
    Caa,
    /// RFC 1035 section 3.3.1.
    Cname,
    /// RFC 6672 section 2.1.
    Dname,
    /// RFC 1035 section 3.3.9.
    Mx,
    /// RFC 1035 section 3.3.11.
    Ns,
    /// RFC 1035 section 3.3.12.
    Ptr,
    /// RFC 1035 section 3.3.13.
    Soa,
    /// RFC 2782.
    Srv,
    /// RFC 6698 section 2.
    Tlsa,
    /// RFC 1035 section 3.3.14.
    Txt,
    /// Any other, in upper case as the input names it.
    Other(Arc<str>),
}

/// Every type but [`Rtype::Other`].
const NAMED: [Rtype; 13] = [
    Rtype::A,
    Rtype::Aaaa,
    Rtype::Alias,
    Rtype::Caa,
    Rtype::Cname,
    Rtype::Dname,
    Rtype::Mx,
    Rtype::Ns,
    Rtype::Ptr,
    Rtype::Soa,
    Rtype::Srv,
    Rtype::Tlsa,
    Rtype::Txt,
];

impl Rtype {
    /// The type with this mnemonic, in any case. Mnemonics that are not known are types too.
    pub fn from_text(text: &str) -> Rtype {
        let named = NAMED.iter().find(|rtype| rtype.text().eq_ignore_ascii_case(text));
        named.cloned().unwrap_or_else(|| Rtype::Other(text.to_ascii_uppercase().into()))
    }

    /// The mnemonic, in upper case.
    pub fn text(&self) -> &str {
        match self {
            Rtype::A => "A",
            Rtype::Aaaa => "AAAA",
            Rtype::Alias => "ALIAS",
            Rtype::Caa => "CAA",
            Rtype::Cname => "CNAME",
            Rtype::Dname => "DNAME",
            Rtype::Mx => "MX",
            Rtype::Ns => "NS",
            Rtype::Ptr => "PTR",
            Rtype::Soa => "SOA",
            Rtype::Srv => "SRV",
            Rtype::Tlsa => "TLSA",
            Rtype::Txt => "TXT",
            Rtype::Other(text) => text,
        }
    }

    /// Whether only some DNS host knows the type, as its name in front of a slash says.
    pub fn is_foreign(&self) -> bool {
        self.text().contains('/')
    }

    /// Whether sets of this type answer address queries.
    pub fn is_address(&self) -> bool {
        matches!(self, Rtype::A | Rtype::Aaaa | Rtype::Alias)
    }
}

impl fmt::Display for Rtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// The data of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rdata {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The DNS host answers with the records of the same type at another name; the set keeps its own type.
    Alias(Name),
    /// The target of the alias.
    Cname(Name),
    /// A mail exchange. The root as exchange refuses all mail (RFC 7505).
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// The host that takes mail.
        exchange: Name,
    },
    /// A service (RFC 2782).
    Srv {
        /// Lower is tried first.
        priority: u16,
        /// Share among equals.
        weight: u16,
        /// TCP or UDP port.
        port: u16,
        /// The host that offers the service.
        target: Name,
    },
    /// The target of a record that is one name: DNAME, NS, PTR.
    Host(Name),
    /// Text of a type that nothing here looks into, and TXT.
    Text(Arc<str>),
    /// Not known: computed at apply, sensitive, or chosen by the DNS host.
    Unknown,
}

/// Why a text is no data of its type; reads on after "the value".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RdataError {
    /// Not an address of the type's family.
    Address,
    /// Not `preference exchange`, or the four fields of SRV.
    Fields(&'static str),
    /// A field that is not a number of 16 bits.
    Number(&'static str),
    /// A host that is not a domain name.
    Name(NameError),
}

impl fmt::Display for RdataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RdataError::Address => f.write_str("is not an address of this type"),
            RdataError::Fields(fields) => write!(f, "is not of the form `{fields}`"),
            RdataError::Number(field) => write!(f, "has a {field} that is not a number from 0 to 65535"),
            RdataError::Name(error) => write!(f, "is not a domain name: {error}"),
        }
    }
}

impl From<NameError> for RdataError {
    fn from(error: NameError) -> RdataError {
        RdataError::Name(error)
    }
}

impl Rdata {
    /// Reads the presentation form of a type's data; `host` turns the text of a host into a name, since inputs differ
    /// in what a host without a final dot means.
    pub fn parse(
        rtype: &Rtype,
        text: &str,
        host: impl Fn(&str) -> Result<Name, NameError>,
    ) -> Result<Rdata, RdataError> {
        let mut fields = text.split_ascii_whitespace();
        Ok(match rtype {
            Rtype::A => Rdata::A(text.trim().parse().map_err(|_| RdataError::Address)?),
            Rtype::Aaaa => Rdata::Aaaa(text.trim().parse().map_err(|_| RdataError::Address)?),
            Rtype::Alias => Rdata::Alias(host(text.trim())?),
            Rtype::Cname => Rdata::Cname(host(text.trim())?),
            Rtype::Dname | Rtype::Ns | Rtype::Ptr => Rdata::Host(host(text.trim())?),
            Rtype::Mx => match (fields.next(), fields.next(), fields.next()) {
                (Some(preference), Some(exchange), None) => {
                    Rdata::Mx { preference: number(preference, "preference")?, exchange: host(exchange)? }
                }
                _ => return Err(RdataError::Fields("preference exchange")),
            },
            Rtype::Srv => match (fields.next(), fields.next(), fields.next(), fields.next(), fields.next()) {
                (Some(priority), Some(weight), Some(port), Some(target), None) => Rdata::Srv {
                    priority: number(priority, "priority")?,
                    weight: number(weight, "weight")?,
                    port: number(port, "port")?,
                    target: host(target)?,
                },
                _ => return Err(RdataError::Fields("priority weight port target")),
            },
            Rtype::Caa | Rtype::Soa | Rtype::Tlsa | Rtype::Txt | Rtype::Other(_) => Rdata::Text(text.into()),
        })
    }

    /// Where an alias leads: a CNAME, or one that the DNS host resolves by itself.
    pub fn alias_target(&self) -> Option<&Name> {
        match self {
            Rdata::Cname(target) | Rdata::Alias(target) => Some(target),
            _ => None,
        }
    }

    /// Preference and exchange of an MX; the root as exchange if it is the null MX.
    pub fn mx(&self) -> Option<(u16, &Name)> {
        match self {
            Rdata::Mx { preference, exchange } => Some((*preference, exchange)),
            _ => None,
        }
    }

    /// The exchange, if this is an MX that has one; the root is no exchange.
    pub fn exchange(&self) -> Option<&Name> {
        self.mx().map(|(_, exchange)| exchange).filter(|exchange| !exchange.is_root())
    }

    /// The host that an MX, an SRV, an NS or a PTR names; the root is none.
    pub fn host(&self) -> Option<&Name> {
        match self {
            Rdata::Mx { exchange: host, .. } | Rdata::Srv { target: host, .. } | Rdata::Host(host) => Some(host),
            _ => None,
        }
        .filter(|host| !host.is_root())
    }

    /// The text of a TXT: its character strings joined, without quotes and escapes (RFC 1035 section 5.1, RFC 7208
    /// section 3.3). Text that no quotes surround is taken as it is, but for two that close one string and open the next.
    pub fn joined_text(&self) -> Option<Cow<'_, str>> {
        let Rdata::Text(text) = self else { return None };
        if !text.starts_with('"') {
            let is_one = !text.contains("\"\"");
            return Some(if is_one { Cow::Borrowed(text) } else { Cow::Owned(text.replace("\"\"", "")) });
        }
        let mut joined = Vec::new();
        let (mut rest, mut quoted) = (text.as_bytes(), false);
        while let [first, tail @ ..] = rest {
            rest = tail;
            match (first, tail) {
                (b'"', _) => quoted = !quoted,
                (b'\\', [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..]) => {
                    let digits = [a, b, c].map(|digit| u16::from(digit - b'0'));
                    let code = digits[0] * 100 + digits[1] * 10 + digits[2];
                    joined.push(u8::try_from(code).unwrap_or(b'?'));
                    rest = &tail[3..];
                }
                (b'\\', [escaped, ..]) => {
                    joined.push(*escaped);
                    rest = &tail[1..];
                }
                _ if quoted => joined.push(*first),
                _ => {}
            }
        }
        Some(String::from_utf8_lossy(&joined).into_owned().into())
    }

    /// Whether both say the same, however their text is divided into character strings.
    pub fn is_same(&self, other: &Rdata) -> bool {
        match (self, other) {
            (Rdata::Text(one), Rdata::Text(two)) => one == two || self.joined_text() == other.joined_text(),
            _ => self == other,
        }
    }

    /// Whether this is the null MX (RFC 7505 section 3).
    pub fn is_null_mx(&self) -> bool {
        self.mx().is_some_and(|(_, exchange)| exchange.is_root())
    }
}

/// A field of 16 bits.
pub fn number(text: &str, field: &'static str) -> Result<u16, RdataError> {
    u16::from_str(text).map_err(|_| RdataError::Number(field))
}

/// Presentation form (RFC 1035 section 5.1); an alias names its target, what is not known is `?`.
impl fmt::Display for Rdata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rdata::A(address) => write!(f, "{address}"),
            Rdata::Aaaa(address) => write!(f, "{address}"),
            Rdata::Alias(name) | Rdata::Cname(name) | Rdata::Host(name) => write!(f, "{name}"),
            Rdata::Mx { preference, exchange } => write!(f, "{preference} {exchange}"),
            Rdata::Srv { priority, weight, port, target } => write!(f, "{priority} {weight} {port} {target}"),
            Rdata::Text(text) => f.write_str(text),
            Rdata::Unknown => f.write_str("?"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presentation_form_is_read_and_written() {
        for (rtype, text, written) in [
            ("mx", "10  Mail.Example.com", "10 mail.example.com."),
            ("MX", "0 .", "0 ."),
            ("A", "192.0.2.1", "192.0.2.1"),
            ("AAAA", "2001:DB8::0", "2001:db8::"),
            ("cname", "www.example.net", "www.example.net."),
            ("dname", "example.net", "example.net."),
            ("SRV", "0 1 465 mail.example.com.", "0 1 465 mail.example.com."),
            ("TXT", "v=spf1 -all", "v=spf1 -all"),
            ("URLFWD", "whatever", "whatever"),
        ] {
            assert_eq!(Rdata::parse(&Rtype::from_text(rtype), text, Name::parse).unwrap().to_string(), written);
        }
    }

    #[test]
    fn character_strings_are_joined_without_quotes_and_escapes() {
        for (text, joined) in [
            ("v=spf1 -all", "v=spf1 -all"),
            (r#""v=spf1 " "-all""#, "v=spf1 -all"),
            (r#"v=spf1 ""-all"#, "v=spf1 -all"),
            (r#""v=DKIM1\; k=rsa""#, "v=DKIM1; k=rsa"),
            (r#""a\"b\\c\032d""#, r#"a"b\c d"#),
            (r#""""#, ""),
        ] {
            assert_eq!(Rdata::Text(text.into()).joined_text().as_deref(), Some(joined));
        }
        assert_eq!(Rdata::Unknown.joined_text(), None);
    }

    #[test]
    fn what_is_no_data_of_its_type_is_refused() {
        let error = |rtype, text| Rdata::parse(&rtype, text, Name::parse).unwrap_err().to_string();
        assert_eq!(error(Rtype::Mx, "mail.example.com"), "is not of the form `preference exchange`");
        assert_eq!(error(Rtype::Mx, "70000 mail"), "has a preference that is not a number from 0 to 65535");
        assert_eq!(error(Rtype::A, "2001:db8::1"), "is not an address of this type");
        assert_eq!(error(Rtype::Cname, "a..b"), "is not a domain name: it has an empty label");
    }

    #[test]
    fn mnemonics_are_known_in_any_case() {
        for rtype in NAMED {
            assert_eq!(Rtype::from_text(&rtype.text().to_lowercase()), rtype);
        }
        assert_eq!(Rtype::from_text("Route53Provider/ALIAS").text(), "ROUTE53PROVIDER/ALIAS");
    }
}
