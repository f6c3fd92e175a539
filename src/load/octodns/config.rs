//! A configuration file: which zones there are, where their records come from and where they go.
//!
//! Everything that decides about records is read here; the rest of the file is nobody's business. What cannot be
//! followed is told, never skipped.

use std::collections::HashMap;
use std::rc::Rc;

use regex_lite::Regex;

use super::data::integer;
use super::documents::{State, unreadable};
use super::idna::to_ascii;
use super::order::Order;
use super::processor::Processor;
use crate::gap::{Gap, INPUT_UNREADABLE, ZONE_PARTIALLY_VISIBLE};
use crate::load::hosts::{self, Host};
use crate::load::yaml::{Entry, Scalar, Value};
use crate::name::Name;
use crate::severity::Severity;
use crate::source::Place;
use crate::workspace::{self, directory_of, join};

/// Zones that are made together.
#[derive(Debug, Default)]
pub struct Config {
    /// The path of its file.
    pub path: String,
    /// In the order of the file.
    pub zones: Vec<Zone>,
    /// The directories that zones are read from, or could be: all but those that they are only written to.
    pub directories: Vec<Rc<Directory>>,
}

/// One zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its name.
    pub name: ZoneName,
    /// Where it is configured.
    pub place: Place,
    /// Where its records come from, in this order.
    pub sources: Vec<Origin>,
    /// Where they go; none if that is not said.
    pub targets: Vec<Target>,
    /// What changes its records on the way.
    pub processors: Vec<Rc<Processor>>,
    /// The zone that it is a copy of.
    pub alias: Option<Name>,
}

/// The name of a zone, in the two forms that files are called after.
#[derive(Clone, Debug)]
pub struct ZoneName {
    /// The name.
    pub apex: Name,
    /// With U-labels and a final dot.
    pub decoded: String,
    /// With A-labels and a final dot.
    pub encoded: String,
}

impl ZoneName {
    /// Reads the name of a zone, which ends with a dot.
    pub fn parse(text: &str) -> Result<ZoneName, String> {
        let encoded = to_ascii(text)?.into_owned();
        let labels = encoded.strip_suffix('.').ok_or("the name of a zone ends with a dot")?;
        let apex =
            Name::unescaped(labels, &Name::root()).map_err(|error| format!("this is no domain name: {error}"))?;
        let (decoded, _) = idna::domain_to_unicode(&encoded);
        Ok(ZoneName { apex, decoded, encoded })
    }
}

/// Where records come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Files of YAML.
    Directory(Rc<Directory>),
    /// Something that only OctoDNS can ask, named as a target is.
    Foreign(Target),
}

/// Where records go to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// As the configuration calls it.
    pub id: String,
    /// The class that writes to it.
    pub class: String,
}

impl Target {
    /// The DNS host behind it, if that is known.
    pub fn host(&self) -> Option<&'static Host> {
        hosts::of_octodns(&self.class)
    }
}

/// A directory of zone files, and how they are read (`YamlProvider`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Directory {
    /// Relative to the root of the tree.
    pub path: String,
    /// Seconds, for records that give none.
    pub default_ttl: u32,
    /// The order that keys must have.
    pub order: Option<Order>,
    /// Whether a record takes the place of an earlier one of the same name and type.
    pub replaces: bool,
    /// What the names of directories end with that hold a zone in several files.
    pub split_extension: Option<String>,
    /// A file whose records are in every zone.
    pub shared_file: Option<String>,
    /// Whether zones have no file of their own name.
    pub no_zone_file: bool,
    /// Whether semicolons in texts are written `\;`.
    pub escaped_semicolons: bool,
    /// Whether a zone without files is empty rather than a mistake.
    pub may_be_missing: bool,
    /// The only file to read, if it was asked for by name.
    pub only: Option<String>,
}

impl Directory {
    /// A directory that no configuration speaks of.
    pub fn plain(path: &str) -> Directory {
        Directory {
            path: path.to_owned(),
            default_ttl: 3600,
            order: None,
            replaces: false,
            split_extension: Some(".".to_owned()),
            shared_file: None,
            no_zone_file: false,
            escaped_semicolons: true,
            may_be_missing: false,
            only: None,
        }
    }

    /// The files of a zone, in the order in which they are read. The error says what is wrong.
    pub fn files(&self, zone: &ZoneName, state: &State) -> Result<Vec<String>, String> {
        if let Some(only) = &self.only {
            return Ok(vec![only.clone()]);
        }
        let path = |name: &str| join(&self.path, name).unwrap_or_default();
        let either = |suffix: &dyn Fn(&str) -> String, exists: &dyn Fn(&str) -> bool| {
            let [utf8, ascii] = [&zone.decoded, &zone.encoded].map(|name| path(&suffix(name)));
            match (exists(&utf8), exists(&ascii)) {
                (true, true) if utf8 != ascii => Err(format!("both {utf8} and {ascii} exist; octodns takes only one")),
                (true, _) => Ok(Some(utf8)),
                (false, true) => Ok(Some(ascii)),
                (false, false) => Ok(None),
            }
        };
        let mut files = Vec::new();
        if let Some(extension) = &self.split_extension {
            let directory =
                either(&|name| format!("{}{extension}", without_dot(name)), &|path| state.tree.has_directory(path))?;
            let inside = directory.into_iter().flat_map(|directory| state.tree.files_in(&directory));
            files.extend(inside.filter(|file| is_zone_file(file)));
        }
        if !self.no_zone_file {
            files.extend(either(&|name| format!("{name}yaml"), &|path| state.tree.has_file(path))?);
        }
        files.extend(self.shared_file.as_ref().map(|shared| path(shared)));
        files.sort();
        Ok(files)
    }

    /// The names of all zones in the directory, as OctoDNS lists them.
    pub fn zones(&self, state: &State) -> Vec<String> {
        let name_of = |path: String| path.rsplit('/').next().unwrap_or(&path).to_owned();
        let mut zones = Vec::new();
        if let Some(extension) = &self.split_extension {
            let directories = state.tree.directories_in(&self.path).into_iter().map(name_of);
            let zone = |name: String| {
                let stem = name.strip_suffix(extension.as_str())?;
                let first = extension.get(..1).unwrap_or_default();
                Some(format!("{stem}{first}"))
            };
            zones.extend(directories.filter_map(zone));
        }
        if !self.no_zone_file {
            let names = state.tree.files_in(&self.path).into_iter().map(name_of);
            let is_zone = |name: &String| is_zone_file(name) && name.matches('.').count() >= 2;
            zones.extend(names.filter(is_zone).filter_map(|name| name.strip_suffix("yaml").map(str::to_owned)));
        }
        zones.sort();
        zones.dedup();
        zones
    }
}

/// Whether OctoDNS takes a file for one of records: it minds case, and knows no other extension.
#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "so does OctoDNS")]
pub fn is_zone_file(path: &str) -> bool {
    path.ends_with(".yaml")
}

fn without_dot(zone: &str) -> &str {
    zone.strip_suffix('.').unwrap_or(zone)
}

/// Whether a document is a configuration.
pub fn is_config(root: Value) -> bool {
    ["providers", "zones"].iter().all(|key| root.get(key).is_some_and(Value::is_mapping))
}

/// What Python takes for true.
pub fn is_true(value: Value) -> bool {
    match value.scalar() {
        Some(Scalar::Null) => false,
        Some(Scalar::Bool(flag)) => flag,
        Some(Scalar::Int(digits)) => digits != "0",
        Some(Scalar::Float(number)) => number != 0.0,
        Some(Scalar::Text(text)) => !text.is_empty(),
        _ => true,
    }
}

/// Reads a configuration. What is wrong with it goes to `gaps`.
pub fn read(root: Value, path: &str, state: &State, gaps: &mut Vec<Gap>) -> Config {
    Reader { path, state, gaps, providers: HashMap::new(), processors: HashMap::new() }.read(root)
}

/// A thing that a configuration defines by name.
enum Provider {
    Directory(Rc<Directory>),
    /// A class of which nothing is read.
    Other,
    /// One that cannot be used; why was said.
    Broken,
}

struct Reader<'r> {
    path: &'r str,
    state: &'r State,
    gaps: &'r mut Vec<Gap>,
    providers: HashMap<String, (Provider, String)>,
    processors: HashMap<String, Rc<Processor>>,
}

impl Reader<'_> {
    fn read(mut self, root: Value) -> Config {
        for entry in entries(root.get("providers")) {
            let class = entry.value.get("class").and_then(|class| text(class)).unwrap_or_default();
            let provider = self.provider(&entry, &class);
            self.providers.insert(key(&entry), (provider, class));
        }
        for entry in entries(root.get("processors")) {
            let processor = Processor::read(entry.value);
            self.processors.insert(key(&entry), Rc::new(processor));
        }
        let everywhere = |key| root.get("manager").and_then(|manager| manager.get(key));
        let (first, last) = (everywhere("processors"), everywhere("post_processors"));
        let mut zones: Vec<Zone> = Vec::new();
        let mut dynamic = Vec::new();
        let all = root.get("zones").and_then(Value::entries);
        for (hidden, _) in all.iter().flat_map(|all| &all.hidden) {
            let message = "this zone is configured again further down, which is all that octodns sees";
            self.tell(Severity::Warning, hidden.key, message);
        }
        for entry in all.map(|all| all.shown).unwrap_or_default() {
            let name = key(&entry);
            if !entry.value.is_mapping() {
                self.wrong(entry.key, "this zone has no configuration");
            } else if name.starts_with('*') {
                dynamic.push(entry);
            } else {
                match ZoneName::parse(&name) {
                    Ok(name) if zones.iter().any(|zone| zone.name.apex == name.apex) => {
                        self.wrong(entry.key, "this zone is configured twice, in two spellings");
                    }
                    Ok(name) => zones.push(self.zone(name, &entry, [first, last])),
                    Err(reason) => self.wrong(entry.key, reason),
                }
            }
        }
        for entry in dynamic {
            for name in self.matching(&entry) {
                match ZoneName::parse(&name) {
                    Ok(name) if zones.iter().any(|zone| zone.name.apex == name.apex) => {}
                    Ok(name) => zones.push(self.zone(name, &entry, [first, last])),
                    Err(reason) => self.wrong(entry.key, format!("{name}: {reason}")),
                }
            }
        }
        let is_target = |id: &String| zones.iter().flat_map(|zone| &zone.targets).any(|target| target.id == *id);
        let is_source = |directory: &Rc<Directory>| {
            let sources = zones.iter().flat_map(|zone| &zone.sources);
            sources.into_iter().any(|origin| matches!(origin, Origin::Directory(one) if Rc::ptr_eq(one, directory)))
        };
        let directories = self.providers.iter().filter_map(|(id, (provider, _))| match provider {
            Provider::Directory(directory) if is_source(directory) || !is_target(id) => Some(Rc::clone(directory)),
            _ => None,
        });
        let directories = directories.collect();
        Config { path: self.path.to_owned(), zones, directories }
    }

    fn tell(&mut self, severity: Severity, at: Value, reason: impl Into<String>) {
        self.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, Place::at(at.site())).lowered_to(severity));
    }

    /// Something that OctoDNS would refuse.
    fn wrong(&mut self, at: Value, reason: impl Into<String>) {
        self.tell(Severity::Error, at, reason);
    }

    fn provider(&mut self, entry: &Entry, class: &str) -> Provider {
        if class.is_empty() {
            self.wrong(entry.key, "`class` is missing");
            return Provider::Broken;
        }
        let split = class == "octodns.provider.yaml.SplitYamlProvider";
        if !split && class != "octodns.provider.yaml.YamlProvider" {
            return Provider::Other;
        }
        self.directory(entry, split).map_or(Provider::Broken, |directory| Provider::Directory(Rc::new(directory)))
    }

    fn directory(&mut self, entry: &Entry, split: bool) -> Option<Directory> {
        let settings = entry.value;
        let Some(at) = settings.get("directory") else {
            self.wrong(entry.key, "`directory` is missing");
            return None;
        };
        let written = self.expanded(at)?;
        let path = self.resolve(&written);
        let Some(path) = path else {
            self.wrong(at, "this directory lies outside of what is checked");
            return None;
        };
        let flag = |key: &str, default: bool| settings.get(key).map_or(default, is_true);
        let mut of_text = |key: &str| match settings.get(key) {
            Some(value) if is_true(value) => self.expanded(value),
            _ => None,
        };
        let split_extension =
            if split { of_text("extension").or_else(|| Some(".".to_owned())) } else { of_text("split_extension") };
        let shared_file = of_text("shared_filename");
        let order = settings.get("order_mode").and_then(text);
        let order = match order.as_deref() {
            Some("simple") => Order::Simple,
            None | Some("natural") => Order::Natural,
            Some(_) => {
                self.wrong(settings.get("order_mode").unwrap_or(settings), "`order_mode` is `natural` or `simple`");
                Order::Natural
            }
        };
        let default_ttl = match settings.get("default_ttl").map(integer) {
            None => 3600,
            Some(Ok(seconds)) => u32::try_from(seconds).unwrap_or_default(),
            Some(Err(fault)) => {
                self.gaps.push(unreadable(fault));
                3600
            }
        };
        Some(Directory {
            path,
            default_ttl,
            order: flag("enforce_order", true).then_some(order),
            replaces: flag("populate_should_replace", false),
            split_extension,
            shared_file,
            no_zone_file: split || flag("disable_zonefile", false),
            escaped_semicolons: flag("escaped_semicolons", true),
            may_be_missing: flag("ignore_missing_zones", false),
            only: None,
        })
    }

    /// OctoDNS takes a directory as seen from where it is started: the root of the tree, or a directory on the way from
    /// there to the configuration.
    fn resolve(&self, written: &str) -> Option<String> {
        let nearest =
            std::iter::successors(Some(directory_of(self.path)), |at| (!at.is_empty()).then(|| directory_of(at)));
        let mut bases: Vec<&str> = nearest.collect();
        // The root goes first, then the nearest.
        bases.rotate_right(1);
        let paths = bases.iter().filter_map(|base| join(base, written));
        let existing = paths.clone().find(|path| self.state.tree.has_directory(path));
        existing.or_else(|| paths.clone().next())
    }

    /// A text, with `env/NAME` and `env/NAME/default` replaced by what the environment holds.
    fn expanded(&mut self, at: Value) -> Option<String> {
        let Some(written) = text(at) else {
            self.wrong(at, format!("this is {}, but a text is due", at.kind()));
            return None;
        };
        let Some(name) = written.strip_prefix("env/") else { return Some(written) };
        let (name, default) = name.split_once('/').map_or((name, None), |(name, default)| (name, Some(default)));
        let value = workspace::variable(name).or_else(|| default.map(str::to_owned));
        if value.is_none() {
            self.wrong(at, format!("octodns takes this from the environment variable `{name}`, which is not set"));
        }
        value
    }

    fn zone(&mut self, name: ZoneName, entry: &Entry, everywhere: [Option<Value>; 2]) -> Zone {
        let settings = entry.value;
        let place = Place::at(entry.key.site());
        let alias = settings.get("alias").and_then(text).map(|alias| ZoneName::parse(&alias));
        let alias = match alias.transpose() {
            Ok(alias) => alias.map(|alias| alias.apex),
            Err(reason) => {
                self.wrong(settings.get("alias").unwrap_or(settings), reason);
                None
            }
        };
        if ["alias", "sources"].iter().all(|key| settings.get(key).is_none()) {
            self.wrong(entry.key, "`sources` is missing");
        }
        let mut sources = Vec::new();
        let foreign =
            |at, class: &String| Origin::Foreign(Target { id: text(at).unwrap_or_default(), class: class.clone() });
        for at in self.list(settings.get("sources")) {
            match text(at).and_then(|id| self.providers.get(&id)) {
                Some((Provider::Directory(directory), _)) => sources.push(Origin::Directory(Rc::clone(directory))),
                Some((Provider::Broken, class)) => sources.push(foreign(at, class)),
                Some((Provider::Other, class)) => {
                    sources.push(foreign(at, class));
                    let reason = format!("records of this source come from {class}, which only octodns can ask");
                    let gap = Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, Place::at(at.site()));
                    self.gaps.push(gap.about(vec![name.apex.clone()]));
                }
                None => self.wrong(at, "no provider has this name"),
            }
        }
        let mut targets = Vec::new();
        for at in self.list(settings.get("targets")) {
            let id = text(at).unwrap_or_default();
            match self.providers.get(&id) {
                Some((_, class)) => targets.push(Target { class: class.clone(), id }),
                None => self.wrong(at, "no provider has this name"),
            }
        }
        let [first, last] = everywhere;
        let mut processors = Vec::new();
        let lists = [first, settings.get("processors"), last].map(|list| self.list(list));
        for at in lists.into_iter().flatten() {
            let Some(processor) = text(at).and_then(|id| self.processors.get(&id)).cloned() else {
                self.wrong(at, "no processor has this name");
                continue;
            };
            if let Some(reason) = processor.blind_spot() {
                let gap = Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, Place::at(at.site()));
                self.gaps.push(gap.about(vec![name.apex.clone()]));
            }
            processors.push(processor);
        }
        Zone { name, place, sources, targets, processors, alias }
    }

    /// The zones that a dynamic entry stands for.
    fn matching(&mut self, entry: &Entry) -> Vec<String> {
        let mut names = Vec::new();
        for at in self.list(entry.value.get("sources")) {
            match text(at).and_then(|id| self.providers.get(&id)) {
                Some((Provider::Directory(directory), _)) => names.extend(directory.zones(self.state)),
                _ => self.wrong(at, "the zones of this source are not known here"),
            }
        }
        names.sort();
        names.dedup();
        let glob = entry.value.get("glob").and_then(text).filter(|glob| !glob.is_empty()).map(|glob| of_glob(&glob));
        let regex = || entry.value.get("regex").and_then(text).filter(|regex| !regex.is_empty());
        if let Some(pattern) = glob.or_else(regex) {
            if let Ok(regex) = Regex::new(&pattern) {
                names.retain(|name| regex.is_match(name));
            } else {
                self.wrong(entry.key, "which zones this pattern stands for cannot be worked out here");
                names.clear();
            }
        }
        names
    }

    /// The items of a list; anything else in its place is wrong.
    fn list<'v>(&mut self, value: Option<Value<'v>>) -> Vec<Value<'v>> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Vec::new() };
        value.items().unwrap_or_else(|| {
            self.wrong(value, format!("this is {}, but a list is due", value.kind()));
            Vec::new()
        })
    }
}

fn entries(value: Option<Value<'_>>) -> Vec<Entry<'_>> {
    value.and_then(Value::entries).map(|entries| entries.shown).unwrap_or_default()
}

fn key(entry: &Entry) -> String {
    entry.key.printed().unwrap_or_default()
}

fn text(value: Value) -> Option<String> {
    match value.scalar()? {
        Scalar::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

/// Python's `fnmatch` as a regular expression.
fn of_glob(glob: &str) -> String {
    let mut pattern = "(?s)^".to_owned();
    let mut rest = glob.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' => pattern.push_str(".*"),
            '?' => pattern.push('.'),
            '[' => {
                let set = rest.as_str();
                // A `]` that comes first belongs to the set.
                let negated = usize::from(set.starts_with('!'));
                let first = negated + usize::from(set[negated..].starts_with(']'));
                if let Some(end) = set[first..].find(']').map(|at| at + first) {
                    let inside = set[negated..end]
                        .replace('\\', "\\\\")
                        .replace('[', "\\[")
                        .replace(']', "\\]")
                        .replace('^', "\\^");
                    pattern.extend([if negated == 1 { "[^" } else { "[" }, &inside, "]"]);
                    rest = set[end + 1..].chars();
                } else {
                    pattern.push_str("\\[");
                }
            }
            other => pattern.push_str(&regex_lite::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    pattern + "$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_those_of_python() {
        for (glob, name, matches) in [
            ("*", "example.com.", true),
            ("*.example.com.", "a.example.com.", true),
            ("*.example.com.", "example.com.", false),
            ("?.example.", "a.example.", true),
            ("[ab].example.", "b.example.", true),
            ("[!ab].example.", "b.example.", false),
            ("[]a].example.", "].example.", true),
            ("[a.example.", "[a.example.", true),
            ("a.b", "axb", false),
        ] {
            let regex = Regex::new(&of_glob(glob)).unwrap();
            assert_eq!(regex.is_match(name), matches, "{glob} {name}");
        }
    }

    #[test]
    fn names_of_zones_have_both_forms() {
        let zone = ZoneName::parse("Bücher.Example.").unwrap();
        assert_eq!((zone.decoded.as_str(), zone.encoded.as_str()), ("bücher.example.", "xn--bcher-kva.example."));
        assert!(ZoneName::parse("example.com").is_err());
    }
}
