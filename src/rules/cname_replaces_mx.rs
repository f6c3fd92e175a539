//! `cname-replaces-mx`: an MX gives way to a CNAME, so that mail goes where the target's goes.

use super::{exchanges_text, followers, goes_to_service, host_text, owner_text, ways_out};
use crate::rdata::Rtype;
use crate::record::{Node, Record, Served};
use crate::route::Destination;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-replaces-mx",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias takes the place of an mx, and mail goes elsewhere",
    page: include_str!("cname_replaces_mx.md"),
    checks: &[Check::Step(step)],
};

/// An MX before the change, an alias and no MX after it: where the mail goes now.
pub(super) fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let before = scene.before(node);
    let old = before.mx().next()?;
    let alias = node.records(&Rtype::Cname).next()?;
    let still_mx = node.records(&Rtype::Mx).next().is_some();
    let was_alias = before.cnames().next().is_some();
    let declared_away = scene.declared.takes_mail(node.name) == Some(false);
    if still_mx || was_alias || declared_away || goes_to_service(&scene.diff.after, scene.declared, node, alias) {
        return None;
    }
    let old_exchanges = exchanges_text(before.mx());
    let from = if old_exchanges.is_empty() { "its mx".to_owned() } else { old_exchanges };
    let Reroute { severity, message, advice } = reroute(scene, node, alias, &from);
    let help = advice.into_iter().chain(ways_out(scene, node)).collect();
    Some(Telling {
        severity: Some(severity),
        cause: Cause::TypeChanged,
        message,
        help,
        primary: Label::new("mail follows this alias", &alias.place),
        related: vec![Label::new("this mx is gone after the change", &old.place)],
        names: followers(&scene.diff.after, node.view, node.name),
    })
}

/// What becomes of the mail.
struct Reroute {
    severity: Severity,
    message: String,
    /// A way out of its own.
    advice: Option<String>,
}

/// Where mail that went to `from` goes by the alias.
fn reroute(scene: &Scene, node: &Node, alias: &Record, from: &str) -> Reroute {
    let owner = owner_text(node.name);
    let host = host_text(scene.view(node));
    let told = |severity, message, advice| Reroute { severity, message, advice };
    let Some(target) = alias.rdata.alias_target() else {
        let message = format!("mail for {owner} leaves {from} for a target that is not known here");
        return told(Severity::Error, message, None);
    };
    if alias.served.is_flattened() {
        let addresses = format!("the addresses that {host} serves for it");
        let message = format!("mail for {owner} leaves {from} and goes to port 25 of {addresses}");
        return told(Severity::Warning, message, None);
    }
    let destination = Destination::of_alias(&scene.diff.after, node.view, node.name, target);
    let told = if same_exchanges(scene, node, &destination) {
        let message = format!("mail for {owner} still goes to {from}, but now by the mx of {}", target.unrooted());
        told(Severity::Note, message, None)
    } else {
        let (severity, what, advice) = outcome_of(&destination, &owner, from);
        told(severity, format!("mail for {owner} {what}"), advice)
    };
    if alias.served == Served::AsIs {
        return told;
    }
    let message = format!("{}, unless {host} flattens the alias", told.message);
    Reroute { severity: told.severity.min(Severity::Warning), message, ..told }
}

/// How grave a destination is, what mail does to get there, and what to do about it.
fn outcome_of(destination: &Destination, owner: &str, from: &str) -> (Severity, String, Option<String>) {
    match destination {
        Destination::Exchanges { owner: at, exchanges } => {
            let new = exchanges.first().map(|(_, name)| name.unrooted());
            let new = new.unwrap_or_else(|| "an exchange not known here".to_owned());
            let at = at.unrooted();
            let what = if new == from {
                format!("goes on to {from}, but by the mx of {at}, which names other exchanges besides")
            } else {
                format!("moves from {from} to {new}, the mx of {at}")
            };
            (Severity::Warning, what, Some("leave it so if that is meant".to_owned()))
        }
        Destination::Address { name, certain } => {
            let name = name.unrooted();
            let doubt = if *certain { "" } else { ", unless that has an mx that is not loaded" };
            let what = format!("leaves {from} and goes to port 25 of {name}{doubt}");
            (Severity::Error, what, Some(format!("give {name} an mx, or keep the mx of {owner}")))
        }
        Destination::Refused(at) => (Severity::Error, format!("is refused: {} has a null mx", at.unrooted()), None),
        Destination::Nowhere(at) => {
            let advice = "keep the mx, or point the alias at a host that takes mail".to_owned();
            (Severity::Error, format!("stops: {} has no mx and no address", at.unrooted()), Some(advice))
        }
        Destination::Loop(at) => (Severity::Error, format!("stops: its alias leads back to {}", at.unrooted()), None),
        Destination::OutOfView(at) => {
            let at = at.unrooted();
            let advice = format!("load the zone of {at} if you can, so that this can be followed");
            (Severity::Error, format!("leaves {from} for whatever {at} says, which is not loaded"), Some(advice))
        }
    }
}

/// Whether mail reaches the very exchanges that it reached before, in the same order.
fn same_exchanges(scene: &Scene, node: &Node, after: &Destination) -> bool {
    let before = Destination::of(&scene.diff.before, node.view, node.name);
    match (&before, after) {
        (Destination::Exchanges { exchanges: before, .. }, Destination::Exchanges { exchanges: after, .. }) => {
            !before.is_empty() && before == after
        }
        _ => false,
    }
}
