//! The output formats.
//!
//! A format prints a report and drops nothing of it in silence. It knows sources and excerpts, but neither snapshots nor rules'
//! reasons, and what a screen can show is decided by its caller.

use std::collections::HashMap;

use serde::Serialize;

use crate::excerpt::{deceives, visible};
use crate::gap::Gap;
use crate::report::{Counts, Finding, Origin, Report, Suppressed};
use crate::rule::Status;
use crate::severity::Severity;
use crate::source::{Place, Position, Sources, Span};

mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
pub mod route;
mod sarif;

/// One way to print a report.
#[derive(Debug)]
pub struct Format {
    /// What the command line calls it.
    pub name: &'static str,
    /// One line: whom it is for.
    pub summary: &'static str,
    /// The report as text that ends with a newline, or as no text at all.
    pub render: fn(&Sources, &Report, &Look) -> String,
}

/// Every format; the first is the default.
pub static FORMATS: [Format; 8] = [
    Format { name: "human", summary: "annotated excerpts, for people", render: human::render },
    Format { name: "concise", summary: "one line a finding, for editors and logs", render: concise::render },
    Format { name: "json", summary: "everything there is to know, for programs", render: json::render },
    Format { name: "markdown", summary: "a comment on a pull request", render: markdown::render },
    Format { name: "github", summary: "annotations, printed in a job of GitHub Actions", render: github::render },
    Format { name: "sarif", summary: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format { name: "gitlab", summary: "a report of GitLab Code Quality", render: gitlab::render },
    Format { name: "junit", summary: "test results in XML, for Jenkins, GitLab and others", render: junit::render },
];

/// The format of this name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What the output can show, and how much of it is wanted. Only `human` and `concise` are for terminals: the other
/// formats are UTF-8 wherever they are read, and look the same everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether a terminal shows the colours of ANSI.
    pub colour: bool,
    /// Whether a terminal can show characters beyond ASCII.
    pub unicode: bool,
    /// Columns of a terminal; fewer than 40 count as 40.
    pub width: usize,
    /// Findings only, for people: no summary, and no gaps but those that are errors.
    pub quiet: bool,
    /// What the addresses of the rules' pages start with, where the output can hold links: a whole URL in ASCII.
    pub pages: Option<&'static str>,
}

/// Where something stands, as `path:line:column`, safe to print.
fn location(sources: &Sources, place: &Place, look: &Look) -> String {
    let start = sources.start(place.span);
    let path = visible(sources.get(place.span.source).name(), look.unicode);
    format!("{path}:{}:{}", start.line, start.column)
}

/// Where a span ends. One that holds what must not be shown ends where it starts, so that its length stays secret.
fn end(sources: &Sources, span: Span) -> Position {
    let hidden = sources.get(span.source).hidden();
    let first = hidden.partition_point(|range| range.end <= span.start);
    let is_hidden = hidden.get(first).is_some_and(|range| range.start < span.end);
    if is_hidden { sources.start(span) } else { sources.end(span) }
}

/// A JSON document, indented.
fn json_text(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document).expect("strings and numbers always have a JSON form");
    escape_deceiving(&text) + "\n"
}

/// Characters that would deceive a reader of a JSON document as `\u` escapes: they only occur inside strings.
fn escape_deceiving(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if deceives(character) && character != '\n' {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.extend(format!("\\u{unit:04x}").chars());
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Numbers those that are alike, from 1: how many times each has occurred so far.
fn occurrences(keys: impl IntoIterator<Item = String>) -> impl Iterator<Item = (String, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    keys.into_iter().map(move |key| {
        let number = seen.entry(key.clone()).or_default();
        *number += 1;
        (key, *number)
    })
}

/// The gaps that are wanted. Why a check could not be done always is.
fn wanted_gaps<'r>(report: &'r Report, look: &Look) -> Vec<&'r Gap> {
    report.gaps.iter().filter(|gap| !look.quiet || gap.severity == Severity::Error).collect()
}

/// A severity with its rule, the status unless the change brings the fault about, and whether it counts.
fn tag(finding: &Finding) -> String {
    let Finding { rule, severity, status, suppressed, .. } = finding;
    let status = if *status == Status::Introduced { String::new() } else { format!(" {status}") };
    let suppressed = if suppressed.is_some() { " suppressed" } else { "" };
    format!("{severity}[{}]{status}{suppressed}", rule.id)
}

/// A severity with a kind of gap.
fn gap_tag(gap: &Gap) -> String {
    format!("{}[{}]", gap.severity, gap.coverage.id)
}

/// Why a finding does not count: the reason, how long it holds, and where that is said.
fn suppression_text(sources: &Sources, suppressed: &Suppressed, look: &Look) -> String {
    let until = suppressed.until.map(|day| format!(" until {day}")).unwrap_or_default();
    let by = match &suppressed.by {
        Origin::Comment(place) | Origin::Configuration(place) => format!("at {}", location(sources, place, look)),
        Origin::Baseline => "in the baseline".to_owned(),
    };
    format!("{}{until} ({by})", visible(&suppressed.reason, look.unicode))
}

/// What was found and what was seen, in one sentence.
pub fn summary_line(report: &Report, look: &Look) -> String {
    let mut parts = vec![found(report), seen(report)];
    if !report.gaps.is_empty() {
        parts.push(count(report.gaps.len(), "gap"));
    }
    parts.join(if look.unicode { " · " } else { "; " })
}

fn found(report: &Report) -> String {
    let summary = &report.summary;
    let mut parts = Vec::new();
    for (counts, status) in [(summary.introduced, Status::Introduced), (summary.existing, Status::Existing)] {
        if counts.total() > 0 {
            parts.push(format!("{} {status}", by_severity(counts)));
        }
    }
    let is_clear = parts.is_empty() && summary.exit_code != 2;
    if summary.suppressed > 0 {
        parts.push(format!("{} suppressed", summary.suppressed));
    }
    if is_clear {
        let other = if summary.suppressed > 0 { "nothing else" } else { "nothing" };
        parts.push(format!("{other} seen that puts mail at risk"));
    }
    if summary.fixed > 0 {
        parts.push(format!("{} fixed", summary.fixed));
    }
    if summary.exit_code == 2 {
        let is_undone = report.gaps.is_empty() || report.gaps.iter().any(|gap| gap.severity == Severity::Error);
        let begun = !parts.is_empty() || !is_undone;
        let whole = if begun { " in full" } else { "" };
        parts.push(format!("the check could not be done{whole}"));
    }
    parts.join(", ")
}

fn by_severity(counts: Counts) -> String {
    let all = [(counts.error, "error"), (counts.warning, "warning"), (counts.note, "note")];
    let some = all.into_iter().filter(|(number, _)| *number > 0);
    listed(&some.map(|(number, noun)| count(number, noun)).collect::<Vec<_>>())
}

fn seen(report: &Report) -> String {
    let summary = &report.summary;
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for input in &report.inputs {
        match kinds.iter_mut().find(|(kind, _)| *kind == input.kind) {
            Some((_, number)) => *number += 1,
            None => kinds.push((input.kind, 1)),
        }
    }
    let mut parts: Vec<String> =
        kinds.into_iter().map(|(kind, number)| count(number, &kind.replace('-', " "))).collect();
    if parts.is_empty() {
        parts.push("no input".into());
    }
    if summary.exit_code == 2 && !summary.compared && summary.zones == 0 {
        return parts.join(", ");
    }
    parts.push(count(summary.zones, "zone"));
    if summary.compared && summary.records_before != summary.records_after {
        parts.push(format!("{} before and {} after", count(summary.records_before, "record"), summary.records_after));
    } else {
        parts.push(count(summary.records_after.max(summary.records_before), "record"));
    }
    if summary.compared {
        parts.push(count(summary.changes, "change"));
        parts.push("compared before with after".into());
    } else {
        parts.push("nothing was compared: only one state was given".into());
    }
    parts.join(", ")
}

/// A number with its noun.
fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::gap::{Gap, SENSITIVE_VALUE, UNKNOWN_UNTIL_APPLY};
    use crate::name::Name;
    use crate::record::View;
    use crate::report::Summary;
    use crate::rule::{Cause, Label, Rule, Set};
    use crate::source::{Bytes, Input, SourceId, Span};

    static RULE: Rule = Rule {
        id: "cname-with-mx",
        severity: Severity::Error,
        set: Set::Default,
        summary: "for tests",
        page: "",
        checks: &[],
    };

    pub(super) const PLAIN: Look = Look { colour: false, unicode: true, width: 80, quiet: false, pages: None };
    const RECORDS: &str = concat!(
        r#"{"alias":[],"name":"shop.example.com","records":["shops.example.org."],"secret":"s3cret","ttl":300},"#,
        r#"{"name":"shop.example.com","note":"\u001b]0;","records":["10 mx1.example.net."],"type":"MX"}"#
    );

    fn find(sources: &Sources, source: SourceId, value: &str, block: Range<usize>, address: &str) -> Place {
        let at = |at: usize| u32::try_from(at).unwrap();
        let start =
            block.start + str::from_utf8(&sources.get(source).bytes()[block.clone()]).unwrap().find(value).unwrap();
        Place {
            span: Span { source, start: at(start), end: at(start + value.len()) },
            block: Span { source, start: at(block.start), end: at(block.end) },
            address: Some(address.into()),
            site: None,
        }
    }

    /// One finding and two gaps about two records at the end of a plan of one line, behind `padding` bytes.
    pub(super) fn report(padding: usize, address: &str) -> (Sources, Report) {
        let mut sources = Sources::default();
        let text = format!(r#"["{}",{RECORDS}]"#, " ".repeat(padding));
        let first = text.find('{').unwrap()..text.find("},{").unwrap() + 1;
        let second = first.end + 1..text.len() - 1;
        let source = sources.add("plan.json".into(), Bytes::Owned(text.into()));
        let secret = find(&sources, source, "s3cret", first.clone(), address);
        sources.hide([secret.span]);
        let alias = find(&sources, source, "shops.example.org.", first, address);
        let mx = find(&sources, source, "10 mx1.example.net.", second, "aws_route53_record.mx");
        let message = "mail for shop.example.com goes to shops.example.org, because an alias hides the MX records";
        let finding = Finding {
            rule: &RULE,
            severity: Severity::Error,
            status: Status::Introduced,
            cause: Cause::CnameAdded,
            view: View { apex: Some(Name::parse("example.com").unwrap()), id: None, private: false, host: None },
            names: vec![Name::parse("shop.example.com").unwrap()],
            types: Vec::new(),
            also: vec![&RULE],
            message: message.into(),
            help: vec!["give shop.example.com addresses".into(), "remove the MX records, if it gets no mail".into()],
            route: None,
            suppressed: None,
            primary: Label::new("becomes an alias", &alias),
            related: vec![Label::new("mail goes here", &mx), Label::new("marked sensitive", &secret)],
        };
        let gaps = vec![
            Gap::new(&UNKNOWN_UNTIL_APPLY, "the owner is not known before the plan is applied; name it", mx),
            Gap::new(&SENSITIVE_VALUE, "`secret` is marked sensitive", secret),
        ];
        let summary = Summary {
            introduced: Counts { error: 1, ..Counts::default() },
            fail_on: Some(Severity::Error),
            exit_code: 1,
            ..Summary::default()
        };
        let inputs = vec![Input { source, kind: "terraform-plan", notes: Vec::new() }];
        (sources, Report { findings: vec![finding], gaps, summary, inputs })
    }

    fn looks() -> impl Iterator<Item = Look> {
        (0..8).map(|bits| Look {
            colour: bits & 1 > 0,
            unicode: bits & 2 > 0,
            width: if bits & 4 > 0 { 40 } else { 80 },
            quiet: false,
            pages: None,
        })
    }

    #[test]
    fn a_finding_reads_well() {
        let (sources, report) = report(100, "aws_route53_record.shop");
        let expected = r#"
error[cname-with-mx]: mail for shop.example.com goes to shops.example.org,
  because an alias hides the MX records
   ╭─[plan.json:1:155] aws_route53_record.shop
   │ "name": "shop.example.com"
   │ "records": ["shops.example.org."]
   ·              ─────────┬────────
   ·                       ╰── becomes an alias
   │ "secret": (sensitive value)
   ·           ────────┬────────
   ·                   ╰── marked sensitive
   │ "ttl": 300
   ├─[plan.json:1:263] aws_route53_record.mx
   │ "name": "shop.example.com"
   │ "note": "\u001b]0;"
   │ "records": ["10 mx1.example.net."]
   ·              ─────────┬─────────
   ·                       ╰── mail goes here
   │ "type": "MX"
   ╰────
  help: give shop.example.com addresses
    or: remove the MX records, if it gets no mail
  also: cname-with-mx

not checked:
  warning[unknown-until-apply]: the owner is not known before the plan is
    applied; name it
      plan.json:1:263 aws_route53_record.mx
  note[sensitive-value]: `secret` is marked sensitive
      plan.json:1:186 aws_route53_record.shop

1 error introduced · 1 terraform plan, no zones, no records, nothing was
compared: only one state was given · 2 gaps
more on a rule: zonegate explain cname-with-mx
"#;
        assert_eq!(human::render(&sources, &report, &PLAIN), expected.trim_start());
    }

    #[test]
    fn people_see_some_of_very_many_places_and_how_many_there_are_besides() {
        let (sources, mut report) = report(100, "a.b");
        let mx = report.findings[0].related[0].clone();
        let places = |report: &mut Report, number: usize| {
            report.findings[0].related = vec![mx.clone(); number];
            report.findings[0].related[number - 1].text = "the last".into();
        };
        places(&mut report, 12);
        let text = human::render(&sources, &report, &PLAIN);
        assert!(text.contains("the last") && !text.contains("--format json"), "{text}");
        places(&mut report, 13);
        let text = human::render(&sources, &report, &PLAIN);
        assert!(text.contains("   ╰────\n   ... and 1 more place (--format json lists them all)\n  help: "), "{text}");
        assert!(!text.contains("the last"));
        places(&mut report, 2000);
        for look in looks() {
            let text = human::render(&sources, &report, &look);
            assert!(text.contains("... and 1,988 more places (--format"), "{text}");
            assert!(text.len() < 5000);
            assert!(look.colour || text.lines().rev().skip(1).all(|line| line.width() <= look.width), "{text}");
        }
        let json: serde_json::Value = serde_json::from_str(&json::render(&sources, &report, &PLAIN)).unwrap();
        assert_eq!(json["findings"][0]["labels"].as_array().unwrap().len(), 2001);
    }

    #[test]
    fn formats_have_names_of_their_own_and_say_whom_they_are_for() {
        for format in &FORMATS {
            assert!(std::ptr::eq(named(format.name).unwrap(), format), "{} is in the table twice", format.name);
            assert!(!format.summary.is_empty());
        }
        assert!(named("yaml").is_none());
    }

    #[test]
    fn a_hidden_value_appears_in_no_format() {
        let (sources, report) = report(100, "a.b");
        for (format, look) in FORMATS.iter().flat_map(|format| looks().map(move |look| (format, look))) {
            assert!(!(format.render)(&sources, &report, &look).contains("s3cret"), "{}", format.name);
        }
    }

    #[test]
    fn every_format_reports_what_is_known_of_a_label_far_out_in_a_long_line() {
        let (sources, report) = report(3_000_000, "a.b");
        for format in &FORMATS {
            let text = (format.render)(&sources, &report, &PLAIN);
            assert!(text.contains("3000055"), "{}: {text}", format.name);
            // A log of SARIF describes every rule.
            assert!(text.len() < if format.name == "sarif" { 1_000_000 } else { 10_000 }, "{}", format.name);
        }
    }

    #[test]
    fn nothing_from_an_input_acts_on_a_terminal() {
        let deceit = "a\u{1b}[2J\u{9b}2J\u{202e}\n\r\u{2028}\u{7f}";
        let (sources, mut report) = report(100, deceit);
        report.findings[0].message.push_str(deceit);
        report.findings[0].help.push(deceit.into());
        report.findings[0].primary.text.push_str(deceit);
        report.gaps[0].reason.push_str(deceit);
        for format in &FORMATS {
            let text = (format.render)(&sources, &report, &PLAIN);
            let loose = text.lines().flat_map(str::chars).find(|&character| crate::excerpt::deceives(character));
            assert_eq!(loose, None, "{}", format.name);
        }
    }

    #[test]
    fn what_is_not_for_terminals_looks_the_same_everywhere() {
        let (sources, report) = report(100, "aws_route53_record.münchen");
        for format in FORMATS.iter().filter(|format| !["human", "concise"].contains(&format.name)) {
            let plain = (format.render)(&sources, &report, &PLAIN);
            for look in looks() {
                assert_eq!((format.render)(&sources, &report, &look), plain, "{}", format.name);
            }
        }
    }

    #[test]
    fn the_length_of_a_hidden_value_is_hidden() {
        let (sources, report) = report(100, "a.b");
        let labels = &report.findings[0].related;
        let spans = [labels[0].place.span, labels[1].place.span];
        assert_eq!(end(&sources, spans[0]), sources.end(spans[0]));
        assert_eq!(end(&sources, spans[1]), sources.start(spans[1]));
    }

    #[test]
    fn a_report_fits_its_columns() {
        let (sources, report) = report(100, "module.dns.aws_route53_record.a");
        for look in looks().filter(|look| !look.colour) {
            let text = human::render(&sources, &report, &look);
            // The last line is a command, and not broken.
            let wide = text.lines().rev().skip(1).find(|line| line.width() > look.width);
            assert_eq!(wide, None, "{text}");
        }
    }

    #[test]
    fn every_label_is_drawn_whatever_the_bytes() {
        let (_, report) = report(0, "a.b");
        let parts: [&[u8]; 12] = [
            b"{\"a\":",
            b"}",
            b"\"x\"",
            b"\n",
            b"\n\n",
            b"\r\n",
            b"\t",
            b"\xff",
            "中".as_bytes(),
            b",",
            b"  ",
            &[b'y'; 99],
        ];
        let mut state = 3_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for _ in 0..500 {
            let bytes: Vec<u8> = (0..random(30)).flat_map(|_| parts[random(parts.len())]).copied().collect();
            let end = u32::try_from(bytes.len()).unwrap();
            let mut sources = Sources::default();
            let source = sources.add("x".into(), Bytes::Owned(bytes.clone()));
            let mut label = |text: &str| {
                let start = random(bytes.len() + 1);
                let length = random(bytes.len() - start + 1);
                let at = |at: usize| u32::try_from(at).unwrap();
                let span = Span { source, start: at(start), end: at(start + length) };
                Label::new(text, &Place { span, block: Span { source, start: 0, end }, address: None, site: None })
            };
            let finding = Finding {
                primary: label("LabelA"),
                related: vec![label("LabelB"), label("LabelC")],
                ..report.findings[0].clone()
            };
            let drawn = human::render(&sources, &Report { findings: vec![finding], ..Report::default() }, &PLAIN);
            let shown = |label: &&str| drawn.contains(*label);
            assert!(["LabelA", "LabelB", "LabelC"].iter().all(shown), "{bytes:?}\n{drawn}");
        }
    }

    #[test]
    fn without_unicode_everything_is_ascii() {
        let (sources, mut report) = report(100, "aws_route53_record.münchen");
        report.findings[0].message.push_str(" für 中");
        report.summary.fixed = 1;
        for look in looks().filter(|look| !look.unicode) {
            for format in [named("human"), named("concise")].into_iter().flatten() {
                let text = (format.render)(&sources, &report, &look);
                assert!(text.is_ascii(), "{}: {text}", format.name);
            }
        }
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let (sources, report) = report(100, "aws_route53_record.shop");
        for unicode in [true, false] {
            let plain = human::render(&sources, &report, &Look { unicode, ..PLAIN });
            let coloured = human::render(&sources, &report, &Look { unicode, colour: true, ..PLAIN });
            let mut parts = coloured.split('\u{1b}');
            let first = parts.next().unwrap().to_string();
            let stripped = parts.fold(first, |text, part| text + part.split_once('m').unwrap().1);
            let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
            assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn links_lead_to_the_pages_of_rules_and_change_nothing_else() {
        let (sources, report) = report(100, "a.b");
        let link =
            |id: &str, page: &str| format!("\u{1b}]8;;https://example.com/{page}.md\u{1b}\\{id}\u{1b}]8;;\u{1b}\\");
        let ends = regex_lite::Regex::new("\u{1b}]8;;[^\u{1b}]*\u{1b}\\\\").unwrap();
        for look in looks() {
            let linked = Look { pages: Some("https://example.com/"), ..look };
            let text = human::render(&sources, &report, &linked);
            assert_eq!(ends.replace_all(&text, ""), human::render(&sources, &report, &look));
            for (start, id, page) in [
                ("error[", "cname-with-mx", "cname_with_mx"),
                ("also: ", "cname-with-mx", "cname_with_mx"),
                ("explain ", "cname-with-mx", "cname_with_mx"),
                ("warning[", "unknown-until-apply", "unknown_until_apply"),
            ] {
                assert!(text.contains(&link(id, page)), "{text}");
                assert!(look.colour || text.contains(&format!("{start}{}", link(id, page))), "{start}: {text}");
            }
        }
    }

    #[test]
    fn a_quiet_report_is_its_findings() {
        let (sources, report) = report(100, "a.b");
        let quiet = human::render(&sources, &report, &Look { quiet: true, ..PLAIN });
        assert!(human::render(&sources, &report, &PLAIN).starts_with(&quiet));
        assert!(quiet.ends_with("also: cname-with-mx\n\n"));
    }

    #[test]
    fn gaps_of_one_reason_share_it_and_many_take_a_line_each() {
        let (sources, mut report) = report(100, "a.b");
        let gap = report.gaps[0].clone();
        report.gaps = vec![gap.clone(); 12];
        let text = human::render(&sources, &report, &PLAIN);
        assert_eq!(text.matches("the owner is not known").count(), 1);
        assert_eq!(text.matches("      plan.json:1:263").count(), 12);
        report.gaps =
            (0..12).map(|number| Gap { reason: format!("{number}: {}", gap.reason), ..gap.clone() }).collect();
        let text = human::render(&sources, &report, &PLAIN);
        assert_eq!(
            text.lines().filter(|line| line.starts_with("  warning[unknown-until-apply]: plan.json:1:263")).count(),
            12
        );
    }

    #[test]
    fn concise_takes_a_line_for_each_finding_and_each_gap() {
        let (sources, mut report) = report(100, "a.b");
        let existing = Finding { status: Status::Existing, severity: Severity::Warning, ..report.findings[0].clone() };
        report.findings.push(Finding { message: "it fails".into(), ..existing });
        let text = concise::render(&sources, &report, &PLAIN);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("plan.json:1:155: error[cname-with-mx] mail for shop.example.com goes"));
        assert_eq!(lines[1], "plan.json:1:155: warning[cname-with-mx] existing: it fails (a.b)");
        assert!(lines[2].starts_with("plan.json:1:263: gap[unknown-until-apply] warning: the owner"));
        assert_eq!(lines[3], "plan.json:1:186: gap[sensitive-value] `secret` is marked sensitive (a.b)");
    }

    #[test]
    fn json_keeps_its_shape() {
        let (sources, report) = report(100, "a.b");
        let text = json::render(&sources, &report, &PLAIN);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(keys(&value), "findings format gaps inputs summary tool version");
        assert_eq!(
            keys(&value["summary"]),
            "changes compared existing exit_code fixed gaps introduced records_after records_before suppressed zones"
        );
        let finding = &value["findings"][0];
        assert_eq!(
            keys(finding),
            "also cause fingerprint help labels message names route rule severity status suppressed view zone"
        );
        assert_eq!(keys(&finding["labels"][0]), "address end path planned role start text");
        assert_eq!(keys(&value["gaps"][0]), "address names path planned reason rule severity start");
        assert_eq!(finding["zone"], "example.com.");
        assert_eq!(finding["labels"][0]["start"], serde_json::json!({"offset": 154, "line": 1, "column": 155}));
        assert_eq!(finding["labels"][0]["end"]["column"], 173);
        assert_eq!(value["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
        assert_eq!(value["summary"]["gaps"], 2);
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn the_summary_always_says_what_was_seen() {
        let (_, mut report) = report(0, "a.b");
        report.gaps.truncate(1);
        report.inputs.push(Input { kind: "octodns-zone", ..report.inputs[0].clone() });
        report.inputs.push(report.inputs[0].clone());
        report.summary = Summary {
            introduced: Counts { error: 2, warning: 1, note: 0 },
            existing: Counts { note: 3, ..Counts::default() },
            fixed: 1,
            suppressed: 0,
            zones: 1,
            records_before: 1,
            records_after: 14,
            changes: 1,
            compared: true,
            fail_on: Some(Severity::Error),
            exit_code: 1,
        };
        assert_eq!(
            summary_line(&report, &PLAIN),
            "2 errors and 1 warning introduced, 3 notes existing, 1 fixed · 2 terraform plans, 1 octodns zone, 1 zone, \
             1 record before and 14 after, 1 change, compared before with after · 1 gap"
        );
        let nothing = Report { summary: Summary { exit_code: 2, ..Summary::default() }, ..Report::default() };
        assert_eq!(summary_line(&nothing, &Look { unicode: false, ..PLAIN }), "the check could not be done; no input");
    }
}
