//! Where in a tree the configurations and the zone files are.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use memchr::memmem;

use super::config::{self, Directory, Origin, Zone, ZoneName, is_config, is_zone_file};
use super::documents::{Library, State};
use super::entry::is_zone;
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::source::{Place, SourceId, Span};
use crate::workspace::{Tree, directory_of};

/// Of zone files that are not called like one.
const MISNAMED: &str = "a zone file is called after its zone and ends in .yaml, such as example.com.yaml";

/// Zones that are made together.
#[derive(Debug)]
pub struct Setup {
    /// The path of the configuration; of zone files without one, that of their directory.
    pub path: String,
    /// Whether there is a configuration.
    pub is_configured: bool,
    /// The zones.
    pub zones: Vec<Zone>,
}

/// Finds what there is to read: in these files, or everywhere if there are none. `as_read` leaves out zone files that no
/// configuration speaks of where there is one.
pub fn discover(library: &mut Library, state: &mut State, files: &[String], as_read: bool) -> Vec<Setup> {
    let everything = files.is_empty();
    let candidates: Vec<String> = if everything { state.tree.files().to_vec() } else { files.to_vec() };
    let candidates = candidates.into_iter().filter(|path| !everything || is_yaml(path));
    let mut setups = Vec::new();
    let mut directories: Vec<Rc<Directory>> = Vec::new();
    let mut others = Vec::new();
    for path in candidates {
        match configuration(library, state, &path, everything) {
            Some(config) => {
                directories.extend(config.directories.iter().cloned());
                setups.push(Setup { path: config.path, is_configured: true, zones: config.zones });
            }
            None => others.push(path),
        }
    }
    if everything && !setups.is_empty() {
        if as_read {
            return setups;
        }
        // Of other files only those beside zones that are configured may be zones too.
        let known: HashSet<String> = setups.iter().flat_map(|setup| files_of(setup, state)).collect();
        others.retain(|path| {
            let nearby = directories.iter().any(|directory| directory.path == home_of(path));
            nearby && !known.contains(path)
        });
    }
    setups.extend(loose(library, state, others, everything));
    setups
}

/// What to say of a tree in which there is nothing to read: what else can be meant by what lies there.
pub fn nothing_here(tree: &Tree) -> String {
    let ends_in = |end: &str| tree.files().iter().find(|file| file.ends_with(end));
    let advice = if let Some(plan) = ends_in("plan.json") {
        format!("to check a plan, name the file: {}", tree.name(plan))
    } else if ends_in(".tf").is_some() {
        "of Terraform a plan is checked: `terraform plan -out FILE`, then `terraform show -json FILE > plan.json`"
            .to_owned()
    } else if ends_in(".yml").is_some() {
        MISNAMED.to_owned()
    } else {
        "a zone file is called after its zone, such as example.com.yaml for octodns, or example.com.zone or \
         db.example.com for a name server"
            .to_owned()
    };
    format!("neither a configuration of octodns nor a zone file is here; {advice}")
}

/// Whether a file may be one of YAML.
pub fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml"].iter().any(|extension| path.ends_with(extension))
}

/// The directory in which a file is, or stands for, a zone: that of a split zone is one above.
fn home_of(path: &str) -> &str {
    let directory = directory_of(path);
    if directory.ends_with('.') { directory_of(directory) } else { directory }
}

/// The files that the zones of a setup are read from.
pub fn files_of(setup: &Setup, state: &State) -> Vec<String> {
    let mut files = Vec::new();
    for zone in &setup.zones {
        for origin in &zone.sources {
            if let Origin::Directory(directory) = origin {
                files.extend(directory.files(&zone.name, state).unwrap_or_default());
            }
        }
    }
    files
}

/// The configuration in a file, if it holds one.
fn configuration(library: &mut Library, state: &mut State, path: &str, everything: bool) -> Option<config::Config> {
    let source = state.tree.read(library.sources, path).ok()?;
    let bytes = library.sources.get(source).bytes();
    if ["providers", "zones"].iter().any(|key| memmem::find(bytes, key.as_bytes()).is_none()) {
        return None;
    }
    let looks_like_one = ["providers:", "zones:"].iter().all(|key| starts_a_line(bytes, key));
    // Whatever else mentions these words is nobody's business.
    let is_meant = !everything || looks_like_one;
    let document = if is_meant { library.document(state, path) } else { library.peek(state, path) };
    let root = library.value(document?.root?);
    if !is_config(root) {
        return None;
    }
    let mut gaps = Vec::new();
    let config = config::read(root, path, state, &mut gaps);
    state.gaps.extend(gaps);
    Some(config)
}

fn starts_a_line(bytes: &[u8], text: &str) -> bool {
    memmem::find_iter(bytes, text.as_bytes()).any(|at| at == 0 || bytes[at - 1] == b'\n')
}

/// The zones in files that no configuration speaks of, by directory.
fn loose(library: &mut Library, state: &mut State, paths: Vec<String>, everything: bool) -> Vec<Setup> {
    let mut found: BTreeMap<String, Vec<Zone>> = BTreeMap::new();
    for path in paths {
        let Some((name, source)) = zone_in(library, state, &path, everything) else { continue };
        let home = home_of(&path).to_owned();
        let zones = found.entry(home.clone()).or_default();
        if zones.iter().any(|zone| zone.name.apex == name.apex) {
            continue;
        }
        let directory = Directory { only: (!everything).then(|| path.clone()), ..Directory::plain(&home) };
        let place = Place::at(Span { source, start: 0, end: 0 });
        let sources = vec![Origin::Directory(Rc::new(directory))];
        zones.push(Zone { name, place, sources, targets: Vec::new(), processors: Vec::new(), alias: None });
    }
    found.into_iter().map(|(path, zones)| Setup { path, is_configured: false, zones }).collect()
}

/// The zone that a file holds, or a part of, if it looks like that.
fn zone_in(library: &mut Library, state: &mut State, path: &str, everything: bool) -> Option<(ZoneName, SourceId)> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let directory = directory_of(path).rsplit('/').next().unwrap_or_default();
    let name = if directory.ends_with('.') {
        directory
    } else {
        file.strip_suffix("yaml").filter(|name| name.matches('.').count() >= 2).unwrap_or_default()
    };
    let refuse = |library: &mut Library, state: &mut State, reason: &str| {
        if !everything {
            let place = Place::at(library.nowhere(state, path));
            state.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place));
        }
        None
    };
    let name = ZoneName::parse(name).ok().filter(|_| is_zone_file(path));
    if everything && name.is_none() {
        return None;
    }
    let Some(document) = library.peek(state, path) else {
        if !everything || looks_like_zone(library, state, path) {
            library.document(state, path);
        }
        return None;
    };
    match (name, document.root.map(|root| library.value(root))) {
        (Some(name), Some(root)) if is_zone(root) => Some((name, document.source)),
        (Some(name), None) if !everything => Some((name, document.source)),
        (None, None) => refuse(library, state, MISNAMED),
        (None, Some(root)) if is_zone(root) => refuse(library, state, MISNAMED),
        _ => refuse(
            library,
            state,
            "this is neither a configuration of octodns nor a zone file; name one, or their directory",
        ),
    }
}

/// Whether a file that cannot be read was meant for a zone, as far as its words tell.
fn looks_like_zone(library: &mut Library, state: &mut State, path: &str) -> bool {
    let Ok(source) = state.tree.read(library.sources, path) else { return true };
    let bytes = library.sources.get(source).bytes();
    ["A", "AAAA", "CNAME", "MX", "NS", "TXT"]
        .iter()
        .any(|rtype| memmem::find(bytes, format!("type: {rtype}\n").as_bytes()).is_some())
}
