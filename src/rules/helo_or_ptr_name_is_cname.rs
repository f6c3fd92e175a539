//! `helo-or-ptr-name-is-cname`: the name of an address is an alias.

use super::{askers, state_faults, tell_named_alias};
use crate::rdata::Rtype;
use crate::record::{Node, Reference};
use crate::rule::{Check, Fault, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "helo-or-ptr-name-is-cname",
    severity: Severity::Note,
    set: Set::Pedantic,
    summary: "the ptr of an address names a host that is an alias",
    page: include_str!("helo_or_ptr_name_is_cname.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each PTR that names this node, an alias. The aliases of reverse zones hand over addresses (RFC 2317).
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let is_reverse = node.name.ancestors().any(|ancestor| ancestor.unrooted() == "arpa");
    if is_reverse || node.cnames().next().is_none() {
        return Vec::new();
    }
    state_faults(askers(world.snapshot, Reference::Pointer, node), &[Rtype::Cname, Rtype::Ptr])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let words = ["the name of", "mail servers that look at both directions may not trust it"];
    Telling { severity: None, ..tell_named_alias(scene, node, faults, &Rtype::Ptr, words) }
}
