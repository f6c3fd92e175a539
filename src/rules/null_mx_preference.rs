//! `null-mx-preference`: a null MX whose preference is not 0.

use super::{clash_at, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "null-mx-preference",
    severity: Severity::Note,
    set: Set::Default,
    summary: "the preference of a null mx is not 0",
    page: include_str!("null_mx_preference.md"),
    checks: &[Check::State { find, tell }],
};

fn wrong<'a>(node: &Node<'a>) -> Option<&'a Record> {
    let mut mx = node.records(&Rtype::Mx);
    mx.find(|record| record.rdata.mx().is_some_and(|(preference, exchange)| exchange.is_root() && preference != 0))
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, wrong(node).is_some(), [Rtype::Mx, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let record = wrong(node).expect("the fault has a null mx");
    let owner = node.name.unrooted();
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::MxAdded),
        message: format!("the null mx of {owner} has a preference, so that a strict sender may not take it for one"),
        help: vec!["write it as `0 .`".to_owned()],
        primary: Label::new("the preference of a null mx is 0", &record.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
