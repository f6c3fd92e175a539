//! OctoDNS repositories: configuration and zone files, in one or two states, as OctoDNS 1.22 reads them.
//!
//! Past this folder nobody knows of targets and sources: each group of targets that gets the same answers is a view.
//! What OctoDNS would ask a service for, and what its plugins do, becomes a gap.

mod config;
mod data;
mod discovery;
mod documents;
mod entry;
mod idna;
mod notes;
mod order;
mod plan;
mod processor;
mod target;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use self::config::{Directory, Origin, Target, Zone};
use self::discovery::{Setup, discover, nothing_here};
use self::documents::{Library, State, unreadable};
use self::entry::Written;
use self::plan::Planned;
use self::processor::Around;
use self::zone::{Contents, Readings};
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::{Found, repeated};
use crate::name::Name;
use crate::record::Misread;
use crate::severity::Severity;
use crate::source::{Input, Place, SourceId, Sources, Span};
use crate::workspace::Tree;

/// What the report calls an input of this kind.
pub const KIND: &str = "octodns-file";

pub use self::discovery::is_yaml;
pub use self::plan::{KIND as PLAN, is_empty, is_plan};

/// A repository, and what is asked of it.
#[derive(Debug)]
pub struct Repository {
    /// The state before the change; none if nothing is compared.
    pub before: Option<Tree>,
    /// The state after it.
    pub after: Tree,
    /// The only files to start from before the change and after it, relative to the root; everything if there are none.
    pub files: [Vec<String>; 2],
    /// Whether records are wanted as OctoDNS holds them once it has read its files: without copies of zones, without
    /// what processors do, without files that no configuration speaks of.
    pub as_read: bool,
    /// What it has to do with the change.
    pub part: Part,
}

/// What a repository has to do with a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// It is changed, or new if there is no state before.
    #[default]
    Changed,
    /// It stays as it is.
    Steady,
    /// It stays as it is, and only shows what is there besides.
    Context,
}

/// What turned out to be in a repository.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The zones before the change.
    pub before: BTreeSet<Name>,
    /// The zones after it.
    pub after: BTreeSet<Name>,
    /// Whether there is a configuration.
    pub is_configured: bool,
    /// What to say if nothing else is in it either, where it holds nothing to read.
    pub nothing: Option<Gap>,
}

/// A zone in one state.
#[derive(Debug, Default)]
struct ZoneState {
    records: Vec<Rc<Written>>,
    slips: Vec<(Name, Misread, Place)>,
    targets: Vec<Target>,
    /// Whether there are no other records.
    whole: bool,
    /// The path of what configures it.
    home: String,
}

/// A zone in its configuration, whatever the state: which configuration, if several have the zone, and its apex.
type Key = (Option<String>, Name);

/// Reads repositories and the plans that OctoDNS made of them. Also what is in each of the repositories.
pub fn load(
    repositories: Vec<Repository>,
    plans: &[SourceId],
    sources: &mut Sources,
    found: &mut Found,
) -> (Vec<Input>, Vec<Outcome>) {
    let mut outcomes = Vec::new();
    let mut library = Library::new(sources);
    let mut inputs: Vec<Input> = plans.iter().map(|&source| Input { source, kind: PLAN, notes: Vec::new() }).collect();
    let planned: Vec<Planned> = plans.iter().flat_map(|&source| plan::read(&mut library, source, found)).collect();
    let mut known = BTreeSet::new();
    for Repository { before, after, files, as_read, part } in repositories {
        found.builder.set_context(part == Part::Context);
        let mut reader = Reader {
            library: &mut library,
            // The process ends with the report: giving back every entry before would only take time.
            readings: ManuallyDrop::default(),
            as_read,
            missing: Vec::new(),
            has_setups: false,
            is_configured: false,
            notes: Vec::new(),
        };
        found.trees.push(notes::on_trees(before.as_ref(), &after));
        let (mut state, after) = reader.read(State::new(after), &files[1]);
        let notes = std::mem::take(&mut reader.notes);
        let (before_state, before) = before.map(|before| reader.read(state.beside(before), &files[0])).unzip();
        found.trees.extend(notes.iter().map(|(path, text)| format!("{}: {text}", state.tree.name(path))));
        let earlier = before_state.as_ref().map_or(&state.tree, |state| &state.tree);
        let only_before = reader.notes.iter().filter(|note| !notes.contains(note));
        found.trees.extend(only_before.map(|(path, text)| format!("{}: before the change {text}", earlier.name(path))));
        if let (Some(_), Some(&plan)) = (&before, plans.first()) {
            let reason = "a plan of octodns says itself what was there before; check it without another state";
            found.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, Place::at(Span { source: plan, start: 0, end: 0 })));
        }
        let (has_setups, is_configured) = (reader.has_setups, reader.is_configured);
        let nothing = (!has_setups && state.gaps.is_empty()).then(|| {
            let place = Place::at(library.nowhere(&state, ""));
            Gap::new(&INPUT_UNREADABLE, nothing_here(&state.tree), place)
        });
        let zones = |placed: &Vec<Placed>| placed.iter().map(|(_, apex, _)| apex.clone()).collect();
        let (known_before, known_after) = (before.as_ref().map(zones).unwrap_or_default(), zones(&after));
        outcomes.push(Outcome { before: known_before, after: known_after, is_configured, nothing });
        inputs.extend(state.sources().into_iter().map(|source| Input { source, kind: KIND, notes: Vec::new() }));
        known.extend(after.iter().map(|(_, apex, _)| apex.clone()));
        match part {
            Part::Changed => join(before, after, (!plans.is_empty()).then_some(&planned), found),
            Part::Steady | Part::Context => add_steady(after, found),
        }
        // What is wrong before the change may be what it repairs.
        for gap in before_state.into_iter().flat_map(|state| state.gaps) {
            let key = |gap: &Gap| (gap.place.span.start, gap.reason.clone(), gap.names.clone());
            let is_said = |said: &Gap| key(said) == key(&gap);
            if !state.gaps.iter().any(is_said) {
                let severity = gap.severity.min(Severity::Warning);
                found.gaps.push(gap.lowered_to(severity));
            }
        }
        found.gaps.append(&mut state.gaps);
    }
    plan::add_alone(planned, &known, found);
    (inputs, outcomes)
}

/// Where in a tree there is something to read: the paths of configurations, or the directories of zone files that no
/// configuration speaks of.
pub fn setups(tree: Tree, sources: &mut Sources) -> Vec<String> {
    let mut state = State::new(tree);
    let setups = discover(&mut Library::new(sources), &mut state, &[], true);
    let path = |setup: Setup| if setup.path.is_empty() { ".".to_owned() } else { setup.path };
    setups.into_iter().map(path).collect()
}

/// Reads the states of a repository.
struct Reader<'r, 's> {
    library: &'r mut Library<'s>,
    readings: ManuallyDrop<Readings>,
    as_read: bool,
    /// The zones of the setup at hand that have no files.
    missing: Vec<(Name, Place)>,
    /// Whether any state holds something to read.
    has_setups: bool,
    /// Whether any state holds a configuration.
    is_configured: bool,
    /// What the last state holds, for people who ask.
    notes: Vec<(String, String)>,
}

/// A zone of a setup, in one state.
type Placed = (String, Name, ZoneState);

impl Reader<'_, '_> {
    /// Everything that a state holds: zones, each with the path of what configures it.
    fn read(&mut self, mut state: State, files: &[String]) -> (State, Vec<Placed>) {
        let setups = discover(self.library, &mut state, files, self.as_read);
        self.has_setups |= !setups.is_empty();
        self.is_configured |= setups.iter().any(|setup| setup.is_configured);
        let mut zones = Vec::new();
        for setup in &setups {
            self.setup(setup, &mut state, &mut zones);
        }
        self.notes = notes::on_state(&setups, &state, files.is_empty());
        for (path, reason) in state.tree.troubles().to_vec() {
            let place = Place::at(self.library.nowhere(&state, &path));
            state.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place));
        }
        (state, zones)
    }

    fn setup(&mut self, setup: &Setup, state: &mut State, zones: &mut Vec<Placed>) {
        let mut read: BTreeMap<Name, ZoneState> = BTreeMap::new();
        for zone in setup.zones.iter().filter(|zone| zone.alias.is_none()) {
            read.insert(zone.name.apex.clone(), self.zone(zone, state));
        }
        if !self.as_read {
            plan_zones(setup, &mut read, &mut state.gaps);
        }
        state.gaps.extend(self.missing_files());
        let home = state.tree.name(&setup.path);
        let zone = |(apex, zone)| (setup.path.clone(), apex, ZoneState { home: home.clone(), ..zone });
        zones.extend(read.into_iter().map(zone));
    }

    /// OctoDNS stops at a zone without files; here the others are checked all the same.
    fn missing_files(&mut self) -> Option<Gap> {
        let (names, places): (Vec<Name>, Vec<Place>) = std::mem::take(&mut self.missing).into_iter().unzip();
        let place = places.into_iter().next()?;
        let reason = match &names[..] {
            [one] => format!("there is no file for {}", one.unrooted()),
            [first, ..] => format!("there are no files for {} and {} more zones", first.unrooted(), names.len() - 1),
            [] => return None,
        };
        let severity = if self.as_read { Severity::Error } else { Severity::Warning };
        Some(Gap::new(&INPUT_UNREADABLE, reason, place).lowered_to(severity).about(names))
    }

    fn zone(&mut self, zone: &Zone, state: &mut State) -> ZoneState {
        let mut contents = Contents::default();
        let mut whole = true;
        for origin in &zone.sources {
            match origin {
                Origin::Directory(directory) => whole &= self.source(zone, directory, state, &mut contents),
                Origin::Foreign(_) => whole = false,
            }
        }
        whole &= contents.faults.is_empty();
        let Contents { mut records, slips, faults, .. } = contents;
        let gaps = faults.into_iter().map(unreadable);
        state.gaps.extend(gaps.map(|gap| gap.about(vec![zone.name.apex.clone()])));
        let mut targets = zone.targets.clone();
        if self.as_read {
            targets.clear();
            for record in records.iter_mut().map(Rc::make_mut) {
                (record.options, record.variants) = (None, Vec::new());
            }
        }
        ZoneState { records, slips, targets, whole, home: String::new() }
    }

    /// Reads what one directory holds of a zone. False if something is missing.
    fn source(&mut self, zone: &Zone, directory: &Rc<Directory>, state: &mut State, contents: &mut Contents) -> bool {
        let files = match directory.files(&zone.name, state) {
            Ok(files) if files.is_empty() && !directory.may_be_missing => {
                self.missing.push((zone.name.apex.clone(), zone.place.clone()));
                return false;
            }
            Ok(files) => files,
            Err(reason) => {
                let gap = Gap::new(&INPUT_UNREADABLE, reason, zone.place.clone());
                state.gaps.push(gap.about(vec![zone.name.apex.clone()]));
                return false;
            }
        };
        let mut whole = true;
        for path in files {
            let Some(document) = self.library.document(state, &path) else {
                whole = false;
                continue;
            };
            let Some(root) = document.root.map(|root| self.library.value(root)) else { continue };
            contents.add(root, &path, &zone.name.apex, directory, &mut self.readings);
        }
        whole
    }
}

/// Does what OctoDNS does to zones between reading and planning: it copies some, and processes all.
fn plan_zones(setup: &Setup, read: &mut BTreeMap<Name, ZoneState>, gaps: &mut Vec<Gap>) {
    for zone in &setup.zones {
        let Some(original) = &zone.alias else { continue };
        if let Some(original_state) = read.get(original) {
            let copy = copy_of(original_state, original, zone);
            read.insert(zone.name.apex.clone(), copy);
        } else {
            let reason = "this zone is a copy of one that is not configured, or is a copy itself";
            gaps.push(Gap::new(&INPUT_UNREADABLE, reason, zone.place.clone()));
        }
    }
    for zone in &setup.zones {
        if let Some(state) = read.get_mut(&zone.name.apex) {
            process(state, zone);
        }
    }
}

/// A zone that has the relative names and the very values of another.
fn copy_of(original: &ZoneState, original_apex: &Name, zone: &Zone) -> ZoneState {
    let apex = &zone.name.apex;
    let copied = |written: &Rc<Written>| {
        let owner = match written.owner.labels_below(original_apex).as_str() {
            "" => Some(apex.clone()),
            relative => Name::unescaped(relative, apex).ok(),
        };
        owner.map(|owner| Rc::new(Written { owner, ..Written::clone(written) }))
    };
    let records = original.records.iter().filter_map(copied).collect();
    ZoneState { records, slips: Vec::new(), targets: zone.targets.clone(), whole: original.whole, home: String::new() }
}

/// Does what the processors of a zone do.
fn process(state: &mut ZoneState, zone: &Zone) {
    for processor in &zone.processors {
        let records = state.records.len();
        let around =
            Around { apex: &zone.name.apex, decoded: &zone.name.decoded, encoded: &zone.name.encoded, records };
        state.records.retain_mut(|record| processor.apply(Rc::make_mut(record), &around));
        state.whole &= processor.blind_spot().is_none();
    }
}

/// Puts the states of each zone side by side.
fn join(before: Option<Vec<Placed>>, after: Vec<Placed>, planned: Option<&Vec<Planned>>, found: &mut Found) {
    let before = before.unwrap_or_default();
    let several = in_several(&before).union(&in_several(&after)).cloned().collect::<BTreeSet<Name>>();
    let keyed = |placed: Vec<Placed>| -> BTreeMap<Key, ZoneState> {
        let key = |path: String, apex: &Name| (several.contains(apex).then_some(path), apex.clone());
        placed.into_iter().map(|(path, apex, zone)| (key(path, &apex), zone)).collect()
    };
    let (mut before, mut after) = (keyed(before), keyed(after));
    let keys: BTreeSet<Key> = before.keys().chain(after.keys()).cloned().collect();
    for key in keys {
        let (mut old, new) = (before.remove(&key), after.remove(&key));
        if let Some((planned, new)) = planned.zip(new.as_ref()) {
            found.gaps.extend(plan::stale(planned, &key.1, new));
            old = Some(plan::undone(planned, &key.1, new));
        }
        let (old, new) = (ManuallyDrop::new(old), ManuallyDrop::new(new));
        target::add(&key, old.as_ref(), new.as_ref(), found);
    }
}

/// Adds zones that the change leaves as they are.
fn add_steady(zones: Vec<Placed>, found: &mut Found) {
    let several = in_several(&zones);
    for (path, apex, zone) in zones {
        let zone = ManuallyDrop::new(zone);
        let key = (several.contains(&apex).then_some(path), apex);
        target::add(&key, Some(&zone), Some(&zone), found);
    }
}

/// The zones that several configurations have.
fn in_several(placed: &[Placed]) -> BTreeSet<Name> {
    repeated(placed.iter().map(|(_, apex, _)| apex))
}
