//! Suppression comments that mean nothing. Found by the policy, once all findings are known.

use crate::rule::{Rule, Set};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "malformed-suppression",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a comment for zonegate that cannot be understood, and suppresses nothing",
    page: include_str!("malformed_suppression.md"),
    checks: &[],
};
