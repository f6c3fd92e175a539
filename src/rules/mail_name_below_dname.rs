//! `mail-name-below-dname`: a DNAME hides the MX of a name below it, or makes an alias of a host that an MX names.

use super::{exchanges_text, followers, list, mail_stays, mx_naming, senders, state_cause, state_faults};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, Record, Snapshot};
use crate::route::Destination;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-name-below-dname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a dname takes the place of an mx below it, or makes an alias of a host of mail",
    page: include_str!("mail_name_below_dname.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// The owner of the DNAME above a node that leads it elsewhere.
fn dname_above(snapshot: &Snapshot, node: &Node) -> Option<Name> {
    if let Answer::Dname(owner) = snapshot.answer(node.view, node.name) { Some(owner) } else { None }
}

/// One fault if an MX stands where nobody sees it, and one for each owner whose MX names this node.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    if dname_above(snapshot, node).is_none() {
        return Vec::new();
    }
    let mut faults = state_faults(senders(snapshot, node), &[Rtype::Dname, Rtype::Mx]);
    let hidden = snapshot.node(node.view, node.name);
    let is_hidden = hidden.mx().next().is_some() && !arrives(snapshot, &hidden);
    if is_hidden && world.declared.takes_mail(node.name) != Some(false) {
        faults.push(Fault::at(node, [Rtype::Mx, Rtype::Dname]));
    }
    faults
}

/// Whether the alias that the DNAME makes leads to the very exchanges of an MX that it hides.
fn arrives(snapshot: &Snapshot, hidden: &Node) -> bool {
    let mut own: Vec<_> = hidden.mx().filter_map(|record| record.rdata.mx()).collect();
    own.sort();
    match Destination::of(snapshot, hidden.view, hidden.name) {
        Destination::Exchanges { exchanges, .. } => {
            exchanges.iter().map(|(preference, name)| (*preference, name)).eq(own.iter().copied())
        }
        _ => false,
    }
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let cut = dname_above(snapshot, node).expect("the fault has a dname");
    let introduced = if dname_above(&scene.diff.before, node).is_some() { Cause::MxAdded } else { Cause::RecordAdded };
    let name = node.name.unrooted();
    let (own, owners): (Vec<&Fault>, Vec<&Fault>) = faults.iter().partition(|fault| fault.types[0] == Rtype::Mx);
    let owners: Vec<Fault> = owners.into_iter().cloned().collect();
    let senders = list(owners.iter().map(|fault| &fault.related));
    let becomes = target(snapshot, node, &cut).map_or_else(String::new, |target| format!(" for {}", target.unrooted()));
    let exchange = format!("{name}, which takes mail for {senders}, an alias{becomes}; some senders will refuse it");
    let message = match (own.is_empty(), owners.is_empty()) {
        (false, true) => format!("a dname at {} hides the mx of {name}", cut.unrooted()),
        (false, false) => format!("a dname at {} hides the mx of {name} and makes {exchange}", cut.unrooted()),
        (true, _) => format!("a dname at {} makes {exchange}", cut.unrooted()),
    };
    let hidden = snapshot.node(node.view, node.name);
    let mx = hidden.mx().filter(|_| !own.is_empty()).map(|record| Label::new("this mx is not seen", &record.place));
    let naming = mx_naming(snapshot, &owners, node.name).into_iter();
    let naming = naming.map(|record| Label::new("this mx names a host below it", &record.place));
    let mut help = vec![format!("name a host that is not below {} in the mx of {senders}", cut.unrooted())];
    help.truncate(owners.len());
    if !own.is_empty() {
        help.insert(0, advice(snapshot, node, &cut));
    }
    let mut names: Vec<Name> = owners.iter().map(|fault| fault.related.clone()).collect();
    names.extend(if own.is_empty() { Vec::new() } else { followers(snapshot, node.view, node.name) });
    Telling {
        severity: None,
        cause: state_cause(scene, introduced),
        message,
        help,
        primary: label(snapshot, node, &cut),
        related: mx.chain(naming).collect(),
        names,
    }
}

/// An MX before the change, and none but a DNAME above after it, so that mail goes by that.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let after = &scene.diff.after;
    let old = scene.before(node);
    let mx = old.mx().next().filter(|_| !scene.diff.before.is_occluded(node.view, node.name))?;
    let cut = dname_above(after, node)?;
    let still_there = after.node(node.view, node.name).mx().next().is_some();
    if still_there || scene.declared.takes_mail(node.name) == Some(false) || mail_stays(scene, node) {
        return None;
    }
    let exchanges = exchanges_text(old.mx());
    let from = if exchanges.is_empty() { "its mx" } else { &exchanges };
    let to = target(after, node, &cut).map_or_else(|| "another name".to_owned(), |target| target.unrooted());
    let name = node.name.unrooted();
    Some(Telling {
        severity: None,
        cause: Cause::RecordRemoved,
        message: format!("mail for {name} leaves {from} and goes to {to}, by the dname at {}", cut.unrooted()),
        help: vec![advice(after, node, &cut)],
        primary: label(after, node, &cut),
        related: vec![Label::new("this mx is gone after the change", &mx.place)],
        names: followers(after, node.view, node.name),
    })
}

/// The name that the DNAME leads a node to.
fn target(snapshot: &Snapshot, node: &Node, cut: &Name) -> Option<Name> {
    node.name.moved(cut, snapshot.dname_target(node.view, cut)?)
}

fn advice(snapshot: &Snapshot, node: &Node, cut: &Name) -> String {
    match target(snapshot, node, cut) {
        Some(target) => format!("add the mx at {}", target.unrooted()),
        None => format!("give {} a name that is not below {}", node.name.unrooted(), cut.unrooted()),
    }
}

fn label(snapshot: &Snapshot, node: &Node, cut: &Name) -> Label {
    let dnames = snapshot.sets_at(node.view, cut).iter().filter(|set| set.rtype == Rtype::Dname);
    let dname: &Record = dnames.flat_map(|set| &set.records).next().expect("it answers");
    Label::new(format!("this leads {} elsewhere", node.name.unrooted()), &dname.place)
}
