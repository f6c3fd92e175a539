//! What a name server answers, written a second time: over a flat list of records, word for word after RFC 1034 section
//! 4.3.2 with RFC 4592 and RFC 6672, with names as lists of labels. Whatever the indexes of snapshots say has to agree, on
//! thousands of random worlds, for every name of interest, whether a record has it or not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use zonegate::name::Name;
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{Answer, Builder, Record, RecordSet, Served, Side, Snapshot, View, ViewId};
use zonegate::route::Destination;
use zonegate::source::{Bytes, Place, Sources, Span};

const WORLDS: u64 = 2_000;
const ZONES: [&str; 4] = ["example.com", "sub.example.com", "example.net", "deep.sub.example.com"];
const LABELS: [&str; 6] = ["a", "b", "*", "sub", "deep", "_dmarc"];

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).expect("31 bits fit") % sides
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }

    /// A name of up to three labels below one of the zones.
    fn name(&mut self, zone: &str) -> String {
        let mut labels: Vec<&str> = (0..self.roll(4)).map(|_| self.pick(&LABELS)).collect();
        labels.push(zone);
        labels.join(".")
    }
}

/// Labels, the one of the root side first.
type Labels = Vec<String>;

fn labels(text: &str) -> Labels {
    text.split('.').rev().map(str::to_owned).collect()
}

fn text(labels: &[String]) -> String {
    labels.iter().rev().map(String::as_str).collect::<Vec<_>>().join(".")
}

/// A record of a zone.
#[derive(Clone)]
struct Line {
    zone: Labels,
    owner: Labels,
    rtype: &'static str,
    /// A name, or the preference of an MX and a name, or an address.
    data: String,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {} {}", text(&self.zone), text(&self.owner), self.rtype, self.data)
    }
}

/// What the algorithm finds, with the zone in which it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// The records of this owner, which is the name or a wildcard.
    Records(Labels),
    /// A DNAME of this owner.
    Dname(Labels),
    /// A referral from this cut.
    Referral(Labels),
    /// A name error.
    NoName,
}

/// RFC 1034 section 4.3.2, steps 3 and 4, within one zone.
fn server(lines: &[Line], zone: &[String], qname: &[String]) -> Found {
    let in_zone = || lines.iter().filter(|line| line.zone == zone);
    let has = |owner: &[String], rtype: &str| in_zone().any(|line| line.owner == owner && line.rtype == rtype);
    // The apex of a zone that is loaded is always a node of it; others are if they own a record, or one below them does.
    let is_node = |name: &[String]| name.len() <= zone.len() || in_zone().any(|line| line.owner.starts_with(name));
    // "Start matching down, label by label, in the zone."
    let mut matched = zone.len();
    loop {
        let here = &qname[..matched];
        // "If a match would take us out of the authoritative data, we have a referral."
        if matched > zone.len() && has(here, "NS") {
            return Found::Referral(here.to_vec());
        }
        // "If the whole of QNAME is matched, we have found the node."
        if matched == qname.len() {
            return Found::Records(qname.to_vec());
        }
        // Below a DNAME nothing is matched: what stands there is occluded (RFC 6672 section 2.4).
        if has(here, "DNAME") {
            return Found::Dname(here.to_vec());
        }
        // "If at some label, a match is impossible, look to see if a the "*" label exists."
        if !is_node(&qname[..=matched]) {
            let source = [here, &["*".to_owned()]].concat();
            return if is_node(&source) { Found::Records(source) } else { Found::NoName };
        }
        matched += 1;
    }
}

/// RFC 1034 section 4.3.2, step 2: the zone which is the nearest ancestor. A zone without records is not there.
fn nearest_zone(lines: &[Line], qname: &[String]) -> Option<Labels> {
    let zones: BTreeSet<&Labels> = lines.iter().map(|line| &line.zone).collect();
    zones.into_iter().filter(|zone| qname.starts_with(zone)).max_by_key(|zone| zone.len()).cloned()
}

/// The end of mail for a name: the exchanges, or what stands in their place, and at which name.
fn mail(lines: &[Line], zone: &[String], name: &[String]) -> (String, String) {
    let (mut zone, mut name) = (Some(zone.to_vec()), name.to_vec());
    let mut seen = vec![name.clone()];
    loop {
        let Some(asked) = &zone else { return ("out of view".to_owned(), text(&name)) };
        if seen.len() > 16 {
            return ("out of view".to_owned(), text(&name));
        }
        let target = match server(lines, asked, &name) {
            Found::Referral(_) => {
                let child = nearest_zone(lines, &name);
                if child == zone {
                    return ("out of view".to_owned(), text(&name));
                }
                zone = child;
                continue;
            }
            Found::NoName => return ("nowhere".to_owned(), text(&name)),
            Found::Dname(owner) => {
                let dname =
                    lines.iter().find(|line| line.zone == *asked && line.owner == owner && line.rtype == "DNAME");
                let target = [&labels(&dname.expect("it was found").data), &name[owner.len()..]].concat();
                // "If substitution would overflow the legal size for a <domain-name>, set RCODE to YXDOMAIN".
                if text(&target).len() > 253 {
                    return ("nowhere".to_owned(), text(&name));
                }
                target
            }
            Found::Records(owner) => {
                let of = |rtype: &str| {
                    let here = lines.iter().filter(|line| line.zone == *asked && line.owner == owner);
                    here.filter(|line| line.rtype == rtype).map(|line| line.data.clone()).collect::<Vec<_>>()
                };
                let Some(target) = of("CNAME").pop() else {
                    let mut mx = of("MX");
                    mx.sort();
                    let end = match (mx.is_empty(), of("A").is_empty()) {
                        (false, _) => mx.join(", "),
                        (true, false) => "address".to_owned(),
                        (true, true) => "nowhere".to_owned(),
                    };
                    return (end, text(&name));
                };
                labels(&target)
            }
        };
        if seen.contains(&target) {
            return ("loop".to_owned(), text(&target));
        }
        zone = nearest_zone(lines, &target);
        seen.push(target.clone());
        name = target;
    }
}

fn world(dice: &mut Dice) -> Vec<Line> {
    // The deepest zone is there if it holds a record, the others always.
    let soa = |zone: &&str| Line { zone: labels(zone), owner: labels(zone), rtype: "SOA", data: "soa".to_owned() };
    let mut lines: Vec<Line> = ZONES[..3].iter().map(soa).collect();
    for _ in 0..3 + dice.roll(12) {
        let zone = dice.pick(&ZONES);
        let owner = labels(&dice.name(zone));
        let rtype = dice.pick(&["MX", "MX", "CNAME", "CNAME", "A", "NS", "DNAME", "DNAME", "TXT"]);
        // Which of several aliases counts is nobody's business.
        if matches!(rtype, "CNAME" | "DNAME")
            && lines.iter().any(|line| (&line.zone, &line.owner, line.rtype) == (&labels(zone), &owner, rtype))
        {
            continue;
        }
        let target_zone = dice.pick(&ZONES);
        let target = dice.name(target_zone);
        let long = vec!["x".repeat(60); 4].join(".");
        let data = match rtype {
            "MX" => format!("10 {}", dice.pick(&["mx1.example.org", "mx2.example.org"])),
            "A" => "192.0.2.1".to_owned(),
            "DNAME" if dice.roll(10) == 0 => long,
            _ => target,
        };
        lines.push(Line { zone: labels(zone), owner, rtype, data });
    }
    lines
}

/// The side that holds these records, and its views by the text of their apex; every zone is whole.
fn snapshot(lines: &[Line]) -> (Snapshot, BTreeMap<String, ViewId>) {
    let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    let place = Place::at(Span { source, start: 0, end: 0 });
    let mut builder = Builder::default();
    let views = ZONES.map(|apex| {
        let view = builder.view(View { apex: Some(name(apex)), id: None, private: false, host: None });
        builder.mark_whole(view, Side::Both);
        (apex.to_owned(), view)
    });
    let views = BTreeMap::from(views);
    for line in lines {
        let rtype = Rtype::from_text(line.rtype);
        let rdata = Rdata::parse(&rtype, &line.data, Name::parse).expect("the data is good");
        let place = place.clone();
        let records = vec![Record { rdata, ttl: None, served: Served::AsIs, unrooted: false, place }];
        let (view, owner) = (views[&text(&line.zone)], name(&text(&line.owner)));
        builder.add(Side::Both, RecordSet { view, owner, rtype, variant: None, records });
    }
    (builder.finish().1, views)
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("the names are good")
}

/// Every name that a record has or leads to, those above them, some below them, and siblings.
fn names_of_interest(lines: &[Line]) -> BTreeSet<Labels> {
    let mut names: BTreeSet<Labels> = BTreeSet::new();
    for line in lines {
        let target = line.data.rsplit(' ').next().expect("there is data");
        for full in [&line.owner, &labels(target)].into_iter().filter(|full| full[0].starts_with(char::is_alphabetic)) {
            for length in 2..=full.len() {
                let above = &full[..length];
                names.insert(above.to_vec());
                for more in ["*", "a", "nobody", "x.a", "a.*"] {
                    names.insert([above, &labels(more)].concat());
                }
            }
        }
    }
    names.retain(|name| text(name).len() <= 253);
    names
}

/// The views of zones that are there and hold the name.
fn views_around<'a>(
    side: &'a Snapshot,
    views: &'a BTreeMap<String, ViewId>,
    asked: &'a [String],
) -> impl Iterator<Item = (&'a String, &'a ViewId)> {
    views.iter().filter(move |(zone, view)| asked.starts_with(&labels(zone)) && !side.is_empty(**view))
}

#[test]
fn snapshots_answer_as_the_algorithm_of_the_rfc_does() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..WORLDS {
        let lines = world(&mut dice);
        let (side, views) = snapshot(&lines);
        for asked in names_of_interest(&lines) {
            let asked_name = name(&text(&asked));
            for (zone, &view) in views_around(&side, &views, &asked) {
                let owner = |name: &Name| labels(&name.unrooted());
                let (kind, found) = match side.answer(view, &asked_name) {
                    Answer::Own => ("own", Found::Records(asked.clone())),
                    Answer::Wildcard(wildcard) => ("wildcard", Found::Records(owner(&wildcard))),
                    Answer::Dname(dname) => ("dname", Found::Dname(owner(&dname))),
                    Answer::Delegation(cut) => ("delegation", Found::Referral(owner(&cut))),
                    Answer::Nothing => ("nothing", Found::NoName),
                };
                *seen.entry(kind).or_default() += 1;
                let expected = server(&lines, &labels(zone), &asked);
                assert_eq!(found, expected, "world {number}: {} in {zone} of {lines:#?}", text(&asked));
                let is_hidden = matches!(expected, Found::Dname(_) | Found::Referral(_));
                assert_eq!(side.is_occluded(view, &asked_name), is_hidden, "world {number}: {}", text(&asked));
            }
        }
    }
    assert_eq!(seen.len(), 5, "every kind of answer is there: {seen:?}");
}

#[test]
fn mail_goes_where_the_algorithm_of_the_rfc_leads_it() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..WORLDS {
        let lines = world(&mut dice);
        let (side, views) = snapshot(&lines);
        for asked in names_of_interest(&lines) {
            let asked_name = name(&text(&asked));
            for (zone, &view) in views_around(&side, &views, &asked) {
                let found = match Destination::of(&side, view, &asked_name) {
                    Destination::Exchanges { owner, exchanges } => {
                        let exchanges = exchanges.iter().map(|(number, host)| format!("{number} {}", host.unrooted()));
                        (exchanges.collect::<Vec<_>>().join(", "), owner)
                    }
                    Destination::Refused(name) => ("refused".to_owned(), name),
                    Destination::Address { name, .. } => ("address".to_owned(), name),
                    Destination::Nowhere(name) => ("nowhere".to_owned(), name),
                    Destination::Loop(name) => ("loop".to_owned(), name),
                    Destination::OutOfView(name) => ("out of view".to_owned(), name),
                };
                let found = (found.0, found.1.unrooted());
                let expected = mail(&lines, &labels(zone), &asked);
                *seen.entry(expected.0.clone()).or_default() += 1;
                assert_eq!(found, expected, "world {number}: {} in {zone} of {lines:#?}", text(&asked));
            }
        }
    }
    for kind in ["address", "nowhere", "loop", "out of view", "10 mx1.example.org"] {
        assert!(seen.get(kind).is_some_and(|count| *count > 100), "{kind}: {seen:?}");
    }
}
