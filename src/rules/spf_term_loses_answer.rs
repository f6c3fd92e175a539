//! `spf-term-loses-answer`: a name in an SPF record has no such record itself, or lets other hosts send than before.

use super::{askers, list, senders, state_faults};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record, Reference, Snapshot, ViewId};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::senders::{Hosts, SpfRecord, exchanges_of, has_no_record, hosts_of, networks_of};
use crate::severity::Severity;
use crate::spf::{Lengths, Network, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    id: "spf-term-loses-answer",
    severity: Severity::Warning,
    set: Set::Strict,
    summary: "a name in an spf text has no spf text itself, or leads to other hosts than before",
    page: include_str!("spf_term_loses_answer.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// One fault for each owner whose SPF record goes on to that of this node, which has none: a permanent error (RFC 7208
/// sections 5.2 and 6.1).
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    let is_named = !snapshot.referring(Reference::Sender, node.name).is_empty();
    if !is_named || !has_no_record(snapshot, node.view, node.name) {
        return Vec::new();
    }
    let goes_on = |(_, subject): &(bool, Subject)| match subject {
        Subject::Include(name) | Subject::Redirect(name) => name == node.name,
        _ => false,
    };
    let mut owners = askers(snapshot, Reference::Sender, node);
    owners.retain(|(view, owner)| {
        SpfRecord::at(&snapshot.node(*view, owner)).is_some_and(|found| found.terms.iter().any(goes_on))
    });
    state_faults(owners, &[Rtype::Txt, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let name = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let lost = SpfRecord::at(&scene.before(node)).filter(|_| scene.status == Status::Introduced);
    let alias = node.cnames().next();
    let cause = match (scene.status, &lost, alias) {
        (Status::Existing | Status::Fixed, ..) => Cause::PreExisting,
        (Status::Introduced, Some(_), Some(_)) => Cause::TypeChanged,
        (Status::Introduced, Some(_), None) => Cause::RecordRemoved,
        (Status::Introduced, None, _) => Cause::RecordAdded,
    };
    let found = faults.iter().filter_map(|fault| SpfRecord::at(&snapshot.node(fault.view, &fault.related)));
    let naming = found.map(|found| Label::new("this spf text names it", &found.record.place));
    let lost_label = lost.as_ref().map(|lost| Label::new("this is gone after the change", &lost.record.place));
    let alias_label = alias.map(|alias| Label::new("this alias answers every query", &alias.place));
    let at_name = alias_label.into_iter().chain(lost_label);
    let mut labels: Vec<Label> =
        if lost.is_some() { at_name.chain(naming).collect() } else { naming.chain(at_name).collect() };
    let primary = labels.remove(0);
    Telling {
        severity: None,
        cause,
        message: format!("mail sent as {owners} fails the spf check: {name}, which it goes on to, has no spf text"),
        help: vec![
            format!("give {name} an spf text"),
            format!("take {name} out of the spf text of {owners}, if nobody sends from there"),
        ],
        primary,
        related: labels,
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}

/// An owner whose SPF record lets fewer hosts send than before, by a term that stays.
struct Loss<'a> {
    owner: Name,
    spf: SpfRecord<'a>,
    networks: Vec<Network>,
}

/// Hosts that the name let send by an SPF record before the change, and that nothing in the record lets send after it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let sides = [&scene.diff.before, &scene.diff.after];
    let hosts = sides.map(|side| hosts_of(side, node.view, node.name));
    let exchanges = sides.map(|side| exchanges_of(side, node.view, node.name));
    let by_address = losses(scene, node, &hosts, addresses_in);
    if !by_address.is_empty() {
        return Some(telling(scene, node, "addresses", &hosts, &by_address));
    }
    // An exchange that stays, with other addresses, is spoken of where it stands.
    if exchanges[0].exchanges != exchanges[1].exchanges {
        let by_mx = losses(scene, node, &exchanges, exchanges_in);
        return (!by_mx.is_empty()).then(|| telling(scene, node, "mail exchanges", &exchanges, &by_mx));
    }
    let by_exchange = losses_of_owners(scene, node, &hosts);
    (!by_exchange.is_empty()).then(|| telling(scene, node, "addresses", &hosts, &by_exchange))
}

/// What the owners lose whose MX names a node both before and after the change, and whose SPF records name the owner.
fn losses_of_owners<'a>(scene: &Scene<'a>, node: &Node, hosts: &[Hosts; 2]) -> Vec<Loss<'a>> {
    if !has_lost(hosts) {
        return Vec::new();
    }
    let owners = senders(&scene.diff.after, node).into_iter().filter(|(view, owner)| {
        let mx = [&scene.diff.before, &scene.diff.after].map(|side| exchanges_of(side, *view, owner).exchanges);
        mx[0] == mx[1]
    });
    let losses = owners.flat_map(|(view, owner)| {
        let owner = scene.diff.after.node(view, &owner);
        losses(scene, &owner, hosts, exchanges_in)
    });
    losses.collect()
}

/// How much of an address counts in a term that speaks of addresses of a name.
fn addresses_in(subject: &Subject) -> Option<Lengths> {
    if let Subject::Addresses(_, lengths) = subject { Some(*lengths) } else { None }
}

/// How much of an address counts in a term that speaks of the mail exchanges of a name.
fn exchanges_in(subject: &Subject) -> Option<Lengths> {
    if let Subject::Exchanges(_, lengths) = subject { Some(*lengths) } else { None }
}

/// Whether some host before the change surely is none after it.
fn has_lost([before, after]: &[Hosts; 2]) -> bool {
    after.is_all && before.addresses.iter().any(|address| !after.addresses.contains(address))
}

/// What the owners lose whose SPF records name a node, which leads to these hosts before and after the change, in terms
/// of one kind.
fn losses<'a>(
    scene: &Scene<'a>,
    node: &Node,
    hosts: &[Hosts; 2],
    lengths_in: fn(&Subject) -> Option<Lengths>,
) -> Vec<Loss<'a>> {
    let Scene { diff, .. } = scene;
    let [before, after] = hosts;
    if !has_lost(hosts) {
        return Vec::new();
    }
    let gone = before.addresses.iter().filter(|address| !after.addresses.contains(address));
    let gone: Vec<_> = gone.copied().collect();
    let loss = |(view, owner): (ViewId, Name)| {
        let at = |side: &'a Snapshot| side.sets_at(view, &owner).first().map(|set| side.node(view, &set.owner));
        let old = SpfRecord::at(&at(&diff.before)?)?;
        let spf = SpfRecord::at(&at(&diff.after)?)?;
        let stay = spf.terms.iter().filter(|(passes, subject)| {
            *passes && subject.name(&owner) == Some(node.name) && old.terms.iter().any(|(_, old)| old == subject)
        });
        let lengths: Vec<Lengths> = stay.filter_map(|(_, subject)| lengths_in(subject)).collect();
        let mut networks: Vec<Network> =
            lengths.iter().flat_map(|lengths| gone.iter().map(|address| lengths.round(*address))).collect();
        let allowed = networks_of(&diff.after, view, &owner);
        networks.retain(|lost| !allowed.iter().any(|network| network.contains(lost)));
        (!networks.is_empty()).then_some(Loss { owner, spf, networks })
    };
    askers(&diff.after, Reference::Sender, node).into_iter().filter_map(loss).collect()
}

/// What to say of the hosts that a node led to before the change and does not after it.
fn telling<'a>(scene: &Scene, node: &Node, what: &str, [before, after]: &[Hosts<'a>; 2], losses: &[Loss]) -> Telling {
    let mut networks: Vec<String> = losses.iter().flat_map(|loss| &loss.networks).map(Network::term).collect();
    networks.sort();
    networks.dedup();
    let first = &networks[0];
    let more = if networks.len() == 1 { String::new() } else { format!(" and {} more", networks.len() - 1) };
    let name = node.name.unrooted();
    let owners = list(losses.iter().map(|loss| &loss.owner));
    let alias = node.cnames().next();
    let becomes_alias = alias.is_some() && scene.before(node).cnames().next().is_none();
    let has = match (becomes_alias, after.records.is_empty()) {
        (true, _) => "becomes an alias".to_owned(),
        (false, true) => format!("has no {what} any more"),
        (false, false) => format!("has other {what}"),
    };
    let only = |some: &Hosts<'a>, others: &Hosts| {
        let differs = |record: &&Record| others.records.iter().all(|other| other.rdata != record.rdata);
        some.records.iter().copied().filter(differs).collect::<Vec<_>>()
    };
    let new = alias.into_iter().chain(only(after, before));
    let new = new.map(|record| Label::new("this answers after the change", &record.place));
    let old = only(before, after).into_iter().map(|record| Label::new("this answered before it", &record.place));
    let texts = losses.iter().map(|loss| Label::new("this spf text names it", &loss.spf.record.place));
    let mut labels: Vec<Label> = new.chain(old).chain(texts).collect();
    let primary = labels.remove(0);
    Telling {
        severity: None,
        cause: if becomes_alias { Cause::TypeChanged } else { Cause::RecordRemoved },
        message: format!("the spf text of {owners} no longer lets {first}{more} send: {name} {has}"),
        help: vec![
            format!("add {first}{more} to the spf text of {owners}, as long as mail is sent from there"),
            "leave it so, if no mail is sent from there any more".to_owned(),
        ],
        primary,
        related: labels,
        names: losses.iter().map(|loss| loss.owner.clone()).filter(|owner| owner != node.name).collect(),
    }
}
