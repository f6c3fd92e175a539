//! What the user makes of the findings: which count, how grave they are, and what the process returns.

mod baseline;
mod comments;
mod suppress;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use self::baseline::{read as read_baseline, write as write_baseline};
pub use self::suppress::{Scope, apply as suppress};
use crate::config::{Level, Suppression, Threshold};
use crate::gap::Gap;
use crate::report::{Finding, Summary};
use crate::rule::{Rule, Set, Status};
use crate::rules::RULES;
use crate::severity::Severity;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which rules run.
    pub set: Set,
    /// Only these rules and kinds of gap, if any are named.
    pub select: Vec<String>,
    /// All but these.
    pub ignore: Vec<String>,
    /// How grave findings of a rule and gaps of a kind are, where that is not the default.
    pub levels: BTreeMap<&'static str, Level>,
    /// What introduced findings have to be to make the exit code 1.
    pub fail_on: Threshold,
    /// Any gap makes the exit code 2.
    pub require_complete: bool,
    /// Look at every name, not only at those that the change affects, and list what the change fixes.
    pub all: bool,
    /// Return 0 where 1 was due.
    pub exit_zero: bool,
    /// What does not count.
    pub suppressions: Vec<Suppression>,
    /// Rules whose findings always count.
    pub never_suppress: Vec<&'static str>,
    /// The fingerprints of what was known already.
    pub baseline: BTreeSet<String>,
    /// The day of the check, in UTC.
    pub today: Date,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            set: Set::Default,
            select: Vec::new(),
            ignore: Vec::new(),
            levels: BTreeMap::new(),
            fail_on: Threshold(Some(Severity::Error)),
            require_complete: false,
            all: false,
            exit_zero: false,
            suppressions: Vec::new(),
            never_suppress: Vec::new(),
            baseline: BTreeSet::new(),
            today: Date::MIN,
        }
    }
}

impl Policy {
    /// The rules that run.
    pub fn rules(&self) -> Vec<&'static Rule> {
        RULES.iter().copied().filter(|rule| self.runs(rule)).collect()
    }

    /// Whether a rule runs. One that is named does so whatever its set.
    pub fn runs(&self, rule: &Rule) -> bool {
        let in_set = rule.set <= self.set || is_in(&self.select, rule.id) || self.levels.contains_key(rule.id);
        in_set && self.wants(rule.id)
    }

    /// Gives a finding the severity that its rule is to have; a case that is lighter than the rule stays so.
    pub fn weigh(&self, finding: &mut Finding) {
        finding.severity = self.weight(finding.rule.id, finding.rule.severity, finding.severity);
    }

    /// Gives a gap the severity that its kind is to have.
    pub fn weigh_gap(&self, gap: &mut Gap) {
        gap.severity = self.weight(gap.coverage.id, gap.coverage.severity, gap.severity);
    }

    fn weight(&self, id: &str, default: Severity, case: Severity) -> Severity {
        match self.levels.get(id) {
            Some(Level::At(severity)) if case >= default => *severity,
            Some(Level::At(severity)) => case.min(*severity),
            Some(Level::Off) | None => case,
        }
    }

    /// Whether a finding is listed: what the change takes away is so on request alone.
    pub fn lists(&self, finding: &Finding) -> bool {
        finding.status != Status::Fixed || self.all
    }

    /// Whether a gap is to be reported. One that means that the check could not be done always is.
    pub fn reports_gap(&self, gap: &Gap) -> bool {
        gap.severity == Severity::Error || self.wants(gap.coverage.id)
    }

    /// What the process returns.
    pub fn exit_code(&self, findings: &[Finding], gaps: &[Gap], summary: &Summary) -> u8 {
        let undone = gaps.iter().any(|gap| gap.severity == Severity::Error || self.require_complete);
        let fails = |finding: &Finding| summary.fails(finding);
        if undone { 2 } else { u8::from(!self.exit_zero && findings.iter().any(fails)) }
    }

    fn wants(&self, id: &str) -> bool {
        let is_off = self.levels.get(id) == Some(&Level::Off) && !is_in(&self.select, id);
        (self.select.is_empty() || is_in(&self.select, id)) && !is_in(&self.ignore, id) && !is_off
    }

    fn is_in_baseline(&self, finding: &Finding) -> bool {
        !self.never_suppress.contains(&finding.rule.id)
            && !self.baseline.is_empty()
            && self.baseline.contains(&finding.fingerprint())
    }
}

fn is_in(list: &[String], id: &str) -> bool {
    list.iter().any(|named| named == id)
}

/// Counts findings by status and severity.
pub fn count(findings: &[Finding], summary: &mut Summary) {
    for finding in findings {
        match finding.status {
            _ if finding.suppressed.is_some() => summary.suppressed += 1,
            Status::Introduced => summary.introduced.add(finding.severity),
            Status::Existing => summary.existing.add(finding.severity),
            Status::Fixed => summary.fixed += 1,
        }
    }
}
