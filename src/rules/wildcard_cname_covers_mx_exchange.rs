//! `wildcard-cname-covers-mx-exchange`: an MX names a host that has no records, so that a wildcard makes it an alias.

use super::{list, mx_naming, senders, state_cause, state_faults, target_text, wildcard_alias};
use crate::rdata::Rtype;
use crate::record::{Answer, Node, Served};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "wildcard-cname-covers-mx-exchange",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an mx names a host without records, which a wildcard makes an alias",
    page: include_str!("wildcard_cname_covers_mx_exchange.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each owner whose MX names this node, if the zone is known whole and holds nothing here but a wildcard alias.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    if !snapshot.is_whole(node.view) || wildcard_alias(snapshot, node.view, node.name).is_none() {
        return Vec::new();
    }
    state_faults(senders(snapshot, node), &[Rtype::Cname, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let (wildcard, alias) = wildcard_alias(snapshot, node.view, node.name).expect("the fault has an alias");
    let certain = alias.served == Served::AsIs;
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let before = &scene.diff.before;
    let introduced = match before.answer(node.view, node.name) {
        _ if wildcard_alias(before, node.view, node.name).is_some() => Cause::MxAdded,
        Answer::Nothing | Answer::Wildcard(_) => Cause::CnameAdded,
        Answer::Own | Answer::Dname(_) | Answer::Delegation(_) => Cause::RecordRemoved,
    };
    let mx = mx_naming(snapshot, faults, node.name).into_iter();
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: state_cause(scene, introduced),
        message: format!(
            "{exchange}, which takes mail for {owners}, has no records, so {} makes it an alias for {}",
            wildcard.unrooted(),
            target_text(alias)
        ),
        help: vec![
            format!("add address records for {exchange} (A and AAAA)"),
            format!("name a host with addresses in the mx of {owners}"),
        ],
        primary: Label::new(format!("this alias answers for {exchange}"), &alias.place),
        related: mx.map(|record| Label::new("this mx names it", &record.place)).collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
