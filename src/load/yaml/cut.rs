//! Documents that are one long mapping at the left margin, as nearly all zone files are, read entry by entry.
//!
//! Most entries are plain: no brackets, no anchors, no tags, every scalar on one line. Those are read here at many times
//! the speed of the parser, which takes the others one by one. What an entry means then depends on nothing around it.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::arena::{Builder, Document, Kind};
use super::events;
use crate::source::SourceId;

/// Reads a whole text; none if it has another form or cannot be read, which the parser then says better. What `twin` has
/// in the same words is not read again.
pub fn read<'t>(source: SourceId, text: &'t str, mut twin: Option<Twin>) -> Option<Builder<'t>> {
    let mut builder = Builder::new(source, text);
    let bytes = text.as_bytes();
    let mut at = start(bytes)?;
    builder.open(true, at..at).ok()?;
    while at < bytes.len() {
        builder.cut(at);
        if let Some(twin) = &mut twin
            && let Some((cut, value)) = twin.find(bytes, at)
        {
            builder.same(twin.number, twin.document, (twin.document.cuts[cut], value), at).ok()?;
            at += twin.text(cut).len();
            continue;
        }
        let end = end_of_entry(bytes, at)?;
        let mark = builder.mark();
        if Lines::new(&mut builder, at..end).read_entry().is_none() {
            builder.reset(&mark);
            events::read_entries(&mut builder, at..end).ok()?;
        }
        at = end;
    }
    builder.close(None).ok()?;
    Some(builder)
}

/// The document of the same file in another state, read entry by entry.
pub struct Twin<'d> {
    /// Its number.
    number: u32,
    document: &'d Document,
    bytes: &'d [u8],
    /// The entry that is due next if nothing differs.
    next: usize,
    /// Its entries by their text, once something differs.
    by_text: Option<HashTable<usize>>,
}

impl<'d> Twin<'d> {
    /// The twin that a document is; none if it was not read entry by entry.
    pub fn new(number: u32, document: &'d Document, bytes: &'d [u8]) -> Option<Twin<'d>> {
        let is_cut = !document.cuts.is_empty();
        is_cut.then_some(Twin { number, document, bytes, next: 0, by_text: None })
    }

    /// The entry with the text of the one that starts here, and its value.
    fn find(&mut self, bytes: &[u8], at: usize) -> Option<(usize, u32)> {
        let cut = if self.is_due(bytes, at) { self.next } else { self.look_up(&bytes[at..end_of_entry(bytes, at)?])? };
        self.next = cut + 1;
        self.document.only_value(cut).map(|value| (cut, value))
    }

    /// Whether the entry that starts here is the one that is due.
    fn is_due(&self, bytes: &[u8], at: usize) -> bool {
        if self.next == self.document.cuts.len() {
            return false;
        }
        let text = self.text(self.next);
        let rest = bytes[at..].strip_prefix(text);
        rest.is_some_and(|rest| rest.first().is_none_or(|&byte| text.ends_with(b"\n") && starts_entry(byte)))
    }

    fn look_up(&mut self, text: &[u8]) -> Option<usize> {
        let hash = |text: &[u8]| FixedState::default().hash_one(text);
        let by_text = self.by_text.take().unwrap_or_else(|| {
            let count = self.document.cuts.len();
            let mut by_text = HashTable::with_capacity(count);
            for cut in 0..count {
                by_text.insert_unique(hash(self.text(cut)), cut, |&cut| hash(self.text(cut)));
            }
            by_text
        });
        let found = by_text.find(hash(text), |&cut| self.text(cut) == text).copied();
        self.by_text = Some(by_text);
        found
    }

    /// The text of an entry.
    fn text(&self, cut: usize) -> &'d [u8] {
        let start = |cut: usize| self.document.cuts.get(cut).map_or(self.bytes.len(), |cut| cut.start as usize);
        &self.bytes[start(cut)..start(cut + 1)]
    }
}

/// Where the first key stands, if only comments and the start of the document come before it.
fn start(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut has_started = false;
    while at < bytes.len() {
        if starts_entry(bytes[at]) {
            return Some(at);
        }
        let end = end_of_line(bytes, at);
        match &bytes[at..end] {
            [b'#', ..] => {}
            line if line.iter().all(|&byte| byte == b' ') => {}
            b"---" if !has_started => has_started = true,
            _ => return None,
        }
        at = end + 1;
    }
    None
}

/// Whether a line that starts with this byte starts an entry; what is left out belongs to the entry before it or is
/// no mapping.
fn starts_entry(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'\'' | b'"' | b'/' | b'\\' | 0xC3..=0xE1)
}

/// Where the next entry starts; none if the document ends before.
fn end_of_entry(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = (end_of_line(bytes, at) + 1).min(bytes.len());
        match &bytes[at..] {
            [] => return Some(at),
            [b'.', b'.', b'.', ..] | [b'-', b'-', b'-', ..] | [b'%', ..] => return None,
            [byte, ..] if starts_entry(*byte) => return Some(at),
            _ => {}
        }
    }
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

/// The lines of an entry. Every function is none where something is not plain.
struct Lines<'t, 'b> {
    builder: &'b mut Builder<'t>,
    bytes: &'t [u8],
    end: usize,
    /// The line that is read, if there is one left.
    line: Option<Line>,
}

/// A line that is neither blank nor a comment.
#[derive(Clone, Copy)]
struct Line {
    /// Bytes before the first that is not blank.
    indent: usize,
    /// That byte.
    start: usize,
    /// After the last byte.
    end: usize,
}

impl<'t, 'b> Lines<'t, 'b> {
    fn new(builder: &'b mut Builder<'t>, range: Range<usize>) -> Lines<'t, 'b> {
        let bytes = builder.text.as_bytes();
        Lines { builder, bytes, end: range.end, line: Some(Line { indent: 0, start: range.start, end: range.start }) }
    }

    fn read_entry(mut self) -> Option<()> {
        let start = self.line?.start;
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
        if !self.bytes[start..self.end].iter().all(is_plain) {
            return None;
        }
        self.line = self.line_at(start);
        self.entry(start, 0)?;
        self.line.is_none().then_some(())
    }

    /// The first line from here on that holds something.
    fn line_at(&self, mut at: usize) -> Option<Line> {
        while at < self.end {
            let end = end_of_line(self.bytes, at).min(self.end);
            let indent = self.bytes[at..end].iter().take_while(|&&byte| byte == b' ').count();
            let start = at + indent;
            if start < end && self.bytes[start] != b'#' {
                let end = start + self.bytes[start..end].trim_ascii_end().len();
                return Some(Line { indent, start, end });
            }
            at = end + 1;
        }
        None
    }

    fn advance(&mut self) -> Option<()> {
        self.line = self.line_at(end_of_line(self.bytes, self.line?.end) + 1);
        Some(())
    }

    /// The entries of a mapping, the first of which starts here.
    fn mapping(&mut self, mut at: usize, indent: usize) -> Option<()> {
        self.builder.open(true, at..at).ok()?;
        loop {
            self.entry(at, indent)?;
            match self.line {
                Some(line) if line.indent > indent => return None,
                Some(line) if line.indent == indent => at = line.start,
                _ => break,
            }
        }
        self.builder.close(None).ok()
    }

    fn entry(&mut self, at: usize, indent: usize) -> Option<()> {
        let (key, kind) = self.key(at)?;
        let value = self.skip_blanks(key.end + 1);
        self.builder.scalar(key, kind).ok()?;
        if let Some(value) = value {
            return self.value(value, indent);
        }
        self.advance()?;
        let line = self.line?;
        let is_item = self.is_item(line);
        if line.indent > indent && !is_item {
            self.mapping(line.start, line.indent)
        } else if line.indent >= indent && is_item {
            // The parser lets a sequence that is not indented start at its first item.
            let start = if line.indent > indent { line.start } else { self.skip_blanks(line.start + 1)? };
            self.sequence(start, line.indent)
        } else {
            None
        }
    }

    fn sequence(&mut self, start: usize, indent: usize) -> Option<()> {
        self.builder.open(false, start..start).ok()?;
        while let Some(line) = self.line.filter(|line| line.indent == indent && self.is_item(*line)) {
            let item = self.skip_blanks(line.start + 1)?;
            if self.key(item).is_some() {
                self.mapping(item, indent + item - line.start)?;
            } else {
                self.value(item, indent)?;
            }
        }
        self.builder.close(None).ok()
    }

    /// Whether a line starts an item of a sequence.
    fn is_item(&self, line: Line) -> bool {
        self.bytes[line.start] == b'-' && (line.start + 1 == line.end || self.bytes[line.start + 1] == b' ')
    }

    /// The next byte of the line that is neither blank nor a comment.
    fn skip_blanks(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..self.line?.end)?;
        let start = at + rest.iter().take_while(|&&byte| byte == b' ').count();
        self.bytes[..self.line?.end].get(start).filter(|&&byte| byte != b'#').map(|_| start)
    }

    /// A key, and what kind of scalar it is; a colon follows it.
    fn key(&self, at: usize) -> Option<(Range<usize>, Kind)> {
        let text = &self.bytes[at..self.line?.end];
        let ends = |rest: &[u8]| matches!(rest, [b':'] | [b':', b' ', ..]);
        if let Some(length) = quoted(text) {
            return ends(&text[length..]).then_some((at..at + length, Kind::Quoted));
        }
        let length = memchr::memchr_iter(b':', text).find(|&colon| ends(&text[colon..]))?;
        is_plain(&text[..length]).then_some((at..at + length, Kind::Plain))
    }

    /// A scalar, the last of its line.
    fn value(&mut self, at: usize, indent: usize) -> Option<()> {
        let text = &self.bytes[at..self.line?.end];
        let (length, kind) = match quoted(text) {
            Some(length) => (length, Kind::Quoted),
            None => (plain_length(text), Kind::Plain),
        };
        let rest = &text[length..];
        let is_over = rest.is_empty() || rest[0] == b' ' && rest.trim_ascii_start().starts_with(b"#");
        if !is_over || matches!(kind, Kind::Plain) && !is_plain(&text[..length]) {
            return None;
        }
        self.builder.scalar(at..at + length, kind).ok()?;
        self.advance()?;
        // Deeper lines would go on with it.
        self.line.is_none_or(|line| line.indent <= indent).then_some(())
    }
}

/// The length of the text in quotes at the start, if it holds no escapes.
fn quoted(text: &[u8]) -> Option<usize> {
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &text[1..])? + 1;
    let is_escaped = match quote {
        b'"' => text[..end].contains(&b'\\'),
        _ => text.get(end + 1) == Some(&quote),
    };
    (!is_escaped).then_some(end + 1)
}

/// The length of a scalar without quotes: up to a comment.
fn plain_length(text: &[u8]) -> usize {
    let comment = memchr::memchr_iter(b'#', text).find(|&at| at > 0 && text[at - 1] == b' ');
    text[..comment.unwrap_or(text.len())].trim_ascii_end().len()
}

/// Keys may not be longer (YAML 1.1 section 9.3, in characters).
const KEY: usize = 1024;

/// Whether this is all a scalar without quotes, and no merge.
fn is_plain(text: &[u8]) -> bool {
    let starts = matches!(
        text,
        [b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'/' | b'.' | b'+' | b'(' | b'~' | b'\\' | b';', ..]
    );
    let goes_on = |pair: &[u8]| !matches!(pair, b": " | b" #");
    starts && !text.ends_with(b":") && !text.ends_with(b" ") && text.len() < KEY && text.windows(2).all(goes_on)
}
