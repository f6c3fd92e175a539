//! `owner-repeats-zone`: a name ends with the name of its zone twice.

use super::state_cause;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "owner-repeats-zone",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a name ends with the name of its zone twice",
    page: include_str!("owner_repeats_zone.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault if records stand at a name that repeats its zone.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let is_repeated = !node.sets.is_empty() && meant(world.snapshot, node).is_some();
    let fault = || Fault { view: node.view, related: node.name.clone(), types: [Rtype::Cname, Rtype::Cname] };
    is_repeated.then(fault).into_iter().collect()
}

/// The name that is likely meant: `corp.example.com` for `corp.example.com.example.com` in the zone `example.com`. A zone
/// of one label says too little, a name with an underscore is of a service that is told about another name, and a
/// zone whose name is of that shape is meant so.
fn meant(snapshot: &Snapshot, node: &Node) -> Option<Name> {
    let apex = snapshot.view(node.view).apex.as_ref().filter(|apex| apex.ancestors().count() > 2)?;
    let twice = Name::relative(&apex.unrooted(), apex).ok().filter(|twice| node.name.is_within(twice))?;
    let is_service = node.name.unrooted().split('.').any(|label| label.starts_with('_'));
    let is_zone = || snapshot.views_of(&twice).iter().any(|view| snapshot.view(*view).apex.as_ref() == Some(&twice));
    if is_service || snapshot.is_occluded(node.view, node.name) || is_zone() {
        return None;
    }
    node.name.moved(&twice, apex)
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let meant = meant(scene.snapshot(), node).expect("the fault repeats the zone").unrooted();
    let name = node.name.unrooted();
    let mut records = node.sets.iter().flat_map(|set| &set.records);
    let first = records.next().expect("a set has a record");
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::RecordAdded),
        message: format!("{name} repeats the name of its zone, so nobody who asks for {meant} gets its records"),
        help: vec![format!("write the name of the owner with its final dot, or without the zone, if {meant} is meant")],
        primary: Label::new(format!("this stands at {name}"), &first.place),
        related: records.map(|record| Label::new("and this", &record.place)).collect(),
        names: Vec::new(),
    }
}
