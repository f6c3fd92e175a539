//! Suppressions that have run out. Found by the policy, once all findings are known.

use crate::rule::{Rule, Set};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "suppression-expired",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a suppression that has run out, so that its finding counts again",
    page: include_str!("suppression_expired.md"),
    checks: &[],
};
