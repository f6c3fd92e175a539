//! JSON as slices of the input, so that every value keeps its place.
//!
//! Nothing is copied but strings with escapes; nothing is parsed before it is asked for.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::{BOM, SourceId, Span};

/// The bytes that all slices of one input come from.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// The input.
    pub source: SourceId,
    /// All its bytes.
    pub bytes: &'a [u8],
}

impl Base<'_> {
    /// The place of a slice of the input.
    pub fn span(&self, slice: &str) -> Span {
        let start = slice.as_ptr() as usize - self.bytes.as_ptr() as usize;
        assert!(start + slice.len() <= self.bytes.len(), "only slices of the input have a place in it");
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        Span { source: self.source, start: offset(start), end: offset(start + slice.len()) }
    }
}

/// One JSON value as it stands in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The value `null`, for what is not there.
    pub const NULL: Json<'static> = Json("null");

    /// A value of the input.
    pub fn new(raw: &'a RawValue) -> Json<'a> {
        Json(raw.get())
    }

    /// The only value in a text.
    pub fn parse(text: &'a str) -> Option<Json<'a>> {
        serde_json::from_str(text).ok()
    }

    /// Its text, as it stands in the input.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Its truth, if it is a boolean, or one written as a string.
    pub fn truth(self) -> Option<bool> {
        match self.0 {
            "true" | "\"true\"" => Some(true),
            "false" | "\"false\"" => Some(false),
            _ => None,
        }
    }

    /// The text of a string, of a number or of a boolean.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.0.as_bytes().first()? {
            b'"' if memchr::memchr(b'\\', self.0.as_bytes()).is_some() => {
                serde_json::from_str(self.0).ok().map(Cow::Owned)
            }
            b'"' => Some(Cow::Borrowed(self.content())),
            b'{' | b'[' | b'n' => None,
            _ => Some(Cow::Borrowed(self.0)),
        }
    }

    /// The part of the input that a person would underline: a string without its quotes, anything else whole.
    pub fn content(self) -> &'a str {
        self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(self.0)
    }

    /// Whether there is nothing in it: `null`, an empty string, list or object.
    pub fn is_empty(self) -> bool {
        match self.0.as_bytes() {
            b"null" | b"\"\"" => true,
            [b'[' | b'{', inner @ .., _] => inner.iter().all(u8::is_ascii_whitespace),
            _ => false,
        }
    }

    /// The values of a list; none if it is no list.
    pub fn elements(self) -> Option<Vec<Json<'a>>> {
        if !self.0.starts_with('[') {
            return None;
        }
        let elements: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(elements.into_iter().map(Json::new).collect())
    }

    /// The keys and values of an object; none if it is no object.
    pub fn fields(self) -> Option<Fields<'a>> {
        if !self.0.starts_with('{') {
            return None;
        }
        serde_json::from_str(self.0).ok()
    }
}

/// The first of these keys that the object at the start of a document has. Nothing behind it is read.
pub fn first_key<'k>(document: &[u8], keys: &[&'k str]) -> Option<&'k str> {
    struct First<'f, 'k> {
        keys: &'f [&'k str],
        found: &'f mut Option<&'k str>,
    }

    impl<'de> Visitor<'de> for First<'_, '_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
            while let Some(Key(key)) = map.next_key()? {
                *self.found = self.keys.iter().copied().find(|known| *known == key);
                if self.found.is_some() {
                    break;
                }
                map.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }

    let mut found = None;
    let document = document.strip_prefix(BOM).unwrap_or(document);
    // It is an error to stop before the end, and none that matters.
    let _ = serde_json::Deserializer::from_slice(document).deserialize_map(First { keys, found: &mut found });
    found
}

/// What an error says, but for the position, which would be said twice.
pub fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// The byte of a text that an error of its JSON speaks of.
pub fn offset_of(error: &serde_json::Error, text: &str) -> usize {
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Json::new)
    }
}

/// The keys and values of one object, in the order of the input.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Fields<'a> {
    /// The value of a key. Of a key that comes twice the last counts, as in every JSON reader.
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        self.0.iter().rfind(|(known, _)| known == key).map(|(_, value)| *value)
    }

    /// All keys with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                // As many as most records have, so that the list rarely grows.
                let mut fields = Vec::with_capacity(24);
                while let Some((key, value)) = map.next_entry::<Key<'de>, Json<'de>>()? {
                    fields.push((key.0, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

/// A key that borrows from the input where it can; `Cow` alone would always copy.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Bytes, Sources};

    #[test]
    fn values_keep_their_place() {
        let text = r#" {"a": ["x", "y\n"], "b\u0041": {"c": null}} "#;
        let mut sources = Sources::default();
        let source = sources.add("x".into(), Bytes::Owned(text.into()));
        let bytes = sources.get(source).bytes();
        let base = Base { source, bytes };
        let fields = Json(str::from_utf8(bytes).unwrap().trim()).fields().unwrap();
        let list = fields.get("a").unwrap().elements().unwrap();
        assert_eq!(list[1].text().unwrap(), "y\n");
        assert_eq!(&text[base.span(list[1].content()).range()], r"y\n");
        assert!(fields.get("bA").unwrap().fields().unwrap().get("c").unwrap().is_null());
    }

    #[test]
    fn the_first_key_is_found_without_what_follows_it() {
        let first = |document: &str| first_key(document.as_bytes(), &["a", "b"]);
        assert_eq!(first(r#"{"a": [1, "#), Some("a"));
        assert_eq!(first("\u{feff} {\"x\": {\"a\": [{}]}, \"\\u0062\": \u{0}"), Some("b"));
        assert_eq!(first(r#"{"b": 1, "a": 2}"#), Some("b"));
        for other in ["", "{", "{}", "[\"a\"]", "\"a\"", r#"{"x": "a"}"#, r#"{"x": }, "a": 1"#] {
            assert_eq!(first(other), None, "{other}");
        }
    }

    #[test]
    fn emptiness_is_seen_without_parsing() {
        for empty in ["null", "\"\"", "[]", "{ }", "[\n]"] {
            assert!(Json(empty).is_empty(), "{empty}");
        }
        for full in ["false", "0", "[0]", "{\"a\":1}", "\" \""] {
            assert!(!Json(full).is_empty(), "{full}");
        }
    }
}
