//! `mail-name-below-delegation`: a delegation hides the MX of a name at or below it, or hands over a host that an MX names.

use super::{followers, goes_to_service, list, mx_naming, senders, state_cause, state_faults, target_text};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Snapshot, ViewId};
use crate::route::{Chain, Destination};
use crate::rule::{Cause, Check, Declared, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-name-below-delegation",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a delegation takes the place of an mx, or hands over a host of mail",
    page: include_str!("mail_name_below_delegation.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// One fault if an MX stands where nobody sees it, and the child zone is not known to have one; one for each owner whose MX
/// names this node, if the child zone is not in the inputs.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    let Some(cut) = snapshot.delegation(node.view, node.name) else { return Vec::new() };
    let mut faults = Vec::new();
    if child(snapshot, node).is_none() && !is_glue(snapshot, node, &cut) {
        faults = state_faults(senders(snapshot, node), &[Rtype::Ns, Rtype::Mx]);
    }
    let has_mx = snapshot.node(node.view, node.name).mx().next().is_some();
    let is_hidden = has_mx && !is_answered(snapshot, world.declared, node);
    if is_hidden && world.declared.takes_mail(node.name) != Some(false) {
        faults.push(Fault::at(node, [Rtype::Mx, Rtype::Ns]));
    }
    faults
}

/// The child zone that holds a node, if it is in the inputs.
fn child(snapshot: &Snapshot, node: &Node) -> Option<ViewId> {
    let views = snapshot.views_for(node.name, node.view);
    views.into_iter().find(|view| *view != node.view)
}

/// Whether the child zone says where mail goes, or hands it to a mail service.
fn is_answered(snapshot: &Snapshot, declared: &Declared, node: &Node) -> bool {
    let destination = Destination::of(snapshot, node.view, node.name);
    let is_service = |alias| goes_to_service(snapshot, declared, node, alias);
    matches!(destination, Destination::Exchanges { .. } | Destination::Refused(_))
        || alias_below(snapshot, node).is_some_and(is_service)
}

/// Whether the child zone is known to hold no MX for a node, and not only out of view.
fn is_lacking(snapshot: &Snapshot, node: &Node) -> bool {
    let is_known = || !matches!(Destination::of(snapshot, node.view, node.name), Destination::OutOfView(_));
    child(snapshot, node).is_some_and(|view| snapshot.is_whole(view))
        && (alias_below(snapshot, node).is_some() || is_known())
}

/// The alias that the child zone has for a node.
fn alias_below<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a Record> {
    Chain::of(snapshot, node.view, node.name).hops.first().map(|hop| hop.alias)
}

/// Whether the parent has to hold the address of a node, as it is a name server of the child zone.
fn is_glue(snapshot: &Snapshot, node: &Node, cut: &Name) -> bool {
    delegation(snapshot, node, cut).any(|ns| matches!(&ns.rdata, Rdata::Host(host) if host == node.name))
}

/// The NS records of a delegation.
fn delegation<'a>(snapshot: &'a Snapshot, node: &Node, cut: &Name) -> impl Iterator<Item = &'a Record> + use<'a> {
    let sets = snapshot.sets_at(node.view, cut).iter().filter(|set| set.rtype == Rtype::Ns);
    sets.flat_map(|set| &set.records)
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let cut = snapshot.delegation(node.view, node.name).expect("the fault has a delegation");
    let was_cut = scene.diff.before.delegation(node.view, node.name).is_some();
    let name = node.name.unrooted();
    let (own, owners): (Vec<&Fault>, Vec<&Fault>) = faults.iter().partition(|fault| fault.types[0] == Rtype::Mx);
    let owners: Vec<Fault> = owners.into_iter().cloned().collect();
    let naming = mx_naming(snapshot, &owners, node.name).into_iter();
    let naming = naming.map(|record| Label::new("this mx names a host in it", &record.place));
    let severity = if own.is_empty() { Severity::Note } else { severity(snapshot, node) };
    let hidden = snapshot.node(node.view, node.name);
    let mx = hidden.mx().filter(|_| !own.is_empty()).map(|record| Label::new("this mx is not seen", &record.place));
    let cause = state_cause(scene, if was_cut { Cause::MxAdded } else { Cause::RecordAdded });
    let (message, help) = if own.is_empty() {
        let senders = list(owners.iter().map(|fault| &fault.related));
        (
            format!("mail for {senders} goes to {name}, which lies in {}, a zone that is not loaded", cut.unrooted()),
            vec![format!("load the zone {} if you can, so that {name} can be looked at", cut.unrooted())],
        )
    } else {
        (hides(scene, node, &cut), vec![advice(scene, node, &cut)])
    };
    let mut names: Vec<Name> = owners.iter().map(|fault| fault.related.clone()).collect();
    names.extend(if own.is_empty() { Vec::new() } else { followers(snapshot, node.view, node.name) });
    Telling {
        severity: Some(severity),
        cause,
        message,
        help,
        primary: label(snapshot, node, &cut),
        related: mx.chain(naming).collect(),
        names,
    }
}

/// An MX before the change, and a delegation in its place after it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let after = &scene.diff.after;
    let old = scene.before(node);
    let mx = old.mx().next().filter(|_| !scene.diff.before.is_occluded(node.view, node.name))?;
    let cut = after.delegation(node.view, node.name)?;
    let still_there = after.node(node.view, node.name).mx().next().is_some();
    let is_mailless = scene.declared.takes_mail(node.name) == Some(false);
    if still_there || is_mailless || is_answered(after, scene.declared, node) {
        return None;
    }
    Some(Telling {
        severity: Some(severity(after, node)),
        cause: Cause::RecordRemoved,
        message: hides(scene, node, &cut),
        help: vec![advice(scene, node, &cut)],
        primary: label(after, node, &cut),
        related: vec![Label::new("this mx is gone after the change", &mx.place)],
        names: followers(after, node.view, node.name),
    })
}

/// How grave it is that an MX is not seen: certain if the child zone is in the inputs.
fn severity(snapshot: &Snapshot, node: &Node) -> Severity {
    if is_lacking(snapshot, node) { Severity::Error } else { Severity::Warning }
}

fn hides(scene: &Scene, node: &Node, cut: &Name) -> String {
    let snapshot = scene.snapshot();
    let zone = snapshot.view(node.view).apex.as_ref().map_or_else(|| "its zone".to_owned(), Name::unrooted);
    let name = node.name.unrooted();
    let so = match alias_below(snapshot, node) {
        Some(alias) => format!("which makes it an alias for {}", target_text(alias)),
        None if is_lacking(snapshot, node) => "which has none for it".to_owned(),
        None => "whose mx for it is not loaded".to_owned(),
    };
    format!("delegating {} hides the mx of {name} in {zone}: the child zone answers, {so}", cut.unrooted())
}

fn advice(scene: &Scene, node: &Node, cut: &Name) -> String {
    let name = node.name.unrooted();
    if alias_below(scene.snapshot(), node).is_some() {
        format!("give {name} its mx and addresses in the zone {}, in place of the alias", cut.unrooted())
    } else if child(scene.snapshot(), node).is_some() {
        format!("add the mx of {name} in the zone {} before delegating", cut.unrooted())
    } else {
        format!("add the mx of {name} in the zone {} before delegating, and load that zone too", cut.unrooted())
    }
}

fn label(snapshot: &Snapshot, node: &Node, cut: &Name) -> Label {
    let ns = delegation(snapshot, node, cut).next().expect("it delegates");
    Label::new(format!("this hands {} over to a child zone", cut.unrooted()), &ns.place)
}
