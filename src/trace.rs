//! The way of mail for a name, step by step: aliases, exchanges, their addresses and TLSA records (RFC 5321 section 5.1,
//! RFC 7672 section 2.2).

use crate::diff::Diff;
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Served, Snapshot, View, ViewId};
use crate::route::{Chain, Destination, End, Hop, Unseen, tlsa_chain};
use crate::source::Place;

/// The way that mail for a name takes on one side of a change.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The domain of the mail.
    pub name: Name,
    /// The aliases that lead on from it.
    pub aliases: Vec<Alias>,
    /// What is at their end.
    pub destination: Destination,
    /// Why the destination is out of view, if it is.
    pub unseen: Option<Unseen>,
    /// The null MX that refuses mail, if one does.
    pub refusal: Option<Place>,
    /// The hosts that take the mail, in the order in which they are tried.
    pub hosts: Vec<MailHost>,
}

/// An alias on the way.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name that is asked for.
    pub name: Name,
    /// The owner of the record that answers, if it is another: a wildcard, or a DNAME above.
    pub by: Option<Name>,
    /// The name that takes its place.
    pub target: Name,
    /// Where the record stands.
    pub place: Place,
}

/// A host that takes mail.
#[derive(Clone, Debug)]
pub struct MailHost {
    /// The preference of its MX; none if there is no MX, and the domain's own addresses take the mail.
    pub preference: Option<u16>,
    /// Its name; none if the MX is not known before the change is applied.
    pub name: Option<Name>,
    /// Where its MX stands.
    pub place: Option<Place>,
    /// The aliases that lead on from it, which an exchange should not have (RFC 5321 section 5.1).
    pub aliases: Vec<Alias>,
    /// Its addresses.
    pub reach: Reach,
    /// The TLSA records that say which certificate it shows, at the end of its aliases or at its own name (RFC 7672
    /// section 2.2.2).
    pub tlsa: Vec<Datum>,
}

/// Whether a host can be reached.
#[derive(Clone, Debug)]
pub enum Reach {
    /// At these addresses.
    Addresses(Vec<Datum>),
    /// There are none.
    Nowhere,
    /// Its aliases lead in a circle.
    Loop,
    /// The inputs do not say.
    Unseen(Unseen),
}

/// What a record says, and where it stands.
#[derive(Clone, Debug)]
pub struct Datum {
    /// Its data in presentation form; of an address that the DNS host finds itself, what it is found by.
    pub text: String,
    /// Where.
    pub place: Place,
}

impl Trace {
    /// Follows mail for `name`, which is looked for in `view`.
    pub fn of(snapshot: &Snapshot, view: ViewId, name: &Name) -> Trace {
        let mut trace = Trace::unseen(name, Unseen::NoZone);
        let chain = Chain::of(snapshot, view, name);
        trace.aliases = aliases(&chain.hops);
        trace.unseen = None;
        match &chain.end {
            End::OutOfView(unseen) => trace.unseen = Some(unseen.clone()),
            End::Answer(view, Some(owner)) => {
                let node = snapshot.node(*view, owner);
                trace.refusal = node.null_mx().map(|record| record.place.clone());
                trace.hosts = hosts(snapshot, &node, &chain.last);
            }
            End::Answer(_, None) | End::Loop => {}
        }
        trace.destination = chain.destination(snapshot);
        if trace.unseen.is_none() && matches!(trace.destination, Destination::OutOfView(_)) {
            trace.unseen = Some(Unseen::Partial);
        }
        trace
    }

    /// Mail for a name of which nothing is known.
    pub fn unseen(name: &Name, why: Unseen) -> Trace {
        Trace {
            name: name.clone(),
            aliases: Vec::new(),
            destination: Destination::OutOfView(name.clone()),
            unseen: Some(why),
            refusal: None,
            hosts: Vec::new(),
        }
    }

    /// Whether mail goes the same way, wherever the records stand.
    pub fn is_same(&self, other: &Trace) -> bool {
        let same_hosts = self.hosts.iter().zip(&other.hosts).all(|(one, other)| one.is_same(other));
        same_aliases(&self.aliases, &other.aliases)
            && self.destination == other.destination
            && self.hosts.len() == other.hosts.len()
            && same_hosts
    }

    /// Whether there was mail to carry: an MX, or one that refuses.
    pub fn has_mx(&self) -> bool {
        matches!(self.destination, Destination::Exchanges { .. } | Destination::Refused(_))
    }
}

impl MailHost {
    /// Whether mail reaches it the same way, wherever the records stand.
    pub fn is_same(&self, other: &MailHost) -> bool {
        let texts = |data: &[Datum]| data.iter().map(|datum| datum.text.clone()).collect::<Vec<_>>();
        let same_reach = match (&self.reach, &other.reach) {
            (Reach::Addresses(some), Reach::Addresses(others)) => texts(some) == texts(others),
            (Reach::Unseen(one), Reach::Unseen(other)) => one == other,
            (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
        };
        (self.preference, &self.name) == (other.preference, &other.name)
            && same_aliases(&self.aliases, &other.aliases)
            && same_reach
            && texts(&self.tlsa) == texts(&other.tlsa)
    }
}

fn same_aliases(some: &[Alias], others: &[Alias]) -> bool {
    let steps = |aliases: &[Alias]| aliases.iter().map(|alias| alias.target.clone()).collect::<Vec<_>>();
    steps(some) == steps(others)
}

fn aliases(hops: &[Hop]) -> Vec<Alias> {
    let alias = |hop: &Hop| {
        let by = Some(&hop.owner).filter(|owner| **owner != hop.name).cloned();
        Alias { name: hop.name.clone(), by, target: hop.target.clone(), place: hop.alias.place.clone() }
    };
    hops.iter().map(alias).collect()
}

/// The hosts that take the mail of a domain for which a node answers.
fn hosts(snapshot: &Snapshot, node: &Node, domain: &Name) -> Vec<MailHost> {
    let mut mx: Vec<&Record> = node.mx().collect();
    // Those not known yet come last.
    mx.sort_by_key(|record| (record.rdata.mx().is_none(), record.rdata.mx()));
    let hosts = mx.iter().map(|record| {
        let Some((preference, exchange)) = record.rdata.mx() else {
            return MailHost {
                preference: None,
                name: None,
                place: Some(record.place.clone()),
                aliases: Vec::new(),
                reach: Reach::Unseen(Unseen::Unknown),
                tlsa: Vec::new(),
            };
        };
        let chain = Chain::from(snapshot, node.view, exchange);
        MailHost { preference: Some(preference), place: Some(record.place.clone()), ..host(snapshot, exchange, &chain) }
    });
    let hosts: Vec<MailHost> = hosts.collect();
    let implicit = hosts.is_empty() && node.null_mx().is_none() && node.addresses().next().is_some();
    if implicit { vec![host(snapshot, domain, &Chain::of(snapshot, node.view, domain))] } else { hosts }
}

/// A host whose aliases were followed.
fn host(snapshot: &Snapshot, name: &Name, chain: &Chain) -> MailHost {
    let reach = match &chain.end {
        End::OutOfView(unseen) => Reach::Unseen(unseen.clone()),
        End::Loop => Reach::Loop,
        End::Answer(_, None) => Reach::Nowhere,
        End::Answer(view, Some(owner)) => {
            let node = snapshot.node(*view, owner);
            let addresses: Vec<Datum> = node.addresses().map(address).collect();
            match addresses[..] {
                [] if snapshot.is_whole(*view) => Reach::Nowhere,
                [] => Reach::Unseen(Unseen::Partial),
                _ => Reach::Addresses(addresses),
            }
        }
    };
    let tlsa = tlsa(snapshot, name, chain);
    MailHost { preference: None, name: Some(name.clone()), place: None, aliases: aliases(&chain.hops), reach, tlsa }
}

/// What a record that answers address queries says.
fn address(record: &Record) -> Datum {
    let text = match (&record.rdata, record.served) {
        (Rdata::Alias(target) | Rdata::Cname(target), Served::Proxied) => {
            format!("a proxy before {}", target.unrooted())
        }
        (Rdata::Alias(target) | Rdata::Cname(target), _) => format!("the addresses of {}", target.unrooted()),
        (Rdata::Unknown, _) => "an address not known yet".to_owned(),
        (rdata, Served::Proxied) => format!("a proxy before {rdata}"),
        (rdata, _) => rdata.to_string(),
    };
    Datum { text, place: record.place.clone() }
}

/// The TLSA records of port 25 that hold for a host: those of the name at the end of its aliases, else its own. They may
/// be left to another name by an alias (RFC 7671 section 7).
fn tlsa(snapshot: &Snapshot, host: &Name, chain: &Chain) -> Vec<Datum> {
    let End::Answer(view, _) = chain.end else { return Vec::new() };
    let of = |name: &Name| {
        let chain = tlsa_chain(snapshot, view, name);
        let records = chain.iter().flat_map(|chain| chain.records(snapshot, &Rtype::Tlsa));
        records.map(|record| Datum { text: record.text(), place: record.place.clone() }).collect()
    };
    let expanded: Vec<Datum> = of(&chain.last);
    if expanded.is_empty() && chain.last != *host { of(host) } else { expanded }
}

/// The way of mail for a name in one view.
#[derive(Debug)]
pub struct Way {
    /// The view in which the name is looked for; none if no zone around it is in the inputs.
    pub view: Option<View>,
    /// The way before the change; none if nothing told of that.
    pub before: Option<Trace>,
    /// The way after it.
    pub after: Trace,
}

/// The ways of mail for a name, one for each view that may hold it: the public views of the zone closest to it, those of
/// unnamed zones that hold it, and private ones around it.
pub fn ways(diff: &Diff, compared: bool, name: &Name) -> Vec<Way> {
    let views = diff.after.views_of(name);
    let way = |view: ViewId| Way {
        view: Some(diff.after.view(view).clone()),
        before: compared.then(|| Trace::of(&diff.before, view, name)),
        after: Trace::of(&diff.after, view, name),
    };
    let ways: Vec<Way> = views.into_iter().map(way).collect();
    let unseen = || Trace::unseen(name, Unseen::NoZone);
    if ways.is_empty() {
        return vec![Way { view: None, before: compared.then(unseen), after: unseen() }];
    }
    ways
}

/// Where mail for a name goes before and after a change.
#[derive(Clone, Debug)]
pub struct Reroute {
    /// The way before it.
    pub before: Trace,
    /// The way after it.
    pub after: Trace,
}

impl Reroute {
    /// What a change does to the mail of a name; none if that stays the same, or if the name had no MX to begin with.
    pub fn of(before: &Snapshot, after: &Snapshot, view: ViewId, name: &Name) -> Option<Reroute> {
        let [before, after] = [before, after].map(|side| Trace::of(side, view, name));
        (before.has_mx() && !before.is_same(&after)).then_some(Reroute { before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Builder, RecordSet, Side};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    /// The way of mail for `owner` in the whole zone `example.com` with these records: aliases, hosts, and what each host
    /// comes to.
    fn way(owner: &str, lines: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut builder = Builder::default();
        let view = builder.view(View { apex: Some(name("example.com")), id: None, private: false, host: None });
        builder.mark_whole(view, Side::Both);
        for line in lines {
            builder.add(Side::Both, RecordSet::from_line(view, line));
        }
        let trace = Trace::of(&builder.finish().1, view, &name(owner));
        let targets = |aliases: &[Alias]| aliases.iter().map(|alias| alias.target.unrooted()).collect::<Vec<_>>();
        let texts = |data: &[Datum]| data.iter().map(|datum| datum.text.clone()).collect::<Vec<_>>();
        let host = |host: &MailHost| {
            let reach = match &host.reach {
                Reach::Addresses(addresses) => texts(addresses).join(" "),
                other => format!("{other:?}"),
            };
            let name = host.name.as_ref().map_or("?".to_owned(), Name::unrooted);
            let aliases = targets(&host.aliases);
            format!("{:?} {name} {aliases:?} {reach} {:?}", host.preference, texts(&host.tlsa))
        };
        (targets(&trace.aliases), trace.hosts.iter().map(host).collect())
    }

    const MX: &str = "example.com MX 10 mail.example.com";

    #[test]
    fn hosts_are_in_the_order_in_which_they_are_tried() {
        let (aliases, hosts) = way(
            "www.example.com",
            &[
                "www.example.com CNAME example.com",
                "example.com MX 20 mx.example.net",
                MX,
                "mail.example.com A 192.0.2.1",
            ],
        );
        assert_eq!(aliases, ["example.com"]);
        assert_eq!(
            hosts,
            ["Some(10) mail.example.com [] 192.0.2.1 []", "Some(20) mx.example.net [] Unseen(NoZone) []"]
        );
    }

    #[test]
    fn the_address_of_a_name_without_an_mx_takes_its_mail() {
        let (_, hosts) = way("www.example.com", &["www.example.com A 192.0.2.1", "www.example.com AAAA 2001:db8::1"]);
        assert_eq!(hosts, ["None www.example.com [] 192.0.2.1 2001:db8::1 []"]);
        assert!(way("www.example.com", &["www.example.com MX 0 ."]).1.is_empty());
        assert!(way("www.example.com", &["www.example.com TXT x"]).1.is_empty());
    }

    #[test]
    fn tlsa_records_stand_at_the_end_of_aliases_or_at_the_exchange() {
        let alias = "mail.example.com CNAME host.example.com";
        let address = "host.example.com A 192.0.2.1";
        let [old, new] = ["_25._tcp.mail.example.com TLSA 3 1 1 aa", "_25._tcp.host.example.com TLSA 3 1 1 bb"];
        let tlsa = |lines: &[&str]| way("example.com", &[&[MX, alias, address], lines].concat()).1.concat();
        let way = "Some(10) mail.example.com [\"host.example.com\"] 192.0.2.1";
        assert_eq!(tlsa(&[old]), format!("{way} [\"3 1 1 aa\"]"));
        assert_eq!(tlsa(&[old, new]), format!("{way} [\"3 1 1 bb\"]"));
        let shared = ["_25._tcp.host.example.com CNAME tlsa.example.com", "tlsa.example.com TLSA 3 1 1 cc"];
        assert_eq!(tlsa(&shared), format!("{way} [\"3 1 1 cc\"]"));
    }

    #[test]
    fn a_host_without_an_address_is_nowhere() {
        assert_eq!(way("example.com", &[MX]).1, ["Some(10) mail.example.com [] Nowhere []"]);
        let around = ["mail.example.com CNAME a.example.com", "a.example.com CNAME mail.example.com"];
        let (_, hosts) = way("example.com", &[MX, around[0], around[1]]);
        assert_eq!(hosts, ["Some(10) mail.example.com [\"a.example.com\", \"mail.example.com\"] Loop []"]);
    }
}
