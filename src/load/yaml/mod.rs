//! YAML as `PyYAML` 6 reads it for OctoDNS 1.22, every value with its place in the input.
//!
//! Scalars are resolved when somebody asks, by the rules of YAML 1.1. Aliases cost nothing, since they only name a node;
//! includes are left to the caller, who says what each stands for. However they multiply what is written, what there is
//! to walk through stays within limits.

mod arena;
mod cut;
mod events;
mod scalar;

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use self::arena::{Builder, Document, Kind, Node, span};
use self::cut::Twin;
pub use self::scalar::{Scalar, python_float};
use crate::source::{SourceId, Sources, Span};

/// The documents of some inputs.
#[derive(Debug, Default)]
pub struct Yaml {
    documents: Vec<Document>,
    /// What each `!include` stands for; none for an empty document.
    includes: HashMap<NodeId, Option<NodeId>>,
}

/// A node of a document of some input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    document: u32,
    node: u32,
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
        self.parse_beside(None, sources, source)
    }

    /// Reads the document of an input beside that of the same file in another state: what both have in the same words is
    /// read once.
    pub fn parse_beside(&mut self, twin: Option<NodeId>, sources: &Sources, source: SourceId) -> Result<Parsed, Fault> {
        let document = u32::try_from(self.documents.len()).expect("fewer documents than bytes");
        let text = str::from_utf8(sources.get(source).bytes()).map_err(|error| Fault {
            message: "this is not UTF-8; save it again in that encoding".to_owned(),
            span: span(source, error.valid_up_to()..error.valid_up_to() + 1),
        })?;
        let twin = twin.and_then(|NodeId { document: number, .. }| {
            let document = &self.documents[number as usize];
            Twin::new(number, document, sources.get(document.source).bytes())
        });
        let builder = match cut::read(source, text, twin) {
            Some(builder) => builder,
            None => events::read(source, text)?,
        };
        let Builder { document: read, root, includes, merged, .. } = builder;
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
        let refused = |message: &str| Err(Fault { message: message.to_owned(), span: include.span });
        let is_mapping = root.is_some_and(|root| matches!(self.node(self.resolved(root)).kind, Kind::Mapping { .. }));
        if include.is_merged && !is_mapping {
            return refused("only a mapping can be merged into a mapping");
        }
        if let Some(root) = root {
            let included = self.documents[root.document as usize].extent;
            let document = &mut self.documents[include.node.document as usize];
            document.extent.add_included(included, document.visits);
            if let Some(reason) = document.extent.refusal() {
                return refused(reason);
            }
        }
        self.includes.insert(include.node, root);
        Ok(())
    }

    /// To look into a node.
    pub fn value<'a>(&'a self, sources: &'a Sources, node: NodeId) -> Value<'a> {
        let resolved = self.resolved(node);
        let moved = match self.node(node).kind {
            Kind::Same { .. } => Some(Moved {
                to: self.documents[node.document as usize].source,
                by: self.node(node).start.wrapping_sub(self.node(resolved).start),
            }),
            _ => None,
        };
        Value { yaml: self, sources, site: node, node: resolved, moved }
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.documents[id.document as usize].nodes[id.node as usize]
    }

    /// The node that an alias, an include or the same text stands for; itself if it is empty.
    fn resolved(&self, mut id: NodeId) -> NodeId {
        loop {
            id = match self.node(id).kind {
                Kind::Alias(node) => NodeId { node, ..id },
                Kind::Same { document, value } => NodeId { document, node: value },
                Kind::Include => match self.includes.get(&id) {
                    Some(Some(root)) => *root,
                    _ => return id,
                },
                _ => return id,
            };
        }
    }
}

/// Those of some offsets, in ascending order, that lie in no scalar of an input: what looks like a comment there is one.
/// None does if the input cannot be read.
pub fn outside_scalars(sources: &Sources, source: SourceId, mut offsets: Vec<usize>) -> Vec<usize> {
    let mut yaml = Yaml::default();
    if yaml.parse(sources, source).is_err() {
        return Vec::new();
    }
    let is_scalar = |node: &&Node| {
        matches!(node.kind, Kind::Plain | Kind::PlainText(_) | Kind::Quoted | Kind::Text(_) | Kind::Tagged(..))
    };
    let scalars: Vec<_> = yaml.documents[0].nodes.iter().filter(is_scalar).map(Node::range).collect();
    offsets.retain(|at| {
        let next = scalars.partition_point(|scalar| scalar.end <= *at);
        scalars.get(next).is_none_or(|scalar| *at < scalar.start)
    });
    offsets
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
    /// Where it is written, if it was read where another document has the same words.
    moved: Option<Moved>,
}

/// From where something was read to where the same words stand too.
#[derive(Clone, Copy, Debug)]
struct Moved {
    to: SourceId,
    /// Bytes, modulo 2^32.
    by: u32,
}

impl<'a> Value<'a> {
    fn at(self, node: NodeId) -> Value<'a> {
        let value = self.yaml.value(self.sources, node);
        Value { moved: value.moved.or(self.moved), ..value }
    }

    fn document(self) -> &'a Document {
        &self.yaml.documents[self.node.document as usize]
    }

    fn kind_of_node(self) -> Kind {
        self.yaml.node(self.node).kind
    }

    fn span_of(self, id: NodeId) -> Span {
        let Node { start, end, .. } = *self.yaml.node(id);
        match self.moved {
            Some(Moved { to, by }) if id.document == self.node.document => {
                Span { source: to, start: start.wrapping_add(by), end: end.wrapping_add(by) }
            }
            _ => Span { source: self.yaml.documents[id.document as usize].source, start, end },
        }
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
        str::from_utf8(self.text_at(self.span())).unwrap_or_default()
    }

    /// The text at a place of any input.
    pub fn text_at(self, span: Span) -> &'a [u8] {
        &self.sources.get(span.source).bytes()[span.range()]
    }

    /// What tells it from every other value.
    pub fn id(self) -> NodeId {
        self.node
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
        let Kind::Mapping { count, .. } = self.kind_of_node() else { return None };
        let mut entries = Collected::new(count as usize / 2);
        self.flatten(false, &mut entries);
        Some(entries.entries)
    }

    /// The pairs of a mapping as they are written, whether they count or not.
    pub fn pairs(self) -> impl Iterator<Item = Entry<'a>> {
        let range = match self.kind_of_node() {
            Kind::Mapping { first, count } => first as usize..(first + count) as usize,
            _ => 0..0,
        };
        let at = move |node| self.at(NodeId { node, ..self.node });
        let pairs = self.document().children[range].chunks_exact(2);
        pairs.map(move |pair| Entry { key: at(pair[0]), value: at(pair[1]) })
    }

    /// The entries of a mapping that do not count, each with the one that does.
    pub fn hidden(self) -> Option<Vec<(Entry<'a>, Entry<'a>)>> {
        if self.has_plain_keys() { Some(Vec::new()) } else { self.entries().map(|entries| entries.hidden) }
    }

    /// Whether the keys of a mapping are few words that differ, as most are; its pairs are its entries then.
    pub fn has_plain_keys(self) -> bool {
        let Kind::Mapping { first, count } = self.kind_of_node() else { return false };
        let document = self.document();
        let bytes = self.sources.get(document.source).bytes();
        let keys = || document.children[first as usize..(first + count) as usize].iter().step_by(2);
        let text = |key: u32| &bytes[document.nodes[key as usize].range()];
        keys().enumerate().all(|(at, &key)| {
            let is_plain = at < FEW && matches!(document.nodes[key as usize].kind, Kind::Plain) && text(key) != b"<<";
            let is_other = |&earlier: &u32| text(earlier) != text(key);
            is_plain
                && keys().take(at).all(is_other)
                && matches!(document.scalar(self.sources, key), Some(Scalar::Text(_)))
        })
    }

    /// The value of a key that is a text.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let Kind::Mapping { first, count } = self.kind_of_node() else { return None };
        let document = self.document();
        let children = &document.children[first as usize..(first + count) as usize];
        // The last one wins, and what is merged stands where it is merged.
        children.rchunks_exact(2).filter(|pair| self.may_be(pair[0], key)).find_map(|pair| {
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

    /// False if it is plain to see that a node of the same document is neither this key nor brings others in.
    fn may_be(self, node: u32, key: &str) -> bool {
        let document = self.document();
        let node = &document.nodes[node as usize];
        let text = || &self.sources.get(document.source).bytes()[node.range()];
        !matches!(node.kind, Kind::Plain) || text() == key.as_bytes() || text() == b"<<"
    }

    fn is_merge(self) -> bool {
        self.site == self.node && matches!(self.kind_of_node(), Kind::Plain) && self.text_at(self.span()) == b"<<"
    }

    /// All pairs in their order, those of merged mappings where they are merged.
    fn flatten(self, is_merged: bool, entries: &mut Collected<'a>) {
        let Kind::Mapping { first, count } = self.kind_of_node() else { return };
        let children = &self.document().children[first as usize..(first + count) as usize];
        for pair in children.chunks_exact(2) {
            let [key, value] = [pair[0], pair[1]].map(|node| self.at(NodeId { node, ..self.node }));
            if !key.is_merge() {
                entries.add(Entry { key, value }, is_merged);
            } else if let Some(items) = value.items() {
                // Of several mappings the first wins, so it comes last.
                items.into_iter().rev().for_each(|item| item.flatten(true, entries));
            } else {
                value.flatten(true, entries);
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

impl Entry<'_> {
    /// Whether it was read by itself, so that the same words mean the same in any file and no other has its value.
    pub fn is_alone(&self) -> bool {
        !self.key.document().cuts.is_empty()
    }
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

/// Entries, while they are collected.
struct Collected<'a> {
    entries: Entries<'a>,
    /// Of those shown, whether each was merged.
    is_merged: Vec<bool>,
    /// Those shown, by their keys, if they are many.
    by_key: HashTable<usize>,
    hasher: RandomState,
    is_few: bool,
}

impl<'a> Collected<'a> {
    fn new(count: usize) -> Collected<'a> {
        let is_few = count < FEW;
        Collected {
            entries: Entries { shown: Vec::with_capacity(count), hidden: Vec::new() },
            is_merged: Vec::with_capacity(count),
            by_key: HashTable::with_capacity(if is_few { 0 } else { count }),
            hasher: RandomState::default(),
            is_few,
        }
    }

    fn add(&mut self, entry: Entry<'a>, is_merged: bool) {
        let Collected { entries: Entries { shown, hidden }, by_key, hasher, .. } = self;
        let key = Key::new(entry.key.scalar());
        let is_same = |shown: &Entry| Key::new(shown.key.scalar()) == key;
        let known = if self.is_few {
            shown.iter().position(is_same)
        } else {
            let hash = hasher.hash_one(&key);
            let known = by_key.find(hash, |&at| is_same(&shown[at])).copied();
            if known.is_none() {
                let rehash = |&at: &usize| hasher.hash_one(Key::new(shown[at].key.scalar()));
                by_key.insert_unique(hash, shown.len(), rehash);
            }
            known
        };
        let Some(at) = known else {
            shown.push(entry);
            self.is_merged.push(is_merged);
            return;
        };
        let earlier = std::mem::replace(&mut shown[at], entry);
        // Of keys that are equal but not the same, such as 1 and true, Python keeps the first.
        if earlier.key.printed() != entry.key.printed() {
            shown[at].key = earlier.key;
        }
        if !is_merged && !self.is_merged[at] {
            hidden.push((earlier, entry));
        }
        self.is_merged[at] = is_merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Bytes;

    /// A value with everything in it, each with its place.
    fn tree(value: Value) -> String {
        let inside = if let Some(items) = value.items() {
            format!("[{}]", items.into_iter().map(tree).collect::<Vec<_>>().join(" "))
        } else if let Some(entries) = value.entries() {
            let pairs = entries.shown.iter().map(|entry| format!("{}={}", tree(entry.key), tree(entry.value)));
            format!("{{{} hides {}}}", pairs.collect::<Vec<_>>().join(" "), entries.hidden.len())
        } else {
            format!("{:?}", value.scalar())
        };
        format!("{:?} {:?} {inside}", value.site(), value.span())
    }

    fn source(text: &str) -> (Sources, SourceId) {
        let mut sources = Sources::default();
        let id = sources.add("test".to_owned(), Bytes::Owned(text.as_bytes().to_vec()));
        (sources, id)
    }

    fn shown(sources: &Sources, builder: Builder) -> String {
        let root = builder.root.map(|node| NodeId { document: 0, node });
        let yaml = Yaml { documents: vec![builder.document], includes: HashMap::new() };
        root.map(|root| tree(yaml.value(sources, root))).unwrap_or_default()
    }

    /// Numbers that look random (`SplitMix64`).
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            usize::try_from((mixed ^ (mixed >> 31)) >> 32).expect("32 bits are a length") % bound
        }
    }

    #[test]
    fn what_is_read_entry_by_entry_is_what_the_parser_reads() {
        let pieces = [
            "a:",
            " b",
            "\n",
            "\n",
            "\n  ",
            "\n  ",
            "\n    ",
            "- ",
            "'c d'",
            "\"e\"",
            ": ",
            ":",
            "#",
            " # f",
            "12",
            "''",
            "--- ",
            "---",
            "-",
            "k: v",
            "type: A",
            "value: 1",
            "|",
            "|+",
            ">-",
            "{a: 1}",
            "[x, y]",
            "&a ",
            "*a",
            "!",
            "<<: ",
            "? ",
            "=",
            "\\",
            "é",
            "...",
            "\n- ",
            "\nb: ",
            "2024-01-01",
            "2024-13-01",
            "%",
            "\t",
            "null",
            "''''",
            "\"\\n\"",
            "?",
            ",",
            "@",
            "~",
        ];
        let mut random = Random(1);
        let mut read = 0;
        for _ in 0..60_000 {
            let mut text = if random.below(2) == 0 { "a:".to_owned() } else { String::new() };
            text.extend((0..random.below(12)).map(|_| pieces[random.below(pieces.len())]));
            let (sources, id) = source(&text);
            let Some(cut) = cut::read(id, &text, None) else { continue };
            read += 1;
            match events::read(id, &text) {
                Ok(whole) => assert_eq!(shown(&sources, cut), shown(&sources, whole), "{text:?}"),
                Err(fault) => panic!("{text:?}: {fault:?}"),
            }
        }
        assert!(read > 1000, "{read}");
    }

    #[test]
    fn what_another_state_has_in_the_same_words_stands_where_it_is_written() {
        let entries = [
            "a: 1\n",
            "a: 2 # b\n",
            "'c':\n  type: A\n  values:\n  - 192.0.2.1\n  - k: 'v'\n",
            "d: {e: [f, \"g\\n\"]}\n",
            "h: |\n  i\n  j\n",
            "\"k\\t\": l\n",
            "m:\n# n\n\n- o\n  p\n",
            "q: r\n+s: t\n",
            "q: r\n",
            "# u\n",
            "\n",
            "v: w",
            "&x y: *x\n",
        ];
        let mut random = Random(2);
        let (mut alike, mut cut) = (0, 0);
        for _ in 0..4000 {
            let mut sources = Sources::default();
            let mut text =
                || -> String { (0..random.below(7)).map(|_| entries[random.below(entries.len())]).collect() };
            let [old, new] = [text(), text()].map(|text| sources.add(text.clone(), Bytes::Owned(text.into())));
            let mut yaml = Yaml::default();
            let Ok(Parsed { root: Some(twin), .. }) = yaml.parse(&sources, new) else { continue };
            let beside = yaml.parse_beside(Some(twin), &sources, old).map(|parsed| parsed.root);
            let mut other = Yaml::default();
            let alone = other.parse(&sources, old).map(|parsed| parsed.root);
            let shown = |yaml: &Yaml, root: &Option<NodeId>| root.map(|root| tree(yaml.value(&sources, root)));
            match (&beside, &alone) {
                (Ok(one), Ok(other_root)) => assert_eq!(shown(&yaml, one), shown(&other, other_root)),
                (one, other) => assert_eq!(one.is_err(), other.is_err()),
            }
            let [Some(one), Some(alone)] = [yaml.documents.get(1), other.documents.first()] else { continue };
            assert_eq!(format!("{:?}", one.extent), format!("{:?}", alone.extent));
            cut += usize::from(!one.cuts.is_empty());
            alike += one.nodes.iter().filter(|node| matches!(node.kind, Kind::Same { .. })).count();
        }
        assert!(cut > 500 && alike > 300, "{cut} {alike}");
    }

    fn refused(text: &str) -> String {
        let (sources, id) = source(text);
        Yaml::default().parse(&sources, id).unwrap_err().message
    }

    #[test]
    fn what_multiplies_stays_within_limits() {
        let anchored = |first: &str, count: usize, line: fn(usize) -> String| {
            let lines: Vec<String> = (1..count).map(|at| format!("a{at}: &a{at} {}", line(at - 1))).collect();
            format!("a0: &a0 {first}\n{}\n", lines.join("\n"))
        };
        let laughs = anchored("x", 40, |at| format!("[*a{at}, *a{at}]"));
        assert_eq!(refused(&laughs), "aliases and includes bring in too much");
        let merges = anchored("{x: y}", 40, |at| format!("{{<<: [*a{at}, *a{at}]}}"));
        assert_eq!(refused(&merges), "aliases and includes bring in too much");
        let chain = anchored("{x: y}", 1000, |at| format!("\n  <<: *a{at}"));
        assert_eq!(refused(&chain), "values lie one in the other too deeply");
        let brackets = format!("{}{}", "[".repeat(120), "]".repeat(120));
        assert_eq!(refused(&brackets), "values lie one in the other too deeply");
        assert_eq!(refused("a: &a [*a]"), "this alias stands within what it stands for");
    }

    #[test]
    fn what_pyyaml_refuses_is_refused() {
        for text in [
            "a: <<",
            "a: 2024-13-45",
            ": x",
            "[: a]",
            "{a: b?}",
            "{a: :b}",
            "{a\n: b}",
            "{\"a\nb\": c}",
            "...\na: b",
            "...",
            "%FOO",
            "&a:b: x",
            "a: &b{c: 1}",
            "a:\tb",
            "a: !!int ''",
            "a: !foo b",
            "&a a: &a b",
            "a: b\n---\nc: d",
            "a: b\u{2028}c: d",
        ] {
            refused(text);
        }
    }

    #[test]
    fn comments_may_hold_tabs() {
        for text in ["#\ta\na: b", "\u{FEFF}# a\tb\na: b", "a: b #\tc", "a:\n  #\tb\n  c: d"] {
            let (sources, id) = source(text);
            assert!(Yaml::default().parse(&sources, id).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn a_fault_points_at_whole_characters() {
        for text in ["a: b\u{2028}c: d", "\u{FEFF}: x", "é: [", "a: !!int ''", "'"] {
            let (sources, id) = source(text);
            let span = Yaml::default().parse(&sources, id).unwrap_err().span;
            assert!(
                text.get(span.range()).is_some_and(|at| !at.is_empty() || span.range().start == text.len()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn of_keys_that_are_equal_the_first_is_kept() {
        let (sources, id) = source("1: a\ntrue: b\n-0.0: c\n0.0: d\nx: e\n'x': f");
        let mut yaml = Yaml::default();
        let root = yaml.parse(&sources, id).unwrap().root.unwrap();
        let shown = yaml.value(&sources, root).entries().unwrap().shown;
        let printed = |value: Value| value.printed().unwrap();
        let pairs: Vec<_> =
            shown.iter().map(|entry| format!("{}={}", printed(entry.key), printed(entry.value))).collect();
        assert_eq!(pairs, ["1=b", "-0.0=d", "x=f"]);
    }

    #[test]
    fn text_that_is_said_to_have_no_tag_is_resolved() {
        let (sources, id) = source("a: ! \"12\"\nb: !!str 12\nc: \"12\"");
        let mut yaml = Yaml::default();
        let root = yaml.parse(&sources, id).unwrap().root.unwrap();
        let scalar = |key| yaml.value(&sources, root).get(key).unwrap().scalar().unwrap();
        assert_eq!(scalar("a"), Scalar::Int("12".into()));
        assert_eq!(scalar("b"), Scalar::Text("12".into()));
        assert_eq!(scalar("c"), Scalar::Text("12".into()));
    }
}
