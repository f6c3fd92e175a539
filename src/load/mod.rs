//! Inputs become the two sides of a change. What an input is, only its loader knows.

mod json;
pub mod terraform;

use crate::diff::Diff;
use crate::gap::{Gap, ZONE_PARTIALLY_VISIBLE};
use crate::load::json::Base;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Builder, Snapshot, ViewId};
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
}

/// What the report calls an input that no loader can read.
pub const UNREADABLE: &str = "unreadable-input";

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

/// Reads these inputs as one change. Values that must not be shown are hidden in `sources`.
pub fn load(sources: &mut Sources, ids: &[SourceId]) -> Loaded {
    let mut found = Found::default();
    let mut inputs = Vec::new();
    let bases: Vec<Base> = ids.iter().map(|&source| Base { source, bytes: sources.get(source).bytes() }).collect();
    for (base, is_read) in bases.iter().zip(terraform::load(&bases, &mut found)) {
        let kind = if is_read { terraform::KIND } else { UNREADABLE };
        let notes = found.notes.iter().filter(|(source, _)| *source == base.source);
        inputs.push(Input { source: base.source, kind, notes: notes.map(|(_, note)| note.clone()).collect() });
    }
    let Found { builder, mut gaps, pending, hidden, .. } = found;
    sources.hide(hidden);
    let (before, after) = builder.finish();
    let diff = Diff { before, after };
    gaps.extend(pending.into_iter().filter(|pending| is_mail_name(&diff, pending)).map(|pending| pending.gap));
    gaps.extend(partially_visible(&diff));
    Loaded { diff, gaps, inputs }
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
