//! `cname-chain-too-long`: more than three aliases have to be followed from a name.

use super::state_cause;
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot};
use crate::route::{Chain, End};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-chain-too-long",
    severity: Severity::Note,
    set: Set::Strict,
    summary: "more than three aliases have to be followed from a name",
    page: include_str!("cname_chain_too_long.md"),
    checks: &[Check::State { find, tell }],
};

/// As many aliases in a row are no matter.
const LONGEST: usize = 3;

/// The chain of a node, if it is the first that is too long: further aliases that lead here are no faults of their own,
/// and a chain without an end has a worse one.
fn too_long<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<Chain<'a>> {
    node.cnames().next()?;
    let chain = Chain::of(snapshot, node.view, node.name);
    let ends = !matches!(chain.end, End::Loop | End::Answer(_, None));
    (ends && chain.hops.len() == LONGEST + 1).then_some(chain)
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    let fault = |_| Fault::at(node, [Rtype::Cname, Rtype::Cname]);
    too_long(world.snapshot, node).map(fault).into_iter().collect()
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let chain = too_long(scene.snapshot(), node).expect("the fault has a chain");
    let names: Vec<String> = chain.hops.iter().map(|hop| hop.name.unrooted()).collect();
    let last = chain.last.unrooted();
    let mut labels = chain.hops.iter().map(|hop| Label::new("this leads on", &hop.alias.place));
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("{} → {last} takes {} aliases, and some resolvers give up", names.join(" → "), names.len()),
        help: vec![format!("point {} at {last} without the aliases between", names[0])],
        primary: labels.next().expect("a chain has an alias"),
        related: labels.collect(),
        names: chain.hops.iter().skip(1).map(|hop| hop.name.clone()).collect(),
    }
}
