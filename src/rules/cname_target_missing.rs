//! `cname-target-missing`: an alias leads to a name that does not exist.

use super::{state_cause, target_text};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, Snapshot, ViewId};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-target-missing",
    severity: Severity::Warning,
    set: Set::Strict,
    summary: "an alias leads to a name that does not exist",
    page: include_str!("cname_target_missing.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault if the alias here leads to a name that no record of its zone answers for.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let mut targets = node.cnames().filter_map(|alias| alias.rdata.alias_target());
    let is_missing = targets.any(|target| {
        let views = world.snapshot.views_for(target, node.view);
        !views.is_empty() && views.iter().all(|view| is_missing(world.snapshot, *view, target))
    });
    let fault = || Fault::at(node, [Rtype::Cname, Rtype::Cname]);
    is_missing.then(fault).into_iter().collect()
}

/// Whether a view that is known whole holds nothing that answers for a name; a zone that is gone has no missing names.
fn is_missing(snapshot: &Snapshot, view: ViewId, name: &Name) -> bool {
    let is_known = snapshot.is_whole(view) && !snapshot.is_empty(view);
    is_known && matches!(snapshot.answer(view, name), Answer::Nothing)
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let (name, target) = (node.name.unrooted(), target_text(alias));
    let was_alias = scene.before(node).cnames().any(|old| old.rdata == alias.rdata);
    let (cause, goes) = match (scene.status, was_alias) {
        (Status::Introduced, true) => (Cause::RecordRemoved, "will not exist any more"),
        _ => (state_cause(scene, Cause::CnameAdded), "does not exist"),
    };
    Telling {
        severity: None,
        cause,
        message: format!("{name} is an alias for {target}, which {goes}, so no query for it gets an answer"),
        help: vec![
            format!("add records at {target}, or point {name} at a host that exists"),
            format!("delete the alias at {name}"),
        ],
        primary: Label::new(format!("this leads to {target}"), &alias.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
