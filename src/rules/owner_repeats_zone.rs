//! `owner-repeats-zone`: a name ends with the name of its zone twice.

use super::{state_cause, with_zone_once};
use crate::rdata::Rtype;
use crate::record::Node;
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
    let is_repeated = !node.sets.is_empty() && with_zone_once(world.snapshot, node.view, node.name).is_some();
    let fault = || Fault::at(node, [Rtype::Cname, Rtype::Cname]);
    is_repeated.then(fault).into_iter().collect()
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let meant = with_zone_once(scene.snapshot(), node.view, node.name);
    let meant = meant.expect("the fault repeats the zone").unrooted();
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
