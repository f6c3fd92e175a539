//! `explicit-cname-escapes-wildcard-mx`: names get an alias of their own, and the MX of a wildcard no longer answers for them.

use std::sync::Arc;

use super::{exchanges_text, goes_to_service, is_service_name, list, mail_stays, wildcard_spf};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, RecordSet};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;
use crate::source::Place;

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
/// of its own without an MX, after it, or if it exists since such names stand below it (RFC 4592 section 2.2.2).
fn find(scene: &Scene, node: &Node) -> Option<Name> {
    let (before, after) = (&scene.diff.before, &scene.diff.after);
    let Answer::Wildcard(wildcard) = before.answer(node.view, node.name) else { return None };
    // No record can have stood beside the alias; only names between it and the wildcard are argued from.
    let has_own = !node.sets.is_empty();
    let is_known = before.is_whole(node.view) || has_own && node.name.parent() == wildcard.parent();
    let deeper = node.name.is_wildcard() && has_own;
    let is_alias = || node.cnames().next().is_some();
    let escapes = (deeper || is_alias() || !has_own) && node.records(&Rtype::Mx).next().is_none();
    let is_mailless = scene.declared.takes_mail(node.name) == Some(false) || is_service_name(node.name);
    if !is_known || !escapes || is_mailless || !carries_mail(&before.node(node.view, &wildcard)) {
        return None;
    }
    let to_service = node.cnames().any(|alias| goes_to_service(after, scene.declared, node, alias));
    let still_covers = carries_mail(&after.node(node.view, &wildcard));
    let begins = has_own || begins_with_escapes(scene, node);
    (!to_service && still_covers && begins && !mail_stays(scene, node)).then_some(wildcard)
}

/// Whether a node without records exists after the change, and only since names stand below it that this rule finds, too.
fn begins_with_escapes(scene: &Scene, node: &Node) -> bool {
    let after = &scene.diff.after;
    let exists = after.is_whole(node.view) && after.answer(node.view, node.name) == Answer::Own;
    let is_found = |set: &Arc<RecordSet>| find(scene, &after.seen(node.view, &set.owner)).is_some();
    exists && after.within(node.view, node.name).iter().all(is_found)
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
    let own = nodes.iter().find(|node| !node.sets.is_empty()).unwrap_or(&nodes[0]).name.unrooted();
    let mx = covering.mx().next().or_else(|| wildcard_spf(&covering)).expect("the wildcard carries mail");
    // A record stands for its own name and for those that exist since it does.
    let mut places: Vec<&Place> = Vec::new();
    for node in nodes {
        let place = &scene.diff.after.within(view, node.name)[0].records[0].place;
        if !places.iter().any(|known| known.span.is_same(place.span)) {
            places.push(place);
        }
    }
    let others = places[1..].iter().map(|place| Label::new("and so does this", place));
    Telling {
        severity: (!is_grave).then_some(Severity::Note),
        cause: Cause::CnameAdded,
        message: format!("{names} {verb} out of {}, {what}", wildcard.unrooted()),
        help: vec![
            format!("point {own} at addresses in place of the alias, and give it what {} has", wildcard.unrooted()),
            format!("leave it so if {names} take no mail, and say so under non_mail_domains"),
        ],
        primary: Label::new("this takes the name out of the reach of the wildcard", places[0]),
        related: others.chain([Label::new("this answered before", &mx.place)]).collect(),
        names: nodes[1..].iter().map(|node| node.name.clone()).collect(),
    }
}
