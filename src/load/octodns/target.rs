//! From the targets of a zone to views: targets that get the same answers are one.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::config::Target;
use super::entry::{Options, Written};
use super::{Key, ZoneState};
use crate::load::Found;
use crate::load::hosts::{Cname, Host, WithoutFinalDot, served};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Hold, RecordSet, Served, Side, Slip, View, ViewId};

/// What a target gets of the records that not all targets get alike: whether it gets them, and how they are served.
type Share = Vec<(bool, Served)>;

/// A target, in each state.
#[derive(Clone, Copy, Debug)]
struct Recipient<'z> {
    before: Option<&'z Target>,
    after: Option<&'z Target>,
}

/// Adds the states of a zone. A target that is new stands, before the change, for one that was there.
pub fn add((config, apex): &Key, before: Option<&ZoneState>, after: Option<&ZoneState>, found: &mut Found) {
    let targets = |state: Option<&ZoneState>| state.map(|state| state.targets.clone()).unwrap_or_default();
    let (old, new) = (targets(before), targets(after));
    let recipient = |target: &String| Recipient {
        before: old.iter().find(|one: &&Target| one.id == *target).or(old.first()),
        after: new.iter().find(|one: &&Target| one.id == *target).or(new.first()),
    };
    let ids: Vec<&String> = if new.is_empty() { &old } else { &new }.iter().map(|target| &target.id).collect();
    let groups = match ids[..] {
        [] => vec![vec![Recipient { before: None, after: None }]],
        [id] => vec![vec![recipient(id)]],
        _ => alike(ids.into_iter().map(recipient), before, after, apex),
    };
    let several = groups.len() > 1;
    for group in groups {
        let first = group[0];
        let named = group.iter().filter_map(|one| one.after.or(one.before));
        let ids_of_group = named.clone().map(|target| target.id.as_str()).collect::<Vec<_>>().join(", ");
        let id =
            [config.clone(), several.then_some(ids_of_group)].into_iter().flatten().collect::<Vec<_>>().join(" → ");
        let mut hosts = named.clone().map(Target::host);
        let host = hosts
            .next()
            .flatten()
            .filter(|host| hosts.all(|other| other.is_some_and(|other| std::ptr::eq(other, *host))));
        let view = found.builder.view(View {
            apex: Some(apex.clone()),
            id: (!id.is_empty()).then(|| id.into()),
            private: false,
            host: host.map(Host::dns_host),
        });
        let homes = before.into_iter().chain(after).map(|state| state.home.as_str()).filter(|home| !home.is_empty());
        named.map(|target| target.id.as_str()).chain(homes).for_each(|label| found.builder.label(view, label));
        // A zone that is not there yet, or no more, is empty.
        // What both targets get alike is added once.
        let shared = before.zip(after).filter(|_| first.before == first.after);
        let [in_after, in_before] = shared.map(|(before, after)| in_both(before, after)).unwrap_or_default();
        for (side, other, state, target, shared) in [
            (Side::Before, after, before, first.before, &in_after),
            (Side::After, before, after, first.after, &in_before),
        ] {
            match state {
                Some(state) => add_state(state, shared, apex, view, side, target, found),
                None if other.is_some_and(|other| other.whole) => found.builder.mark_whole(view, side),
                None => {}
            }
        }
    }
}

/// Whether the other state holds each record too, as it stands for one thing that was read once.
fn in_both(before: &ZoneState, after: &ZoneState) -> [Vec<bool>; 2] {
    let hash = |written: &Rc<Written>| FixedState::default().hash_one(Rc::as_ptr(written));
    let mut of_after = HashTable::with_capacity(after.records.len());
    for (at, written) in after.records.iter().enumerate() {
        of_after.insert_unique(hash(written), at, |&at| hash(&after.records[at]));
    }
    let mut in_before = vec![false; after.records.len()];
    let mut in_after = vec![false; before.records.len()];
    for (at, written) in before.records.iter().enumerate() {
        if let Some(&twin) = of_after.find(hash(written), |&twin| Rc::ptr_eq(&after.records[twin], written)) {
            (in_after[at], in_before[twin]) = (true, true);
        }
    }
    [in_after, in_before]
}

/// The recipients in groups that get the same answers in both states.
fn alike<'z>(
    recipients: impl Iterator<Item = Recipient<'z>>,
    before: Option<&ZoneState>,
    after: Option<&ZoneState>,
    apex: &Name,
) -> Vec<Vec<Recipient<'z>>> {
    let share = |state: Option<&ZoneState>, target| state.map(|state| share(state, apex, target)).unwrap_or_default();
    let mut groups: BTreeMap<Vec<u8>, Vec<Recipient>> = BTreeMap::new();
    for recipient in recipients {
        let shares = [share(before, recipient.before), share(after, recipient.after)];
        let key = shares.iter().flatten().map(|(gets, served)| u8::from(*gets) * 4 + *served as u8).collect();
        groups.entry(key).or_default().push(recipient);
    }
    groups.into_values().collect()
}

/// Adds the records of one state, but for those that are shared, which the later state adds to both.
fn add_state(
    state: &ZoneState,
    shared: &[bool],
    apex: &Name,
    view: ViewId,
    side: Side,
    target: Option<&Target>,
    found: &mut Found,
) {
    if state.whole {
        found.builder.mark_whole(view, side);
    }
    let host = target.and_then(Target::host);
    let reads_otherwise = host.is_none_or(|host| host.without_final_dot != WithoutFinalDot::Absolute);
    for (at, written) in state.records.iter().enumerate().filter(|(_, written)| gets(written, target)) {
        let side = match side {
            _ if !shared.get(at).is_some_and(|&is_shared| is_shared) => side,
            Side::Before => continue,
            _ => Side::Both,
        };
        let sets = written.variants.iter().map(|(variant, records)| (Some(Arc::clone(variant)), records));
        for (variant, records) in std::iter::once((None, &written.records)).chain(sets) {
            let mut records = records.clone();
            for record in &mut records {
                record.served = served_by(host, written, &record.rdata, apex);
                record.unrooted &= reads_otherwise;
            }
            if !records.is_empty() {
                let (owner, rtype) = (written.owner.clone(), written.rtype.clone());
                let set = RecordSet { view, owner, rtype, variant, records };
                found.builder.add_held(side, Hold::Set, set);
            }
        }
    }
    for (owner, what, place) in &state.slips {
        let slip = Slip { view, owner: owner.clone(), what: what.clone(), place: place.clone() };
        found.builder.add_slip(side, slip);
    }
}

/// What a target gets of the records that not all targets need get alike.
fn share(state: &ZoneState, apex: &Name, target: Option<&Target>) -> Share {
    let differs = |written: &&Rc<Written>| {
        let differs = |options: &Options| options.proxied || !options.is_for_all();
        written.rtype == Rtype::Cname || written.options.as_deref().is_some_and(differs)
    };
    let records = state.records.iter().filter(differs);
    let host = target.and_then(Target::host);
    let share = records.map(|written| {
        let rdata = written.records.first().map_or(&Rdata::Unknown, |record| &record.rdata);
        (gets(written, target), served_by(host, written, rdata, apex))
    });
    share.collect()
}

fn gets(written: &Written, target: Option<&Target>) -> bool {
    let is_given = |options: &Options| !options.ignored && target.is_none_or(|target| options.go_to(&target.id));
    written.options.as_deref().is_none_or(is_given)
}

fn served_by(host: Option<&Host>, written: &Written, rdata: &Rdata, apex: &Name) -> Served {
    let asked = written.options.as_ref().is_some_and(|options| options.proxied);
    let proxied = asked && host.is_none_or(|host| host.has_proxy);
    match written.rtype {
        Rtype::A | Rtype::Aaaa | Rtype::Alias | Rtype::Cname if proxied && host.is_some() => return Served::Proxied,
        Rtype::Cname => {}
        _ => return Served::AsIs,
    }
    let cname = Cname {
        flattened: Some(proxied),
        at_apex: Some(written.owner == *apex),
        within_zone: rdata.alias_target().is_some_and(|target| target.is_within(apex)),
    };
    served(host, cname)
}
