//! From the events of a parser to an arena, without what `PyYAML` refuses and the parser does not.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};

use super::Fault;
use super::arena::{Builder, Kind, Node};
use super::scalar::{Type, typed};
use crate::source::SourceId;

/// Reads a whole text.
pub fn read(source: SourceId, text: &str) -> Result<Builder<'_>, Fault> {
    let mut builder = Builder::new(source, text);
    Reader::new(&mut builder, text, 0, false).read()?;
    Ok(builder)
}

/// Reads the entries of a mapping at the left margin, `range` of the text, into the mapping that is open. Fails if they
/// cannot be read, or not without knowing what stands around them.
pub fn read_entries(builder: &mut Builder, range: Range<usize>) -> Result<(), Fault> {
    let text = &builder.text[range.clone()];
    Reader::new(builder, text, range.start, true).read()
}

/// Reads some text.
struct Reader<'t, 'b> {
    builder: &'b mut Builder<'t>,
    text: &'t str,
    /// Where it starts.
    offset: usize,
    /// Whether it is entries of a mapping that is open already.
    is_part: bool,
    /// Nodes by the number of their anchor.
    anchors: HashMap<usize, u32>,
    names: HashSet<Cow<'t, str>>,
    /// Of the collections that are not closed yet, whether each stands in brackets.
    open: Vec<bool>,
    /// Whether the document has ended.
    is_over: bool,
}

/// Only seen where the text is then read as a whole.
const NOT_ALONE: &str = "this depends on what stands around it";

impl<'t, 'b> Reader<'t, 'b> {
    fn new(builder: &'b mut Builder<'t>, text: &'t str, offset: usize, is_part: bool) -> Reader<'t, 'b> {
        let (anchors, names) = (HashMap::new(), HashSet::new());
        Reader { builder, text, offset, is_part, anchors, names, open: Vec::new(), is_over: false }
    }

    fn read(mut self) -> Result<(), Fault> {
        let first_node = self.builder.document.nodes.len();
        let mut options = Options::default();
        options.emit_anchor_events = true;
        options.emit_unresolved_aliases = true;
        options.block_scalar_eof_without_line_feed = true;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, place) = event.map_err(|error| {
                let at = self.offset + error.marker().byte_offset().unwrap_or(self.text.len());
                self.builder.fault(at..at, error.info())
            })?;
            let Range { start, end } = place.byte_range().expect("text has offsets");
            self.event(event, self.offset + start..self.offset + end)?;
        }
        if !self.is_over {
            self.check_start(self.offset + self.text.len())?;
        }
        self.check_characters(first_node)
    }

    fn event(&mut self, event: Event<'t>, range: Range<usize>) -> Result<(), Fault> {
        let refused = |reader: &Reader, message| Err(reader.builder.fault(range.clone(), message));
        match event {
            Event::DocumentStart(..) if self.is_over => {
                refused(self, "a second document starts here, but a file holds one")
            }
            Event::DocumentStart(_, Some(version)) if version.major != 1 => {
                refused(self, "this version of yaml is not known")
            }
            Event::DocumentStart(..) => self.check_start(range.start),
            Event::DocumentEnd => {
                self.is_over = true;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), range),
            Event::SequenceStart(style, anchor, tag) => self.start(false, style, anchor, tag.as_deref(), range),
            Event::MappingStart(style, anchor, tag) => self.start(true, style, anchor, tag.as_deref(), range),
            Event::SequenceEnd | Event::MappingEnd => self.end(range.end),
            Event::Anchor(..) | Event::Alias(_) if self.is_part => refused(self, NOT_ALONE),
            Event::Anchor(_, name) => {
                let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let goes_on = self.builder.text[range.end..].starts_with(|next: char| !next.is_whitespace());
                if goes_on || !name.bytes().all(is_name_byte) {
                    refused(self, "the name of an anchor is made of letters, digits, `-` and `_` only")
                } else if self.names.insert(name) {
                    Ok(())
                } else {
                    refused(self, "this anchor is defined twice")
                }
            }
            Event::Alias(anchor) => {
                self.check_key(&range)?;
                self.builder.alias(range, self.anchors[&anchor])
            }
            Event::UnresolvedAlias(_) => refused(self, "nothing before this alias has its anchor"),
            _ => Ok(()),
        }
    }

    /// What ends a document, or says something of it, cannot stand before its start or without one.
    fn check_start(&self, start: usize) -> Result<(), Fault> {
        let mut at = self.offset;
        for line in self.builder.text[at..start].split_inclusive('\n') {
            if line.starts_with("...") || line.starts_with('%') && !self.is_over && start == self.builder.text.len() {
                return Err(self.builder.fault(at..at + line.trim_end().len(), "no document belongs to this"));
            }
            at += line.len();
        }
        Ok(())
    }

    /// A key in brackets and its colon stand on one line, and nothing else makes a key.
    fn check_key(&self, range: &Range<usize>) -> Result<(), Fault> {
        if !self.builder.is_key_due() {
            return Ok(());
        }
        let text = self.builder.text;
        let before = text[..range.start].trim_end().strip_suffix('?');
        let is_asked_for = before.is_some_and(|before| !before.ends_with(|last: char| last.is_alphanumeric()));
        if range.is_empty() && !is_asked_for {
            return Err(self.builder.fault(range.clone(), "a key is missing here"));
        }
        let colon = after_blanks(text, range.end);
        let is_split = text[colon..].starts_with(':') && text[range.start..colon].contains('\n');
        if self.open.last() == Some(&true) && is_split && !is_asked_for {
            return Err(self.builder.fault(range.clone(), "a key and its colon stand on one line"));
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mut range: Range<usize>,
    ) -> Result<(), Fault> {
        let source = self.builder.text;
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let end = source[range.clone()].trim_end_matches(['\n', '\r']).len();
            let header = source[range.clone()].lines().next().unwrap_or_default();
            if self.is_part
                && (end == 0 || text.is_empty() || header.contains('+') || range.start + end == source.len())
            {
                return Err(self.builder.fault(range, NOT_ALONE));
            }
            range.end = range.start + end.max(1).min(range.len());
        }
        let has_indicator = text.contains('?') || text.starts_with(':');
        if style == ScalarStyle::Plain && self.open.last() == Some(&true) && has_indicator {
            let message = "octodns gives `?` and `:` in brackets a meaning of their own; put this in quotes";
            return Err(self.builder.fault(range, message));
        }
        if !range.is_empty() || anchor == 0 && tag.is_none() {
            self.check_key(&range)?;
        }
        let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        if self.is_part && (tag.is_some() || self.open.is_empty()) {
            return Err(self.builder.fault(range, NOT_ALONE));
        }
        let kind = match tag.as_deref() {
            Some("!") if range.is_empty() => return Err(self.unknown_tag("!", range)),
            // Said to have no tag of its own, even text in quotes is resolved.
            None | Some("!") if style == ScalarStyle::Plain || tag.is_some() => {
                let is_as_written = range.is_empty() || text == &source[range.clone()];
                if is_as_written { Kind::Plain } else { Kind::PlainText(self.builder.keep(text)) }
            }
            None | Some("!" | "tag:yaml.org,2002:str") => {
                let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let is_as_written = is_quoted && source.get(inside) == Some(text);
                if is_as_written { Kind::Quoted } else { Kind::Text(self.builder.keep(text)) }
            }
            Some("!include") => {
                let node = self.builder.include(range, text.to_owned())?;
                self.anchor(anchor, node);
                return Ok(());
            }
            Some(tag) => {
                let kind = match tag.strip_prefix("tag:yaml.org,2002:") {
                    Some("null") => Type::Null,
                    Some("bool") => Type::Bool,
                    Some("int") => Type::Int,
                    Some("float") => Type::Float,
                    Some("timestamp") => Type::Timestamp,
                    Some("binary") => Type::Binary,
                    _ => return Err(self.unknown_tag(tag, range)),
                };
                let written = if range.is_empty() { "" } else { text };
                if typed(kind, written).is_none() {
                    return Err(self.builder.fault(range, format!("this is not what its tag `{}` says", shown(tag))));
                }
                Kind::Tagged(kind, self.builder.keep(written))
            }
        };
        let node = self.builder.scalar(range, kind)?;
        self.anchor(anchor, node);
        Ok(())
    }

    fn anchor(&mut self, anchor: usize, node: u32) {
        if anchor != 0 {
            self.anchors.insert(anchor, node);
            self.builder.anchor(node);
        }
    }

    fn unknown_tag(&self, tag: &str, range: Range<usize>) -> Fault {
        self.builder.fault(range, format!("octodns does not know the tag `{}`", shown(tag)))
    }

    fn start(
        &mut self,
        is_mapping: bool,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        range: Range<usize>,
    ) -> Result<(), Fault> {
        let is_flow = style == StructureStyle::Flow;
        let is_outer = self.is_part && self.open.is_empty();
        if self.is_part && (tag.is_some() || is_outer && (is_flow || !is_mapping)) {
            return Err(self.builder.fault(range, NOT_ALONE));
        }
        let own = if is_mapping { "tag:yaml.org,2002:map" } else { "tag:yaml.org,2002:seq" };
        let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        if let Some(tag) = tag.filter(|tag| tag != own && tag != "!") {
            return Err(self.unknown_tag(&tag, range));
        }
        self.open.push(is_flow);
        if !is_outer {
            let node = self.builder.open(is_mapping, range)?;
            self.anchor(anchor, node);
        }
        Ok(())
    }

    fn end(&mut self, end: usize) -> Result<(), Fault> {
        let is_flow = self.open.pop().expect("what ends has started");
        let is_outer = self.is_part && self.open.is_empty();
        if is_outer { Ok(()) } else { self.builder.close(is_flow.then_some(end)) }
    }

    /// Refuses tabs between things, and line ends of other scripts.
    fn check_characters(&self, first_node: usize) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let breaks = ['\u{85}', '\u{2028}', '\u{2029}'];
        let may_hold_one = memchr::memchr2(0xC2, 0xE2, bytes).is_some();
        if may_hold_one && let Some(at) = self.text.find(breaks) {
            let at = self.offset + at;
            return Err(self.builder.fault(at..at, "yaml 1.1 takes this character for the end of a line"));
        }
        let mut tabs = memchr::memchr_iter(b'\t', bytes).peekable();
        if tabs.peek().is_none() {
            return Ok(());
        }
        // Quotes and blocks may hold tabs, and so may comments.
        let read = self.builder.document.nodes[first_node..].iter();
        let texts = read.filter(|node| matches!(node.kind, Kind::Quoted | Kind::Text(_) | Kind::Tagged(..)));
        let mut texts: Vec<Range<usize>> = texts.map(Node::range).collect();
        texts.sort_by_key(|text| text.start);
        let text_at = |at: usize| {
            let at = self.offset + at;
            let before = texts.partition_point(|text| text.start <= at);
            before.checked_sub(1).map(|last| &texts[last]).filter(|text| text.contains(&at))
        };
        for tab in tabs {
            let line = memchr::memrchr(b'\n', &bytes[..tab]).map_or(0, |newline| newline + 1);
            let is_comment = memchr::memchr_iter(b'#', &bytes[line..tab]).map(|at| line + at).any(|hash| {
                let starts = matches!(&bytes[line..hash], [] | b"\xEF\xBB\xBF" | [.., b' ' | b'\t']);
                starts && text_at(hash).is_none()
            });
            if text_at(tab).is_none() && !is_comment {
                let at = self.offset + tab;
                return Err(self.builder.fault(at..at, "a tab cannot stand here; use spaces"));
            }
        }
        Ok(())
    }
}

/// A tag as people write it.
fn shown(tag: &str) -> String {
    tag.replace("tag:yaml.org,2002:", "!!")
}

/// Where the next thing starts that is neither blank nor a comment.
fn after_blanks(text: &str, mut at: usize) -> usize {
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if !text[at..].starts_with('#') {
            return at;
        }
        at += text[at..].find('\n').unwrap_or(text[at..].len());
    }
}
