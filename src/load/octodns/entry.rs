//! One entry of a zone file: a name with its records.

use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;

use super::config::{Directory, is_true};
use super::data::{Datum, Type, integer};
use super::idna::{has_good_a_labels, to_ascii};
use super::order;
use crate::load::yaml::{Entry, Fault, Scalar, Value};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Misread, Record, Served};
use crate::source::{Place, Span};

/// A record of a zone file: what DNS calls a record set.
#[derive(Clone, Debug)]
pub struct Written {
    /// The owner.
    pub owner: Name,
    /// The type.
    pub rtype: Rtype,
    /// Seconds.
    pub ttl: u32,
    /// The records that answer where nothing more special does.
    pub records: Vec<Record>,
    /// The records that answer by place or by health, each set with the name of its pool or region.
    pub variants: Vec<(Arc<str>, Vec<Record>)>,
    /// Who gets it, and how, if that is said.
    pub options: Option<Box<Options>>,
}

impl Written {
    /// Whether both are of one owner and type.
    pub fn is_like(&self, other: &Written) -> bool {
        self.owner == other.owner && self.rtype == other.rtype
    }

    /// A digest of owner and type, another one in each run, so that nobody can make names whose digests are the same.
    fn digest(&self) -> u64 {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);
        HASHER.hash_one((&self.owner, &self.rtype))
    }
}

/// What `octodns:` says of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// It goes nowhere.
    pub ignored: bool,
    /// The only targets that get it; all if there are none.
    pub included: Vec<String>,
    /// Targets that do not get it.
    pub excluded: Vec<String>,
    /// Whether Cloudflare is to proxy it.
    pub proxied: bool,
}

impl Options {
    /// Whether all targets get the record.
    pub fn is_for_all(&self) -> bool {
        !self.ignored && self.included.is_empty() && self.excluded.is_empty()
    }

    /// Whether a target gets the record.
    pub fn go_to(&self, target: &str) -> bool {
        (self.included.is_empty() || self.included.iter().any(|id| id == target))
            && !self.excluded.iter().any(|id| id == target)
    }
}

/// A record in its place.
#[derive(Debug)]
pub struct Placed {
    /// The record.
    pub written: Rc<Written>,
    /// Which of the records of its entry it is.
    pub number: usize,
    /// A digest of its owner and type.
    pub digest: u64,
}

/// What an entry holds.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its records.
    pub records: Vec<Placed>,
    /// What is written otherwise than it is read.
    pub slips: Vec<(Name, Misread, Place)>,
    /// What cannot be read.
    pub faults: Vec<Fault>,
}

impl Reading {
    /// Reads an entry of the file of a zone.
    pub fn new(entry: &Entry, apex: &Name, directory: &Directory) -> Reading {
        let mut reading = Reading::default();
        if let Some(order) = directory.order {
            reading.faults.extend(order::faults(entry.value, order));
        }
        match Owner::read(entry.key, apex) {
            Ok(owner) => reading.add_name(&owner, entry, directory),
            Err(fault) => reading.faults.push(fault),
        }
        reading
    }

    /// Reads one side of a change in a plan, whose data are those of a record.
    pub fn planned(change: Value, data: Value, apex: &Name, directory: &Directory) -> Reading {
        let mut reading = Reading::default();
        let Some((key, rtype)) = change.get("name").zip(change.get("record_type")) else {
            reading.keep(Err(Fault::new(change, "the change has no `name` or no `record_type`")), 0);
            return reading;
        };
        let named = rtype.scalar().and_then(|text| Type::named(&text.python_str()));
        let read = Owner::read(key, apex).and_then(|owner| {
            let known = named.ok_or_else(|| Fault::new(rtype, "octodns knows no such record type"))?;
            let here = Here { key, block: change.span(), record: data, ttl: ttl(data, directory)? };
            reading.written(&owner, known, &here, directory)
        });
        reading.keep(read, 0);
        reading
    }

    fn add_name(&mut self, owner: &Owner, entry: &Entry, directory: &Directory) {
        if let Some(written) = &owner.rewritten {
            let place = Place { block: around(entry), ..Place::at(entry.key.span()) };
            self.slips.push((owner.name.clone(), Misread::Rewritten { written: written.clone() }, place));
        }
        let records = records_of(entry);
        self.records.reserve_exact(records.len());
        for (number, record) in records.into_iter().enumerate() {
            let read = self.read(owner, entry, record, directory);
            self.keep(read, number);
        }
    }

    fn keep(&mut self, read: Result<Written, Fault>, number: usize) {
        match read {
            Ok(written) => {
                let digest = written.digest();
                self.records.push(Placed { written: Rc::new(written), number, digest });
            }
            Err(fault) => self.faults.push(fault),
        }
    }

    fn read(&mut self, owner: &Owner, entry: &Entry, record: Value, directory: &Directory) -> Result<Written, Fault> {
        let Some(hidden) = record.hidden() else {
            return Err(Fault::new(record, format!("this is {}, but a record is due", record.kind())));
        };
        for (hidden, by) in &hidden {
            self.slips.push(slip_hidden(owner.name.clone(), hidden, by, Vec::new()));
        }
        let Some(written_type) = record.get("type") else {
            return Err(Fault::new(record, "this record has no `type`"));
        };
        let known = type_named(written_type).ok_or_else(|| {
            let text = written_type.printed().unwrap_or_default();
            Fault::new(written_type, format!("octodns knows no record type `{text}`"))
        })?;
        let ttl = ttl(record, directory)?;
        let here = Here { key: entry.key, block: around(entry), record, ttl };
        self.written(owner, known, &here, directory)
    }

    /// A record of a known type.
    fn written(&mut self, owner: &Owner, known: Type, here: &Here, directory: &Directory) -> Result<Written, Fault> {
        let options = options(here.record)?;
        let values = known.values(here.record, directory.escaped_semicolons);
        let mut records = Vec::with_capacity(values.len());
        for value in values {
            match value {
                Ok(datum) => records.push(here.record(datum)),
                Err((at, fault)) => {
                    // Something stands there all the same.
                    records.push(here.record(Datum { rdata: Rdata::Unknown, unrooted: false, at }));
                    self.faults.push(fault);
                }
            }
        }
        let variants = self.variants(here, &known);
        Ok(Written { owner: owner.name.clone(), rtype: known.rtype, ttl: here.ttl, records, variants, options })
    }

    /// The answers of pools (`dynamic`) and of regions (`geo`); types that have none take no notice of these keys.
    fn variants(&mut self, here: &Here, known: &Type) -> Vec<(Arc<str>, Vec<Record>)> {
        let is_one_of = |types: &[&str]| types.contains(&known.rtype.text());
        let dynamic = here.record.get("dynamic").filter(|_| is_one_of(&["A", "AAAA", "CNAME", "DNAME"]));
        let pools = dynamic.and_then(|dynamic| dynamic.get("pools"));
        let regions = here.record.get("geo").filter(|_| is_one_of(&["A", "AAAA"]));
        let mut variants = Vec::new();
        for (kind, groups) in [("pool", pools), ("region", regions)] {
            for group in groups.and_then(Value::entries).map(|entries| entries.shown).unwrap_or_default() {
                let list = if kind == "pool" { group.value.get("values") } else { Some(group.value) };
                let Some(items) = list.and_then(Value::items) else {
                    self.faults.push(Fault::new(group.key, format!("this {kind} has no list of values")));
                    continue;
                };
                let mut records = Vec::new();
                for item in items {
                    let value = if kind == "pool" { item.get("value") } else { Some(item) };
                    let value = value.ok_or_else(|| Fault::new(item, "`value` is missing"));
                    match value.and_then(|value| known.value(value, true)) {
                        Ok(datum) => records.push(here.record(datum)),
                        Err(fault) => self.faults.push(fault),
                    }
                }
                if !records.is_empty() {
                    let name = group.key.printed().unwrap_or_default();
                    variants.push((format!("{kind} {name}").into(), records));
                }
            }
        }
        variants
    }
}

/// The records of a name, as they are written.
pub fn records_of<'a>(entry: &Entry<'a>) -> Vec<Value<'a>> {
    entry.value.items().unwrap_or_else(|| vec![entry.value])
}

/// Seconds.
fn ttl(record: Value, directory: &Directory) -> Result<u32, Fault> {
    let Some(at) = record.get("ttl") else { return Ok(directory.default_ttl) };
    let seconds = integer(at)?.try_into();
    seconds.map_err(|_| Fault::new(at, "a time to live is a number of seconds from 0 to 4294967295"))
}

/// That an entry is hidden by another of the same key, with the types of the records that are lost.
fn slip_hidden(owner: Name, hidden: &Entry, by: &Entry, types: Vec<Rtype>) -> (Name, Misread, Place) {
    let key = hidden.key.printed().unwrap_or_default();
    let place = |entry: &Entry| Place { block: around(entry), ..Place::at(entry.key.span()) };
    (owner, Misread::Hidden { key, types, by: place(by) }, place(hidden))
}

/// That an entry of a zone file is hidden by another, if its key is a name.
pub fn hidden_name(hidden: &Entry, by: &Entry, apex: &Name) -> Option<(Name, Misread, Place)> {
    let owner = Owner::read(hidden.key, apex).ok()?;
    let types = types_of(hidden.value).into_iter().map(|known| known.rtype).collect();
    Some(slip_hidden(owner.name, hidden, by, types))
}

/// The types of the records of a name, as far as OctoDNS knows them.
fn types_of(value: Value) -> Vec<Type> {
    value.items().unwrap_or_else(|| vec![value]).into_iter().filter_map(type_of).collect()
}

/// Whether a document looks like a zone file: a mapping from names to records, some of which are right.
pub fn is_zone(root: Value) -> bool {
    let is_name = |entry: &Entry| !types_of(entry.value).is_empty();
    root.pairs().any(|entry| is_name(&entry)) || root.entries().is_some_and(|all| all.shown.iter().any(is_name))
}

/// The type of a record, if OctoDNS knows it.
fn type_of(record: Value) -> Option<Type> {
    type_named(record.get("type")?)
}

fn type_named(name: Value) -> Option<Type> {
    match name.scalar()? {
        Scalar::Text(text) => Type::named(&text),
        _ => None,
    }
}

/// The owner of records.
struct Owner {
    name: Name,
    /// The name as it is written, if YAML makes another of it.
    rewritten: Option<String>,
}

impl Owner {
    fn read(key: Value, apex: &Name) -> Result<Owner, Fault> {
        let scalar = key.scalar().ok_or_else(|| Fault::new(key, format!("this is {}, not a name", key.kind())))?;
        let text = scalar.python_str();
        let refused = |reason: &dyn std::fmt::Display| Fault::new(key, format!("this is no name: {reason}"));
        let relative = to_ascii(&text).map_err(|reason| refused(&reason))?;
        if !has_good_a_labels(&relative) {
            return Err(refused(&"a label starts with `xn--` and is no A-label"));
        }
        let name = match &*relative {
            "" => apex.clone(),
            labels => Name::unescaped(labels, apex).map_err(|error| refused(&error))?,
        };
        let written = key.written();
        let is_same = matches!(scalar, Scalar::Text(_)) || written.to_lowercase() == relative;
        Ok(Owner { name, rewritten: (!is_same).then(|| written.to_owned()) })
    }
}

/// A name with its records.
fn around(entry: &Entry) -> Span {
    let (key, value) = (entry.key.span(), entry.value.site());
    if key.source == value.source && key.start <= value.end { Span { end: value.end.max(key.end), ..key } } else { key }
}

/// A record in its place.
struct Here<'a> {
    key: Value<'a>,
    /// The name with its records.
    block: Span,
    record: Value<'a>,
    ttl: u32,
}

impl Here<'_> {
    fn record(&self, datum: Datum) -> Record {
        let Datum { rdata, unrooted, at } = datum;
        Record { rdata, ttl: Some(self.ttl), served: Served::AsIs, unrooted, place: self.place(at) }
    }

    /// A value, and where it is brought in if an anchor or an include holds it.
    fn place(&self, at: Value) -> Place {
        let span = at.span();
        if self.block.contains(span) {
            return Place { block: self.block, ..Place::at(span) };
        }
        let sites = [at.site(), self.record.site()];
        let site = sites.into_iter().find(|site| self.block.contains(*site) && !site.is_same(self.record.span()));
        let block = if self.record.span().contains(span) { self.record.span() } else { span };
        Place { span, block, address: None, site: Some(site.unwrap_or(self.key.span())) }
    }
}

fn options(record: Value) -> Result<Option<Box<Options>>, Fault> {
    let Some(at) = record.get("octodns") else { return Ok(None) };
    if !at.is_mapping() {
        return Err(Fault::new(at, format!("`octodns` is {}, but a mapping is due", at.kind())));
    }
    let list = |key| {
        let items = at.get(key).map(|list| list.items().unwrap_or_else(|| vec![list]));
        items.unwrap_or_default().into_iter().filter_map(Value::printed).collect()
    };
    Ok(Some(Box::new(Options {
        ignored: at.get("ignored").is_some_and(is_true),
        included: list("included"),
        excluded: list("excluded"),
        proxied: at.get("cloudflare").and_then(|cloudflare| cloudflare.get("proxied")).is_some_and(is_true),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::yaml::Yaml;
    use crate::source::{Bytes, Sources};

    /// The only record of an entry, and how many faults there are.
    fn read(text: &str) -> (Written, usize) {
        let mut sources = Sources::default();
        let id = sources.add("test".to_owned(), Bytes::Owned(format!("www: {{{text}}}").into_bytes()));
        let mut yaml = Yaml::default();
        let root = yaml.parse(&sources, id).unwrap().root.unwrap();
        let entry = yaml.value(&sources, root).entries().unwrap().shown[0];
        let Reading { records, faults, .. } = Reading::new(&entry, &Name::root(), &Directory::plain(""));
        (Written::clone(&records[0].written), faults.len())
    }

    #[test]
    fn flags_are_what_python_takes_for_true() {
        for (flag, is_set) in
            [("true", true), ("1", true), ("'no'", true), ("no", false), ("0", false), ("''", false), ("", false)]
        {
            let options = format!("octodns: {{ignored: {flag}, cloudflare: {{proxied: {flag}}}}}");
            let (written, faults) = read(&format!("type: A, value: 192.0.2.1, {options}"));
            let options = written.options.unwrap();
            assert_eq!((options.ignored, options.proxied, faults), (is_set, is_set, 0), "{flag}");
        }
    }

    #[test]
    fn only_types_that_answer_by_place_or_health_have_regions_and_pools() {
        for (text, variants) in [
            ("type: A, value: 192.0.2.1, geo: {NA: [192.0.2.2]}", 1),
            ("type: CNAME, value: a.example., dynamic: {pools: {one: {values: [{value: b.example.}]}}}", 1),
            ("type: CNAME, value: a.example., geo: {NA: [b.example.]}", 0),
            ("type: MX, value: {exchange: a.example., preference: 1}, geo: {NA: [192.0.2.2]}", 0),
            ("type: TXT, value: x, dynamic: {pools: {one: {values: [{value: y}]}}}", 0),
        ] {
            let (written, faults) = read(text);
            assert_eq!((written.variants.len(), faults), (variants, 0), "{text}");
        }
        for text in
            ["{}", "{values: 192.0.2.2}", "{values: [192.0.2.2]}", "{values: [{weight: 1}]}", "{values: [{value: x}]}"]
        {
            let text = format!("type: A, value: 192.0.2.1, dynamic: {{pools: {{one: {text}}}}}");
            let (written, faults) = read(&text);
            assert_eq!((written.variants.len(), faults), (0, 1), "{text}");
        }
    }
}
