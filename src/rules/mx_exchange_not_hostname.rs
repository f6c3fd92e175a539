//! `mx-exchange-not-hostname`: an MX names something that cannot be the name of a host.

use super::mx_exchange_is_address::is_address;
use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mx-exchange-not-hostname",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an mx names something that cannot be the name of a host",
    page: include_str!("mx_exchange_not_hostname.md"),
    checks: &[Check::State { find, tell }],
};

/// Why this is no name of a host (RFC 952, RFC 1123 section 2.1); none if it is one, or will be once it is filled in.
fn wrong(name: &Name) -> Option<&'static str> {
    let text = name.unrooted();
    let labels = || text.split('.');
    let is_template = text.contains('{') && text.contains('}');
    if name.is_root() || is_template || is_address(name) {
        None
    } else if text.contains('_') {
        Some("an underscore")
    } else if labels().any(|label| label.starts_with('-') || label.ends_with('-')) {
        Some("a hyphen at the edge of a label")
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')) {
        Some("a character that no host name has")
    } else if labels().next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        Some("a number at its end")
    } else {
        None
    }
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    match wrong(node.name) {
        Some(_) => state_faults(senders(world.snapshot, node), &[Rtype::Mx, Rtype::Mx]),
        None => Vec::new(),
    }
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let exchange = node.name.unrooted();
    let reason = wrong(node.name).expect("the fault has a reason");
    let owners = list(faults.iter().map(|fault| &fault.related));
    let mut mx = mx_naming(scene.snapshot(), faults, node.name).into_iter();
    let first = mx.next().expect("each fault has an mx");
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::MxAdded),
        message: format!("the mx of {owners} names {exchange}, which has {reason}; some senders will refuse it"),
        help: vec!["give the exchange a name of letters, digits and inner hyphens".to_owned()],
        primary: Label::new(format!("this has {reason}"), &first.place),
        related: mx.map(|record| Label::new("and so has this", &record.place)).collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
