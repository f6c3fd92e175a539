//! The pages of rules and gaps, as `zonegate explain` prints them: each has the parts that a reader looks for, and
//! each example on it is run.
//!
//! A `diff` block draws zones: a space stands before a record of both sides, `-` or `+` before one of one side only, and
//! `$ORIGIN` starts a zone, known whole unless it is `partial`; `at` names its DNS host. A time to live stands before the
//! type, if there is any. A `json` block is a plan. What is to be reported stands
//! in the comments that open a `diff` block, or behind the word `json`: `severity: rule (cause)`, where `existing` is the
//! cause of what was there before, and `suppressed` stands before what does not count. Nothing else may be reported.
//! Behind a record, `created`, `deleted`, `in place`, `deleted first`, `created first` and `forgotten` tell what becomes of
//! the object that holds it, and `overwrites` that it is written over what stands there; `writes the record` and
//! `writes the set` tell what that object takes for its own. Records of one owner that are
//! changed in the same way, other than created, deleted or forgotten, are one object, and each other is one of its own.
//! `policy of example.com: enforce mx.example.net` is the MTA-STS policy of a domain, after the change as before it.
//! `mail_domains:` and `non_mail_domains:` among these comments declare names as a configuration does, and `set: strict`
//! has the rules of that set run; on the page of a rule, those of its own set do. A `diff` block
//! without `$ORIGIN` draws a zone file for OctoDNS, and states in `#` comments what is to be reported. A `yaml` block
//! is a configuration. An `hcl` block is a plan and, below a line of dashes, code. An `inputs` block holds several files, each
//! below a line `--- NAME`; `context` stands before the name of what is there besides. The day is 2026-06-01.

use std::fs;
use std::path::Path;

use jiff::civil::date;
use zonegate::config;
use zonegate::diff::{Diff, Operation, Way};
use zonegate::gap::COVERAGE;
use zonegate::load::terraform::code::Origin;
use zonegate::load::{Inputs, Loaded, Part, Repository, StateDocument, hosts, load};
use zonegate::mta_sts::{self, Mode};
use zonegate::name::{Name, NamePattern};
use zonegate::policy::Policy;
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{Builder, Hold, Record, RecordSet, Served, Side, View, ViewId};
use zonegate::report::Finding;
use zonegate::rule::{Declared, Set, Status};
use zonegate::rules::RULES;
use zonegate::source::{Bytes, Place, SourceId, Sources, Span};
use zonegate::workspace::Tree;

/// Columns of a page.
const WIDTH: usize = 100;

/// The parts of a page, in this order.
const SECTIONS: [&str; 4] = ["Why", "Flagged", "Allowed", "What to do"];

/// What a comment begins with that states an MTA-STS policy.
const POLICY: &str = "policy of ";

/// Further examples, for which the pages have no room.
const TRAPS: &str = include_str!("../testdata/traps.md");

/// Which rule stands for which.
const PRECEDENCE: &str = include_str!("../testdata/precedence.md");

struct Page {
    id: &'static str,
    set: Set,
    summary: &'static str,
    text: &'static str,
}

struct Example<'a> {
    section: &'a str,
    /// The text before it.
    introduction: &'a str,
    language: &'a str,
    /// What is said to be reported.
    stated: Vec<String>,
    declared: Declared,
    /// The rules that run, if it says so.
    set: Option<Set>,
    body: &'a str,
}

#[test]
fn every_page_has_the_parts_that_a_reader_looks_for() {
    let faults: Vec<String> = pages().iter().flat_map(|page| named(page.id, faults_of(page))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_example_gives_what_it_states() {
    let texts = pages().into_iter().map(|page| (page.id, page.set, page.text));
    let texts = texts.chain([("traps", Set::Default, TRAPS), ("precedence", Set::Default, PRECEDENCE)]);
    let faults: Vec<String> = texts.flat_map(|(id, set, text)| named(id, wrong_examples(text, set))).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn pages() -> Vec<Page> {
    let rules = RULES.iter().map(|rule| Page { id: rule.id, set: rule.set, summary: rule.summary, text: rule.page });
    let gaps = COVERAGE.iter().map(|gap| Page { id: gap.id, set: Set::Default, summary: gap.summary, text: gap.page });
    rules.chain(gaps).collect()
}

fn named(id: &str, faults: Vec<String>) -> impl Iterator<Item = String> {
    faults.into_iter().map(move |fault| format!("{id}: {fault}"))
}

fn faults_of(page: &Page) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: &str| faults.extend((!holds).then(|| fault.to_owned()));
    let lines: Vec<&str> = page.text.lines().collect();
    let heading = lines.first().is_some_and(|line| line.strip_prefix("# ") == Some(page.id));
    check(heading, "the heading is not the id");
    let summary = lines.get(2).is_some_and(|line| line.eq_ignore_ascii_case(&format!("{}.", page.summary)));
    check(summary, "the first sentence is not the summary");
    let sections: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
    check(sections == SECTIONS, &format!("the sections are {sections:?}"));
    for line in lines.iter().filter(|line| line.chars().count() > WIDTH) {
        check(false, &format!("a line is too wide: {line}"));
    }
    for citation in loose_citations(page.text) {
        check(false, &format!("`{citation}` is not of the form `RFC 1034 section 3.6.2`"));
    }
    let examples = examples(page.text);
    for section in ["Flagged", "Allowed"] {
        check(examples.iter().any(|example| example.section == section), &format!("no example is {section}"));
    }
    for (number, example) in (1..).zip(&examples) {
        let reported = example.stated.iter().any(|stated| stated.split([' ', ',']).any(|word| word == page.id));
        let fits = reported == (example.section == "Flagged");
        check(fits, &format!("example {number} does not belong into {}", example.section));
        check(example.introduction.ends_with(':'), &format!("example {number} has no sentence before it"));
    }
    faults
}

/// The words after each `RFC` that do not say which section is meant.
fn loose_citations(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_section = |word: &str| word.trim_end_matches(|end: char| !end.is_ascii_digit()).split('.').all(is_number);
    let from_rfc =
        (0..words.len()).filter(|&at| words[at].contains("RFC")).map(|at| &words[at..words.len().min(at + 4)]);
    let loose = from_rfc.filter(|words| match words {
        [rfc, number, "section", section] => {
            rfc.trim_start_matches('(') != "RFC" || !is_number(number) || !is_section(section)
        }
        _ => true,
    });
    loose.map(|words| words.join(" ")).collect()
}

/// The fenced blocks of a page.
fn examples(text: &str) -> Vec<Example<'_>> {
    let (mut section, mut introduction) = ("", "");
    let mut examples = Vec::new();
    for (number, part) in text.split("```").enumerate() {
        if number % 2 == 0 {
            section = part.lines().filter_map(|line| line.strip_prefix("## ")).next_back().unwrap_or(section);
            introduction = part.trim_end();
        } else {
            let (info, body) = part.split_once('\n').unwrap_or((part, ""));
            let (language, outcome) = info.split_once(' ').unwrap_or((info, ""));
            let comments = body.lines().map_while(|line| line.strip_prefix("; ").or_else(|| line.strip_prefix("# ")));
            let behind = outcome.split("; ").filter(|stated| !stated.is_empty());
            let (settings, stated): (Vec<&str>, Vec<&str>) = comments
                .chain(behind)
                .filter(|comment| !comment.starts_with(POLICY))
                .partition(|comment| comment.contains("mail_domains: ") || comment.starts_with("set: "));
            let (declared, set) = settings_of(settings);
            let stated = stated.into_iter().map(str::to_owned).collect();
            examples.push(Example { section, introduction, language, stated, declared, set, body });
        }
    }
    examples
}

/// What lines such as `mail_domains: example.com` declare, and the set of rules that they ask for.
fn settings_of(lines: Vec<&str>) -> (Declared, Option<Set>) {
    let (mut declared, mut set) = (Declared::default(), None);
    for (key, value) in lines.into_iter().filter_map(|line| line.split_once(": ")) {
        let names = || value.split(", ").map(|name| NamePattern::parse(name).expect("pages declare good names"));
        match key {
            "mail_domains" => declared.mail_domains.extend(names()),
            "non_mail_domains" => declared.non_mail_domains.extend(names()),
            "set" => set = [Set::Strict, Set::Pedantic].into_iter().find(|set| set.to_string() == value),
            other => panic!("`{other}` cannot be declared"),
        }
    }
    (declared, set)
}

fn wrong_examples(text: &str, set: Set) -> Vec<String> {
    let wrong = (1..).zip(examples(text)).filter_map(|(number, example)| {
        let sentence = example.introduction.lines().next_back().unwrap_or_default();
        let place = format!("example {number} ({}, `{sentence}`)", example.section);
        match outcome(&example, example.set.unwrap_or(set)) {
            Ok(outcome) if outcome == example.stated => None,
            Ok(outcome) => Some(format!("{place} states {:?}, but gives {outcome:?}", example.stated)),
            Err(error) => Some(format!("{place} cannot be read: {error}")),
        }
    });
    wrong.collect()
}

/// What is reported of an example.
fn outcome(example: &Example, set: Set) -> Result<Vec<String>, String> {
    let mut sources = Sources::default();
    let mut directory = None;
    let mut take = |name: &str| sources.add(name.to_owned(), Bytes::Owned(example.body.into()));
    let loaded = match example.language {
        "diff" if example.body.contains("$ORIGIN ") => Loaded { diff: change(example.body)?, ..Loaded::default() },
        "diff" => zone_files(&mut sources, example.body)?,
        "json" => {
            let plan = take("plan.json");
            load(&mut sources, Inputs::documents(vec![plan]))
        }
        "yaml" => {
            let source = take("zonegate.yaml");
            let gaps = config::read(&sources, source).err().unwrap_or_default();
            Loaded { gaps, ..Loaded::default() }
        }
        "hcl" => {
            let (plan, code) = example.body.split_once("\n---\n").ok_or("there is no line of dashes")?;
            directory = Some(tempfile::tempdir().expect("there is room for a directory"));
            let path = |name| directory.as_ref().expect("it was just made").path().join(name);
            fs::write(path("main.tf"), code).expect("the directory takes a file");
            let plan = sources.add(path("plan.json").display().to_string(), Bytes::Owned(plan.into()));
            load(&mut sources, Inputs::documents(vec![plan]))
        }
        "inputs" => several(&mut sources, example.body)?,
        other => return Err(format!("`{other}` is no language of examples")),
    };
    let policy = Policy { set, today: date(2026, 6, 1), ..Policy::default() };
    let mut found = zonegate::find(&loaded, &example.declared, &policy);
    if directory.is_some() {
        found.move_to_code(&mut sources, &loaded, &policy, &Origin::default());
    }
    let report = zonegate::conclude(&sources, &loaded, &policy, found);
    let gaps = report.gaps.iter().map(|gap| format!("{}: {}", gap.severity, gap.coverage.id));
    Ok(report.findings.iter().map(finding_text).chain(gaps).collect())
}

fn finding_text(finding: &Finding) -> String {
    let cause = if finding.status == Status::Introduced { finding.cause.text() } else { "existing" };
    let also: Vec<String> = finding.also.iter().map(|rule| format!(", also {}", rule.id)).collect();
    let suppressed = if finding.suppressed.is_some() { "suppressed " } else { "" };
    format!("{suppressed}{}: {} ({cause}){}", finding.severity, finding.rule.id, also.concat())
}

/// What a `diff` block without `$ORIGIN` draws: two states of a zone file for OctoDNS, that of example.com.
fn zone_files(sources: &mut Sources, body: &str) -> Result<Loaded, String> {
    let state = |left_out: char| {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        let lines = body.lines().filter(|line| !line.starts_with([left_out, '#'])).filter_map(|line| line.get(1..));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        fs::write(directory.path().join("example.com.yaml"), text).expect("the directory takes a file");
        directory
    };
    let directories = ['+', '-'].map(state);
    let [before, after] =
        directories.each_ref().map(|directory| Tree::disk(directory.path().to_str().expect("a path")));
    let repository = Repository {
        before: Some(before?),
        after: after?,
        files: [Vec::new(), Vec::new()],
        as_read: false,
        part: Part::Changed,
    };
    Ok(load(sources, Inputs { repositories: vec![repository], ..Inputs::default() }))
}

/// What an `inputs` block holds. Zone files for OctoDNS are directories of their own.
fn several(sources: &mut Sources, body: &str) -> Result<Loaded, String> {
    let mut inputs = Inputs::default();
    let mut directories = Vec::new();
    for file in body.split("--- ").filter(|file| !file.trim().is_empty()) {
        let (name, text) = file.split_once('\n').ok_or("a file has no text")?;
        let (name, is_context) = name.strip_prefix("context ").map_or((name, false), |name| (name, true));
        if Path::new(name).extension().is_some_and(|extension| extension == "yaml") {
            let directory = tempfile::tempdir().expect("there is room for a directory");
            fs::write(directory.path().join(name), text).expect("the directory takes a file");
            let after = Tree::disk(directory.path().to_str().expect("a path"))?;
            let part = if is_context { Part::Context } else { Part::Changed };
            inputs.repositories.push(Repository {
                before: None,
                after,
                files: [Vec::new(), Vec::new()],
                as_read: false,
                part,
            });
            directories.push(directory);
            continue;
        }
        let source = sources.add(name.to_owned(), Bytes::Owned(text.into()));
        if is_context {
            let side = Some(Side::Both);
            inputs.states.push(StateDocument { source, side, is_context, is_lone: false });
        } else {
            inputs.documents.push(source);
        }
    }
    Ok(load(sources, inputs))
}

/// The change that a `diff` block draws.
fn change(body: &str) -> Result<Diff, String> {
    let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    let mut builder = Builder::default();
    let mut zone = None;
    let mut operations: Vec<Operation> = Vec::new();
    let lines = (0..).zip(body.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with("; "));
    for (number, line) in lines {
        let (text, flags) = line.split_once(" ; ").unwrap_or((line, ""));
        if let Some(apex) = text.strip_prefix("$ORIGIN ") {
            zone = Some(view(&mut builder, number, apex, flags)?);
        } else {
            let span = Span { source, start: number, end: number };
            let place = Place::at(span);
            let view = zone.ok_or("a record stands before the first zone")?;
            let (marks, flags): (Vec<&str>, Vec<&str>) = flags.split(", ").partition(|flag| is_mark(flag));
            let (side, set) = record(view, text, &flags.concat(), place.clone()).ok_or(format!("what is `{line}`?"))?;
            if let Some(way) = marks.iter().find_map(|mark| way(mark)) {
                let stays = [Way::InPlace, Way::DeletedFirst, Way::CreatedFirst].contains(&way);
                let same = operations.iter().find(|one| stays && one.way == way && one.owner == set.owner);
                operations.push(Operation {
                    view,
                    owner: set.owner.clone(),
                    rtype: set.rtype.clone(),
                    side,
                    way,
                    overwrites: marks.contains(&OVERWRITES),
                    object: same.map_or(place, |one| one.object.clone()),
                });
            }
            match marks.iter().find_map(|mark| hold(mark)) {
                Some(hold) => builder.add_held(side, hold, set),
                None => builder.add(side, set),
            }
        }
    }
    for line in body.lines().filter_map(|line| line.strip_prefix("; ")?.strip_prefix(POLICY)) {
        let (domain, policy) = policy(line, source).ok_or(format!("what is the policy `{line}`?"))?;
        builder.add_policy(Side::Both, domain, policy);
    }
    let (before, after) = builder.finish();
    Ok(Diff::new(before, after).carried_out_by(operations))
}

/// What stands behind a record that is written over what is there.
const OVERWRITES: &str = "overwrites";

fn is_mark(flag: &str) -> bool {
    flag == OVERWRITES || way(flag).is_some() || hold(flag).is_some()
}

/// What the object that holds a record takes for its own.
fn hold(mark: &str) -> Option<Hold> {
    match mark {
        "writes the record" => Some(Hold::Records),
        "writes the set" => Some(Hold::Set),
        _ => None,
    }
}

/// What becomes of the object that holds a record.
fn way(mark: &str) -> Option<Way> {
    Some(match mark {
        "created" => Way::Created,
        "deleted" => Way::Deleted,
        "in place" => Way::InPlace,
        "deleted first" => Way::DeletedFirst,
        "created first" => Way::CreatedFirst,
        "forgotten" => Way::Forgotten,
        _ => return None,
    })
}

/// A policy as `domain: mode host ...` states it.
fn policy(line: &str, source: SourceId) -> Option<(Name, mta_sts::Policy)> {
    let place = Place::at(Span { source, start: 0, end: 0 });
    let (domain, policy) = line.split_once(": ")?;
    let mut words = policy.split(' ');
    let mode = match words.next()? {
        "enforce" => Mode::Enforce,
        "testing" => Mode::Testing,
        "none" => Mode::None,
        _ => return None,
    };
    let mx = words.map(|host| Some((Name::parse(host).ok()?, place.clone()))).collect::<Option<_>>()?;
    Some((Name::parse(domain).ok()?, mta_sts::Policy { mode, place, mx }))
}

/// A zone; each is one of its own, even if another has its name.
fn view(builder: &mut Builder, number: u32, apex: &str, flags: &str) -> Result<ViewId, String> {
    let (private, whole) = match flags {
        "partial" => (false, false),
        "private" => (true, true),
        _ => (false, true),
    };
    let host = match flags.strip_prefix("at ").map(hosts::named) {
        Some(host) => Some(host.map_err(|_| format!("who is `{flags}`?"))?.dns_host()),
        None if matches!(flags, "" | "partial" | "private") => None,
        None => return Err(format!("what is a zone that is `{flags}`?")),
    };
    let apex = Name::parse(apex).map_err(|error| error.to_string())?;
    let id = builder.view(View { apex: Some(apex), id: Some(number.to_string().into()), private, host });
    if whole {
        builder.mark_whole(id, Side::Both);
    }
    Ok(id)
}

/// One line of a zone: the side, `owner [TTL] TYPE data`, and how it is served; none if it is something else.
fn record(view: ViewId, text: &str, flags: &str, place: Place) -> Option<(Side, RecordSet)> {
    let sides = [(" ", Side::Both), ("-", Side::Before), ("+", Side::After)];
    let (side, rest) = sides.iter().find_map(|(sign, side)| Some((*side, text.strip_prefix(sign)?)))?;
    let (owner, rest) = rest.split_once(' ')?;
    let timed = rest.split_once(' ').and_then(|(ttl, rest)| Some((ttl.parse().ok()?, rest)));
    let (ttl, rest) = timed.map_or((None, rest), |(ttl, rest)| (Some(ttl), rest));
    let (rtype, data) = rest.split_once(' ')?;
    let rtype = Rtype::from_text(rtype);
    let served = match flags {
        "" => Served::AsIs,
        "proxied" => Served::Proxied,
        "flattened" => Served::Flattened,
        "may be flattened" => Served::Unknown,
        _ => return None,
    };
    let rdata = Rdata::parse(&rtype, data, Name::parse).ok()?;
    let record = Record { rdata, ttl, served, unrooted: false, place };
    Some((side, RecordSet { view, owner: Name::parse(owner).ok()?, rtype, variant: None, records: vec![record] }))
}
