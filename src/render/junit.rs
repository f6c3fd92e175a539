//! Test results in the XML of `JUnit`, as Jenkins, GitLab and others show them: each finding is a test of its zone, each
//! input a test that passes if it was checked.
//!
//! What makes the check fail is a failure, what could not be checked an error, and whatever does not fail is skipped with
//! its reason, so that a run that passes shows no failure.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::name::Name;
use crate::report::{Finding, Report};
use crate::severity::Severity;
use crate::source::{Input, Sources};

use super::{Look, concise, gap_tag, location, route, suppression_text, tag};

/// A suite for each zone with findings, and one for all inputs.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let page = Page { sources, report, look: Look { unicode: true, ..*look } };
    let mut suites: Vec<TestSuite> = Vec::new();
    for finding in &report.findings {
        let zone = zone(finding);
        let at = suites.iter().position(|suite| suite.name.as_str() == zone).unwrap_or_else(|| {
            suites.push(TestSuite::new(&zone));
            suites.len() - 1
        });
        suites[at].add_test_case(page.finding(finding, &zone));
    }
    let mut inputs = TestSuite::new("inputs");
    inputs.add_test_cases(report.gaps.iter().map(|gap| page.gap(gap)));
    inputs.add_test_cases(report.inputs.iter().filter_map(|input| page.input(input)));
    suites.push(inputs);
    let mut document = Document::new("zonegate");
    document.add_test_suites(suites);
    document.to_string().expect("strings take all text")
}

/// The zone of a finding, as people write it.
fn zone(finding: &Finding) -> String {
    let apex = finding.view.apex.as_ref().map_or_else(|| "a zone without a name".to_owned(), Name::unrooted);
    let view = finding.view.id.as_ref().map(|id| format!(" ({id})"));
    visible(&(apex + &view.unwrap_or_default()), true).into_owned()
}

struct Page<'a> {
    sources: &'a Sources,
    report: &'a Report,
    look: Look,
}

impl Page<'_> {
    fn finding(&self, finding: &Finding, zone: &str) -> TestCase {
        let fails = self.report.summary.fails(finding);
        let failure = || TestCaseStatus::non_success(NonSuccessKind::Failure);
        let mut status = if fails { failure() } else { TestCaseStatus::skipped() };
        let why = finding.suppressed.as_ref().map(|by| suppression_text(self.sources, by, &self.look));
        let why = why.map(|why| format!("suppressed: {why}: ")).unwrap_or_default();
        status.set_message(format!("{why}{}", visible(&finding.message, true))).set_type(tag(finding));
        let details = self.details(finding);
        if fails {
            status.set_description(&details);
        }
        let host = finding.names.first().map_or_else(String::new, |name| format!("{}: ", name.unrooted()));
        let mut case = TestCase::new(format!("{}{}", visible(&host, true), finding.rule.id), status);
        case.set_classname(zone);
        if !fails {
            case.set_system_out(details);
        }
        case
    }

    /// The line of a finding, its places and the ways out.
    fn details(&self, finding: &Finding) -> String {
        let mut lines = vec![concise::finding_line(self.sources, finding, &self.look)];
        for label in std::iter::once(&finding.primary).chain(&finding.related) {
            let at = location(self.sources, &label.place, &self.look);
            lines.push(format!("{at}: {}", visible(&label.text, true)));
        }
        let ways = route::lines(finding, &self.look).into_iter();
        lines.extend(ways.map(|(when, way)| format!("{when}: {}", visible(&way, true))));
        lines.extend(finding.help.iter().map(|help| format!("help: {}", visible(help, true))));
        lines.join("\n")
    }

    fn gap(&self, gap: &Gap) -> TestCase {
        let error = || TestCaseStatus::non_success(NonSuccessKind::Error);
        let mut status = if gap.severity == Severity::Error { error() } else { TestCaseStatus::skipped() };
        status.set_message(visible(&gap.reason, true)).set_type(gap_tag(gap));
        let at = location(self.sources, &gap.place, &self.look);
        let mut case = TestCase::new(format!("{at}: {}", gap.coverage.id), status);
        case.set_classname("inputs").set_system_out(concise::gap_line(self.sources, gap, &self.look));
        case
    }

    /// The test that an input passes if nothing of it was out of reach by mistake.
    fn input(&self, input: &Input) -> Option<TestCase> {
        let is_error = |gap: &Gap| gap.severity == Severity::Error && gap.place.span.source == input.source;
        if self.report.gaps.iter().any(is_error) {
            return None;
        }
        let name = visible(self.sources.get(input.source).name(), true);
        let mut case = TestCase::new(format!("{name} ({})", input.kind), TestCaseStatus::success());
        case.set_classname("inputs");
        Some(case)
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::super::tests::{PLAIN, report};
    use super::*;
    use crate::report::{Origin, Summary, Suppressed};

    fn cases<'a>(document: &'a Document) -> Vec<Node<'a, 'a>> {
        document.descendants().filter(|node| node.has_tag_name("testcase")).collect()
    }

    #[test]
    fn a_finding_is_a_failure_of_its_zone_and_a_gap_is_skipped() {
        let (sources, report) = report(100, "a.b");
        let text = render(&sources, &report, &PLAIN);
        let document = Document::parse(&text).unwrap();
        let cases = cases(&document);
        assert_eq!(cases.len(), 4);
        assert_eq!(cases[0].attribute("classname"), Some("example.com"));
        assert_eq!(cases[0].attribute("name"), Some("shop.example.com: cname-with-mx"));
        let failure = cases[0].first_element_child().unwrap();
        assert_eq!((failure.tag_name().name(), failure.attribute("type")), ("failure", Some("error[cname-with-mx]")));
        assert!(failure.text().unwrap().contains("plan.json:1:263: mail goes here\n"));
        assert_eq!(cases[1].first_element_child().unwrap().tag_name().name(), "skipped");
        assert_eq!(cases[3].attribute("name"), Some("plan.json (terraform-plan)"));
        assert!(cases[3].first_element_child().is_none());
    }

    #[test]
    fn only_what_makes_the_check_fail_is_a_failure() {
        let (sources, mut report) = report(100, "a.b");
        report.findings[0].severity = Severity::Warning;
        assert!(render(&sources, &report, &PLAIN).contains(" failures=\"0\""));
        report.summary = Summary { fail_on: Some(Severity::Warning), ..report.summary };
        assert!(render(&sources, &report, &PLAIN).contains(" failures=\"1\""));
        report.findings[0].suppressed = Some(Suppressed { reason: "known".into(), until: None, by: Origin::Baseline });
        let text = render(&sources, &report, &PLAIN);
        assert!(
            text.contains(" failures=\"0\"") && text.contains("suppressed: known (in the baseline): mail"),
            "{text}"
        );
    }

    #[test]
    fn an_input_that_could_not_be_checked_does_not_pass() {
        let (sources, mut report) = report(100, "a.b");
        report.findings.clear();
        report.gaps.truncate(1);
        report.gaps[0].severity = Severity::Error;
        let text = render(&sources, &report, &PLAIN);
        let document = Document::parse(&text).unwrap();
        assert_eq!(cases(&document).len(), 1);
        assert_eq!(cases(&document)[0].first_element_child().unwrap().tag_name().name(), "error");
        report.gaps.clear();
        let text = render(&sources, &report, &PLAIN);
        assert!(text.contains("tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"0\""), "{text}");
    }

    #[test]
    fn every_text_is_a_text_in_xml() {
        let hostile = "</failure>]]>&amp;\u{0}\u{b}\u{1b}[1m\u{fffe}\u{ffff}\"'\n";
        let (sources, mut report) = report(100, hostile);
        report.findings[0].message = hostile.into();
        report.findings[0].primary.text = hostile.into();
        report.gaps[0].reason = hostile.into();
        let text = render(&sources, &report, &PLAIN);
        let document = Document::parse(&text).unwrap();
        let failure = cases(&document)[0].first_element_child().unwrap();
        let shown = r#"</failure>]]>&amp;\u{0}\u{b}\u{1b}[1m\u{fffe}\u{ffff}"'\n"#;
        assert_eq!(failure.attribute("message"), Some(shown));
        assert!(failure.text().unwrap().contains(shown));
    }
}
