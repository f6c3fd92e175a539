//! How the attributes of a resource become records, as a [`Row`] says.
//!
//! Knows one resource in one state at a time; which zone it belongs to has been settled before.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::load::hosts::{Cname, served};
use crate::load::json::Json;
use crate::load::terraform::provider::{
    Alternative, Escape, Flag, Meaning, NameForm, Provider, Row, Shape, Target, Test, Text, ValueFields,
};
use crate::load::terraform::values::{Known, Object, Value};
use crate::name::{Name, NameError, from_octal};
use crate::rdata::{Rdata, RdataError, Rtype, number};
use crate::record::Served;

/// One record set as a resource holds it.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The owner.
    pub owner: Name,
    /// The type.
    pub rtype: Rtype,
    /// The variant, where the set has several.
    pub variant: Option<Arc<str>>,
    /// The data, each with the value it was read from.
    pub data: Vec<Datum<'a>>,
    /// Seconds.
    pub ttl: Option<u32>,
    /// Whether it is written over what others have put there.
    pub overwrites: bool,
    /// The value that names the owner.
    pub name: Json<'a>,
}

/// The data of one record.
#[derive(Debug)]
pub struct Datum<'a> {
    /// The data.
    pub rdata: Rdata,
    /// What resolvers see of it.
    pub served: Served,
    /// The value it was read from; null if there is none.
    pub at: Json<'a>,
    /// Why it is not known, if it is not.
    pub trouble: Option<Trouble<'a>>,
}

/// Why a part of a record could not be read.
#[derive(Debug)]
pub struct Trouble<'a> {
    /// What kind of reason.
    pub why: Why,
    /// The part, such as `name` or `type`.
    pub part: &'static str,
    /// The value.
    pub at: Json<'a>,
}

/// The reason why a part could not be read.
#[derive(Debug)]
pub enum Why {
    /// It is computed at apply.
    Unknown,
    /// It is marked sensitive.
    Sensitive,
    /// It is not what it should be; reads on after the part.
    Unreadable(String),
}

/// The objects of a resource that are records: itself, or the elements of its list.
pub fn elements<'o, 'a>(row: &Row, object: &'o Object<'a>) -> Result<Cow<'o, [Object<'a>]>, Trouble<'a>> {
    if row.each.0.is_empty() {
        return Ok(Cow::Borrowed(std::slice::from_ref(object)));
    }
    let mut elements = Vec::new();
    for value in row.each.0.iter().flat_map(|each| object.path(each)) {
        let trouble = |why| Trouble { why, part: "list of records", at: value.json() };
        match value.known() {
            Known::Is(_) => {
                let not_objects = || trouble(Why::Unreadable("is not a list of objects".to_owned()));
                elements.push(value.object().ok_or_else(not_objects)?);
            }
            Known::Null => {}
            Known::Unknown => return Err(trouble(Why::Unknown)),
            Known::Sensitive => return Err(trouble(Why::Sensitive)),
        }
    }
    Ok(Cow::Owned(elements))
}

/// Whether a flag holds; none if that is not known. `root` is the resource that `object` is an element of.
pub fn holds(flag: &Flag, object: &Object, root: &Object) -> Option<bool> {
    let Some(attr) = &flag.attr else { return Some(true) };
    let value = match attr.strip_prefix('^') {
        Some(attr) => root.one(attr),
        None => object.one(attr),
    };
    if flag.compares() {
        return match value.known() {
            Known::Unknown | Known::Sensitive => None,
            Known::Null => Some(flag.is_met_by("")),
            Known::Is(json) => json.text().map(|text| flag.is_met_by(&text)),
        };
    }
    match (value.known(), flag.test) {
        (Known::Unknown, _) => None,
        (Known::Sensitive, test) => (test == Test::Nonempty).then_some(true),
        (Known::Null, _) => Some(false),
        (Known::Is(json), Test::Nonempty) => Some(!json.is_empty()),
        (Known::Is(json), Test::True) => Some(json.truth() == Some(true)),
        (Known::Is(json), Test::False) => Some(json.truth() == Some(false)),
    }
}

/// The name of a record before its zone is known: only what is absolute without it.
pub fn absolute_name(row: &Row, object: &Object) -> Option<Name> {
    let dotted = |text: &Cow<str>| text.trim_end_matches('.').contains('.');
    let fqdn = row.name.fqdn_attr.as_ref().and_then(|attr| object.one(attr).text()).filter(dotted);
    let name = object.one(&row.name.attr);
    if let (Some(fqdn), Known::Is(_) | Known::Null) = (fqdn, name.known()) {
        return read_name(row, &fqdn).ok();
    }
    let is_whole = |text: &Cow<str>| match row.name.form {
        NameForm::Relative => false,
        NameForm::Dotted => text.ends_with('.'),
        NameForm::Fqdn | NameForm::Suffix => dotted(text),
    };
    let text = name.text().filter(is_whole)?;
    read_name(row, &text).ok()
}

/// What is known of the name of the zone that a record belongs to.
#[derive(Clone, Debug, Default)]
pub enum ZoneName {
    /// Nothing.
    #[default]
    Unknown,
    /// All whole names in the zone have this in common, so the zone is this or above it. Relative names are taken to be
    /// below it.
    Within(Name),
    /// The zone's name.
    Known(Name),
}

impl ZoneName {
    /// What relative names are below.
    pub fn origin(&self) -> Option<&Name> {
        match self {
            ZoneName::Unknown => None,
            ZoneName::Within(name) | ZoneName::Known(name) => Some(name),
        }
    }

    /// Whether a name is the zone's own; none if that cannot be told.
    fn is_apex(&self, name: &Name) -> Option<bool> {
        match self {
            ZoneName::Known(apex) => Some(name == apex),
            ZoneName::Within(within) if !within.is_within(name) => Some(false),
            ZoneName::Within(_) | ZoneName::Unknown => (!looks_registered(name)).then_some(false),
        }
    }

    /// Whether a name may be in the zone: more than a top-level domain in common.
    fn may_hold(&self, name: &Name) -> bool {
        match self {
            ZoneName::Known(apex) => name.is_within(apex),
            ZoneName::Within(within) => within.common_ancestor(name).ancestors().count() > 2,
            ZoneName::Unknown => true,
        }
    }
}

/// The zone's name, from a record that gives its own name relative where `whole` is that name.
pub fn apex_from_name(row: &Row, object: &Object, whole: &Name) -> Option<Name> {
    let text = object.one(&row.name.attr).text()?;
    if row.name.is_apex(Some(&text)) {
        return Some(whole.clone());
    }
    let relative = read_name(row, &text).ok().filter(|name| name != whole)?;
    let apex = whole.ancestors().nth(relative.ancestors().count() - 1)?;
    (Name::relative(&text, &apex).ok()? == *whole && !apex.is_root()).then_some(apex)
}

/// Whether a name is built like those that are registered, and so like most apexes: two labels, or three where the
/// second is a short one below a country, as in `example.co.uk`.
fn looks_registered(name: &Name) -> bool {
    let text = name.unrooted();
    match text.split('.').collect::<Vec<_>>()[..] {
        [_, second, country] => second.len() <= 3 && country.len() == 2,
        [_, _] => true,
        _ => false,
    }
}

fn read_name(row: &Row, text: &str) -> Result<Name, NameError> {
    match row.name.escape {
        Some(Escape::Octal) => Name::parse(&from_octal(text)),
        None => Name::parse(text),
    }
}

/// Reads one object as a record set. None if it is not served at all. `flattens` tells whether the DNS host serves all
/// CNAMEs of the zone as addresses, `is_configured` whether the configuration says anything of an attribute.
pub fn read<'a>(
    row: &Row,
    provider: &Provider,
    zone: &ZoneName,
    flattens: bool,
    object: &Object<'a>,
    root: &Object<'a>,
    is_configured: &dyn Fn(&str) -> bool,
) -> Result<Option<Reading<'a>>, Trouble<'a>> {
    let reader = Reader { row, provider, zone, flattens, object, root, is_configured };
    if reader.flag(Meaning::Disabled).is_some_and(|(_, holds)| holds == Some(true)) {
        return Ok(None);
    }
    let (owner, name) = reader.owner()?;
    let rtype = reader.rtype()?;
    let mut data = match reader.flag(Meaning::Alias) {
        Some((flag, Some(true) | None)) => vec![reader.alias(flag)],
        _ => reader.data(&rtype),
    };
    if data.is_empty() {
        return Err(unreadable("value", Json::NULL, "is missing".to_owned()));
    }
    for datum in &mut data {
        datum.served = reader.served(&owner, &rtype, &datum.rdata);
    }
    let variant = reader.variant();
    let ttl = row.ttl.as_ref().and_then(|attr| object.one(attr).text()?.parse().ok());
    let overwrites = reader.flag(Meaning::Overwrite).is_some_and(|(_, holds)| holds == Some(true));
    Ok(Some(Reading { owner, rtype, variant, data, ttl, overwrites, name }))
}

struct Reader<'r, 'a> {
    row: &'r Row,
    provider: &'r Provider,
    zone: &'r ZoneName,
    flattens: bool,
    object: &'r Object<'a>,
    root: &'r Object<'a>,
    is_configured: &'r dyn Fn(&str) -> bool,
}

impl<'a> Reader<'_, 'a> {
    fn owner(&self) -> Result<(Name, Json<'a>), Trouble<'a>> {
        let attr = &self.row.name;
        let value = self.object.one(&attr.attr);
        let json = value.json();
        let unreadable = |error: NameError| unreadable("name", json, format!("is not a domain name: {error}"));
        let text = match value.known() {
            Known::Unknown => {
                let whole = attr.fqdn_attr.as_ref().and_then(|attr| self.object.one(attr).text());
                let whole = whole.ok_or(Trouble { why: Why::Unknown, part: "name", at: json })?;
                return read_name(self.row, &whole).map(|name| (name, json)).map_err(unreadable);
            }
            Known::Sensitive => return Err(Trouble { why: Why::Sensitive, part: "name", at: json }),
            Known::Null => match absolute_name(self.row, self.object) {
                // One of both is written.
                Some(whole) => return Ok((whole, json)),
                None => attr.default.as_deref().map(Cow::Borrowed),
            },
            Known::Is(json) => Some(json.text().ok_or_else(|| Trouble {
                why: Why::Unreadable(NOT_TEXT.to_owned()),
                part: "name",
                at: json,
            })?),
        };
        let known = self.zone.origin();
        let origin = known.cloned().unwrap_or_else(Name::root);
        // Whether it is whole cannot be told without the zone; the computed name can.
        if let (None, Some(name)) = (known, absolute_name(self.row, self.object)) {
            return Ok((name, json));
        }
        if attr.is_apex(text.as_deref()) {
            return Ok((origin, json));
        }
        let text = text.ok_or_else(|| unreadable(NameError::Empty))?;
        let name = match (attr.form, known) {
            (NameForm::Dotted, _) if text.ends_with('.') => read_name(self.row, &text),
            (NameForm::Relative | NameForm::Dotted, _) => Name::relative(&text, &origin),
            (NameForm::Fqdn, _) | (NameForm::Suffix, None) => read_name(self.row, &text),
            (NameForm::Suffix, Some(apex)) => read_name(self.row, &text).and_then(|name| {
                let suffix = || text.trim_end_matches('.').to_lowercase().ends_with(&apex.unrooted());
                let whole = name.is_within(apex) || !attr.suffix_boundary && suffix();
                if whole { Ok(name) } else { Name::relative(&self.unescaped(&text), apex) }
            }),
        };
        name.map(|name| (name, json)).map_err(unreadable)
    }

    fn unescaped<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.row.name.escape {
            Some(Escape::Octal) => from_octal(text),
            None => Cow::Borrowed(text),
        }
    }

    fn rtype(&self) -> Result<Rtype, Trouble<'a>> {
        let attr = &self.row.rtype;
        if let Some(constant) = &attr.constant {
            return Ok(Rtype::from_text(constant));
        }
        if attr.infer {
            return Ok(self.inferred());
        }
        let value = self.object.one(attr.attr.as_deref().unwrap_or("type"));
        let trouble = |why| Trouble { why, part: "type", at: value.json() };
        match value.known() {
            Known::Unknown => Err(trouble(Why::Unknown)),
            Known::Sensitive => Err(trouble(Why::Sensitive)),
            Known::Null => match &attr.default {
                Some(default) => Ok(Rtype::from_text(default)),
                None => Err(trouble(Why::Unreadable("is missing".to_owned()))),
            },
            Known::Is(json) => {
                let text = json
                    .text()
                    .filter(|text| !text.is_empty())
                    .ok_or_else(|| trouble(Why::Unreadable(NOT_TEXT.to_owned())))?;
                let captured = attr.re.as_ref().and_then(|re| re.capture(&text)).map(|text| text.to_owned().into());
                let text = captured.unwrap_or(text);
                Ok(Rtype::from_text(attr.map.get(text.as_ref()).map_or(&text, String::as_str)))
            }
        }
    }

    /// The type that the first of the data has.
    fn inferred(&self) -> Rtype {
        let attr = self.row.values.attr.0.first().map(String::as_str).unwrap_or_default();
        let value = self.object.one(attr);
        let first = value.text().or_else(|| value.elements().first().and_then(|first| first.text()));
        match first.unwrap_or_default().parse() {
            Ok(IpAddr::V4(_)) => Rtype::A,
            Ok(IpAddr::V6(_)) => Rtype::Aaaa,
            Err(_) => Rtype::Cname,
        }
    }

    fn flag(&self, meaning: Meaning) -> Option<(&Flag, Option<bool>)> {
        let flags = self.row.flags.iter().filter(|flag| flag.meaning == meaning);
        // The one that holds counts, then the one of which it is not known.
        let certainty = |holds: &Option<bool>| match holds {
            Some(true) => 2,
            None => 1,
            Some(false) => 0,
        };
        let known = |flag: &Flag| match (holds(flag, self.object, self.root), &flag.attr) {
            // What nobody asked for is only computed, and comes out as the provider's default.
            (None, Some(attr))
                if matches!(meaning, Meaning::Flattened | Meaning::Proxied | Meaning::SetId)
                    && !(self.is_configured)(attr.split('.').next().unwrap_or(attr)) =>
            {
                Some(false)
            }
            (holds, _) => holds,
        };
        flags.map(|flag| (flag, known(flag))).max_by_key(|(_, holds)| certainty(holds))
    }

    fn variant(&self) -> Option<Arc<str>> {
        let (flag, holds) = self.flag(Meaning::SetId)?;
        let text = self.object.one(flag.attr.as_deref()?).text();
        (holds != Some(false)).then(|| text.as_deref().unwrap_or("?").into())
    }

    fn alias(&self, flag: &Flag) -> Datum<'a> {
        let target = flag.target.as_ref().map(|path| self.object.one(path));
        let name = target.and_then(Value::text).and_then(|text| Name::parse(&text).ok());
        let at = target.filter(|_| name.is_some()).map_or(Json::NULL, Value::json);
        Datum { rdata: name.map_or(Rdata::Unknown, Rdata::Alias), served: Served::AsIs, at, trouble: None }
    }

    fn served(&self, owner: &Name, rtype: &Rtype, rdata: &Rdata) -> Served {
        let proxied = self.flag(Meaning::Proxied).map_or(Some(false), |(_, holds)| holds);
        match rtype {
            Rtype::A | Rtype::Aaaa | Rtype::Cname if proxied == Some(true) => return Served::Proxied,
            Rtype::Cname => {}
            _ => return Served::AsIs,
        }
        let flattened = self.flag(Meaning::Flattened).map_or(Some(false), |(_, holds)| holds);
        let name = self.object.one(&self.row.name.attr).text();
        let is_token = name.is_some_and(|text| self.row.name.is_apex(Some(&text)));
        let cname = Cname {
            flattened: if self.flattens || flattened == Some(true) { Some(true) } else { flattened.and(proxied) },
            at_apex: if is_token { Some(true) } else { self.zone.is_apex(owner) },
            within_zone: matches!(rdata, Rdata::Cname(target) if self.zone.may_hold(target)),
        };
        served(self.provider.host.as_ref(), cname)
    }

    fn data(&self, rtype: &Rtype) -> Vec<Datum<'a>> {
        let values = &self.row.values;
        let written = self.row.rtype.attr.as_ref().and_then(|attr| self.object.one(attr).text());
        let is_for_type = |alternative: &Alternative| {
            let is_this = |known: &String| known == rtype.text() || written.as_deref() == Some(known);
            alternative.types.iter().any(is_this)
        };
        let applies = |alternative: &&Alternative| {
            let when = alternative.when.as_ref().is_some_and(|attr| !self.object.one(attr).json().is_empty());
            let set = alternative.attr.0.iter().any(|attr| self.is_set(attr));
            (is_for_type(alternative) || when) && set
        };
        if let Some(other) = values.alts.iter().find(applies) {
            let paths = other.attr.0.iter().filter(|attr| self.is_set(attr));
            let data = paths.flat_map(|attr| self.shaped(rtype, attr, other.shape, other.text, &other.fields));
            return data.collect();
        }
        if values.shape == Shape::None && values.alts.iter().any(is_for_type) {
            let trouble = Some(unreadable("value", Json::NULL, "is missing".to_owned()));
            return vec![Datum { rdata: Rdata::Unknown, served: Served::AsIs, at: Json::NULL, trouble }];
        }
        let attrs = &values.attr.0;
        let is_known = |attr: &&String| !matches!(self.object.get(attr).known(), Known::Null | Known::Unknown);
        // Of two names for one thing the provider computes the other, which may be that of before.
        let is_written = |attr: &&String| is_known(attr) && (self.is_configured)(attr);
        let first = attrs.iter().find(is_written).or_else(|| attrs.iter().find(is_known));
        let first = first.or_else(|| attrs.iter().find(|attr| self.is_set(attr))).or(attrs.first());
        let attr = first.map(String::as_str).unwrap_or_default();
        self.shaped(rtype, attr, values.shape, values.text, &values.fields)
    }

    fn is_set(&self, attr: &str) -> bool {
        if attr.contains(['.', '[']) {
            self.object.path(attr).iter().any(|value| value.known() != Known::Null)
        } else {
            self.object.get(attr).known() != Known::Null
        }
    }

    fn shaped(&self, rtype: &Rtype, attr: &str, shape: Shape, text: Text, fields: &ValueFields) -> Vec<Datum<'a>> {
        if shape == Shape::None {
            return vec![Datum { rdata: Rdata::Unknown, served: Served::AsIs, at: Json::NULL, trouble: None }];
        }
        let values = self.object.path(attr).into_iter().flat_map(|value| match (shape, value.known()) {
            (_, Known::Null) => Vec::new(),
            (Shape::Strings | Shape::Objects | Shape::Object, Known::Is(json)) if json.text().is_none() => {
                value.elements()
            }
            _ => vec![value],
        });
        let served = values.filter(|value| !is_off(*value, fields));
        (0..).zip(served).map(|(at, value)| self.datum(rtype, at, value, text, fields)).collect()
    }

    fn datum(&self, rtype: &Rtype, index: u16, value: Value<'a>, text: Text, fields: &ValueFields) -> Datum<'a> {
        let (result, at) = match value.object() {
            Some(object) if matches!(value.known(), Known::Is(_)) => self.object_data(rtype, &object, fields),
            _ => (self.value_data(rtype, index, value, text), value.json()),
        };
        let (rdata, trouble) = match result {
            Ok(rdata) => (rdata, None),
            Err(why) => {
                let part = if *rtype == Rtype::Mx { "exchange of this mx" } else { "value" };
                (Rdata::Unknown, Some(Trouble { why, part, at }))
            }
        };
        Datum { rdata, served: Served::AsIs, at: if trouble.is_some() { Json::NULL } else { at }, trouble }
    }

    fn value_data(&self, rtype: &Rtype, index: u16, value: Value, text: Text) -> Result<Rdata, Why> {
        let content = known_text(value)?;
        let priority = || self.row.priority.as_ref().map(|attr| self.object.one(attr));
        match (text, rtype) {
            (Text::Target, Rtype::Mx) => {
                let step = self.row.priority_step.as_ref().and_then(|attr| self.object.one(attr).text()?.parse().ok());
                let further = index.saturating_mul(step.unwrap_or(0));
                Ok(match self.mx(priority(), &content)? {
                    Rdata::Mx { preference, exchange } if !content.contains(' ') => {
                        Rdata::Mx { preference: preference.saturating_add(further), exchange }
                    }
                    whole => whole,
                })
            }
            (Text::Target, Rtype::Srv) => self.srv(priority(), &content),
            // A name with addresses of both families is of the type of the first.
            (_, Rtype::A | Rtype::Aaaa) if self.row.rtype.infer && content.parse::<IpAddr>().is_ok() => {
                Ok(Rdata::parse(rtype, &content, |host| self.host(host)).unwrap_or(Rdata::Unknown))
            }
            _ => Ok(Rdata::parse(rtype, &content, |host| self.host(host))?),
        }
    }

    fn object_data(&self, rtype: &Rtype, object: &Object<'a>, fields: &ValueFields) -> (Result<Rdata, Why>, Json<'a>) {
        let field = |name: &Option<String>| name.as_ref().map(|name| object.one(name));
        if let Some(rdata) = field(&fields.rdata) {
            return (self.value_data(rtype, 0, rdata, Text::Rdata), rdata.json());
        }
        let Some(host) = field(&fields.host) else {
            return (Err(Why::Unreadable(NOT_TEXT.to_owned())), Json::NULL);
        };
        let rdata = known_text(host).and_then(|content| match rtype {
            Rtype::Mx => self.mx(field(&fields.pref), &content),
            Rtype::Srv => Ok(Rdata::Srv {
                priority: field(&fields.pref).map_or(Ok(0), |value| known_number(value, "priority"))?,
                weight: field(&fields.weight).map_or(Ok(0), |value| known_number(value, "weight"))?,
                port: field(&fields.port).map_or(Ok(0), |value| known_number(value, "port"))?,
                target: self.host(&content).map_err(RdataError::Name)?,
            }),
            _ => Ok(Rdata::parse(rtype, &content, |host| self.host(host))?),
        });
        (rdata, host.json())
    }

    fn mx(&self, preference: Option<Value>, exchange: &str) -> Result<Rdata, Why> {
        // The value may be in presentation form all the same.
        if exchange.contains(' ') {
            return Ok(Rdata::parse(&Rtype::Mx, exchange, |host| self.host(host))?);
        }
        let preference = match preference.map(|value| (value.known(), value)) {
            None | Some((Known::Null | Known::Unknown | Known::Sensitive, _)) => 0,
            Some((Known::Is(_), value)) => known_number(value, "preference")?,
        };
        Ok(Rdata::Mx { preference, exchange: self.host(exchange).map_err(RdataError::Name)? })
    }

    /// An SRV whose text may lack the numbers from the left, of which the first may stand in an attribute.
    fn srv(&self, priority: Option<Value>, text: &str) -> Result<Rdata, Why> {
        let lacks = 3_usize.saturating_sub(text.split_ascii_whitespace().count().saturating_sub(1));
        let priority = priority.and_then(Value::text).filter(|text| !text.is_empty()).unwrap_or("0".into());
        let numbers = [&priority, "0", "0"][..lacks].join(" ");
        Ok(Rdata::parse(&Rtype::Srv, &format!("{numbers} {text}"), |host| self.host(host))?)
    }

    /// A host in the data, as a name.
    fn host(&self, text: &str) -> Result<Name, NameError> {
        if let Some(apex) = self.zone.origin().filter(|_| self.row.values.apex.iter().any(|known| known == text)) {
            return Ok(apex.clone());
        }
        match (self.row.values.target, self.zone.origin()) {
            (Target::Dotted, Some(apex)) if !text.ends_with('.') => Name::relative(text, apex),
            _ => Name::parse(text),
        }
    }
}

/// Whether an object says of itself that it is not served.
fn is_off(value: Value, fields: &ValueFields) -> bool {
    let truth = |attr: &Option<String>| {
        let value = value.object()?.one(attr.as_deref()?);
        if let Known::Is(json) = value.known() { json.truth() } else { None }
    };
    truth(&fields.disabled) == Some(true) || truth(&fields.enabled) == Some(false)
}

const NOT_TEXT: &str = "is not a text";

fn known_text(value: Value<'_>) -> Result<Cow<'_, str>, Why> {
    match value.known() {
        Known::Unknown => Err(Why::Unknown),
        Known::Sensitive => Err(Why::Sensitive),
        Known::Null => Err(Why::Unreadable("is missing".to_owned())),
        Known::Is(json) => json.text().ok_or_else(|| Why::Unreadable(NOT_TEXT.to_owned())),
    }
}

fn known_number(value: Value, field: &'static str) -> Result<u16, Why> {
    Ok(number(&known_text(value)?, field)?)
}

fn unreadable<'a>(part: &'static str, at: Json<'a>, reason: String) -> Trouble<'a> {
    Trouble { why: Why::Unreadable(reason), part, at }
}

impl From<RdataError> for Why {
    fn from(error: RdataError) -> Why {
        Why::Unreadable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_without_a_name_is_what_its_names_share_or_above() {
        let name = |text: &str| Name::parse(text).unwrap();
        let within = ZoneName::Within(name("shop.example.com"));
        assert_eq!(within.is_apex(&name("www.example.com")), Some(false), "another branch");
        assert_eq!(within.is_apex(&name("example.com")), None, "above all names");
        assert_eq!(within.is_apex(&name("shop.example.com")), Some(false), "nobody registers three labels");
        assert_eq!(ZoneName::Within(name("example.co.uk")).is_apex(&name("example.co.uk")), None);
        assert!(within.may_hold(&name("www.example.com")) && !within.may_hold(&name("www.example.net")));
        assert_eq!(ZoneName::Known(name("example.com")).is_apex(&name("example.com")), Some(true));
    }
}
