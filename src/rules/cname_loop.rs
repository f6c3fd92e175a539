//! `cname-loop`: aliases that lead back to where they started.

use super::state_cause;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, Record, Served, Snapshot, ViewId};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-loop",
    severity: Severity::Error,
    set: Set::Default,
    summary: "aliases lead back to where they started",
    page: include_str!("cname_loop.md"),
    checks: &[Check::State { find, tell }],
};

/// Longer ways are given up, as resolvers do.
const LONGEST: usize = 16;

/// A record that leads on from a name, with its owner.
type Link<'a> = (ViewId, Name, &'a Record);

/// The records on the way from a node back to itself, if there is one: aliases, and DNAMEs between them.
fn way_back<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<Vec<Link<'a>>> {
    let mut way = Vec::new();
    let (mut view, mut name) = (node.view, node.name.clone());
    while way.len() < LONGEST {
        let (link, target) = link(snapshot, view, &name)?;
        if !way.is_empty() && (link.0, &link.1) == (node.view, node.name) {
            return Some(way);
        }
        way.push(link);
        let [next] = snapshot.views_for(&target, view)[..] else { return None };
        (view, name) = (next, target);
    }
    None
}

/// What leads on from a name, and where to.
fn link<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Option<(Link<'a>, Name)> {
    if let Answer::Dname(owner) = snapshot.answer(view, name) {
        let target = name.moved(&owner, snapshot.dname_target(view, &owner)?)?;
        let set = snapshot.sets_at(view, &owner).iter().find(|set| set.rtype == Rtype::Dname)?;
        return Some(((view, owner, &set.records[0]), target));
    }
    let owner = snapshot.answering(view, name)?;
    let sets = || snapshot.sets_at(view, &owner).iter();
    let aliases = || sets().flat_map(|set| &set.records).filter(|record| record.rdata.alias_target().is_some());
    // Of several, in whatever order they are written, always the same.
    let alias = aliases().min_by_key(|record| record.rdata.alias_target())?;
    let target = alias.rdata.alias_target()?.clone();
    // Of versions each is answered at times, and only some need lead back.
    let has_versions = sets().any(|set| set.rtype == Rtype::Cname && set.variant.is_some());
    if has_versions && aliases().any(|other| other.rdata.alias_target() != Some(&target)) {
        return None;
    }
    Some(((view, owner, alias), target))
}

/// Every loop is found at the smallest name of its aliases, so that it is one finding.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let Some(way) = way_back(world.snapshot, node) else { return Vec::new() };
    let mut aliases = way.iter().filter(|(.., record)| record.rdata.alias_target().is_some());
    let is_smallest = aliases.all(|(view, name, _)| (node.view, node.name) <= (*view, name));
    let fault = || Fault::at(node, [Rtype::Cname, Rtype::Cname]);
    is_smallest.then(fault).into_iter().collect()
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let way = way_back(scene.snapshot(), node).expect("the fault has a loop");
    let names: Vec<String> = way.iter().map(|(_, name, _)| name.unrooted()).collect();
    let certain = way.iter().all(|(.., alias)| alias.served == Served::AsIs);
    let mut labels = way.iter().map(|(.., alias)| Label::new("this leads on", &alias.place));
    let primary = labels.next().expect("a loop has an alias");
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("{} → {} leads in a circle, so that no query gets an answer", names.join(" → "), names[0]),
        help: vec!["point one of the aliases at a host that has addresses".to_owned()],
        primary,
        related: labels.collect(),
        names: way.iter().skip(1).map(|(_, name, _)| name.clone()).collect(),
    }
}
