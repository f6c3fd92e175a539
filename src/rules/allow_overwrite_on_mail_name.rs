//! `allow-overwrite-on-mail-name`: a record is written over whatever stands at a name that mail depends on.

use crate::diff::Operation;
use crate::record::Node;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

use super::{depends_on_mail, is_service_name, type_text};

/// The rule.
pub static RULE: Rule = Rule {
    id: "allow-overwrite-on-mail-name",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a record is written over whatever stands at a name that mail depends on",
    page: include_str!("allow_overwrite_on_mail_name.md"),
    checks: &[Check::Step(step)],
};

/// An object that overwrites after the change, and did not before it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let operations = scene.diff.operations_at(node.view, node.name);
    let did_before =
        |new: &Operation| operations.iter().any(|one| one.removes() && one.overwrites && one.is_one_with(new));
    let new = operations.iter().find(|one| one.makes() && one.overwrites && !did_before(one))?;
    if is_service_name(node.name) || !depends_on_mail(scene, node) {
        return None;
    }
    let (owner, rtype) = (node.name.unrooted(), type_text(&new.rtype));
    Some(Telling {
        severity: None,
        cause: Cause::RecordAdded,
        message: format!(
            "the {rtype} of {owner} is written over whatever stands there, so nobody sees who else keeps it"
        ),
        help: vec![
            format!("do not let it overwrite, and import the {rtype} that stands there"),
            "have the one who keeps it now delete it first".to_owned(),
        ],
        primary: Label::new("this overwrites what is there", &node.records(&new.rtype).next()?.place),
        related: Vec::new(),
        names: Vec::new(),
    })
}
