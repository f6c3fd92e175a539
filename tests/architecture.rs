//! Reads `src/` and holds it to the laws of `docs/architecture.md`: who may name whom, and what is written where.
//!
//! The tables are written down twice, here and there, and a test keeps them the same: changing one is a decision to
//! explain, not a slip.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use regex_lite::Regex;
use walkdir::WalkDir;

/// Who may name whom. Modules stand in an order in which each names only those above it; a `mod.rs` may name what lies
/// in its own folder, and the files of a folder one another.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("severity", &[]),
    ("source", &[]),
    ("name", &[]),
    ("rdata", &["name"]),
    ("spf", &["name"]),
    ("mta_sts", &["name", "source"]),
    ("record", &["mta_sts", "name", "rdata", "source", "spf"]),
    ("diff", &["name", "rdata", "record", "source"]),
    ("route", &["name", "rdata", "record"]),
    ("gap", &["name", "severity", "source"]),
    ("rule", &["diff", "name", "rdata", "record", "severity", "source"]),
    ("mail_text", &["name", "rdata", "record", "spf"]),
    ("senders", &["mail_text", "name", "rdata", "record", "route", "spf"]),
    (
        "rules",
        &[
            "diff",
            "mail_text",
            "mta_sts",
            "name",
            "rdata",
            "record",
            "route",
            "rule",
            "senders",
            "severity",
            "source",
            "spf",
        ],
    ),
    ("trace", &["diff", "name", "rdata", "record", "route", "source"]),
    ("report", &["gap", "name", "rdata", "record", "rule", "severity", "source", "trace"]),
    ("check", &["diff", "name", "rdata", "record", "report", "route", "rule", "rules", "severity", "source", "trace"]),
    ("workspace", &["source"]),
    ("load/json", &["source"]),
    ("load/yaml", &["source"]),
    ("load/hosts", &["record"]),
    ("load", &["diff", "gap", "load/hosts", "mta_sts", "name", "rdata", "record", "source"]),
    ("load/route53", &["gap", "load", "load/hosts", "load/json", "name", "rdata", "record", "severity", "source"]),
    (
        "load/terraform",
        &[
            "diff",
            "gap",
            "load",
            "load/hosts",
            "load/json",
            "load/yaml",
            "name",
            "rdata",
            "record",
            "severity",
            "source",
        ],
    ),
    ("load/terraform/code", &["gap", "load/json", "load/terraform", "load/yaml", "source", "workspace"]),
    ("load/zonefile", &["gap", "load", "name", "rdata", "record", "severity", "source", "workspace"]),
    (
        "load/octodns",
        &["gap", "load", "load/hosts", "load/yaml", "name", "rdata", "record", "severity", "source", "workspace"],
    ),
    ("config", &["gap", "load", "load/yaml", "name", "rule", "rules", "severity", "source"]),
    (
        "policy",
        &["check", "config", "diff", "gap", "load", "name", "record", "report", "rule", "rules", "severity", "source"],
    ),
    ("excerpt", &["rule", "source"]),
    ("render", &["excerpt", "gap", "name", "report", "route", "rule", "rules", "severity", "source", "trace"]),
    ("dump", &["rdata", "record", "source"]),
    ("lib", &["check", "gap", "load", "load/terraform", "load/terraform/code", "policy", "report", "rule", "source"]),
    (
        "cli",
        &[
            "config",
            "dump",
            "excerpt",
            "gap",
            "lib",
            "load",
            "load/terraform/code",
            "name",
            "policy",
            "rdata",
            "record",
            "render",
            "report",
            "rule",
            "rules",
            "severity",
            "source",
            "trace",
            "workspace",
        ],
    ),
    ("main", &["cli"]),
];

/// Where the crates that we depend on are named.
const NAMED_IN: &[(&str, &[&str])] = &[
    ("bytecount", &["source"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli/packaging"]),
    ("clap_mangen", &["cli/packaging"]),
    ("domain", &["load/zonefile/data"]),
    ("foldhash", &["load/octodns", "load/terraform", "load/yaml"]),
    ("granit_parser", &["load/yaml"]),
    ("hashbrown", &["load/octodns", "load/yaml"]),
    ("hcl_edit", &["load/terraform/code/expr"]),
    ("icu_normalizer", &["load/octodns/order"]),
    ("idna", &["load/octodns", "name"]),
    ("indicatif", &["cli/progress"]),
    ("jiff", &["cli", "config", "policy", "report"]),
    (
        "memchr",
        &[
            "excerpt",
            "load/json",
            "load/octodns",
            "load/terraform",
            "load/yaml",
            "load/zonefile",
            "name",
            "policy",
            "source",
        ],
    ),
    ("memmap2", &["source", "workspace"]),
    ("miette", &["render/human"]),
    ("percent_encoding", &["render/sarif"]),
    ("quick_junit", &["render/junit"]),
    ("regex_lite", &["load/octodns", "load/terraform/provider", "load/yaml"]),
    (
        "serde",
        &["dump", "load/hosts", "load/json", "load/octodns/plan", "load/route53", "load/terraform", "policy", "render"],
    ),
    ("serde_json", &["dump", "load/json", "load/octodns/plan", "load/route53", "load/terraform", "policy", "render"]),
    ("serde_yaml", &["load/hosts", "load/terraform/own", "load/terraform/provider"]),
    ("sha2", &["render/gitlab", "render/json", "report"]),
    ("strsim", &["config"]),
    ("supports_hyperlinks", &["cli"]),
    ("tempfile", &["workspace"]),
    ("terminal_size", &["cli"]),
    ("unicode_width", &["excerpt", "render/human", "render/route"]),
    ("walkdir", &["workspace/disk"]),
    ("zip", &["workspace/folder"]),
];

/// What of the outside world is touched where; whoever wants it elsewhere is given it by the caller.
const TOUCHED_IN: &[(&str, &[&str])] = &[
    (r"\bfs::|\bFile::open", &["workspace"]),
    (r"\bstdin\(", &["workspace"]),
    // Those of the `git` program are pipes to us.
    (r"\bstdout\(|\bstderr\(", &["cli", "workspace/git"]),
    (r"\benv::", &["cli", "workspace"]),
    (r"\bprocess::", &["cli", "main", "workspace/git"]),
    (r"\bSystemTime\b|\bInstant\b", &[]),
    (r"\bunsafe\b", &["workspace"]),
];

/// Words of loaders, and the modules in which they are at home.
const HOMES: &[(&str, &[&str])] = &[
    ("resource", &["load/route53", "load/terraform"]),
    ("provider", &["load/terraform", "load/octodns", "load/hosts"]),
];

/// Words of loaders that stand elsewhere all the same: the file and the text.
const WORDS_ELSEWHERE: &[(&str, &str)] = &[
    ("config", "\"providers\""),
    // The kind of gap is part of what people see.
    ("gap", "unmodelled-dns-resource"),
    ("gap", "unmodelled_dns_resource.md"),
    ("gap", "UNMODELLED_DNS_RESOURCE"),
    ("gap", "A resource type that looks like DNS"),
    ("gap", "a resource looks like DNS records"),
    ("gap", "was limited to some resources"),
    // A record type of OctoDNS.
    ("rdata", "Route53Provider/ALIAS"),
    ("rdata", "ROUTE53PROVIDER/ALIAS"),
    // A word of SARIF.
    ("render/sarif", "kind: \"resource\""),
];

#[test]
fn modules_name_only_what_the_table_allows() {
    let mut faults = Faults::default();
    for file in source_files() {
        let allowed = allowed(&file.module);
        for (line, named) in names(file) {
            if !is_same_folder(file, &named) && !allowed.contains(&named.as_str()) {
                let module = row(&file.module);
                faults.add(file, line, &format!("`{module}` may not name `{named}`"));
            }
        }
    }
    faults.none("docs/architecture.md, \"Who may name whom\", says why; pass in what is needed, or move it down");
}

#[test]
fn the_table_allows_nothing_that_no_module_needs() {
    for (module, allowed) in MAY_NAME {
        let files = source_files().iter().filter(|file| row(&file.module) == *module);
        let used: BTreeSet<String> = files.flat_map(names).map(|(_, named)| named).collect();
        for name in *allowed {
            assert!(used.contains(*name), "`{module}` no longer names `{name}`: take it out of both tables");
        }
    }
}

#[test]
fn the_table_has_no_circle_and_leaves_no_module_out() {
    for (at, (module, allowed)) in MAY_NAME.iter().enumerate() {
        for name in *allowed {
            let above = MAY_NAME[..at].iter().any(|(known, _)| known == name);
            assert!(above, "`{module}` names `{name}`, which does not stand above it");
        }
    }
    for file in source_files() {
        assert!(!row(&file.module).is_empty(), "{} has no row in the table", file.path.display());
    }
    for (module, _) in MAY_NAME {
        assert!(source_files().iter().any(|file| row(&file.module) == *module), "there is no module `{module}`");
    }
}

#[test]
fn crates_are_named_only_where_the_table_says() {
    let mut faults = Faults::default();
    for (name, places) in NAMED_IN {
        let pattern = Regex::new(&format!(r"(^|[^:\w]){name}::")).expect("a crate's name is no pattern");
        let mut used = BTreeSet::new();
        for file in source_files() {
            for (line, text) in file.code() {
                match places.iter().find(|place| is_within(&file.module, place)) {
                    _ if !text.contains(name) || !pattern.is_match(text) => {}
                    Some(place) => drop(used.insert(*place)),
                    None => faults.add(file, line, &format!("`{name}` is not named here")),
                }
            }
        }
        for place in *places {
            assert!(used.contains(place), "`{place}` no longer names {name}: take it out of both tables");
        }
    }
    faults.none("docs/architecture.md, \"Which crate is named where\", says why");
}

#[test]
fn the_table_of_crates_is_that_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).expect("the manifest lists dependencies");
    let dependencies = dependencies.lines().take_while(|line| !line.starts_with('['));
    let named = dependencies.filter_map(|line| line.split_once(" = ")).filter(|(name, _)| !name.starts_with('#'));
    let named: BTreeSet<String> = named.map(|(name, _)| name.replace('-', "_")).collect();
    let table: BTreeSet<String> = NAMED_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(table, named);
}

#[test]
fn the_outside_world_is_touched_only_where_the_table_says() {
    let mut faults = Faults::default();
    for (pattern, places) in TOUCHED_IN {
        let pattern = Regex::new(pattern).expect("the patterns are written by hand");
        for file in source_files() {
            if places.iter().any(|place| is_within(&file.module, place)) {
                continue;
            }
            for (line, text) in file.code() {
                if let Some(found) = pattern.find(text) {
                    faults.add(file, line, &format!("`{}` belongs in {places:?}", found.as_str()));
                }
            }
        }
    }
    faults.none("the core reads no files, no clock and no environment");
}

#[test]
fn the_words_of_loaders_stay_with_them() {
    let mut faults = Faults::default();
    let mut used = BTreeSet::new();
    for file in source_files() {
        for (line, text) in file.text.lines().enumerate() {
            let mut rest = text.to_owned();
            for exception in WORDS_ELSEWHERE.iter().filter(|(module, _)| *module == file.module) {
                if rest.contains(exception.1) {
                    used.insert(*exception);
                    rest = rest.replace(exception.1, "");
                }
            }
            let rest = rest.to_lowercase();
            for (word, homes) in HOMES.iter().filter(|(word, _)| rest.contains(word)) {
                if !homes.iter().any(|home| is_within(&file.module, home)) {
                    faults.add(file, line, &format!("the word `{word}`"));
                }
            }
        }
    }
    faults.none("say record, record set or dns host; past the loaders nobody knows what Terraform or OctoDNS is");
    for exception in WORDS_ELSEWHERE {
        assert!(used.contains(exception), "{exception:?} is an exception that nothing needs");
    }
}

#[test]
fn every_file_says_first_what_it_knows() {
    let mut faults = Faults::default();
    for file in source_files() {
        if !file.text.starts_with("//! ") {
            faults.add(file, 0, "the file does not open with `//!`");
        }
    }
    faults.none("say what the file knows and, if it matters, what it must not know");
}

#[test]
fn no_file_is_named_after_nothing() {
    for file in source_files() {
        for part in file.module.split(['/', '_']) {
            let vague = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "process", "handle"];
            assert!(!vague.contains(&part), "{}: say what it is about", file.path.display());
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    let mut faults = Faults::default();
    // In parts, so that this file does not find itself.
    let later = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[", "ignore"), concat!("FIX", "ME")];
    for file in source_files().iter().chain(&files("tests")) {
        for (line, text) in file.text.lines().enumerate() {
            for found in later.into_iter().filter(|found| text.contains(found)) {
                faults.add(file, line, found);
            }
        }
    }
    faults.none("finish it, or leave it out");
}

#[test]
fn tests_stand_last_in_a_file() {
    let mut faults = Faults::default();
    let item =
        Regex::new(r"^(pub|fn|impl|mod|use|struct|enum|trait|type|const|static)\b").expect("it is written by hand");
    for file in source_files() {
        let lines: Vec<&str> = file.text.lines().collect();
        let first = lines.iter().position(|line| *line == "#[cfg(test)]").unwrap_or(lines.len());
        for at in first + 1..lines.len() {
            if item.is_match(lines[at]) && lines[at - 1] != "#[cfg(test)]" {
                faults.add(file, at, "this is part of the program, but stands below code for tests");
            }
        }
    }
    faults.none("the laws here read a file up to its tests");
}

#[test]
fn the_tour_shows_the_same_tables() {
    let tour = read("docs/architecture.md");
    for (heading, table) in [("## Who may name whom", MAY_NAME), ("## Which crate is named where", NAMED_IN)] {
        let shown = table_below(&tour, heading);
        for (at, (name, allowed)) in table.iter().enumerate() {
            let row = ((*name).to_owned(), allowed.iter().map(ToString::to_string).collect());
            assert_eq!(shown.get(at), Some(&row), "docs/architecture.md, \"{heading}\", shows another row");
        }
        assert_eq!(shown.len(), table.len(), "docs/architecture.md, \"{heading}\", has rows of its own");
    }
}

#[test]
fn every_path_that_the_tour_names_exists() {
    let tour = read("docs/architecture.md");
    let path = Regex::new(r"`((?:src|tests|docs|testdata|benches|\.ci)/[\w./-]*)`").expect("it is written by hand");
    for found in path.captures_iter(&tour) {
        assert!(root().join(&found[1]).exists(), "docs/architecture.md names {}, which does not exist", &found[1]);
    }
}

/// One Rust file.
struct File {
    /// Below the crate's root.
    path: PathBuf,
    /// Its path below `src/` without `.rs` or `/mod.rs`, such as `load/terraform`.
    module: String,
    text: String,
}

impl File {
    /// The lines that are compiled into the program, each with its number from 0, without whole-line comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().take_while(|(_, line)| *line != "#[cfg(test)]");
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Everything that breaks a law, to be told at once.
#[derive(Default)]
struct Faults(String);

impl Faults {
    fn add(&mut self, file: &File, line: usize, fault: &str) {
        writeln!(self.0, "{}:{}: {fault}", file.path.display(), line + 1).expect("strings take all text");
    }

    fn none(self, advice: &str) {
        assert!(self.0.is_empty(), "\n{}({advice})", self.0);
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn source_files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| files("src"))
}

fn files(folder: &str) -> Vec<File> {
    let entries = WalkDir::new(root().join(folder)).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("the folder can be read").into_path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| {
        let text = fs::read_to_string(&path).expect("source files are UTF-8");
        let path = path.strip_prefix(root()).expect("it lies below the root").to_owned();
        let below = path.with_extension("");
        let parts: Vec<_> = below.iter().skip(1).map(|part| part.to_string_lossy()).collect();
        let module = parts.join("/").trim_end_matches("/mod").to_owned();
        File { path, module, text }
    })
    .collect()
}

/// The row that speaks for a module or a path of one: the longest that it lies in; empty if there is none.
fn row(module: &str) -> &'static str {
    let rows = MAY_NAME.iter().map(|(row, _)| *row).filter(|row| is_within(module, row));
    rows.max_by_key(|row| row.len()).unwrap_or_default()
}

fn allowed(module: &str) -> &'static [&'static str] {
    MAY_NAME.iter().find(|(known, _)| *known == row(module)).map_or(&[], |(_, allowed)| *allowed)
}

fn is_within(module: &str, place: &str) -> bool {
    module.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the name is a file's own module, or lies in the folder of the `mod.rs` that this is.
fn is_same_folder(file: &File, named: &str) -> bool {
    row(&file.module) == named || file.path.ends_with("mod.rs") && is_within(named, &file.module)
}

/// The rows that the code of a file names, each with the line: by a path from the root of the crate or, in the root
/// itself, by a module's name.
fn names(file: &File) -> Vec<(usize, String)> {
    let is_root = ["lib", "main"].contains(&file.module.as_str());
    let path = Regex::new(r"\bcrate::([\w:{]+)|\bzonegate::([\w:{]+)|super::super").expect("it is written by hand");
    let relative = Regex::new(r"(?:^|[^:\w])(\w+)::").expect("it is written by hand");
    let mut names = Vec::new();
    for (line, text) in file.code().filter(|(_, text)| text.contains("::")) {
        for found in path.captures_iter(text) {
            let path = found.get(1).or(found.get(2)).map_or("super::super", |path| path.as_str());
            let row = row(&path.replace("::", "/"));
            names.push((line, if row.is_empty() { outside(path) } else { row.to_owned() }));
        }
        for found in relative.captures_iter(text).filter(|_| is_root) {
            let row = row(&found[1]);
            names.extend((!row.is_empty()).then(|| (line, row.to_owned())));
        }
    }
    names
}

/// What a path is that is in no module: an item of the crate's root, or a way round this test.
fn outside(path: &str) -> String {
    if path.contains(['{', ':']) { format!("{path} (write one `use` a module)") } else { "lib".to_owned() }
}

/// The rows of the first table below a heading: the first column, and the names in the last, all in backticks.
fn table_below(text: &str, heading: &str) -> Vec<(String, Vec<String>)> {
    let below = text.split(heading).nth(1).unwrap_or_else(|| panic!("there is no heading `{heading}`"));
    let lines = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        (names(cells[0]).concat(), names(cells[cells.len() - 1]))
    };
    lines.skip(2).map(row).collect()
}
