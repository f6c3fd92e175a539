//! `mx-exchange-is-cname`: an MX names a host that is an alias.

use super::{is_surely_alias, list, mx_naming, senders, state_faults, target_text};
use crate::rdata::Rtype;
use crate::record::Node;
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
    let mut owners = senders(world.snapshot, node);
    // An owner that is its own exchange has a clash of its own, which cname-with-mx speaks of.
    owners.retain(|(view, owner)| (*view, owner) != (node.view, node.name));
    state_faults(owners, &[Rtype::Cname, Rtype::Mx])
}

/// All owners in one telling: they share the exchange that is an alias.
fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let alias = node.cnames().next().expect("the fault has an alias");
    let certain = is_surely_alias(node);
    let exchange = node.name.unrooted();
    let target_name = target_text(alias);
    let owners = list(faults.iter().map(|fault| &fault.related));
    // The alias may have been there, and nobody have looked for it here.
    let had_mx = !mx_naming(&scene.diff.before, faults, node.name).is_empty();
    let mx_added = !had_mx && scene.before(node).cnames().next().is_some();
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
    let mut mx_labels =
        mx_naming(snapshot, faults, node.name).into_iter().map(|record| Label::new("this mx names it", &record.place));
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
