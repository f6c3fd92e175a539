//! `explicit-cname-escapes-wildcard-mx`: names get an alias of their own, and the MX of a wildcard no longer answers for them.

use super::{exchanges_text, goes_to_service, is_service_name, list, mail_stays, wildcard_spf};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "explicit-cname-escapes-wildcard-mx",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an alias of its own takes a name out of the reach of a wildcard for mail",
    page: include_str!("explicit_cname_escapes_wildcard_mx.md"),
    checks: &[Check::Joint { find, tell }],
};

/// The wildcard with an MX or an SPF text that answered for a node before the change, if the node is an alias, or a wildcard
/// of its own without an MX, after it.
fn find(scene: &Scene, node: &Node) -> Option<Name> {
    let (before, after) = (&scene.diff.before, &scene.diff.after);
    let Answer::Wildcard(wildcard) = before.answer(node.view, node.name) else { return None };
    // No record can have stood beside the alias; only names between it and the wildcard are argued from.
    let is_known = before.is_whole(node.view) || node.name.parent() == wildcard.parent();
    let deeper = node.name.is_wildcard() && !node.sets.is_empty();
    let escapes = (deeper || node.cnames().next().is_some()) && node.records(&Rtype::Mx).next().is_none();
    let is_mailless = scene.declared.takes_mail(node.name) == Some(false) || is_service_name(node.name);
    if !is_known || !escapes || is_mailless || !carries_mail(&before.node(node.view, &wildcard)) {
        return None;
    }
    let to_service = node.cnames().any(|alias| goes_to_service(after, scene.declared, node, alias));
    let still_covers = carries_mail(&after.node(node.view, &wildcard));
    (!to_service && still_covers && !mail_stays(scene, node)).then_some(wildcard)
}

/// Whether names that are answered from a wildcard get an MX or an SPF text.
fn carries_mail(wildcard: &Node) -> bool {
    wildcard.mx().next().is_some() || wildcard_spf(wildcard).is_some()
}

fn tell(scene: &Scene, wildcard: &Name, nodes: &[Node]) -> Telling {
    let view = nodes[0].view;
    let [before, covering] = [&scene.diff.before, &scene.diff.after].map(|side| side.node(view, wildcard));
    let is_same = before.sets.iter().zip(covering.sets).all(|(one, other)| one.same_answer(other));
    let has_changed = !is_same || before.sets.len() != covering.sets.len();
    let parent = wildcard.parent().expect("a wildcard has a label");
    let is_declared = |name| scene.declared.takes_mail(name) == Some(true);
    let is_grave = has_changed || is_declared(&parent) || nodes.iter().any(|node| is_declared(node.name));
    let names = list(nodes.iter().map(|node| node.name));
    let [verb, them] = if nodes.len() == 1 { ["drops", "it"] } else { ["drop", "them"] };
    let exchanges = exchanges_text(covering.mx());
    let what = match (covering.mx().next().is_some(), exchanges.is_empty()) {
        (true, false) => format!("whose mx took mail for {them} to {exchanges}"),
        (true, true) => format!("whose mx took mail for {them}"),
        (false, _) => format!("whose spf text stood for {them}"),
    };
    let first = nodes[0].name.unrooted();
    let own = |node: &Node| node.sets[0].records[0].place.clone();
    let mx = covering.mx().next().or_else(|| wildcard_spf(&covering)).expect("the wildcard carries mail");
    let others = nodes[1..].iter().map(|node| Label::new("and so does this", &own(node)));
    Telling {
        severity: (!is_grave).then_some(Severity::Note),
        cause: Cause::CnameAdded,
        message: format!("{names} {verb} out of {}, {what}", wildcard.unrooted()),
        help: vec![
            format!("point {first} at addresses in place of the alias, and give it what {} has", wildcard.unrooted()),
            format!("leave it so if {names} take no mail, and say so under non_mail_domains"),
        ],
        primary: Label::new("this takes the name out of the reach of the wildcard", &own(&nodes[0])),
        related: others.chain([Label::new("this answered before", &mx.place)]).collect(),
        names: nodes[1..].iter().map(|node| node.name.clone()).collect(),
    }
}
