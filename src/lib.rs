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
pub mod name;
pub mod policy;
pub mod rdata;
pub mod record;
pub mod render;
pub mod report;
pub mod route;
pub mod rule;
pub mod rules;
pub mod severity;
pub mod source;
pub mod workspace;

use std::collections::BTreeSet;

use crate::diff::Diff;
use crate::load::Loaded;
use crate::policy::{Policy, Scope};
use crate::record::{Snapshot, ViewId};
use crate::report::{Finding, Report, Summary};
use crate::rule::Declared;
use crate::source::Sources;

/// Checks what was loaded from `sources`: the rules' findings, sorted and counted, and the verdict.
pub fn review(sources: &Sources, loaded: &Loaded, declared: &Declared, policy: &Policy) -> Report {
    let Loaded { diff, gaps, inputs, compared, .. } = loaded;
    let mut gaps = gaps.clone();
    let hosts = check::hosts(diff, policy.all);
    let mut findings = check::check_hosts(diff, declared, &policy.rules(), &hosts);
    for finding in &mut findings {
        policy.weigh(finding);
    }
    let is_all = policy.all || !compared;
    policy::suppress(&mut findings, policy, &Scope { sources, diff, inputs, hosts: &hosts, is_all });
    let mut summary = Summary {
        zones: zones(diff),
        records_before: records(&diff.before),
        records_after: records(&diff.after),
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

/// Views with a name or with records.
fn zones(diff: &Diff) -> usize {
    let sets = diff.before.sets().iter().chain(diff.after.sets());
    let holding: BTreeSet<ViewId> = sets.map(|set| set.view).collect();
    diff.after.views().filter(|(id, view)| view.apex.is_some() || holding.contains(id)).count()
}

fn records(snapshot: &Snapshot) -> usize {
    snapshot.sets().iter().map(|set| set.records.len()).sum()
}

/// Introduced ones first, the gravest first, what is said of records before what is said of suppressions, then by place.
fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| {
        let span = finding.primary.place.span;
        let is_remark = finding.rule.checks.is_empty();
        (finding.status, std::cmp::Reverse(finding.severity), is_remark, span.source, span.start, finding.rule.id)
    });
}
