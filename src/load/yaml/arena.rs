//! Documents as flat lists of numbers: a document of 10 MB takes about 30 MB.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Fault;
use super::scalar::{Scalar, Type, plain, refusal, typed};
use crate::source::{SourceId, Sources, Span};

/// Values that lie one in the other more often than this are refused, aliases and includes followed.
pub const DEPTH: u32 = 100;

/// Documents that hold more values than this are refused, those counted again that aliases and includes bring in again.
pub const VALUES: u64 = 1 << 24;

/// One document.
#[derive(Debug)]
pub struct Document {
    pub source: SourceId,
    pub nodes: Vec<Node>,
    /// The nodes within collections; of mappings, keys and values in turn.
    pub children: Vec<u32>,
    /// Texts that are not in the input as they are.
    pub texts: Vec<Box<str>>,
    /// How much there is to walk through.
    pub extent: Extent,
    /// How often a walk meets an include, at most.
    pub visits: u64,
    /// The parts of the document, if each was read by itself, so that the same text anywhere means the same.
    pub cuts: Vec<Cut>,
}

/// Some pairs of the outermost mapping that were read by themselves; nearly always one.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Where their text starts; it ends where that of the next ones does.
    pub start: u32,
    /// The first of their nodes among the children of the outermost mapping.
    pub first: u32,
    /// How many values the last of them holds.
    values: u32,
    /// How often one lies in another there.
    depth: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Bytes of the input.
    pub start: u32,
    pub end: u32,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
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
    /// A value of another document, right behind its key; the pair stands there in the same words.
    Same { document: u32, value: u32 },
}

/// How much a walk through a value meets, aliases and includes followed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// Values.
    pub values: u64,
    /// How often one lies in another.
    pub depth: u32,
    /// Includes.
    pub includes: u64,
}

impl Extent {
    const ONE: Extent = Extent { values: 1, depth: 0, includes: 0 };

    fn add_child(&mut self, child: Extent) {
        self.values = self.values.saturating_add(child.values);
        self.depth = self.depth.max(child.depth.saturating_add(1));
        self.includes = self.includes.saturating_add(child.includes);
    }

    /// Adds what a document holds that is included, wherever it is, and met this many times.
    pub fn add_included(&mut self, included: Extent, visits: u64) {
        self.values = self.values.saturating_add(included.values.saturating_mul(visits));
        self.depth = self.depth.saturating_add(included.depth);
    }

    /// Why nobody should walk through it.
    pub fn refusal(self) -> Option<&'static str> {
        if self.depth > DEPTH {
            Some("values lie one in the other too deeply")
        } else if self.values > VALUES {
            Some("aliases and includes bring in too much")
        } else {
            None
        }
    }
}

impl Node {
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A range of bytes of an input.
pub fn span(source: SourceId, range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
    Span { source, start: offset(range.start), end: offset(range.end) }
}

impl Document {
    /// The node that an alias stands for.
    pub fn resolved(&self, node: u32) -> u32 {
        // What an alias names is no alias itself.
        if let Kind::Alias(target) = self.nodes[node as usize].kind { target } else { node }
    }

    /// The value of the only pair of a cut, if its key is in the input as it is.
    pub fn only_value(&self, cut: usize) -> Option<u32> {
        let Kind::Mapping { first: root, count } = self.nodes.first()?.kind else { return None };
        let first = self.cuts[cut].first;
        let end = self.cuts.get(cut + 1).map_or(count, |next| next.first);
        let &[key, value] = self.children.get((root + first) as usize..(root + end) as usize)? else { return None };
        let is_plain = matches!(self.nodes[key as usize].kind, Kind::Plain | Kind::Quoted);
        (is_plain && key + 1 == value).then_some(value)
    }

    /// The scalar that a node is.
    pub fn scalar<'a>(&'a self, sources: &'a Sources, node: u32) -> Option<Scalar<'a>> {
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
            Kind::Sequence { .. } | Kind::Mapping { .. } | Kind::Alias(_) | Kind::Include | Kind::Same { .. } => {
                return None;
            }
        })
    }
}

/// A document that is being read.
pub struct Builder<'t> {
    pub text: &'t str,
    pub document: Document,
    pub root: Option<u32>,
    /// The includes, each with its path.
    pub includes: Vec<(u32, String)>,
    /// The includes that are merged into a mapping.
    pub merged: HashSet<u32>,
    /// What has an anchor; collections only once they are complete.
    anchored: HashMap<u32, Option<Extent>>,
    /// The collections that are not closed yet.
    open: Vec<Open>,
    /// The nodes within them.
    pending: Vec<u32>,
}

struct Open {
    node: u32,
    is_mapping: bool,
    /// The first of its nodes among those that are pending.
    first: usize,
    extent: Extent,
}

/// How far a document has been read.
pub struct Mark {
    nodes: usize,
    children: usize,
    pending: usize,
    open: usize,
    /// Of the collection that is open.
    extent: Extent,
}

impl<'t> Builder<'t> {
    pub fn new(source: SourceId, text: &'t str) -> Builder<'t> {
        let (nodes, children, texts) = (Vec::new(), Vec::new(), Vec::new());
        Builder {
            text,
            document: Document {
                source,
                nodes,
                children,
                texts,
                extent: Extent::default(),
                visits: 1,
                cuts: Vec::new(),
            },
            root: None,
            includes: Vec::new(),
            merged: HashSet::new(),
            anchored: HashMap::new(),
            open: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// How far it has come.
    pub fn mark(&self) -> Mark {
        let extent = self.open.last().map(|open| open.extent).unwrap_or_default();
        let (nodes, children) = (self.document.nodes.len(), self.document.children.len());
        Mark { nodes, children, pending: self.pending.len(), open: self.open.len(), extent }
    }

    /// Goes back to where it was, if only scalars and collections were added since.
    pub fn reset(&mut self, mark: &Mark) {
        self.document.nodes.truncate(mark.nodes);
        self.document.children.truncate(mark.children);
        self.pending.truncate(mark.pending);
        self.open.truncate(mark.open);
        if let Some(open) = self.open.last_mut() {
            open.extent = mark.extent;
        }
    }

    /// What is wrong, in as many whole characters as the range touches; one at least, if there is one.
    pub fn fault(&self, range: Range<usize>, message: impl Into<String>) -> Fault {
        let text = self.text;
        let is_boundary = |at: &usize| text.is_char_boundary(*at);
        let start = (0..=range.start.min(text.len())).rev().find(is_boundary).unwrap_or_default();
        let end = (range.end.max(start + 1)..text.len()).find(is_boundary).unwrap_or(text.len());
        Fault { message: message.into(), span: span(self.document.source, start..end) }
    }

    fn fault_at(&self, node: u32, message: impl Into<String>) -> Fault {
        self.fault(self.document.nodes[node as usize].range(), message)
    }

    /// Keeps a text that is not in the input as it is.
    pub fn keep(&mut self, text: &str) -> u32 {
        self.document.texts.push(text.into());
        u32::try_from(self.document.texts.len() - 1).expect("fewer texts than bytes")
    }

    fn push(&mut self, range: Range<usize>, kind: Kind) -> u32 {
        let Span { start, end, .. } = span(self.document.source, range);
        self.document.nodes.push(Node { start, end, kind });
        u32::try_from(self.document.nodes.len() - 1).expect("fewer nodes than bytes")
    }

    /// Adds a scalar.
    pub fn scalar(&mut self, range: Range<usize>, kind: Kind) -> Result<u32, Fault> {
        let node = self.push(range, kind);
        let written = match kind {
            Kind::Plain => &self.text[self.document.nodes[node as usize].range()],
            Kind::PlainText(number) => &self.document.texts[number as usize],
            _ => "",
        };
        if let Some(reason) = refusal(written, self.is_key_due()) {
            return Err(self.fault_at(node, reason));
        }
        self.place(node, Extent::ONE).map(|()| node)
    }

    /// Adds what stands for another document.
    pub fn include(&mut self, range: Range<usize>, path: String) -> Result<u32, Fault> {
        let node = self.push(range, Kind::Include);
        self.includes.push((node, path));
        self.place(node, Extent { includes: 1, ..Extent::ONE }).map(|()| node)
    }

    /// Adds what stands for a node that was there before.
    pub fn alias(&mut self, range: Range<usize>, target: u32) -> Result<(), Fault> {
        let Some(&Some(extent)) = self.anchored.get(&target) else {
            return Err(self.fault(range, "this alias stands within what it stands for"));
        };
        let node = self.push(range, Kind::Alias(target));
        self.place(node, extent)
    }

    /// Lets aliases stand for the node that was added or opened last.
    pub fn anchor(&mut self, node: u32) {
        let extent = match self.document.nodes[node as usize].kind {
            _ if self.innermost() == Some(node) => None,
            Kind::Include => Some(Extent { includes: 1, ..Extent::ONE }),
            _ => Some(Extent::ONE),
        };
        self.anchored.insert(node, extent);
    }

    /// Notes that what is added next is read by itself.
    pub fn cut(&mut self, start: usize) {
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        self.document.cuts.push(Cut { start: offset(start), first: offset(self.pending.len()), values: 0, depth: 0 });
    }

    /// Adds a pair that stands in another document in the same words, `at` where its text starts here.
    pub fn same(&mut self, document: u32, twin: &Document, (cut, value): (Cut, u32), at: usize) -> Result<(), Fault> {
        let [(key_range, key), (range, known)] = [value - 1, value].map(|node| {
            let Node { start, end, kind } = twin.nodes[node as usize];
            let moved = |offset: u32| at + (offset - cut.start) as usize;
            (moved(start)..moved(end), kind)
        });
        self.scalar(key_range, key)?;
        // What is the same as the same is found in one step.
        let kind = if let Kind::Same { .. } = known { known } else { Kind::Same { document, value } };
        let node = self.push(range, kind);
        self.place(node, Extent { values: cut.values.into(), depth: cut.depth, includes: 0 })
    }

    /// Opens a collection.
    pub fn open(&mut self, is_mapping: bool, range: Range<usize>) -> Result<u32, Fault> {
        if self.open.len() >= DEPTH as usize {
            return Err(self.fault(range.start..range.start, "values lie one in the other too deeply"));
        }
        // What it holds is not known yet.
        let node = self.push(range, Kind::Plain);
        self.open.push(Open { node, is_mapping, first: self.pending.len(), extent: Extent::ONE });
        Ok(node)
    }

    /// Closes the collection that was opened last. Blocks end where their last value ends, not where the next thing
    /// starts; `end` says where anything else does.
    pub fn close(&mut self, end: Option<usize>) -> Result<(), Fault> {
        let Open { node, is_mapping, first: pending, extent } = self.open.pop().expect("what ends has started");
        let first = u32::try_from(self.document.children.len()).expect("fewer nodes than bytes");
        let count = u32::try_from(self.pending.len() - pending).expect("fewer nodes than bytes");
        let last = self.pending[pending..].last().map(|&last| self.document.nodes[last as usize].end);
        self.document.children.extend(self.pending.drain(pending..));
        let opened = &mut self.document.nodes[node as usize];
        let end = end.map(|end| span(self.document.source, end..end).end).or(last);
        opened.end = end.unwrap_or_default().max(opened.start);
        opened.kind = if is_mapping { Kind::Mapping { first, count } } else { Kind::Sequence { first, count } };
        if let Some(anchored) = self.anchored.get_mut(&node) {
            *anchored = Some(extent);
        }
        self.place(node, extent)
    }

    /// Whether the next node is a key of a mapping.
    pub fn is_key_due(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_mapping && (self.pending.len() - open.first).is_multiple_of(2))
    }

    /// The collection that is not closed and was opened last.
    fn innermost(&self) -> Option<u32> {
        self.open.last().map(|open| open.node)
    }

    /// Puts a node where it belongs.
    fn place(&mut self, node: u32, extent: Extent) -> Result<(), Fault> {
        let is_key = self.is_key_due();
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            self.document.extent = extent;
            self.document.visits = 1 + extent.includes - self.includes.len() as u64;
            return match extent.refusal() {
                Some(reason) => Err(self.fault_at(node, reason)),
                None => Ok(()),
            };
        };
        open.extent.add_child(extent);
        let (is_mapping, refusal) = (open.is_mapping, open.extent.refusal());
        if let Some(reason) = refusal {
            return Err(self.fault_at(node, reason));
        }
        if is_key {
            let key = self.document.resolved(node);
            if matches!(
                self.document.nodes[key as usize].kind,
                Kind::Sequence { .. } | Kind::Mapping { .. } | Kind::Include
            ) {
                return Err(self.fault_at(node, "a key is text or a number, not a collection"));
            }
        } else if is_mapping && self.pending.last().is_some_and(|&key| self.is_merge(key)) {
            self.merge(node)?;
        }
        if let ([_], Some(cut)) = (&self.open[..], self.document.cuts.last_mut()) {
            (cut.values, cut.depth) = (u32::try_from(extent.values).expect("there are limits"), extent.depth);
        }
        self.pending.push(node);
        Ok(())
    }

    fn is_merge(&self, key: u32) -> bool {
        let node = &self.document.nodes[key as usize];
        matches!(node.kind, Kind::Plain) && &self.text[node.range()] == "<<"
    }

    /// What `<<` brings in has to be mappings.
    fn merge(&mut self, value: u32) -> Result<(), Fault> {
        let resolved = self.document.resolved(value);
        match self.document.nodes[resolved as usize].kind {
            Kind::Sequence { first, count } => {
                let items = self.document.children[first as usize..(first + count) as usize].to_vec();
                items.into_iter().try_for_each(|item| self.merge_one(item))
            }
            _ => self.merge_one(value),
        }
    }

    fn merge_one(&mut self, value: u32) -> Result<(), Fault> {
        let resolved = self.document.resolved(value);
        match self.document.nodes[resolved as usize].kind {
            Kind::Mapping { .. } => Ok(()),
            Kind::Include => {
                self.merged.insert(resolved);
                Ok(())
            }
            _ => Err(self.fault_at(value, "only a mapping can be merged into a mapping")),
        }
    }
}
