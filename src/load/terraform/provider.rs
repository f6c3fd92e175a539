//! What the resource types of each provider mean, read from the tables in `providers/`.
//!
//! A table is data that someone who knows the provider can read and edit. This file knows its schema; what the
//! fields do to a plan stands in `record`, and how people write tables of their own in `own`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use regex_lite::Regex;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use crate::load::hosts::{self, ApexCname, Host};
use crate::record::DnsHost;

/// The tables, each with the provider sources it speaks for: namespace and type, whatever registry they come from.
pub static TABLES: [(&[&str], &str); 5] = [
    (&["cloudflare/cloudflare"], include_str!("providers/cloudflare-cloudflare.yaml")),
    (&["hashicorp/aws"], include_str!("providers/hashicorp-aws.yaml")),
    (&["hashicorp/azurerm"], include_str!("providers/hashicorp-azurerm.yaml")),
    (&["hashicorp/dns"], include_str!("providers/hashicorp-dns.yaml")),
    (&["hashicorp/google", "hashicorp/google-beta"], include_str!("providers/hashicorp-google.yaml")),
];

/// One file under `providers/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Resource types that are records.
    pub rows: Vec<Row>,
    /// Resource types that are zones.
    pub zones: Vec<ZoneRow>,
    /// Resource types that set how the DNS host serves the CNAMEs of a whole zone.
    #[serde(default)]
    pub flattening: Vec<FlatteningRow>,
}

/// How one shape of one resource type becomes records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// `data` for a data source.
    #[serde(default)]
    pub mode: Mode,
    /// The first provider version with this shape, for people.
    pub since: Option<String>,
    /// The last provider version with this shape, for people.
    pub until: Option<String>,
    /// Which attributes tell this shape from others of the same type.
    #[serde(default)]
    pub select: Select,
    /// How much of the zone one resource holds.
    pub unit: Unit,
    /// The path to the objects that are records, if one resource holds many.
    pub each: Option<String>,
    /// Where the zone is named.
    pub zone: ZoneAttr,
    /// Where the owner is named.
    pub name: NameAttr,
    /// Where the record type is named.
    pub rtype: TypeAttr,
    /// Where the data stands.
    pub values: Values,
    /// The path to the preference of an MX, where it is not part of the data.
    pub priority: Option<String>,
    /// The path to the time to live.
    pub ttl: Option<String>,
    /// What else changes the meaning of the record.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// Whether a row describes resources that Terraform manages or data that it only reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// `resource`.
    #[default]
    Managed,
    /// `data`.
    Data,
}

/// Which of several shapes a resource has.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Attributes that must be there, known or not.
    #[serde(default)]
    pub has: Vec<String>,
    /// Attributes that must not be there.
    #[serde(default)]
    pub lacks: Vec<String>,
}

impl Select {
    /// Whether a resource with these attributes has the shape.
    pub fn matches(&self, has: impl Fn(&str) -> bool) -> bool {
        self.has.iter().all(|key| has(key)) && !self.lacks.iter().any(|key| has(key))
    }
}

/// How much of a zone one resource holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// All records of one owner and type.
    Rrset,
    /// One record; resources of one owner and type add up.
    Record,
    /// The whole zone: what is not listed is deleted.
    Zone,
}

/// Where a row names the zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneAttr {
    /// The attribute; always at the root of the resource.
    pub attr: Option<String>,
    /// What the attribute holds.
    pub kind: ZoneKind,
    /// The zone resource types that it may name.
    #[serde(default)]
    pub via: Vec<String>,
    /// Attributes that hold the zone's domain name once it is known.
    #[serde(default)]
    pub domain_attrs: Vec<String>,
    /// Attributes that, with the first, tell zones of one name apart.
    #[serde(default)]
    pub also: Vec<String>,
    /// For `extract`: the domain name is the first capture.
    pub re: Option<Pattern>,
}

/// A regular expression that captures something, compiled as the table is read.
#[derive(Debug)]
pub struct Pattern(Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Pattern, D::Error> {
        struct Expression;
        impl Visitor<'_> for Expression {
            type Value = Pattern;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a regular expression")
            }

            // An error that is made here is known to be about this very text.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Pattern, E> {
                match Regex::new(text) {
                    Ok(regex) if regex.captures_len() > 1 => Ok(Pattern(regex)),
                    Ok(_) => Err(E::custom("this captures nothing: the domain name is what the first `(…)` matches")),
                    Err(error) => Err(E::custom(format_args!("this is no regular expression: {error}"))),
                }
            }
        }
        from.deserialize_str(Expression)
    }
}

impl Pattern {
    /// The first capture in a text.
    pub fn capture<'t>(&self, text: &'t str) -> Option<&'t str> {
        Some(self.0.captures(text)?.get(1)?.as_str())
    }
}

/// What a zone attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneKind {
    /// The zone's domain name.
    Domain,
    /// An identifier of a zone resource.
    Id,
    /// A text that the domain name is a part of.
    Extract,
    /// Nothing: owners are absolute and no zone is named.
    None,
}

/// Where a row names the owner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameAttr {
    /// The attribute.
    pub attr: String,
    /// Relative to what.
    pub form: NameForm,
    /// The texts that mean the apex; `null` is an absent attribute.
    #[serde(default)]
    pub apex: Vec<Option<String>>,
    /// The text that an absent attribute stands for.
    pub default: Option<String>,
    /// An attribute that holds the whole name once it is known.
    pub fqdn_attr: Option<String>,
    /// Resource types whose attributes, as a name, only prove a domain's owner: no mail name is among them.
    #[serde(default)]
    pub proofs: Vec<String>,
    /// Escapes that are not those of RFC 1035.
    pub escape: Option<Escape>,
    /// False if any text that ends with the zone's name is absolute, whether or not a label starts there.
    #[serde(default = "yes")]
    pub suffix_boundary: bool,
}

impl NameAttr {
    /// Whether a text, or its absence, means the apex.
    pub fn is_apex(&self, text: Option<&str>) -> bool {
        self.apex.iter().any(|token| token.as_deref() == text)
    }
}

fn yes() -> bool {
    true
}

/// What an owner is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameForm {
    /// Always to the zone.
    Relative,
    /// Never; the final dot may be missing.
    Fqdn,
    /// To the zone, unless it ends with the zone's name.
    Suffix,
}

/// Escapes of a provider's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// Three octal digits after the backslash, as in `\052` for an asterisk.
    Octal,
}

/// Where a row names the record type: exactly one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeAttr {
    /// The attribute.
    pub attr: Option<String>,
    /// The type of every record of this row.
    #[serde(rename = "const")]
    pub constant: Option<String>,
    /// Types of the provider's own, and what they answer like.
    #[serde(default)]
    pub map: HashMap<String, String>,
}

/// Where a row holds the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// The attributes; the first that is set counts.
    #[serde(default)]
    pub attr: OneOrMany,
    /// Their shape.
    pub shape: Shape,
    /// How text is written.
    #[serde(default)]
    pub text: Text,
    /// Objects: which of their fields is what.
    #[serde(default)]
    pub fields: ValueFields,
    /// What a host without a final dot means.
    #[serde(default)]
    pub target: Target,
    /// Other places, for some types or where some other attribute is set.
    #[serde(default)]
    pub alts: Vec<Alternative>,
}

/// Another place for the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// For these record types.
    #[serde(default)]
    pub types: Vec<String>,
    /// Where this attribute is set.
    pub when: Option<String>,
    /// The attributes; all that are set count.
    pub attr: OneOrMany,
    /// Their shape.
    pub shape: Shape,
    /// How text is written.
    #[serde(default)]
    pub text: Text,
    /// Objects: which of their fields is what.
    #[serde(default)]
    pub fields: ValueFields,
}

/// One path or several.
#[derive(Debug, Default)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OneOrMany, D::Error> {
        struct Paths;
        impl<'de> Visitor<'de> for Paths {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![path.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, paths: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(paths)).map(OneOrMany)
            }
        }
        from.deserialize_any(Paths)
    }
}

/// The shape of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One text.
    String,
    /// A list of texts.
    Strings,
    /// One object, or a block that holds one.
    Object,
    /// A list of objects.
    Objects,
    /// The provider chooses the data.
    None,
}

/// How the text of data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Text {
    /// Presentation form: an MX is `10 host`.
    #[default]
    Rdata,
    /// The target alone: the preference of an MX stands in `priority`.
    Target,
}

/// What a host without a final dot means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The dot does not matter.
    #[default]
    Absolute,
    /// It is relative to the zone.
    Dotted,
}

/// Which fields of an object are what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueFields {
    /// All data in presentation form.
    pub rdata: Option<String>,
    /// Exchange or target.
    pub host: Option<String>,
    /// Preference or priority.
    pub pref: Option<String>,
    /// Weight of an SRV.
    pub weight: Option<String>,
    /// Port of an SRV.
    pub port: Option<String>,
}

/// Something besides name, type and data that changes what a record means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// What it means.
    #[serde(rename = "as")]
    pub meaning: Meaning,
    /// The attribute; none if the flag always holds. `^` leads from an element of `each` to the root.
    pub attr: Option<String>,
    /// When it holds.
    #[serde(default)]
    pub test: Test,
    /// For aliases: the path to the name that answers.
    pub target: Option<String>,
}

/// What a flag means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The DNS host answers with the records of the same type at another name.
    Alias,
    /// A CNAME is served as addresses.
    Flattened,
    /// The name of one of several variants of one set.
    SetId,
    /// The record is not served.
    Disabled,
    /// The record answers inside private networks only.
    Private,
    /// The resource holds one name of the zone, not all of it.
    Scope,
}

/// When a flag holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// The attribute is true.
    True,
    /// The attribute is false.
    False,
    /// The attribute holds something.
    #[default]
    Nonempty,
    /// The attribute is the word `private`.
    Private,
    /// The attribute is the word `flatten_all`.
    #[serde(rename = "flatten_all")]
    FlattenAll,
}

/// How one resource type names a zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRow {
    /// The resource type; its data source of the same name has the same attributes.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The attributes that records refer to it by.
    pub id: Vec<String>,
    /// The attributes that hold its domain name; the first that is set counts.
    pub domain: OneOrMany,
    /// Attributes that tell zones of one name apart.
    #[serde(default)]
    pub also: Vec<String>,
    /// When it answers inside private networks only.
    #[serde(default)]
    pub private: Vec<Flag>,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// How one resource type has all CNAMEs of a zone served as addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatteningRow {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The attribute that holds the identifier of the zone.
    pub zone: String,
    /// When all CNAMEs are flattened.
    pub when: Flag,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// A table, ready to be asked.
#[derive(Debug)]
pub struct Provider {
    /// The sources it speaks for.
    pub sources: Vec<String>,
    /// The table.
    pub table: Table,
    /// What its DNS host does, if that is known.
    pub host: Option<Host>,
    /// The same for the model.
    pub dns_host: Option<Arc<DnsHost>>,
}

impl Provider {
    /// The table of a provider with these sources, and what its DNS host does.
    pub fn new(sources: Vec<String>, table: Table, host: Option<Host>) -> Provider {
        let dns_host = host.as_ref().map(Host::dns_host);
        Provider { sources, table, host, dns_host }
    }

    fn read(sources: &[&str], text: &str) -> Provider {
        let table: Table = serde_yaml::from_str(text).expect("a test reads every table");
        let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
        let host = hosts::of_terraform(&sources).cloned();
        Provider::new(sources, table, host)
    }

    /// The rows of a resource type; several if the type has several shapes.
    pub fn rows<'p, 't>(&'p self, mode: Mode, resource_type: &'t str) -> impl Iterator<Item = &'p Row> + use<'p, 't> {
        self.table.rows.iter().filter(move |row| row.mode == mode && row.resource_type == resource_type)
    }

    /// The zones of a resource type; several if the type has several shapes.
    pub fn zones<'p, 't>(&'p self, resource_type: &'t str) -> impl Iterator<Item = &'p ZoneRow> + use<'p, 't> {
        self.table.zones.iter().filter(move |row| row.resource_type == resource_type)
    }

    /// Whether it is the provider with this source address, and not one that only has the same resource types.
    pub fn is_of(&self, source: &str) -> bool {
        speaks_for(&self.sources, source)
    }

    /// Whether its DNS host serves no CNAME at an apex, but what the target answers.
    pub fn flattens_at_apex(&self) -> bool {
        self.host.as_ref().is_some_and(|host| host.cname_at_apex == ApexCname::Flattened)
    }

    /// Whether some row is of this resource type.
    pub fn knows(&self, resource_type: &str) -> bool {
        self.table.rows.iter().any(|row| row.resource_type == resource_type)
            || self.zones(resource_type).next().is_some()
            || self.flattening(resource_type).is_some()
    }

    /// How a resource type sets the serving of a zone's CNAMEs, if it does.
    pub fn flattening(&self, resource_type: &str) -> Option<&FlatteningRow> {
        self.table.flattening.iter().find(|row| row.resource_type == resource_type)
    }
}

/// The provider with this source address, whatever its registry; Terraform 0.12 wrote the type alone, such as `aws`.
/// Of a source that is not known, such as a fork or a mirror, the provider that has this resource type. What people
/// say of a type in tables of their `own` takes the place of what is said here.
pub fn provider<'p>(own: &'p [Provider], source: &str, resource_type: &str) -> Option<&'p Provider> {
    let knows = |provider: &&Provider| provider.knows(resource_type);
    let named = own.iter().filter(knows).find(|provider| provider.is_of(source));
    let ours = || TABLES.iter().position(|(sources, _)| speaks_for(sources, source)).map(built_in);
    let of_type = || own.iter().find(knows).or_else(|| built_in_with(resource_type));
    named.or_else(ours).or_else(of_type)
}

/// The first provider of [`TABLES`] that has this resource type.
pub fn built_in_with(resource_type: &str) -> Option<&'static Provider> {
    let may_know = |at: &usize| TABLES[*at].1.contains(resource_type) && built_in(*at).knows(resource_type);
    (0..TABLES.len()).find(may_know).map(built_in)
}

/// The provider of [`TABLES`] with this number; its table is read when somebody first asks for it.
fn built_in(at: usize) -> &'static Provider {
    static PROVIDERS: [OnceLock<Provider>; TABLES.len()] = [const { OnceLock::new() }; TABLES.len()];
    PROVIDERS[at].get_or_init(|| Provider::read(TABLES[at].0, TABLES[at].1))
}

/// Whether one of these sources is this source address.
fn speaks_for<S: AsRef<str>>(sources: &[S], address: &str) -> bool {
    sources.iter().map(AsRef::as_ref).any(|known| match address.strip_suffix(known) {
        Some(registry) => registry.is_empty() || registry.ends_with('/'),
        None => known.rsplit_once('/').is_some_and(|(_, name)| name == address),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::terraform::own::mistake;

    #[test]
    fn every_table_is_listed_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/load/terraform/providers");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), TABLES.len());
        for (sources, text) in TABLES {
            let provider = Provider::read(sources, text);
            assert!(provider.host.is_some(), "{sources:?} has no entry in hosts.yaml");
            let Table { rows, zones, flattening } = &provider.table;
            let evidence = rows.iter().map(|row| &row.evidence).chain(zones.iter().map(|row| &row.evidence));
            let mut evidence = evidence.chain(flattening.iter().map(|row| &row.evidence));
            assert!(evidence.all(|evidence| !evidence.is_empty()), "{sources:?} claims something without evidence");
            assert_eq!(mistake(&provider.table).map(|mistake| mistake.message), None, "{sources:?}");
        }
    }

    #[test]
    fn sources_are_matched_without_their_registry() {
        let rows =
            |source, resource_type| provider(&[], source, resource_type).map(|provider| provider.table.rows.len());
        let aws = rows("registry.opentofu.org/hashicorp/aws", "aws_route53_record");
        assert!(aws.is_some());
        assert_eq!(rows("aws", "aws_route53_record"), aws);
        assert_eq!(rows("mirror.example.com/fork/aws", "aws_route53_record"), aws);
        assert_eq!(rows("hashicorp/random", "random_id"), None);
        assert_ne!(rows("registry.terraform.io/hashicorp/google-beta", "google_dns_record_set"), None);
    }
}
