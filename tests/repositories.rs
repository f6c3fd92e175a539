//! Where records stand in repositories of OctoDNS whose files hold the same words more than once.

use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;
use zonegate::load::{self, Inputs, Loaded, Part, Repository};
use zonegate::record::{RecordSet, Snapshot};
use zonegate::source::Sources;
use zonegate::workspace::Tree;

/// A zone with an alias that hides an MX.
const ZONE: &str = "mail:\n  type: A\n  value: 192.0.2.1\nshop:\n- type: CNAME\n  value: shops.example.org.\n- type: MX\n  \
                    values:\n  - exchange: mail.example.com.\n    preference: 10\nwww:\n  type: TXT\n  value: x\n";

/// A configuration of `example.com` from these directories.
fn config(default_ttl: u32, directories: &[&str]) -> String {
    let source = |name: &&str| {
        format!(
            "  {name}: {{class: octodns.provider.yaml.YamlProvider, directory: {name}, default_ttl: {default_ttl}}}\n"
        )
    };
    let sources: String = directories.iter().map(source).collect();
    format!("providers:\n{sources}zones:\n  example.com.: {{sources: [{}], targets: []}}\n", directories.join(", "))
}

/// Two states, each with its files by path.
fn load_states(before: &[(&str, &str)], after: &[(&str, &str)]) -> (Sources, Loaded) {
    let states = [before, after].map(|files| {
        let directory = TempDir::new().expect("there is room for a directory");
        for (path, text) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("there is room for a directory");
            fs::write(path, text).expect("there is room for a file");
        }
        directory
    });
    let [before, after] = states.each_ref().map(|state| {
        Tree::disk(state.path().to_str().expect("temporary directories have names of text")).expect("it can be listed")
    });
    let mut sources = Sources::default();
    let repository = Repository {
        before: Some(before),
        after,
        files: [Vec::new(), Vec::new()],
        as_read: false,
        part: Part::Changed,
    };
    let loaded = load::load(&mut sources, Inputs { repositories: vec![repository], ..Inputs::default() });
    (sources, loaded)
}

/// Each record of a side: its set, its data as they are written where it stands, and the file, from its directory on.
fn standing(sources: &Sources, side: &Snapshot) -> BTreeSet<String> {
    let show = |set: &RecordSet| -> Vec<String> {
        let id = side.view(set.view).id.clone().unwrap_or_default();
        let records = set.records.iter().map(|record| {
            let source = sources.get(record.place.span.source);
            let text = String::from_utf8_lossy(&source.bytes()[record.place.span.range()]).into_owned();
            let file = source.name().rsplit('/').take(2).collect::<Vec<_>>().join(" in ");
            format!("{id} {} {} {text} {file}", set.owner, set.rtype)
        });
        records.collect()
    };
    side.sets().iter().flat_map(|set| show(set)).collect()
}

#[test]
fn configurations_with_the_same_words_have_places_of_their_own() {
    let (one, two) = (config(300, &["one"]), config(300, &["two"]));
    let files = |zone| {
        [("one.yaml", &*one), ("two.yaml", &*two), ("one/example.com.yaml", zone), ("two/example.com.yaml", zone)]
    };
    let changed = format!("a:\n  type: A\n  value: 192.0.2.9\n{ZONE}");
    let (sources, Loaded { diff, gaps, .. }) = load_states(&files(ZONE), &files(&changed));
    assert!(gaps.is_empty(), "{gaps:?}");
    for (side, count) in [(&diff.before, 8), (&diff.after, 10)] {
        let standing = standing(&sources, side);
        assert_eq!(standing.len(), count, "{standing:?}");
        for record in &standing {
            let of = |config: &str| record.starts_with(&format!("{config}.yaml "));
            let within = |directory: &str| record.ends_with(&format!("example.com.yaml in {directory}"));
            assert!(of("one") && within("one") || of("two") && within("two"), "{record}");
        }
    }
}

#[test]
fn the_second_source_with_the_same_words_is_the_one_at_fault() {
    let config = config(300, &["one", "two"]);
    let files = [("config.yaml", &*config), ("one/example.com.yaml", ZONE), ("two/example.com.yaml", ZONE)];
    let (sources, Loaded { diff, gaps, .. }) = load_states(&files, &files);
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    for gap in &gaps {
        assert!(sources.get(gap.place.span.source).name().ends_with("two/example.com.yaml"), "{gap:?}");
    }
    assert!(standing(&sources, &diff.after).iter().all(|record| record.ends_with("in one")));
}

#[test]
fn what_is_refused_before_the_change_only_is_shown_where_it_was() {
    let config = config(300, &["zones"]);
    let entry = "WWW:\n  type: A\n  value: 192.0.2.2\n";
    let [old, new] =
        ["www:\n  type: A\n  value: 192.0.2.1\n", "# Something else.\n"].map(|first| first.to_owned() + entry);
    let [before, after] = [&*old, &*new].map(|zone| [("config.yaml", &*config), ("zones/example.com.yaml", zone)]);
    let (sources, Loaded { gaps, .. }) = load_states(&before, &after);
    let [twice] = &gaps.iter().filter(|gap| gap.reason.contains("a second A")).collect::<Vec<_>>()[..] else {
        panic!("{gaps:?}")
    };
    let source = sources.get(twice.place.span.source);
    assert_eq!(source.bytes(), old.as_bytes(), "{twice:?}");
    assert_eq!(&old[twice.place.span.range()], "type: A\n  value: 192.0.2.2");
}

#[test]
fn what_another_setting_reads_otherwise_stands_in_its_own_state() {
    let (old, new) = (config(300, &["zones"]), config(600, &["zones"]));
    let changed = format!("# Something else.\na:\n  type: A\n  value: 192.0.2.9\n{ZONE}");
    let before = [("config.yaml", &*old), ("zones/example.com.yaml", ZONE)];
    let after = [("config.yaml", &*new), ("zones/example.com.yaml", &*changed)];
    let (sources, Loaded { diff, .. }) = load_states(&before, &after);
    assert_eq!(diff.changes().len(), 5, "every time to live is another");
    let of = |side: &Snapshot| -> BTreeSet<_> {
        side.sets().iter().flat_map(|set| &set.records).map(|record| record.place.span.source).collect()
    };
    assert!(of(&diff.before).is_disjoint(&of(&diff.after)), "each state has a file of its own");
    let standing = standing(&sources, &diff.before);
    let expected =
        ["mail.example.com. A 192.0.2.1", "shop.example.com. CNAME shops.example.org.", "MX mail.example.com."];
    for text in expected {
        assert!(standing.iter().any(|record| record.contains(text)), "{text}: {standing:?}");
    }
}

#[test]
fn the_order_of_names_means_nothing() {
    let config = config(300, &["zones"]).replace("default_ttl", "enforce_order: false, default_ttl");
    let starts: Vec<usize> = ["mail:", "shop:", "www:"].map(|name| ZONE.find(name).expect("it is there")).to_vec();
    let turned = [&ZONE[starts[2]..], &ZONE[starts[1]..starts[2]], &ZONE[..starts[1]]].concat();
    let states = [ZONE, &*turned].map(|zone| [("config.yaml", &*config), ("zones/example.com.yaml", zone)]);
    for (before, after) in [(0, 1), (1, 0)] {
        let (sources, Loaded { diff, gaps, .. }) = load_states(&states[before], &states[after]);
        assert!(gaps.is_empty() && diff.changes().len() == 0, "{gaps:?}");
        assert_eq!(standing(&sources, &diff.before), standing(&sources, &diff.after));
        assert_eq!(diff.after.sets().len(), 4);
    }
}
