//! `all-mx-deleted`: the last MX of a name is deleted, and nothing takes its place.

use super::{exchanges_text, followers, list, owner_text};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "all-mx-deleted",
    severity: Severity::Error,
    set: Set::Default,
    summary: "the last mx of a name is deleted",
    page: include_str!("all_mx_deleted.md"),
    checks: &[Check::Joint { find, tell }],
};

/// What becomes of a name whose last MX is deleted.
enum Fate {
    /// The whole zone is deleted.
    ZoneDeleted,
    /// It has an address, which takes the mail from now on (RFC 5321 section 5.1).
    Address(Label),
    /// It has records, but no address.
    NoAddress,
    /// It no longer exists.
    Deleted,
}

/// The node itself, or the apex of its zone if that is deleted.
fn find(scene: &Scene, node: &Node) -> Option<Name> {
    let old = scene.before(node);
    let had_mx = old.mx().next().is_some() && !scene.diff.before.is_occluded(node.view, node.name);
    let taken_over = [Rtype::Mx, Rtype::Cname].iter().any(|rtype| node.records(rtype).next().is_some());
    if !had_mx || taken_over || scene.declared.takes_mail(node.name) == Some(false) {
        return None;
    }
    let apex = scene.view(node).apex.clone();
    match fate(&scene.diff.after, node)? {
        Fate::ZoneDeleted => Some(apex.unwrap_or_else(Name::root)),
        Fate::Address(_) | Fate::NoAddress | Fate::Deleted => Some(node.name.clone()),
    }
}

/// None if something takes the place of the MX, of which other rules speak.
fn fate(after: &Snapshot, node: &Node) -> Option<Fate> {
    let is_taken_over = |view| {
        let answered = after.answered(view, node.name);
        let has_mail = answered.records(&Rtype::Mx).next().is_some() || answered.cnames().next().is_some();
        has_mail || after.is_occluded(view, node.name)
    };
    // Where other records may be that nobody shows, the zone need not be gone with the last that is seen.
    if after.is_empty(node.view) && after.is_whole(node.view) {
        let mut others = after.views_for(node.name, node.view).into_iter().filter(|view| *view != node.view);
        return (!others.any(is_taken_over)).then_some(Fate::ZoneDeleted);
    }
    if is_taken_over(node.view) {
        return None;
    }
    let answered = after.answered(node.view, node.name);
    let foreign = answered.sets.iter().filter(|set| set.rtype.is_foreign()).flat_map(|set| &set.records);
    let is_apex = after.view(node.view).apex.as_ref() == Some(node.name);
    Some(match answered.addresses().chain(foreign).next() {
        Some(record) => Fate::Address(Label::new("this takes the mail instead", &record.place)),
        None if is_apex || !node.sets.is_empty() => Fate::NoAddress,
        None => Fate::Deleted,
    })
}

fn tell(scene: &Scene, shared: &Name, nodes: &[Node]) -> Telling {
    let after = &scene.diff.after;
    let node = &nodes[0];
    let old = scene.before(node);
    let fate = fate(after, node).expect("it was found");
    let is_declared = nodes.iter().any(|node| scene.declared.takes_mail(node.name) == Some(true));
    let is_apex = scene.view(node).apex.as_ref() == Some(node.name);
    let name = owner_text(node.name);
    let exchanges = exchanges_text(old.mx());
    let from = if exchanges.is_empty() { "its mx" } else { &exchanges };
    // Aliases that lead to nothing have a rule of their own.
    let followers = match fate {
        Fate::Address(_) => followers(after, node.view, node.name),
        Fate::ZoneDeleted | Fate::NoAddress | Fate::Deleted => Vec::new(),
    };
    let too =
        if followers.is_empty() { String::new() } else { format!(", and so does mail for {}", list(followers.iter())) };
    let (severity, message) = match &fate {
        Fate::ZoneDeleted => {
            let names = list(nodes.iter().map(|node| node.name));
            (Severity::Note, format!("the zone {} is deleted, and with it the mail of {names}", shared.unrooted()))
        }
        Fate::Address(_) => {
            (Severity::Warning, format!("mail for {name} leaves {from} for port 25 of its own address{too}"))
        }
        Fate::NoAddress if is_apex => (Severity::Error, format!("mail for {name} stops: its last mx is deleted")),
        Fate::NoAddress => (Severity::Note, format!("mail for {name} stops: it is left with no mx and no address")),
        Fate::Deleted => (Severity::Note, format!("{name} is deleted, and with it its mx {exchanges}")),
    };
    let zone_deleted = matches!(fate, Fate::ZoneDeleted);
    let certain = after.is_whole(node.view) || zone_deleted;
    let doubt = if certain { "" } else { ", as far as the inputs show" };
    let is_grave = is_declared || is_apex && !zone_deleted;
    let gone = |node: &Node| {
        let mx: Vec<Label> = scene
            .before(node)
            .mx()
            .map(|record| Label::new("this mx is gone after the change", &record.place))
            .collect();
        mx
    };
    let mut labels = nodes.iter().flat_map(gone);
    let address = if let Fate::Address(label) = fate { Some(label) } else { None };
    Telling {
        severity: Some(if is_grave { Severity::Error } else { severity }),
        cause: Cause::RecordRemoved,
        message: format!("{message}{doubt}"),
        help: if zone_deleted {
            vec![format!("leave it so if no mail is expected for {} any more", shared.unrooted())]
        } else {
            vec![
                format!("keep an mx at {}, if it takes mail", node.name.unrooted()),
                format!("give {} `MX 0 .`, if it should refuse mail", node.name.unrooted()),
            ]
        },
        primary: labels.next().expect("an mx is gone"),
        related: labels.chain(address).collect(),
        names: nodes[1..].iter().map(|node| node.name.clone()).chain(followers).collect(),
    }
}
