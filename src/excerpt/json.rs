//! JSON laid out anew, an attribute a line: those with labels, and a few that say most besides.
//!
//! Knows JSON and where its values stand, and reads one block of an input at a time. Must not judge what it reads: a
//! loader has done so before.

use std::ops::Range;

use super::Cutter;
use super::strip::{LABEL_ROOM, SENSITIVE, Strip};

/// Blocks of more bytes are not laid out: the line is clipped round the label instead, at a cost that stays small.
const LARGE: usize = 1 << 18;
/// Attributes shown besides those with labels.
const COMPANIONS: usize = 5;
/// Keys that tell what a record is, in whatever format, the most telling first.
const TELLING: [&str; 7] = ["name", "type", "proxied", "settings", "ttl", "priority", "fqdn"];
/// How deep a value may be nested to be laid out.
const DEPTH: usize = 12;

/// A JSON value as it stands in the input.
#[derive(Debug)]
pub(super) enum Value {
    /// A string, a number or a word.
    Scalar(Range<usize>),
    /// A list.
    List(Range<usize>, Vec<Value>),
    /// An object: keys with their values.
    Object(Range<usize>, Vec<(Range<usize>, Value)>),
}

impl Value {
    fn range(&self) -> &Range<usize> {
        let (Value::Scalar(range) | Value::List(range, _) | Value::Object(range, _)) = self;
        range
    }

    /// What it holds, keys first.
    fn members(&self) -> Vec<(Option<&Range<usize>>, &Value)> {
        match self {
            Value::Scalar(_) => Vec::new(),
            Value::List(_, items) => items.iter().map(|item| (None, item)).collect(),
            Value::Object(_, fields) => fields.iter().map(|(key, value)| (Some(key), value)).collect(),
        }
    }

    fn brackets(&self) -> Option<[&'static str; 2]> {
        match self {
            Value::Scalar(_) => None,
            Value::List(..) => Some(["[", "]"]),
            Value::Object(..) => Some(["{", "}"]),
        }
    }
}

/// Reads JSON that a loader has read before: it finds the places of values and judges nothing.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        let start = self.at;
        match self.peek()? {
            b'[' if depth < DEPTH => {
                let items = self.members(b']', |reader| reader.value(depth + 1))?;
                Some(Value::List(start..self.at, items))
            }
            b'{' if depth < DEPTH => {
                let fields = self.members(b'}', |reader| reader.field(depth + 1))?;
                Some(Value::Object(start..self.at, fields))
            }
            b'"' => self.string(),
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let rest = &self.bytes[start..];
                let end = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace());
                self.at = start + end.unwrap_or(rest.len());
                Some(Value::Scalar(start..self.at))
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.bytes.get(self.at..)?)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Some(Value::Scalar(start..self.at));
            }
            self.at += 2;
        }
    }

    fn field(&mut self, depth: usize) -> Option<(Range<usize>, Value)> {
        let key = match self.peek()? {
            b'"' => self.string()?,
            _ => return None,
        };
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.peek()?;
        Some((key.range().clone(), self.value(depth)?))
    }

    /// What stands between the bracket here and the closing one.
    fn members<T>(&mut self, close: u8, mut member: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut members = Vec::new();
        self.at += 1;
        while self.peek()? != close {
            members.push(member(self)?);
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => {}
                _ => return None,
            }
        }
        self.at += 1;
        Some(members)
    }

    /// The next byte that is not white space, not yet taken.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.at..)?;
        self.at += rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.bytes.get(self.at).copied()
    }
}

/// A JSON value laid out anew, one attribute a line.
impl Cutter<'_> {
    /// The block as JSON, unless it is large or none.
    pub(super) fn read_block(&self) -> Option<Value> {
        let Range { start, end } = self.block.range();
        let bytes = self.source().bytes().get(..end)?;
        if end - start > LARGE || !matches!(bytes.get(start), Some(b'{' | b'[')) {
            return None;
        }
        Reader { bytes, at: start }.value(0)
    }

    pub(super) fn lay_out(&self, value: &Value) -> Vec<Strip> {
        let mut lines = Vec::new();
        if let Value::Object(range, fields) = value
            && !self.is_hidden(range)
        {
            for (key, value) in self.worth_showing(fields) {
                self.write_member(&mut lines, 0, Some(key), value);
            }
        } else {
            self.write_member(&mut lines, 0, None, value);
        }
        lines
    }

    /// The attributes with labels, and those that say most besides: what tells a record by its key, then the shortest of
    /// the ones that say anything.
    fn worth_showing<'v>(&self, fields: &'v [(Range<usize>, Value)]) -> Vec<(&'v Range<usize>, &'v Value)> {
        let labelled = |key: &Range<usize>, value: &Value| self.is_labelled(&(key.start..value.range().end));
        let says = |key, value| self.is_no(value) && self.rank(key) < TELLING.len() || !self.is_empty(value);
        let others = fields.iter().filter(|(key, value)| !labelled(key, value) && says(key, value));
        let mut others: Vec<_> =
            others.map(|(key, value)| (self.rank(key), self.flat(value).width, key.start)).collect();
        others.sort_unstable();
        others.truncate(COMPANIONS);
        let shown = |key: &Range<usize>| others.iter().any(|(.., start)| *start == key.start);
        let fields = fields.iter().map(|(key, value)| (key, value));
        fields.filter(|(key, value)| labelled(key, value) || shown(key)).collect()
    }

    /// How well a key tells what its record is; the best is 0.
    fn rank(&self, key: &Range<usize>) -> usize {
        // A key stands in quotes.
        let key = &self.source().bytes()[key.start + 1..key.end - 1];
        TELLING.iter().position(|telling| telling.as_bytes() == key).unwrap_or(TELLING.len())
    }

    fn is_labelled(&self, range: &Range<usize>) -> bool {
        self.underlined.first_in(range).is_some()
    }

    /// Whether a label points at something inside a value rather than at all of it.
    fn is_labelled_inside(&self, value: &Value) -> bool {
        let range = value.range();
        value.brackets().is_some() && !self.is_hidden(range) && self.underlined.is_any_inside(range)
    }

    fn is_hidden(&self, range: &Range<usize>) -> bool {
        // What lies inside a list or an object is hidden where it stands.
        self.hidden(range).iter().any(|hidden| hidden.start as usize <= range.start && range.end <= hidden.end as usize)
    }

    /// Whether a value is `false`, which says something of a key that tells.
    fn is_no(&self, value: &Value) -> bool {
        &self.source().bytes()[value.range().clone()] == b"false"
    }

    /// Whether a value says nothing: tools fill in `null`, `""`, `false`, `[]` and `{}` for what nobody set.
    fn is_empty(&self, value: &Value) -> bool {
        if !self.hidden(value.range()).is_empty() {
            return false;
        }
        match value {
            Value::Scalar(range) => matches!(&self.source().bytes()[range.clone()], b"null" | b"\"\"" | b"false"),
            Value::List(..) | Value::Object(..) => value.members().iter().all(|(_, member)| self.is_empty(member)),
        }
    }

    /// Writes a value, over several lines if labels inside it leave no other way.
    fn write_member(&self, lines: &mut Vec<Strip>, indent: usize, key: Option<&Range<usize>>, value: &Value) {
        let mut line = Strip::default();
        line.push_filling(&" ".repeat(indent));
        if let Some(key) = key {
            line.append_all(&self.clip_inside(self.scalar(key), self.frame.width / 2, key));
            line.push_filling(": ");
        }
        let room = self.frame.width.saturating_sub(line.width).max(LABEL_ROOM);
        let flat = self.flat(value);
        match value.brackets() {
            Some([open, close]) if self.is_labelled_inside(value) && !self.fits(&flat, room) => {
                let Range { start, end } = *value.range();
                line.push(start..start + 1, open);
                lines.push(line);
                self.write_members(lines, indent + 2, value);
                let mut line = Strip::default();
                line.push_filling(&" ".repeat(indent));
                line.push(end - 1..end, close);
                lines.push(line);
            }
            _ => {
                line.append_all(&self.clip_inside(flat, room, value.range()));
                lines.push(line);
            }
        }
    }

    /// Writes what a list or an object holds, a member a line: those with labels and their neighbours.
    fn write_members(&self, lines: &mut Vec<Strip>, indent: usize, value: &Value) {
        let members = value.members();
        let range = |at: usize| {
            let (key, value) = members[at];
            key.map_or(value.range().start, |key| key.start)..value.range().end
        };
        let labelled: Vec<bool> = (0..members.len()).map(|at| self.is_labelled(&range(at))).collect();
        let mut at = 0;
        while at < members.len() {
            let near = at.saturating_sub(1)..(at + 2).min(members.len());
            if labelled[near].contains(&true) {
                let (key, value) = members[at];
                self.write_member(lines, indent, key, value);
                at += 1;
            } else {
                let left_out =
                    labelled[at..].iter().position(|labelled| *labelled).map_or(members.len(), |next| at + next - 1);
                let mut line = Strip::default();
                line.push_filling(&" ".repeat(indent));
                line.push(range(at).start..range(left_out - 1).end, self.ellipsis());
                lines.push(line);
                at = left_out;
            }
        }
    }

    /// A value on one line; broken off, but closed, once it is wider than any frame.
    fn flat(&self, value: &Value) -> Strip {
        let mut strip = Strip::default();
        self.write_flat(&mut strip, value);
        strip
    }

    fn write_flat(&self, strip: &mut Strip, value: &Value) {
        let Range { start, end } = *value.range();
        let Some([open, close]) = value.brackets().filter(|_| !self.is_hidden(value.range())) else {
            return strip.append_all(&self.scalar(value.range()));
        };
        strip.push(start..start + 1, open);
        for (at, (key, member)) in value.members().into_iter().enumerate() {
            if at > 0 {
                strip.push_filling(", ");
            }
            if strip.width > self.frame.width {
                let from = key.unwrap_or(member.range()).start;
                strip.push(from..end - 1, self.ellipsis());
                break;
            }
            if let Some(key) = key {
                strip.append_all(&self.scalar(key));
                strip.push_filling(": ");
            }
            self.write_flat(strip, member);
        }
        strip.push(end - 1..end, close);
    }

    /// A string, a number, a word, or whatever is hidden as a whole.
    fn scalar(&self, range: &Range<usize>) -> Strip {
        let mut strip = Strip::default();
        if self.hidden(range).is_empty() {
            self.write_near(&mut strip, range, self.underlined.first_in(range));
        } else {
            strip.push(range.clone(), SENSITIVE);
        }
        strip
    }
}

#[cfg(test)]
mod tests {
    use crate::excerpt::excerpts;
    use crate::excerpt::tests::{FRAME, label, marked, only, plan, read};

    #[test]
    fn a_line_of_json_is_laid_out_with_the_values_under_their_marks() {
        let after = r#"{"alias":[],"name":"a.example","on":false,"records":["1 b.example.","2 c.example."],"ttl":300}"#;
        let (sources, source) = read(plan(after));
        let [name, record] = ["a.example", "2 c.example."].map(|value| label(&sources, source, after, value));
        let excerpt = only(excerpts(&sources, &record, &[name], FRAME));
        assert_eq!(
            excerpt.text,
            "\"name\": \"a.example\"\n\"records\": [\"1 b.example.\", \"2 c.example.\"]\n\"ttl\": 300\n"
        );
        assert_eq!(marked(&excerpt), ["a.example", "2 c.example."]);
        assert_eq!(excerpt.marks.iter().map(|mark| mark.primary).collect::<Vec<_>>(), [false, true]);
        assert_eq!(excerpt.first_line, None);
        assert_eq!(excerpt.position.column, u32::try_from(plan(after).find("2 c.example.").unwrap()).unwrap() + 1);
    }

    #[test]
    fn an_object_hidden_as_a_whole_does_not_even_tell_its_keys() {
        let after = r#"{"name":"a.example","records":["b.example."]}"#;
        for text in [plan(after), format!("{{\n{after}\n}}\n")] {
            let (mut sources, source) = read(text);
            let label = label(&sources, source, after, "b.example.");
            sources.hide([label.place.block]);
            assert_eq!(only(excerpts(&sources, &label, &[], FRAME)).text, "(sensitive value)\n");
        }
    }

    #[test]
    fn of_many_elements_those_with_labels_and_their_neighbours_are_shown() {
        let records: Vec<String> = (0..500).map(|number| format!("\"10 mx{number}.example.net.\"")).collect();
        let after = format!(r#"{{"records":[{}]}}"#, records.join(","));
        let (sources, source) = read(plan(&after));
        let excerpt = only(excerpts(&sources, &label(&sources, source, &after, "10 mx77.example.net."), &[], FRAME));
        let lines: Vec<&str> = excerpt.text.lines().map(str::trim).collect();
        assert_eq!(lines[1..3], ["…", "\"10 mx76.example.net.\""]);
        assert_eq!(lines.len(), 7);
        assert_eq!(marked(&excerpt), ["10 mx77.example.net."]);
    }

    #[test]
    fn a_label_at_what_is_not_shown_points_behind_what_stands_before_it() {
        let after = r#"{"first":1,   "second":2}"#;
        let (sources, source) = read(plan(after));
        let excerpt = only(excerpts(&sources, &label(&sources, source, after, "   "), &[], FRAME));
        assert_eq!(excerpt.text, "\"first\": 1\n\"second\": 2\n");
        assert_eq!(excerpt.marks[0].range, 10..10);
    }
}
