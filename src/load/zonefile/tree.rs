//! Zone files of a tree, in one state or in two.

use std::collections::BTreeMap;

use super::{Around, KIND, Zone, read};
use crate::load::{Found, Part, Repository};
use crate::record::Side;
use crate::severity::Severity;
use crate::source::{Bytes, SourceId, Sources};
use crate::workspace::Tree;

/// The zone files of a tree, read and not added yet.
pub struct InTree {
    part: Part,
    before: Placed,
    after: Placed,
}

/// The zones of one state by the path of their file, each with the name that the file has in the working tree.
type Placed = BTreeMap<String, (String, Zone)>;

impl InTree {
    /// Reads the zone files among those that a repository starts from. Gives back the repository with the others; none if
    /// there are no others.
    pub fn take(mut repository: Repository, sources: &mut Sources) -> (Option<Repository>, InTree) {
        let (others, zones): (Vec<String>, Vec<String>) =
            std::mem::take(&mut repository.files).into_iter().partition(|path| is_yaml(path));
        let is_done = others.is_empty() && !zones.is_empty();
        repository.files = others;
        let Repository { before, after, part, .. } = &mut repository;
        let mut in_tree = InTree { part: *part, before: Placed::new(), after: place(&zones, after, sources) };
        if let Some(before) = before {
            in_tree.before = place(&zones, before, sources);
        }
        for path in zones {
            if !in_tree.before.contains_key(&path) && !in_tree.after.contains_key(&path) {
                let zone = unread(&path, after, sources, &format!("there is no such file {}", after.state()));
                in_tree.after.insert(path.clone(), (after.name(&path), zone));
            }
        }
        ((!is_done).then_some(repository), in_tree)
    }

    /// Adds what was read, each file as an input of its own.
    pub fn add(self, found: &mut Found) {
        let InTree { part, mut before, after } = self;
        for (path, (name, zone)) in after {
            found.builder.begin_input(part == Part::Context);
            let mut side = if part == Part::Changed { Side::After } else { Side::Both };
            if let Some((name, old)) = before.remove(&path) {
                if old.files == zone.files && !zone.files.is_empty() {
                    side = Side::Both;
                } else {
                    add(repaired(old, Some(&zone)), &name, Side::Before, found);
                }
            }
            add(zone, &name, side, found);
        }
        for (name, zone) in before.into_values() {
            found.builder.begin_input(false);
            add(repaired(zone, None), &name, Side::Before, found);
        }
    }
}

/// Whether a file is left to `OctoDNS`, whatever it holds.
fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml"].iter().any(|ending| path.ends_with(ending))
}

/// Reads those of these files that a state holds.
fn place(paths: &[String], tree: &mut Tree, sources: &mut Sources) -> Placed {
    let mut placed = Placed::new();
    for path in paths.iter().filter(|path| tree.has_file(path)).collect::<Vec<_>>() {
        let zone = match tree.read_within(sources, path) {
            Ok(source) => read(sources, source, path, Around::Tree(tree)),
            Err(reason) => unread(path, tree, sources, &reason),
        };
        placed.insert(path.clone(), (tree.name(path), zone));
    }
    placed
}

/// What is known of a file that cannot be read: why.
fn unread(path: &str, tree: &Tree, sources: &mut Sources, reason: &str) -> Zone {
    Zone::unread(sources.add(tree.name(path), Bytes::Owned(Vec::new())), reason)
}

/// A zone before the change. What is wrong there may be what the change repairs, and is told once.
fn repaired(mut zone: Zone, after: Option<&Zone>) -> Zone {
    let said = after.map_or(&[][..], |after| &after.gaps);
    zone.gaps.retain(|gap| {
        said.iter().all(|said| (said.place.span.start, &said.reason) != (gap.place.span.start, &gap.reason))
    });
    for gap in &mut zone.gaps {
        gap.severity = gap.severity.min(Severity::Warning);
    }
    zone
}

fn add(zone: Zone, name: &str, side: Side, found: &mut Found) {
    found.include(zone.files.iter().map(|&file: &SourceId| (file, KIND)));
    zone.add(None, name, side, found);
}
