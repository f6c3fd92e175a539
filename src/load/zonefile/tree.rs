//! Zone files of a tree, in one state or in two: those that are named, or all that lie there.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::{Around, Likeness, START, Zone, likeness, may_be_one, read};
use crate::gap::Gap;
use crate::load::{Found, Part, Repository, repeated};
use crate::name::Name;
use crate::record::{Side, View};
use crate::severity::Severity;
use crate::source::{Bytes, Sources};
use crate::workspace::{Tree, directory_of};

/// The zone files of a tree, read and not added yet.
pub struct InTree {
    part: Part,
    /// Whether each of the files was named, and so is an input of its own.
    are_named: bool,
    /// None if nothing is compared.
    before: Option<Placed>,
    after: Placed,
    /// The root, for people who ask.
    root: String,
}

/// The zones of one state, by the path of their file.
type Placed = BTreeMap<String, Zone>;

impl InTree {
    /// Reads these zone files of a tree in the states of it, or all that lie there if none are named.
    pub fn read(repository: &mut Repository, named: Option<Vec<String>>, sources: &mut Sources) -> InTree {
        let Repository { before, after, part, .. } = repository;
        let are_named = named.is_some();
        let mut paths = named.unwrap_or_else(|| {
            let found: BTreeSet<String> = before.iter_mut().chain([&mut *after]).flat_map(find).collect();
            found.into_iter().collect()
        });
        let mut old = before.as_mut().map(|before| place(&paths, before, sources));
        let mut new = place(&paths, after, sources);
        if are_named {
            paths.retain(|path| !new.contains_key(path) && !old.as_ref().is_some_and(|old| old.contains_key(path)));
            for path in paths {
                let reason = format!("there is no such file {}", after.state());
                new.insert(path.clone(), unread(&path, after, sources, &reason));
            }
        } else {
            old.iter_mut().chain([&mut new]).for_each(leave_out_included);
        }
        InTree { part: *part, are_named, before: old, after: new, root: after.name("") }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.after.is_empty() && self.before.as_ref().is_none_or(Placed::is_empty)
    }

    /// Leaves out the zones that something else in the tree says all of, before and after the change.
    pub fn leave_out(&mut self, before: &BTreeSet<Name>, after: &BTreeSet<Name>, found: &mut Found) {
        let mut left_out = BTreeSet::new();
        for (known, zones) in self.before.iter_mut().map(|zones| (before, zones)).chain([(after, &mut self.after)]) {
            zones.retain(|path, zone| {
                let is_known = zone.apex.as_ref().is_some_and(|apex| known.contains(apex));
                if is_known {
                    left_out.insert(path.clone());
                }
                !is_known
            });
        }
        let note = |path| format!("{}: {path} is not read, since octodns has its zone", self.root);
        found.trees.extend(left_out.into_iter().map(note));
    }

    /// Adds what was read. `has_plan` is whether a plan tells what the change is.
    pub fn add(self, has_plan: bool, found: &mut Found) {
        let InTree { part, are_named, before, mut after, root } = self;
        let number = after.len();
        if number > 0 {
            let files = if number == 1 { "zone file" } else { "zone files" };
            found.trees.push(format!("{root}: {number} {files} of name servers read"));
        }
        let stays = part != Part::Changed || has_plan && before.is_none();
        let compared = before.is_some();
        let mut before = before.unwrap_or_default();
        if !are_named {
            tell_apart(&mut before, &mut after);
        }
        let [in_before, in_after] = [&before, &after].map(views);
        found.builder.begin_input(part == Part::Context);
        let mut is_first = true;
        let mut begin = |found: &mut Found| {
            if are_named && !mem::replace(&mut is_first, false) {
                found.builder.begin_input(part == Part::Context);
            }
        };
        for (path, zone) in after {
            begin(found);
            let mut side = if stays { Side::Both } else { Side::After };
            match before.remove(&path) {
                Some(old) if old.files == zone.files && old.view() == zone.view() && !zone.files.is_empty() => {
                    side = Side::Both;
                }
                Some(old) => repaired(old, Some(&zone)).add(Side::Before, found),
                // A zone that is not there yet is empty.
                None if compared && !are_named && zone.whole && !in_before.contains(&zone.view()) => {
                    zone.mark_whole(Side::Before, found);
                }
                None => {}
            }
            zone.add(side, found);
        }
        for zone in before.into_values() {
            begin(found);
            // And so is one that is no more.
            if !are_named && zone.whole && !in_after.contains(&zone.view()) {
                zone.mark_whole(Side::After, found);
            }
            repaired(zone, None).add(Side::Before, found);
        }
    }
}

/// The directory in which all zone files of a tree lie, as far as they lie in one, or else its root.
pub fn home(tree: &mut Tree) -> Option<String> {
    let homes: BTreeSet<String> = find(tree).iter().map(|path| directory_of(path).to_owned()).collect();
    match homes.first().filter(|home| homes.len() == 1 && !home.is_empty()) {
        Some(home) => Some(home.clone()),
        None => (!homes.is_empty()).then(|| ".".to_owned()),
    }
}

/// The files of a tree that are zone files, by their names and, unless a name is enough, by what they hold.
fn find(tree: &mut Tree) -> Vec<String> {
    let candidates = tree.files().iter().filter_map(|path| Some((path.clone(), likeness(path)?)));
    let mut found = Vec::new();
    for (path, likeness) in candidates.collect::<Vec<_>>() {
        let is_one = match tree.start(&path, START) {
            Ok(start) => may_be_one(likeness, &start),
            // One that is called so is told to be unreadable.
            Err(_) => likeness != Likeness::Domain,
        };
        if is_one {
            found.push(path);
        }
    }
    found
}

/// Reads those of these files that a state holds.
fn place(paths: &[String], tree: &mut Tree, sources: &mut Sources) -> Placed {
    let mut placed = Placed::new();
    for path in paths {
        if !tree.has_file(path) {
            continue;
        }
        let zone = match tree.read_within(sources, path) {
            Ok(source) => read(sources, source, path, Around::Tree(tree)),
            Err(reason) => unread(path, tree, sources, &reason),
        };
        placed.insert(path.clone(), zone);
    }
    placed
}

/// What is known of a file that cannot be read: why.
fn unread(path: &str, tree: &Tree, sources: &mut Sources, reason: &str) -> Zone {
    Zone::unread(sources.add(tree.name(path), Bytes::Owned(Vec::new())), reason)
}

/// Leaves out files that another includes: they are parts of its zone. Of files in a circle none is part of another.
fn leave_out_included(zones: &mut Placed) {
    let files: Vec<_> = zones.values().map(|zone| zone.files.clone()).collect();
    zones.retain(|_, zone| {
        let Some(file) = zone.files.first() else { return true };
        let includes = |others: &Vec<_>| others.first() != Some(file) && others.contains(file);
        !files.iter().any(|others| includes(others) && !others.first().is_some_and(|other| zone.files.contains(other)))
    });
}

/// Makes views of their own of zones of which a state has several, as of those that are served inside and outside. A file
/// without an SOA is part of the only one in its directory, if there is one.
fn tell_apart(before: &mut Placed, after: &mut Placed) {
    let several = &in_several(before) | &in_several(after);
    for zones in [before, after] {
        let whole: Vec<(String, Name)> = zones
            .iter()
            .filter(|(_, zone)| zone.has_soa)
            .filter_map(|(path, zone)| Some((path.clone(), zone.apex.clone()?)))
            .collect();
        for (path, zone) in zones.iter_mut() {
            let Some(apex) = zone.apex.as_ref().filter(|apex| several.contains(*apex)) else { continue };
            let is_near = |other: &&(String, Name)| other.1 == *apex && directory_of(&other.0) == directory_of(path);
            let mut near = whole.iter().filter(is_near);
            let id = match (near.next(), near.next()) {
                (Some((whole, _)), None) => whole,
                _ => path,
            };
            zone.id = Some(id.as_str().into());
        }
    }
}

/// The zones of which several files have the SOA.
fn in_several(zones: &Placed) -> BTreeSet<Name> {
    repeated(zones.values().filter(|zone| zone.has_soa).filter_map(|zone| zone.apex.as_ref()))
}

fn views(zones: &Placed) -> BTreeSet<Option<View>> {
    zones.values().map(Zone::view).collect()
}

/// A zone before the change. What is wrong there may be what the change repairs, and is told once.
fn repaired(mut zone: Zone, after: Option<&Zone>) -> Zone {
    let said = after.map_or(&[][..], |after| &after.gaps);
    zone.gaps.retain(|gap| {
        let is_same = |said: &Gap| said.place.span.start == gap.place.span.start && said.reason == gap.reason;
        !said.iter().any(is_same)
    });
    for gap in &mut zone.gaps {
        gap.severity = gap.severity.min(Severity::Warning);
    }
    zone
}
