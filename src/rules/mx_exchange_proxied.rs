//! `mx-exchange-proxied`: an MX names a host behind a proxy that carries no mail.

use super::{host_text, list, mx_naming, senders, state_cause, state_faults};
use crate::rdata::Rtype;
use crate::record::{Node, Record, Served, Snapshot};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mx-exchange-proxied",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an mx names a host behind a proxy that carries no mail",
    page: include_str!("mx_exchange_proxied.md"),
    checks: &[Check::State { find, tell }],
};

/// The first record behind the proxy that answers for a node, by itself or by a wildcard.
fn proxied<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a Record> {
    let owner = snapshot.answering(node.view, node.name)?;
    let mut records = snapshot.sets_at(node.view, &owner).iter().flat_map(|set| &set.records);
    records.find(|record| record.served == Served::Proxied)
}

/// One fault for each owner whose MX names this node, and whose senders would look for it here.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    if proxied(snapshot, node).is_none() {
        return Vec::new();
    }
    state_faults(senders(snapshot, node), &[Rtype::A, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let record = proxied(scene.snapshot(), node).expect("the fault has a proxied record");
    let was_proxied = proxied(&scene.diff.before, node).is_some();
    let mx = mx_naming(scene.snapshot(), faults, node.name).into_iter();
    let introduced = if was_proxied { Cause::MxAdded } else { Cause::ExchangeChanged };
    Telling {
        severity: None,
        cause: state_cause(scene, introduced),
        message: format!(
            "mail for {owners} goes to {exchange}, which {} proxies, and the proxy carries no mail",
            host_text(scene.view(node))
        ),
        help: vec![
            format!("switch the proxy off at {exchange}"),
            format!("give the host that takes the mail a name without the proxy, and name that in the mx of {owners}"),
        ],
        primary: Label::new("this is the address of a proxy for the web", &record.place),
        related: mx.map(|record| Label::new("this mx names it", &record.place)).collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
