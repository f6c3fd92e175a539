//! The record sets of a Route 53 zone, as `aws route53 list-resource-record-sets` lists them: one whole zone.

use std::sync::Arc;

use serde::Deserialize;

use crate::gap::{Gap, INPUT_UNREADABLE, ZONE_PARTIALLY_VISIBLE};
use crate::load::hosts;
use crate::load::json::{self, Base, Fields, Json};
use crate::load::{Found, StateDocument};
use crate::name::{Name, NameError, from_octal};
use crate::rdata::{Rdata, RdataError, Rtype};
use crate::record::{Record, RecordSet, Served, Side, View};
use crate::severity::Severity;
use crate::source::{Place, Sources, Span};

/// What the report calls an input of this kind.
pub const KIND: &str = "route53-list";

/// The document, in outline.
#[derive(Deserialize)]
struct Listing<'a> {
    #[serde(borrow, rename = "ResourceRecordSets")]
    sets: Json<'a>,
    #[serde(rename = "IsTruncated", default)]
    is_truncated: bool,
    #[serde(borrow, rename = "NextToken", default)]
    next_token: Option<Json<'a>>,
}

/// Whether an input is such a list.
pub fn is_one(_: &str, bytes: &[u8]) -> bool {
    json::first_key(bytes, &[&[SETS], OTHERS].concat()) == Some(SETS)
}

/// The key that such a list is known by.
const SETS: &str = "ResourceRecordSets";

/// Keys that plans and states start with: where one comes first, nobody has to read on, and a plan may be large.
const OTHERS: &[&str] = &[
    "format_version",
    "plan_format_version",
    "applyable",
    "complete",
    "configuration",
    "planned_values",
    "prior_state",
    "resource_changes",
    "version",
];

const LIST: &str = "write it with `aws route53 list-resource-record-sets --hosted-zone-id ID > FILE`";

/// The list in outline. The error says what is wrong, and at which byte.
fn listing(bytes: &[u8]) -> Result<(Listing<'_>, Vec<Json<'_>>), (String, usize)> {
    let text = str::from_utf8(bytes);
    let text = text.map_err(|error| (format!("this is not UTF-8 text; {LIST}"), error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = bytes.len() - text.len();
    let listing: Listing = serde_json::from_str(text).map_err(|error| {
        let reason = if error.is_eof() {
            format!("this list of record sets ends in the middle, after {} bytes; {LIST}", bytes.len())
        } else {
            format!("this is no list of record sets: {}", json::reason_of(&error))
        };
        (reason, start + json::offset_of(&error, text))
    })?;
    let no_list = || ("`ResourceRecordSets` is no list, so nothing of it is read".to_owned(), start);
    let sets = listing.sets.elements().ok_or_else(no_list)?;
    Ok((listing, sets))
}

/// Reads the zone. Its name is the owner of its SOA, which every list of a whole zone has.
pub fn load(sources: &mut Sources, document: StateDocument, side: Side, found: &mut Found) {
    let source = document.source;
    let base = Base { source, bytes: sources.get(source).bytes() };
    let start = Place::at(Span { source, start: 0, end: 0 });
    let (listing, sets) = match listing(base.bytes) {
        Ok(read) => read,
        Err((reason, at)) => {
            let at = u32::try_from(at).expect("inputs are smaller than 4 GiB");
            let place = Place::at(Span { source, start: at, end: at });
            found.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place));
            return;
        }
    };
    let host = hosts::named("Route 53").ok();
    let mut read = Vec::new();
    for json in sets {
        match set(base, json) {
            Ok(set) => read.push(set),
            Err((reason, at)) => {
                let place = Place { block: base.span(json.raw()), ..Place::at(base.span(at.content())) };
                found.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place));
            }
        }
    }
    let apex = read.iter().find(|set| set.rtype == Rtype::Soa).map(|set| set.owner.clone());
    if apex.is_none() {
        let reason = "this list has no SOA, so it is not a whole zone, and nobody knows of which; list all record sets";
        found.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, start.clone()));
        return;
    }
    let view = found.builder.view(View {
        apex: apex.clone(),
        id: None,
        private: false,
        host: host.map(hosts::Host::dns_host),
    });
    found.builder.label(view, sources.get(source).name());
    if listing.is_truncated || listing.next_token.is_some() {
        let reason = "this list is cut short, so other records may exist; list all record sets, without --max-items";
        let gap = Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, start).lowered_to(Severity::Warning);
        found.gaps.push(gap.about(apex.into_iter().collect()));
    } else {
        found.builder.mark_whole(view, side);
    }
    for Set { owner, rtype, variant, records } in read {
        found.builder.add(side, RecordSet { view, owner, rtype, variant, records });
    }
}

struct Set {
    owner: Name,
    rtype: Rtype,
    variant: Option<Arc<str>>,
    records: Vec<Record>,
}

/// What is wrong with a record set, and where.
type Fault<'a> = (String, Json<'a>);

fn set<'a>(base: Base, json: Json<'a>) -> Result<Set, Fault<'a>> {
    let fields = json.fields().ok_or_else(|| ("this record set is no object".to_owned(), json))?;
    let field = |key: &str| fields.get(key).ok_or_else(|| (format!("this record set has no `{key}`"), json));
    let texted = |key: &str| {
        let value = field(key)?;
        Ok((value.text().ok_or_else(|| (format!("`{key}` is no text"), value))?, value))
    };
    let (name, name_at) = texted("Name")?;
    let owner = parse(&name).map_err(|error| (format!("the name is not a domain name: {error}"), name_at))?;
    let rtype = Rtype::from_text(&texted("Type")?.0);
    let ttl = fields.get("TTL").and_then(|ttl| ttl.raw().parse().ok());
    let place = |at: Json| Place { block: base.span(json.raw()), ..Place::at(base.span(at.content())) };
    let record = |rdata, at| Record { rdata, ttl, served: Served::AsIs, unrooted: false, place: place(at) };
    let records = match (fields.get("AliasTarget").and_then(Json::fields), fields.get("ResourceRecords")) {
        (Some(alias), _) => {
            let at = alias.get("DNSName").ok_or_else(|| ("this alias has no `DNSName`".to_owned(), json))?;
            let target = parse(&at.text().unwrap_or_default());
            let target = target.map_err(|error| (format!("the alias leads to no domain name: {error}"), at))?;
            // An alias of type CNAME is a CNAME; any other answers with the records of its own type.
            vec![record(if rtype == Rtype::Cname { Rdata::Cname(target) } else { Rdata::Alias(target) }, at)]
        }
        (None, Some(values)) => {
            let elements = values.elements().ok_or_else(|| ("`ResourceRecords` is no list".to_owned(), values))?;
            let values = elements.into_iter().map(|value| datum(&rtype, value).map(|(rdata, at)| record(rdata, at)));
            values.collect::<Result<Vec<_>, _>>()?
        }
        // A traffic policy decides at every query.
        (None, None) => vec![record(Rdata::Unknown, name_at)],
    };
    if records.is_empty() {
        return Err(("this record set has no records".to_owned(), json));
    }
    Ok(Set { owner, rtype, variant: variant(&fields), records })
}

/// Which of several versions of a set this is.
fn variant(fields: &Fields) -> Option<Arc<str>> {
    fields.get("SetIdentifier").and_then(Json::text).map(|text| text.as_ref().into())
}

fn datum<'a>(rtype: &Rtype, json: Json<'a>) -> Result<(Rdata, Json<'a>), Fault<'a>> {
    let value = json.fields().and_then(|fields| fields.get("Value")).ok_or_else(|| no_value(json))?;
    let text = value.text().ok_or_else(|| no_value(json))?;
    let host = |text: &str| parse(text);
    let rdata = Rdata::parse(rtype, &text, host).map_err(|error: RdataError| (format!("the value {error}"), value))?;
    Ok((rdata, value))
}

fn no_value(json: Json<'_>) -> Fault<'_> {
    ("this record has no `Value`".to_owned(), json)
}

/// A name of Route 53: always whole, with octal escapes.
fn parse(text: &str) -> Result<Name, NameError> {
    Name::parse(&from_octal(text))
}
