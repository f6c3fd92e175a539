//! `mail-cname-dead-end`: the aliases of a name that takes mail end where no mail is taken.

use super::target_text;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::route::Destination;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-cname-dead-end",
    severity: Severity::Error,
    set: Set::Default,
    summary: "the aliases of a name that takes mail end where no mail is taken",
    page: include_str!("mail_cname_dead_end.md"),
    checks: &[Check::Step(step)],
};

/// A name whose mail went to some exchange before the change, by its own MX or by that of an alias, and which is an
/// alias for nowhere after it. Of a name that is declared to take mail the exchange need not be seen.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let alias = node.cnames().next()?;
    let takes_mail = scene.declared.takes_mail(node.name);
    let (owner, exchanges) = match Destination::of(&scene.diff.before, node.view, node.name) {
        Destination::Exchanges { owner, exchanges } if takes_mail != Some(false) => (owner, exchanges),
        Destination::Address { name, .. } | Destination::OutOfView(name) if takes_mail == Some(true) => {
            (name, Vec::new())
        }
        _ => return None,
    };
    let name = node.name.unrooted();
    let end = match Destination::of(&scene.diff.after, node.view, node.name) {
        Destination::Nowhere(end) => format!("{} has no mx and no address", end.unrooted()),
        Destination::Refused(end) => format!("{} has a null mx", end.unrooted()),
        Destination::Loop(end) => format!("its aliases lead back to {}", end.unrooted()),
        _ => return None,
    };
    let from =
        exchanges.first().map_or_else(String::new, |(_, exchange)| format!(" leaves {} and", exchange.unrooted()));
    let was = scene.diff.before.views_for(&owner, node.view);
    let gone = was.iter().flat_map(|view| scene.diff.before.node(*view, &owner).records(&Rtype::Mx));
    let changed = gone.filter(|old| {
        let now = scene.diff.after.node(was[0], &owner);
        now.records(&Rtype::Mx).all(|record| record.rdata != old.rdata)
    });
    Some(Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!("mail for {name}{from} stops: {end}"),
        help: vec![
            format!("point {name} at a host that takes mail, or give it an mx of its own"),
            format!("give {} an mx again", target_text(alias)),
        ],
        primary: Label::new("mail follows this alias", &alias.place),
        related: changed.map(|record| Label::new("this mx is gone after the change", &record.place)).collect(),
        names: Vec::new(),
    })
}
