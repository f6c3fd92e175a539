//! The records that the files of a zone hold.

use std::collections::{HashMap, hash_map};
use std::hash::BuildHasher;
use std::rc::Rc;

use foldhash::fast::{FixedState, RandomState};

use super::config::Directory;
use super::entry::{Reading, Written, hidden_name};
use super::order::{self, Order};
use crate::load::yaml::{Entry, Fault, Value};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::Misread;
use crate::source::{Place, Span};

/// What the files of a zone hold.
#[derive(Debug, Default)]
pub struct Contents {
    /// The records, in the order in which they were read.
    pub records: Vec<Rc<Written>>,
    /// What is written otherwise than it is read.
    pub slips: Vec<(Name, Misread, Place)>,
    /// What cannot be read.
    pub faults: Vec<Fault>,
    /// Records by owner and type.
    known: HashMap<(Name, Rtype), usize, RandomState>,
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
        known.reserve(entries.shown.len().saturating_sub(known.len()));
        self.known.reserve(entries.shown.len());
        for entry in &entries.shown {
            let reading = reading(known, entry, apex, directory);
            self.slips.extend(reading.slips.iter().cloned());
            self.faults.extend(reading.faults.iter().cloned());
            for (written, at) in &reading.records {
                self.keep(written, *at, directory.replaces);
            }
        }
    }

    fn keep(&mut self, written: &Rc<Written>, at: Span, replaces: bool) {
        let key = (written.owner.clone(), written.rtype.clone());
        match self.known.get(&key) {
            Some(&at) if replaces => self.records[at] = Rc::clone(written),
            Some(_) => {
                let message = format!("octodns refuses a second {} of one name", written.rtype);
                self.faults.push(Fault { message, span: at });
            }
            None => {
                self.known.insert(key, self.records.len());
                self.records.push(Rc::clone(written));
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

/// Entries that were read in one setting, each with its place, by a digest of their text.
type Known = HashMap<u64, (Span, Rc<Reading>), RandomState>;

impl Readings {
    fn of(&mut self, path: &str, apex: &Name, directory: &Directory) -> &mut Known {
        let Directory { default_ttl, order, escaped_semicolons, .. } = *directory;
        let setting = (path.to_owned(), apex.clone(), default_ttl, order, escaped_semicolons);
        self.by_setting.entry(setting).or_default()
    }
}

/// Reads an entry, if none of its text was read before.
fn reading(known: &mut Known, entry: &Entry, apex: &Name, directory: &Directory) -> Rc<Reading> {
    let read = || Rc::new(Reading::new(entry, apex, directory));
    let Some(span) = entry.span_alone() else { return read() };
    let text = entry.key.text_at(span);
    match known.entry(FixedState::default().hash_one(text)) {
        hash_map::Entry::Vacant(vacant) => Rc::clone(&vacant.insert((span, read())).1),
        hash_map::Entry::Occupied(occupied) => {
            let (known, reading) = occupied.get();
            if entry.key.text_at(*known) == text { Rc::clone(reading) } else { read() }
        }
    }
}
