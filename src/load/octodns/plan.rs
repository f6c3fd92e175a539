//! Plans that OctoDNS writes (`PlanJson`): what it would delete, create and update at each target.
//!
//! A plan lists changes only. Beside the zone files it tells what was there before; alone it leaves a gap.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::config::{Directory, Target};
use super::documents::{Library, unreadable};
use super::entry::{Reading, Written};
use super::{Key, ZoneState, target};
use crate::gap::{Gap, PLAN_NOT_COMPLETE, ZONE_PARTIALLY_VISIBLE};
use crate::load::Found;
use crate::load::yaml::{Entry, Value};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::severity::Severity;
use crate::source::{Place, SourceId};

/// What the report calls an input of this kind.
pub const KIND: &str = "octodns-plan";

/// A zone of a plan, in outline.
#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "changes")]
    _changes: Vec<IgnoredAny>,
}

/// The zones of each target.
type Targets = HashMap<String, HashMap<String, Outline>>;

/// Whether an input is a plan of OctoDNS.
pub fn is_plan(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Targets>(bytes)
        .is_ok_and(|targets| targets.values().all(|zones| zones.keys().all(|zone| zone.ends_with('.'))))
}

/// Whether an input is one that changes nothing, which looks like any other document that holds nothing.
pub fn is_empty(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Targets>(bytes).is_ok_and(|targets| targets.values().all(HashMap::is_empty))
}

/// What would change in one zone at one target.
#[derive(Debug)]
pub struct Planned {
    target: String,
    apex: Name,
    place: Place,
    existing: Vec<Rc<Written>>,
    new: Vec<Rc<Written>>,
}

/// The zones of a plan. What cannot be read becomes a gap.
pub fn read(library: &mut Library, source: SourceId, found: &mut Found) -> Vec<Planned> {
    let Some(document) = library.lone(source, &mut found.gaps) else { return Vec::new() };
    let root = document.root.map(|root| library.value(root));
    let mut planned = Vec::new();
    for target in members(root) {
        for zone in members(Some(target.value)) {
            let name = zone.key.printed().unwrap_or_default();
            let Ok(apex) = Name::parse(&name) else { continue };
            let mut sides = [Vec::new(), Vec::new()];
            for change in zone.value.get("changes").and_then(Value::items).unwrap_or_default() {
                for (side, key) in sides.iter_mut().zip(["existing", "new"]) {
                    if let Some(data) = change.get(key) {
                        let reading = Reading::planned(change, data, &apex, &Directory::plain(""));
                        side.extend(reading.records.into_iter().map(|placed| placed.written));
                        found.gaps.extend(reading.faults.into_iter().map(unreadable));
                    }
                }
            }
            let [existing, new] = sides;
            let place = Place::at(zone.key.span());
            planned.push(Planned { target: target.key.printed().unwrap_or_default(), apex, place, existing, new });
        }
    }
    planned
}

fn members(value: Option<Value<'_>>) -> Vec<Entry<'_>> {
    value.and_then(Value::entries).map(|entries| entries.shown).unwrap_or_default()
}

/// The zone as it is before the changes are made that lead to `after`.
pub fn undone(planned: &[Planned], apex: &Name, after: &ZoneState) -> ZoneState {
    let mut records = after.records.clone();
    let mut done = BTreeSet::new();
    for zone in planned.iter().filter(|zone| zone.apex == *apex) {
        let key = |record: &Rc<Written>| (record.owner.clone(), record.rtype.clone());
        let fresh = |record: &&Rc<Written>| !done.contains(&key(record));
        let existing: Vec<Rc<Written>> = zone.existing.iter().filter(fresh).cloned().collect();
        let touched: BTreeSet<_> = zone.existing.iter().chain(&zone.new).filter(fresh).map(key).collect();
        records.retain(|record| !touched.contains(&key(record)));
        records.extend(existing);
        done.extend(touched);
    }
    ZoneState {
        records,
        slips: after.slips.clone(),
        targets: after.targets.clone(),
        whole: after.whole,
        home: after.home.clone(),
    }
}

/// A gap for each plan that does not lead to these zone files, as they say otherwise of an alias or an MX that it makes or
/// deletes: OctoDNS would do what they say, and not what was planned. Other types processors add to what files hold.
pub fn stale(planned: &[Planned], apex: &Name, after: &ZoneState) -> Vec<Gap> {
    fn keys(records: &[Rc<Written>]) -> HashSet<(&Name, &Rtype)> {
        records.iter().map(|record| (&record.owner, &record.rtype)).collect()
    }
    let of_zone: Vec<&Planned> = planned.iter().filter(|zone| zone.apex == *apex).collect();
    let held = if of_zone.is_empty() { HashSet::new() } else { keys(&after.records) };
    let counts = |record: &&Rc<Written>| matches!(record.rtype, Rtype::Cname | Rtype::Mx);
    let stale = of_zone.into_iter().filter_map(|zone| {
        let new = keys(&zone.new);
        let is_held = |record: &Rc<Written>| held.contains(&(&record.owner, &record.rtype));
        let made = zone.new.iter().filter(counts).find(|made| !is_held(made));
        let is_gone = |old: &&Rc<Written>| !new.contains(&(&old.owner, &old.rtype)) && is_held(old);
        let deleted = || zone.existing.iter().filter(counts).find(is_gone);
        let (record, does) = made.map(|made| (made, "makes")).or_else(|| Some((deleted()?, "deletes")))?;
        let (owner, rtype) = (record.owner.unrooted(), record.rtype.text().to_lowercase());
        let otherwise = if does == "makes" { "do not hold" } else { "still hold" };
        let reason = format!(
            "the plan {does} the {rtype} of {owner}, which the zone files {otherwise}: it was made from others, or by a \
             configuration with processors that are not here; plan again"
        );
        let gap = Gap::new(&PLAN_NOT_COMPLETE, reason, zone.place.clone()).about(vec![record.owner.clone()]);
        Some(gap.lowered_to(Severity::Warning))
    });
    stale.collect()
}

/// Adds what plans say of zones whose files are not here.
pub fn add_alone(planned: Vec<Planned>, known: &BTreeSet<Name>, found: &mut Found) {
    for Planned { target, apex, place, existing, new } in planned {
        if known.contains(&apex) {
            continue;
        }
        let reason = format!(
            "a plan of octodns lists what changes only, so other records of {} were not seen; name its zone files too",
            apex.unrooted()
        );
        found.gaps.push(Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, place).about(vec![apex.clone()]));
        let state = |records| {
            let targets = vec![Target { id: target.clone(), class: String::new() }];
            ZoneState { records, slips: Vec::new(), targets, whole: false, home: String::new() }
        };
        let key: Key = (Some(target.clone()), apex);
        target::add(&key, Some(&state(existing)), Some(&state(new)), found);
    }
}
