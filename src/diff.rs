//! What a change does: the two sides, and the record sets in which they differ.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::record::{RecordSet, Snapshot};

/// The two sides of a change.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// What is served before it.
    pub before: Snapshot,
    /// What would be served after it.
    pub after: Snapshot,
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
    /// The sets that differ, in the order of snapshots.
    pub fn changes(&self) -> Vec<Change<'_>> {
        let mut changes = Vec::new();
        let (mut before, mut after) = (self.before.sets(), self.after.sets());
        loop {
            let order = match (before.first(), after.first()) {
                (None, None) => return changes,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) if Arc::ptr_eq(one, other) => Ordering::Equal,
                (Some(one), Some(other)) => one.key().cmp(&other.key()),
            };
            match order {
                Ordering::Less => changes.push(Change::Removed(&before[0])),
                Ordering::Greater => changes.push(Change::Added(&after[0])),
                Ordering::Equal if Arc::ptr_eq(&before[0], &after[0]) || before[0].same_answer(&after[0]) => {}
                Ordering::Equal => changes.push(Change::Altered { before: &before[0], after: &after[0] }),
            }
            before = &before[usize::from(order.is_le())..];
            after = &after[usize::from(order.is_ge())..];
        }
    }
}
