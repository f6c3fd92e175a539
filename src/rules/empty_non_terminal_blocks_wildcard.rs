//! `empty-non-terminal-blocks-wildcard`: a record below a name makes the name exist, and a wildcard no longer answers for it.

use super::{exchanges_text, is_service_name, wildcard_spf};
use crate::name::Name;
use crate::record::{Answer, Node};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "empty-non-terminal-blocks-wildcard",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a record below a name takes the name out of the reach of a wildcard for mail",
    page: include_str!("empty_non_terminal_blocks_wildcard.md"),
    checks: &[Check::Step(step)],
};

/// Labels of names that are added for mail or for certificates, with no thought of the name above.
const COMMON: [&str; 5] = ["_acme-challenge", "_dmarc", "_domainkey", "_mta-sts", "_tls"];

/// Whether the label of an owner next to a name above it is one of these.
fn is_common(owner: &Name, above: &Name) -> bool {
    owner.labels_below(above).rsplit('.').next().is_some_and(|label| COMMON.contains(&label))
}

/// A name without records of its own, for which a wildcard with something of mail answered before the change, and which
/// exists after it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let (before, after) = (&scene.diff.before, &scene.diff.after);
    let is_known = before.is_whole(node.view) && after.is_whole(node.view);
    let takes_mail = scene.declared.takes_mail(node.name);
    if !is_known || !node.sets.is_empty() || takes_mail == Some(false) || is_service_name(node.name) {
        return None;
    }
    let Answer::Wildcard(wildcard) = before.answer(node.view, node.name) else { return None };
    if after.answer(node.view, node.name) != Answer::Own {
        return None;
    }
    let covering = after.node(node.view, &wildcard);
    let had_mx = before.node(node.view, &wildcard).mx().next().is_some();
    // An alias is something of mail for those names of which people said that they take some.
    let alias = covering.cnames().next().filter(|_| takes_mail == Some(true));
    let [name, star] = [node.name, &wildcard].map(Name::unrooted);
    let (lost, place, help) = if let Some(mx) = covering.mx().next().filter(|_| had_mx) {
        let exchanges = exchanges_text(covering.mx());
        let to = if exchanges.is_empty() { String::new() } else { format!(", and no mail for it goes to {exchanges}") };
        (format!("the mx of {star} no longer answers for it{to}"), &mx.place, format!("add the mx at {name} too"))
    } else if let Some(spf) = wildcard_spf(&covering) {
        let help = format!("add the spf text at {name} too");
        (format!("the spf text of {star} no longer answers for it"), &spf.place, help)
    } else {
        let alias = alias?;
        let help = format!("add the alias, or an mx, at {name} too");
        (format!("the alias at {star}, which its mail follows, no longer answers for it"), &alias.place, help)
    };
    let below = after.within(node.view, node.name);
    let policy = below.iter().find(|set| is_common(&set.owner, node.name));
    let child = policy.or(below.first())?;
    Some(Telling {
        severity: policy.is_none().then_some(Severity::Note),
        cause: Cause::RecordAdded,
        message: format!("adding {} makes {name} exist, so {lost}", child.owner.unrooted()),
        help: vec![help, format!("leave it so if {name} takes no mail, and name it under non_mail_domains")],
        primary: Label::new(format!("this makes {name} exist"), &child.records[0].place),
        related: vec![Label::new(format!("this answered for {name} before"), place)],
        names: Vec::new(),
    })
}
