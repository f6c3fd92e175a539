//! `mail-srv-target-is-cname`: an srv record of a mail service names a host that is an alias.

use super::{askers, state_faults, tell_named_alias};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Reference, Snapshot};
use crate::route::last_target;
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

/// The services by which people read and send their mail (RFC 6186 section 3, RFC 8314 section 5.1, RFC 5804 section 1.8).
const SERVICES: [&str; 8] =
    ["_autodiscover", "_imap", "_imaps", "_pop3", "_pop3s", "_sieve", "_submission", "_submissions"];

/// One fault for each mail service that this node, an alias, is to offer.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    let mut owners = askers(snapshot, Reference::Service, node);
    owners.retain(|(_, owner)| match service(owner).as_deref() {
        Some("_autodiscover") => !leaves_view(snapshot, node),
        Some(service) => SERVICES.contains(&service),
        None => false,
    });
    state_faults(owners, &[Rtype::Cname, Rtype::Srv])
}

/// The first label of an owner.
fn service(owner: &Name) -> Option<String> {
    owner.unrooted().split('.').next().map(str::to_owned)
}

/// Whether the aliases of a node lead to a name of somebody else, who asks for the alias.
fn leaves_view(snapshot: &Snapshot, node: &Node) -> bool {
    node.cnames().filter_map(|alias| alias.rdata.alias_target()).any(|target| {
        let last = last_target(snapshot, node.view, target);
        snapshot.views_for(&last, node.view).is_empty()
    })
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let words = ["which offers", "some clients will not follow it"];
    tell_named_alias(scene, node, faults, &Rtype::Srv, words)
}
