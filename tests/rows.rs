//! The tables of resource types: each row has a case of its own under `testdata/rows`, so that nothing is claimed of a
//! provider that no plan shows.
//!
//! A case is `PROVIDER/TYPE.json`, which rows of one type and version share, with `data.` before the type of a data source and `@SINCE` after that of a shape
//! which some version brought. It holds a `plan`, written from the provider's documentation, and what is made of it:
//! the `records` after the change as `zonegate records` prints them, those `before` it where they matter, the names of
//! the zones that are known `whole` and of those that are `private`, and the kinds of `gaps`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use zonegate::load::terraform::provider::{Mode, Row, TABLES, Table, ZoneRow};
use zonegate::load::{Inputs, Loaded, load};
use zonegate::record::{Snapshot, View, ViewId};
use zonegate::source::{Bytes, Sources};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    plan: Value,
    records: Vec<Value>,
    before: Option<Vec<Value>>,
    #[serde(default)]
    whole: Vec<String>,
    #[serde(default)]
    private: Vec<Option<String>>,
    #[serde(default)]
    gaps: Vec<String>,
}

/// What the loader makes of a plan.
#[derive(PartialEq)]
struct Outcome {
    before: Vec<Value>,
    records: Vec<Value>,
    whole: Vec<String>,
    private: Vec<Option<String>>,
    gaps: Vec<String>,
}

/// The rows of a resource type that share a case: where it lies, and which objects of a plan they speak for.
struct Claim {
    path: PathBuf,
    rows: Vec<Row>,
    speaks_for: Box<dyn Fn(&Value) -> bool>,
}

#[test]
fn every_row_of_every_table_has_a_case_that_comes_out_as_it_says() {
    let claims = claims();
    let known: BTreeSet<&Path> = claims.iter().map(|claim| claim.path.as_path()).collect();
    assert_eq!(known.len(), claims.len(), "two claims share a case");
    let of_no_row = files().into_iter().filter(|path| !known.contains(path.as_path()));
    let of_no_row = of_no_row.map(|path| format!("{}: no row has this case", path.display()));
    let wrong = claims.iter().filter_map(|claim| Some(format!("{}: {}", claim.path.display(), fault(claim)?)));
    let faults: Vec<String> = wrong.chain(of_no_row).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rows")
}

/// All cases, by their path below the folder.
fn files() -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder()).into_iter().map(|entry| entry.expect("testdata can be read"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(folder()).expect("it lies below").to_owned()).collect()
}

fn claims() -> Vec<Claim> {
    let mut claims = Vec::new();
    for (sources, text) in TABLES {
        let Table { rows, zones, .. } = serde_yaml::from_str(text).expect("tables can be read");
        let place = |name: &str| Path::new(&sources[0].replace('/', "-")).join(format!("{name}.json"));
        let mut cases: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows {
            cases.entry(name_of(&row)).or_default().push(row);
        }
        for ZoneRow { resource_type, .. } in zones {
            cases.entry(resource_type).or_default();
        }
        for (name, rows) in cases {
            let path = place(&name);
            let speaks_for: Box<dyn Fn(&Value) -> bool> = match rows.first() {
                Some(_) => Box::new(move |object| row_of(text, object).is_some_and(|row| name_of(&row) == name)),
                None => Box::new(move |object| object["type"] == name),
            };
            claims.push(Claim { path, rows, speaks_for });
        }
    }
    claims
}

fn name_of(row: &Row) -> String {
    let data = if row.mode == Mode::Data { "data." } else { "" };
    let since = row.since.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
    format!("{data}{}{since}", row.resource_type)
}

/// The first row of a table that an object is read by.
fn row_of(table: &str, object: &Value) -> Option<Row> {
    let mode = if object["mode"] == "data" { Mode::Data } else { Mode::Managed };
    let is_of = |row: &Row| row.mode == mode && object["type"] == row.resource_type;
    // The table need not be read for what it does not name.
    if !table.contains(object["type"].as_str()?) {
        return None;
    }
    let rows = serde_yaml::from_str::<Table>(table).expect("tables can be read").rows;
    rows.into_iter().find(|row| is_of(row) && selects(row, object))
}

fn selects(row: &Row, object: &Value) -> bool {
    let change = &object["change"];
    let states = [&change["after"], &change["after_unknown"], &object["values"]];
    let has = |key: &str| states.iter().any(|state| state.get(key).is_some());
    let text = |key: &str| states.iter().find_map(|state| state.get(key)?.as_str()).map(Cow::Borrowed);
    row.select.matches(has, text)
}

/// Whether an object has something for a row that reads a part of a resource.
fn has_part(row: &Row, object: &Value) -> bool {
    let states = [&object["change"]["after"], &object["values"]];
    let leads = |path: &String| {
        let found = path.split('.').fold(states.to_vec(), |values, key| {
            let inner = values.into_iter().filter_map(|value| value.get(key.trim_end_matches("[]")));
            inner.flat_map(|value| value.as_array().map_or(vec![value], |list| list.iter().collect())).collect()
        });
        !found.is_empty()
    };
    row.each.0.is_empty() || row.each.0.iter().any(leads)
}

/// What is wrong with the case of a row.
fn fault(claim: &Claim) -> Option<String> {
    let Ok(text) = fs::read_to_string(folder().join(&claim.path)) else { return Some("this row has no case".into()) };
    let case: Case = match serde_json::from_str(&text) {
        Ok(case) => case,
        Err(error) => return Some(format!("this is no case: {error}")),
    };
    for row in &claim.rows {
        let objects = case.plan["resource_changes"].as_array().into_iter().flatten();
        let resting = case.plan.pointer("/prior_state/values/root_module/resources");
        let mut objects = objects.chain(resting.and_then(Value::as_array).into_iter().flatten());
        if !objects.any(|object| (claim.speaks_for)(object) && selects(row, object) && has_part(row, object)) {
            return Some(format!("nothing in this case is for the row with {:?}", row.each));
        }
    }
    let outcome = outcome(&case.plan);
    if outcome == outcome_without(&case.plan, &claim.speaks_for) {
        return Some("nothing in this case depends on its row".into());
    }
    let expected = Outcome {
        before: case.before.unwrap_or_else(|| outcome.before.clone()),
        records: case.records,
        whole: case.whole,
        private: case.private,
        gaps: case.gaps,
    };
    (outcome != expected)
        .then(|| format!("this is expected:\n{}this comes out:\n{}", lines(&expected), lines(&outcome)))
}

fn outcome(plan: &Value) -> Outcome {
    let mut sources = Sources::default();
    let source = sources.add("plan.json".into(), Bytes::Owned(plan.to_string().into()));
    let Loaded { diff, gaps, .. } = load(&mut sources, Inputs::documents(vec![source]));
    let gaps: BTreeSet<&str> = gaps.iter().map(|gap| gap.coverage.id).collect();
    let whole = |(id, _): &(ViewId, &View)| diff.after.is_whole(*id);
    Outcome {
        before: records(&diff.before, &sources),
        records: records(&diff.after, &sources),
        whole: apexes(&diff.after, whole).into_iter().flatten().collect(),
        private: apexes(&diff.after, |(_, view)| view.private),
        gaps: gaps.into_iter().map(str::to_owned).collect(),
    }
}

/// The outcome of what is left of a plan.
fn outcome_without(plan: &Value, leaves_out: &dyn Fn(&Value) -> bool) -> Outcome {
    let mut plan = plan.clone();
    for list in ["/resource_changes", "/prior_state/values/root_module/resources"] {
        if let Some(objects) = plan.pointer_mut(list).and_then(Value::as_array_mut) {
            objects.retain(|object| !leaves_out(object));
        }
    }
    outcome(&plan)
}

/// The lines that `zonegate records` prints, without the places.
fn records(side: &Snapshot, sources: &Sources) -> Vec<Value> {
    let mut dump = Vec::new();
    zonegate::dump::write(side, sources, &mut dump).expect("memory takes all");
    let lines = serde_json::Deserializer::from_slice(&dump).into_iter::<Value>();
    let lines = lines.map(|line| {
        let mut line = line.expect("the dump is JSON");
        let fields = line.as_object_mut().expect("lines are objects");
        fields.retain(|key, _| !["path", "line", "column", "address"].contains(&key.as_str()));
        line
    });
    lines.collect()
}

fn apexes(side: &Snapshot, wanted: impl Fn(&(ViewId, &View)) -> bool) -> Vec<Option<String>> {
    let wanted = side.views().filter(wanted);
    let mut names: Vec<_> = wanted.map(|(_, view)| view.apex.as_ref().map(ToString::to_string)).collect();
    names.sort();
    names
}

fn lines(outcome: &Outcome) -> String {
    let Outcome { before, records, whole, private, gaps } = outcome;
    let before = before.iter().map(|line| format!("  before {line}"));
    let after = records.iter().map(|line| format!("  after {line}"));
    let rest = format!("  whole {whole:?}, private {private:?}, gaps {gaps:?}\n");
    before.chain(after).chain([rest]).collect::<Vec<_>>().join("\n")
}
