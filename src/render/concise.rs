//! One line a finding, one line a gap: for editors, logs and `grep`.

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::report::Report;
use crate::rule::Status;
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, location, suppression_text, tag, wanted_gaps};

/// `path:line:column: severity[rule] message (address)`; gaps follow the findings.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let line = |place: &Place, tag: &str, message: &str| {
        let address = place.address.as_ref().map(|address| format!(" ({})", visible(address, look.unicode)));
        let (location, message) = (location(sources, place, look), visible(message, look.unicode));
        format!("{location}: {tag} {message}{}\n", address.unwrap_or_default())
    };
    let findings = report.findings.iter().map(|finding| {
        let is_plain = finding.status == Status::Introduced && finding.suppressed.is_none();
        let tag = tag(finding) + if is_plain { "" } else { ":" };
        let reason = finding.suppressed.as_ref().map(|by| format!(" -- {}", suppression_text(sources, by, look)));
        line(&finding.primary.place, &tag, &(finding.message.clone() + &reason.unwrap_or_default()))
    });
    let gaps = wanted_gaps(report, look).into_iter();
    let gaps = gaps.map(|gap| line(&gap.place, &marked(gap), &gap.reason));
    findings.chain(gaps).collect()
}

/// Notes are what gaps usually are; only graver ones say so.
fn marked(gap: &Gap) -> String {
    let id = gap.coverage.id;
    match gap.severity {
        Severity::Note => format!("gap[{id}]"),
        Severity::Warning | Severity::Error => format!("gap[{id}] {}:", gap.severity),
    }
}
