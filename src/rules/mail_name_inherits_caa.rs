//! `mail-name-inherits-caa`: a host of mail that shows a certificate is an alias, so that its target says who may issue it.

use super::{askers, state_cause, state_faults, target_text};
use crate::rdata::Rtype;
use crate::record::{Node, Reference};
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

/// A fault if this node, an alias, is an exchange, the target of an SRV, or the host of an MTA-STS policy (RFC 8461
/// section 3.3).
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let referred = || {
        let ways = [Reference::Exchange, Reference::Service].into_iter();
        ways.flat_map(|way| askers(world.snapshot, way, node)).next().is_some()
    };
    let shows_certificate = node.name.unrooted().starts_with("mta-sts.") || referred();
    if node.cnames().next().is_none() || !shows_certificate {
        return Vec::new();
    }
    state_faults(vec![(node.view, node.name.clone())], &[Rtype::Cname, Rtype::from_text("CAA")])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let (name, target) = (node.name.unrooted(), target_text(alias));
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("the caa records of {target} say who may issue certificates for {name}"),
        help: vec![format!("see to it that the caa records of {target} allow the authority that certifies {name}")],
        primary: Label::new("certificates follow this alias", &alias.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
