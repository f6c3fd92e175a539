//! `mx-exchange-without-address`: an MX names a host that has no address.

use std::collections::BTreeSet;

use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Snapshot, ViewId};
use crate::route::{Chain, End};
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

/// One fault for each owner whose MX names this node, if the zone is known whole and no address answers for it, however many
/// aliases lead on.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    let in_zone = snapshot.view(node.view).apex.as_ref().is_some_and(|apex| node.name.is_within(apex));
    let is_known = in_zone && snapshot.is_whole(node.view) && snapshot.delegation(node.view, node.name).is_none();
    if !is_known || is_answered(snapshot, node.view, &Chain::of(snapshot, node.view, node.name)) {
        return Vec::new();
    }
    state_faults(senders(snapshot, node), &[Rtype::A, Rtype::Mx])
}

/// Whether an address query that these aliases lead on gets an answer, or may get one.
fn is_answered(snapshot: &Snapshot, asked: ViewId, chain: &Chain) -> bool {
    match &chain.end {
        End::OutOfView(_) => true,
        End::Loop | End::Answer(_, None) => false,
        End::Answer(view, Some(owner)) => {
            let node = snapshot.node(*view, owner);
            // A type that only its DNS host knows may stand for addresses.
            let foreign = node.sets.iter().any(|set| set.rtype.is_foreign());
            let is_known = snapshot.is_whole(*view);
            !is_known || foreign || node.addresses().any(|record| leads_on(snapshot, asked, record))
        }
    }
}

/// Whether a record gives addresses; an alias that the DNS host resolves does if its target has some, as far as is known.
fn leads_on(snapshot: &Snapshot, asked: ViewId, record: &Record) -> bool {
    let Rdata::Alias(target) = &record.rdata else { return true };
    match snapshot.views_for(target, asked)[..] {
        [view] if snapshot.is_whole(view) && !snapshot.is_occluded(view, target) => {
            snapshot.answering(view, target).is_some_and(|owner| {
                let answering = snapshot.node(view, &owner);
                answering.addresses().chain(answering.records(&Rtype::Cname)).next().is_some()
            })
        }
        _ => true,
    }
}

/// The records that answered for the node before the change and do not any more: aliases on the way, and addresses at its
/// end. Where a child zone has come, they may still be there and are not asked.
fn lost<'a>(scene: &Scene<'a>, node: &Node, faults: &[Fault], now: &Chain) -> Vec<&'a Record> {
    let before = &scene.diff.before;
    let stays = |record: &Record| {
        let mut answering = now.hops.iter().map(|hop| hop.alias).chain(node.addresses());
        answering.any(|other| other.rdata == record.rdata)
    };
    let mut lost: Vec<&Record> = Vec::new();
    // Very many owners may name one host, and those of a view ask alike.
    for view in faults.iter().map(|fault| fault.view).collect::<BTreeSet<_>>() {
        let chain = Chain::from(before, view, node.name);
        let addresses = [Rtype::A, Rtype::Aaaa, Rtype::Alias].into_iter();
        let addresses = addresses.flat_map(|rtype| chain.records(before, &rtype));
        for record in chain.hops.iter().map(|hop| hop.alias).chain(addresses) {
            if !stays(record) && !lost.iter().any(|known| std::ptr::eq(*known, record)) {
                lost.push(record);
            }
        }
    }
    lost
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let is_new = scene.status == Status::Introduced;
    let chain = Chain::of(scene.snapshot(), node.view, node.name);
    let lost = if is_new { lost(scene, node, faults, &chain) } else { Vec::new() };
    let mx = mx_naming(scene.snapshot(), faults, node.name);
    let mx = mx.into_iter().map(|record| Label::new("this mx names it", &record.place));
    let lost_labels = lost.iter().map(|record| Label::new("this answered before the change", &record.place));
    let mut labels = mx.chain(lost_labels).collect::<Vec<_>>().into_iter();
    let had_mx = is_new && !mx_naming(&scene.diff.before, faults, node.name).is_empty();
    let cause = match lost.is_empty() {
        // What an alias of the DNS host leads to may have gone.
        true if had_mx => Cause::ExchangeChanged,
        true => Cause::MxAdded,
        false => Cause::RecordRemoved,
    };
    let target = chain.last.unrooted();
    let (end, needs_address) = match (&chain.hops[..], &chain.end) {
        ([], _) if had_mx => ("which is left with no address".to_owned(), &exchange),
        ([], _) => ("which has no address".to_owned(), &exchange),
        (_, End::Loop) => (format!("whose aliases lead back to {target}"), &exchange),
        _ => (format!("an alias for {target}, which has no address"), &target),
    };
    Telling {
        severity: None,
        cause: state_cause(scene, cause),
        message: format!("mail for {owners} goes to {exchange}, {end}"),
        help: vec![
            format!("give {needs_address} an A or AAAA record"),
            format!("take {exchange} out of the mx of {owners}, if it takes no mail"),
        ],
        primary: labels.next().expect("each fault has an mx"),
        related: labels.collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
