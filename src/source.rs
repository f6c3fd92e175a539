//! The inputs as they were read: bytes, names, and places in them.
//!
//! Knows nothing of formats. A [`Span`] is always a range of bytes of one input *as it was read*; what a person
//! sees of it is the business of `excerpt`.

use std::collections::HashMap;
use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

/// One input among [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A range of bytes of one input. `end` is exclusive.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The input.
    pub source: SourceId,
    /// First byte, counted from 0.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The range within the input's bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether both are one place.
    pub fn is_same(self, other: Span) -> bool {
        (self.source, self.range()) == (other.source, other.range())
    }

    /// Whether `inner` lies in this span, edges included.
    pub fn contains(self, inner: Span) -> bool {
        self.source == inner.source && self.start <= inner.start && inner.end <= self.end
    }
}

/// Where something stands: what to underline, and what to show around it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name or the value that is spoken of.
    pub span: Span,
    /// The smallest thing around it that makes sense alone: one record with its attributes.
    pub block: Span,
    /// What the input calls that thing, such as an address in a plan.
    pub address: Option<Arc<str>>,
    /// Where an anchor or an include brings it in, if it is not written where it applies.
    pub site: Option<Span>,
}

impl Place {
    /// A place that makes sense alone.
    pub fn at(span: Span) -> Place {
        Place { span, block: span, address: None, site: None }
    }
}

/// A position for people: both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Bytes from the start of the input.
    pub offset: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The bytes of an input, read or mapped.
#[derive(Debug)]
pub enum Bytes {
    /// Read into memory.
    Owned(Vec<u8>),
    /// Mapped from a file.
    Mapped(memmap2::Mmap),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Owned(bytes) => bytes,
            Bytes::Mapped(map) => map,
        }
    }
}

/// One input.
#[derive(Debug)]
pub struct Source {
    name: String,
    bytes: Bytes,
    /// The bytes of the file, where `bytes` is their translation to UTF-8.
    original: Option<Bytes>,
    index: OnceLock<Index>,
    hidden: Vec<Range<u32>>,
}

/// What an input turned out to be.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its bytes.
    pub source: SourceId,
    /// Such as `terraform-plan`.
    pub kind: &'static str,
    /// What was read from it, for people who ask.
    pub notes: Vec<String>,
}

/// All inputs of one run.
#[derive(Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
    by_name: HashMap<String, Vec<SourceId>>,
}

/// Inputs of this many bytes and more are refused: spans hold 32 bits.
pub const TOO_LARGE: usize = u32::MAX as usize;

impl Sources {
    /// Takes an input in. `name` is the path as the user gave it. The bytes must be fewer than [`TOO_LARGE`].
    pub fn add(&mut self, name: String, bytes: Bytes) -> SourceId {
        self.push(name, bytes, None)
    }

    /// Takes in an input that was translated to UTF-8; places count the bytes of the translation.
    pub fn add_decoded(&mut self, name: String, text: Vec<u8>, original: Bytes) -> SourceId {
        self.push(name, Bytes::Owned(text), Some(original))
    }

    fn push(&mut self, name: String, bytes: Bytes, original: Option<Bytes>) -> SourceId {
        assert!(bytes.len() < TOO_LARGE, "workspace refuses inputs of 4 GiB and more");
        let id = SourceId(u32::try_from(self.all.len()).expect("fewer inputs than bytes"));
        self.by_name.entry(name.clone()).or_default().push(id);
        self.all.push(Source { name, bytes, original, index: OnceLock::new(), hidden: Vec::new() });
        id
    }

    /// The input of this name whose file holds these bytes: both sides of a change have most files in common.
    pub fn find(&self, name: &str, as_read: &[u8]) -> Option<SourceId> {
        self.by_name.get(name)?.iter().copied().find(|&id| self.get(id).as_read() == as_read)
    }

    /// The input with this id.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.all[id.0 as usize]
    }

    /// Marks values that must not reach any output. Ranges that overlap become one.
    pub fn hide(&mut self, spans: impl IntoIterator<Item = Span>) {
        for span in spans {
            self.all[span.source.0 as usize].hidden.push(span.start..span.end);
        }
        for source in &mut self.all {
            source.hidden.sort_unstable_by_key(|range| range.start);
            source.hidden.dedup_by(|next, kept| {
                let overlaps = next.start < kept.end;
                kept.end = if overlaps { kept.end.max(next.end) } else { kept.end };
                overlaps
            });
        }
    }

    /// The position of the first byte of `span`.
    pub fn start(&self, span: Span) -> Position {
        self.get(span.source).position(span.start)
    }

    /// The position of the byte after the last of `span`.
    pub fn end(&self, span: Span) -> Position {
        self.get(span.source).position(span.end)
    }
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Source {
    /// The path as the user gave it, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as read. A byte order mark is part of them.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of the file itself, whatever its encoding.
    pub fn as_read(&self) -> &[u8] {
        self.original.as_ref().unwrap_or(&self.bytes)
    }

    /// The ranges that [`Sources::hide`] marked, by start; none overlaps another.
    pub fn hidden(&self) -> &[Range<u32>] {
        &self.hidden
    }

    fn position(&self, offset: u32) -> Position {
        let index = self.index.get_or_init(|| Index::new(&self.bytes));
        // Before the first character there may be a byte order mark.
        let offset = offset.max(index.lines[0]);
        let line = index.lines.partition_point(|&start| start <= offset);
        let start = index.lines[line - 1];
        let column = index.characters(&self.bytes, offset) - index.characters(&self.bytes, start) + 1;
        Position { offset, line: u32::try_from(line).expect("fewer lines than bytes"), column }
    }
}

/// Where lines start, and how many characters lie before every [`BLOCK`]th byte: a plan is often one line of
/// hundreds of megabytes, and its columns must not cost a scan each.
#[derive(Debug)]
struct Index {
    lines: Vec<u32>,
    before_block: Vec<u32>,
}

const BLOCK: usize = 1 << 12;

impl Index {
    fn new(bytes: &[u8]) -> Index {
        let first = if bytes.starts_with(BOM) { 3 } else { 0 };
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        let lines = std::iter::once(first).chain(memchr::memchr_iter(b'\n', bytes).map(|at| offset(at + 1)));
        let mut characters = 0;
        let before_block = bytes.chunks(BLOCK).map(|block| {
            let before = characters;
            characters += count_characters(block);
            before
        });
        Index { lines: lines.collect(), before_block: before_block.collect() }
    }

    /// Characters before the byte at `offset`.
    fn characters(&self, bytes: &[u8], offset: u32) -> u32 {
        let block = (offset as usize / BLOCK).min(self.before_block.len().saturating_sub(1));
        let before = self.before_block.get(block).copied().unwrap_or(0);
        before + count_characters(&bytes[block * BLOCK..offset as usize])
    }
}

/// Counts the bytes that start a character in UTF-8.
fn count_characters(bytes: &[u8]) -> u32 {
    u32::try_from(bytecount::num_chars(bytes)).expect("inputs are smaller than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, offset: u32) -> (u32, u32) {
        let mut sources = Sources::default();
        let source = sources.add("x".into(), Bytes::Owned(text.into()));
        let start = sources.start(Span { source, start: offset, end: offset });
        (start.line, start.column)
    }

    #[test]
    fn columns_count_characters_and_lines_end_at_newlines() {
        assert_eq!(position("aé\nbü", 0), (1, 1));
        assert_eq!(position("aé\nbü", 3), (1, 3));
        assert_eq!(position("aé\nbü", 4), (2, 1));
        assert_eq!(position("aé\nbü", 7), (2, 3));
        assert_eq!(position("", 0), (1, 1));
    }

    #[test]
    fn an_input_is_found_by_its_name_and_the_bytes_of_its_file() {
        let mut sources = Sources::default();
        let first = sources.add("x".into(), Bytes::Owned(b"1".into()));
        let second = sources.add_decoded("x".into(), b"2".into(), Bytes::Owned(b"two".into()));
        assert_eq!(sources.find("x", b"1"), Some(first));
        assert_eq!(sources.find("x", b"two"), Some(second));
        assert_eq!(sources.find("x", b"2"), None);
        assert_eq!(sources.find("y", b"1"), None);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(position("\u{feff}{}", 3), (1, 1));
        assert_eq!(position("\u{feff}{}", 0), (1, 1), "what is about all of it");
    }

    #[test]
    fn columns_are_right_beyond_the_first_block() {
        let text = "é".repeat(BLOCK) + "x";
        assert_eq!(position(&text, u32::try_from(2 * BLOCK).unwrap()), (1, u32::try_from(BLOCK).unwrap() + 1));
    }
}
