//! `docs/providers.md` is what the tables of providers and DNS hosts say, laid out for people. `UPDATE=1` rewrites it.

use std::env;
use std::fmt::{Error, Write};
use std::fs;

use zonegate::load::hosts::{ApexCname, Host, NullMx, of_terraform};
use zonegate::load::terraform::provider::{
    Meaning, Mode, NameForm, OneOrMany, Row, TABLES, Table, Unit, Values, ZoneKind, ZoneRow,
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/providers.md");

const OPENING: &str = "\
# Providers

Which resource types of Terraform and OpenTofu providers are read, what of them, and where that was read. This page is
made of the tables in `src/load/terraform/providers/` and `src/load/hosts.yaml`; change those, and rewrite it by
`UPDATE=1 cargo test --test providers`.

A provider is named by its source without the registry, in lower case, as plans write it. A resource of a provider that
is not here is read like one of the same type that is, and the report says so; one that only looks like DNS is reported
as a gap. `providers` in `zonegate.yaml` adds tables of your own.

The columns: *holds* is one record, one record set or a whole zone; *zone*, *name*, *type* and *data* are the attributes
that are read, with what a relative name or a special text means.
";

#[test]
fn the_page_of_providers_is_what_the_tables_say() {
    let page = page().expect("strings take all text");
    if env::var_os("UPDATE").is_some() {
        fs::write(PATH, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(written == page, "docs/providers.md is not what the tables say; UPDATE=1 rewrites it");
}

#[test]
fn resource_types_of_one_source_stand_in_one_table() {
    let sources: Vec<&&str> = TABLES.iter().flat_map(|(sources, _)| sources.iter()).collect();
    let mut distinct = sources.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(sources.len(), distinct.len());
    assert!(sources.iter().all(|source| **source == source.to_lowercase()), "plans write them in lower case");
}

fn page() -> Result<String, Error> {
    let mut page = OPENING.to_owned();
    for (sources, text) in TABLES {
        let table: Table = serde_yaml::from_str(text).expect("tables can be read");
        writeln!(page, "\n## {}\n", sources.join(", "))?;
        writeln!(page, "{}\n", of_terraform(sources).map_or("Its DNS host is not known.".to_owned(), host))?;
        writeln!(page, "| resource type | holds | zone | name | type | data |\n|---|---|---|---|---|---|")?;
        for row in &table.rows {
            writeln!(page, "{}", of_row(row))?;
        }
        for row in &table.zones {
            writeln!(page, "| `{}` | the zone itself | {} | | | |", row.resource_type, of_zone(row))?;
        }
        for row in &table.flattening {
            writeln!(page, "| `{}` | how CNAMEs are served | `{}` | | | |", row.resource_type, row.zone)?;
        }
        for row in &table.unread {
            writeln!(page, "| `{}` | not read: it {} | | | | |", row.resource_type, row.why)?;
        }
        writeln!(page)?;
        let rows = table.rows.iter().map(|row| (&row.resource_type, &row.evidence, &row.note));
        let rows = rows.chain(table.zones.iter().map(|row| (&row.resource_type, &row.evidence, &row.note)));
        let rows = rows.chain(table.flattening.iter().map(|row| (&row.resource_type, &row.evidence, &None)));
        let mut rows = rows.chain(table.unread.iter().map(|row| (&row.resource_type, &row.evidence, &None)));
        rows.try_for_each(|(resource_type, evidence, note)| {
            let note = note.as_ref().map(|note| format!(" {}", escaped(note))).unwrap_or_default();
            writeln!(page, "- `{resource_type}`: {}.{note}", escaped(&evidence.join("; ")))
        })?;
    }
    Ok(page)
}

/// What a DNS host does, in a sentence or two.
fn host(host: &Host) -> String {
    let apex = match host.cname_at_apex {
        ApexCname::Flattened => "serves a CNAME at the apex as addresses",
        ApexCname::Rejected => "refuses a CNAME at the apex",
        ApexCname::Served => "serves a CNAME at the apex as it is",
        ApexCname::Unknown => "what becomes of a CNAME at the apex is not known",
    };
    let alias = host.alias.as_ref().map(|alias| format!("; in its place it offers {alias}")).unwrap_or_default();
    let null_mx = match host.null_mx {
        NullMx::Refused => "; it refuses the null MX",
        NullMx::Accepted => "; it takes the null MX",
        NullMx::Unknown => "",
    };
    format!("{}: {apex}{alias}{null_mx}.", host.name)
}

fn of_row(row: &Row) -> String {
    let versions = match (&row.since, &row.until) {
        (Some(since), None) => format!(" since {since}"),
        (None, Some(until)) => format!(" until {until}"),
        (Some(since), Some(until)) => format!(" {since} to {until}"),
        (None, None) => String::new(),
    };
    let mode = if row.mode == Mode::Data { "data " } else { "" };
    let unit = match row.unit {
        Unit::Rrset => "a set",
        Unit::Record => "a record",
        Unit::Zone => "a zone",
    };
    let each = if row.each.0.is_empty() { String::new() } else { format!(", {}", codes(&row.each)) };
    let private = row.flags.iter().any(|flag| flag.meaning == Meaning::Private && flag.attr.is_none());
    let private = if private { ", private" } else { "" };
    let rtype = match (&row.rtype.attr, &row.rtype.constant) {
        (Some(attr), _) => format!("`{attr}`"),
        (None, Some(constant)) => constant.clone(),
        (None, None) => "by the data".to_owned(),
    };
    let cells = [format!("{unit}{each}{private}"), zone(row), name(row), rtype, data(&row.values)];
    format!("| {mode}`{}`{versions} | {} |", row.resource_type, cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn zone(row: &Row) -> String {
    let attr = row.zone.attr.as_ref().map(|attr| format!("`{attr}`"));
    let view = row.zone.view.as_ref().map(|view| format!(", view `{}`", view.attr)).unwrap_or_default();
    let zone = match (attr, row.zone.kind) {
        (None, _) | (_, ZoneKind::None) => "by the name".to_owned(),
        (Some(attr), ZoneKind::Id) if row.zone.via.is_empty() => format!("{attr}, an id"),
        (Some(attr), ZoneKind::Id) => format!("{attr}, an id of {}", row.zone.via.join(" or ")),
        (Some(attr), ZoneKind::Either) => format!("{attr}, a name or an id"),
        (Some(attr), ZoneKind::Domain | ZoneKind::Extract) => attr,
    };
    zone + &view
}

fn name(row: &Row) -> String {
    let name = &row.name;
    if name.attr.is_empty() {
        return "the apex".to_owned();
    }
    let form = match name.form {
        NameForm::Relative => "relative",
        NameForm::Fqdn => "absolute",
        NameForm::Dotted => "relative unless a dot ends it",
        NameForm::Suffix => "relative unless the zone ends it",
    };
    let texts = name.apex.iter().map(|text| text.as_ref().map_or("nothing".to_owned(), |text| format!("\"{text}\"")));
    let texts: Vec<String> = texts.collect();
    let apex = if texts.is_empty() { String::new() } else { format!("; {} is the apex", texts.join(" or ")) };
    format!("`{}`, {form}{apex}", name.attr)
}

fn data(values: &Values) -> String {
    let places = std::iter::once(&values.attr).chain(values.alts.iter().map(|alt| &alt.attr));
    let mut places: Vec<String> = places.flat_map(|attr| &attr.0).map(|attr| format!("`{attr}`")).collect();
    places.sort();
    places.dedup();
    if places.is_empty() { "not read".to_owned() } else { places.join(", ") }
}

fn of_zone(row: &ZoneRow) -> String {
    format!("{}, by {}", codes(&row.domain), row.id.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" or "))
}

fn codes(texts: &OneOrMany) -> String {
    texts.0.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" or ")
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let special = |letter: char| matches!(letter, '*' | '<' | '[');
    text.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
}
