//! The records that the files of a zone hold.

use std::collections::HashMap;
use std::rc::Rc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::config::Directory;
use super::entry::{Placed, Reading, Written, hidden_name, records_of};
use super::order::{self, Order};
use crate::load::yaml::{self, Fault, NodeId, Value};
use crate::name::Name;
use crate::record::Misread;
use crate::source::Place;

/// What the files of a zone hold.
#[derive(Debug, Default)]
pub struct Contents {
    /// The records, in the order in which they were read.
    pub records: Vec<Rc<Written>>,
    /// What is written otherwise than it is read.
    pub slips: Vec<(Name, Misread, Place)>,
    /// What cannot be read.
    pub faults: Vec<Fault>,
    /// Records by owner and type, each with a digest of these.
    known: HashTable<(u64, usize)>,
}

impl Contents {
    /// Takes in one file.
    pub fn add(&mut self, root: Value, path: &str, apex: &Name, directory: &Directory, readings: &mut Readings) {
        let Some(entries) = root.entries() else {
            let message = format!("this file holds {}, but a mapping from names to records is due", root.kind());
            self.faults.push(Fault::new(root, message));
            return;
        };
        if let Some(order) = directory.order {
            self.faults.extend(order::fault(&entries.shown, order));
        }
        self.slips.extend(entries.hidden.iter().filter_map(|(hidden, by)| hidden_name(hidden, by, apex)));
        let known = readings.of(path, apex, directory);
        let count = entries.shown.len();
        self.records.reserve(count);
        // Some names have several records.
        self.known.reserve(count + count / 2, |(digest, _)| *digest);
        known.readings.reserve(count.saturating_sub(known.readings.len()));
        for entry in &entries.shown {
            let read = || Reading::new(entry, apex, directory);
            if entry.is_alone() {
                self.take(known.reading(entry.value.id(), read), entry, directory.replaces);
            } else {
                self.take(&read(), entry, directory.replaces);
            }
        }
    }

    /// Takes in what an entry holds, or another that was read and has the same words.
    fn take(&mut self, reading: &Reading, entry: &yaml::Entry, replaces: bool) {
        self.slips.extend(reading.slips.iter().cloned());
        self.faults.extend(reading.faults.iter().cloned());
        for placed in &reading.records {
            self.keep(placed, entry, replaces);
        }
    }

    fn keep(&mut self, placed: &Placed, entry: &yaml::Entry, replaces: bool) {
        let Placed { written, number, digest } = placed;
        let Contents { records, known, .. } = self;
        let is_like = |(other, at): &(u64, usize)| other == digest && records[*at].is_like(written);
        match known.entry(*digest, is_like, |(digest, _)| *digest) {
            Entry::Occupied(known) if replaces => records[known.get().1] = Rc::clone(written),
            Entry::Occupied(_) => {
                let message = format!("octodns refuses a second {} of one name", written.rtype);
                self.faults.push(Fault::new(records_of(entry)[*number], message));
            }
            Entry::Vacant(vacant) => {
                vacant.insert((*digest, records.len()));
                records.push(Rc::clone(written));
            }
        }
    }
}

/// The entries that were read, so that those which a change leaves alone are read once.
#[derive(Debug, Default)]
pub struct Readings {
    by_setting: HashMap<Setting, Known>,
}

/// What tells what the text of an entry means: the file, the zone, the time to live of records that give none, the order
/// of keys, and whether semicolons are escaped.
type Setting = (String, Name, u32, Option<Order>, bool);

/// Entries that were read in one setting.
#[derive(Debug, Default)]
struct Known {
    /// By their values, which come in this order unless a file was turned around.
    readings: Vec<(NodeId, Reading)>,
    /// The one that is due next, if nothing differs from when they were read.
    next: usize,
}

impl Known {
    fn reading(&mut self, value: NodeId, read: impl FnOnce() -> Reading) -> &Reading {
        let Known { readings, next } = self;
        if readings.get(*next).is_none_or(|(due, _)| *due != value) {
            *next = readings.binary_search_by_key(&value, |(known, _)| *known).unwrap_or_else(|at| {
                readings.insert(at, (value, read()));
                at
            });
        }
        *next += 1;
        &readings[*next - 1].1
    }
}

impl Readings {
    fn of(&mut self, path: &str, apex: &Name, directory: &Directory) -> &mut Known {
        let Directory { default_ttl, order, escaped_semicolons, .. } = *directory;
        let setting = (path.to_owned(), apex.clone(), default_ttl, order, escaped_semicolons);
        self.by_setting.entry(setting).or_default()
    }
}
