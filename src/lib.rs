//! zonegate checks DNS-as-code changes before they are applied, and stops those that would break mail.
//!
//! [`review`] is the whole of it: inputs become a [`diff::Diff`], rules look at both of its sides, and what they find
//! becomes a [`report::Report`]. `docs/architecture.md` is the tour.

pub mod check;
pub mod cli;
pub mod config;
pub mod diff;
pub mod dump;
pub mod excerpt;
pub mod gap;
pub mod load;
pub mod mail_text;
pub mod mta_sts;
pub mod name;
pub mod policy;
pub mod rdata;
pub mod record;
pub mod render;
pub mod report;
pub mod route;
pub mod rule;
pub mod rules;
pub mod senders;
pub mod severity;
pub mod source;
pub mod spf;
pub mod trace;
pub mod workspace;

use std::collections::BTreeSet;

use crate::check::Host;
use crate::gap::Gap;
use crate::load::Loaded;
use crate::load::terraform;
use crate::load::terraform::code::{self, Origin};
use crate::policy::{Policy, Scope};
use crate::report::{Finding, Report, Summary};
use crate::rule::{Declared, Label};
use crate::source::{SourceId, Sources};

/// Checks what was loaded from `sources`: the rules' findings, sorted and counted, and the verdict.
pub fn review(sources: &Sources, loaded: &Loaded, declared: &Declared, policy: &Policy) -> Report {
    conclude(sources, loaded, policy, find(loaded, declared, policy))
}

/// What the rules found, before anybody asks what of it counts.
#[derive(Debug)]
pub struct Found {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What the inputs could not tell.
    pub gaps: Vec<Gap>,
    /// Texts that the inputs were made from and that findings were moved to.
    pub code: BTreeSet<SourceId>,
    hosts: BTreeSet<Host>,
}

impl Found {
    /// Moves what will be reported from the plans to the code that they were made from, where that can be found.
    pub fn move_to_code(&mut self, sources: &mut Sources, loaded: &Loaded, policy: &Policy, origin: &Origin) {
        let plans = loaded.inputs.iter().filter(|input| input.kind == terraform::KIND);
        let plans: Vec<SourceId> = plans.map(|input| input.source).collect();
        let listed = self.findings.iter_mut().filter(|finding| policy.lists(finding));
        let labels = listed.flat_map(|finding| std::iter::once(&mut finding.primary).chain(&mut finding.related));
        let labels: Vec<&mut Label> = labels.collect();
        let gaps: Vec<&mut Gap> = self.gaps.iter_mut().filter(|gap| policy.reports_gap(gap)).collect();
        let places = labels.iter().map(|label| &label.place).chain(gaps.iter().map(|gap| &gap.place));
        let located = code::locate(sources, &plans, &places.collect::<Vec<_>>(), origin);
        let mut places = located.places.into_iter();
        for (label, place) in labels.into_iter().zip(places.by_ref()) {
            label.move_to(place);
        }
        for (gap, place) in gaps.into_iter().zip(places) {
            gap.move_to(place);
        }
        self.gaps.extend(located.gaps);
        self.code = located.files;
    }
}

/// Asks the rules.
pub fn find(loaded: &Loaded, declared: &Declared, policy: &Policy) -> Found {
    let hosts = check::hosts(&loaded.diff, policy.all);
    let mut findings = check::check_hosts(&loaded.diff, declared, &policy.rules(), &hosts);
    for finding in &mut findings {
        policy.weigh(finding);
    }
    Found { findings, gaps: loaded.gaps.clone(), code: BTreeSet::new(), hosts }
}

/// Says what of the findings counts, and sums them up.
pub fn conclude(sources: &Sources, loaded: &Loaded, policy: &Policy, found: Found) -> Report {
    let Loaded { diff, inputs, compared, .. } = loaded;
    let Found { mut findings, mut gaps, code, hosts } = found;
    let is_all = policy.all || !compared;
    policy::suppress(&mut findings, policy, &Scope { sources, diff, inputs, code: &code, hosts: &hosts, is_all });
    let mut summary = Summary {
        zones: diff.zones(),
        records_before: diff.before.record_count(),
        records_after: diff.after.record_count(),
        changes: diff.changes().len(),
        compared: *compared,
        fail_on: policy.fail_on.0,
        ..Summary::default()
    };
    for gap in &mut gaps {
        policy.weigh_gap(gap);
    }
    gaps.retain(|gap| policy.reports_gap(gap));
    policy::count(&findings, &mut summary);
    findings.retain(|finding| policy.lists(finding));
    sort(&mut findings);
    gaps.sort_by_key(|gap| (gap.place.span.source, gap.place.span.start, gap.coverage.id));
    summary.exit_code = policy.exit_code(&findings, &gaps, &summary);
    Report { findings, gaps, summary, inputs: inputs.clone() }
}

/// Introduced ones first, the gravest first, what is said of records before what is said of suppressions, then by place.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| {
        let span = finding.primary.place.span;
        let is_remark = finding.rule.checks.is_empty();
        (finding.status, std::cmp::Reverse(finding.severity), is_remark, span.source, span.start, finding.rule.id)
    });
}
