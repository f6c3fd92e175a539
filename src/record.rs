//! Record sets, and the snapshot that holds all that is known of one side of a change.
//!
//! Past this line nobody knows what Terraform or YAML is.

use std::collections::HashMap;
use std::sync::Arc;

use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::source::Place;

/// One version of one zone: what some group of resolvers sees of it.
///
/// Private zones, zones of one name in several accounts, and split horizons are views of their own; records of
/// different views never conflict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct View {
    /// The name of the zone; none if the inputs give only an identifier of it.
    pub apex: Option<Name>,
    /// What tells this view from others of the same apex; none for the only public one.
    pub id: Option<Arc<str>>,
    /// Whether the view answers inside private networks only.
    pub private: bool,
    /// Who serves it, if the inputs say so.
    pub host: Option<Arc<DnsHost>>,
}

/// A view in the tables of a [`Snapshot`] and of the other side of the same change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(u32);

/// A DNS host: the service or the software that serves a zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DnsHost {
    /// As its own documentation spells it.
    pub name: String,
    /// What it does with a CNAME beside other data at one owner.
    pub conflict: Conflict,
    /// The record it offers at an apex in place of a CNAME, such as `an ALIAS record`.
    pub alias: Option<String>,
}

/// What a DNS host does with a CNAME beside other data at one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// It refuses the change, so that applying it fails half-way.
    Refused,
    /// It takes the update and silently drops the part that conflicts (RFC 2136 section 3.4.2.2).
    Ignored,
    /// It takes both and serves the CNAME.
    Accepted,
    /// Not known.
    Unknown,
}

/// What a resolver sees of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The record itself.
    AsIs,
    /// A CNAME that the DNS host proxies or flattens: resolvers see addresses at the owner, and no CNAME.
    Flattened,
    /// One or the other; the inputs do not tell.
    Unknown,
}

/// One record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its data.
    pub rdata: Rdata,
    /// Seconds; none if not given or not known.
    pub ttl: Option<u32>,
    /// What a resolver sees of it.
    pub served: Served,
    /// Where its data stands in the input, or its owner if the data is not known.
    pub place: Place,
}

impl Record {
    fn same_answer(&self, other: &Record) -> bool {
        self.rdata == other.rdata && self.ttl == other.ttl && self.served == other.served
    }
}

/// The records of one owner and type in one view.
#[derive(Clone, Debug)]
pub struct RecordSet {
    /// The view.
    pub view: ViewId,
    /// The name that holds the records.
    pub owner: Name,
    /// Their type.
    pub rtype: Rtype,
    /// Which of several weighted, geographic or fail-over versions this is; all of them are one logical set.
    pub variant: Option<Arc<str>>,
    /// The records; never none.
    pub records: Vec<Record>,
}

impl RecordSet {
    /// Whether both sets answer alike, wherever they are written and in whatever order.
    pub fn same_answer(&self, other: &RecordSet) -> bool {
        let within = |some: &[Record], all: &[Record]| {
            some.iter().enumerate().all(|(at, record)| {
                all.get(at).is_some_and(|twin| record.same_answer(twin))
                    || all.iter().any(|one| record.same_answer(one))
            })
        };
        within(&self.records, &other.records) && within(&other.records, &self.records)
    }

    /// What makes a set the same set on both sides; snapshots are sorted by it.
    pub fn key(&self) -> (ViewId, &Name, &Rtype, Option<&str>) {
        (self.view, &self.owner, &self.rtype, self.variant.as_deref())
    }
}

/// All that the inputs say of one side of a change.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    views: Arc<[View]>,
    /// Whether each view is known whole: what is not here does not exist.
    whole: Vec<bool>,
    /// By view, then owner from the root down, then type: all names below a name follow it.
    sets: Vec<Arc<RecordSet>>,
    /// The owners of MX records, by exchange.
    exchanges: HashMap<Name, Vec<(ViewId, Name)>>,
    by_apex: HashMap<Name, Vec<ViewId>>,
}

/// A name in a view, with the record sets it owns on one side (RFC 1034 section 3.1).
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// The view.
    pub view: ViewId,
    /// The name.
    pub name: &'a Name,
    /// Its record sets, by type; none if nothing stands at the name.
    pub sets: &'a [Arc<RecordSet>],
}

impl<'a> Node<'a> {
    /// The records of one type, whatever their variant.
    pub fn records(&self, rtype: &Rtype) -> impl Iterator<Item = &'a Record> + use<'a> {
        let rtype = rtype.clone();
        self.sets.iter().filter(move |set| set.rtype == rtype).flat_map(|set| &set.records)
    }

    /// The CNAMEs that resolvers see here, or may see.
    pub fn cnames(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.records(&Rtype::Cname).filter(|record| record.served != Served::Flattened)
    }

    /// The MX records that name an exchange, or may name one.
    pub fn mx(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.records(&Rtype::Mx).filter(|record| !record.rdata.is_null_mx())
    }

    /// The null MX (RFC 7505).
    pub fn null_mx(&self) -> Option<&'a Record> {
        self.records(&Rtype::Mx).find(|record| record.rdata.is_null_mx())
    }

    /// The records that answer address queries at this very name: addresses, aliases of the DNS host, flattened CNAMEs.
    pub fn addresses(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        let sets = self.sets.iter();
        sets.flat_map(|set| {
            let all = set.rtype.is_address();
            let flattened = set.rtype == Rtype::Cname;
            set.records.iter().filter(move |record| all || flattened && record.served == Served::Flattened)
        })
    }
}

impl Snapshot {
    /// The views that either side of the change knows.
    pub fn views(&self) -> impl Iterator<Item = (ViewId, &View)> {
        (0..).map(ViewId).zip(self.views.iter())
    }

    /// The view with this id.
    pub fn view(&self, id: ViewId) -> &View {
        &self.views[id.0 as usize]
    }

    /// Whether everything in the view is known, so that what is not here does not exist.
    pub fn is_whole(&self, view: ViewId) -> bool {
        self.whole[view.0 as usize]
    }

    /// All record sets, by view, owner and type.
    pub fn sets(&self) -> &[Arc<RecordSet>] {
        &self.sets
    }

    /// What stands at a name, whether anything does or not. Wildcards are not expanded; see [`Snapshot::answering`].
    pub fn node<'a>(&'a self, view: ViewId, name: &'a Name) -> Node<'a> {
        let from = self.position(view, name);
        let count = self.sets[from..].iter().take_while(|set| set.view == view && set.owner == *name).count();
        Node { view, name, sets: &self.sets[from..from + count] }
    }

    /// The owners of MX records that name this exchange, and the views they stand in.
    pub fn mail_owners(&self, exchange: &Name) -> &[(ViewId, Name)] {
        self.exchanges.get(exchange).map_or(&[], Vec::as_slice)
    }

    /// Whether the name or anything below it owns a record (RFC 4592 section 2.2.3: empty non-terminals exist).
    pub fn exists(&self, view: ViewId, name: &Name) -> bool {
        let next = self.sets.get(self.position(view, name));
        next.is_some_and(|set| set.view == view && set.owner.is_within(name))
    }

    /// The owner whose records answer for a name: itself, or the wildcard at its closest encloser (RFC 4592 section
    /// 3.3.1); none if the view holds neither.
    pub fn answering(&self, view: ViewId, name: &Name) -> Option<Name> {
        if self.exists(view, name) {
            return Some(name.clone());
        }
        let encloser = name.ancestors().skip(1).find(|ancestor| self.exists(view, ancestor))?;
        let wildcard = encloser.child("*").ok()?;
        self.exists(view, &wildcard).then_some(wildcard)
    }

    /// The views that a resolver would ask for a name that a record of `from` points at: those with the longest apex
    /// above it; `from` alone if it is one of them. Other private views are never asked.
    pub fn views_for(&self, name: &Name, from: ViewId) -> Vec<ViewId> {
        for ancestor in name.ancestors() {
            let Some(views) = self.by_apex.get(&ancestor) else { continue };
            if views.contains(&from) {
                return vec![from];
            }
            let public: Vec<ViewId> = views.iter().copied().filter(|&view| !self.view(view).private).collect();
            if !public.is_empty() {
                return public;
            }
        }
        // A zone whose name is not known may hold the name all the same.
        if self.view(from).apex.is_none() { vec![from] } else { Vec::new() }
    }

    fn position(&self, view: ViewId, name: &Name) -> usize {
        self.sets.partition_point(|set| (set.view, &set.owner) < (view, name))
    }

    fn new(views: Arc<[View]>, whole: Vec<bool>, sets: Vec<Arc<RecordSet>>) -> Snapshot {
        let mut exchanges: HashMap<Name, Vec<(ViewId, Name)>> = HashMap::new();
        for set in sets.iter().filter(|set| set.rtype == Rtype::Mx) {
            for exchange in set.records.iter().filter_map(|record| record.rdata.exchange()) {
                let owners = exchanges.entry(exchange.clone()).or_default();
                if owners.last().is_none_or(|(view, owner)| (*view, owner) != (set.view, &set.owner)) {
                    owners.push((set.view, set.owner.clone()));
                }
            }
        }
        let mut by_apex: HashMap<Name, Vec<ViewId>> = HashMap::new();
        for (id, view) in (0..).map(ViewId).zip(views.iter()) {
            if let Some(apex) = &view.apex {
                by_apex.entry(apex.clone()).or_default().push(id);
            }
        }
        Snapshot { views, whole, sets, exchanges, by_apex }
    }
}

/// Which side of the change a record stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before the change only.
    Before,
    /// After the change only.
    After,
    /// On both, unchanged.
    Both,
}

impl Side {
    /// Whether this includes the state before the change.
    pub fn is_before(self) -> bool {
        self != Side::After
    }

    /// Whether this includes the state after the change.
    pub fn is_after(self) -> bool {
        self != Side::Before
    }
}

/// Collects records from all inputs into the two snapshots of a change.
#[derive(Debug, Default)]
pub struct Builder {
    views: Vec<View>,
    whole_before: Vec<bool>,
    whole_after: Vec<bool>,
    sets: Vec<(Side, RecordSet)>,
}

impl Builder {
    /// The id of a view; the same view always gets the same id.
    pub fn view(&mut self, view: View) -> ViewId {
        let at = self.views.iter().position(|known| *known == view).unwrap_or_else(|| {
            self.views.push(view);
            self.whole_before.push(false);
            self.whole_after.push(false);
            self.views.len() - 1
        });
        ViewId(u32::try_from(at).expect("fewer views than bytes"))
    }

    /// Says that everything in the view is known on these sides.
    pub fn mark_whole(&mut self, view: ViewId, side: Side) {
        self.whole_before[view.0 as usize] |= side.is_before();
        self.whole_after[view.0 as usize] |= side.is_after();
    }

    /// Adds records. Sets of one owner, type and variant join, as most inputs make each record a thing of its own.
    pub fn add(&mut self, side: Side, set: RecordSet) {
        self.sets.push((side, set));
    }

    /// The two sides. A set that is unchanged is shared between them.
    pub fn finish(mut self) -> (Snapshot, Snapshot) {
        self.sets.sort_by(|(_, one), (_, other)| one.key().cmp(&other.key()));
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut rest = self.sets.into_iter().peekable();
        while let Some(first) = rest.next() {
            let mut group = vec![first];
            while let Some(next) = rest.next_if(|(_, set)| set.key() == group[0].1.key()) {
                group.push(next);
            }
            if group.iter().all(|(side, _)| *side == Side::Both) {
                let shared = Arc::new(join(group.into_iter().map(|(_, set)| set)).expect("a group has a set"));
                before.push(Arc::clone(&shared));
                after.push(shared);
            } else {
                let on = |wanted: fn(Side) -> bool| group.iter().filter(move |(side, _)| wanted(*side));
                before.extend(join(on(Side::is_before).map(|(_, set)| set.clone())).map(Arc::new));
                after.extend(join(on(Side::is_after).map(|(_, set)| set.clone())).map(Arc::new));
            }
        }
        let views: Arc<[View]> = self.views.into();
        (Snapshot::new(Arc::clone(&views), self.whole_before, before), Snapshot::new(views, self.whole_after, after))
    }
}

/// One set with the records of all.
fn join(sets: impl IntoIterator<Item = RecordSet>) -> Option<RecordSet> {
    sets.into_iter().reduce(|mut joined, set| {
        joined.records.extend(set.records);
        joined
    })
}
