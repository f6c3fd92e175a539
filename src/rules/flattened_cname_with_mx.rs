//! `flattened-cname-with-mx`: a CNAME beside an MX that is harmless only while the DNS host flattens it.

use super::{clash_at, host_text, pair_cause, target_text};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "flattened-cname-with-mx",
    severity: Severity::Note,
    set: Set::Default,
    summary: "an alias beside an mx does no harm as long as the dns host flattens it",
    page: include_str!("flattened_cname_with_mx.md"),
    checks: &[Check::State { find, tell }],
};

/// The alias that resolvers see as addresses.
fn flattened<'a>(node: &Node<'a>) -> Option<&'a Record> {
    node.records(&Rtype::Cname).find(|record| record.served.is_flattened())
}

/// A flattened alias, and an MX with an exchange.
fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, flattened(node).is_some() && node.mx().next().is_some(), [Rtype::Cname, Rtype::Mx])
}

/// Who keeps the MX in sight.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = flattened(node).expect("the fault has a flattened alias");
    let before = scene.before(node);
    let owner = node.name.unrooted();
    let host = host_text(scene.view(node));
    Telling {
        severity: None,
        cause: pair_cause(scene, flattened(&before).is_some(), before.mx().next().is_some(), Cause::MxAdded),
        message: format!(
            "{owner} has an alias and an mx; the mx is seen only because {host} serves the alias as addresses"
        ),
        help: vec![
            format!("keep the alias for {} proxied or flattened as long as the mx is there", target_text(alias)),
            format!("point {owner} at addresses in place of the alias"),
        ],
        primary: Label::new("served as addresses, not as an alias", &alias.place),
        related: node.mx().map(|record| Label::new("this mx is seen", &record.place)).collect(),
        names: Vec::new(),
    }
}
