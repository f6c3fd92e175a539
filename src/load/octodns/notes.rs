//! What was read of a tree and what was passed over, for people who ask: a line each.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Origin, Target};
use super::discovery::{Setup, files_of, is_yaml};
use super::documents::State;
use crate::workspace::Tree;

/// How a tree was listed, and what it is compared with.
pub fn on_trees(before: Option<&Tree>, after: &Tree) -> String {
    let told = |tree: &Tree| format!("{} {}", count(tree.files().len(), "file"), tree.state());
    let compared = before.map_or("nothing is compared".to_owned(), |tree| format!("compared with {}", told(tree)));
    format!("{}: {}; {compared}", after.name(""), told(after))
}

/// What a state holds: paths from the root, each with a note. `everything` is whether all of it was looked at.
pub fn on_state(setups: &[Setup], state: &State, everything: bool) -> Vec<(String, String)> {
    let mut notes = Vec::new();
    let mut read = BTreeSet::new();
    for setup in setups {
        let files = files_of(setup, state);
        let names: BTreeSet<String> = setup.zones.iter().map(|zone| zone.name.apex.unrooted()).collect();
        let (zones, number) = (some(&names), count(files.len(), "zone file"));
        let mut note = |text| notes.push((setup.path.clone(), text));
        if setup.is_configured {
            note(format!("a configuration of {zones}; {number} read{}", places(setup)));
            passed_over(setup).into_iter().for_each(note);
            read.insert(setup.path.clone());
        } else {
            note(format!("{number} read without a configuration: {zones}"));
        }
        read.extend(files);
    }
    let is_other = |file: &&String| is_yaml(file) && !read.contains(*file);
    let others: BTreeSet<String> = state.tree.files().iter().filter(is_other).cloned().collect();
    if everything && !others.is_empty() {
        notes.push((String::new(), format!("neither a configuration nor a zone file: {}", some(&others))));
    }
    notes
}

/// The directories that a configuration reads, and where its records go.
fn places(setup: &Setup) -> String {
    let mut directories = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for zone in &setup.zones {
        for origin in &zone.sources {
            if let Origin::Directory(directory) = origin {
                directories.insert(if directory.path.is_empty() { ".".to_owned() } else { directory.path.clone() });
            }
        }
        targets.extend(zone.targets.iter().map(|target| match target.host() {
            Some(host) => format!("{} ({})", target.id, host.name),
            None => format!("{} ({}, of which nothing is known)", target.id, target.class),
        }));
    }
    let part = |start: &str, names: &BTreeSet<String>| {
        if names.is_empty() { String::new() } else { format!("{start}{}", some(names)) }
    };
    part(" in ", &directories) + &part("; records go to ", &targets)
}

/// What of a configuration is not read or not followed, each with the number of zones that it concerns.
fn passed_over(setup: &Setup) -> Vec<String> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for zone in &setup.zones {
        let foreign = zone.sources.iter().filter_map(|origin| match origin {
            Origin::Foreign(Target { id, class }) => Some(format!("the source {id} ({class}) is not read")),
            Origin::Directory(_) => None,
        });
        let unfollowed = zone.processors.iter().filter_map(|processor| processor.blind_spot());
        let copied = zone.alias.is_some().then(|| "read as a copy of another zone".to_owned());
        for text in foreign.chain(unfollowed).chain(copied).collect::<BTreeSet<String>>() {
            *numbers.entry(text).or_default() += 1;
        }
    }
    numbers.into_iter().map(|(text, number)| format!("{}: {text}", count(number, "zone"))).collect()
}

/// The first names of many, and how many more there are.
fn some(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    if shown.is_empty() { "no zones".to_owned() } else { shown.join(", ") + &more }
}

const SHOWN: usize = 5;

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
