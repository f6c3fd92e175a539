//! One line a finding, one line a gap: for editors, logs and `grep`.

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::report::{Finding, Report};
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, location, suppression_text, tag, wanted_gaps};

/// `path:line:column: severity[rule] message (address)`; gaps follow the findings.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let findings = report.findings.iter().map(|finding| finding_line(sources, finding, look));
    let gaps = wanted_gaps(report, look).into_iter().map(|gap| gap_line(sources, gap, look));
    findings.chain(gaps).flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// The line of a finding, with the reason if it is suppressed.
pub(super) fn finding_line(sources: &Sources, finding: &Finding, look: &Look) -> String {
    let tag = tag(finding) + if finding.counts() { "" } else { ":" };
    let reason = finding.suppressed.as_ref().map(|by| format!(" -- {}", suppression_text(sources, by, look)));
    let message = finding.message.clone() + &reason.unwrap_or_default();
    line(sources, &finding.primary.place, &tag, &message, look)
}

/// The line of a gap.
pub(super) fn gap_line(sources: &Sources, gap: &Gap, look: &Look) -> String {
    line(sources, &gap.place, &marked(gap), &gap.reason, look)
}

fn line(sources: &Sources, place: &Place, tag: &str, message: &str, look: &Look) -> String {
    let address = place.address.as_ref().map(|address| format!(" ({})", visible(address, look.unicode)));
    let (location, message) = (location(sources, place, look), visible(message, look.unicode));
    format!("{location}: {tag} {message}{}", address.unwrap_or_default())
}

/// Notes are what gaps usually are; only graver ones say so.
fn marked(gap: &Gap) -> String {
    let id = gap.coverage.id;
    match gap.severity {
        Severity::Note => format!("gap[{id}]"),
        Severity::Warning | Severity::Error => format!("gap[{id}] {}:", gap.severity),
    }
}
