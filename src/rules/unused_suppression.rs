//! Suppressions that match nothing. Found by the policy, once all findings are known.

use crate::rule::{Rule, Set};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-suppression",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a suppression of something that is not there",
    page: include_str!("unused_suppression.md"),
    checks: &[],
};
