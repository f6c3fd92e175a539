//! `swap-not-atomic`: at a name that mail depends on, an alias takes the place of other records in several steps.

use crate::diff::Way;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

use super::{depends_on_mail, type_text};

/// The rule.
pub static RULE: Rule = Rule {
    id: "swap-not-atomic",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an alias takes the place of other records in steps that can fail one by one",
    page: include_str!("swap_not_atomic.md"),
    checks: &[Check::Step(step)],
};

/// An MX or an address that one step takes away, and an alias that another one makes.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let alias = node.cnames().next()?;
    let operations = scene.diff.operations_at(node.view, node.name);
    let made = operations.iter().find(|one| one.makes() && one.rtype == Rtype::Cname)?;
    let before = scene.before(node);
    let is_gone = |rtype: &Rtype| node.records(rtype).next().is_none() && before.records(rtype).next().is_some();
    let taken = || operations.iter().filter(|one| one.removes() && is_needed(&one.rtype) && is_gone(&one.rtype));
    let apart = taken().find(|old| !old.is_one_with(made));
    let (old, in_one_step) = match apart {
        Some(old) => (old, false),
        None => (taken().find(|old| old.way == Way::DeletedFirst)?, true),
    };
    if before.cnames().next().is_some() || !depends_on_mail(scene, node) {
        return None;
    }
    let (owner, lost) = (node.name.unrooted(), type_text(&old.rtype));
    let (severity, message) = if in_one_step {
        let message =
            format!("{owner} has neither its {lost} nor the alias while one is deleted and the other created");
        (Severity::Note, message)
    } else {
        let message = format!(
            "the {lost} of {owner} is deleted and its alias created in steps of their own, and each can fail alone"
        );
        (Severity::Warning, message)
    };
    Some(Telling {
        severity: Some(severity),
        cause: Cause::TypeChanged,
        message,
        help: vec![
            format!(
                "change the type of the {lost} where it stands, under the address that it has, if the host can do that"
            ),
            format!("apply twice: first without the {lost}, then with the alias"),
        ],
        primary: Label::new(
            if in_one_step { "this is created then" } else { "this is created by one step" },
            &alias.place,
        ),
        related: vec![Label::new(
            if in_one_step { "this is deleted first" } else { "this is deleted by another" },
            &before.records(&old.rtype).next()?.place,
        )],
        names: Vec::new(),
    })
}

/// Whether mail needs records of a type.
fn is_needed(rtype: &Rtype) -> bool {
    *rtype == Rtype::Mx || rtype.is_address()
}
