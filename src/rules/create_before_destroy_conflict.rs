//! `create-before-destroy-conflict`: an alias is made while the records that it replaces are still there, or the reverse.

use crate::diff::Way;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

use super::{depends_on_mail, outcome, type_text};

/// The rule.
pub static RULE: Rule = Rule {
    id: "create-before-destroy-conflict",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a record of another type is created before the one that it replaces is deleted",
    page: include_str!("create_before_destroy_conflict.md"),
    checks: &[Check::Step(step)],
};

/// One object that is an alias before or after the change and something else on the other side, where the new one is made
/// first.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let operations = scene.diff.operations_at(node.view, node.name);
    let replaced = || operations.iter().filter(|one| one.way == Way::CreatedFirst);
    let pairs = replaced().flat_map(|old| replaced().map(move |new| (old, new)));
    let (old, new) = pairs.into_iter().find(|(old, new)| {
        let is_alias = (old.rtype == Rtype::Cname) != (new.rtype == Rtype::Cname);
        old.removes() && new.makes() && old.is_one_with(new) && is_alias
    })?;
    if !depends_on_mail(scene, node) {
        return None;
    }
    let [gone, comes] = [old, new].map(|one| type_text(&one.rtype));
    let before = scene.diff.before.node(node.view, node.name);
    let outcome = outcome(scene, node, true);
    Some(Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!(
            "the new {comes} of {} is created before its {gone} is deleted{outcome}",
            node.name.unrooted()
        ),
        help: vec![
            format!("have the {gone} deleted before the {comes} is created"),
            format!("apply twice: first without the {gone}, then with the {comes}"),
        ],
        primary: Label::new("this is created first", &node.records(&new.rtype).next()?.place),
        related: vec![Label::new("this is deleted only then", &before.records(&old.rtype).next()?.place)],
        names: Vec::new(),
    })
}
