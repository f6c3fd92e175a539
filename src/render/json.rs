//! The report for programs: version 1 of a shape that only ever grows.
//!
//! These structs are the format, and no other type of this crate is: renaming a field elsewhere changes nothing here.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::gap::Gap;
use crate::name::Name;
use crate::report::{Counts, Finding, Origin, Report, Suppressed, hex};
use crate::rule::{Label, Rule};
use crate::source::{Input, Place, Position, Sources};

use super::route::{TracePart, part};
use super::{Look, end, json_text};

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    summary: SummaryPart,
    findings: Vec<FindingPart<'a>>,
    gaps: Vec<GapPart<'a>>,
    inputs: Vec<InputPart<'a>>,
    tool: ToolPart,
}

#[derive(Serialize)]
struct SummaryPart {
    introduced: CountsPart,
    existing: CountsPart,
    fixed: usize,
    suppressed: usize,
    zones: usize,
    records_before: usize,
    records_after: usize,
    changes: usize,
    gaps: usize,
    compared: bool,
    exit_code: u8,
}

#[derive(Serialize)]
struct CountsPart {
    error: usize,
    warning: usize,
    note: usize,
}

#[derive(Serialize)]
struct FindingPart<'a> {
    rule: &'static str,
    also: Vec<&'static str>,
    severity: String,
    status: String,
    cause: &'static str,
    zone: Option<String>,
    view: Option<&'a str>,
    names: Vec<String>,
    message: &'a str,
    help: String,
    fingerprint: String,
    /// Where mail for the host goes, if the change has it go elsewhere.
    route: Option<RoutePart>,
    /// Why it does not count, if somebody said so.
    suppressed: Option<SuppressedPart<'a>>,
    labels: Vec<LabelPart<'a>>,
}

#[derive(Serialize)]
struct SuppressedPart<'a> {
    reason: &'a str,
    /// The last day on which it holds: `2027-01-31`.
    until: Option<String>,
    /// `comment`, `configuration` or `baseline`.
    by: &'static str,
    /// Where it is said; `null` for a baseline.
    path: Option<&'a str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct RoutePart {
    before: TracePart,
    after: TracePart,
}

#[derive(Serialize)]
struct LabelPart<'a> {
    role: &'static str,
    text: &'a str,
    path: &'a str,
    address: Option<&'a str>,
    start: PositionPart,
    end: PositionPart,
    planned: Option<PlannedPart<'a>>,
}

/// Where the same stands in a plan, if a place is in the code that the plan was made from.
#[derive(Serialize)]
struct PlannedPart<'a> {
    path: &'a str,
    start: PositionPart,
    end: PositionPart,
}

#[derive(Serialize)]
struct GapPart<'a> {
    rule: &'static str,
    severity: String,
    names: Vec<String>,
    reason: &'a str,
    path: &'a str,
    address: Option<&'a str>,
    start: PositionPart,
    planned: Option<PlannedPart<'a>>,
}

#[derive(Serialize)]
struct PositionPart {
    offset: u32,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct InputPart<'a> {
    path: &'a str,
    kind: &'static str,
    /// Of the file itself; `null` if nothing could be read.
    sha256: Option<String>,
}

#[derive(Serialize)]
struct ToolPart {
    name: &'static str,
    version: &'static str,
}

/// One JSON document, indented.
pub(super) fn render(sources: &Sources, report: &Report, _look: &Look) -> String {
    let document = Document {
        format: "zonegate-report",
        version: 1,
        summary: summary(report),
        findings: report.findings.iter().map(|found| finding(sources, found)).collect(),
        gaps: report.gaps.iter().map(|told| gap(sources, told)).collect(),
        inputs: inputs(sources, report),
        tool: ToolPart { name: "zonegate", version: env!("CARGO_PKG_VERSION") },
    };
    json_text(&document)
}

fn summary(report: &Report) -> SummaryPart {
    let summary = &report.summary;
    SummaryPart {
        introduced: counts(summary.introduced),
        existing: counts(summary.existing),
        fixed: summary.fixed,
        suppressed: summary.suppressed,
        zones: summary.zones,
        records_before: summary.records_before,
        records_after: summary.records_after,
        changes: summary.changes,
        gaps: report.gaps.len(),
        compared: summary.compared,
        exit_code: summary.exit_code,
    }
}

fn counts(counts: Counts) -> CountsPart {
    CountsPart { error: counts.error, warning: counts.warning, note: counts.note }
}

fn finding<'a>(sources: &'a Sources, finding: &'a Finding) -> FindingPart<'a> {
    let related = finding.related.iter().map(|told| label(sources, "related", told));
    FindingPart {
        rule: finding.rule.id,
        also: finding.also.iter().map(|rule: &&Rule| rule.id).collect(),
        severity: finding.severity.to_string(),
        status: finding.status.to_string(),
        cause: finding.cause.text(),
        zone: finding.view.apex.as_ref().map(Name::to_string),
        view: finding.view.id.as_deref(),
        names: texts(&finding.names),
        message: &finding.message,
        help: finding.help.join("; or "),
        fingerprint: finding.fingerprint(),
        route: finding.route.as_ref().map(|way| RoutePart { before: part(&way.before), after: part(&way.after) }),
        suppressed: finding.suppressed.as_ref().map(|by| suppressed(sources, by)),
        labels: std::iter::once(label(sources, "primary", &finding.primary)).chain(related).collect(),
    }
}

fn suppressed<'a>(sources: &'a Sources, suppressed: &'a Suppressed) -> SuppressedPart<'a> {
    let (by, place) = match &suppressed.by {
        Origin::Comment(place) => ("comment", Some(place)),
        Origin::Configuration(place) => ("configuration", Some(place)),
        Origin::Baseline => ("baseline", None),
    };
    SuppressedPart {
        reason: &suppressed.reason,
        until: suppressed.until.map(|day| day.to_string()),
        by,
        path: place.map(|place| path(sources, place)),
        line: place.map(|place| sources.start(place.span).line),
    }
}

fn label<'a>(sources: &'a Sources, role: &'static str, label: &'a Label) -> LabelPart<'a> {
    LabelPart {
        role,
        text: &label.text,
        path: path(sources, &label.place),
        address: label.place.address.as_deref(),
        start: position(sources.start(label.place.span)),
        end: position(end(sources, label.place.span)),
        planned: label.planned.as_ref().map(|place| planned(sources, place)),
    }
}

fn planned<'a>(sources: &'a Sources, place: &Place) -> PlannedPart<'a> {
    PlannedPart {
        path: path(sources, place),
        start: position(sources.start(place.span)),
        end: position(end(sources, place.span)),
    }
}

fn gap<'a>(sources: &'a Sources, gap: &'a Gap) -> GapPart<'a> {
    GapPart {
        rule: gap.coverage.id,
        severity: gap.severity.to_string(),
        names: texts(&gap.names),
        reason: &gap.reason,
        path: path(sources, &gap.place),
        address: gap.place.address.as_deref(),
        start: position(sources.start(gap.place.span)),
        planned: gap.planned.as_ref().map(|place| planned(sources, place)),
    }
}

fn inputs<'a>(sources: &'a Sources, report: &Report) -> Vec<InputPart<'a>> {
    let part = |input: &Input| {
        let source = sources.get(input.source);
        let bytes = Some(source.as_read()).filter(|bytes| !bytes.is_empty());
        let sha256 = bytes.map(|bytes| hex(&Sha256::digest(bytes)));
        InputPart { path: source.name(), kind: input.kind, sha256 }
    };
    report.inputs.iter().map(part).collect()
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

fn path<'a>(sources: &'a Sources, place: &Place) -> &'a str {
    sources.get(place.span.source).name()
}

fn position(position: Position) -> PositionPart {
    PositionPart { offset: position.offset, line: position.line, column: position.column }
}
