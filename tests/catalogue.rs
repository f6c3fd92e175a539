//! `docs/rules.md` is the whole catalogue, laid out for people: a table of all rules and kinds of gap, which of them stands
//! for which, and the pages that `zonegate explain` prints. `UPDATE=1` rewrites it.

use std::env;
use std::fmt::{Error, Write};
use std::fs;

use zonegate::gap::COVERAGE;
use zonegate::rules::{GROUPS, RULES};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

const OPENING: &str = "\
# Rules

What zonegate finds, and what it says of inputs that cannot tell all. `zonegate explain RULE` prints the page of one rule,
and `zonegate rules` the table. This page is made of both; `UPDATE=1 cargo test --test catalogue` rewrites it. Every
example on it is run by the tests of zonegate.

`severity` is that of the gravest case; `severities` in `zonegate.yaml` changes it. `--set strict` adds the rules that are
marked so, and `--set pedantic` adds all.
";

const GROUPS_OPENING: &str = "
## One fault, one finding

One fault breaks several rules at times. Of each of these lists, the first rule that finds something at a name stands for
the others there, and the report names them under `also`. A suppression of the first brings back none of the others.
";

#[test]
fn the_page_of_rules_is_what_the_catalogue_says() {
    let page = page().expect("strings take all text");
    if env::var_os("UPDATE").is_some() {
        fs::write(PATH, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(written == page, "docs/rules.md is not what the catalogue says; UPDATE=1 rewrites it");
}

#[test]
fn the_catalogue_is_sorted_and_names_nothing_twice() {
    assert!(RULES.is_sorted_by(|one, next| one.id < next.id));
    assert!(COVERAGE.is_sorted_by(|one, next| one.id < next.id));
    assert!(RULES.iter().all(|rule| COVERAGE.iter().all(|gap| gap.id != rule.id)));
}

fn page() -> Result<String, Error> {
    let mut page = OPENING.to_owned();
    writeln!(page, "\n| rule | severity | set | what it finds |\n|---|---|---|---|")?;
    for rule in RULES {
        writeln!(page, "| {} | {} | {} | {} |", link(rule.id), rule.severity, rule.set, rule.summary)?;
    }
    writeln!(page, "\n| gap | severity | what could not be told |\n|---|---|---|")?;
    for gap in COVERAGE {
        writeln!(page, "| {} | {} | {} |", link(gap.id), gap.severity, gap.summary)?;
    }
    page.push_str(GROUPS_OPENING);
    for group in GROUPS {
        let names: Vec<String> = group.iter().map(|rule| link(rule.id)).collect();
        writeln!(page, "\n- {}", names.join(", then "))?;
    }
    let pages = RULES.iter().map(|rule| rule.page).chain(COVERAGE.iter().map(|gap| gap.page));
    for text in pages {
        page.push('\n');
        demoted(&mut page, text);
    }
    Ok(page)
}

/// A link to the page of a rule further down.
fn link(id: &str) -> String {
    format!("[{id}](#{id})")
}

/// Adds a page with its headings one level down; what stands in code is no heading.
fn demoted(page: &mut String, text: &str) {
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        if !in_code && line.starts_with('#') {
            page.push('#');
        }
        page.push_str(line);
        page.push('\n');
    }
}
