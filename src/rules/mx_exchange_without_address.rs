//! `mx-exchange-without-address`: an MX names a host that has no address.

use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Snapshot};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mx-exchange-without-address",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an mx names a host that has no address",
    page: include_str!("mx_exchange_without_address.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each owner whose MX names this node, if the zone is known whole and answers no address query here.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    let in_zone = snapshot.view(node.view).apex.as_ref().is_some_and(|apex| node.name.is_within(apex));
    let is_known = in_zone && snapshot.is_whole(node.view) && !snapshot.is_occluded(node.view, node.name);
    if !is_known || is_answered(snapshot, node) {
        return Vec::new();
    }
    state_faults(senders(snapshot, node), &[Rtype::A, Rtype::Mx])
}

/// Whether an address query for a node gets an answer, or may get one.
fn is_answered(snapshot: &Snapshot, node: &Node) -> bool {
    let Some(owner) = snapshot.answering(node.view, node.name) else { return false };
    let answering = snapshot.node(node.view, &owner);
    // A type that only its DNS host knows may stand for addresses.
    let foreign = answering.sets.iter().any(|set| set.rtype.is_foreign());
    let has_cname = answering.records(&Rtype::Cname).next().is_some();
    foreign || has_cname || answering.addresses().any(|record| leads_on(snapshot, node, record))
}

/// Whether a record gives addresses; an alias that the DNS host resolves does if its target has some, as far as is known.
fn leads_on(snapshot: &Snapshot, node: &Node, record: &Record) -> bool {
    let Rdata::Alias(target) = &record.rdata else { return true };
    match snapshot.views_for(target, node.view)[..] {
        [view] if snapshot.is_whole(view) && !snapshot.is_occluded(view, target) => {
            snapshot.answering(view, target).is_some_and(|owner| {
                let answering = snapshot.node(view, &owner);
                answering.addresses().chain(answering.records(&Rtype::Cname)).next().is_some()
            })
        }
        _ => true,
    }
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let old = scene.before(node);
    let stays = |record: &&Record| node.addresses().any(|now| now.rdata == record.rdata);
    let lost: Vec<&Record> = match scene.status {
        Status::Introduced => old.addresses().chain(old.cnames()).filter(|record| !stays(record)).collect(),
        Status::Existing | Status::Fixed => Vec::new(),
    };
    let mx = mx_naming(scene.snapshot(), faults, node.name);
    let mx = mx.into_iter().map(|record| Label::new("this mx names it", &record.place));
    let lost_labels = lost.iter().map(|record| Label::new("this is gone after the change", &record.place));
    let mut labels = mx.chain(lost_labels).collect::<Vec<_>>().into_iter();
    // What stood elsewhere may have gone: the target of an alias, or what a wildcard answered.
    let was_named = !mx_naming(&scene.diff.before, faults, node.name).is_empty();
    let (cause, becomes) = match lost.is_empty() {
        true if was_named => (state_cause(scene, Cause::ExchangeChanged), "is left with"),
        true => (state_cause(scene, Cause::MxAdded), "has"),
        false => (Cause::RecordRemoved, "is left with"),
    };
    Telling {
        severity: None,
        cause,
        message: format!("mail for {owners} goes to {exchange}, which {becomes} no address"),
        help: vec![
            format!("give {exchange} an A or AAAA record"),
            format!("take {exchange} out of the mx of {owners}, if it takes no mail"),
        ],
        primary: labels.next().expect("each fault has an mx"),
        related: labels.collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
