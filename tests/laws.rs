//! What holds for every input and every rule, tried on every case under testdata.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use zonegate::check::check;
use zonegate::diff::{Change, Diff};
use zonegate::load::{self, Inputs, Loaded, Part, Repository};
use zonegate::policy::Policy;
use zonegate::record::{RecordSet, Snapshot};
use zonegate::render::{FORMATS, Look};
use zonegate::report::{Finding, Report};
use zonegate::review;
use zonegate::rule::{Declared, Status};
use zonegate::rules::RULES;
use zonegate::source::{Bytes, Place, Sources};
use zonegate::workspace::Tree;

const LOOK: Look = Look { colour: false, unicode: true, width: 80, quiet: false, pages: None };

/// Every plan under testdata.
fn plans() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let files = walkdir::WalkDir::new(testdata).sort_by_file_name().into_iter();
    let files = files.map(|entry| entry.expect("testdata can be read").into_path());
    let plans: Vec<PathBuf> = files.filter(|path| path.ends_with("plan.json")).collect();
    assert!(plans.len() > 50, "there are cases to try");
    plans
}

/// Every plan under testdata, and every repository there that is in two states.
fn cases() -> Vec<PathBuf> {
    let repositories = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/octodns"));
    let folders = repositories.expect("there are cases").map(|entry| entry.expect("testdata can be read").path());
    let mut cases: Vec<PathBuf> = folders.filter(|path| path.join("before").exists()).collect();
    assert!(cases.len() > 10, "there are cases to try");
    cases.sort();
    cases.extend(plans());
    cases
}

struct Run {
    sources: Sources,
    diff: Diff,
    report: Report,
}

fn run(texts: &[&str]) -> Run {
    let mut sources = Sources::default();
    let ids: Vec<_> = texts.iter().map(|text| sources.add("plan.json".into(), Bytes::Owned((*text).into()))).collect();
    let loaded = load::load(&mut sources, Inputs::documents(ids));
    reviewed(sources, &loaded)
}

fn run_states(before: &Path, after: &Path) -> Run {
    let tree = |path: &Path| Tree::disk(path.to_str().expect("paths are text")).expect("the state can be listed");
    let repository = Repository {
        before: Some(tree(before)),
        after: tree(after),
        files: [Vec::new(), Vec::new()],
        as_read: false,
        part: Part::Changed,
    };
    let mut sources = Sources::default();
    let loaded = load::load(&mut sources, Inputs { repositories: vec![repository], ..Inputs::default() });
    reviewed(sources, &loaded)
}

fn reviewed(sources: Sources, loaded: &Loaded) -> Run {
    let diff = loaded.diff.clone();
    let policy = Policy { all: true, ..Policy::default() };
    Run { report: review(&sources, loaded, &Declared::default(), &policy), diff, sources }
}

fn run_case(path: &Path) -> Run {
    if path.is_dir() {
        return run_states(&path.join("before"), &path.join("after"));
    }
    run(&[&fs::read_to_string(path).expect("plans are text")])
}

/// What a finding says of whom; places, values and wording aside.
fn verdict(finding: &Finding) -> String {
    let also: Vec<_> = finding.also.iter().map(|rule| rule.id).collect();
    format!("{} {} {} {:?} {also:?}", finding.rule.id, finding.severity, finding.status, finding.names)
}

fn verdicts(report: &Report) -> BTreeSet<String> {
    report.findings.iter().map(verdict).collect()
}

fn places(report: &Report) -> impl Iterator<Item = &Place> {
    let labels = report.findings.iter().flat_map(|finding| std::iter::once(&finding.primary).chain(&finding.related));
    labels.map(|label| &label.place).chain(report.gaps.iter().map(|gap| &gap.place))
}

#[test]
fn a_state_compared_with_itself_introduces_nothing() {
    for path in cases() {
        let Diff { before, after, .. } = run_case(&path).diff;
        for side in [before, after] {
            let diff = Diff::new(side.clone(), side);
            assert!(diff.changes().len() == 0, "{}", path.display());
            assert_eq!(check(&diff, &Declared::default(), RULES, false).len(), 0, "{}", path.display());
            let introduced = check(&diff, &Declared::default(), RULES, true);
            let introduced = introduced.iter().filter(|finding| finding.status != Status::Existing).count();
            assert_eq!(introduced, 0, "{}", path.display());
        }
    }
}

#[test]
fn a_state_read_twice_is_the_same_twice() {
    for path in cases().into_iter().filter(|path| path.is_dir()) {
        for state in [path.join("before"), path.join("after")] {
            let Run { diff, report, .. } = run_states(&state, &state);
            assert!(diff.changes().len() == 0, "{}", state.display());
            assert!(report.findings.iter().all(|finding| finding.status == Status::Existing), "{}", state.display());
            let lone = |side: &Snapshot| side.sets().iter().map(|set| format!("{:?}", set.key())).collect::<Vec<_>>();
            assert_eq!(lone(&diff.before), lone(&diff.after), "{}", state.display());
        }
    }
}

#[test]
fn before_and_the_changes_make_after() {
    fn key(set: &RecordSet) -> String {
        format!("{:?} {} {} {:?}", set.view, set.owner, set.rtype, set.variant)
    }
    fn keys(side: &Snapshot) -> BTreeSet<String> {
        side.sets().iter().map(|set| key(set)).collect()
    }
    for path in cases() {
        let diff = run_case(&path).diff;
        let mut made = keys(&diff.before);
        for change in diff.changes() {
            match change {
                Change::Added(set) => assert!(made.insert(key(set)), "{}", path.display()),
                Change::Removed(set) => assert!(made.remove(&key(set)), "{}", path.display()),
                Change::Altered { before, after } => {
                    assert_eq!(key(before), key(after));
                    assert!(!before.same_answer(after), "{}", path.display());
                }
            }
        }
        assert_eq!(made, keys(&diff.after), "{}", path.display());
    }
}

#[test]
fn names_that_are_not_looked_at_hold_nothing_that_the_change_brings_about() {
    for path in cases() {
        let diff = run_case(&path).diff;
        let of = |all| -> BTreeSet<String> {
            let findings = check(&diff, &Declared::default(), RULES, all);
            findings.iter().filter(|finding| finding.status != Status::Existing).map(verdict).collect()
        };
        assert_eq!(of(false), of(true), "{}", path.display());
    }
}

#[test]
fn the_order_of_entries_and_of_keys_means_nothing() {
    for path in plans() {
        let text = fs::read_to_string(&path).expect("plans are text");
        let mut plan: Value = serde_json::from_str(&text).expect("plans are JSON");
        let report = run(&[&text]).report;
        if let Some(changes) = plan.get_mut("resource_changes").and_then(Value::as_array_mut) {
            changes.reverse();
        }
        let reversed = backwards(&plan);
        assert_eq!(verdicts(&run(&[&reversed]).report), verdicts(&report), "{}", path.display());
    }
}

/// A JSON text with the keys of every object in falling order.
fn backwards(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let fields =
                map.iter().rev().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), backwards(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(backwards).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

#[test]
fn case_and_final_dots_mean_nothing() {
    for path in plans() {
        let text = fs::read_to_string(&path).expect("plans are text");
        let expected = verdicts(&run(&[&text]).report);
        let shouted = text.replace("example.com", "eXample.COM").replace("example.net", "EXAMPLE.net");
        assert_eq!(verdicts(&run(&[&shouted]).report), expected, "{} in capitals", path.display());
        let dotted = text.replace("example.com\"", "example.com.\"").replace("example.net\"", "example.net.\"");
        assert_eq!(verdicts(&run(&[&dotted]).report), expected, "{} with final dots", path.display());
    }
}

#[test]
fn one_change_in_two_plans_is_one_change() {
    let mut tried = 0;
    for path in plans() {
        let text = fs::read_to_string(&path).expect("plans are text");
        let whole = run(&[&text]);
        let mut plan: Value = serde_json::from_str(&text).expect("plans are JSON");
        let Some(changes) = plan.get("resource_changes").and_then(Value::as_array).cloned() else { continue };
        // A zone that only its resource's address tells from another is not the same zone in two plans, and what only
        // the prior state shows would have to be split as well.
        let told_by_address = whole.diff.after.views().any(|(_, view)| view.id.is_some());
        if told_by_address || plan["complete"] == Value::Bool(false) || text.contains("\"data\"") {
            continue;
        }
        plan.as_object_mut().expect("plans are objects").remove("prior_state");
        let is_zone = |entry: &Value| entry["type"].as_str().is_some_and(|name| name.ends_with("_zone"));
        let part = |rest| {
            let mine = changes.iter().enumerate().filter(|(at, entry)| is_zone(entry) || at % 2 == rest);
            let mut plan = plan.clone();
            plan["resource_changes"] = mine.map(|(_, entry)| entry.clone()).collect();
            plan.to_string()
        };
        tried += 1;
        assert_eq!(verdicts(&run(&[&part(0), &part(1)]).report), verdicts(&whole.report), "{}", path.display());
    }
    assert!(tried > 50, "most plans can be split, not {tried}");
}

#[test]
fn the_order_of_inputs_means_nothing() {
    let all = plans();
    for (one, other) in all.iter().zip(&all[1..]) {
        let text = |path: &Path| fs::read_to_string(path).expect("plans are text");
        let (one, other) = (text(one), text(other));
        let forth = verdicts(&run(&[&one, &other]).report);
        assert_eq!(verdicts(&run(&[&other, &one]).report), forth, "{one}\n{other}");
    }
}

#[test]
fn every_place_lies_in_its_input_and_says_where_it_is() {
    for path in cases() {
        let Run { sources, report, .. } = run_case(&path);
        for place in places(&report) {
            let source = sources.get(place.span.source);
            let text = str::from_utf8(source.bytes()).expect("plans are text");
            let marked = text.get(place.span.range()).expect("spans lie between characters");
            assert!(place.block.contains(place.span), "{}", path.display());
            let start = sources.start(place.span);
            let line = text.split('\n').nth(start.line as usize - 1).expect("the line is there");
            let from_column: String = line.chars().skip(start.column as usize - 1).collect();
            let first_line = marked.split('\n').next().unwrap_or_default();
            assert!(from_column.starts_with(first_line), "{}: {marked}", path.display());
        }
    }
}

#[test]
fn the_text_under_a_label_is_the_name_or_the_value_it_speaks_of() {
    for path in cases() {
        let Run { sources, diff, .. } = run_case(&path);
        for set in diff.before.sets().iter().chain(diff.after.sets()) {
            for record in &set.records {
                let bytes = &sources.get(record.place.span.source).bytes()[record.place.span.range()];
                let text = str::from_utf8(bytes).expect("spans lie between characters");
                let values = [record.rdata.to_string(), set.owner.to_string()];
                let plain = |text: &str| text.to_lowercase().trim_end_matches('.').replace(['\\', '"'], "");
                let fits = values.iter().any(|value| {
                    let (value, text) = (plain(value), plain(text));
                    value.ends_with(&text) || text.ends_with(&value) || value.starts_with(&text)
                });
                let exotic = !text.is_ascii() || text.contains("\\u") || set.owner.to_string().contains('\\');
                assert!(
                    fits || exotic || text == "@" || text.is_empty(),
                    "{}: {text} is none of {values:?}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_secret_reaches_any_output() {
    let mut tried = 0;
    for path in plans() {
        let text = fs::read_to_string(&path).expect("plans are text");
        tried += usize::from(text.contains("s3cr3t-"));
        let Run { sources, report, diff } = run(&[&text]);
        for format in &FORMATS {
            let text = (format.render)(&sources, &report, &LOOK);
            assert!(!text.contains("s3cr3t-"), "{}: {}\n{text}", path.display(), format.name);
        }
        for side in [&diff.before, &diff.after] {
            let mut dump = Vec::new();
            zonegate::dump::write(side, &sources, &mut dump).expect("memory takes all");
            assert!(!String::from_utf8_lossy(&dump).contains("s3cr3t-"), "{}: records", path.display());
        }
    }
    assert!(tried > 3, "some plans hold secrets");
}

#[test]
fn nothing_that_moves_a_cursor_reaches_a_terminal() {
    for path in cases() {
        let Run { sources, report, .. } = run_case(&path);
        for format in &FORMATS {
            let text = (format.render)(&sources, &report, &LOOK);
            let controls: Vec<char> = text.chars().filter(|char| char.is_control() && *char != '\n').collect();
            assert!(controls.is_empty(), "{}: {} {controls:?}", path.display(), format.name);
        }
    }
}

#[test]
fn plans_cut_short_are_never_clean() {
    for path in plans().into_iter().take(10) {
        let text = fs::read_to_string(&path).expect("plans are text");
        for cut in (1..text.trim_end().len()).step_by(97) {
            let Some(part) = text.get(..cut) else { continue };
            assert_eq!(run(&[part]).report.summary.exit_code, 2, "{} after {cut} bytes", path.display());
        }
    }
}

#[test]
fn loading_nothing_finds_nothing() {
    let mut sources = Sources::default();
    let Loaded { diff, gaps, inputs, .. } = load::load(&mut sources, Inputs::default());
    assert!(diff.changes().len() == 0 && gaps.is_empty() && inputs.is_empty());
}
