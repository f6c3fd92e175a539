//! What it costs to check ten changes in a view of a million records, once all is loaded: `cargo bench --bench change`,
//! with another number of records behind `--`.
//!
//! Milliseconds around whole calls need no statistics that a library would bring, so `std::time` measures them.

#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::time::{Duration, Instant};

use zonegate::conclude;
use zonegate::diff::Diff;
use zonegate::find;
use zonegate::load::Loaded;
use zonegate::name::Name;
use zonegate::policy::Policy;
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{Builder, Record, RecordSet, Served, Side, View, ViewId};
use zonegate::report::Report;
use zonegate::rule::{Declared, Status};
use zonegate::source::{Bytes, Place, Sources, Span};

const RECORDS: usize = 1_000_000;
const RUNS: usize = 20;
/// Nothing but their apex is the same in all these records: hosts, of which many take mail for others.
const NAMES: [(&str, &str); 5] = [
    ("A", "192.0.2.1"),
    ("MX", "10 mail.example.com."),
    ("TXT", "\"v=spf1 mx -all\""),
    ("CNAME", "www.example.com."),
    ("MX", "10 host-0.example.com."),
];
/// The changes, of many kinds; those that add to what is there come after it.
const CHANGES: [(Side, &str, &str, &str); 11] = [
    // Aliases take the place of mail, or join it.
    (Side::Before, "shop", "MX", "10 mail.example.com."),
    (Side::After, "shop", "CNAME", "shop.example.net."),
    (Side::After, "host-1", "CNAME", "shop.example.net."),
    (Side::After, "host-6", "CNAME", "shop.example.net."),
    // Exchanges go elsewhere, to a name without an address, and to an alias.
    (Side::After, "host-11", "MX", "20 nowhere.example.com."),
    (Side::After, "host-16", "MX", "20 host-3.example.com."),
    // Wildcards and a delegation, which answer for many names.
    (Side::After, "*", "CNAME", "www.example.com."),
    (Side::After, "*.branch", "MX", "10 mail.example.com."),
    (Side::After, "branch", "NS", "ns1.example.net."),
    // Texts.
    (Side::Before, "_dmarc", "TXT", "\"v=DMARC1; p=reject\""),
    (Side::After, "_dmarc", "TXT", "\"v=DMARC1; p=none\""),
];

/// Collects the records of the zone.
struct Zone {
    builder: Builder,
    view: ViewId,
    apex: Name,
    place: Place,
}

impl Zone {
    fn new(sources: &mut Sources) -> Zone {
        let source = sources.add(String::new(), Bytes::Owned(Vec::new()));
        let place = Place::at(Span { source, start: 0, end: 0 });
        let apex = name("example.com");
        let mut builder = Builder::default();
        let view = builder.view(View { apex: Some(apex.clone()), id: None, private: false, host: None });
        builder.mark_whole(view, Side::Both);
        Zone { builder, view, apex, place }
    }

    fn add(&mut self, side: Side, label: &str, rtype: &str, data: &str) {
        let owner = if label == "@" { self.apex.clone() } else { name(&format!("{label}.example.com")) };
        let rtype = Rtype::from_text(rtype);
        let rdata = Rdata::parse(&rtype, data, Name::parse).expect("the data is good");
        let place = self.place.clone();
        let records = vec![Record { rdata, ttl: Some(300), served: Served::AsIs, unrooted: false, place }];
        self.builder.add(side, RecordSet { view: self.view, owner, rtype, variant: None, records });
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("the names are good")
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn main() {
    // Cargo itself passes `--bench`.
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(RECORDS);
    let mut sources = Sources::default();
    let mut zone = Zone::new(&mut sources);
    zone.add(Side::Both, "@", "SOA", "ns1.example.net. hostmaster.example.com. 1 7200 900 1209600 300");
    zone.add(Side::Both, "@", "NS", "ns1.example.net.");
    for label in ["mail", "www"] {
        zone.add(Side::Both, label, "A", "192.0.2.25");
    }
    for at in 0..count {
        let (rtype, data) = NAMES[at % NAMES.len()];
        zone.add(Side::Both, &format!("host-{at}"), rtype, data);
    }
    for (side, label, rtype, data) in CHANGES {
        zone.add(side, label, rtype, data);
    }
    let start = Instant::now();
    let (before, after) = zone.builder.finish();
    let diff = Diff::new(before, after);
    let built = start.elapsed();
    let loaded = Loaded { diff, compared: true, ..Loaded::default() };
    let (policy, declared) = (Policy::default(), Declared::default());
    let run = || -> (Duration, Duration, Report) {
        let start = Instant::now();
        let found = find(&loaded, &declared, &policy);
        let asked = start.elapsed();
        let report = conclude(&sources, &loaded, &policy, found);
        (asked, start.elapsed(), report)
    };
    let mut runs: Vec<(Duration, Duration, Report)> = (0..RUNS).map(|_| run()).collect();
    runs.sort_by_key(|(_, whole, _)| *whole);
    let (asked, whole, report) = &runs[RUNS / 2];
    let introduced = report.findings.iter().filter(|finding| finding.status == Status::Introduced);
    let mut rules: Vec<&str> = introduced.map(|finding| finding.rule.id).collect();
    rules.sort_unstable();
    assert!(report.summary.changes == 10 && rules.len() > 5, "{} changes, {rules:?}", report.summary.changes);
    println!("{} records, {} changes, {} findings", report.summary.records_after, report.summary.changes, rules.len());
    println!("sorting and indexing: {:.0} ms", millis(built));
    println!("rules: {:.2} ms; report with them: {:.2} ms (median of {RUNS})", millis(*asked), millis(*whole));
    println!("slowest run: {:.2} ms", millis(runs[RUNS - 1].1));
    rules.dedup();
    println!("{}", rules.join("\n"));
}
