//! `mail-srv-target-is-cname`: an srv record of a mail service names a host that is an alias.

use super::{mail_services, state_faults, tell_named_alias};
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Check, Fault, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-srv-target-is-cname",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an srv record of a mail service names a host that is an alias",
    page: include_str!("mail_srv_target_is_cname.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each mail service that this node, an alias, is to offer.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    state_faults(mail_services(world.snapshot, node), &[Rtype::Cname, Rtype::Srv])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let words = ["which offers", "some clients will not follow it"];
    tell_named_alias(scene, node, faults, &Rtype::Srv, words)
}
