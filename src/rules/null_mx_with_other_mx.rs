//! `null-mx-with-other-mx`: a name refuses all mail and names an exchange at once.

use super::{clash_at, exchanges_text, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "null-mx-with-other-mx",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a null mx stands beside an mx that names an exchange",
    page: include_str!("null_mx_with_other_mx.md"),
    checks: &[Check::State { find, tell }],
};

/// The MX records that surely name an exchange.
fn others<'a>(node: &Node<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    node.mx().filter(|record| record.rdata.exchange().is_some())
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, node.null_mx().is_some() && others(node).next().is_some(), [Rtype::Mx, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let null = node.null_mx().expect("the fault has a null mx");
    let owner = node.name.unrooted();
    let exchanges = exchanges_text(others(node));
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::MxAdded),
        message: format!("{owner} refuses all mail by its null mx, and names {exchanges}: what senders do differs"),
        help: vec![
            format!("delete the null mx, if {owner} is to take mail"),
            format!("keep the null mx alone, if {owner} is to refuse it"),
        ],
        primary: Label::new("this says that no mail is taken", &null.place),
        related: others(node).map(|record| Label::new("this says where to send it", &record.place)).collect(),
        names: Vec::new(),
    }
}
