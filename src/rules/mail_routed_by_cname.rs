//! `mail-routed-by-cname`: a new name is an alias for one that takes mail.

use super::target_text;
use crate::mail_text::MailText;
use crate::record::Node;
use crate::route::Destination;
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

/// An alias at a name that had no records, which ends at an MX.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let alias = node.cnames().next()?;
    let is_new = scene.before(node).sets.is_empty();
    let is_silent = scene.declared.takes_mail(node.name) == Some(false) || MailText::at(node.name).is_some();
    let Destination::Exchanges { exchanges, .. } = Destination::of(&scene.diff.after, node.view, node.name) else {
        return None;
    };
    let (_, exchange) = exchanges.first().filter(|_| is_new && !is_silent)?;
    let (name, exchange) = (node.name.unrooted(), exchange.unrooted());
    Some(Telling {
        severity: None,
        cause: Cause::CnameAdded,
        message: format!("mail for {name} will go to {exchange}, the mx of {}", target_text(alias)),
        help: vec![
            format!("see to it that {exchange} knows {name}, if mail for it is wanted"),
            format!("point {name} at addresses in place of the alias, with `MX 0 .`, if it is not"),
        ],
        primary: Label::new("mail follows this alias", &alias.place),
        related: Vec::new(),
        names: Vec::new(),
    })
}
