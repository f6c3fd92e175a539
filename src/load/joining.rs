//! Which views of different inputs are one. Inputs that describe one public zone do, unless something tells them apart: one
//! input that has several zones of the name, DNS hosts that differ, or what people declare. A zone of which an input gives
//! only an identifier is taken for the deepest of the others that all its names lie in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::gap::{Gap, VIEW_AMBIGUOUS};
use crate::load::DeclaredZone;
use crate::load::hosts::{self, Cname, Host};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Builder, Known, RecordSet, Side, View, ViewId};

/// A view before any are joined.
struct Candidate {
    id: ViewId,
    view: View,
    known: Known,
    /// The declared view that it belongs to, by the number of its first declaration.
    declared: Option<usize>,
    /// Whether only an identifier is given where the same inputs have another zone that its names lie in.
    is_odd: bool,
}

/// Joins the views that are one. Returns the new id of each, and a gap for each zone of which that cannot be told and
/// makes a difference.
pub fn join(builder: &mut Builder, declared: &[DeclaredZone]) -> (Vec<ViewId>, Vec<Gap>) {
    let mut candidates: Vec<Candidate> = builder
        .views()
        .map(|(id, view, known)| {
            let declared = declaration(view, known, declared);
            Candidate { id, view: view.clone(), known: known.clone(), declared, is_odd: false }
        })
        .collect();
    let mut zones: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
    for (at, Candidate { view, declared, .. }) in candidates.iter().enumerate() {
        if let Some(apex) = view.apex.as_ref().filter(|_| !view.private || declared.is_some()) {
            zones.entry(apex.clone()).or_default().push(at);
        }
    }
    let unnamed = builder.owners_in_common(View::is_unnamed);
    let holds_own = |set: &&RecordSet| unnamed.contains_key(&set.view) && !matches!(set.rtype.text(), "NS" | "DS");
    let own_records: HashSet<ViewId> = builder.sets().filter(holds_own).map(|set| set.view).collect();
    for (&at, common) in &unnamed {
        // A zone above holds nothing of what lies in one below but what hands it over.
        let is_around = |apex: &Name| zones.contains_key(apex) && (apex != common || own_records.contains(&at));
        if let Some(apex) = common.ancestors().find(is_around) {
            candidates[at.number()].is_odd = builder.describes(at, &apex);
            zones.get_mut(&apex).expect("it is one of them").push(at.number());
        }
    }
    let mut first: Vec<ViewId> = candidates.iter().map(|candidate| candidate.id).collect();
    let mut views: Vec<View> = candidates.iter().map(|candidate| candidate.view.clone()).collect();
    let mut gaps = Vec::new();
    let mut hosted: HashMap<ViewId, (&'static Host, Name)> = HashMap::new();
    for (apex, members) in zones.iter().filter(|(_, members)| members.len() > 1) {
        let are_one = |one: usize, other: usize| candidates[one].is_one_with(&candidates[other]);
        let mut separate = Vec::new();
        for part in parts(members, are_one) {
            if part.iter().all(|&one| part.iter().all(|&other| one == other || are_one(one, other))) {
                views[part[0]] = united(&part.iter().map(|&at| &candidates[at].view).collect::<Vec<_>>());
                for &at in &part {
                    first[at] = candidates[part[0]].id;
                    if candidates[at].view.host.is_none() {
                        hosted.extend(host_of(&views[part[0]]).map(|host| (candidates[at].id, host)));
                    }
                }
                separate.push(&candidates[part[0]]);
            } else {
                separate.extend(part.iter().map(|&at| &candidates[at]));
            }
        }
        gaps.extend(doubt(builder, apex, &separate));
    }
    serve(builder, &hosted);
    (builder.merge(&first, &views), gaps)
}

/// What is known of the DNS host of a view, and the apex.
fn host_of(view: &View) -> Option<(&'static Host, Name)> {
    let host = view.host.as_ref().and_then(|host| hosts::named(&host.name).ok());
    host.zip(view.apex.clone())
}

/// What an input shows of a zone without knowing who serves it is served as that DNS host does where nothing else is asked.
fn serve(builder: &mut Builder, hosted: &HashMap<ViewId, (&'static Host, Name)>) {
    if hosted.is_empty() {
        return;
    }
    builder.serve_aliases(|view, owner, target| {
        let (host, apex) = hosted.get(&view)?;
        let within_zone = target.is_some_and(|target| target.is_within(apex));
        Some(hosts::served(Some(host), Cname { flattened: Some(false), at_apex: Some(owner == apex), within_zone }))
    });
}

/// The declaration that a view belongs to; those of one zone with one name are one.
fn declaration(view: &View, known: &Known, declared: &[DeclaredZone]) -> Option<usize> {
    let is_meant = |zone: &&DeclaredZone| {
        view.apex.as_ref() == Some(&zone.apex) && zone.ids.iter().any(|id| known.labels.contains(id.as_str()))
    };
    let zone = declared.iter().find(is_meant)?;
    declared.iter().position(|other| std::ptr::eq(other, zone) || other.is_one_with(zone))
}

impl Candidate {
    /// Whether nothing tells this view of a zone from another.
    fn is_one_with(&self, other: &Candidate) -> bool {
        if let (Some(one), Some(other)) = (self.declared, other.declared) {
            return one == other;
        }
        let hosts_differ = matches!((&self.view.host, &other.view.host), (Some(one), Some(other)) if one != other);
        let ids_differ = matches!((&self.view.id, &other.view.id), (Some(one), Some(other)) if one != other);
        let is_odd = self.is_odd || other.is_odd;
        self.view.private == other.view.private && !self.shares_input(other) && !hosts_differ && !ids_differ && !is_odd
    }

    /// Whether an input has both, and so tells them apart. Inputs that are read together do so by the identifiers of their
    /// zones, even if some are context.
    fn shares_input(&self, other: &Candidate) -> bool {
        if self.view.is_unnamed() || other.view.is_unnamed() {
            return self.known.inputs.iter().any(|one| other.known.inputs.iter().any(|other| one.is_read_with(*other)));
        }
        !self.known.inputs.is_disjoint(&other.known.inputs)
    }
}

/// The members in parts that hang together, in their order.
fn parts(members: &[usize], hang_together: impl Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for &member in members {
        let is_near = |part: &Vec<usize>| part.iter().any(|&other| hang_together(member, other));
        let (near, far): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_near);
        let mut part: Vec<usize> = near.into_iter().flatten().chain([member]).collect();
        part.sort_unstable();
        parts = far;
        parts.push(part);
    }
    parts
}

/// One view with what all know of it.
fn united(views: &[&View]) -> View {
    View {
        apex: views.iter().find_map(|view| view.apex.clone()),
        id: views.iter().find_map(|view| view.id.clone()),
        private: views.iter().any(|view| view.private),
        host: views.iter().find_map(|view| view.host.clone()),
    }
}

/// A gap if some of these views of one zone, which stay apart, may be one all the same, and that makes a difference: the
/// change touches a name that is an alias in one of them and has records in another.
fn doubt(builder: &Builder, apex: &Name, views: &[&Candidate]) -> Option<Gap> {
    let is_told = |one: &Candidate, other: &Candidate| {
        one.shares_input(other) || one.declared.is_some() && other.declared.is_some()
    };
    let has_doubt = |one: &&&Candidate| views.iter().any(|other| one.id != other.id && !is_told(one, other));
    let doubtful: Vec<&&Candidate> = views.iter().filter(has_doubt).collect();
    let ids: Vec<ViewId> = doubtful.iter().map(|candidate| candidate.id).collect();
    if ids.is_empty() {
        return None;
    }
    let mut by_owner: BTreeMap<&Name, Vec<(Side, &RecordSet)>> = BTreeMap::new();
    for (side, set) in builder.sets_of(&ids) {
        by_owner.entry(&set.owner).or_default().push((side, set));
    }
    let clash = |sets: &Vec<(Side, &'_ RecordSet)>| {
        let alias = sets.iter().position(|(_, set)| set.rtype == Rtype::Cname)?;
        let elsewhere = sets.iter().any(|(_, set)| set.view != sets[alias].1.view);
        (elsewhere && sets.iter().any(|(side, _)| *side != Side::Both)).then_some(alias)
    };
    let (sets, alias) = by_owner.values().find_map(|sets| Some((sets, clash(sets)?)))?;
    let alias = sets[alias].1;
    let zone = apex.unrooted();
    let labels = doubtful.iter().filter_map(|one| one.known.labels.first().or(one.view.id.as_ref()));
    let labels: BTreeSet<&str> = labels.map(|label| &**label).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let reason = format!(
        "several zones {zone} are in the inputs ({}), and nothing says whether they are one; `views` in zonegate.yaml does",
        labels.join(", ")
    );
    Some(Gap::new(&VIEW_AMBIGUOUS, reason, alias.records[0].place.clone()).about(vec![alias.owner.clone()]))
}
