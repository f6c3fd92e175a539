//! What OctoDNS does to records between reading and planning: the processors that it comes with.
//!
//! One that cannot be followed leaves a blind spot, which is told; records then are what they were before it.

use regex_lite::Regex;

use super::data::host_name;
use super::entry::Written;
use crate::load::yaml::{Scalar, Value};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};

/// One processor of a configuration.
#[derive(Debug)]
pub enum Processor {
    /// Adds the final dot to hosts in record data.
    TrailingDots,
    /// Fills in `{…}` in hosts.
    Templating(Templating),
    /// Keeps records, or leaves them out.
    Filter {
        /// Which it speaks of.
        what: Filter,
        /// Whether it keeps these rather than leaves them out.
        keeps: bool,
    },
    /// Leaves out the NS of the apex.
    WithoutApexNs,
    /// Changes nothing that matters here.
    Harmless,
    /// Nobody knows.
    Unknown {
        /// Its class.
        class: String,
    },
}

/// The records that a filter speaks of.
#[derive(Debug)]
pub enum Filter {
    /// Of these types.
    Types(Vec<String>),
    /// Of these names, relative to the zone.
    Names(Patterns),
    /// With one of these values.
    Values(Patterns),
}

/// Texts, or patterns between slashes.
#[derive(Debug, Default)]
pub struct Patterns {
    exact: Vec<String>,
    found: Vec<Regex>,
}

impl Patterns {
    /// None if a pattern cannot be used here.
    fn read(list: Option<Value>) -> Option<Patterns> {
        let mut patterns = Patterns::default();
        for item in list.and_then(Value::items).unwrap_or_default() {
            let text = item.printed()?;
            if text.starts_with('/') {
                let mut inside = text.chars();
                inside.next();
                inside.next_back();
                patterns.found.push(Regex::new(inside.as_str()).ok()?);
            } else {
                patterns.exact.push(text);
            }
        }
        Some(patterns)
    }

    fn holds(&self, text: &str) -> bool {
        self.exact.iter().any(|exact| exact == text) || self.found.iter().any(|regex| regex.is_match(text))
    }
}

/// The settings of `Templating`.
#[derive(Debug)]
pub struct Templating {
    /// Whether names that are filled in keep their final dot.
    trailing_dots: bool,
    /// What else can be filled in.
    context: Vec<(String, String)>,
}

impl Processor {
    /// Reads the settings of a processor.
    pub fn read(settings: Value) -> Processor {
        let class = settings.get("class").and_then(Value::printed).unwrap_or_default();
        let unknown = || Processor::Unknown { class: class.clone() };
        let Some(name) = class.strip_prefix("octodns.processor.") else { return unknown() };
        let filter = |what: Option<Filter>, keeps| what.map_or_else(unknown, |what| Processor::Filter { what, keeps });
        let list = |key| settings.get(key);
        let types = |key| {
            let items = list(key).and_then(Value::items).unwrap_or_default();
            Some(Filter::Types(items.into_iter().filter_map(Value::printed).collect()))
        };
        match name {
            "trailing_dots.EnsureTrailingDots" => Processor::TrailingDots,
            "templating.Templating" => {
                let dots = settings.get("trailing_dots").and_then(Value::scalar);
                let context = settings.get("context").and_then(Value::entries);
                let context = context.map(|entries| entries.shown).unwrap_or_default();
                let pair = |entry: &crate::load::yaml::Entry| Some((entry.key.printed()?, entry.value.printed()?));
                Processor::Templating(Templating {
                    trailing_dots: !matches!(dots, Some(Scalar::Bool(false))),
                    context: context.iter().filter_map(pair).collect(),
                })
            }
            "filter.TypeAllowlistFilter" => filter(types("allowlist"), true),
            "filter.TypeRejectlistFilter" => filter(types("rejectlist"), false),
            "filter.NameAllowlistFilter" => filter(Patterns::read(list("allowlist")).map(Filter::Names), true),
            "filter.NameRejectlistFilter" => filter(Patterns::read(list("rejectlist")).map(Filter::Names), false),
            "filter.ValueAllowlistFilter" => filter(Patterns::read(list("allowlist")).map(Filter::Values), true),
            "filter.ValueRejectlistFilter" => filter(Patterns::read(list("rejectlist")).map(Filter::Values), false),
            "filter.IgnoreRootNsFilter" => Processor::WithoutApexNs,
            "acme.AcmeManagingProcessor"
            | "arpa.AutoArpa"
            | "clamp.TtlClampProcessor"
            | "filter.ExcludeRootNsChanges"
            | "meta.MetaProcessor"
            | "restrict.TtlRestrictionFilter"
            | "spf.SpfDnsLookupProcessor" => Processor::Harmless,
            _ => unknown(),
        }
    }

    /// Why records may exist that are not seen, or not as they are; none if all can be followed.
    pub fn blind_spot(&self) -> Option<String> {
        match self {
            Processor::Unknown { class } => Some(format!("what {class} makes of the records cannot be followed")),
            Processor::Filter { .. } => Some("records that this filter leaves out may exist all the same".to_owned()),
            _ => None,
        }
    }

    /// Whether the record is still there afterwards, as this may have changed it.
    pub fn apply(&self, record: &mut Written, zone: &Around) -> bool {
        match self {
            Processor::TrailingDots => {
                for datum in &mut record.records {
                    datum.unrooted = false;
                }
            }
            Processor::Templating(templating) => templating.apply(record, zone),
            Processor::Filter { what, keeps } => return what.is_about(record, zone.apex) == *keeps,
            Processor::WithoutApexNs => return !(record.owner == *zone.apex && record.rtype == Rtype::Ns),
            Processor::Harmless | Processor::Unknown { .. } => {}
        }
        true
    }
}

impl Filter {
    fn is_about(&self, record: &Written, apex: &Name) -> bool {
        match self {
            Filter::Types(types) => types.iter().any(|known| known == record.rtype.text()),
            Filter::Names(patterns) => patterns.holds(&record.owner.labels_below(apex)),
            Filter::Values(patterns) => record.records.iter().any(|datum| patterns.holds(&datum.text())),
        }
    }
}

/// The zone round a record that is filled in.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Its name.
    pub apex: &'a Name,
    /// With U-labels and a final dot.
    pub decoded: &'a str,
    /// With A-labels and a final dot.
    pub encoded: &'a str,
    /// How many record sets the zone has.
    pub records: usize,
}

impl Templating {
    fn apply(&self, record: &mut Written, zone: &Around) {
        let parameters = self.parameters(record, zone);
        for datum in &mut record.records {
            let unrooted = &mut datum.unrooted;
            let mut fill = |name: &mut Name| {
                let written = name.to_string();
                let written = if *unrooted { written.strip_suffix('.').unwrap_or(&written) } else { &written };
                if let Some(filled) = filled(written, &parameters)
                    && let Ok(new) = host_name(&filled)
                {
                    *unrooted = !filled.ends_with('.');
                    *name = new;
                }
            };
            match &mut datum.rdata {
                Rdata::Cname(name)
                | Rdata::Alias(name)
                | Rdata::Host(name)
                | Rdata::Mx { exchange: name, .. }
                | Rdata::Srv { target: name, .. } => fill(name),
                Rdata::Text(text) => {
                    if let Some(filled) = filled(text, &parameters) {
                        *text = filled.into();
                    }
                }
                Rdata::A(_) | Rdata::Aaaa(_) | Rdata::Unknown => {}
            }
        }
    }

    fn parameters(&self, record: &Written, zone: &Around) -> Vec<(String, String)> {
        let dotted =
            |text: &str| if self.trailing_dots { text } else { text.strip_suffix('.').unwrap_or(text) }.to_owned();
        let encoded = record.owner.to_string();
        let (decoded, _) = idna::domain_to_unicode(&encoded);
        let relative = record.owner.labels_below(zone.apex);
        let (name, _) = idna::domain_to_unicode(&relative);
        let built_in = [
            ("zone_name", dotted(zone.decoded)),
            ("zone_decoded_name", dotted(zone.decoded)),
            ("zone_encoded_name", dotted(zone.encoded)),
            ("zone_num_records", zone.records.to_string()),
            ("record_name", name.clone()),
            ("record_decoded_name", name),
            ("record_encoded_name", relative),
            ("record_fqdn", dotted(&decoded)),
            ("record_decoded_fqdn", dotted(&decoded)),
            ("record_encoded_fqdn", dotted(&encoded)),
            ("record_type", record.rtype.text().to_owned()),
            ("record_ttl", record.ttl.to_string()),
        ];
        let built_in = built_in.into_iter().map(|(key, value)| (key.to_owned(), value));
        built_in
            .filter(|(key, _)| !self.context.iter().any(|(known, _)| known == key))
            .chain(self.context.clone())
            .collect()
    }
}

/// A text with every `{key}` filled in; none if there is nothing to fill in, or something that is not known.
fn filled(text: &str, parameters: &[(String, String)]) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (key, after) = after.split_once('}')?;
        let (_, value) = parameters.iter().find(|(known, _)| known == key)?;
        filled.extend([before, value]);
        rest = after;
    }
    (rest.len() < text.len()).then(|| filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in() {
        let parameters = [("zone_name".to_owned(), "example.com.".to_owned())];
        assert_eq!(filled("mail.{zone_name}", &parameters).as_deref(), Some("mail.example.com."));
        assert_eq!(filled("{zone_name}{zone_name}x", &parameters).as_deref(), Some("example.com.example.com.x"));
        for text in ["mail.example.com.", "{other}", "{zone_name"] {
            assert_eq!(filled(text, &parameters), None, "{text}");
        }
    }
}
