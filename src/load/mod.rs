//! Inputs become the two sides of a change. What an input is, only its loader knows.

pub mod hosts;
mod joining;
mod json;
mod mta_sts;
pub mod octodns;
mod route53;
pub mod terraform;
pub mod yaml;
pub mod zonefile;

use std::collections::{BTreeSet, HashSet};

use crate::diff::{Diff, Operation};
use crate::gap::{Gap, INPUT_UNREADABLE, ZONE_PARTIALLY_VISIBLE};
pub use crate::load::octodns::{Part, Repository};
pub use crate::load::terraform::{OwnTable, own_table};
use crate::load::zonefile::InTree;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Builder, Side, Snapshot, ViewId};
use crate::source::{Input, Place, SourceId, Sources, Span};

/// Everything that the inputs say.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The two sides.
    pub diff: Diff,
    /// What the inputs could not tell.
    pub gaps: Vec<Gap>,
    /// What was read.
    pub inputs: Vec<Input>,
    /// What was read of trees, for people who ask: a line each.
    pub notes: Vec<String>,
    /// Whether anything told of the state before the change.
    pub compared: bool,
}

/// What to read.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Documents that tell of both sides themselves, such as plans, and others that tell of the state after the change.
    pub documents: Vec<SourceId>,
    /// Documents that tell of one state.
    pub states: Vec<StateDocument>,
    /// Trees of files, in one state or in two.
    pub repositories: Vec<Repository>,
    /// Tables of people's own, which say how further types of things in plans become records.
    pub tables: Vec<OwnTable>,
    /// What people know of zones and plans do not tell.
    pub zones: Vec<DeclaredZone>,
    /// The files that state MTA-STS policies.
    pub policies: Vec<PolicyFile>,
}

/// A file that states the MTA-STS policy of a domain (RFC 8461 section 3.2).
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// The domain of the mail.
    pub domain: Name,
    /// The path of the file.
    pub path: String,
    /// Where it is named.
    pub place: Place,
    /// The file before and after the change, once it has been read; none on a side where there is none.
    pub states: [Option<SourceId>; 2],
}

/// A document that tells of one state, such as a zone file.
#[derive(Clone, Copy, Debug)]
pub struct StateDocument {
    /// The document.
    pub source: SourceId,
    /// The side that it tells of; none if nobody says: what is there besides a change, or else after one.
    pub side: Option<Side>,
    /// Whether it shows what is there besides, and no part of the change.
    pub is_context: bool,
    /// Whether the other side was looked at and has no such document: the zone comes or goes with it.
    pub is_lone: bool,
}

/// A kind of document that tells of one state.
struct StateKind {
    /// What the report calls an input of this kind.
    kind: &'static str,
    /// Whether a document is of this kind.
    is_one: fn(name: &str, bytes: &[u8]) -> bool,
    /// Reads what it holds.
    load: fn(sources: &mut Sources, document: StateDocument, side: Side, found: &mut Found),
}

/// Every kind of document that tells of one state, but for states of Terraform, which are read with the plans.
static STATES: &[StateKind] = &[
    StateKind { kind: route53::KIND, is_one: route53::is_one, load: route53::load },
    StateKind { kind: zonefile::KIND, is_one: zonefile::is_one, load: zonefile::load },
];

/// A zone of which people know more than the inputs tell. Plans often name a zone by an identifier alone, since it is
/// kept elsewhere, so that nobody can tell where it begins, who sees it, and which other plan writes to it.
///
/// It adds to what plans say of the identifiers: their zone has this name, and is private if that is said. All
/// identifiers of one declaration, and of all declarations of one zone with the same name, are one view: what stands at
/// a name by one of them clashes with what stands there by another. An identifier that no plan mentions does nothing;
/// of one that a plan knows as another zone, the plan is believed, and that is a gap.
#[derive(Clone, Debug)]
pub struct DeclaredZone {
    /// Its domain name.
    pub apex: Name,
    /// What records refer to it by, such as a `zone_id` or the name of a managed zone.
    pub ids: Vec<String>,
    /// Whether it answers inside private networks only.
    pub private: bool,
    /// What people call this view of the zone; tells it from others of the same domain name.
    pub name: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

impl DeclaredZone {
    /// Whether both declare one view.
    pub fn is_one_with(&self, other: &DeclaredZone) -> bool {
        self.name.is_some() && self.name == other.name && self.apex == other.apex
    }
}

/// What the report calls an input that no loader can read.
pub const UNREADABLE: &str = "unreadable-input";

impl Inputs {
    /// Documents alone.
    pub fn documents(documents: Vec<SourceId>) -> Inputs {
        Inputs { documents, ..Inputs::default() }
    }
}

/// What a loader has found so far.
#[derive(Debug, Default)]
pub struct Found {
    /// The records.
    pub builder: Builder,
    /// What could not be told.
    pub gaps: Vec<Gap>,
    /// Gaps that count only if the name has to do with mail, which is known at the end.
    pub pending: Vec<Pending>,
    /// How the change is carried out, where an input tells.
    pub operations: Vec<Operation>,
    /// Values that must not be shown.
    pub hidden: Vec<Span>,
    /// Files that documents brought in, each with its kind.
    pub included: Vec<(SourceId, &'static str)>,
    /// What was read, for people who ask.
    pub notes: Vec<(SourceId, String)>,
    /// The same of trees, with their names.
    pub trees: Vec<String>,
}

impl Found {
    /// Notes files that documents brought in, each once.
    fn include(&mut self, files: impl IntoIterator<Item = (SourceId, &'static str)>) {
        for file in files {
            if !self.included.contains(&file) {
                self.included.push(file);
            }
        }
    }
}

/// A gap that counts only if the name has to do with mail.
#[derive(Debug)]
pub struct Pending {
    /// The view of the name.
    pub view: ViewId,
    /// The name.
    pub owner: Name,
    /// The gap.
    pub gap: Gap,
}

/// Those of some offsets into an input, in ascending order, that lie in none of its values: what looks like a comment there
/// is one. In a plan nothing is.
pub fn outside_values(sources: &Sources, input: &Input, offsets: Vec<usize>) -> Vec<usize> {
    match input.kind {
        octodns::KIND => yaml::outside_scalars(sources, input.source, offsets),
        zonefile::KIND => zonefile::in_comments(sources.get(input.source).bytes(), offsets),
        _ => Vec::new(),
    }
}

/// Whether a document is a zone file.
pub fn is_zone_file(name: &str, bytes: &[u8]) -> bool {
    state_kind(name, bytes).is_some_and(|kind| kind.kind == zonefile::KIND)
}

/// Whether a document tells of one state only.
pub fn is_state(name: &str, bytes: &[u8]) -> bool {
    state_kind(name, bytes).is_some() || terraform::is_state(bytes)
}

/// Whether a document tells of one state only, or may stand where one was that did: it has the name of a zone file, or
/// there is nothing in it.
pub fn may_have_been_state(name: &str, bytes: &[u8]) -> bool {
    is_state(name, bytes) || is_named_as_zone(name) || octodns::is_empty(bytes)
}

/// Whether files of such a name are zone files of name servers, whatever they hold.
pub fn is_named_as_zone(name: &str) -> bool {
    zonefile::has_its_name(name)
}

fn state_kind(name: &str, bytes: &[u8]) -> Option<&'static StateKind> {
    STATES.iter().find(|kind| (kind.is_one)(name, bytes))
}

/// Reads these inputs as one change. Values that must not be shown are hidden in `sources`.
pub fn load(sources: &mut Sources, inputs: Inputs) -> Loaded {
    let Inputs { mut documents, mut states, mut repositories, tables, zones, policies } = inputs;
    let mut found = Found::default();
    documents.retain(|&source| is_what_its_name_says(sources, source, &mut found));
    let before = states.iter().any(|document| document.side == Some(Side::Before) || document.is_lone);
    states.retain(|document| is_what_its_name_says(sources, document.source, &mut found));
    let (planned, documents): (Vec<SourceId>, Vec<SourceId>) =
        documents.into_iter().partition(|&source| octodns::is_plan(sources.get(source).bytes()));
    let mut compared =
        !planned.is_empty() || repositories.iter().any(|repository| repository.before.is_some()) || before;
    let alone = |source| StateDocument { source, side: None, is_context: false, is_lone: false };
    let (mut of_terraform, mut others) = (Vec::new(), Vec::new());
    for document in documents.into_iter().map(alone).chain(states) {
        let source = sources.get(document.source);
        match state_kind(source.name(), source.bytes()) {
            Some(kind) => others.push((kind, document)),
            None => of_terraform.push(document),
        }
    }
    let kinds = terraform::load(sources, &of_terraform, compared, &tables, &zones, &mut found);
    let has_plan = kinds.contains(&terraform::KIND);
    compared |= has_plan;
    for (kind, document) in &others {
        let side = document.side.unwrap_or(if compared { Side::Both } else { Side::After });
        found.builder.begin_input(document.is_context);
        (kind.load)(sources, *document, side, &mut found);
        if document.is_lone {
            found.builder.empty_beside(side);
        }
    }
    // Beside a plan, zones that nothing is compared with are what is there besides.
    let is_alone = |repository: &&mut Repository| repository.before.is_none() && repository.part == Part::Changed;
    for repository in repositories.iter_mut().filter(|_| has_plan && planned.is_empty()).filter(is_alone) {
        repository.part = Part::Steady;
    }
    found.builder.begin_input(false);
    let in_trees = load_trees(repositories, &planned, has_plan, sources, &mut found);
    let of_policies = add_policies(&policies, sources, &mut found);
    let input = |source, kind: &'static str| {
        let notes = found.notes.iter().filter(|(other, _)| *other == source).map(|(_, note)| note.clone());
        Input { source, kind, notes: notes.collect() }
    };
    let of_terraform = of_terraform.iter().zip(kinds).map(|(document, kind)| input(document.source, kind));
    let others = others.iter().map(|(kind, document)| input(document.source, kind.kind));
    let included = found.included.iter().map(|&(source, kind)| input(source, kind));
    let inputs = of_terraform.chain(others).chain(included).chain(in_trees).chain(of_policies).collect();
    let Found { mut builder, mut gaps, pending, mut operations, hidden, trees: notes, .. } = found;
    sources.hide(hidden);
    let (views, doubts) = joining::join(&mut builder, &zones);
    let (before, after) = builder.finish();
    for operation in &mut operations {
        operation.view = views[operation.view.number()];
    }
    let diff = Diff::new(before, after).carried_out_by(operations);
    let pending = pending.into_iter().map(|pending| Pending { view: views[pending.view.number()], ..pending });
    gaps.extend(pending.filter(|pending| is_mail_name(&diff, pending)).map(|pending| pending.gap));
    gaps.extend(doubts);
    gaps.extend(partially_visible(&diff));
    Loaded { diff, gaps, inputs, notes, compared }
}

/// Whether a document holds what its name says, or something else that can be read. A gap tells what is wrong with a zone
/// file that holds none.
fn is_what_its_name_says(sources: &Sources, source: SourceId, found: &mut Found) -> bool {
    let (name, bytes) = (sources.get(source).name(), sources.get(source).bytes());
    let is_other = || octodns::is_plan(bytes) && !octodns::is_empty(bytes) || terraform::is_one(bytes);
    if !zonefile::has_its_name(name) || state_kind(name, bytes).is_some() || is_other() {
        return true;
    }
    let place = Place::at(Span { source, start: 0, end: 0 });
    found.gaps.push(Gap::new(&INPUT_UNREADABLE, zonefile::refusal(bytes), place));
    found.included.push((source, UNREADABLE));
    false
}

/// The names that come more than once.
fn repeated<'n>(names: impl Iterator<Item = &'n Name>) -> BTreeSet<Name> {
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(*name)).cloned().collect()
}

/// Reads what lies in trees: zones of `OctoDNS`, and the zone files of name servers beside them.
fn load_trees(
    repositories: Vec<Repository>,
    planned: &[SourceId],
    has_plan: bool,
    sources: &mut Sources,
    found: &mut Found,
) -> Vec<Input> {
    let (mut of_octodns, mut zone_files) = (Vec::new(), Vec::new());
    for mut repository in repositories {
        let as_read = repository.as_read;
        let is_whole = repository.files.iter().all(Vec::is_empty);
        let mut files = std::mem::take(&mut repository.files);
        let is_zone_file = |path: &mut String| !octodns::is_yaml(path);
        let mut named: Vec<String> = files.iter_mut().flat_map(|files| files.extract_if(.., is_zone_file)).collect();
        named.sort_unstable();
        named.dedup();
        let zones = InTree::read(&mut repository, (!is_whole).then_some(named), sources);
        let is_of_octodns = is_whole || !files.iter().all(Vec::is_empty);
        zone_files.push((zones, as_read, is_whole, is_of_octodns));
        of_octodns.extend(is_of_octodns.then_some(Repository { files, ..repository }));
    }
    let (inputs, outcomes) = octodns::load(of_octodns, planned, sources, found);
    let mut outcomes = outcomes.into_iter();
    for (mut zones, as_read, is_whole, is_of_octodns) in zone_files {
        let outcome = if is_of_octodns { outcomes.next().unwrap_or_default() } else { octodns::Outcome::default() };
        if zones.is_empty() {
            found.gaps.extend(outcome.nothing);
            continue;
        }
        // Whoever asks what a configuration makes of its files asks for nothing else.
        if is_whole && as_read && outcome.is_configured {
            continue;
        }
        if is_whole {
            zones.leave_out(&outcome.before, &outcome.after, found);
        }
        zones.add(has_plan || !planned.is_empty(), found);
    }
    inputs
}

/// Adds the policies that files state. A file that states none after the change is wrong; before it, there was none.
fn add_policies(policies: &[PolicyFile], sources: &Sources, found: &mut Found) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for PolicyFile { domain, states, .. } in policies {
        for (side, source) in [Side::Before, Side::After].into_iter().zip(states) {
            let Some(source) = *source else { continue };
            match mta_sts::read(sources, source) {
                Ok(policy) => found.builder.add_policy(side, domain.clone(), policy),
                Err(gaps) if side == Side::After => found.gaps.extend(gaps),
                Err(_) => {}
            }
            if inputs.iter().all(|input| input.source != source) {
                inputs.push(Input { source, kind: mta_sts::KIND, notes: Vec::new() });
            }
        }
    }
    inputs
}

/// Whether the owner is or was an MX owner or an exchange.
fn is_mail_name(diff: &Diff, pending: &Pending) -> bool {
    [&diff.before, &diff.after].into_iter().any(|side| {
        let owns_mx = side.node(pending.view, &pending.owner).records(&Rtype::Mx).next().is_some();
        owns_mx || !side.mail_owners(&pending.owner).is_empty()
    })
}

/// A gap for each zone in which the change makes an alias, and whose other records the inputs need not show.
fn partially_visible(diff: &Diff) -> Vec<Gap> {
    let mut zones: Vec<(ViewId, Vec<Name>, Place)> = Vec::new();
    for change in diff.changes() {
        let Some(after) = change.after().filter(|set| set.rtype == Rtype::Cname) else { continue };
        let seen = |side: &Snapshot| side.node(after.view, &after.owner).cnames().next().is_some();
        if diff.after.is_whole(after.view) || seen(&diff.before) || !seen(&diff.after) {
            continue;
        }
        match zones.last_mut() {
            Some((view, names, _)) if *view == after.view => names.push(after.owner.clone()),
            _ => zones.push((after.view, vec![after.owner.clone()], after.records[0].place.clone())),
        }
    }
    let gap = |(view, mut names, place): (ViewId, Vec<Name>, Place)| {
        names.dedup();
        let zone = diff.after.view(view).apex.as_ref().map_or("this zone".to_owned(), Name::unrooted);
        let aliases = if names.len() == 1 { "an alias appears" } else { "aliases appear" };
        let reason =
            format!("{aliases} in {zone}, of which only the records in these inputs were seen; others may exist");
        Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, place).about(names)
    };
    zones.into_iter().map(gap).collect()
}
