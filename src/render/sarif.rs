//! SARIF 2.1.0 (OASIS, with errata 01), with what GitHub's code scanning asks for besides.
//!
//! These structs are the format, as far as it is used here; comments name its sections. What the inputs could not tell is
//! a notification of the tool and not a result: it is about the run, and nobody can fix it in the file it points at.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::excerpt::visible;
use crate::gap::{COVERAGE, Coverage, Gap};
use crate::report::{Finding, Origin, Report, Suppressed};
use crate::rule::{Label, Rule, Status};
use crate::rules::RULES;
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, end, json_text, location, occurrences, route};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Where the pages of rules can be read, if whoever builds the program says so: a URL without a final slash.
const RULE_PAGES: Option<&str> = option_env!("ZONEGATE_RULE_PAGES");

/// What a URI holds as it stands in a path (RFC 3986 section 2.3), besides letters and digits.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The directory in which zonegate ran; GitHub takes it for the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// Related places that a message links to. All are listed beside it.
const MANY_PLACES: usize = 12;

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

/// Section 3.14.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    column_kind: &'static str,
    results: Vec<ResultPart>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
    notifications: Vec<Descriptor>,
}

/// Section 3.49.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

/// Section 3.20.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

/// Section 3.58.
#[derive(Serialize)]
struct Notification {
    descriptor: Reference,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Reference {
    id: &'static str,
    index: usize,
}

/// Section 3.27.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultPart {
    rule_id: &'static str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    suppressions: Vec<Suppression>,
    properties: Properties,
}

/// What SARIF has no word for.
#[derive(Serialize)]
struct Properties {
    status: String,
    cause: &'static str,
    zone: Option<String>,
    names: Vec<String>,
    also: Vec<&'static str>,
}

/// Section 3.35.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

/// Section 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// Section 3.4.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Message>,
}

/// Section 3.30. Columns count code points, and ends are exclusive; what must not be shown has no end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(flatten)]
    bytes: Option<ByteRange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ByteRange {
    byte_offset: u32,
    byte_length: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
    kind: &'static str,
}

/// One log of one run.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let page = Page { sources, report, look: Look { unicode: true, ..*look } };
    let keys = occurrences(report.findings.iter().map(Finding::fingerprint));
    let run = Run {
        tool: Tool { driver: driver() },
        automation_details: AutomationDetails { id: "zonegate/" },
        invocations: [Invocation {
            execution_successful: report.summary.exit_code != 2,
            exit_code: report.summary.exit_code,
            tool_execution_notifications: report.gaps.iter().map(|gap| page.notification(gap)).collect(),
        }],
        original_uri_base_ids: BTreeMap::from([(ROOT, described("the directory in which zonegate ran"))]),
        column_kind: "unicodeCodePoints",
        results: report.findings.iter().zip(keys).map(|(finding, key)| page.result(finding, key)).collect(),
    };
    json_text(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

fn driver() -> Driver {
    let rule = |rule: &&Rule| descriptor(rule.id, rule.severity, rule.summary, rule.page);
    let coverage = |kind: &&Coverage| descriptor(kind.id, kind.severity, kind.summary, kind.page);
    Driver {
        name: "zonegate",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: RULES.iter().map(rule).collect(),
        notifications: COVERAGE.iter().map(coverage).collect(),
    }
}

fn descriptor(id: &'static str, severity: Severity, summary: &str, page: &str) -> Descriptor {
    let words = id.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
    // The page says it in a sentence or two below its heading.
    let full = page.split("\n\n").nth(1).unwrap_or(summary).replace('\n', " ");
    Descriptor {
        id,
        name: words.collect(),
        short_description: plain(summary),
        full_description: plain(full.trim()),
        help: Message { text: page.to_owned(), markdown: Some(page.to_owned()) },
        help_uri: RULE_PAGES.map(|pages| format!("{pages}/{}.md", id.replace('-', "_"))),
        default_configuration: Configuration { level: level(severity) },
    }
}

struct Page<'a> {
    sources: &'a Sources,
    report: &'a Report,
    look: Look,
}

impl Page<'_> {
    fn result(&self, finding: &Finding, (fingerprint, number): (String, usize)) -> ResultPart {
        let rule_index = RULES.iter().position(|rule| rule.id == finding.rule.id);
        // What the change takes away is no problem any more.
        let (kind, level) =
            if finding.status == Status::Fixed { ("pass", "none") } else { ("fail", level(finding.severity)) };
        let related = finding.related.iter().zip(1..);
        ResultPart {
            rule_id: finding.rule.id,
            rule_index: rule_index.expect("every finding has a rule of the catalogue"),
            kind,
            level,
            message: self.message(finding),
            locations: [Location {
                message: Some(plain(&finding.primary.text)),
                ..self.location(&finding.primary.place)
            }],
            related_locations: related.map(|(label, id)| self.related(label, id)).collect(),
            partial_fingerprints: BTreeMap::from([
                // The only one that GitHub knows. It wants a number behind the colon for those that are alike.
                ("primaryLocationLineHash", format!("{fingerprint}:{number}")),
                ("zonegate/v1", fingerprint),
            ]),
            baseline_state: self.report.summary.compared.then_some(match finding.status {
                Status::Introduced => "new",
                Status::Existing => "unchanged",
                Status::Fixed => "absent",
            }),
            suppressions: finding.suppressed.iter().map(|by| self.suppression(by)).collect(),
            properties: Properties {
                status: finding.status.to_string(),
                cause: finding.cause.text(),
                zone: finding.view.apex.as_ref().map(ToString::to_string),
                names: finding.names.iter().map(ToString::to_string).collect(),
                also: finding.also.iter().map(|rule| rule.id).collect(),
            },
        }
    }

    /// What will happen, the ways out, and links to the related locations: GitHub shows those that are linked to.
    fn message(&self, finding: &Finding) -> Message {
        let mut text = unlinked(&finding.message);
        for (at, (when, way)) in route::lines(finding, &self.look).into_iter().enumerate() {
            let start = if at == 0 { "\n\n" } else { "\n" };
            let _ = write!(text, "{start}{when}: {}", unlinked(&way));
        }
        if !finding.help.is_empty() {
            let _ = write!(text, "\n\nhelp: {}", unlinked(&finding.help.join("; or ")));
        }
        for (at, label) in finding.related.iter().take(MANY_PLACES).enumerate() {
            let (before, place) = (if at == 0 { "\n" } else { "" }, location(self.sources, &label.place, &self.look));
            let _ = write!(text, "{before}\n{}: [{}]({})", unlinked(&label.text), unlinked(&place), at + 1);
        }
        Message { text, markdown: None }
    }

    fn related(&self, label: &Label, id: usize) -> Location {
        Location { id: Some(id), message: Some(plain(&label.text)), ..self.location(&label.place) }
    }

    fn notification(&self, gap: &Gap) -> Notification {
        let index = COVERAGE.iter().position(|kind| kind.id == gap.coverage.id);
        Notification {
            descriptor: Reference {
                id: gap.coverage.id,
                index: index.expect("every gap is of a kind of the catalogue"),
            },
            level: level(gap.severity),
            message: plain(&gap.reason),
            locations: [self.location(&gap.place)],
        }
    }

    fn suppression(&self, suppressed: &Suppressed) -> Suppression {
        let until = suppressed.until.map(|day| format!(" (until {day})"));
        let (kind, place) = match &suppressed.by {
            Origin::Comment(place) => ("inSource", Some(place)),
            Origin::Configuration(place) => ("external", Some(place)),
            Origin::Baseline => ("external", None),
        };
        Suppression {
            kind,
            status: "accepted",
            justification: visible(&suppressed.reason, true).into_owned() + &until.unwrap_or_default(),
            location: place.map(|place| self.location(place)),
        }
    }

    fn location(&self, place: &Place) -> Location {
        let source = self.sources.get(place.span.source);
        let (start, end) = (self.sources.start(place.span), end(self.sources, place.span));
        // Of a file that was translated to UTF-8, the offsets are not those of the file.
        let is_translated = source.as_read().as_ptr() != source.bytes().as_ptr();
        let bytes = ByteRange { byte_offset: start.offset, byte_length: end.offset - start.offset };
        let logical = place.address.iter().map(|address| LogicalLocation {
            fully_qualified_name: visible(address, true).into_owned(),
            kind: "resource",
        });
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: artifact(source.name()),
                region: Region {
                    start_line: start.line,
                    start_column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                    bytes: (!is_translated).then_some(bytes),
                },
            },
            logical_locations: logical.collect(),
            message: None,
        }
    }
}

/// A path as a URI: below the directory in which zonegate ran if that is where it leads, absolute or relative otherwise.
fn artifact(path: &str) -> ArtifactLocation {
    if path == "-" {
        return ArtifactLocation { uri: Some("stdin".into()), ..described("standard input") };
    }
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut path = path.as_str();
    while let Some(below) = path.strip_prefix("./") {
        path = below.trim_start_matches('/');
    }
    let encoded = |path: &str| utf8_percent_encode(path, PATH).to_string();
    let drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    let (uri, uri_base_id) = match path {
        _ if drive => (format!("file:///{}{}", &path[..2], encoded(&path[2..])), None),
        // Two slashes would start the name of a host.
        _ if path.starts_with('/') => (format!("file:///{}", encoded(path.trim_start_matches('/'))), None),
        _ if path.split('/').any(|part| part == "..") => (encoded(path), None),
        _ => (encoded(path), Some(ROOT)),
    };
    ArtifactLocation { uri: Some(uri), uri_base_id, description: None }
}

fn described(text: &str) -> ArtifactLocation {
    ArtifactLocation { uri: None, uri_base_id: None, description: Some(plain(text)) }
}

fn plain(text: &str) -> Message {
    Message { text: visible(text, true).into_owned(), markdown: None }
}

/// A text in which no link can start (section 3.11.6).
fn unlinked(text: &str) -> String {
    visible(text, true).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> (String, Option<&'static str>) {
        let location = artifact(path);
        (location.uri.unwrap_or_default(), location.uri_base_id)
    }

    #[test]
    fn paths_become_uris() {
        for (path, expected, base) in [
            ("zones/example.com.yaml", "zones/example.com.yaml", Some(ROOT)),
            ("./a", "a", Some(ROOT)),
            (".//./a", "a", Some(ROOT)),
            ("../a", "../a", None),
            ("a/../../b", "a/../../b", None),
            ("a..b", "a..b", Some(ROOT)),
            ("/tmp/plan.json", "file:///tmp/plan.json", None),
            ("//tmp/plan.json", "file:///tmp/plan.json", None),
            ("a b%20/ü#?.json", "a%20b%2520/%C3%BC%23%3F.json", Some(ROOT)),
            ("mailto:a@b", "mailto%3Aa%40b", Some(ROOT)),
            ("-", "stdin", None),
            ("\u{202e}\n", "%E2%80%AE%0A", Some(ROOT)),
        ] {
            assert_eq!(uri(path), (expected.to_owned(), base), "{path}");
        }
    }

    #[test]
    fn a_text_holds_no_link_of_its_own() {
        assert_eq!(unlinked(r"a[b](1) \[c]"), r"a\[b\](1) \\\[c\]");
    }

    #[test]
    fn every_rule_and_kind_of_gap_is_described() {
        let driver = driver();
        assert_eq!((driver.rules.len(), driver.notifications.len()), (RULES.len(), COVERAGE.len()));
        for descriptor in driver.rules.iter().chain(&driver.notifications) {
            let full = &descriptor.full_description.text;
            assert!(!full.starts_with('#') && (10..1024).contains(&full.len()), "{}: {full}", descriptor.id);
            assert!(!descriptor.name.contains('-') && descriptor.help.text.contains(descriptor.id));
        }
        assert_eq!(driver.rules[RULES.iter().position(|rule| rule.id == "cname-with-mx").unwrap()].name, "CnameWithMx");
    }
}
