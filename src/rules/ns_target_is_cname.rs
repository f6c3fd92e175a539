//! `ns-target-is-cname`: an ns record names a host that is an alias.

use super::{askers, state_faults, tell_named_alias};
use crate::rdata::Rtype;
use crate::record::{Node, Reference};
use crate::rule::{Check, Fault, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ns-target-is-cname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an ns record names a host that is an alias",
    page: include_str!("ns_target_is_cname.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each zone or delegation whose NS names this node, an alias.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    state_faults(askers(world.snapshot, Reference::NameServer, node), &[Rtype::Cname, Rtype::Ns])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let words = ["a name server of", "resolvers may find nothing there, mail included"];
    tell_named_alias(scene, node, faults, &Rtype::Ns, words)
}
