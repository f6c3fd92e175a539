//! `mail-name-inherits-caa`: a host of mail that shows a certificate is an alias, so that its target says who may issue it.

use super::{mail_services, senders, state_cause, target_text};
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot};
use crate::route::{Chain, End};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-name-inherits-caa",
    severity: Severity::Note,
    set: Set::Strict,
    summary: "a host of mail that shows a certificate is an alias, and its target says who may issue it",
    page: include_str!("mail_name_inherits_caa.md"),
    checks: &[Check::State { find, tell }],
};

/// A fault if this node, an alias, shows a certificate, and the CAA records of its target may count.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let is_alias = node.cnames().next().is_some();
    if !is_alias || !shows_certificate(world.snapshot, node) || !may_inherit(world.snapshot, node) {
        return Vec::new();
    }
    vec![Fault::at(node, [Rtype::Cname, Rtype::Caa])]
}

/// Whether a node is the host of an MTA-STS policy (RFC 8461 section 3.3), an exchange, or offers a mail service. An owner
/// that is its own exchange has a clash of its own, which cname-with-mx speaks of.
fn shows_certificate(snapshot: &Snapshot, node: &Node) -> bool {
    let mut exchange_of = senders(snapshot, node).into_iter();
    node.name.unrooted().starts_with("mta-sts.")
        || exchange_of.any(|(view, owner)| (view, &owner) != (node.view, node.name))
        || !mail_services(snapshot, node).is_empty()
}

/// Whether the name to which an alias expands may have CAA records. If it has none, those of the names above the alias
/// itself hold, as they always did (RFC 8659 section 3).
fn may_inherit(snapshot: &Snapshot, node: &Node) -> bool {
    let chain = Chain::of(snapshot, node.view, node.name);
    match chain.end {
        End::Answer(view, _) => !snapshot.is_whole(view) || chain.records(snapshot, &Rtype::Caa).next().is_some(),
        End::OutOfView(_) => true,
        End::Loop => false,
    }
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let (name, target) = (node.name.unrooted(), target_text(alias));
    let chain = Chain::of(scene.snapshot(), node.view, node.name);
    let caa = chain.records(scene.snapshot(), &Rtype::Caa);
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("the caa records of {target}, if it has any, say who may issue certificates for {name}"),
        help: vec![
            format!("see to it that the caa records of {target} allow the authority that certifies {name}"),
            format!("give {name} address records (A and AAAA) in place of the alias"),
        ],
        primary: Label::new("authorities follow this alias", &alias.place),
        related: caa.map(|record| Label::new("and find this", &record.place)).collect(),
        names: Vec::new(),
    }
}
