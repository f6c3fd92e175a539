//! A report of GitLab Code Quality: what its documentation asks for, of the shape that Code Climate gave it.
//!
//! GitLab has no word for what is suppressed, was there before or is fixed. It is listed all the same, as `info` and with
//! the word before its description, so that no format keeps a finding to itself.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::report::{Finding, Report, hex};
use crate::rule::Status;
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, end, json_text, location, occurrences, suppression_text};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_locations: Vec<Location>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// One array: the findings, then the gaps.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let look = &Look { unicode: true, ..*look };
    let findings = report.findings.iter().map(|found| finding(sources, found, look));
    let gaps = report.gaps.iter().map(|told| gap(sources, told, look));
    let mut issues: Vec<Issue> = findings.chain(gaps).collect();
    let fingerprints = occurrences(issues.iter().map(|issue| issue.fingerprint.clone()));
    let unique: Vec<String> = fingerprints.map(|(fingerprint, number)| numbered(fingerprint, number)).collect();
    issues.iter_mut().zip(unique).for_each(|(issue, fingerprint)| issue.fingerprint = fingerprint);
    json_text(&issues)
}

fn finding(sources: &Sources, finding: &Finding, look: &Look) -> Issue {
    let status = if finding.status == Status::Introduced { String::new() } else { format!("{}: ", finding.status) };
    let reason = finding.suppressed.as_ref();
    let reason = reason.map(|by| format!("suppressed: {}: ", suppression_text(sources, by, look)));
    let help = finding.help.join("; or ");
    let help = if help.is_empty() { help } else { format!("; help: {help}") };
    let place = &finding.primary.place;
    let description = format!("{status}{}{}{help}", reason.unwrap_or_default(), finding.message);
    Issue {
        description: description_at(sources, place, &description, look),
        check_name: finding.rule.id,
        fingerprint: finding.fingerprint(),
        severity: match finding.severity {
            _ if !finding.counts() => "info",
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "minor",
        },
        location: lines(sources, place),
        other_locations: finding.related.iter().map(|label| lines(sources, &label.place)).collect(),
    }
}

fn gap(sources: &Sources, gap: &Gap, look: &Look) -> Issue {
    let path = sources.get(gap.place.span.source).name();
    let mut digest = Sha256::new();
    for part in [gap.coverage.id, path, gap.place.address.as_deref().unwrap_or_default(), &gap.reason] {
        digest.update(part);
        digest.update([0]);
    }
    Issue {
        description: description_at(sources, &gap.place, &format!("not checked: {}", gap.reason), look),
        check_name: gap.coverage.id,
        fingerprint: hex(&digest.finalize()[..8]),
        severity: match gap.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: lines(sources, &gap.place),
        other_locations: Vec::new(),
    }
}

/// A text with where it holds, since a plan is one line: GitLab shows no column and knows no address.
fn description_at(sources: &Sources, place: &Place, text: &str, look: &Look) -> String {
    let address = place.address.as_ref().map(|address| format!("{address}, "));
    let at = location(sources, place, look);
    format!("{} ({}{at})", visible(text, true), visible(&address.unwrap_or_default(), true))
}

/// Where a place is, its path relative to the root of the repository if zonegate runs there.
fn lines(sources: &Sources, place: &Place) -> Location {
    let path = sources.get(place.span.source).name();
    let path = if path == "-" { "stdin" } else { path.trim_start_matches("./") };
    let (start, end) = (sources.start(place.span), end(sources, place.span));
    Location { path: visible(path, true).into_owned(), lines: Lines { begin: start.line, end: end.line } }
}

/// A fingerprint of its own for each of those that are alike.
fn numbered(fingerprint: String, number: usize) -> String {
    if number == 1 { fingerprint } else { hex(&Sha256::digest(format!("{fingerprint} {number}"))[..8]) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::{PLAIN, report};
    use super::*;
    use crate::report::{Origin, Suppressed};

    fn issues(sources: &Sources, report: &Report) -> Vec<Value> {
        serde_json::from_str(&render(sources, report, &PLAIN)).expect("it is JSON")
    }

    #[test]
    fn an_issue_has_what_gitlab_asks_for() {
        let (sources, report) = report(100, "a.b");
        let issues = issues(&sources, &report);
        assert_eq!(issues.len(), 3);
        assert_eq!(issues[0]["check_name"], "cname-with-mx");
        assert_eq!(issues[0]["fingerprint"], report.findings[0].fingerprint());
        assert_eq!(issues[0]["severity"], "critical");
        assert_eq!(issues[0]["location"], serde_json::json!({"path": "plan.json", "lines": {"begin": 1, "end": 1}}));
        let description = issues[0]["description"].as_str().unwrap();
        assert!(
            description.starts_with("mail for shop.example.com goes")
                && description.ends_with(" (a.b, plan.json:1:155)")
        );
        assert_eq!((&issues[1]["severity"], &issues[2]["severity"]), (&"minor".into(), &"info".into()));
        assert_eq!(issues[2]["description"], "not checked: `secret` is marked sensitive (a.b, plan.json:1:186)");
    }

    #[test]
    fn what_is_suppressed_is_for_information() {
        let (sources, mut report) = report(100, "a.b");
        let reason = "a known one\u{202e}".to_owned();
        report.findings[0].suppressed = Some(Suppressed { reason, until: None, by: Origin::Baseline });
        let issue = &issues(&sources, &report)[0];
        assert_eq!(issue["severity"], "info");
        let description = issue["description"].as_str().unwrap();
        assert!(
            description.starts_with(r"suppressed: a known one\u{202e} (in the baseline): mail for"),
            "{description}"
        );
    }

    #[test]
    fn every_issue_has_a_fingerprint_of_its_own() {
        let (sources, mut report) = report(100, "a.b");
        report.findings = vec![report.findings[0].clone(); 3];
        report.gaps = vec![report.gaps[0].clone(); 3];
        let issues = issues(&sources, &report);
        let unique: std::collections::BTreeSet<&str> =
            issues.iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
        assert_eq!(unique.len(), 6);
    }
}
