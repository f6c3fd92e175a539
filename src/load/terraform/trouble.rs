//! The gaps of all plans, each said once.

use std::collections::BTreeMap;

use crate::gap::{Gap, UNMODELLED_DNS_RESOURCE};
use crate::load::terraform::provider::UnreadRow;
use crate::record::ViewId;
use crate::source::{Place, SourceId};

/// Collects gaps. Instances of one block share theirs, and so do resources of one type that is not known.
#[derive(Debug, Default)]
pub struct Troubles {
    /// By input, block, kind and part, with the number of further instances.
    blocks: BTreeMap<(SourceId, String, &'static str, &'static str), (Gap, usize)>,
    /// By zone.
    zones: BTreeMap<ViewId, Gap>,
    /// By source address of the provider.
    foreign: BTreeMap<String, Gap>,
    /// By type, with the first place and the number of further ones.
    unmodelled: BTreeMap<String, (Place, usize)>,
    /// By type.
    unread: BTreeMap<String, Gap>,
}

impl Troubles {
    /// A part of a record of this block that cannot be read.
    pub fn part(&mut self, block: String, part: &'static str, gap: Gap) {
        let key = (gap.place.span.source, block, gap.coverage.id, part);
        self.blocks.entry(key).and_modify(|(_, more)| *more += 1).or_insert((gap, 0));
    }

    /// Something about a zone as a whole.
    pub fn zone(&mut self, view: ViewId, gap: Gap) {
        self.zones.entry(view).or_insert(gap);
    }

    /// A provider that no table speaks for, whose resource types are those of one that has a table.
    pub fn foreign(&mut self, source: &str, known: &str, place: Place) {
        let reason = format!("the provider {source} is not known here; its resources are read as those of {known}");
        let gap = Gap::new(&UNMODELLED_DNS_RESOURCE, reason, place);
        self.foreign.entry(source.to_owned()).or_insert(gap);
    }

    /// A resource of a type that looks like DNS and that no table knows.
    pub fn unmodelled(&mut self, resource_type: &str, place: Place) {
        self.unmodelled.entry(resource_type.to_owned()).and_modify(|(_, more)| *more += 1).or_insert((place, 0));
    }

    /// A resource of a type whose records cannot be read.
    pub fn unread(&mut self, row: &UnreadRow, place: Place) {
        let reason = format!("the records of `{}` are not checked: it {}", row.resource_type, row.why);
        let gap = Gap::new(&UNMODELLED_DNS_RESOURCE, reason, place);
        self.unread.entry(row.resource_type.clone()).or_insert(gap);
    }

    /// All of them.
    pub fn into_gaps(self) -> impl Iterator<Item = Gap> {
        let parts = self.blocks.into_values().map(|(gap, more)| match more {
            0 => gap,
            1 => Gap { reason: format!("{}; nor is 1 more instance of this block", gap.reason), ..gap },
            _ => Gap { reason: format!("{}; nor are {more} more instances of this block", gap.reason), ..gap },
        });
        let unmodelled = self.unmodelled.into_iter().map(|(resource_type, (place, more))| {
            let which = match more {
                0 => "this resource is".to_owned(),
                _ => format!("this resource and {more} more of its type are"),
            };
            let reason =
                format!("`{resource_type}` looks like DNS records, but is not known here: {which} not checked");
            Gap::new(&UNMODELLED_DNS_RESOURCE, reason, place)
        });
        let rest = self.foreign.into_values().chain(self.unread.into_values());
        parts.chain(self.zones.into_values()).chain(rest).chain(unmodelled)
    }
}
