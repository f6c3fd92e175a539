//! Laws tried on thousands of small random worlds: two zones and a child of one of them, few names, every type that some
//! rule looks at.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use zonegate::check::check;
use zonegate::diff::{Diff, Operation, Way};
use zonegate::mta_sts::{Mode, Policy};
use zonegate::name::{Name, NamePattern};
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{
    Builder, Conflict, DnsHost, Hold, Misread, Record, RecordSet, Served, Side, Slip, Support, View, ViewId,
};
use zonegate::report::Finding;
use zonegate::rule::{Check, Declared, Rule, Status};
use zonegate::rules::RULES;
use zonegate::severity::Severity;
use zonegate::source::{Bytes, Place, Sources, Span};

const WORLDS: u64 = 4_000;
/// The zones, and how many of all records stand in each.
const ZONES: [(&str, usize); 3] = [("example.com", 4), ("example.net", 3), ("sub.example.com", 1)];
const LABELS: [&str; 9] = ["", "www.", "mail.", "sub.", "mail.sub.", "*.", "*.sub.", "_dmarc.mail.", "_dmarc."];
/// The owners of types that stand only at names of their own, in the zone `example.com`.
const OWNERS: [(&str, &[&str]); 3] = [
    ("SRV", &["_submission._tcp.example.com", "_autodiscover._tcp.example.com"]),
    ("TLSA", &["_25._tcp.www.example.com", "_25._tcp.mail.example.com"]),
    ("PTR", &["ptr.example.com"]),
];
const TARGETS: [&str; 7] = [
    "www.example.com",
    "mail.example.com",
    "mail.sub.example.com",
    "mail.example.net",
    "example.net",
    "www.example.org",
    ".",
];
/// The records of worlds: how many of all there are, the type, and the data there may be; `*` is one of the targets.
const RECORDS: &[(usize, &str, &[&str])] = &[
    (5, "MX", &["0 *", "10 *"]),
    (1, "MX", &["10 192.0.2.25", "10 mail_in.example.net"]),
    (5, "CNAME", &["*"]),
    (3, "A", &["192.0.2.1", "192.0.2.2"]),
    (1, "ALIAS", &["*"]),
    (
        4,
        "TXT",
        &[
            "v=spf1 a -all",
            "v=spf1 include:* -all",
            "v=spf1 a:* -all",
            "v=spf1 mx -all",
            "v=DMARC1; p=none",
            "v=DMARC1; p=reject",
            "anything",
        ],
    ),
    (2, "NS", &["ns1.example.org", "*"]),
    (2, "SRV", &["0 1 587 *"]),
    (1, "PTR", &["*"]),
    (1, "TLSA", &["3 1 1 00"]),
    (1, "CAA", &["0 issue \"ca.example.net\""]),
    (2, "DNAME", &["example.net", "sub.example.com", "www.example.com", "old.example.org"]),
];

/// The records of worlds that are about cuts, and what they lead to.
const CUTS: &[(usize, &str, &[&str])] = &[
    (4, "MX", &["10 *"]),
    (3, "CNAME", &["*"]),
    (2, "A", &["192.0.2.1"]),
    (1, "NS", &["ns1.example.org"]),
    (1, "DNAME", &["example.net", "sub.example.net", "sub.example.com"]),
];
/// Their zones, and the names of each, most of which lie below `sub.example.com` or where that may lead.
const CUT_NAMES: [(&str, &[&str]); 4] = [
    ("example.com", &["a.sub.", "a.sub.", "*.sub.", "", "www."]),
    ("sub.example.com", &["", "a.", "*."]),
    ("example.net", &["a.", "*.", "a.sub.", "*.sub."]),
    ("example.net", &["a.", "www."]),
];
const CUT_TARGETS: [&str; 6] = [
    "a.sub.example.com",
    "a.sub.example.com",
    "a.sub.example.net",
    "a.example.net",
    "www.example.net",
    "mx.example.org",
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

    /// One of some numbers from zero up, each with the share that it has of all.
    fn share(&mut self, shares: impl Iterator<Item = usize> + Clone) -> usize {
        let mut rest = self.roll(shares.clone().sum());
        shares.take_while(|share| rest.checked_sub(*share).inspect(|left| rest = *left).is_some()).count()
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
    unrooted: bool,
    slip: Option<Misread>,
    /// What becomes of the object that holds it.
    way: Option<Way>,
    overwrites: bool,
    hold: Option<Hold>,
}

fn line(dice: &mut Dice) -> Line {
    let zone = ZONES[dice.share(ZONES.iter().map(|(_, share)| *share))].0;
    let (_, rtype, data) = RECORDS[dice.share(RECORDS.iter().map(|(share, ..)| *share))];
    let (rtype, data) = (Rtype::from_text(rtype), dice.pick(data));
    let target = match dice.pick(&TARGETS) {
        "." if rtype != Rtype::Mx => "www.example.org",
        target => target,
    };
    let data = data.replace('*', target);
    let side = [Side::Both, Side::Both, Side::Before, Side::After][dice.roll(4)];
    let served =
        [Served::AsIs, Served::AsIs, Served::AsIs, Served::Flattened, Served::Proxied, Served::Unknown][dice.roll(6)];
    // The child zone holds few names, so that others often fall to it.
    let labels = if zone == "sub.example.com" { &["", "mail.", "*."] } else { &LABELS[..] };
    let (zone, owner) = match OWNERS.iter().find(|(known, _)| *known == rtype.text()) {
        Some((_, owners)) => (ZONES[0].0, dice.pick(owners).to_owned()),
        None if dice.roll(40) == 0 => (zone, format!("www.{zone}.{zone}")),
        None => (zone, format!("{}{zone}", dice.pick(labels))),
    };
    let slip = match dice.roll(20) {
        0 => Some(Misread::Hidden { key: owner.clone(), types: vec![rtype.clone()], by: nowhere() }),
        1 => Some(Misread::Rewritten { written: "no".to_owned() }),
        _ => None,
    };
    let hold = [None, None, Some(Hold::Records), Some(Hold::Set)][dice.roll(4)];
    let unrooted = dice.roll(10) == 0;
    Line { side, zone, owner, rtype, data, served, unrooted, slip, way: None, overwrites: false, hold }
}

/// A world about a cut; all but a few of its records stand on both sides, so that one change shows what it does.
fn cut_world(dice: &mut Dice) -> Vec<Line> {
    let side = |dice: &mut Dice| [Side::Both, Side::Both, Side::Both, Side::Before, Side::After][dice.roll(5)];
    let (rtype, data) =
        [("NS", "ns1.example.org"), ("DNAME", "sub.example.net"), ("DNAME", "example.net")][dice.roll(3)];
    let cut = plain(side(dice), "example.com", "sub.example.com", rtype, data);
    let more = (0..2 + dice.roll(5)).map(|_| {
        let (zone, labels) = CUT_NAMES[dice.roll(CUT_NAMES.len())];
        let (_, rtype, data) = CUTS[dice.share(CUTS.iter().map(|(share, ..)| *share))];
        let data = dice.pick(data).replace('*', dice.pick(&CUT_TARGETS));
        plain(side(dice), zone, &format!("{}{zone}", dice.pick(labels)), rtype, &data)
    });
    let more: Vec<Line> = more.collect();
    [vec![cut], more].concat()
}

/// A record that is served as it is.
fn plain(side: Side, zone: &'static str, owner: &str, rtype: &str, data: &str) -> Line {
    let (rtype, data) = (Rtype::from_text(rtype), data.to_owned());
    Line {
        side,
        zone,
        owner: owner.to_owned(),
        rtype,
        data,
        served: Served::AsIs,
        unrooted: false,
        slip: None,
        way: None,
        overwrites: false,
        hold: None,
    }
}

/// A place in an empty input.
fn nowhere() -> Place {
    let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    Place::at(Span { source, start: 0, end: 0 })
}

fn world(dice: &mut Dice) -> Vec<Line> {
    let is_about_cuts = dice.roll(3) == 0;
    let mut lines: Vec<Line> =
        if is_about_cuts { cut_world(dice) } else { (0..2 + dice.roll(8)).map(|_| line(dice)).collect() };
    if dice.roll(3) == 0 {
        // An alias takes the place of whatever stands somewhere, the commonest change of all.
        let owner = lines[dice.roll(lines.len())].owner.clone();
        for line in lines.iter_mut().filter(|line| line.owner == owner) {
            line.side = Side::Before;
        }
        let zone = lines.iter().find(|line| line.owner == owner).expect("it is one of them").zone;
        let alias = Line {
            zone,
            owner,
            side: Side::After,
            rtype: Rtype::Cname,
            data: "www.example.org".to_owned(),
            ..line(dice)
        };
        lines.push(alias);
    }
    if dice.roll(2) == 0 {
        // Something is added where there is something.
        let beside = lines[dice.roll(lines.len())].clone();
        lines.push(Line { zone: beside.zone, owner: beside.owner, side: Side::After, ..line(dice) });
    }
    let at = dice.roll(lines.len());
    if lines[at].rtype == Rtype::Cname && dice.roll(2) == 0 {
        // An alias stays and is served otherwise.
        let ways = [Served::AsIs, Served::Flattened, Served::Proxied];
        lines[at].side = Side::Before;
        lines[at].served = ways[dice.roll(3)];
        let line = Line { side: Side::After, served: ways[dice.roll(3)], ..lines[at].clone() };
        lines.push(line);
    }
    for line in &mut lines {
        line.way = match line.side {
            Side::Both => [None, None, None, Some(Way::Forgotten)][dice.roll(4)],
            Side::Before => {
                [Way::Deleted, Way::InPlace, Way::DeletedFirst, Way::CreatedFirst].get(dice.roll(5)).copied()
            }
            Side::After => {
                [Way::Created, Way::InPlace, Way::DeletedFirst, Way::CreatedFirst].get(dice.roll(5)).copied()
            }
        };
        line.overwrites = dice.roll(8) == 0;
    }
    // The child zone is there if it holds a record, the others always.
    let soa = |zone: &&'static str| plain(Side::Both, zone, zone, "SOA", "start of authority");
    lines.extend(["example.com", "example.net"].iter().map(soa));
    lines
}

fn diff(lines: &[Line]) -> Diff {
    let mut builder = Builder::default();
    let views = ZONES.map(|(apex, _)| {
        // One zone is served by somebody who takes neither ALIAS records nor a null MX.
        let host = (apex == "example.net").then(|| {
            let (conflict, refused) = (Conflict::Unknown, Support::Refused);
            let (name, alias) = ("the strict one".to_owned(), None);
            Arc::new(DnsHost { name, conflict, alias, alias_records: refused, null_mx: refused })
        });
        let view = builder.view(View { apex: Some(name(apex)), id: None, private: false, host });
        builder.mark_whole(view, Side::Both);
        (apex, view)
    });
    let mut operations: Vec<Operation> = Vec::new();
    for (line, number) in lines.iter().zip(1..) {
        let view: ViewId = views.iter().find(|(apex, _)| *apex == line.zone).expect("it is one of them").1;
        let owner = name(&line.owner);
        if let Some(what) = line.slip.clone() {
            builder.add_slip(line.side, Slip { view, owner: owner.clone(), what, place: nowhere() });
        }
        let rdata = Rdata::parse(&line.rtype, &line.data, Name::parse).expect("the data is good");
        let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
        let place = Place::at(Span { source, start: number, end: number });
        let records =
            vec![Record { rdata, ttl: Some(3600), served: line.served, unrooted: line.unrooted, place: place.clone() }];
        let set = RecordSet { view, owner, rtype: line.rtype.clone(), variant: None, records };
        if let Some(way) = line.way {
            // What is altered at one name is one object.
            let stays = [Way::InPlace, Way::DeletedFirst, Way::CreatedFirst].contains(&way);
            let same = operations.iter().find(|one| stays && one.way == way && one.owner == set.owner);
            operations.push(Operation {
                view,
                owner: set.owner.clone(),
                rtype: set.rtype.clone(),
                side: line.side,
                way,
                overwrites: line.overwrites,
                object: same.map_or(place, |one| one.object.clone()),
            });
        }
        match line.hold {
            Some(hold) => builder.add_held(line.side, hold, set),
            None => builder.add(line.side, set),
        }
    }
    // One of many hosts is allowed, and another one only after the change.
    for (side, host) in [(Side::Before, "mail.example.com"), (Side::After, "mail.example.net")] {
        let mx = vec![(name(host), nowhere()), (name("www.example.com"), nowhere())];
        builder.add_policy(side, name("example.com"), Policy { mode: Mode::Enforce, place: nowhere(), mx });
    }
    let (before, after) = builder.finish();
    Diff::new(before, after).carried_out_by(operations)
}

fn verdicts(findings: &[Finding]) -> BTreeSet<String> {
    let text =
        |finding: &Finding| format!("{} {} {} {:?}", finding.rule.id, finding.severity, finding.status, finding.names);
    findings.iter().map(text).collect()
}

/// Tries a law on every world; the law says what is wrong.
fn every_world(law: impl Fn(&[Line], &Diff) -> Option<String>) {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for number in 0..WORLDS {
        let lines = world(&mut dice);
        let wrong = law(&lines, &diff(&lines));
        let drawn: Vec<String> = lines.iter().map(|line| format!("{line:?}")).collect();
        assert_eq!(wrong, None, "world {number}:\n{}\n", drawn.join("\n"));
    }
}

fn declared() -> Declared {
    let pattern = |text| NamePattern::parse(text).expect("the patterns are good");
    Declared {
        mail_domains: vec![pattern("sub.example.com"), pattern("*.sub.example.com")],
        non_mail_domains: vec![pattern("mail.sub.example.com"), pattern("sub.example.net")],
        ..Declared::default()
    }
}

fn findings(diff: &Diff, all: bool) -> Vec<Finding> {
    check(diff, &declared(), RULES, all)
}

#[test]
fn the_names_looked_at_are_all_at_which_the_change_does_something() {
    every_world(|_, diff| {
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
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut silent: Vec<&'static Rule> = RULES.iter().filter(|rule| !rule.checks.is_empty()).copied().collect();
    // Some faults take a rare pair of records. Rules that have been heard are left out, so that none stands for another.
    for _ in 0..10 * WORLDS {
        let found = check(&diff(&world(&mut dice)), &declared(), &silent, true);
        let introduced = found.iter().filter(|one| one.status == Status::Introduced);
        let heard: Vec<&str> =
            introduced.flat_map(|one| one.also.iter().chain([&one.rule])).map(|rule| rule.id).collect();
        silent.retain(|rule| !heard.contains(&rule.id));
        if silent.is_empty() {
            return;
        }
    }
    let silent: Vec<&str> = silent.iter().map(|rule| rule.id).collect();
    panic!("{silent:?} never fire");
}

#[test]
fn a_change_undone_takes_away_what_it_brought() {
    // Steps have no reverse: nothing is over when an alias gives way to an mx. In each world one rule is asked alone,
    // so that none stands for another.
    let is_state = |rule: &&&Rule| rule.checks.iter().all(|check| matches!(check, Check::State { .. }));
    let rules: Vec<&'static Rule> = RULES.iter().filter(is_state).copied().collect();
    let turn = Cell::new(0);
    every_world(|_, diff| {
        turn.set(turn.get() + 1);
        let rule = rules[turn.get() % rules.len()];
        let back = Diff::new(diff.after.clone(), diff.before.clone());
        let of = |diff: &Diff, status: Status| -> BTreeSet<String> {
            let found = check(diff, &declared(), &[rule], true).into_iter();
            found.filter(|finding| finding.status == status).map(|finding| format!("{:?}", finding.names)).collect()
        };
        let (brought, taken) = (of(diff, Status::Introduced), of(&back, Status::Fixed));
        (brought != taken).then(|| format!("{}: {brought:?} is not {taken:?}", rule.id))
    });
}

#[test]
fn records_of_a_name_that_nothing_refers_to_change_no_verdict() {
    every_world(|lines, diff| {
        let stranger = plain(Side::After, "example.com", "stranger.example.com", "TXT", "nothing to do with mail");
        let lines: Vec<Line> = lines.iter().cloned().chain([stranger]).collect();
        let more = self::diff(&lines);
        let (without, with) = (verdicts(&findings(diff, true)), verdicts(&findings(&more, true)));
        (without != with).then(|| format!("{without:?} is not {with:?}"))
    });
}

#[test]
fn the_order_of_records_changes_no_verdict() {
    every_world(|lines, diff| {
        // Of several aliases at one name, rules speak of the one that is written first.
        let aliases = lines.iter().filter(|line| line.rtype == Rtype::Cname).map(|line| (line.zone, &line.owner));
        if aliases.clone().count() > aliases.collect::<BTreeSet<_>>().len() {
            return None;
        }
        let reversed: Vec<Line> = lines.iter().rev().cloned().collect();
        let (one, other) = (verdicts(&findings(diff, true)), verdicts(&findings(&self::diff(&reversed), true)));
        (one != other).then(|| format!("{one:?} is not {other:?}"))
    });
}

#[test]
fn without_a_record_that_has_to_do_with_no_other_all_verdicts_stay() {
    let tried = Cell::new(0);
    every_world(|lines, diff| {
        let at = (0..lines.len()).find(|&at| is_apart(lines, at))?;
        tried.set(tried.get() + 1);
        let fewer: Vec<Line> = [&lines[..at], &lines[at + 1..]].concat();
        let changed = |diff: &Diff| {
            let mut found = findings(diff, true);
            found.retain(|finding| finding.status != Status::Existing);
            verdicts(&found)
        };
        let (with, without) = (changed(diff), changed(&self::diff(&fewer)));
        (with != without).then(|| format!("without {:?} {with:?} is {without:?}", lines[at]))
    });
    assert!(tried.get() > WORLDS / 20, "{} worlds have such a record", tried.get());
}

/// Whether a record stays, and neither its owner nor what it refers to is above, below or the same as what another record
/// has to do with. A wildcard has to do with all below its parent, and the MX of a domain with the hosts of its policy.
fn is_apart(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    let names = |line: &Line| -> Vec<Name> {
        let words = line.data.split([' ', ':']).chain([&*line.owner]);
        words.filter(|word| word.contains("example.")).map(|word| name(word.trim_start_matches("*."))).collect()
    };
    let own = names(line);
    let is_near = |other: &Line| {
        let near = |one: &Name| own.iter().any(|own| own.is_within(one) || one.is_within(own));
        other.rtype != Rtype::Soa && names(other).iter().any(near)
    };
    let mut others = lines.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
    let leaves_zone = others.clone().any(|other| other.zone == line.zone);
    let has_policy = line.rtype == Rtype::Mx && line.owner == "example.com";
    let stays =
        !has_policy && line.side == Side::Both && line.way.is_none() && line.slip.is_none() && line.rtype != Rtype::Soa;
    stays && leaves_zone && !others.any(is_near)
}

#[test]
fn an_address_in_place_of_the_alias_ends_its_fault_and_adds_none() {
    const ENDED: [&str; 4] = ["cname-with-mx", "cname-at-apex", "cname-masks-mail-txt", "mx-exchange-is-cname"];
    let tried = Cell::new(0);
    every_world(|lines, diff| {
        let found = findings(diff, false);
        let is_meant = |finding: &&Finding| finding.status == Status::Introduced && ENDED.contains(&finding.rule.id);
        let finding = found.iter().find(is_meant)?;
        let host = &finding.names[0];
        let at_host = |line: &Line, rtype: Rtype| line.rtype == rtype && name(&line.owner) == *host;
        if lines.iter().any(|line| line.side == Side::Before && at_host(line, Rtype::Mx)) {
            // An address is no way out for mail that had an mx.
            return None;
        }
        tried.set(tried.get() + 1);
        let fixed = lines.iter().cloned().map(|line| {
            let (rtype, data) = (Rtype::A, "192.0.2.1".to_owned());
            let is_alias = at_host(&line, Rtype::Cname);
            if is_alias { Line { rtype, data, served: Served::AsIs, hold: None, ..line } } else { line }
        });
        let after = findings(&self::diff(&fixed.collect::<Vec<_>>()), false);
        // What one finding stood for may be told by itself.
        let errors = |found: &[Finding]| -> BTreeSet<&str> {
            let here = found.iter().filter(|one| one.status == Status::Introduced && one.names[0] == *host);
            let grave = here.filter(|one| one.severity == Severity::Error);
            grave.flat_map(|one| one.also.iter().chain([&one.rule])).map(|rule| rule.id).collect()
        };
        let (old, new) = (errors(&found), errors(&after));
        let is_better = !new.contains(finding.rule.id) && new.is_subset(&old);
        (!is_better).then(|| format!("{} at {host:?}: {new:?} in place of {old:?}", finding.rule.id))
    });
    assert!(tried.get() > WORLDS / 20, "{} worlds have such a fault", tried.get());
}
