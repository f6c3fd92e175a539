//! `forgotten-record-still-live`: a record is no longer looked after and stays in DNS, beside what the change puts there.

use crate::diff::{Operation, Way};
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

use super::type_text;

/// The rule.
pub static RULE: Rule = Rule {
    id: "forgotten-record-still-live",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a record is forgotten, not deleted, and stands in the way of what is made there",
    page: include_str!("forgotten_record_still_live.md"),
    checks: &[Check::Step(step)],
};

/// A record that is forgotten, and one that is made: only one of them can be an alias (RFC 1034 section 3.6.2).
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    node.cnames().next()?;
    let operations = scene.diff.operations_at(node.view, node.name);
    let clash = |old: &Operation, new: &Operation| {
        (old.rtype == Rtype::Cname) != (new.rtype == Rtype::Cname) && counts(&old.rtype) && counts(&new.rtype)
    };
    let forgotten = operations.iter().filter(|one| one.way == Way::Forgotten);
    let pairs = forgotten.flat_map(|old| operations.iter().filter(|one| one.makes()).map(move |new| (old, new)));
    let (old, new) = pairs.into_iter().find(|(old, new)| clash(old, new))?;
    let object = old.object.address.as_deref().unwrap_or("a record");
    let owner = node.name.unrooted();
    let [stays, comes] = [old, new].map(|one| type_text(&one.rtype));
    let article = if matches!(new.rtype, Rtype::Cname | Rtype::Mx | Rtype::A | Rtype::Aaaa) { "an" } else { "a" };
    Some(Telling {
        severity: None,
        cause: match new.rtype {
            Rtype::Cname => Cause::CnameAdded,
            Rtype::Mx => Cause::MxAdded,
            _ => Cause::RecordAdded,
        },
        message: format!(
            "{object} is forgotten, not deleted: its {stays} stays at {owner}, where {article} {comes} is created"
        ),
        help: vec![
            format!("have the {stays} deleted, not forgotten, and apply that before the {comes} is created"),
            format!("remove the {stays} by hand, then apply"),
        ],
        primary: Label::new(format!("this {comes} is created"), &node.records(&new.rtype).next()?.place),
        related: vec![Label::new("this is forgotten and stays", &node.records(&old.rtype).next()?.place)],
        names: Vec::new(),
    })
}

/// Whether a type has to do with mail and may clash with another.
fn counts(rtype: &Rtype) -> bool {
    rtype.is_address() || matches!(rtype, Rtype::Mx | Rtype::Txt | Rtype::Cname)
}
