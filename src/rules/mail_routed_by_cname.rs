//! `mail-routed-by-cname`: a new name is an alias for one that takes mail.

use super::{exchanges_text, is_service_name, mail_stays, owner_text, target_text};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::route::Chain;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-routed-by-cname",
    severity: Severity::Note,
    set: Set::Pedantic,
    summary: "a new name is an alias for one that takes mail, and so takes mail as well",
    page: include_str!("mail_routed_by_cname.md"),
    checks: &[Check::Step(step)],
};

/// An alias at a name that had no records, which leads to an MX.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let alias = node.cnames().next()?;
    let is_mailless = scene.declared.takes_mail(node.name) == Some(false) || is_service_name(node.name);
    if is_mailless || !scene.before(node).sets.is_empty() || mail_stays(scene, node) {
        return None;
    }
    let after = &scene.diff.after;
    let chain = Chain::of(after, node.view, node.name);
    let is_known = |record: &&Record| record.rdata.mx().is_some() && !record.rdata.is_null_mx();
    let mx = || chain.records(after, &Rtype::Mx).filter(is_known);
    let first = mx().next()?;
    let (name, exchanges, target) = (owner_text(node.name), exchanges_text(mx()), target_text(alias));
    Some(Telling {
        severity: None,
        cause: Cause::CnameAdded,
        message: format!("mail for {name} will go to {exchanges}, as mail for {target} does"),
        help: vec![
            format!("see to it that {exchanges} knows what to do with mail for {name}"),
            format!("point {} at addresses in place of the alias, if it is to take no mail", node.name.unrooted()),
        ],
        primary: Label::new("mail follows this alias", &alias.place),
        related: vec![Label::new("and this takes it", &first.place)],
        names: Vec::new(),
    })
}
