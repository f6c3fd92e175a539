//! The YAML documents of one state of a tree: read once, with what they include.

use std::collections::{BTreeSet, HashMap};

use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::yaml::{Fault, Include, NodeId, Value, Yaml};
use crate::source::{Bytes, Place, SourceId, Sources, Span};
use crate::workspace::{Tree, directory_of, join};

/// Everything that was read, of all states.
#[derive(Debug)]
pub struct Library<'s> {
    /// The inputs.
    pub sources: &'s mut Sources,
    yaml: Yaml,
    /// Documents that include nothing are the same in every state that holds their file.
    plain: HashMap<SourceId, Option<NodeId>>,
}

/// One state of a tree, as far as it was read.
#[derive(Debug)]
pub struct State {
    /// The files.
    pub tree: Tree,
    /// Documents by path; if one cannot be read, why, until that was said.
    documents: HashMap<String, Result<Document, Vec<Gap>>>,
    /// The documents of another state of the same tree that was read before, by path.
    twins: HashMap<String, NodeId>,
    /// What is wrong.
    pub gaps: Vec<Gap>,
}

/// A document that was read.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its file.
    pub source: SourceId,
    /// What it holds; none if that is nothing.
    pub root: Option<NodeId>,
}

/// Files that include one another may do so this many times one inside the other.
const DEPTH: usize = 16;

impl<'s> Library<'s> {
    /// Nothing read yet.
    pub fn new(sources: &'s mut Sources) -> Library<'s> {
        Library { sources, yaml: Yaml::default(), plain: HashMap::new() }
    }

    /// A node, to look into.
    pub fn value(&self, node: NodeId) -> Value<'_> {
        self.yaml.value(self.sources, node)
    }

    /// The document in a file. None if it cannot be read; why is in the state's gaps then, once.
    pub fn document(&mut self, state: &mut State, path: &str) -> Option<Document> {
        self.peek(state, path).or_else(|| {
            if let Some(Err(gaps)) = state.documents.get_mut(path) {
                state.gaps.append(gaps);
            }
            None
        })
    }

    /// The document in a file, if it can be read; nothing is said if not.
    pub fn peek(&mut self, state: &mut State, path: &str) -> Option<Document> {
        self.nested(state, path, &mut Vec::new()).ok()
    }

    /// Takes in a document that stands alone, such as a plan.
    pub fn lone(&mut self, source: SourceId, gaps: &mut Vec<Gap>) -> Option<Document> {
        match self.yaml.parse(self.sources, source) {
            Ok(parsed) => Some(Document { source, root: parsed.root }),
            Err(fault) => {
                gaps.push(unreadable(fault));
                None
            }
        }
    }

    /// The document in a file that the last file of `within` includes. The error says nothing more, as the state has it.
    fn nested(&mut self, state: &mut State, path: &str, within: &mut Vec<String>) -> Result<Document, ()> {
        if !state.documents.contains_key(path) {
            let document = self.read(state, path, within);
            state.documents.insert(path.to_owned(), document);
        }
        state.documents[path].as_ref().map(|document| *document).map_err(|_| ())
    }

    fn read(&mut self, state: &mut State, path: &str, within: &mut Vec<String>) -> Result<Document, Vec<Gap>> {
        let source = state
            .tree
            .read(self.sources, path)
            .map_err(|message| vec![unreadable(Fault { message, span: self.nowhere(state, path) })])?;
        if let Some(root) = self.plain.get(&source) {
            return Ok(Document { source, root: *root });
        }
        let twin = state.twins.get(path).copied();
        let parsed = self.yaml.parse_beside(twin, self.sources, source).map_err(|fault| vec![unreadable(fault)])?;
        if parsed.includes.is_empty() {
            self.plain.insert(source, parsed.root);
        }
        within.push(path.to_owned());
        // All of them are tried, so that each that fails is said.
        let mut gaps = Vec::new();
        for include in &parsed.includes {
            if let Err(reasons) = self.include(state, include, within) {
                gaps.extend(reasons);
            }
        }
        within.pop();
        if gaps.is_empty() { Ok(Document { source, root: parsed.root }) } else { Err(gaps) }
    }

    /// Reads what a document includes.
    fn include(&mut self, state: &mut State, include: &Include, within: &mut Vec<String>) -> Result<(), Vec<Gap>> {
        let refused = |reason: &str| Err(vec![Gap::new(&INPUT_UNREADABLE, reason, Place::at(include.span))]);
        let from = within.last().map_or("", |path| directory_of(path));
        let Some(path) = join(from, &include.path) else {
            return refused("the file to include lies outside of what is checked");
        };
        if within.contains(&path) {
            return refused("this file includes itself");
        }
        if within.len() >= DEPTH {
            return refused("files include one another too deeply");
        }
        if !state.tree.has_file(&path) {
            return refused("there is no such file to include");
        }
        if let Ok(document) = self.nested(state, &path, within) {
            let merged = self.yaml.set_include(include, document.root);
            return merged.map_err(|fault| vec![unreadable(fault)]);
        }
        let reasons = state.documents.get_mut(&path).and_then(|document| document.as_mut().err());
        let mut reasons = reasons.map(std::mem::take).unwrap_or_default();
        reasons.extend(refused("the included file cannot be read").unwrap_err());
        Err(reasons)
    }

    /// An empty input of this name, to say something of a file that cannot be read.
    pub fn nowhere(&mut self, state: &State, path: &str) -> Span {
        let source = self.sources.add(state.tree.name(path), Bytes::Owned(Vec::new()));
        Span { source, start: 0, end: 0 }
    }
}

impl State {
    /// A state of which nothing was read.
    pub fn new(tree: Tree) -> State {
        State { tree, documents: HashMap::new(), twins: HashMap::new(), gaps: Vec::new() }
    }

    /// Another state of the same tree, of which nothing was read.
    pub fn beside(&self, tree: Tree) -> State {
        let roots = self.documents.iter().filter_map(|(path, document)| Some((path, document.as_ref().ok()?.root?)));
        State { twins: roots.map(|(path, root)| (path.clone(), root)).collect(), ..State::new(tree) }
    }

    /// The files that were read.
    pub fn sources(&self) -> BTreeSet<SourceId> {
        self.documents.values().flatten().map(|document| document.source).collect()
    }
}

/// What cannot be read, as a gap.
pub fn unreadable(fault: Fault) -> Gap {
    Gap::new(&INPUT_UNREADABLE, fault.message, Place::at(fault.span))
}
