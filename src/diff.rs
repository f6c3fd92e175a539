//! What a change does: the two sides, and the record sets in which they differ.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::record::{RecordSet, Snapshot, View, ViewId};

/// The two sides of a change, and where they differ, which is worked out once.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// What is served before it.
    pub before: Snapshot,
    /// What would be served after it.
    pub after: Snapshot,
    /// The sets that differ, by their numbers in the sides.
    differing: Vec<Differing>,
    zones: usize,
}

/// [`Change`] by the numbers of the sets before and after.
#[derive(Clone, Copy, Debug)]
enum Differing {
    Added(usize),
    Removed(usize),
    Altered(usize, usize),
}

/// One record set that differs between the sides.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Only after.
    Added(&'a RecordSet),
    /// Only before.
    Removed(&'a RecordSet),
    /// On both sides, with another answer, time to live or way of being served.
    Altered {
        /// The set before.
        before: &'a RecordSet,
        /// The set after.
        after: &'a RecordSet,
    },
}

impl<'a> Change<'a> {
    /// The set as it is after the change.
    pub fn after(self) -> Option<&'a RecordSet> {
        match self {
            Change::Added(after) | Change::Altered { after, .. } => Some(after),
            Change::Removed(_) => None,
        }
    }

    /// The sets on either side.
    pub fn sets(self) -> impl Iterator<Item = &'a RecordSet> {
        let (one, other) = match self {
            Change::Added(set) | Change::Removed(set) => (set, None),
            Change::Altered { before, after } => (before, Some(after)),
        };
        std::iter::once(one).chain(other)
    }
}

impl Diff {
    /// The change from one side to the other, both of one [`Builder`](crate::record::Builder). All sets are looked at here,
    /// and never again: what comes later costs as the change.
    pub fn new(before: Snapshot, after: Snapshot) -> Diff {
        let differing = differing(before.sets(), after.sets());
        let holds = |(view, _): &(ViewId, &View)| !before.is_empty(*view) || !after.is_empty(*view);
        let zones = after.views().filter(|view| view.1.apex.is_some() || holds(view)).count();
        Diff { before, after, differing, zones }
    }

    /// The sets that differ, in the order of snapshots.
    pub fn changes(&self) -> impl ExactSizeIterator<Item = Change<'_>> {
        let (before, after) = (self.before.sets(), self.after.sets());
        self.differing.iter().map(move |differing| match *differing {
            Differing::Added(at) => Change::Added(&after[at]),
            Differing::Removed(at) => Change::Removed(&before[at]),
            Differing::Altered(one, other) => Change::Altered { before: &before[one], after: &after[other] },
        })
    }

    /// How many views have a name or hold records.
    pub fn zones(&self) -> usize {
        self.zones
    }
}

/// The sets in which two sides differ, in their order.
fn differing(before: &[Arc<RecordSet>], after: &[Arc<RecordSet>]) -> Vec<Differing> {
    let mut differing = Vec::new();
    let (mut one, mut other) = (0, 0);
    loop {
        let order = match (before.get(one), after.get(other)) {
            (None, None) => return differing,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) if Arc::ptr_eq(before, after) => Ordering::Equal,
            (Some(before), Some(after)) => before.key().cmp(&after.key()),
        };
        match order {
            Ordering::Less => differing.push(Differing::Removed(one)),
            Ordering::Greater => differing.push(Differing::Added(other)),
            Ordering::Equal if Arc::ptr_eq(&before[one], &after[other]) || before[one].same_answer(&after[other]) => {}
            Ordering::Equal => differing.push(Differing::Altered(one, other)),
        }
        one += usize::from(order.is_le());
        other += usize::from(order.is_ge());
    }
}
