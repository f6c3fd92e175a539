//! What a change does: the two sides, the record sets in which they differ, and the operations that carry it out.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{RecordSet, Side, Snapshot, View, ViewId};
use crate::source::Place;

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
    /// By view, then owner.
    operations: Vec<Operation>,
}

/// What is done to one record set by one step of carrying the change out. Each step handles one object, which may hold
/// several sets, or one set before and another after; nothing puts steps together, so that each can fail alone.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The view.
    pub view: ViewId,
    /// The owner of the set.
    pub owner: Name,
    /// Its type.
    pub rtype: Rtype,
    /// Where the object holds the set: before the step, or after it; on both sides if it is let go of and stays.
    pub side: Side,
    /// What becomes of the object.
    pub way: Way,
    /// Whether what others have put there is overwritten.
    pub overwrites: bool,
    /// The object as a whole, which tells the operations of one step from those of others.
    pub object: Place,
}

/// What a step does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is made.
    Created,
    /// It is removed.
    Deleted,
    /// It is altered where it stands.
    InPlace,
    /// It is removed, and another one is made then.
    DeletedFirst,
    /// Another one is made, and it is removed then.
    CreatedFirst,
    /// It stays in DNS, and nobody looks after it any more.
    Forgotten,
}

impl Operation {
    /// Whether both are done in one step.
    pub fn is_one_with(&self, other: &Operation) -> bool {
        self.object.span.is_same(other.object.span)
    }

    /// Whether its step takes the set away.
    pub fn removes(&self) -> bool {
        self.side == Side::Before
    }

    /// Whether its step puts the set there.
    pub fn makes(&self) -> bool {
        self.side == Side::After
    }
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
        Diff { before, after, differing, zones, operations: Vec::new() }
    }

    /// The same change, carried out by these operations.
    #[must_use]
    pub fn carried_out_by(mut self, mut operations: Vec<Operation>) -> Diff {
        operations.sort_by(|one, other| (one.view, &one.owner).cmp(&(other.view, &other.owner)));
        self.operations = operations;
        self
    }

    /// All operations, by view and owner.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations at a name.
    pub fn operations_at(&self, view: ViewId, owner: &Name) -> &[Operation] {
        let from = self.operations.partition_point(|one| (one.view, &one.owner) < (view, owner));
        let here = |one: &&Operation| (one.view, &one.owner) == (view, owner);
        &self.operations[from..][..self.operations[from..].iter().take_while(here).count()]
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
