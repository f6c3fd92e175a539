//! Record sets, and the snapshot that holds all that is known of one side of a change.
//!
//! Past this line nobody knows what Terraform or YAML is.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::mta_sts::Policy;
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::source::Place;
use crate::spf;

/// One version of one zone: what some group of resolvers sees of it.
///
/// Private zones, zones of one name in several accounts, and split horizons are views of their own; records of
/// different views never conflict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl View {
    /// Whether this is a public zone of which only an identifier is known.
    pub fn is_unnamed(&self) -> bool {
        self.apex.is_none() && !self.private
    }
}

/// A view in the tables of a [`Snapshot`] and of the other side of the same change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(u32);

impl ViewId {
    /// Its place among all views.
    pub fn number(self) -> usize {
        self.0 as usize
    }
}

/// A DNS host: the service or the software that serves a zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsHost {
    /// As its own documentation spells it.
    pub name: String,
    /// What it does with a CNAME beside other data at one owner.
    pub conflict: Conflict,
    /// The record it offers at an apex in place of a CNAME, such as `an ALIAS record`.
    pub alias: Option<String>,
    /// What it does with records of type ALIAS or ANAME.
    pub alias_records: Support,
    /// What it does with the null MX (RFC 7505).
    pub null_mx: Support,
}

/// What a DNS host does with records of some kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Support {
    /// It refuses them, or they are not written to it.
    Refused,
    /// It serves them.
    Accepted,
    /// Not known.
    Unknown,
}

/// What a DNS host does with a CNAME beside other data at one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A CNAME that the DNS host flattens: resolvers see the addresses of its target at the owner, and no CNAME.
    Flattened,
    /// An address or a CNAME that the DNS host proxies: resolvers see addresses of its proxy.
    Proxied,
    /// One or the other; the inputs do not tell.
    Unknown,
}

impl Served {
    /// Whether resolvers see addresses where a CNAME is written.
    pub fn is_flattened(self) -> bool {
        matches!(self, Served::Flattened | Served::Proxied)
    }
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
    /// Whether the host in its data was written without a final dot where not all readers take that for the whole name.
    pub unrooted: bool,
    /// Where its data stands in the input, or its owner if the data is not known.
    pub place: Place,
}

impl Record {
    /// The presentation form of its data, as the input has it: a host without its final dot stays so.
    pub fn text(&self) -> String {
        let mut text = self.rdata.to_string();
        if self.unrooted {
            text.pop();
        }
        text
    }

    fn same_answer(&self, other: &Record) -> bool {
        (&self.rdata, self.ttl, self.served, self.unrooted) == (&other.rdata, other.ttl, other.served, other.unrooted)
    }
}

/// Something that an input says in words that its reader takes otherwise, so that the records are not what people see
/// written.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The view.
    pub view: ViewId,
    /// The name whose records are concerned.
    pub owner: Name,
    /// What is taken otherwise.
    pub what: Misread,
    /// Where it is written.
    pub place: Place,
}

/// How words are taken otherwise than they look.
#[derive(Clone, Debug)]
pub enum Misread {
    /// An entry that counts for nothing, since the same key comes again later.
    Hidden {
        /// The key, as it is written.
        key: String,
        /// The types of the records that are lost; none if the key is one within a record.
        types: Vec<Rtype>,
        /// The entry that counts.
        by: Place,
    },
    /// A name that its reader takes for a number, a date or a word of its own.
    Rewritten {
        /// The name, as it is written.
        written: String,
    },
}

impl Misread {
    /// The types of the records that are lost; none if none is, but the name is another.
    pub fn lost(&self) -> Option<&[Rtype]> {
        match self {
            Misread::Hidden { types, .. } => Some(types),
            Misread::Rewritten { .. } => None,
        }
    }
}

/// What the thing that writes some records takes for its own, so that nobody else should write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Its records, beside which others may stand.
    Records,
    /// All records of the owner and type, whoever put them there.
    Set,
}

/// Records that several things write, each as if it alone did.
#[derive(Clone, Debug)]
pub struct Contest {
    /// The view.
    pub view: ViewId,
    /// The owner of the records.
    pub owner: Name,
    /// Their type.
    pub rtype: Rtype,
    /// Where each of the things says so; at least two, those that the change brings first.
    pub holders: Vec<Place>,
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

    /// The names that its records refer to.
    pub fn references(&self) -> impl Iterator<Item = (Reference, Cow<'_, Name>)> {
        let senders = self.sender_names().map(|name| (Reference::Sender, Cow::Owned(name)));
        let named = self.records.iter().filter_map(|record| match &record.rdata {
            Rdata::Mx { exchange, .. } if !exchange.is_root() => Some((Reference::Exchange, exchange)),
            Rdata::Cname(target) | Rdata::Alias(target) => Some((Reference::Alias, target)),
            Rdata::Srv { target, .. } if !target.is_root() => Some((Reference::Service, target)),
            Rdata::Host(host) if self.rtype == Rtype::Ns => Some((Reference::NameServer, host)),
            Rdata::Host(host) if self.rtype == Rtype::Ptr => Some((Reference::Pointer, host)),
            Rdata::Host(target) if self.rtype == Rtype::Dname => Some((Reference::Subtree, target)),
            _ => None,
        });
        named.map(|(way, name)| (way, Cow::Borrowed(name))).chain(senders)
    }

    /// The names whose records tell who may send by its SPF records.
    fn sender_names(&self) -> impl Iterator<Item = Name> {
        let texts = self.records.iter().filter_map(|record| match &record.rdata {
            Rdata::Text(text) if self.rtype == Rtype::Txt => Some((text, record)),
            _ => None,
        });
        // Most texts need not be put together to see that they are no records.
        let likely = texts.filter(|(text, _)| text.trim_start_matches(['"', ' ']).starts_with(['v', 'V']));
        let texts = likely.filter_map(|(_, record)| record.rdata.joined_text());
        texts.flat_map(|text| spf::names(&self.owner, &text))
    }

    /// Where it stands.
    fn host(&self) -> (ViewId, &Name) {
        (self.view, &self.owner)
    }

    /// What makes a set the same set on both sides; snapshots are sorted by it.
    pub fn key(&self) -> (ViewId, &Name, &Rtype, Option<&str>) {
        (self.view, &self.owner, &self.rtype, self.variant.as_deref())
    }
}

/// In what way a record refers to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An MX names it as the host that takes mail.
    Exchange,
    /// An alias leads to it, or one that the DNS host resolves by itself.
    Alias,
    /// An SRV names it as the host that offers a service.
    Service,
    /// An NS names it as a server of a zone.
    NameServer,
    /// A PTR names it as the host of an address.
    Pointer,
    /// A DNAME leads the names below its own to those below this one (RFC 6672 section 2.2).
    Subtree,
    /// An SPF record leaves to its records who may send (RFC 7208 sections 5 and 6).
    Sender,
}

impl Reference {
    /// Every way.
    const ALL: [Reference; 7] = [
        Reference::Exchange,
        Reference::Alias,
        Reference::Service,
        Reference::NameServer,
        Reference::Pointer,
        Reference::Subtree,
        Reference::Sender,
    ];
}

/// Who refers to which names.
#[derive(Clone, Debug, Default)]
struct References {
    /// The names that are referred to, sorted, each with the end of its owners.
    names: Vec<(Name, usize)>,
    /// The owners of records that refer to a name, each with its view.
    owners: Vec<(ViewId, Name)>,
}

/// All that the inputs say of one side of a change.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    views: Arc<[View]>,
    /// Whether each view is known whole: what is not here does not exist.
    whole: Vec<bool>,
    /// Whether each view holds no record.
    empty: Vec<bool>,
    /// Whether others may be asked for a name that each view holds: those of child zones, or of any zone if it has no name.
    has_others_below: Vec<bool>,
    /// By view, then owner from the root down, then type: all names below a name follow it.
    sets: Vec<Arc<RecordSet>>,
    record_count: usize,
    /// By view, then owner.
    slips: Vec<Slip>,
    /// The owners of records that refer to a name, by the way they do, in the order of [`Reference`].
    references: [References; Reference::ALL.len()],
    by_apex: HashMap<Name, Vec<ViewId>>,
    /// Where views hand over to others; those that do not are left out.
    cuts: HashMap<ViewId, HashMap<Name, Cut>>,
    /// The public views without a name that hold records of an owner.
    unnamed: HashMap<Name, Vec<ViewId>>,
    /// The MTA-STS policies of domains.
    policies: Vec<(Name, Policy)>,
    /// By view, then owner, then type.
    contests: Vec<Contest>,
}

/// In what way a zone hands over the names below one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// To a child zone, by NS below the apex (RFC 1034 section 4.2.1).
    Delegation,
    /// To another name, by a DNAME (RFC 6672 section 2.3).
    Dname,
}

/// What a zone has to say of a name (RFC 1034 section 4.3.2, RFC 4592 section 3.3, RFC 6672 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What the name itself owns, which is nothing if it only has names below it (RFC 4592 section 2.2.2).
    Own,
    /// The records of this wildcard, at the closest encloser of the name.
    Wildcard(Name),
    /// An alias, made of the DNAME at this name above (RFC 6672 section 3.1).
    Dname(Name),
    /// A referral to the servers of the child zone at this name, or at this name above.
    Delegation(Name),
    /// That the name does not exist.
    Nothing,
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
    /// What is written of it in words that their reader takes otherwise.
    pub slips: &'a [Slip],
}

impl<'a> Node<'a> {
    /// The records of one type, whatever their variant.
    pub fn records(&self, rtype: &Rtype) -> impl Iterator<Item = &'a Record> + use<'a> {
        let rtype = rtype.clone();
        self.sets.iter().filter(move |set| set.rtype == rtype).flat_map(|set| &set.records)
    }

    /// The CNAMEs that resolvers see here, or may see.
    pub fn cnames(&self) -> impl Iterator<Item = &'a Record> + use<'a> {
        self.records(&Rtype::Cname).filter(|record| !record.served.is_flattened())
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
            set.records.iter().filter(move |record| all || flattened && record.served.is_flattened())
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

    /// The MTA-STS policies that the inputs hold, each with its domain.
    pub fn policies(&self) -> &[(Name, Policy)] {
        &self.policies
    }

    /// The MTA-STS policy of a domain.
    pub fn policy(&self, domain: &Name) -> Option<&Policy> {
        self.policies.iter().find(|(name, _)| name == domain).map(|(_, policy)| policy)
    }

    /// How many records there are.
    pub fn record_count(&self) -> usize {
        self.record_count
    }

    /// All slips, by view and owner.
    pub fn slips(&self) -> &[Slip] {
        &self.slips
    }

    /// All records that several things write, by view, owner and type.
    pub fn contests(&self) -> &[Contest] {
        &self.contests
    }

    /// Those of one name.
    pub fn contests_at(&self, view: ViewId, name: &Name) -> &[Contest] {
        let from = self.contests.partition_point(|contest| (contest.view, &contest.owner) < (view, name));
        let count = self.contests[from..].partition_point(|contest| contest.view == view && contest.owner == *name);
        &self.contests[from..from + count]
    }

    /// What stands at a name, whether anything does or not. Wildcards are not expanded; see [`Snapshot::answering`].
    pub fn node<'a>(&'a self, view: ViewId, name: &'a Name) -> Node<'a> {
        let slips = self.slips.partition_point(|slip| (slip.view, &slip.owner) < (view, name));
        let slip_count = self.slips[slips..].iter().take_while(|slip| slip.view == view && slip.owner == *name).count();
        let slips = &self.slips[slips..slips + slip_count];
        Node { view, name, sets: self.sets_at(view, name), slips }
    }

    /// The record sets of a name, by type.
    pub fn sets_at(&self, view: ViewId, name: &Name) -> &[Arc<RecordSet>] {
        let from = self.position(view, name);
        let count = self.sets[from..].iter().take_while(|set| set.view == view && set.owner == *name).count();
        &self.sets[from..from + count]
    }

    /// Whether each of these, which are sorted, owns a record set.
    pub fn own_sets(&self, hosts: &[(ViewId, Name)]) -> Vec<bool> {
        let mut rest = &self.sets[..];
        let owns = hosts.iter().map(|(view, name)| {
            // Most are not far from the one before.
            let is_before = |set: &Arc<RecordSet>| set.host() < (*view, name);
            let mut reach = 1;
            while rest.get(reach).is_some_and(is_before) {
                reach *= 2;
            }
            let near = &rest[..rest.len().min(reach + 1)];
            rest = &rest[near.partition_point(is_before)..];
            rest.first().is_some_and(|set| set.host() == (*view, name))
        });
        owns.collect()
    }

    /// The owners of MX records that name this exchange, and the views they stand in.
    pub fn mail_owners(&self, exchange: &Name) -> &[(ViewId, Name)] {
        self.referring(Reference::Exchange, exchange)
    }

    /// The owners of records that refer to a name in one way and whose readers may look for it in a view: the view's own,
    /// unless it is one that others ask for the name (see [`Snapshot::views_for`]).
    pub fn referring_from(&self, way: Reference, view: ViewId, name: &Name) -> &[(ViewId, Name)] {
        let owners = self.referring(way, name);
        let asked = self.view(view);
        let may_hold = match &asked.apex {
            Some(apex) => name.is_within(apex),
            None => self.unnamed.get(name).is_some_and(|views| views.contains(&view)),
        };
        if may_hold && !asked.private {
            return owners;
        }
        let from = owners.partition_point(|(other, _)| *other < view);
        let count = owners[from..].partition_point(|(other, _)| *other == view);
        &owners[from..from + count]
    }

    /// The owners of aliases that lead straight to this name, and the views they stand in; aliases that the DNS host
    /// resolves are among them.
    pub fn aliases_of(&self, target: &Name) -> &[(ViewId, Name)] {
        self.referring(Reference::Alias, target)
    }

    /// The owners of records that refer to this name in one way, and the views they stand in.
    pub fn referring(&self, way: Reference, name: &Name) -> &[(ViewId, Name)] {
        self.references[way as usize].to(name)
    }

    /// The names at or below this one that records refer to, each with the owners that do in one way.
    pub fn referred_within<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = (&'a Name, &'a [(ViewId, Name)])> {
        self.references.iter().flat_map(|references| references.within(name))
    }

    /// The record sets of a name and of everything below it.
    pub fn within(&self, view: ViewId, name: &Name) -> &[Arc<RecordSet>] {
        let from = self.position(view, name);
        let count = self.sets[from..].partition_point(|set| set.view == view && set.owner.is_within(name));
        &self.sets[from..from + count]
    }

    /// Whether the name or anything below it owns a record (RFC 4592 section 2.2.3: empty non-terminals exist).
    pub fn exists(&self, view: ViewId, name: &Name) -> bool {
        let first = self.sets.get(self.position(view, name));
        first.is_some_and(|set| set.view == view && set.owner.is_within(name))
    }

    /// The longest existing name that a name is within: itself if it exists, else its closest encloser (RFC 4592 section
    /// 3.3.1).
    pub fn closest_encloser(&self, view: ViewId, name: &Name) -> Name {
        // Of the names in order, one of the two beside it shares the most labels with it.
        let at = self.position(view, name);
        let beside = self.sets[at.saturating_sub(1)..].iter().take(2).filter(|set| set.view == view);
        let shared = beside.map(|set| name.common_ancestor(&set.owner));
        shared.reduce(|one, other| if one.is_within(&other) { one } else { other }).unwrap_or_else(Name::root)
    }

    /// What a view has to say of a name.
    pub fn answer(&self, view: ViewId, name: &Name) -> Answer {
        match self.cut(view, name) {
            Some((cut, Cut::Delegation)) => return Answer::Delegation(cut.clone()),
            Some((cut, Cut::Dname)) => return Answer::Dname(cut.clone()),
            None => {}
        }
        let encloser = self.closest_encloser(view, name);
        if encloser == *name {
            return Answer::Own;
        }
        let wildcard = encloser.child("*").ok().filter(|wildcard| self.exists(view, wildcard));
        wildcard.map_or(Answer::Nothing, Answer::Wildcard)
    }

    /// The highest name within the zone, at the name or above it, at which the zone hands over: all that stands lower down
    /// is occluded (RFC 5936 section 3.5, RFC 6672 section 2.4). NS say more than a DNAME at the same name.
    fn cut(&self, view: ViewId, name: &Name) -> Option<(&Name, Cut)> {
        let cuts = self.cuts.get(&view)?;
        let known = name.keys_of_ancestors().filter_map(|key| cuts.get_key_value(key));
        let here = |(owner, cut): &(&Name, &Cut)| **cut == Cut::Delegation || *owner != name;
        known.filter(here).last().map(|(owner, cut)| (owner, *cut))
    }

    /// The delegation within the zone, at the name or above it, that hands it to a child zone: all but NS and DS is
    /// answered there (RFC 1034 section 4.2.1, RFC 2181 section 6.1).
    pub fn delegation(&self, view: ViewId, name: &Name) -> Option<Name> {
        self.cut(view, name).filter(|(_, cut)| *cut == Cut::Delegation).map(|(owner, _)| owner.clone())
    }

    /// The owners of DNAMEs that lead the names below them elsewhere.
    pub fn dnames(&self) -> impl Iterator<Item = (ViewId, &Name)> {
        let all = self.cuts.iter().flat_map(|(view, cuts)| cuts.iter().map(move |(name, cut)| (*view, name, cut)));
        all.filter(|(.., cut)| **cut == Cut::Dname).map(|(view, name, _)| (view, name))
    }

    /// The apex of each zone, with the views of every zone above it.
    pub fn child_zones(&self) -> impl Iterator<Item = (ViewId, &Name)> {
        self.views().filter_map(|(_, view)| view.apex.as_ref()).flat_map(|apex| {
            let above = apex.keys_of_ancestors().skip(1).filter_map(|key| self.by_apex.get(key)).flatten();
            above.map(move |&view| (view, apex))
        })
    }

    /// Whether the zone hands a name over to a child zone or, by a DNAME, to another name, so that nobody sees what
    /// stands there; at a delegation itself, NS and DS are seen.
    pub fn is_occluded(&self, view: ViewId, name: &Name) -> bool {
        self.cut(view, name).is_some()
    }

    /// What resolvers see of what stands at a name: nothing below a delegation or a DNAME. At a delegation itself all is
    /// there, since an alias beside it is refused whatever resolvers see.
    pub fn seen<'a>(&'a self, view: ViewId, name: &'a Name) -> Node<'a> {
        match self.cut(view, name) {
            Some((cut, _)) if cut != name => Node { view, name, sets: &[], slips: &[] },
            _ => self.node(view, name),
        }
    }

    /// The owner whose records answer for a name: itself, or the wildcard at its closest encloser; none if the view holds
    /// neither, or hands the name over.
    pub fn answering(&self, view: ViewId, name: &Name) -> Option<Name> {
        match self.answer(view, name) {
            Answer::Own => Some(name.clone()),
            Answer::Wildcard(wildcard) => Some(wildcard),
            Answer::Dname(_) | Answer::Delegation(_) | Answer::Nothing => None,
        }
    }

    /// A name with the record sets that answer for it: its own, those of a wildcard, or none.
    pub fn answered<'a>(&'a self, view: ViewId, name: &'a Name) -> Node<'a> {
        let sets = self.answering(view, name).map_or(&[][..], |owner| self.sets_at(view, &owner));
        Node { view, name, sets, slips: &[] }
    }

    /// The target of the DNAME at a name, if it is known; of several always the same, in whatever order they are written.
    pub fn dname_target(&self, view: ViewId, owner: &Name) -> Option<&Name> {
        let dnames = self.sets_at(view, owner).iter().filter(|set| set.rtype == Rtype::Dname);
        let targets = dnames.flat_map(|set| &set.records).filter_map(|record| match &record.rdata {
            Rdata::Host(target) => Some(target),
            _ => None,
        });
        targets.min()
    }

    /// Whether the view holds no record. A zone that is not there yet, or no more, holds none.
    pub fn is_empty(&self, view: ViewId) -> bool {
        self.empty[view.0 as usize]
    }

    /// The views that a resolver would ask for a name that a record of `from` points at: those with the longest apex
    /// above it (RFC 1034 section 4.3.2), and one that holds no record only if there is no other; `from` alone if it is
    /// one of them, or private and around the name. Other private views are never asked.
    pub fn views_for(&self, name: &Name, from: ViewId) -> Vec<ViewId> {
        let asker = self.view(from);
        if asker.private && asker.apex.as_ref().is_some_and(|apex| name.is_within(apex)) {
            return vec![from];
        }
        let mut empty = Vec::new();
        for views in name.keys_of_ancestors().filter_map(|apex| self.by_apex.get(apex)) {
            let is_own = views.contains(&from);
            if is_own && !self.is_empty(from) {
                return vec![from];
            }
            let public = views.iter().copied().filter(|&view| !self.view(view).private);
            let (holding, without): (Vec<ViewId>, Vec<ViewId>) = public.partition(|&view| !self.is_empty(view));
            if !holding.is_empty() {
                return holding;
            }
            if empty.is_empty() {
                empty = if is_own { vec![from] } else { without };
            }
        }
        if !empty.is_empty() {
            return empty;
        }
        // A zone whose name is not known may hold the name all the same.
        match self.unnamed.get(name) {
            Some(views) if !views.contains(&from) => views.clone(),
            _ if asker.apex.is_none() => vec![from],
            _ => Vec::new(),
        }
    }

    /// Whether a view is surely the one that is asked for a name that it holds.
    pub fn is_asked_itself(&self, view: ViewId) -> bool {
        !self.has_others_below[view.0 as usize]
    }

    /// The views that somebody may ask for a name, wherever they are: the public ones with the longest apex above it or, if
    /// there is none, without a name that hold it, and the private ones around it.
    pub fn views_of(&self, name: &Name) -> Vec<ViewId> {
        let around = name.keys_of_ancestors().filter_map(|apex| self.by_apex.get(apex));
        let (mut public, mut private): (Vec<ViewId>, Vec<ViewId>) = (Vec::new(), Vec::new());
        for views in around {
            let (inside, outside): (Vec<ViewId>, Vec<ViewId>) =
                views.iter().partition(|&&view| self.view(view).private);
            private.extend(inside);
            if public.is_empty() {
                public = outside;
            }
        }
        if public.is_empty() {
            public = self.unnamed.get(name).cloned().unwrap_or_default();
        }
        public.into_iter().chain(private).collect()
    }

    fn position(&self, view: ViewId, name: &Name) -> usize {
        self.sets.partition_point(|set| (set.view, &set.owner) < (view, name))
    }

    fn new(views: Arc<[View]>, whole: Vec<bool>, sets: Vec<Arc<RecordSet>>, mut slips: Vec<Slip>) -> Snapshot {
        slips.sort_by(|one, other| (one.view, &one.owner).cmp(&(other.view, &other.owner)));
        let mut referring = Reference::ALL.map(|_| Vec::new());
        for set in &sets {
            for (way, name) in set.references() {
                referring[way as usize].push((name, &**set));
            }
        }
        let references = referring.map(|all| References::new(&all));
        let mut by_apex: HashMap<Name, Vec<ViewId>> = HashMap::new();
        for (id, view) in (0..).map(ViewId).zip(views.iter()) {
            if let Some(apex) = &view.apex {
                by_apex.entry(apex.clone()).or_default().push(id);
            }
        }
        let mut has_others_below: Vec<bool> = views.iter().map(|view| view.apex.is_none()).collect();
        let above = by_apex.keys().flat_map(|apex| apex.keys_of_ancestors().skip(1));
        for view in above.filter_map(|apex| by_apex.get(apex)).flatten() {
            has_others_below[view.0 as usize] = true;
        }
        let mut unnamed: HashMap<Name, Vec<ViewId>> = HashMap::new();
        for set in sets.iter().filter(|set| views[set.view.0 as usize].is_unnamed()) {
            let holding = unnamed.entry(set.owner.clone()).or_default();
            if !holding.contains(&set.view) {
                holding.push(set.view);
            }
        }
        let mut empty = vec![true; views.len()];
        let mut cuts: HashMap<ViewId, HashMap<Name, Cut>> = HashMap::new();
        for set in &sets {
            let at = set.view.0 as usize;
            empty[at] = false;
            let cut = match (&set.rtype, &views[at].apex) {
                (Rtype::Dname, _) => Cut::Dname,
                // Sets are in the order of types, so NS come later and stay.
                (Rtype::Ns, Some(apex)) if set.owner != *apex && set.owner.is_within(apex) => Cut::Delegation,
                _ => continue,
            };
            cuts.entry(set.view).or_default().insert(set.owner.clone(), cut);
        }
        let record_count = sets.iter().map(|set| set.records.len()).sum();
        Snapshot {
            views,
            whole,
            empty,
            has_others_below,
            record_count,
            sets,
            slips,
            references,
            by_apex,
            cuts,
            unnamed,
            policies: Vec::new(),
            contests: Vec::new(),
        }
    }
}

impl References {
    /// References from record sets to names.
    fn new(all: &[(Cow<Name>, &RecordSet)]) -> References {
        let order = sorted(all.len(), |at| (ViewId(0), &*all[at].0), |_, _| Ordering::Equal);
        let mut references = References::default();
        for same in order.chunk_by(|&one, &other| all[one].0 == all[other].0) {
            for of_one in same.chunk_by(|&one, &other| all[one].1.host() == all[other].1.host()) {
                let (view, owner) = all[of_one[0]].1.host();
                references.owners.push((view, owner.clone()));
            }
            references.names.push((Name::clone(&all[same[0]].0), references.owners.len()));
        }
        references
    }

    fn to(&self, name: &Name) -> &[(ViewId, Name)] {
        let at = self.names.binary_search_by(|(known, _)| known.cmp(name));
        at.map_or(&[], |at| self.owners_at(at))
    }

    fn within<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = (&'a Name, &'a [(ViewId, Name)])> {
        let from = self.names.partition_point(|(known, _)| known < name);
        let within = self.names[from..].iter().take_while(|(known, _)| known.is_within(name));
        within.zip(from..).map(|((known, _), at)| (known, self.owners_at(at)))
    }

    fn owners_at(&self, at: usize) -> &[(ViewId, Name)] {
        let start = at.checked_sub(1).map_or(0, |before| self.names[before].1);
        &self.owners[start..self.names[at].1]
    }
}

/// The numbers below `count` in the order of a view and a name each, then of `others`, then their own.
fn sorted<'n>(
    count: usize,
    key: impl Fn(usize) -> (ViewId, &'n Name),
    others: impl Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    // The names of a zone start alike, as they are held; what comes next tells most of them apart, and fits into a number.
    let mut alike: HashMap<ViewId, (&Name, usize)> = HashMap::new();
    for (view, name) in (0..count).map(&key) {
        let (first, length) = alike.entry(view).or_insert((name, usize::MAX));
        *length = name.common_length(first, *length);
    }
    let numbered = (0..count).map(|at| {
        let (view, name) = key(at);
        (view, name.number_after(alike[&view].1), at)
    });
    let mut numbered: Vec<(ViewId, u128, usize)> = numbered.collect();
    numbered.sort_unstable_by(|one, other| {
        let by_name = || key(one.2).1.cmp(key(other.2).1);
        let by_number = (one.0, one.1).cmp(&(other.0, other.1));
        by_number.then_with(by_name).then_with(|| others(one.2, other.2)).then(one.2.cmp(&other.2))
    });
    numbered.into_iter().map(|(_, _, at)| at).collect()
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
    ids: HashMap<View, ViewId>,
    /// The public views by apex.
    public: HashMap<Name, Vec<ViewId>>,
    whole_before: Vec<bool>,
    whole_after: Vec<bool>,
    /// What each view is known by.
    known: Vec<Known>,
    /// The public zones that inputs describe, whether they show records of them or not.
    described: HashSet<(u32, Name)>,
    /// What is read now.
    input: InputId,
    sets: Vec<Entry>,
    slips: Vec<(Side, Slip)>,
    policies: Vec<(Side, Name, Policy)>,
}

/// A record set as an input has it.
#[derive(Debug)]
struct Entry {
    side: Side,
    input: InputId,
    /// What the thing that writes it takes for its own; none if it is only shown.
    hold: Option<Hold>,
    set: RecordSet,
}

/// An input among others, or several that tell their views apart by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputId {
    number: u32,
    /// Whether it shows what is there besides, and no part of the change.
    is_context: bool,
}

impl InputId {
    /// Whether both are read together, so that one zone has one identifier in both.
    pub fn is_read_with(self, other: InputId) -> bool {
        self.number == other.number
    }
}

/// Who knows a view, and by what.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The inputs that have it.
    pub inputs: BTreeSet<InputId>,
    /// What they call it: identifiers, targets, paths.
    pub labels: BTreeSet<Arc<str>>,
}

impl Builder {
    /// From now on another input is read. What context shows stands on both sides, unless the change itself shows that it
    /// comes or goes.
    pub fn begin_input(&mut self, is_context: bool) {
        self.input = InputId { number: self.input.number + 1, is_context };
    }

    /// From now on context is read, or no more, of an input that tells its views apart by itself.
    pub fn set_context(&mut self, is_context: bool) {
        self.input.is_context = is_context;
    }

    /// Notes that what is read now describes a public zone of this name.
    pub fn describe(&mut self, apex: Name) {
        self.described.insert((self.input.number, apex));
    }

    /// Whether an input that has this view describes a public zone of this name.
    pub fn describes(&self, view: ViewId, apex: &Name) -> bool {
        self.known[view.number()].inputs.iter().any(|input| self.described.contains(&(input.number, apex.clone())))
    }

    /// Notes what an input calls a view.
    pub fn label(&mut self, view: ViewId, label: &str) {
        self.known[view.0 as usize].labels.insert(label.into());
    }

    /// The views so far, with who knows them.
    pub fn views(&self) -> impl Iterator<Item = (ViewId, &View, &Known)> {
        let views = (0..).map(ViewId).zip(&self.views).zip(&self.known);
        views.map(|((id, view), known)| (id, view, known))
    }

    /// What the owners in each of these views that holds some have in common: the longest name that all of them are within.
    pub fn owners_in_common(&self, is_meant: impl Fn(&View) -> bool) -> BTreeMap<ViewId, Name> {
        let meant: Vec<bool> = self.views.iter().map(is_meant).collect();
        let mut common: BTreeMap<ViewId, Name> = BTreeMap::new();
        for set in self.sets.iter().map(|entry| &entry.set).filter(|set| meant[set.view.number()]) {
            let of_view = common.entry(set.view).or_insert_with(|| set.owner.clone());
            *of_view = of_view.common_ancestor(&set.owner);
        }
        common
    }

    /// The sets so far.
    pub fn sets(&self) -> impl Iterator<Item = &RecordSet> {
        self.sets.iter().map(|entry| &entry.set)
    }

    /// The sets so far of these views, with the side that each stands on.
    pub fn sets_of(&self, views: &[ViewId]) -> impl Iterator<Item = (Side, &RecordSet)> {
        self.sets.iter().filter(|entry| views.contains(&entry.set.view)).map(|entry| (entry.side, &entry.set))
    }

    /// Makes one view of several: each becomes the one at its place in `first`, which comes before it or is itself, and
    /// what stands there instead is `views`. Returns the new id of each.
    pub fn merge(&mut self, first: &[ViewId], views: &[View]) -> Vec<ViewId> {
        let mut ids: Vec<ViewId> = Vec::with_capacity(first.len());
        let mut kept = Vec::new();
        for (at, &ViewId(head)) in first.iter().enumerate() {
            if head as usize == at {
                ids.push(ViewId(u32::try_from(kept.len()).expect("fewer views than bytes")));
                kept.push(at);
            } else {
                ids.push(ids[head as usize]);
            }
        }
        let gather = |flags: &[bool]| {
            let mut gathered = vec![false; kept.len()];
            ids.iter().zip(flags).for_each(|(id, flag)| gathered[id.0 as usize] |= flag);
            gathered
        };
        (self.whole_before, self.whole_after) = (gather(&self.whole_before), gather(&self.whole_after));
        self.views = kept.iter().map(|&at| views[at].clone()).collect();
        for entry in &mut self.sets {
            entry.set.view = ids[entry.set.view.0 as usize];
        }
        for (_, slip) in &mut self.slips {
            slip.view = ids[slip.view.0 as usize];
        }
        ids
    }

    /// Says how aliases that seem to be served as they are really are, by view, owner and target; none if nobody knows more.
    pub fn serve_aliases(&mut self, served: impl Fn(ViewId, &Name, Option<&Name>) -> Option<Served>) {
        for set in self.sets.iter_mut().map(|entry| &mut entry.set).filter(|set| set.rtype == Rtype::Cname) {
            for record in set.records.iter_mut().filter(|record| record.served == Served::AsIs) {
                if let Some(served) = served(set.view, &set.owner, record.rdata.alias_target()) {
                    record.served = served;
                }
            }
        }
    }

    /// The id of a view; the same view always gets the same id.
    pub fn view(&mut self, view: View) -> ViewId {
        if let Some(id) = self.ids.get(&view) {
            self.known[id.0 as usize].inputs.insert(self.input);
            return *id;
        }
        let id = ViewId(u32::try_from(self.views.len()).expect("fewer views than bytes"));
        self.ids.insert(view.clone(), id);
        if let Some(apex) = view.apex.clone().filter(|_| !view.private) {
            self.public.entry(apex).or_default().push(id);
        }
        self.views.push(view);
        self.whole_before.push(false);
        self.whole_after.push(false);
        self.known.push(Known { inputs: BTreeSet::from([self.input]), ..Known::default() });
        id
    }

    /// Gives a view the name of its zone, found out after its first records were added.
    pub fn name_view(&mut self, view: ViewId, apex: Name) {
        self.public.entry(apex.clone()).or_default().push(view);
        self.views[view.0 as usize].apex = Some(apex);
    }

    /// The only public view with the longest apex above a name.
    pub fn public_view_around(&self, name: &Name) -> Option<ViewId> {
        let deepest = name.ancestors().find_map(|ancestor| self.public.get(&ancestor))?;
        if let [view] = deepest[..] { Some(view) } else { None }
    }

    /// The only public view without a name that holds a record of this owner.
    pub fn unnamed_view_with(&self, owner: &Name) -> Option<ViewId> {
        let holding = self.sets.iter().map(|entry| &entry.set).filter(|set| set.owner == *owner).map(|set| set.view);
        let mut views: Vec<ViewId> = holding.filter(|view| self.views[view.0 as usize].is_unnamed()).collect();
        views.dedup();
        if let [view] = views[..] { Some(view) } else { None }
    }

    /// The owners and types of the records that stand before the change.
    pub fn owned_before(&self) -> HashSet<(ViewId, Name, Rtype)> {
        let before = self.sets.iter().filter(|entry| entry.side.is_before()).map(|entry| &entry.set);
        before.map(|set| (set.view, set.owner.clone(), set.rtype.clone())).collect()
    }

    /// Adds the MTA-STS policy of a domain.
    pub fn add_policy(&mut self, side: Side, domain: Name, policy: Policy) {
        self.policies.push((side, domain, policy));
    }

    /// Says that everything in the view is known on these sides.
    pub fn mark_whole(&mut self, view: ViewId, side: Side) {
        self.whole_before[view.0 as usize] |= side.is_before();
        self.whole_after[view.0 as usize] |= side.is_after();
    }

    /// Notes that of each view that the input shows whole on one side, it has nothing on the other: a zone that is not
    /// there yet, or no more, is empty.
    pub fn empty_beside(&mut self, side: Side) {
        for at in (0..self.known.len()).filter(|&at| self.known[at].inputs.contains(&self.input)) {
            let is_whole = if side.is_after() { self.whole_after[at] } else { self.whole_before[at] };
            self.whole_before[at] |= is_whole;
            self.whole_after[at] |= is_whole;
        }
    }

    /// Adds records that an input shows. Sets of one owner, type and variant join, as most inputs make each record a thing
    /// of its own.
    pub fn add(&mut self, side: Side, set: RecordSet) {
        self.sets.push(Entry { side, input: self.input, hold: None, set });
    }

    /// Adds records that something in an input writes, and what it takes for its own.
    pub fn add_held(&mut self, side: Side, hold: Hold, set: RecordSet) {
        self.sets.push(Entry { side, input: self.input, hold: Some(hold), set });
    }

    /// Adds a slip.
    pub fn add_slip(&mut self, side: Side, slip: Slip) {
        self.slips.push((side, slip));
    }

    /// The two sides. A set that is unchanged is shared between them. What several inputs show is one record.
    pub fn finish(self) -> (Snapshot, Snapshot) {
        let set = |at: usize| &self.sets[at].set;
        let order = sorted(self.sets.len(), |at| set(at).host(), |one, other| set(one).key().cmp(&set(other).key()));
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let (mut contests_before, mut contests_after) = (Vec::new(), Vec::new());
        let mut sets: Vec<Option<Entry>> = self.sets.into_iter().map(Some).collect();
        let mut rest = order.into_iter().filter_map(|at| sets[at].take()).peekable();
        while let Some(entry) = rest.next() {
            if entry.side == Side::Both && rest.peek().is_none_or(|next| next.set.key() != entry.set.key()) {
                let shared = Arc::new(entry.set);
                before.push(Arc::clone(&shared));
                after.push(shared);
                continue;
            }
            let mut group = vec![entry];
            while let Some(next) = rest.next_if(|entry| entry.set.key() == group[0].set.key()) {
                group.push(next);
            }
            contests_before.extend(contest(&group, Side::is_before));
            contests_after.extend(contest(&group, Side::is_after));
            drop_known_context(&mut group);
            if group.iter().all(|entry| entry.side == Side::Both) {
                let shared = Arc::new(join(group).expect("a group has a set"));
                before.push(Arc::clone(&shared));
                after.push(shared);
            } else {
                let on_before = group.iter().filter(|entry| entry.side.is_before());
                let on_before = on_before.map(|entry| Entry { set: entry.set.clone(), ..*entry });
                before.extend(join(on_before).map(Arc::new));
                after.extend(join(group.into_iter().filter(|entry| entry.side.is_after())).map(Arc::new));
            }
        }
        let views: Arc<[View]> = self.views.into();
        let slips = |on: fn(Side) -> bool| {
            self.slips.iter().filter(|(side, _)| on(*side)).map(|(_, slip)| slip.clone()).collect::<Vec<_>>()
        };
        let (before_slips, after_slips) = (slips(Side::is_before), slips(Side::is_after));
        let policies = |on: fn(Side) -> bool| {
            let there = self.policies.iter().filter(|(side, ..)| on(*side));
            there.map(|(_, domain, policy)| (domain.clone(), policy.clone())).collect()
        };
        let mut before = Snapshot::new(Arc::clone(&views), self.whole_before, before, before_slips);
        let mut after = Snapshot::new(views, self.whole_after, after, after_slips);
        before.policies = policies(Side::is_before);
        after.policies = policies(Side::is_after);
        (before.contests, after.contests) = (contests_before, contests_after);
        (before, after)
    }
}

/// Which of these entries of one set, on one side, are written by several things at once: those of a thing that takes the
/// whole set for its own and of all others, or else those with one record in common.
fn contest(group: &[Entry], is_on: fn(Side) -> bool) -> Option<Contest> {
    let is_held = |entry: &&Entry| entry.hold.is_some() && is_on(entry.side) && !entry.input.is_context;
    // What is written once goes to several places.
    let mut places = HashSet::new();
    let mut held: Vec<&Entry> = group.iter().filter(is_held).collect();
    held.retain(|entry| {
        let span = entry.set.records[0].place.span;
        places.insert((span.source, span.range()))
    });
    if held.len() > 1 && held.iter().all(|entry| entry.hold != Some(Hold::Set)) {
        let text = |record: &Record| (record.rdata != Rdata::Unknown).then(|| record.rdata.to_string());
        let texts: Vec<Vec<String>> =
            held.iter().map(|entry| entry.set.records.iter().filter_map(text).collect()).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        texts.iter().flatten().for_each(|text| *counts.entry(text).or_default() += 1);
        let mut of_held = texts.iter();
        held.retain(|_| of_held.next().is_some_and(|texts| texts.iter().any(|text| counts[&**text] > 1)));
    }
    if held.len() < 2 {
        return None;
    }
    held.sort_by_key(|entry| entry.side == Side::Both);
    let RecordSet { view, owner, rtype, .. } = &held[0].set;
    let holders = held.iter().map(|entry| entry.set.records[0].place.clone()).collect();
    Some(Contest { view: *view, owner: owner.clone(), rtype: rtype.clone(), holders })
}

/// Leaves out what context shows of the records that the change itself shows before it: they are the same, and the change
/// says what becomes of them.
fn drop_known_context(group: &mut Vec<Entry>) {
    if group.iter().all(|entry| !entry.input.is_context) {
        return;
    }
    let (context, change): (Vec<Entry>, Vec<Entry>) = group.drain(..).partition(|entry| entry.input.is_context);
    let old = change.iter().filter(|entry| entry.side.is_before()).flat_map(|entry| &entry.set.records);
    let old: Vec<&Rdata> = old.map(|record| &record.rdata).collect();
    let context: Vec<Entry> = context
        .into_iter()
        .filter_map(|mut entry| {
            entry.set.records.retain(|record| !old.iter().any(|known| known.is_same(&record.rdata)));
            (!entry.set.records.is_empty()).then_some(entry)
        })
        .collect();
    group.extend(change);
    group.extend(context);
}

/// One set with the records of all. What several inputs show is one record.
fn join(entries: impl IntoIterator<Item = Entry>) -> Option<RecordSet> {
    let mut entries = entries.into_iter();
    let first = entries.next()?;
    let mut shown = vec![first.input; first.set.records.len()];
    let mut joined = first.set;
    // Most sets are of one input, and may hold very many records.
    let mut only = Some(first.input);
    for Entry { input, set, .. } in entries {
        let is_alone = only == Some(input);
        only = only.filter(|_| is_alone);
        for record in set.records {
            let is_shown = |(known, by): (&Record, &InputId)| *by != input && known.rdata.is_same(&record.rdata);
            if is_alone || record.rdata == Rdata::Unknown || !joined.records.iter().zip(&shown).any(is_shown) {
                joined.records.push(record);
                shown.push(input);
            }
        }
    }
    Some(joined)
}

#[cfg(test)]
impl RecordSet {
    /// A set of one record, written as `owner TYPE data`, that stands nowhere.
    pub(crate) fn from_line(view: ViewId, line: &str) -> RecordSet {
        use crate::source::{Bytes, Sources, Span};

        let [owner, rtype, data] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let rtype = Rtype::from_text(rtype);
        let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
        let span = Span { source, start: 0, end: 0 };
        let place = Place::at(span);
        let rdata = Rdata::parse(&rtype, data, Name::parse).expect("tests write good data");
        let records = vec![Record { rdata, ttl: None, served: Served::AsIs, unrooted: false, place }];
        let owner = Name::parse(owner).expect("tests write good names");
        RecordSet { view, owner, rtype, variant: None, records }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn zone(apex: &str, private: bool) -> View {
        View { apex: Some(name(apex)), id: private.then(|| "private".into()), private, host: None }
    }

    /// A side with one zone, `example.com`.
    fn side(lines: &[&str]) -> (Snapshot, ViewId) {
        let mut builder = Builder::default();
        let view = builder.view(zone("example.com", false));
        for line in lines {
            builder.add(Side::Both, RecordSet::from_line(view, line));
        }
        (builder.finish().1, view)
    }

    #[test]
    fn sets_of_one_owner_and_type_join_and_sides_share_what_is_unchanged() {
        let mut builder = Builder::default();
        let view = builder.view(zone("example.com", false));
        assert_eq!(builder.view(zone("example.com", false)), view, "the same view has one id");
        builder.add(Side::Both, RecordSet::from_line(view, "a.example.com MX 10 mx1.example.net"));
        builder.add(Side::After, RecordSet::from_line(view, "a.example.com MX 20 mx2.example.net"));
        builder.add(Side::Before, RecordSet::from_line(view, "b.example.com A 192.0.2.1"));
        builder.add(Side::Both, RecordSet::from_line(view, "c.example.com A 192.0.2.1"));
        let (before, after) = builder.finish();
        let count = |side: &Snapshot, owner: &str| {
            side.node(view, &name(owner)).sets.iter().map(|set| set.records.len()).sum::<usize>()
        };
        assert_eq!((count(&before, "a.example.com"), count(&after, "a.example.com")), (1, 2));
        assert_eq!((count(&before, "b.example.com"), count(&after, "b.example.com")), (1, 0));
        let shared = |side: &Snapshot| Arc::clone(&side.node(view, &name("c.example.com")).sets[0]);
        assert!(Arc::ptr_eq(&shared(&before), &shared(&after)));
    }

    #[test]
    fn sets_are_in_the_order_of_their_keys_however_alike_names_are() {
        let mut builder = Builder::default();
        let views = ["example.com", "com"].map(|apex| builder.view(zone(apex, false)));
        let labels =
            ["a", "a.a", "b-1", "b-10", "b-2", "b.b-1", "a-label-of-more-than-16", "a-label-of-more-than-17", "*"];
        for (at, label) in labels.iter().cycle().take(40).enumerate() {
            let data = ["TXT x", "A 192.0.2.1", "MX 10 mx.example.net"][at % 3];
            builder.add(Side::Both, RecordSet::from_line(views[at % 2], &format!("{label}.example.com {data}")));
        }
        builder.add(Side::Both, RecordSet::from_line(views[0], "example.com NS ns.example.net"));
        builder.add(Side::Both, RecordSet::from_line(views[0], "net A 192.0.2.1"));
        let (_, side) = builder.finish();
        assert!(side.sets().is_sorted_by(|one, next| one.key() < next.key()), "{:?}", side.sets());
        let mut hosts: Vec<(ViewId, Name)> =
            labels.iter().map(|label| (views[0], name(&format!("{label}.example.com")))).collect();
        hosts.extend(["example.com", "b-3.example.com", "z.example.com", "org"].map(|text| (views[1], name(text))));
        hosts.extend(["", "net", "x.net"].map(|text| (views[0], name(&format!("{text}.").replace("..", ".")))));
        hosts.sort();
        let owns: Vec<bool> = hosts.iter().map(|(view, name)| !side.sets_at(*view, name).is_empty()).collect();
        assert_eq!(side.own_sets(&hosts), owns);
        assert!(owns.contains(&true) && owns.contains(&false), "{owns:?}");
    }

    #[test]
    fn wildcards_answer_from_the_closest_encloser_only() {
        // The zone of RFC 4592 section 2.2.1, in short.
        let (side, view) = side(&[
            "*.example.com MX 10 mx.example.net",
            "sub.*.example.com TXT x",
            "host1.example.com A 192.0.2.1",
            "_ssh._tcp.host1.example.com SRV 0 0 22 host1.example.com",
        ]);
        let answering = |text: &str| side.answering(view, &name(text)).map(|owner| owner.unrooted());
        assert_eq!(answering("host3.example.com").as_deref(), Some("*.example.com"));
        assert_eq!(answering("foo.bar.example.com").as_deref(), Some("*.example.com"));
        assert_eq!(answering("host1.example.com").as_deref(), Some("host1.example.com"));
        assert_eq!(answering("_telnet._tcp.host1.example.com"), None);
        assert_eq!(
            answering("_tcp.host1.example.com").as_deref(),
            Some("_tcp.host1.example.com"),
            "an empty non-terminal"
        );
        assert_eq!(answering("ghost.*.example.com"), None);
    }

    #[test]
    fn a_dname_hands_over_all_below_it_and_not_its_own_name() {
        let (side, view) = side(&[
            "old.example.com DNAME new.example.net",
            "old.example.com MX 10 mx.example.net",
            "a.old.example.com MX 10 mx.example.net",
            "b.a.old.example.com DNAME example.org",
            "cut.example.com DNAME new.example.net",
            "cut.example.com NS ns1.example.net",
            "*.example.com A 192.0.2.1",
        ]);
        let answer = |text: &str| side.answer(view, &name(text));
        let old = || Answer::Dname(name("old.example.com"));
        assert_eq!(answer("old.example.com"), Answer::Own);
        assert_eq!(answer("a.old.example.com"), old(), "what stands there is occluded");
        assert_eq!(answer("x.b.a.old.example.com"), old(), "the highest cut counts");
        assert_eq!(answer("x.cut.example.com"), Answer::Delegation(name("cut.example.com")), "ns say more");
        assert_eq!(answer("x.example.com"), Answer::Wildcard(name("*.example.com")));
        assert!(side.seen(view, &name("a.old.example.com")).sets.is_empty());
        assert_eq!(side.seen(view, &name("old.example.com")).sets.len(), 2);
        assert_eq!(side.seen(view, &name("cut.example.com")).sets.len(), 2, "what stands at a cut may still clash");
        assert!(side.is_occluded(view, &name("cut.example.com")) && !side.is_occluded(view, &name("old.example.com")));
    }

    #[test]
    fn names_are_answered_as_a_name_server_answers_them() {
        // Measured on NSD 4.6.1.
        let zone = [
            "example.com SOA x",
            "*.example.com MX 10 mx.example.net",
            "*.example.com TXT v=spf1 -all",
            "*.dev.example.com CNAME www.example.net",
            "shop.example.com CNAME www.example.net",
            "cut.example.com NS ns1.example.net",
            "cut.example.com MX 10 mx.example.net",
            "_acme-challenge.pay.example.com TXT x",
            "s1._domainkey.only.example.com CNAME keys.example.net",
        ];
        let (side, view) = side(&zone);
        let answer = |text: &str| side.answer(view, &name(text));
        let types = |text: &str| {
            let owner = side.answering(view, &name(text)).expect("something answers");
            let sets = side.sets_at(view, &owner).iter();
            sets.map(|set| set.rtype.text().to_owned()).collect::<Vec<_>>()
        };
        let cut = name("cut.example.com");
        assert_eq!(answer("cut.example.com"), Answer::Delegation(cut), "a referral, although an mx stands there");
        assert_eq!(types("a.dev.example.com"), ["CNAME"], "a deeper wildcard takes a subtree out of another");
        assert_eq!(types("dev.example.com"), [""; 0], "an empty non-terminal");
        assert_eq!(types("shop.example.com"), ["CNAME"], "the wildcard's text does not reach a name of its own");
        assert_eq!(types("pay.example.com"), [""; 0]);
        assert_eq!(types("only.example.com"), [""; 0]);
        assert_eq!(types("any.example.com"), ["MX", "TXT"]);
        let (without, view) = self::side(&["*.example.com CNAME www.example.net"]);
        let wildcard = Answer::Wildcard(name("*.example.com"));
        assert_eq!(without.answer(view, &name("cut.example.com")), wildcard, "once the delegation is gone");
    }

    #[test]
    fn a_delegation_hands_over_its_own_name_and_all_below() {
        let (side, view) = side(&[
            "example.com NS ns1.example.net",
            "sub.example.com NS ns1.example.org",
            "a.b.sub.example.com A 192.0.2.1",
        ]);
        let delegation = |text: &str| side.delegation(view, &name(text)).map(|cut| cut.unrooted());
        for below in ["sub.example.com", "x.sub.example.com", "a.b.sub.example.com"] {
            assert_eq!(delegation(below).as_deref(), Some("sub.example.com"), "{below}");
        }
        for outside in ["www.example.com", "example.com", "sub.example.net"] {
            assert_eq!(delegation(outside), None, "{outside}");
        }
        assert_eq!(side.within(view, &name("sub.example.com")).len(), 2);
    }

    #[test]
    fn a_name_is_looked_for_in_the_deepest_zone_that_its_asker_can_see() {
        let mut builder = Builder::default();
        let parent = builder.view(zone("example.com", false));
        let child = builder.view(zone("sub.example.com", false));
        let inside = builder.view(zone("example.com", true));
        let other = builder.view(zone("example.net", false));
        let gone = builder.view(zone("gone.example.com", false));
        for view in [parent, child, inside, other] {
            builder.add(Side::Both, RecordSet::from_line(view, "a.example A 192.0.2.1"));
        }
        builder.add(Side::Before, RecordSet::from_line(gone, "a.example A 192.0.2.1"));
        let (before, side) = builder.finish();
        let views = |text: &str, from| side.views_for(&name(text), from);
        assert_eq!(before.views_for(&name("www.gone.example.com"), parent), [gone]);
        assert_eq!(views("www.gone.example.com", parent), [parent], "a zone without records is not there");
        assert_eq!(views("www.example.com", parent), [parent]);
        assert_eq!(views("www.example.com", inside), [inside]);
        assert_eq!(views("www.example.com", other), [parent], "never a private zone from outside");
        assert_eq!(views("www.sub.example.com", parent), [child]);
        assert_eq!(views("www.sub.example.com", inside), [inside], "a private zone answers alone");
        assert_eq!(views("www.example.org", parent), []);
    }

    #[test]
    fn exchanges_lead_back_to_their_owners() {
        let (side, view) = side(&[
            "example.com MX 10 mail.example.com",
            "a.example.com MX 10 mail.example.com",
            "b.example.com MX 0 .",
        ]);
        let owners = side.mail_owners(&name("MAIL.example.com"));
        assert_eq!(owners, [(view, name("example.com")), (view, name("a.example.com"))]);
        assert!(side.mail_owners(&Name::root()).is_empty(), "the null mx names nobody");
    }
}
