//! Laws tried on thousands of small random worlds: two zones, few names, every type that some rule looks at.

use std::collections::BTreeSet;

use zonegate::check::check;
use zonegate::diff::Diff;
use zonegate::name::Name;
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{Builder, Record, RecordSet, Served, Side, View, ViewId};
use zonegate::report::Finding;
use zonegate::rule::{Declared, Status};
use zonegate::rules::RULES;
use zonegate::source::{Bytes, Place, SourceId, Sources, Span};

const WORLDS: u64 = 3_000;
const LABELS: [&str; 6] = ["", "www.", "mail.", "sub.", "mail.sub.", "*."];
const TARGETS: [&str; 7] = [
    "www.example.com",
    "mail.example.com",
    "mail.sub.example.com",
    "mail.example.net",
    "example.net",
    "www.example.org",
    ".",
];

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
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("the names are good")
}

/// One record of a world.
#[derive(Clone, Debug)]
struct Line {
    side: Side,
    zone: &'static str,
    owner: String,
    rtype: Rtype,
    data: String,
    served: Served,
}

fn line(dice: &mut Dice) -> Line {
    let zone = dice.pick(&["example.com", "example.net"]);
    let target = dice.pick(&TARGETS);
    let host = if target == "." { "www.example.org" } else { target };
    let (rtype, data) = match dice.roll(6) {
        0 | 1 => (Rtype::Mx, format!("10 {target}")),
        2 | 3 => (Rtype::Cname, host.to_owned()),
        4 => (Rtype::A, "192.0.2.1".to_owned()),
        _ => (Rtype::Ns, "ns1.example.org".to_owned()),
    };
    let side = [Side::Both, Side::Both, Side::Before, Side::After][dice.roll(4)];
    let served = [Served::AsIs, Served::AsIs, Served::AsIs, Served::Flattened, Served::Unknown][dice.roll(5)];
    Line { side, zone, owner: format!("{}{zone}", dice.pick(&LABELS)), rtype, data, served }
}

fn world(dice: &mut Dice) -> Vec<Line> {
    (0..2 + dice.roll(8)).map(|_| line(dice)).collect()
}

fn diff(lines: &[Line], nowhere: SourceId) -> Diff {
    let mut builder = Builder::default();
    let views = ["example.com", "example.net"].map(|apex| {
        let view = builder.view(View { apex: Some(name(apex)), id: None, private: false, host: None });
        builder.mark_whole(view, Side::Both);
        (apex, view)
    });
    for line in lines {
        let view: ViewId = views.iter().find(|(apex, _)| *apex == line.zone).expect("it is one of two").1;
        let span = Span { source: nowhere, start: 0, end: 0 };
        let place = Place { span, block: span, address: None };
        let rdata = Rdata::parse(&line.rtype, &line.data, Name::parse).expect("the data is good");
        let records = vec![Record { rdata, ttl: None, served: line.served, place }];
        let set = RecordSet { view, owner: name(&line.owner), rtype: line.rtype.clone(), variant: None, records };
        builder.add(line.side, set);
    }
    let (before, after) = builder.finish();
    Diff { before, after }
}

fn verdicts(findings: &[Finding]) -> BTreeSet<String> {
    let text =
        |finding: &Finding| format!("{} {} {} {:?}", finding.rule.id, finding.severity, finding.status, finding.names);
    findings.iter().map(text).collect()
}

/// Tries a law on every world; the law says what is wrong.
fn every_world(law: impl Fn(&[Line], &Diff, SourceId) -> Option<String>) {
    let nowhere = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for number in 0..WORLDS {
        let lines = world(&mut dice);
        let wrong = law(&lines, &diff(&lines, nowhere), nowhere);
        assert_eq!(wrong, None, "world {number}: {lines:#?}");
    }
}

fn findings(diff: &Diff, all: bool) -> Vec<Finding> {
    check(diff, &Declared::default(), &RULES, all)
}

#[test]
fn the_names_looked_at_are_all_at_which_the_change_does_something() {
    every_world(|_, diff, _| {
        let changed = |all| {
            let mut findings = findings(diff, all);
            findings.retain(|finding| finding.status != Status::Existing);
            verdicts(&findings)
        };
        let (some, all) = (changed(false), changed(true));
        (some != all).then(|| format!("{some:?} is not {all:?}"))
    });
}

#[test]
fn worlds_are_not_all_clean() {
    let nowhere = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut seen = BTreeSet::new();
    for _ in 0..WORLDS {
        let diff = diff(&world(&mut dice), nowhere);
        seen.extend(findings(&diff, true).iter().map(|finding| (finding.rule.id, finding.status)));
    }
    for rule in RULES {
        assert!(seen.contains(&(rule.id, Status::Introduced)), "{} never fires", rule.id);
    }
}

#[test]
fn a_change_undone_takes_away_what_it_brought() {
    every_world(|_, diff, _| {
        let back = Diff { before: diff.after.clone(), after: diff.before.clone() };
        let of = |diff: &Diff, status: Status| -> BTreeSet<String> {
            let mut findings = findings(diff, true);
            // Steps have no reverse: nothing is over when an alias gives way to an mx.
            findings.retain(|finding| finding.status == status && finding.rule.id == "mx-exchange-is-cname");
            findings.iter().map(|finding| format!("{:?}", finding.names)).collect()
        };
        let (brought, taken) = (of(diff, Status::Introduced), of(&back, Status::Fixed));
        (brought != taken).then(|| format!("{brought:?} is not {taken:?}"))
    });
}

#[test]
fn records_of_a_name_that_nothing_refers_to_change_no_verdict() {
    every_world(|lines, diff, nowhere| {
        let stranger = Line {
            side: Side::After,
            zone: "example.com",
            owner: "stranger.example.com".to_owned(),
            rtype: Rtype::Txt,
            data: "nothing to do with mail".to_owned(),
            served: Served::AsIs,
        };
        let lines: Vec<Line> = lines.iter().cloned().chain([stranger]).collect();
        let more = self::diff(&lines, nowhere);
        let (without, with) = (verdicts(&findings(diff, true)), verdicts(&findings(&more, true)));
        (without != with).then(|| format!("{without:?} is not {with:?}"))
    });
}
