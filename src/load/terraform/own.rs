//! Tables that people write of their own, for providers and resource types that nobody else knows.
//!
//! They say what a file under `providers/` says, in the same words, but whoever writes one is told where a mistake is.

use serde::Deserialize;
use serde_yaml::Value as Yaml;

use crate::load::hosts::{self, Host};
use crate::load::terraform::provider::{
    FlatteningRow, Meaning, OneOrMany, Provider, Row, Select, Shape, Table, UnreadRow, ValueFields, ZoneKind, ZoneRow,
    built_in_with,
};
use crate::load::yaml::{Fault, Value};
use crate::source::Span;

/// The keys of such a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// As namespace and type, such as `example/dns`, with or without the registry.
    sources: OneOrMany,
    /// The name of a DNS host that is known here, or what another one does.
    host: Option<Yaml>,
    #[serde(default)]
    rows: Vec<Row>,
    #[serde(default)]
    zones: Vec<ZoneRow>,
    #[serde(default)]
    flattening: Vec<FlatteningRow>,
    #[serde(default)]
    unread: Vec<UnreadRow>,
}

/// Reads a mapping with `sources`, `host`, `rows`, `zones`, `flattening` and `unread` as a table, or says where the first mistake
/// is.
pub fn own_table(entry: Value) -> Result<Provider, Fault> {
    let Entry { sources: OneOrMany(sources), host, rows, zones, flattening, unread } = read(entry)?;
    let at = |path: &[Step]| path.iter().try_fold(entry, |value, step| step.of(value)).unwrap_or(entry);
    let is_source = |source: &String| source.split('/').count() > 1 && source.split('/').all(|part| !part.is_empty());
    if !sources.iter().all(is_source) || sources.is_empty() {
        let message = "this is not the source of a provider, which is `NAMESPACE/TYPE`, such as `example/dns`";
        return Err(Fault::new(at(&[Step::Key("sources")]), message));
    }
    let host = match host {
        Some(host) => Some(dns_host(host).map_err(|message| Fault::new(at(&[Step::Key("host")]), message))?),
        None => hosts::of_terraform(&sources).cloned(),
    };
    let table = Table { rows, zones, flattening, unread };
    match mistake(&table).or_else(|| unknown_zone(&table)) {
        Some(Mistake { path, message }) => Err(Fault::new(at(&path), message)),
        None => Ok(Provider::new(sources, table, host)),
    }
}

/// One step from a value to one within it.
#[derive(Debug)]
enum Step {
    Key(&'static str),
    Item(usize),
}

impl Step {
    fn of<'v>(&self, value: Value<'v>) -> Option<Value<'v>> {
        match self {
            Step::Key(key) => value.get(key),
            Step::Item(at) => value.items()?.get(*at).copied(),
        }
    }
}

/// What is wrong with a table although every field is as it should be.
#[derive(Debug)]
pub struct Mistake {
    path: Vec<Step>,
    /// Lower case, no full stop.
    pub message: String,
}

/// The keys of a table as they are typed. The text before them is blanked out, so that their places stay.
fn read(entry: Value) -> Result<Entry, Fault> {
    let span = entry.span();
    let before = entry.text_at(Span { start: 0, end: span.start, ..span });
    let blank = before.iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' });
    let text: String = blank.chain(entry.written().chars()).collect();
    serde_yaml::from_str(&text).map_err(|error| {
        let message = without_place(&error);
        // Counted in characters, whatever its documentation says.
        let at = error.location().and_then(|location| text.char_indices().nth(location.index()));
        let Some((start, _)) = at else { return Fault::new(entry, message) };
        let length = text[start..].find(|end: char| end.is_whitespace() || ":,]}".contains(end)).unwrap_or(0);
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        Fault { message, span: Span { start: offset(start), end: offset(start + length.max(1)), ..span } }
    })
}

/// The message of an error, which ends with a line and a column otherwise.
fn without_place(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned()
}

/// The DNS host that goes by a name, or that is described.
fn dns_host(host: Yaml) -> Result<Host, String> {
    match host {
        Yaml::String(name) => hosts::named(&name).cloned().map_err(|known| {
            let keys = "host, cname_at_apex and cname_beside_other_data";
            format!("no dns host is known as `{name}`, but {}; describe another one by {keys}", known.join(", "))
        }),
        other => serde_yaml::from_value(other).map_err(|error| without_place(&error)),
    }
}

/// The first mistake of a table.
pub fn mistake(table: &Table) -> Option<Mistake> {
    let Table { rows, zones, flattening, unread } = table;
    if rows.is_empty() && zones.is_empty() && flattening.is_empty() && unread.is_empty() {
        let message =
            "this says nothing of any resource type: it has no `rows`, no `zones`, no `flattening` and no `unread`";
        return Some(Mistake { path: Vec::new(), message: message.to_owned() });
    }
    let of_row = |(at, row)| mistake_of_row(table, row).map(|(key, message)| mistake_at("rows", at, key, message));
    let of_zone = |(at, row)| mistake_of_zone(row).map(|(key, message)| mistake_at("zones", at, key, message));
    let of_flattening = |(at, row): (usize, &FlatteningRow)| {
        let message = "this is about flattening, so `as` is `flattened`";
        (row.when.meaning != Meaning::Flattened).then(|| mistake_at("flattening", at, "when", message))
    };
    let mut of_rows = rows.iter().enumerate().filter_map(of_row);
    let mut of_zones = zones.iter().enumerate().filter_map(of_zone);
    of_rows.next().or_else(|| of_zones.next()).or_else(|| flattening.iter().enumerate().find_map(of_flattening))
}

fn mistake_at(list: &'static str, at: usize, key: &'static str, message: impl Into<String>) -> Mistake {
    Mistake { path: vec![Step::Key(list), Step::Item(at), Step::Key(key)], message: message.into() }
}

/// What is wrong with a row, and with which of its keys.
fn mistake_of_row(table: &Table, row: &Row) -> Option<(&'static str, &'static str)> {
    let twins = table.rows.iter().filter(|twin| (twin.mode, &twin.resource_type) == (row.mode, &row.resource_type));
    let twins: Vec<_> = twins.filter(|twin| !std::ptr::eq(*twin, row)).collect();
    let selects = row.select != Select::default();
    let is_other_part = |twin: &&Row| twin.select == row.select && twin.is_part() && row.is_part();
    let values = &row.values;
    let alts_fit = values.alts.iter().all(|alt| fits(alt.shape, &alt.attr, &alt.fields));
    let checks = [
        (
            selects || twins.iter().all(is_other_part),
            "type",
            "another row is of this type; tell both apart by `select`, with attributes that one `has` and one `lacks`",
        ),
        (
            twins.iter().all(|twin| twin.select != row.select || is_other_part(twin)),
            "select",
            "another row of this type selects the same",
        ),
        (!row.name.attr.is_empty() || row.name.default.is_some(), "name", "this names no owner: `attr` is missing"),
        (row.zone.attr.is_some() || row.zone.kind == ZoneKind::None, "zone", "this names no zone: `attr` is missing"),
        (
            row.zone.re.is_some() == (row.zone.kind == ZoneKind::Extract),
            "zone",
            "`re` and the kind `extract` go together",
        ),
        (
            [row.rtype.attr.is_some(), row.rtype.constant.is_some(), row.rtype.infer]
                .into_iter()
                .filter(|is| *is)
                .count()
                == 1,
            "rtype",
            "the record type stands in an attribute, `attr`, is always the same, `const`, or follows from the data, \
             `infer`: one of them",
        ),
        (
            alts_fit && (fits(values.shape, &values.attr, &values.fields) || !values.alts.is_empty()),
            "values",
            "an `attr` is missing, or the `fields` of objects: at least `rdata` or `host`",
        ),
        (
            row.flags.iter().all(|flag| flag.meaning != Meaning::SetId || flag.attr.is_some()),
            "flags",
            "a `set_id` stands in an attribute: `attr` is missing",
        ),
    ];
    checks.into_iter().find(|(holds, ..)| !holds).map(|(_, key, message)| (key, message))
}

/// Whether data of a shape can be found.
fn fits(shape: Shape, attr: &OneOrMany, fields: &ValueFields) -> bool {
    let is_object = matches!(shape, Shape::Object | Shape::Objects);
    let has_fields = fields.rdata.is_some() || fields.host.is_some();
    shape == Shape::None || !attr.0.is_empty() && is_object == has_fields
}

fn mistake_of_zone(row: &ZoneRow) -> Option<(&'static str, &'static str)> {
    let checks = [
        (!row.id.is_empty(), "id", "no attribute is named by which records refer to the zone"),
        (!row.domain.0.is_empty(), "domain", "no attribute is named that holds the domain name"),
        (row.private.iter().all(|flag| flag.meaning == Meaning::Private), "private", "here `as` is always `private`"),
    ];
    checks.into_iter().find(|(holds, ..)| !holds).map(|(_, key, message)| (key, message))
}

/// The first row that names its zone by a resource type which is none.
fn unknown_zone(table: &Table) -> Option<Mistake> {
    let is_zone = |name: &String| {
        let built_in = || built_in_with(name).is_some_and(|provider| provider.zones(name).next().is_some());
        table.zones.iter().any(|zone| zone.resource_type == *name) || built_in()
    };
    table.rows.iter().enumerate().find_map(|(at, row)| {
        let unknown = row.zone.via.iter().find(|name| !is_zone(name))?;
        Some(mistake_at("rows", at, "zone", format!("no row under `zones` is of the type `{unknown}`")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::yaml::Yaml as Documents;
    use crate::source::{Bytes, Sources};

    /// The first table of a configuration, or what is wrong with it: the text that is pointed at, and the message.
    fn table(configuration: &str) -> Result<Provider, (String, String)> {
        let mut sources = Sources::default();
        let source = sources.add("zonegate.yaml".into(), Bytes::Owned(configuration.into()));
        let mut documents = Documents::default();
        let root = documents.parse(&sources, source).unwrap().root.unwrap();
        let entry = documents.value(&sources, root).get("providers").unwrap().items().unwrap()[0];
        own_table(entry)
            .map_err(|Fault { message, span }| (String::from_utf8(entry.text_at(span).to_vec()).unwrap(), message))
    }

    const TABLE: &str = "\
# Größe
mail_domains: [example.com]
providers:
  - sources: [example/dns]
    rows:
      - type: example_record
        unit: record
        zone: {attr: zone, kind: domain}
        name: {attr: name, form: relative, apex: ['@']}
        rtype: {attr: type}
        values: {attr: value, shape: string, text: target}
        priority: priority
    zones:
      - {type: example_zone, id: [id], domain: name}
fail_on: error
";

    /// What is wrong with the table once this is put in the place of that.
    fn wrong(that: &str, this: &str) -> (String, String) {
        assert!(TABLE.contains(that), "{that}");
        table(&TABLE.replacen(that, this, 1)).expect_err("this is a mistake")
    }

    #[test]
    fn a_table_may_leave_out_evidence_and_its_dns_host() {
        let provider = table(TABLE).unwrap();
        assert!(provider.is_of("registry.example.com/example/dns") && provider.knows("example_record"));
        assert!(provider.host.is_none());
        let host = |text: &str| {
            let text = TABLE.replace("    rows:", &format!("    host: {text}\n    rows:"));
            table(&text).unwrap().host.unwrap()
        };
        assert_eq!(host("Route 53").alias.as_deref(), Some("an alias record of type A"));
        let inline = "{host: Example DNS, cname_at_apex: rejected, cname_beside_other_data: refused}";
        assert_eq!(host(inline).name, "Example DNS");
        let known = TABLE.replace("example/dns", "cloudflare/cloudflare");
        assert_eq!(table(&known).unwrap().host.unwrap().name, "Cloudflare", "a source whose host is known");
    }

    #[test]
    fn parts_of_one_resource_are_rows_that_select_the_same() {
        let apex = "{type: example_record, unit: zone, zone: {attr: z, kind: domain}, values: {attr: v, shape: string}, \
                    name: {form: relative, default: '@', apex: ['@']}, rtype: {const: A}}";
        let rows = format!("    rows:\n      - {apex}");
        let whole = TABLE.replace("    rows:", &rows);
        let (_, told) = table(&whole).unwrap_err();
        assert!(told.starts_with("another row is of this type"), "{told}");
        let parts = whole.replace("unit: record", "unit: zone\n        each: records[]");
        assert_eq!(table(&parts).unwrap().table.rows.len(), 2);
    }

    #[test]
    fn a_mistake_in_one_field_is_pointed_at() {
        for (that, this, at, message) in [
            ("unit: record", "unti: record", "unti", "rows[0]: unknown field `unti`, expected one of `type`, `mode`"),
            ("unit: record", "unit: recrod", "recrod", "rows[0].unit: unknown variant `recrod`, expected one of"),
            ("kind: domain", "knid: domain", "knid", "rows[0].zone: unknown field `knid`, expected one of `attr`"),
            ("        unit: record\n", "", "type", "rows[0]: missing field `unit`"),
            ("[example/dns]", "{a: b}", "{a", "sources: invalid type: map, expected a text or a list of texts"),
            (
                "attr: value",
                "attr: {}",
                "{",
                "rows[0].values.attr: invalid type: map, expected a text or a list of texts",
            ),
            ("sources", "source", "source", "unknown field `source`, expected one of `sources`"),
        ] {
            let (place, told) = wrong(that, this);
            assert_eq!(place, at, "{told}");
            assert!(told.starts_with(message) && !told.contains("line"), "{told}");
        }
    }

    #[test]
    fn a_mistake_between_fields_is_pointed_at() {
        let row = "{type: example_record, unit: record, zone: {attr: z, kind: domain}, name: {attr: n, form: fqdn}, \
                   rtype: {const: MX}, values: {attr: v, shape: string}}";
        for (that, this, at, message) in [
            ("example/dns", "dns", "[dns]", "this is not the source of a provider"),
            ("[example/dns]", "[]", "[]", "this is not the source of a provider"),
            ("{attr: type}", "{}", "{}", "the record type stands in an attribute"),
            ("{attr: type}", "{attr: type, const: MX}", "{attr: type, const: MX}", "the record type stands in"),
            ("attr: zone, kind", "kind", "{kind: domain}", "this names no zone"),
            ("kind: domain", "kind: extract", "{attr: zone, kind: extract}", "`re` and the kind `extract`"),
            ("kind: domain", "kind: domain, re: '(.+)'", "{attr: zone, kind: domain, re: '(.+)'}", "`re` and the"),
            ("attr: value, ", "", "{shape: string, text: target}", "an `attr` is missing"),
            ("shape: string", "shape: objects", "{attr: value, shape: objects, text: target}", "an `attr` is missing"),
            ("attr: name, form", "form", "{form: relative, apex: ['@']}", "this names no owner"),
            ("{attr: type}", "{attr: type, infer: true}", "{attr: type, infer: true}", "the record type stands in"),
            ("id: [id]", "id: []", "[]", "no attribute is named by which"),
            ("domain: name", "domain: []", "[]", "no attribute is named that holds"),
            ("domain: name", "domain: name, private: [{as: alias}]", "[{as: alias}]", "here `as` is always"),
            ("kind: domain", "kind: id, via: [example_zoen]", "{attr: zone, kind: id, via: [example_zoen]}", "no row"),
            ("    rows:", &format!("    rows:\n      - {row}"), "example_record", "another row is of this type"),
            ("    rows:", "    host: Route 35\n    rows:", "Route 35", "no dns host is known as `Route 35`, but Cloud"),
            (
                "    rows:",
                "    host: {hots: x}\n    rows:",
                "{hots: x}",
                "unknown field `hots`, expected one of `host`",
            ),
        ] {
            let (place, told) = wrong(that, this);
            assert_eq!(place, at, "{told}");
            assert!(told.starts_with(message), "{told}");
        }
    }

    #[test]
    fn an_expression_has_to_be_one_and_to_capture_something() {
        for (expression, message) in [("zones/.+", "captures nothing"), ("(", "is no regular expression")] {
            let (place, told) = wrong("kind: domain", &format!("kind: extract, re: '{expression}'"));
            assert!(told.contains(message) && place.starts_with('\''), "{place}: {told}");
        }
        assert!(table(&TABLE.replace("kind: domain", "kind: extract, re: 'zones/(.+)'")).is_ok());
    }

    #[test]
    fn a_table_of_nothing_is_a_mistake() {
        let (place, told) = table("providers:\n  - sources: example/dns\n").unwrap_err();
        assert!(place.starts_with("sources") && told.starts_with("this says nothing"), "{place}: {told}");
    }

    #[test]
    fn a_record_may_stand_in_a_zone_of_a_type_that_is_known() {
        assert!(table(&TABLE.replace("kind: domain", "kind: id, via: [aws_route53_zone, example_zone]")).is_ok());
    }
}
