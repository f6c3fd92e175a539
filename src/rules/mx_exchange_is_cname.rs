//! `mx-exchange-is-cname`: an MX names a host that is an alias.

use super::{is_surely_alias, list, target_text};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record, Snapshot, ViewId};
use crate::route::last_target;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mx-exchange-is-cname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an mx names a host that is an alias",
    page: include_str!("mx_exchange_is_cname.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each owner whose MX names this node, and whose senders would look for it here.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    let owners = world.snapshot.mail_owners(node.name).iter();
    // An owner that is its own exchange has a clash of its own, which cname-with-mx speaks of.
    let others = owners.filter(|(view, owner)| (*view, owner) != (node.view, node.name));
    // Below a delegation nobody sees the mx.
    let seen = others.filter(|(view, owner)| world.snapshot.delegation(*view, owner).is_none());
    let reached = seen.filter(|(view, _)| world.snapshot.views_for(node.name, *view).contains(&node.view));
    reached
        .map(|(view, owner)| Fault { view: *view, related: owner.clone(), types: [Rtype::Cname, Rtype::Mx] })
        .collect()
}

/// All owners in one telling: they share the exchange that is an alias.
fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let alias = node.cnames().next().expect("the fault has an alias");
    let certain = is_surely_alias(node);
    let exchange = node.name.unrooted();
    let target_name = target_text(alias);
    let owners = list(faults.iter().map(|fault| &fault.related));
    let mx_added = scene.before(node).cnames().next().is_some();
    let (cause, message) = match (scene.status, mx_added) {
        (Status::Existing | Status::Fixed, _) => (
            Cause::PreExisting,
            format!(
                "mail for {owners} goes to {exchange}, which is an alias for {target_name}; some senders refuse it"
            ),
        ),
        (_, true) => (
            Cause::MxAdded,
            format!(
                "the new mx of {owners} names {exchange}, which is an alias for {target_name}; some senders will refuse it"
            ),
        ),
        (_, false) => (
            Cause::ExchangeChanged,
            format!(
                "mail for {owners} goes to {exchange}, which becomes an alias for {target_name}; some senders will refuse it"
            ),
        ),
    };
    let mut help = vec![format!("give {exchange} address records (A and AAAA) in place of the alias")];
    if let Some(target) = alias.rdata.alias_target() {
        let last = last_target(snapshot, node.view, target).unrooted();
        help.push(format!("name {last} in the mx, if it is the host that takes the mail"));
    }
    help.push(format!("put the alias on another host, and leave {exchange} to mail"));
    let alias_label = Label::new(format!("{exchange} is an alias"), &alias.place);
    let mx = faults.iter().flat_map(|fault| mx_records(snapshot, fault.view, &fault.related, node.name));
    let mut mx_labels = mx.map(|record| Label::new("this mx names it", &record.place));
    let (primary, related) = if cause == Cause::MxAdded {
        let first = mx_labels.next().expect("each fault has an mx");
        (first, mx_labels.chain([alias_label]).collect())
    } else {
        (alias_label, mx_labels.collect())
    };
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause,
        message,
        help,
        primary,
        related,
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}

/// The MX records of an owner that name an exchange.
fn mx_records<'a>(
    snapshot: &'a Snapshot,
    view: ViewId,
    owner: &'a Name,
    exchange: &'a Name,
) -> impl Iterator<Item = &'a Record> {
    let mx = snapshot.node(view, owner).records(&Rtype::Mx);
    mx.filter(move |record| record.rdata.exchange() == Some(exchange))
}
