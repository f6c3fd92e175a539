//! `deletion-uncovers-wildcard-cname`: what stood at a name of mail is deleted, and a wildcard alias answers in its place.

use super::{followers, goes_to_service, list, mail_stays, senders, target_text, wildcard_alias};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record, Served, ViewId};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deletion-uncovers-wildcard-cname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "what stood at a name of mail is deleted, and a wildcard alias answers in its place",
    page: include_str!("deletion_uncovers_wildcard_cname.md"),
    checks: &[Check::Step(step)],
};

/// A name with an MX, or one that an MX names, for which its own records, a delegation or a child zone answered before the
/// change, and for which a wildcard alias does after it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let (before, after) = (&scene.diff.before, &scene.diff.after);
    // The names of a zone that is gone are looked for in the zone above.
    let view = if after.is_empty(node.view) { only(&after.views_for(node.name, node.view))? } else { node.view };
    let (wildcard, alias) = wildcard_alias(after, view, node.name)?;
    let old = scene.before(node);
    let delegated = before.delegation(node.view, node.name);
    let was_delegated = delegated.is_some();
    if old.sets.is_empty() && !was_delegated {
        return None;
    }
    let senders: Vec<Name> = senders(after, node).into_iter().map(|(_, owner)| owner).collect();
    let takes_mail = scene.declared.takes_mail(node.name);
    let had_mx = old.mx().next().is_some() && !was_delegated;
    // Of what lay below a delegation nothing shows that it took mail.
    let is_owner = !old.sets.is_empty()
        && (had_mx || old.null_mx().is_some() || takes_mail == Some(true))
        && takes_mail != Some(false)
        && !goes_to_service(after, scene.declared, &after.node(view, &wildcard), alias)
        && !mail_stays(scene, node);
    if senders.is_empty() && !is_owner {
        return None;
    }
    let is_apex = before.view(node.view).apex.as_ref() == Some(node.name);
    let counts = !senders.is_empty() || (had_mx && is_apex) || (takes_mail == Some(true) && old.null_mx().is_none());
    let certain = alias.served == Served::AsIs && after.is_whole(view);
    let name = node.name.unrooted();
    let gone = delegated.as_ref().map_or_else(|| name.clone(), |cut| format!("the delegation of {}", cut.unrooted()));
    let [star, target] = [wildcard.unrooted(), target_text(alias)];
    let what = if is_owner {
        format!("{star} answers for it and its mail goes to {target}")
    } else {
        format!("{star} makes it an alias for {target}, although mail for {} goes to it", list(senders.iter()))
    };
    let doubt = if after.is_whole(view) { "" } else { ", unless other records of it are not loaded" };
    let lost = lost(&old, delegated.as_ref(), scene);
    let mut names = senders;
    names.extend(if is_owner { followers(after, view, node.name) } else { Vec::new() });
    Some(Telling {
        severity: (!counts || !certain).then_some(Severity::Warning),
        cause: Cause::RecordRemoved,
        message: format!("once {gone} is deleted, {what}{doubt}"),
        help: if let Some(cut) = &delegated {
            vec![format!("keep the delegation of {}, or give {name} records of its own", cut.unrooted())]
        } else if is_owner {
            vec![format!("keep a record at {name}, or give it `MX 0 .` if it should refuse mail")]
        } else {
            vec![format!("keep the address records of {name}"), format!("take {name} out of the mx that names it")]
        },
        primary: Label::new(format!("this alias answers for {name}"), &alias.place),
        related: lost.map(|record| Label::new("this is gone after the change", &record.place)).collect(),
        names,
    })
}

fn only(views: &[ViewId]) -> Option<ViewId> {
    if let [view] = views[..] { Some(view) } else { None }
}

/// The records that went, those of mail first.
fn lost<'a>(old: &Node<'a>, cut: Option<&Name>, scene: &Scene<'a>) -> impl Iterator<Item = &'a Record> + use<'a> {
    let ns = cut.map(|cut| scene.diff.before.sets_at(old.view, cut).iter().filter(|set| set.rtype == Rtype::Ns));
    let ns: Vec<&Record> = ns.into_iter().flatten().flat_map(|set| &set.records).collect();
    let own = old.records(&Rtype::Mx).chain(old.addresses()).chain(old.cnames());
    own.chain(ns)
}
