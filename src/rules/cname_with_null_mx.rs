//! `cname-with-null-mx`: a CNAME beside a null MX, or in its place.

use super::{clash_at, is_surely_alias, move_alias, outcome, pair_cause, target_text, use_addresses};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::route::Destination;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-with-null-mx",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias ends a name's refusal of mail",
    page: include_str!("cname_with_null_mx.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// An alias that is not flattened, and a null MX that stands alone.
fn find(_: &World, node: &Node) -> Vec<Fault> {
    let only_null_mx = node.null_mx().is_some() && node.mx().next().is_none();
    clash_at(node, only_null_mx && node.cnames().next().is_some(), [Rtype::Cname, Rtype::Mx])
}

/// Beside: the null MX is hidden.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let null_mx = node.null_mx().expect("the fault has a null mx");
    let before = scene.before(node);
    let owner = node.name.unrooted();
    let target = target_text(alias);
    let certain = is_surely_alias(node);
    let outcome = outcome(scene, node, certain);
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: pair_cause(scene, before.cnames().next().is_some(), before.null_mx().is_some(), Cause::MxAdded),
        message: format!(
            "the alias at {owner} hides its null mx, so mail for it goes to {target} and is not refused{outcome}"
        ),
        help: help(scene, node, alias),
        primary: Label::new("this alias answers every query", &alias.place),
        related: vec![Label::new("so this null mx is never seen", &null_mx.place)],
        names: Vec::new(),
    }
}

/// Instead: the null MX gives way.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let before = scene.before(node);
    let null_mx = before.null_mx()?;
    let alias = node.cnames().next()?;
    let had_more = before.mx().next().is_some() || before.cnames().next().is_some();
    let still_mx = node.records(&Rtype::Mx).next().is_some();
    let destination = Destination::of(&scene.diff.after, node.view, node.name);
    if had_more || still_mx || matches!(destination, Destination::Refused(_)) {
        return None;
    }
    let owner = node.name.unrooted();
    let target = target_text(alias);
    Some(Telling {
        severity: Some(Severity::Warning),
        cause: Cause::TypeChanged,
        message: format!("{owner} no longer refuses mail: its null mx gives way to an alias for {target}"),
        help: help(scene, node, alias),
        primary: Label::new("mail follows this alias", &alias.place),
        related: vec![Label::new("this null mx is gone after the change", &null_mx.place)],
        names: Vec::new(),
    })
}

/// The ways out; there is no mail to move.
fn help(scene: &Scene, node: &Node, alias: &Record) -> Vec<String> {
    vec![
        use_addresses(scene, node),
        move_alias(node),
        format!("publish a null mx at {} as well, if it is yours and takes no mail", target_text(alias)),
    ]
}
