//! The attributes of a resource, together with what the plan says of knowing and showing them.
//!
//! `before` and `after` come with mirrors of the same shape (`after_unknown`, `before_sensitive`, …), in which `true`
//! at any level covers all below. A value computed at apply is absent from `after`, or `null` inside a list.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::load::json::{Fields, Json};

/// One value and its mirrors.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    json: Json<'a>,
    unknown: Mirror<'a>,
    /// What is sensitive before or after the change is sensitive on both sides.
    sensitive: [Mirror<'a>; 2],
}

/// What a mirror says of a value.
#[derive(Clone, Copy, Debug)]
enum Mirror<'a> {
    Nothing,
    All,
    Parts(Json<'a>),
}

/// A mirror of an object or of a list, taken apart once.
#[derive(Clone, Debug)]
enum Opened<'a> {
    Nothing,
    All,
    Fields(Fields<'a>),
    Elements(Vec<Json<'a>>),
}

/// What can be said of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// Not before apply.
    Unknown,
    /// It is known, but must not be shown.
    Sensitive,
    /// It is not set.
    Null,
    /// It is this.
    Is(Json<'a>),
}

/// Most mirrors hold no `true` at all.
static TRUE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"true"));

impl<'a> Mirror<'a> {
    fn new(json: Json<'a>) -> Mirror<'a> {
        match json.truth() {
            Some(true) => Mirror::All,
            _ if TRUE.find(json.raw().as_bytes()).is_none() => Mirror::Nothing,
            _ => Mirror::Parts(json),
        }
    }

    /// Takes the mirror of an object or of a list apart. One of another shape covers all: rather too much is hidden.
    fn opened(self, of_list: bool) -> Opened<'a> {
        match self {
            Mirror::Nothing => Opened::Nothing,
            Mirror::All => Opened::All,
            Mirror::Parts(json) if of_list => json.elements().map_or(Opened::All, Opened::Elements),
            Mirror::Parts(json) => json.fields().map_or(Opened::All, Opened::Fields),
        }
    }
}

impl<'a> Opened<'a> {
    fn field(&self, key: &str) -> Mirror<'a> {
        match self {
            Opened::Fields(fields) => fields.get(key).map_or(Mirror::Nothing, Mirror::new),
            Opened::All => Mirror::All,
            Opened::Nothing | Opened::Elements(_) => Mirror::Nothing,
        }
    }

    fn element(&self, at: usize) -> Mirror<'a> {
        match self {
            Opened::Elements(elements) => elements.get(at).copied().map_or(Mirror::Nothing, Mirror::new),
            Opened::All => Mirror::All,
            Opened::Nothing | Opened::Fields(_) => Mirror::Nothing,
        }
    }
}

impl<'a> Value<'a> {
    /// A value with its mirrors: those of being sensitive before and after the change.
    pub fn new(json: Json<'a>, unknown: Json<'a>, sensitive: [Json<'a>; 2]) -> Value<'a> {
        Value { json, unknown: Mirror::new(unknown), sensitive: sensitive.map(Mirror::new) }
    }

    /// Whether both are written alike, so that one reading serves for both.
    pub fn is_same(self, other: Value) -> bool {
        self.json.raw() == other.json.raw()
    }

    /// What can be said of it as a whole.
    pub fn known(self) -> Known<'a> {
        match self {
            Value { unknown: Mirror::All, .. } => Known::Unknown,
            Value { sensitive: [Mirror::All, _] | [_, Mirror::All], .. } => Known::Sensitive,
            Value { json, .. } if json.is_null() => Known::Null,
            Value { json, .. } => Known::Is(json),
        }
    }

    /// Its text, if it is known, may be shown and is one.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.known() {
            Known::Is(json) => json.text(),
            Known::Unknown | Known::Sensitive | Known::Null => None,
        }
    }

    /// The value itself, to point at. What it holds must not be read from here.
    pub fn json(self) -> Json<'a> {
        self.json
    }

    /// Its fields; none if it is no object.
    pub fn object(self) -> Option<Object<'a>> {
        let fields = self.json.fields()?;
        let unknown = self.unknown.opened(false);
        Some(Object { value: self, fields, unknown, sensitive: self.sensitive.map(|mirror| mirror.opened(false)) })
    }

    /// Its elements; an object is a list of one, as single blocks differ so between provider versions.
    pub fn elements(self) -> Vec<Value<'a>> {
        let Some(elements) = self.json.elements() else {
            return if self.json.raw().starts_with('{') { vec![self] } else { Vec::new() };
        };
        let unknown = self.unknown.opened(true);
        let [before, after] = self.sensitive.map(|mirror| mirror.opened(true));
        let element = |(at, json)| Value {
            json,
            unknown: unknown.element(at),
            sensitive: [before.element(at), after.element(at)],
        };
        elements.into_iter().enumerate().map(element).collect()
    }

    /// Everything inside that must not be shown.
    pub fn sensitive_parts(self) -> Vec<Json<'a>> {
        let mut parts = Vec::new();
        let mut rest = vec![self];
        while let Some(value) = rest.pop() {
            match value.sensitive {
                [Mirror::Nothing, Mirror::Nothing] => {}
                [Mirror::All, _] | [_, Mirror::All] => parts.push(value.json),
                _ => match value.object() {
                    Some(object) => rest.extend(object.values()),
                    None if value.json.raw().starts_with('[') => rest.extend(value.elements()),
                    // A scalar whose mirror has parts: the mirror is of something else.
                    None => parts.push(value.json),
                },
            }
        }
        parts
    }
}

/// An object whose keys were read once.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    value: Value<'a>,
    fields: Fields<'a>,
    unknown: Opened<'a>,
    sensitive: [Opened<'a>; 2],
}

impl<'a> Object<'a> {
    /// The object as a value.
    pub fn value(&self) -> Value<'a> {
        self.value
    }

    /// Whether the key is there, known or not; null counts.
    pub fn has(&self, key: &str) -> bool {
        let in_mirror = matches!(&self.unknown, Opened::Fields(fields) if fields.get(key).is_some());
        in_mirror || self.fields.get(key).is_some()
    }

    /// The value of a key; null if it is not there.
    pub fn get(&self, key: &str) -> Value<'a> {
        self.mirrored(key, self.fields.get(key).unwrap_or(Json::NULL))
    }

    /// All values. A key that comes twice gives two.
    fn values(&self) -> impl Iterator<Item = Value<'a>> {
        self.fields.iter().map(|(key, json)| self.mirrored(key, json))
    }

    fn mirrored(&self, key: &str, json: Json<'a>) -> Value<'a> {
        let [before, after] = &self.sensitive;
        Value { json, unknown: self.unknown.field(key), sensitive: [before.field(key), after.field(key)] }
    }

    /// The values that a path leads to: keys joined by dots, `[]` after one for each element of its list.
    ///
    /// A key that is not there gives one null; a list that is not known gives one unknown value.
    pub fn path(&self, path: &str) -> Vec<Value<'a>> {
        let mut keys = path.split('.');
        let first = keys.next().unwrap_or_default();
        keys.fold(step(self, first), |values, key| {
            values
                .into_iter()
                .flat_map(|value| match (value.known(), value.object()) {
                    (Known::Is(_), Some(object)) => step(&object, key),
                    // A block that may be one object or a list of one.
                    (Known::Is(_), None) => {
                        value.elements().into_iter().filter_map(Value::object).flat_map(|one| step(&one, key)).collect()
                    }
                    _ => vec![value],
                })
                .collect()
        })
    }

    /// The one value of a path that holds no list, or the first of several.
    pub fn one(&self, path: &str) -> Value<'a> {
        if !path.contains(['.', '[']) {
            return self.get(path);
        }
        let nothing = Value { json: Json::NULL, unknown: Mirror::Nothing, sensitive: [Mirror::Nothing; 2] };
        self.path(path).into_iter().next().unwrap_or(nothing)
    }
}

fn step<'a>(object: &Object<'a>, key: &str) -> Vec<Value<'a>> {
    match key.strip_suffix("[]") {
        None => vec![object.get(key)],
        Some(key) => match object.get(key) {
            value if matches!(value.known(), Known::Is(_)) => value.elements(),
            value => vec![value],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::new(serde_json::from_str(text).unwrap())
    }

    fn object<'a>(text: &'a str, unknown: &'a str, sensitive: &'a str) -> Object<'a> {
        Value::new(json(text), json(unknown), [json(sensitive), Json::NULL]).object().unwrap()
    }

    #[test]
    fn the_three_states_of_an_attribute_are_told_apart() {
        let record = object(
            r#"{"name": "www", "records": ["192.0.2.1", null], "ttl": null}"#,
            r#"{"fqdn": true, "records": [false, true], "alias": []}"#,
            r#"{"records": [false, false]}"#,
        );
        assert_eq!(record.get("name").text().unwrap(), "www");
        assert_eq!(record.get("fqdn").known(), Known::Unknown);
        assert_eq!(record.get("ttl").known(), Known::Null);
        assert_eq!(record.get("nowhere").known(), Known::Null);
        let records = record.get("records").elements();
        assert_eq!(records[0].text().unwrap(), "192.0.2.1");
        assert_eq!(records[1].known(), Known::Unknown);
        assert!(record.has("fqdn") && record.has("alias") && !record.has("nowhere"));
    }

    #[test]
    fn a_mark_covers_all_below_it() {
        let record = object(r#"{"data": {"a": ["x", "y"], "b": "z"}}"#, "{}", r#"{"data": {"a": true}}"#);
        assert!(matches!(record.path("data.a[]")[..], [value] if value.known() == Known::Sensitive));
        assert_eq!(record.one("data.b").text().unwrap(), "z");
        let hidden: Vec<&str> = record.value().sensitive_parts().iter().map(|part| part.raw()).collect();
        assert_eq!(hidden, [r#"["x", "y"]"#]);
    }

    #[test]
    fn a_mark_on_either_side_hides_on_both_and_so_does_one_of_another_shape() {
        let text = r#"{"records": ["x"], "name": "n", "name": "m"}"#;
        for (before, after) in [("{}", r#"{"records": [true]}"#), (r#"{"records": {"0": true}}"#, "{}")] {
            let value = Value::new(json(text), Json::NULL, [json(before), json(after)]);
            let parts: Vec<&str> = value.sensitive_parts().iter().map(|part| part.raw()).collect();
            assert!(matches!(parts[..], ["\"x\"" | "[\"x\"]"]), "{parts:?}");
        }
        let twice = Value::new(json(text), Json::NULL, [json(r#"{"name": true}"#), Json::NULL]);
        assert_eq!(twice.sensitive_parts().len(), 2);
        assert_eq!(object(text, "{}", "{}").get("name").text().unwrap(), "m", "the last of two keys counts");
    }

    #[test]
    fn a_single_block_may_be_a_list_or_an_object() {
        for text in [r#"{"settings": {"flatten": true}}"#, r#"{"settings": [{"flatten": true}]}"#] {
            assert_eq!(object(text, "{}", "{}").one("settings.flatten").json().truth(), Some(true), "{text}");
        }
        assert_eq!(object("{}", r#"{"settings": true}"#, "{}").one("settings.flatten").known(), Known::Unknown);
    }
}
