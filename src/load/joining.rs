//! Which views of different inputs are one. Inputs that describe one public zone do, unless something tells them apart: one
//! input that has several zones of the name, DNS hosts that differ, or what people declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::gap::{Gap, VIEW_AMBIGUOUS};
use crate::load::DeclaredZone;
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
}

/// Joins the views that are one. Returns the new id of each, and a gap for each zone of which that cannot be told and
/// makes a difference.
pub fn join(builder: &mut Builder, declared: &[DeclaredZone]) -> (Vec<ViewId>, Vec<Gap>) {
    let candidates: Vec<Candidate> = builder
        .views()
        .map(|(id, view, known)| {
            let declared = declaration(view, known, declared);
            Candidate { id, view: view.clone(), known: known.clone(), declared }
        })
        .collect();
    let mut zones: BTreeMap<&Name, Vec<usize>> = BTreeMap::new();
    for (at, Candidate { view, declared, .. }) in candidates.iter().enumerate() {
        if let Some(apex) = view.apex.as_ref().filter(|_| !view.private || declared.is_some()) {
            zones.entry(apex).or_default().push(at);
        }
    }
    let mut first: Vec<ViewId> = candidates.iter().map(|candidate| candidate.id).collect();
    let mut views: Vec<View> = candidates.iter().map(|candidate| candidate.view.clone()).collect();
    let mut gaps = Vec::new();
    for members in zones.values().filter(|members| members.len() > 1) {
        let are_one = |one: usize, other: usize| candidates[one].is_one_with(&candidates[other]);
        let mut separate = Vec::new();
        for part in parts(members, are_one) {
            if part.iter().all(|&one| part.iter().all(|&other| one == other || are_one(one, other))) {
                views[part[0]] = united(&part.iter().map(|&at| &candidates[at].view).collect::<Vec<_>>());
                for &at in &part {
                    first[at] = candidates[part[0]].id;
                }
                separate.push(&candidates[part[0]]);
            } else {
                separate.extend(part.iter().map(|&at| &candidates[at]));
            }
        }
        gaps.extend(doubt(builder, &separate));
    }
    (builder.merge(&first, &views), gaps)
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
        self.view.private == other.view.private && !self.shares_input(other) && !hosts_differ && !ids_differ
    }

    /// Whether an input has both, and so tells them apart.
    fn shares_input(&self, other: &Candidate) -> bool {
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
fn doubt(builder: &Builder, views: &[&Candidate]) -> Option<Gap> {
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
    let zone = views[0].view.apex.as_ref().map(Name::unrooted).unwrap_or_default();
    let labels: BTreeSet<&str> =
        doubtful.iter().filter_map(|candidate| candidate.known.labels.first()).map(|label| &**label).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let reason = format!(
        "several zones {zone} are in the inputs ({}), and nothing says whether they are one; `views` in zonegate.yaml does",
        labels.join(", ")
    );
    Some(Gap::new(&VIEW_AMBIGUOUS, reason, alias.records[0].place.clone()).about(vec![alias.owner.clone()]))
}
