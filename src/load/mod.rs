//! Inputs become the two sides of a change. What an input is, only its loader knows.

pub mod hosts;
mod json;
mod mta_sts;
pub mod octodns;
pub mod terraform;
pub mod yaml;

use crate::diff::Diff;
use crate::gap::{Gap, ZONE_PARTIALLY_VISIBLE};
use crate::load::json::Base;
pub use crate::load::octodns::Repository;
pub use crate::load::terraform::{OwnTable, own_table};
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
    /// Documents that tell of both sides themselves: plans.
    pub documents: Vec<SourceId>,
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
    /// Values that must not be shown.
    pub hidden: Vec<Span>,
    /// What was read, for people who ask.
    pub notes: Vec<(SourceId, String)>,
    /// The same of trees, with their names.
    pub trees: Vec<String>,
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
    if input.kind == octodns::KIND { yaml::outside_scalars(sources, input.source, offsets) } else { Vec::new() }
}

/// Reads these inputs as one change. Values that must not be shown are hidden in `sources`.
pub fn load(sources: &mut Sources, inputs: Inputs) -> Loaded {
    let Inputs { documents, repositories, tables, zones, policies } = inputs;
    let mut found = Found::default();
    let (planned, others): (Vec<SourceId>, Vec<SourceId>) =
        documents.into_iter().partition(|&source| octodns::is_plan(sources.get(source).bytes()));
    let mut inputs = Vec::new();
    let bases: Vec<Base> = others.iter().map(|&source| Base { source, bytes: sources.get(source).bytes() }).collect();
    for (base, is_read) in bases.iter().zip(terraform::load(&bases, &tables, &zones, &mut found)) {
        let kind = if is_read { terraform::KIND } else { UNREADABLE };
        let notes = found.notes.iter().filter(|(source, _)| *source == base.source);
        inputs.push(Input { source: base.source, kind, notes: notes.map(|(_, note)| note.clone()).collect() });
    }
    let compared = inputs.iter().any(|input| input.kind != UNREADABLE)
        || !planned.is_empty()
        || repositories.iter().any(|repository| repository.before.is_some());
    inputs.extend(octodns::load(repositories, &planned, sources, &mut found));
    inputs.extend(add_policies(&policies, sources, &mut found));
    let Found { builder, mut gaps, pending, hidden, trees: notes, .. } = found;
    sources.hide(hidden);
    let (before, after) = builder.finish();
    let diff = Diff { before, after };
    gaps.extend(pending.into_iter().filter(|pending| is_mail_name(&diff, pending)).map(|pending| pending.gap));
    gaps.extend(partially_visible(&diff));
    Loaded { diff, gaps, inputs, notes, compared }
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
