//! YAML as `PyYAML` 6 reads it for OctoDNS 1.22, every value with its place in the input.
//!
//! The events of a parser become flat lists of numbers: a document of 10 MB takes about 40 MB. Scalars are resolved when
//! somebody asks, by the rules of YAML 1.1. Aliases cost nothing, since they only name a node; includes are left to the
//! caller, who says what each stands for.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};
use regex_lite::Regex;

use crate::source::{SourceId, Sources, Span};

/// Collections that lie one in the other more often than this are refused.
const DEPTH: usize = 64;

/// The documents of some inputs.
#[derive(Debug, Default)]
pub struct Yaml {
    documents: Vec<Document>,
    /// What each `!include` stands for; none for an empty document.
    includes: HashMap<NodeId, Option<NodeId>>,
}

/// One document.
#[derive(Debug)]
struct Document {
    source: SourceId,
    nodes: Vec<Node>,
    /// The nodes within collections; of mappings, keys and values in turn.
    children: Vec<u32>,
    /// Texts that are not in the input as they are.
    texts: Vec<Box<str>>,
}

/// A node of a document of some input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId {
    document: u32,
    node: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Bytes of the input.
    start: u32,
    end: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A scalar without quotes or tag; the text is that of the span.
    Plain,
    /// The same, over several lines; the text by number.
    PlainText(u32),
    /// A text between quotes, as it is.
    Quoted,
    /// A text, by number.
    Text(u32),
    /// The text by number, of a scalar with one of YAML's own tags.
    Tagged(Type, u32),
    /// How many nodes from where among the children.
    Sequence { first: u32, count: u32 },
    /// The same; twice as many as there are pairs.
    Mapping { first: u32, count: u32 },
    /// Another node of the document.
    Alias(u32),
    /// Another document.
    Include,
}

/// The types that a tag can ask for.
#[derive(Clone, Copy, Debug)]
enum Type {
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    Binary,
}

/// Why a document cannot be read, and where.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Lower case, no full stop.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl Fault {
    /// What is wrong with a value, where it is used.
    pub fn new(at: Value, message: impl Into<String>) -> Fault {
        Fault { message: message.into(), span: at.site() }
    }
}

/// A document that was parsed.
#[derive(Debug)]
pub struct Parsed {
    /// What it holds; none if that is nothing.
    pub root: Option<NodeId>,
    /// The other documents that it asks for.
    pub includes: Vec<Include>,
}

/// A document that another asks for.
#[derive(Debug)]
pub struct Include {
    /// The node that it stands for.
    pub node: NodeId,
    /// Its path, as written.
    pub path: String,
    /// Where that is written.
    pub span: Span,
    /// Whether it is merged into a mapping, so that it has to be one.
    pub is_merged: bool,
}

impl Yaml {
    /// Reads the document of an input.
    pub fn parse(&mut self, sources: &Sources, source: SourceId) -> Result<Parsed, Fault> {
        let document = u32::try_from(self.documents.len()).expect("fewer documents than bytes");
        let bytes = sources.get(source).bytes();
        let reader = Reader {
            source,
            text: str::from_utf8(bytes).map_err(|error| Fault {
                message: "this is not UTF-8".to_owned(),
                span: span(source, error.valid_up_to()..error.valid_up_to() + 1),
            })?,
            document: Document { source, nodes: Vec::new(), children: Vec::new(), texts: Vec::new() },
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            names: HashSet::new(),
            includes: Vec::new(),
            merged: HashSet::new(),
            is_over: false,
        };
        let (read, root, includes, merged) = reader.read()?;
        let include = |(node, path): (u32, String)| Include {
            node: NodeId { document, node },
            span: span(source, read.nodes[node as usize].range()),
            is_merged: merged.contains(&node),
            path,
        };
        let includes = includes.into_iter().map(include).collect();
        let is_null = root.is_none_or(|root| matches!(read.scalar(sources, root), Some(Scalar::Null)));
        self.documents.push(read);
        Ok(Parsed { root: root.filter(|_| !is_null).map(|node| NodeId { document, node }), includes })
    }

    /// Says what an include stands for.
    pub fn set_include(&mut self, include: &Include, root: Option<NodeId>) -> Result<(), Fault> {
        let is_mapping = root.is_some_and(|root| matches!(self.node(self.resolved(root)).kind, Kind::Mapping { .. }));
        if include.is_merged && !is_mapping {
            let message = "only a mapping can be merged into a mapping".to_owned();
            return Err(Fault { message, span: include.span });
        }
        self.includes.insert(include.node, root);
        Ok(())
    }

    /// To look into a node.
    pub fn value<'a>(&'a self, sources: &'a Sources, node: NodeId) -> Value<'a> {
        Value { yaml: self, sources, site: node, node: self.resolved(node) }
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.documents[id.document as usize].nodes[id.node as usize]
    }

    /// The node that an alias or an include stands for; itself if it is empty.
    fn resolved(&self, mut id: NodeId) -> NodeId {
        loop {
            id = match self.node(id).kind {
                Kind::Alias(node) => NodeId { node, ..id },
                Kind::Include => match self.includes.get(&id) {
                    Some(Some(root)) => *root,
                    _ => return id,
                },
                _ => return id,
            };
        }
    }
}

fn span(source: SourceId, range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
    Span { source, start: offset(range.start), end: offset(range.end) }
}

impl Node {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Reads one document.
struct Reader<'t> {
    source: SourceId,
    text: &'t str,
    document: Document,
    /// The collections that are not closed yet.
    open: Vec<Open>,
    root: Option<u32>,
    /// Nodes by the number of their anchor.
    anchors: HashMap<usize, u32>,
    names: HashSet<Cow<'t, str>>,
    includes: Vec<(u32, String)>,
    /// The includes that are merged into a mapping.
    merged: HashSet<u32>,
    /// Whether the document has ended.
    is_over: bool,
}

struct Open {
    node: u32,
    is_flow: bool,
    is_mapping: bool,
    children: Vec<u32>,
}

/// A document, its root, the includes it asks for, and those of them that are merged.
type Read = (Document, Option<u32>, Vec<(u32, String)>, HashSet<u32>);

impl<'t> Reader<'t> {
    fn read(mut self) -> Result<Read, Fault> {
        let mut options = Options::default();
        options.emit_anchor_events = true;
        options.emit_unresolved_aliases = true;
        options.block_scalar_eof_without_line_feed = true;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, place) = event.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or_default().min(self.text.len());
                self.fault(at..at + 1, error.info())
            })?;
            self.event(event, place.byte_range().expect("text has offsets"))?;
        }
        self.check_characters()?;
        Ok((self.document, self.root, self.includes, self.merged))
    }

    fn fault(&self, range: Range<usize>, message: impl Into<String>) -> Fault {
        let range = range.start.min(self.text.len())..range.end.min(self.text.len());
        Fault { message: message.into(), span: span(self.source, range) }
    }

    fn event(&mut self, event: Event<'t>, range: Range<usize>) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) if self.is_over => {
                Err(self.fault(range, "a second document starts here, but a file holds one"))
            }
            Event::DocumentStart(_, Some(version)) if version.major != 1 => {
                Err(self.fault(range, "this version of yaml is not known"))
            }
            Event::DocumentEnd => {
                self.is_over = true;
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), range),
            Event::SequenceStart(style, anchor, tag) => self.start(false, style, anchor, tag.as_deref(), &range),
            Event::MappingStart(style, anchor, tag) => self.start(true, style, anchor, tag.as_deref(), &range),
            Event::SequenceEnd | Event::MappingEnd => self.end(&range),
            Event::Anchor(_, name) => {
                if self.names.insert(name) {
                    Ok(())
                } else {
                    Err(self.fault(range, "this anchor is defined twice"))
                }
            }
            Event::Alias(anchor) => {
                let node = self.anchors[&anchor];
                if self.open.iter().any(|open| open.node == node) {
                    return Err(self.fault(range, "this alias stands within what it stands for"));
                }
                let node = self.push(range, Kind::Alias(node));
                self.place(node)
            }
            Event::UnresolvedAlias(_) => Err(self.fault(range, "nothing before this alias has its anchor")),
            _ => Ok(()),
        }
    }

    fn push(&mut self, range: Range<usize>, kind: Kind) -> u32 {
        let Span { start, end, .. } = span(self.source, range);
        self.document.nodes.push(Node { start, end, kind });
        u32::try_from(self.document.nodes.len() - 1).expect("fewer nodes than bytes")
    }

    fn keep(&mut self, text: Cow<str>) -> u32 {
        self.document.texts.push(text.into());
        u32::try_from(self.document.texts.len() - 1).expect("fewer texts than bytes")
    }

    fn anchor(&mut self, anchor: usize, node: u32) {
        if anchor != 0 {
            self.anchors.insert(anchor, node);
        }
    }

    /// Puts a node where it belongs.
    fn place(&mut self, node: u32) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.children.push(node);
        if !open.is_mapping {
            return Ok(());
        }
        match open.children[..] {
            [.., key, value] if open.children.len() % 2 == 0 && self.document.is_merge(self.text, key) => {
                self.merge(value)
            }
            [.., key] if open.children.len() % 2 == 1 => {
                let key = self.document.resolved(key);
                let range = self.document.nodes[key as usize].range();
                match self.document.nodes[key as usize].kind {
                    Kind::Sequence { .. } | Kind::Mapping { .. } | Kind::Include => {
                        Err(self.fault(range, "a key is text or a number, not a collection"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// What `<<` brings in has to be mappings.
    fn merge(&mut self, value: u32) -> Result<(), Fault> {
        let resolved = self.document.resolved(value);
        match self.document.nodes[resolved as usize].kind {
            Kind::Mapping { .. } => Ok(()),
            Kind::Include => {
                self.merged.insert(resolved);
                Ok(())
            }
            Kind::Sequence { first, count } => {
                let items = self.document.children[first as usize..(first + count) as usize].to_vec();
                let is_list = |item: &u32| {
                    let item = self.document.resolved(*item);
                    matches!(self.document.nodes[item as usize].kind, Kind::Sequence { .. })
                };
                match items.iter().find(|item| is_list(item)) {
                    Some(list) => Err(self.fault(self.document.nodes[*list as usize].range(), NOT_MERGED)),
                    None => items.into_iter().try_for_each(|item| self.merge(item)),
                }
            }
            _ => Err(self.fault(self.document.nodes[value as usize].range(), NOT_MERGED)),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mut range: Range<usize>,
    ) -> Result<(), Fault> {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let end = self.text[range.clone()].trim_end_matches(['\n', '\r']).len();
            range.end = range.start + end.max(1).min(range.len());
        }
        let kind = match tag.map(tag_text).as_deref() {
            None if style == ScalarStyle::Plain && range.is_empty() => Kind::Plain,
            None if style == ScalarStyle::Plain && text == self.text[range.clone()] => Kind::Plain,
            None if style == ScalarStyle::Plain => Kind::PlainText(self.keep(text)),
            None | Some("!" | "tag:yaml.org,2002:str") => {
                let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                if is_quoted && self.text.get(inside) == Some(&text) {
                    Kind::Quoted
                } else {
                    Kind::Text(self.keep(text))
                }
            }
            Some("!include") => {
                let node = self.push(range, Kind::Include);
                self.includes.push((node, text.into_owned()));
                self.anchor(anchor, node);
                return self.place(node);
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
                let written = if range.is_empty() { Cow::Borrowed("") } else { text };
                if typed(kind, &written).is_none() {
                    return Err(self.fault(range, format!("this is not what its tag `{tag}` says")));
                }
                Kind::Tagged(kind, self.keep(written))
            }
        };
        let node = self.push(range, kind);
        self.anchor(anchor, node);
        self.place(node)
    }

    fn unknown_tag(&self, tag: &str, range: Range<usize>) -> Fault {
        let shown = tag.replace("tag:yaml.org,2002:", "!!");
        self.fault(range.start..range.end.max(range.start + 1), format!("octodns does not know the tag `{shown}`"))
    }

    fn start(
        &mut self,
        is_mapping: bool,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        range: &Range<usize>,
    ) -> Result<(), Fault> {
        let own = if is_mapping { "tag:yaml.org,2002:map" } else { "tag:yaml.org,2002:seq" };
        if let Some(tag) = tag.map(tag_text).filter(|tag| tag != own && tag != "!") {
            return Err(self.unknown_tag(&tag, range.clone()));
        }
        if self.open.len() >= DEPTH {
            return Err(self.fault(range.start..range.start + 1, "collections lie one in the other too deeply"));
        }
        // What it holds is not known yet.
        let node = self.push(range.clone(), Kind::Plain);
        self.anchor(anchor, node);
        self.open.push(Open { node, is_flow: style == StructureStyle::Flow, is_mapping, children: Vec::new() });
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), Fault> {
        let Open { node, is_flow, is_mapping, children } = self.open.pop().expect("what ends has started");
        let first = u32::try_from(self.document.children.len()).expect("fewer nodes than bytes");
        let count = u32::try_from(children.len()).expect("fewer nodes than bytes");
        let end = match children.last() {
            // A block ends where its last child ends, not where the next thing starts.
            Some(&last) if !is_flow => self.document.nodes[last as usize].end,
            _ => span(self.source, range.clone()).end,
        };
        let opened = &mut self.document.nodes[node as usize];
        opened.kind = if is_mapping { Kind::Mapping { first, count } } else { Kind::Sequence { first, count } };
        opened.end = end.max(opened.start);
        self.document.children.extend(children);
        self.place(node)
    }

    /// Refuses what `PyYAML` refuses and the parser does not: tabs between things, and line ends of other scripts.
    fn check_characters(&self) -> Result<(), Fault> {
        let bytes = self.text.as_bytes();
        let breaks = ['\u{85}', '\u{2028}', '\u{2029}'];
        let may_hold_one = memchr::memchr2(0xC2, 0xE2, bytes).is_some();
        if may_hold_one && let Some(at) = self.text.find(breaks) {
            return Err(self.fault(at..at + 2, "yaml 1.1 takes this character for the end of a line"));
        }
        let mut tabs = memchr::memchr_iter(b'\t', bytes).peekable();
        if tabs.peek().is_none() {
            return Ok(());
        }
        // Quotes and blocks may hold tabs, and so may comments.
        let is_text = |node: &&Node| matches!(node.kind, Kind::Quoted | Kind::Text(_) | Kind::Tagged(..));
        let mut texts: Vec<Range<usize>> = self.document.nodes.iter().filter(is_text).map(Node::range).collect();
        texts.sort_by_key(|text| text.start);
        let text_at = |at: usize| {
            let before = texts.partition_point(|text| text.start <= at);
            before.checked_sub(1).map(|last| &texts[last]).filter(|text| text.contains(&at))
        };
        for tab in tabs {
            let line = memchr::memrchr(b'\n', &bytes[..tab]).map_or(0, |newline| newline + 1);
            let is_comment = memchr::memchr_iter(b'#', &bytes[line..tab]).map(|at| line + at).any(|hash| {
                let starts = hash == line || matches!(bytes[hash - 1], b' ' | b'\t');
                starts && text_at(hash).is_none()
            });
            if text_at(tab).is_none() && !is_comment {
                return Err(self.fault(tab..tab + 1, "a tab cannot stand here; use spaces"));
            }
        }
        Ok(())
    }
}

const NOT_MERGED: &str = "only a mapping can be merged into a mapping";

/// The whole tag.
fn tag_text(tag: &Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

impl Document {
    fn resolved(&self, node: u32) -> u32 {
        match self.nodes[node as usize].kind {
            Kind::Alias(node) => self.resolved(node),
            _ => node,
        }
    }

    fn is_merge(&self, text: &str, key: u32) -> bool {
        let node = &self.nodes[key as usize];
        matches!(node.kind, Kind::Plain) && &text[node.range()] == "<<"
    }

    fn scalar<'a>(&'a self, sources: &'a Sources, node: u32) -> Option<Scalar<'a>> {
        let node = &self.nodes[node as usize];
        let text = || str::from_utf8(&sources.get(self.source).bytes()[node.range()]).expect("it was read as text");
        Some(match node.kind {
            Kind::Plain => plain(text()),
            Kind::PlainText(number) => plain(&self.texts[number as usize]),
            Kind::Quoted => {
                let quoted = text();
                Scalar::Text(quoted[1..quoted.len() - 1].into())
            }
            Kind::Text(number) => Scalar::Text((&*self.texts[number as usize]).into()),
            Kind::Tagged(kind, number) => typed(kind, &self.texts[number as usize]).expect("it was tried before"),
            Kind::Sequence { .. } | Kind::Mapping { .. } | Kind::Alias(_) | Kind::Include => return None,
        })
    }
}

/// A value in its place.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    yaml: &'a Yaml,
    sources: &'a Sources,
    /// Where it is used.
    site: NodeId,
    /// What stands there.
    node: NodeId,
}

impl<'a> Value<'a> {
    fn at(self, node: NodeId) -> Value<'a> {
        self.yaml.value(self.sources, node)
    }

    fn document(self) -> &'a Document {
        &self.yaml.documents[self.node.document as usize]
    }

    fn kind_of_node(self) -> Kind {
        self.yaml.node(self.node).kind
    }

    fn span_of(self, id: NodeId) -> Span {
        span(self.yaml.documents[id.document as usize].source, self.yaml.node(id).range())
    }

    /// Where it is written.
    pub fn span(self) -> Span {
        self.span_of(self.node)
    }

    /// Where it is used: an alias or an include, if it is not written there.
    pub fn site(self) -> Span {
        self.span_of(self.site)
    }

    /// The scalar, as it is written.
    pub fn written(self) -> &'a str {
        let span = self.span();
        str::from_utf8(&self.sources.get(span.source).bytes()[span.range()]).unwrap_or_default()
    }

    /// Whether there is nothing.
    pub fn is_null(self) -> bool {
        matches!(self.kind_of_node(), Kind::Include) || matches!(self.scalar(), Some(Scalar::Null))
    }

    /// The scalar, resolved by the rules of YAML 1.1.
    pub fn scalar(self) -> Option<Scalar<'a>> {
        if matches!(self.kind_of_node(), Kind::Include) {
            return Some(Scalar::Null);
        }
        self.document().scalar(self.sources, self.node.node)
    }

    /// The scalar, as Python prints it.
    pub fn printed(self) -> Option<String> {
        self.scalar().map(|scalar| scalar.python_str().into_owned())
    }

    /// The items of a sequence.
    pub fn items(self) -> Option<Vec<Value<'a>>> {
        let Kind::Sequence { first, count } = self.kind_of_node() else { return None };
        let children = &self.document().children[first as usize..(first + count) as usize];
        Some(children.iter().map(|&node| self.at(NodeId { node, ..self.node })).collect())
    }

    /// Whether it is a mapping.
    pub fn is_mapping(self) -> bool {
        matches!(self.kind_of_node(), Kind::Mapping { .. })
    }

    /// The entries of a mapping, as Python would hold them.
    pub fn entries(self) -> Option<Entries<'a>> {
        if !self.is_mapping() {
            return None;
        }
        let mut pairs = Vec::new();
        self.flatten(false, &mut pairs);
        Some(Entries::new(pairs))
    }

    /// The value of a key that is a text.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let Kind::Mapping { first, count } = self.kind_of_node() else { return None };
        let document = self.document();
        let children = &document.children[first as usize..(first + count) as usize];
        // The last one wins, and what is merged stands where it is merged.
        children.rchunks_exact(2).find_map(|pair| {
            let (name, value) =
                (self.at(NodeId { node: pair[0], ..self.node }), self.at(NodeId { node: pair[1], ..self.node }));
            if name.is_merge() {
                return match value.items() {
                    Some(items) => items.into_iter().find_map(|item| item.get(key)),
                    None => value.get(key),
                };
            }
            matches!(name.scalar(), Some(Scalar::Text(text)) if text == key).then_some(value)
        })
    }

    fn is_merge(self) -> bool {
        self.site == self.node && matches!(self.kind_of_node(), Kind::Plain) && self.written() == "<<"
    }

    /// All pairs in their order, those of merged mappings where they are merged.
    fn flatten(self, is_merged: bool, pairs: &mut Vec<Pair<'a>>) {
        let Kind::Mapping { first, count } = self.kind_of_node() else { return };
        let children = &self.document().children[first as usize..(first + count) as usize];
        for pair in children.chunks_exact(2) {
            let [key, value] = [pair[0], pair[1]].map(|node| self.at(NodeId { node, ..self.node }));
            if !key.is_merge() {
                pairs.push(Pair { entry: Entry { key, value }, is_merged });
            } else if let Some(items) = value.items() {
                // Of several mappings the first wins, so it comes last.
                items.into_iter().rev().for_each(|item| item.flatten(true, pairs));
            } else {
                value.flatten(true, pairs);
            }
        }
    }

    /// What it is, for messages.
    pub fn kind(self) -> &'static str {
        match self.kind_of_node() {
            Kind::Sequence { .. } => "a list",
            Kind::Mapping { .. } => "a mapping",
            _ => match self.scalar() {
                None | Some(Scalar::Null) => "nothing",
                Some(Scalar::Bool(_)) => "true or false",
                Some(Scalar::Int(_) | Scalar::Float(_)) => "a number",
                Some(Scalar::Date(_)) => "a date",
                Some(Scalar::Text(_)) => "text",
                Some(Scalar::Binary) => "binary data",
            },
        }
    }
}

/// One entry of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: Value<'a>,
    /// Its value.
    pub value: Value<'a>,
}

struct Pair<'a> {
    entry: Entry<'a>,
    is_merged: bool,
}

/// The entries of a mapping.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    /// Those that count, each where its key came first.
    pub shown: Vec<Entry<'a>>,
    /// Those that do not count, since the same mapping has the same key again later, each with the one that counts.
    pub hidden: Vec<(Entry<'a>, Entry<'a>)>,
}

/// A key as Python compares it.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Null,
    /// True is 1 and false is 0.
    Number(u64),
    LongNumber(Cow<'a, str>),
    Date(Cow<'a, str>),
    Text(Cow<'a, str>),
    Binary,
}

impl<'a> Key<'a> {
    fn new(scalar: Option<Scalar<'a>>) -> Key<'a> {
        // Zero has one sign.
        let number = |number: f64| Key::Number((number + 0.0).to_bits());
        match scalar {
            None | Some(Scalar::Null) => Key::Null,
            Some(Scalar::Bool(flag)) => number(f64::from(u8::from(flag))),
            Some(Scalar::Int(digits)) if digits.len() > 15 => Key::LongNumber(digits),
            Some(Scalar::Int(digits)) => number(digits.parse().expect("digits are a number")),
            Some(Scalar::Float(float)) => number(float),
            Some(Scalar::Date(date)) => Key::Date(date),
            Some(Scalar::Text(text)) => Key::Text(text),
            Some(Scalar::Binary) => Key::Binary,
        }
    }
}

/// Mappings of fewer pairs are searched rather than indexed.
const FEW: usize = 9;

impl<'a> Entries<'a> {
    fn new(pairs: Vec<Pair<'a>>) -> Entries<'a> {
        let mut entries = Entries::default();
        let mut is_merged: Vec<bool> = Vec::with_capacity(pairs.len());
        let mut keys: Vec<Key> = Vec::new();
        let mut index: HashMap<Key, usize> = HashMap::new();
        let is_few = pairs.len() < FEW;
        for pair in pairs {
            let key = Key::new(pair.entry.key.scalar());
            let known = if is_few { keys.iter().position(|known| *known == key) } else { index.get(&key).copied() };
            if let Some(at) = known {
                let earlier = std::mem::replace(&mut entries.shown[at], pair.entry);
                // Of keys that are equal but not the same, such as 1 and true, Python keeps the first.
                if earlier.key.scalar() != pair.entry.key.scalar() {
                    entries.shown[at].key = earlier.key;
                }
                if !pair.is_merged && !is_merged[at] {
                    entries.hidden.push((earlier, pair.entry));
                }
                is_merged[at] = pair.is_merged;
                continue;
            }
            if is_few {
                keys.push(key);
            } else {
                index.insert(key, entries.shown.len());
            }
            entries.shown.push(pair.entry);
            is_merged.push(pair.is_merged);
        }
        entries
    }
}

/// A scalar, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number of any size, in decimal digits.
    Int(Cow<'a, str>),
    /// Any other number.
    Float(f64),
    /// A date, maybe with a time, as Python prints it.
    Date(Cow<'a, str>),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Binary,
}

impl Scalar<'_> {
    /// What Python's `str()` makes of it.
    pub fn python_str(&self) -> Cow<'_, str> {
        match self {
            Scalar::Null => "None".into(),
            Scalar::Bool(flag) => if *flag { "True" } else { "False" }.into(),
            Scalar::Int(text) | Scalar::Date(text) | Scalar::Text(text) => Cow::Borrowed(text),
            Scalar::Float(number) => python_float(*number).into(),
            Scalar::Binary => "b''".into(),
        }
    }
}

/// A number as Python prints it: the shortest digits that mean it, and an exponent where it is very large or small.
pub fn python_float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').expect("scientific form has an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    if number == 0.0 || (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Resolves a scalar without quotes (YAML 1.1 as `PyYAML` has it).
fn plain(text: &str) -> Scalar<'_> {
    let resolved = match text.as_bytes().first() {
        None | Some(b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text),
        Some(b'-' | b'+' | b'.' | b'0'..=b'9') => {
            float(text).map(Scalar::Float).or_else(|| int(text)).or_else(|| date(text))
        }
        _ => None,
    };
    resolved.unwrap_or(Scalar::Text(text.into()))
}

fn word(text: &str) -> Option<Scalar<'_>> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        _ => return None,
    })
}

/// A scalar with a tag of its own; none if the text does not fit.
fn typed(kind: Type, text: &str) -> Option<Scalar<'_>> {
    match kind {
        Type::Null => Some(Scalar::Null),
        Type::Bool => match text.to_lowercase().as_str() {
            "yes" | "true" | "on" => Some(Scalar::Bool(true)),
            "no" | "false" | "off" => Some(Scalar::Bool(false)),
            _ => None,
        },
        Type::Int => int(text),
        Type::Float => float(text).or_else(|| text.replace('_', "").parse().ok()).map(Scalar::Float),
        Type::Timestamp => date(text),
        Type::Binary => Some(Scalar::Binary),
    }
}

fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Whether a text is some bytes of one kind, one at least.
fn is_all(text: &str, is_one: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is_one)
}

/// The parts of a number of base 60; none if it is none.
fn sexagesimal(text: &str) -> Option<Vec<&str>> {
    let (first, rest) = text.split_once(':')?;
    let is_part = |part: &&str| {
        let bytes = part.as_bytes();
        matches!(bytes, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    };
    let parts: Vec<&str> = rest.split(':').collect();
    (is_all(first, |byte| byte.is_ascii_digit() || byte == b'_') && parts.iter().all(is_part))
        .then(|| std::iter::once(first).chain(parts).collect())
}

fn int(text: &str) -> Option<Scalar<'_>> {
    let (negative, digits) = unsigned(text);
    let of_base = |digits: &str, base| {
        let bare = digits.replace('_', "");
        i128::from_str_radix(&bare, base).ok().map(|number| number.to_string())
    };
    let first = *digits.as_bytes().first()?;
    let is_decimal = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let value = if digits == "0" {
        "0".to_owned()
    } else if let Some(bits) = digits.strip_prefix("0b") {
        is_all(bits, |byte| matches!(byte, b'0' | b'1' | b'_')).then(|| of_base(bits, 2))??
    } else if let Some(digits) = digits.strip_prefix("0x") {
        is_all(digits, |byte| byte.is_ascii_hexdigit() || byte == b'_').then(|| of_base(digits, 16))??
    } else if first == b'0' {
        is_all(digits, |byte| matches!(byte, b'0'..=b'7' | b'_')).then(|| of_base(digits, 8))??
    } else if !first.is_ascii_digit() {
        return None;
    } else if is_all(digits, is_decimal) {
        if !negative && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Scalar::Int(text.into()));
        }
        digits.replace('_', "")
    } else {
        let parts = sexagesimal(digits)?;
        let number = parts.iter().try_fold(0_i128, |sum, part| {
            sum.checked_mul(60)?.checked_add(part.replace('_', "").parse::<i128>().ok()?)
        })?;
        number.to_string()
    };
    let sign = if negative && value != "0" { "-" } else { "" };
    Some(Scalar::Int(format!("{sign}{value}").into()))
}

fn float(text: &str) -> Option<f64> {
    let (negative, digits) = unsigned(text);
    let signed = |number: f64| if negative { -number } else { number };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(signed(f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if digits == text => return Some(f64::NAN),
        _ => {}
    }
    let (whole, rest) = digits.split_once('.')?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        matches!(exponent.as_bytes(), [b'-' | b'+', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
    });
    if !fraction.bytes().all(is_digit) || !is_exponent {
        return None;
    }
    if let Some(parts) = sexagesimal(whole)
        .filter(|parts| exponent.is_none() && parts[0].starts_with(|first: char| first.is_ascii_digit()))
    {
        let mut sum = 0.0;
        for part in &parts[..parts.len() - 1] {
            sum = (sum + part.replace('_', "").parse::<f64>().ok()?) * 60.0;
        }
        let last = format!("{}.{}", parts[parts.len() - 1], fraction.replace('_', ""));
        return Some(signed(sum + last.parse::<f64>().ok()?));
    }
    let starts_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let is_number = if whole.is_empty() {
        digits == text && starts_with_digit(fraction)
    } else {
        starts_with_digit(whole) && whole.bytes().all(is_digit)
    };
    is_number.then(|| digits.replace('_', "").parse().map(signed).ok())?
}

/// Year, month, day, hour, minute, second, fraction, zone, and of a zone with a sign its sign, hours and minutes.
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?",
        r"(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?$"
    );
    Regex::new(pattern).expect("the pattern is good")
});

/// A date or a point in time, as Python prints it.
fn date(text: &str) -> Option<Scalar<'_>> {
    let bytes = text.as_bytes();
    let is_digits = |range: Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    if !(is_digits(0..4) && bytes.get(4) == Some(&b'-')) {
        return None;
    }
    if bytes.len() == 10 && is_digits(5..7) && bytes[7] == b'-' && is_digits(8..10) {
        return Some(Scalar::Date(text.into()));
    }
    let parts = TIMESTAMP.captures(text)?;
    let part = |number: usize| parts.get(number).map_or("", |part| part.as_str());
    let mut printed = format!("{}-{:0>2}-{:0>2} {:0>2}:{}:{}", part(1), part(2), part(3), part(4), part(5), part(6));
    let fraction = format!("{:0<6.6}", part(7));
    if fraction != "000000" {
        printed.extend([".", &fraction]);
    }
    if part(8) == "Z" {
        printed.push_str("+00:00");
    } else if !part(8).is_empty() {
        let minutes = if part(11).is_empty() { "00" } else { part(11) };
        let hours = format!("{:0>2}", part(10));
        printed.extend([part(9), &hours, ":", minutes]);
    }
    Some(Scalar::Date(printed.into()))
}
