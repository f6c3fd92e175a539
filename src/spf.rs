//! SPF records (RFC 7208): which terms a text has, and what names and networks they speak of.
//!
//! Nothing fails here. A term that is not well formed leads nowhere, and so does one with a macro (section 7): which name
//! that is depends on the mail at hand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::name::Name;

/// One term of a record (section 4.6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<'t> {
    /// As it is written.
    pub text: &'t str,
    /// Whether what it matches may send: no qualifier, or `+` (section 4.6.2).
    pub passes: bool,
    /// What it speaks of.
    pub subject: Subject,
}

/// What a term speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Everybody (section 5.1).
    All,
    /// Those that the record of another name lets send (section 5.2).
    Include(Name),
    /// Whatever the record of another name says (section 6.1).
    Redirect(Name),
    /// The networks round the addresses of a name, the owner's own if none is written (section 5.3).
    Addresses(Option<Name>, Lengths),
    /// The networks round the addresses of the mail exchanges of a name, the owner's own if none is written (section 5.4).
    Exchanges(Option<Name>, Lengths),
    /// This network (section 5.6).
    Network(Network),
    /// What no record can tell (sections 5.5, 5.7, 6.2 and 7), and what is no term at all.
    Other,
}

/// How many leading bits count of an address, of IPv4 and of IPv6 (section 5.6, `dual-cidr-length`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    four: u8,
    six: u8,
}

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its first address.
    first: IpAddr,
    /// How many leading bits its addresses have in common.
    length: u8,
}

/// Whether the text is a record: its version is ended by a space or by the text (section 4.5).
pub fn is_record(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

/// The terms of a record that count: none after `all`, and no redirection where there is an `all` (sections 5.1 and 6.1);
/// none of a text that is no record.
pub fn terms(text: &str) -> Vec<Term<'_>> {
    let words = text.split(' ').skip(1).filter(|word| is_record(text) && !word.is_empty());
    let mut terms: Vec<Term> = words.map(term).collect();
    if let Some(all) = terms.iter().position(|term| term.subject == Subject::All) {
        terms.truncate(all + 1);
        terms.retain(|term| !matches!(term.subject, Subject::Redirect(_)));
    }
    terms
}

/// Whether the text lets nobody send and refers to no other name: `v=spf1 -all`, which names state that send no mail.
pub fn lets_nobody_send(text: &str) -> bool {
    matches!(&terms(text)[..], [only] if only.text.eq_ignore_ascii_case("-all"))
}

/// The names whose records tell who may send by the record of an owner; often none, and one of them more than once.
pub fn names(owner: &Name, text: &str) -> Vec<Name> {
    terms(text).iter().filter_map(|term| term.subject.name(owner).cloned()).collect()
}

impl Subject {
    /// The name whose records it depends on, in the record of an owner.
    pub fn name<'s>(&'s self, owner: &'s Name) -> Option<&'s Name> {
        match self {
            Subject::Include(name) | Subject::Redirect(name) => Some(name),
            Subject::Addresses(name, _) | Subject::Exchanges(name, _) => Some(name.as_ref().unwrap_or(owner)),
            Subject::All | Subject::Network(_) | Subject::Other => None,
        }
    }
}

impl Lengths {
    /// The network round an address.
    pub fn round(self, address: IpAddr) -> Network {
        let length = if address.is_ipv4() { self.four } else { self.six };
        Network { first: masked(address, length), length }
    }
}

impl Network {
    /// Whether all addresses of another network are in this one.
    pub fn contains(&self, other: &Network) -> bool {
        self.length <= other.length && masked(other.first, self.length) == self.first
    }

    /// The term that speaks of it.
    pub fn term(&self) -> String {
        let (family, longest) = if self.first.is_ipv4() { ("ip4", 32) } else { ("ip6", 128) };
        let length = if self.length == longest { String::new() } else { format!("/{}", self.length) };
        format!("{family}:{}{length}", self.first)
    }
}

fn masked(address: IpAddr, length: u8) -> IpAddr {
    let length = u32::from(length);
    match address {
        IpAddr::V4(four) => Ipv4Addr::from_bits(four.to_bits() & !u32::MAX.checked_shr(length).unwrap_or(0)).into(),
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & !u128::MAX.checked_shr(length).unwrap_or(0)).into(),
    }
}

fn term(text: &str) -> Term<'_> {
    let directive = text.trim_start_matches(['+', '-', '~', '?']);
    let qualifier = &text[..text.len() - directive.len()];
    let subject = match qualifier.len() {
        0 => modifier(directive).or_else(|| mechanism(directive)),
        1 => mechanism(directive),
        _ => None,
    };
    Term { text, passes: matches!(qualifier, "" | "+"), subject: subject.unwrap_or(Subject::Other) }
}

/// A term of the form `name=value`, which has no qualifier.
fn modifier(text: &str) -> Option<Subject> {
    let (name, value) = text.split_once('=')?;
    let is_redirect = name.eq_ignore_ascii_case("redirect");
    is_redirect.then(|| domain(value)).flatten().map(Subject::Redirect)
}

fn mechanism(text: &str) -> Option<Subject> {
    let (name, value) = text.split_at(text.find([':', '/']).unwrap_or(text.len()));
    match name.to_ascii_lowercase().as_str() {
        "all" if value.is_empty() => Some(Subject::All),
        "include" => domain(value.strip_prefix(':')?).map(Subject::Include),
        "a" => hosts(value).map(|(name, lengths)| Subject::Addresses(name, lengths)),
        "mx" => hosts(value).map(|(name, lengths)| Subject::Exchanges(name, lengths)),
        "ip4" => network::<Ipv4Addr>(value, 32).map(Subject::Network),
        "ip6" => network::<Ipv6Addr>(value, 128).map(Subject::Network),
        _ => None,
    }
}

/// A name that no macro is part of.
fn domain(text: &str) -> Option<Name> {
    Name::parse(text).ok().filter(|name| !text.contains('%') && !name.is_root())
}

/// What may stand behind `a` and `mx`: a name, and how many bits count.
fn hosts(value: &str) -> Option<(Option<Name>, Lengths)> {
    let (name, lengths) = value.split_at(value.find('/').unwrap_or(value.len()));
    let name = if name.is_empty() { None } else { Some(domain(name.strip_prefix(':')?)?) };
    let (four, six) = lengths.split_once("//").map_or((lengths, None), |(four, six)| (four, Some(six)));
    let four = if four.is_empty() { Some(32) } else { length(four.strip_prefix('/')?, 32) };
    let six = six.map_or(Some(128), |six| length(six, 128));
    Some((name, Lengths { four: four?, six: six? }))
}

fn network<A: FromStr + Into<IpAddr>>(value: &str, longest: u8) -> Option<Network> {
    let value = value.strip_prefix(':')?;
    let (address, length) = match value.split_once('/') {
        Some((address, bits)) => (address, self::length(bits, longest)?),
        None => (value, longest),
    };
    let address = A::from_str(address).ok()?.into();
    Some(Network { first: masked(address, length), length })
}

fn length(text: &str, longest: u8) -> Option<u8> {
    text.parse().ok().filter(|length| *length <= longest && text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    /// The terms of a record, each as `name` or `name in network` of what it speaks of.
    fn subjects(text: &str) -> Vec<String> {
        let address = |lengths: Lengths| {
            let networks = ["192.0.2.255", "2001:db8::1"].map(|address| lengths.round(address.parse().unwrap()).term());
            networks.join(" ")
        };
        let host = |name: Option<Name>| name.map_or("owner".to_owned(), |name| name.unrooted());
        let subject = |term: Term| match term.subject {
            Subject::All => "all".to_owned(),
            Subject::Include(name) => format!("include {}", name.unrooted()),
            Subject::Redirect(name) => format!("redirect {}", name.unrooted()),
            Subject::Addresses(name, lengths) => format!("a {} {}", host(name), address(lengths)),
            Subject::Exchanges(name, lengths) => format!("mx {} {}", host(name), address(lengths)),
            Subject::Network(network) => network.term(),
            Subject::Other => "other".to_owned(),
        };
        terms(text).into_iter().map(subject).collect()
    }

    #[test]
    fn terms_speak_of_names_and_networks() {
        for (term, subject) in [
            ("-ALL", "all"),
            ("Include:_spf.Example.net", "include _spf.example.net"),
            ("?include:_spf.example.net.", "include _spf.example.net"),
            ("redirect=_spf.example.net", "redirect _spf.example.net"),
            ("a", "a owner ip4:192.0.2.255 ip6:2001:db8::1"),
            ("+a:www.example.com/24", "a www.example.com ip4:192.0.2.0/24 ip6:2001:db8::1"),
            ("mx//64", "mx owner ip4:192.0.2.255 ip6:2001:db8::/64"),
            ("mx:example.net/0//0", "mx example.net ip4:0.0.0.0/0 ip6:::/0"),
            ("ip4:192.0.2.77/28", "ip4:192.0.2.64/28"),
            ("ip6:2001:DB8::1", "ip6:2001:db8::1"),
        ] {
            assert_eq!(subjects(&format!("v=spf1 {term}")), [subject], "{term}");
        }
    }

    #[test]
    fn what_is_not_well_formed_or_depends_on_the_mail_leads_nowhere() {
        for term in [
            "",
            "+",
            "--all",
            "all:example.com",
            "include",
            "include:",
            "include:a..b",
            "include:%{ir}.example.com",
            "-redirect=example.com",
            "redirect=%{d}.example.com",
            "exp=explain.example.com",
            "a:",
            "a:%{i}.example.com",
            "a/33",
            "a/",
            "a///",
            "a/+4",
            "mx//129",
            "mx/x",
            "ip4",
            "ip4:",
            "ip4:192.0.2",
            "ip4:192.0.2.1/33",
            "ip4:2001:db8::1",
            "ip6:192.0.2.1",
            "ptr",
            "ptr:example.com",
            "exists:%{i}.example.com",
            "é",
            "é=x",
            "a=b",
        ] {
            let others = subjects(&format!("v=spf1 {term}"));
            assert!(others.iter().all(|subject| subject == "other"), "{term}: {others:?}");
        }
    }

    #[test]
    fn the_version_is_ended_by_a_space_or_by_the_text() {
        for (text, is_one) in
            [("v=spf1", true), ("V=SPF1 -all", true), ("v=spf10 -all", false), ("v=spf1\t-all", false)]
        {
            assert_eq!(is_record(text), is_one, "{text}");
        }
        assert_eq!(terms("spf2.0/pra include:example.net"), []);
    }

    #[test]
    fn nothing_counts_behind_all_and_no_redirection_beside_it() {
        assert_eq!(subjects("v=spf1  redirect=example.net a ~all include:example.org"), subjects("v=spf1 a ~all"));
    }

    #[test]
    fn only_a_record_that_ends_at_once_lets_nobody_send() {
        let texts = ["v=spf1 -all", "V=SPF1  -ALL", "v=spf1 -all include:example.net"];
        assert!(texts.iter().all(|text| lets_nobody_send(text)));
        let others = ["v=spf1", "v=spf1 ~all", "v=spf1 mx -all", "v=spf1 redirect=example.net", "-all", "v=spf10 -all"];
        assert!(!others.iter().any(|text| lets_nobody_send(text)));
    }

    #[test]
    fn names_are_those_whose_records_matter() {
        let text = "v=spf1 a mx:example.net include:_spf.example.org ip4:192.0.2.1 exists:%{i}.example.org ~all";
        assert_eq!(names(&name("example.com"), text), ["example.com", "example.net", "_spf.example.org"].map(name));
    }

    #[test]
    fn a_network_contains_those_that_lie_in_it() {
        let network = |text: &str| network::<Ipv4Addr>(text, 32).unwrap();
        assert!(network(":192.0.2.0/24").contains(&network(":192.0.2.7")));
        assert!(!network(":192.0.2.7").contains(&network(":192.0.2.0/24")));
        assert!(!network(":192.0.2.0/25").contains(&network(":192.0.2.200")));
    }
}
