//! `record-owned-twice`: two things write the same records, each as if it alone did.

use super::{is_service_name, state_cause, type_text};
use crate::rdata::Rtype;
use crate::record::{Contest, Node, Snapshot};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "record-owned-twice",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "two things write the same records, each as if it alone did",
    page: include_str!("record_owned_twice.md"),
    checks: &[Check::State { find, tell }],
};

/// Whether all records of a type are one, so that nothing is lost whoever writes last.
fn are_alike(node: &Node, rtype: &Rtype) -> bool {
    let mut records = node.records(rtype).map(|record| &record.rdata);
    let first = records.next();
    records.all(|other| first.is_some_and(|first| first.is_same(other)))
}

/// Beside an alias nothing else is seen, so that only the alias counts. A proof of ownership is the same for several names
/// below one domain, and whoever asks for it writes it.
fn contests<'a>(snapshot: &'a Snapshot, node: &Node) -> impl Iterator<Item = &'a Contest> {
    let has_alias = node.cnames().next().is_some();
    let is_proof = |rtype: &Rtype| *rtype == Rtype::Cname && is_service_name(node.name) && are_alike(node, rtype);
    let all = snapshot.contests_at(node.view, node.name).iter();
    all.filter(move |contest| (!has_alias || contest.rtype == Rtype::Cname) && !is_proof(&contest.rtype))
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    let fault = |contest: &Contest| Fault::at(node, [contest.rtype.clone(), contest.rtype.clone()]);
    let mut faults: Vec<Fault> = contests(world.snapshot, node).map(fault).collect();
    faults.dedup();
    faults
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let is_told = |contest: &&Contest| faults.iter().any(|fault| fault.types[0] == contest.rtype);
    let holders = contests(scene.snapshot(), node).filter(is_told).flat_map(|contest| &contest.holders);
    let mut labels = holders.map(|place| Label::new("and here", place));
    let first = labels.next().expect("a contest has holders");
    let mut types: Vec<_> = faults.iter().map(|fault| type_text(&fault.types[0])).collect();
    types.dedup();
    let (types, owner) = (types.join(" and "), node.name.unrooted());
    let is_harmless = faults.iter().all(|fault| are_alike(node, &fault.types[0]));
    let harm = if is_harmless {
        "and to delete it in one place deletes it for all"
    } else {
        "and whatever is applied last wins"
    };
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::RecordAdded),
        message: format!("the {types} of {owner} is written in several places, {harm}"),
        help: vec![format!("keep the {types} in one place, and have the other forget it without deleting it")],
        primary: Label { text: "written here".to_owned(), ..first },
        related: labels.collect(),
        names: Vec::new(),
    }
}
