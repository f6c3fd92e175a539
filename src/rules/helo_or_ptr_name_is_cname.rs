//! `helo-or-ptr-name-is-cname`: the name of an address is an alias.

use super::{askers, is_service_name, state_faults, tell_named_alias};
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

/// One fault for each address whose PTR names this node, an alias. Names with underscores have PTR records that list
/// services (RFC 6763 section 4.1).
fn find(world: &World, node: &Node) -> Vec<Fault> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    let mut owners = askers(world.snapshot, Reference::Pointer, node);
    owners.retain(|(_, owner)| !is_service_name(owner));
    state_faults(owners, &[Rtype::Cname, Rtype::Ptr])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let words = ["the name of", "mail servers that look at both directions may not trust it"];
    Telling { severity: None, ..tell_named_alias(scene, node, faults, &Rtype::Ptr, words) }
}
