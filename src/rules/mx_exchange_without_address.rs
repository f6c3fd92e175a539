//! `mx-exchange-without-address`: an MX names a host that has no address.

use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Snapshot, ViewId};
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

/// The records that answered for the node before the change, each with the view in which senders asked for them: another
/// one, where a child zone has come.
fn lost<'a>(before: &'a Snapshot, node: &Node<'a>, faults: &[Fault]) -> Vec<(ViewId, &'a Record)> {
    let mut views: Vec<ViewId> = faults.iter().flat_map(|fault| before.views_for(node.name, fault.view)).collect();
    views.sort();
    views.dedup();
    let answers = |view| {
        let sets = before.sets_at(view, node.name);
        let old = Node { view, name: node.name, sets, slips: &[] };
        old.addresses().chain(old.cnames()).map(move |record| (view, record)).collect::<Vec<_>>()
    };
    views.into_iter().flat_map(answers).collect()
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let lost = if scene.status == Status::Introduced { lost(&scene.diff.before, node, faults) } else { Vec::new() };
    let mx = mx_naming(scene.snapshot(), faults, node.name);
    let mx = mx.into_iter().map(|record| Label::new("this mx names it", &record.place));
    let lost_labels = lost.iter().map(|(view, record)| {
        let what = if *view == node.view { "this is gone after the change" } else { "this is not asked any more" };
        Label::new(what, &record.place)
    });
    let mut labels = mx.chain(lost_labels).collect::<Vec<_>>().into_iter();
    let (cause, becomes) = if lost.is_empty() {
        (state_cause(scene, Cause::MxAdded), "has")
    } else {
        (Cause::RecordRemoved, "is left with")
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
