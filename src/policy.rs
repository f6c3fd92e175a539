//! What the user makes of the findings: which count, and what the process returns.

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
    /// Introduced findings of this severity and above make the exit code 1; none never do.
    pub fail_on: Option<Severity>,
    /// Any gap makes the exit code 2.
    pub require_complete: bool,
    /// Look at every name, not only at those that the change affects, and list what the change fixes.
    pub all: bool,
    /// Return 0 where 1 was due.
    pub exit_zero: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            set: Set::Default,
            select: Vec::new(),
            ignore: Vec::new(),
            fail_on: Some(Severity::Error),
            require_complete: false,
            all: false,
            exit_zero: false,
        }
    }
}

impl Policy {
    /// The rules that run. One that is named does so whatever its set.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let runs = |rule: &Rule| {
            let in_set = rule.set <= self.set || is_in(&self.select, rule.id);
            in_set && self.wants(rule.id)
        };
        RULES.into_iter().filter(|rule| runs(rule)).collect()
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
    pub fn exit_code(&self, findings: &[Finding], gaps: &[Gap]) -> u8 {
        let undone = gaps.iter().any(|gap| gap.severity == Severity::Error || self.require_complete);
        let counts = |finding: &Finding| {
            let is_new = finding.status == Status::Introduced && finding.suppressed.is_none();
            is_new && self.fail_on.is_some_and(|least| finding.severity >= least)
        };
        if undone { 2 } else { u8::from(!self.exit_zero && findings.iter().any(counts)) }
    }

    fn wants(&self, id: &str) -> bool {
        (self.select.is_empty() || is_in(&self.select, id)) && !is_in(&self.ignore, id)
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
