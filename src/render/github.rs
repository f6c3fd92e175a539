//! Workflow commands of GitHub Actions: a job that prints them gets annotations on its pull request.
//!
//! A command is one line, `::error file=a,line=1::message`. What it says is escaped as the runner expects it, and no line
//! starts with anything from an input. What does not count is a notice at most.

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::report::{Finding, Report};
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, concise, end, gap_tag, location, route, summary_line, tag, wanted_gaps};

/// A command for each finding and each gap, a plain line for each finding that is suppressed, and one that sums them up.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let look = &Look { unicode: true, ..*look };
    let findings = report.findings.iter().map(|finding| finding_line(sources, finding, look));
    let gaps = wanted_gaps(report, look).into_iter().map(|gap| gap_line(sources, gap));
    let mut lines: Vec<String> = findings.chain(gaps).collect();
    if !look.quiet {
        lines.push(summary_line(report, look));
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// Related places that an annotation names.
const MANY_PLACES: usize = 12;

fn finding_line(sources: &Sources, finding: &Finding, look: &Look) -> String {
    if finding.suppressed.is_some() {
        // The runner takes `##[` for a command anywhere in a line.
        return format!("suppressed: {}", concise::finding_line(sources, finding, look)).replace("##[", "## [");
    }
    let severity = if finding.counts() { finding.severity } else { Severity::Note };
    let mut message = vec![finding.message.clone()];
    message.extend(finding.primary.place.address.as_ref().map(|address| format!("in {address}")));
    for label in finding.related.iter().take(MANY_PLACES) {
        message.push(format!("{} ({})", label.text, location(sources, &label.place, look)));
    }
    if let Some(more) = finding.related.len().checked_sub(MANY_PLACES).filter(|more| *more > 0) {
        message.push(format!("and {more} more places"));
    }
    message.extend(route::lines(finding, look).into_iter().map(|(when, way)| format!("{when}: {way}")));
    let ways_out = finding.help.iter().enumerate();
    message.extend(ways_out.map(|(at, help)| format!("{}: {help}", if at == 0 { "help" } else { "or" })));
    command(sources, severity, &finding.primary.place, &tag(finding), &message)
}

fn gap_line(sources: &Sources, gap: &Gap) -> String {
    let mut message = vec![gap.reason.clone()];
    message.extend(gap.place.address.as_ref().map(|address| format!("in {address}")));
    command(sources, gap.severity, &gap.place, &format!("not checked: {}", gap_tag(gap)), &message)
}

fn command(sources: &Sources, severity: Severity, place: &Place, title: &str, message: &[String]) -> String {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let message: Vec<String> = message.iter().map(|line| data(&visible(line, true))).collect();
    format!("::{name} {},title={}::{}", position(sources, place), property(title), message.join("%0A"))
}

/// The file, unless it is standard input, with lines and columns. The runner takes columns within one line only.
fn position(sources: &Sources, place: &Place) -> String {
    let (start, end) = (sources.start(place.span), end(sources, place.span));
    let path = sources.get(place.span.source).name();
    let file = if path == "-" { String::new() } else { format!("file={},", property(path.trim_start_matches("./"))) };
    let lines = format!("{file}line={},endLine={}", start.line, end.line);
    if start.line == end.line { format!("{lines},col={},endColumn={}", start.column, end.column) } else { lines }
}

/// A text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as a property of a command.
fn property(text: &str) -> String {
    data(&visible(text, true)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{PLAIN, report};
    use super::*;
    use crate::report::{Origin, Suppressed};
    use crate::rule::Status;

    #[test]
    fn a_finding_and_a_gap_read_well() {
        let (sources, report) = report(100, "aws_route53_record.shop");
        let expected = "\
            ::error file=plan.json,line=1,endLine=1,col=155,endColumn=173,title=error[cname-with-mx]::\
            mail for shop.example.com goes to shops.example.org, because an alias hides the MX records\
            %0Ain aws_route53_record.shop%0Amail goes here (plan.json:1:263)%0Amarked sensitive (plan.json:1:186)\
            %0Ahelp: give shop.example.com addresses%0Aor: remove the MX records, if it gets no mail\n\
            ::warning file=plan.json,line=1,endLine=1,col=263,endColumn=282,\
            title=not checked%3A warning[unknown-until-apply]::\
            the owner is not known before the plan is applied; name it%0Ain aws_route53_record.mx\n\
            ::notice file=plan.json,line=1,endLine=1,col=186,endColumn=186,title=not checked%3A note[sensitive-value]::\
            `secret` is marked sensitive%0Ain aws_route53_record.shop\n\
            1 error introduced · 1 terraform plan, no zones, no records, nothing was compared: only one state was given \
            · 2 gaps\n";
        assert_eq!(render(&sources, &report, &PLAIN), expected);
        let quiet = render(&sources, &report, &Look { quiet: true, ..PLAIN });
        assert_eq!(quiet, expected.lines().next().unwrap().to_owned() + "\n");
    }

    #[test]
    fn what_does_not_count_is_no_error() {
        let (sources, mut report) = report(100, "a.b");
        report.findings[0].status = Status::Existing;
        assert!(render(&sources, &report, &PLAIN).starts_with("::notice file="));
        report.findings[0].suppressed =
            Some(Suppressed { reason: "##[error]known\n::error::x".into(), until: None, by: Origin::Baseline });
        let text = render(&sources, &report, &PLAIN);
        assert!(
            text.starts_with("suppressed: plan.json:1:155: error[cname-with-mx] existing suppressed: mail"),
            "{text}"
        );
        assert!(text.contains(r" -- ## [error]known\n::error::x (in the baseline)"), "{text}");
    }

    #[test]
    fn nothing_from_an_input_is_a_command_or_a_part_of_one() {
        let hostile = "50%,a:b\r\n::add-mask::x%0A##[warning]";
        let (sources, mut report) = report(100, hostile);
        report.findings[0].message = hostile.into();
        let text = render(&sources, &report, &PLAIN);
        assert_eq!(text.lines().count(), 4);
        assert!(text.contains(r"::50%25,a:b\r\n::add-mask::x%250A##[warning]%0Ain 50%25,a:b\r\n::add"), "{text}");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }

    #[test]
    fn standard_input_is_no_file_and_a_range_of_lines_has_no_columns() {
        let mut sources = Sources::default();
        let mut add = |name: &str| {
            let source = sources.add(name.into(), crate::source::Bytes::Owned(b"a\nbc\n".into()));
            Place::at(crate::source::Span { source, start: 0, end: 4 })
        };
        let places = [add("-"), add("./a,b.yaml")];
        assert_eq!(position(&sources, &places[0]), "line=1,endLine=2");
        assert_eq!(position(&sources, &places[1]), "file=a%2Cb.yaml,line=1,endLine=2");
    }
}
