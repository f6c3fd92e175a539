//! The inputs that the user named, and the states to compare.

use std::collections::{BTreeMap, HashSet};

use clap::Args;

use super::progress::Progress;
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::{self, Loaded, Part, Repository, StateDocument};
use crate::record::Side;
use crate::source::{Bytes, Input, Place, SourceId, Sources, Span};
use crate::workspace::{self, Tree};

/// What the inputs are compared with, and what is there besides.
#[derive(Clone, Debug, Default, Args)]
pub struct States {
    /// Compare this state, a directory or a file as it was before the change, with that of --after.
    #[arg(long, value_name = "PATH", requires = "after", conflicts_with_all = ["base", "staged"])]
    before: Option<String>,
    /// The state as it is after the change.
    #[arg(long, value_name = "PATH", requires = "before")]
    after: Option<String>,
    /// Compare the working tree with the commit from which it went away from this revision of git: the merge base of
    /// REV and HEAD.
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    base: Option<String>,
    /// Compare with the very revision of --base.
    #[arg(long, requires = "base")]
    base_exact: bool,
    /// Compare what is staged for the next commit of git with the last one.
    #[arg(long)]
    staged: bool,
    /// Records that are there besides, and that the change does not touch: a zone file, a state of Terraform, a list of
    /// record sets from the AWS command line, a directory of `OctoDNS`.
    #[arg(long, value_name = "INPUT")]
    context: Vec<String>,
}

impl States {
    /// These states, with more context.
    pub fn beside(&self, more: Vec<String>) -> States {
        States { context: [self.context.clone(), more].concat(), ..self.clone() }
    }

    /// Whether they say themselves what to read.
    pub fn names_inputs(&self) -> bool {
        self.after.is_some()
    }

    /// Whether they say what to compare.
    pub fn compares(&self) -> bool {
        self.before.is_some() || self.base.is_some() || self.staged
    }

    /// Whether what a configuration names is part of these states: a plan is no part of the index.
    pub fn hold(&self, path: &str) -> bool {
        !self.staged || workspace::place(path) != workspace::Kind::Document
    }

    /// These states, or if they say nothing of what to compare, the working tree against this revision.
    pub fn or_base(&self, base: Option<&str>) -> States {
        if self.compares() { self.clone() } else { States { base: base.map(str::to_owned), ..self.clone() } }
    }

    /// Reads these inputs, besides what `inputs` holds. One that cannot be read is a gap that is an error. `as_read` is
    /// [`Repository::as_read`].
    pub fn load(
        &self,
        paths: &[String],
        as_read: bool,
        inputs: load::Inputs,
        sources: &mut Sources,
        progress: &Progress,
    ) -> Loaded {
        let mut reading = Reading { states: self, as_read, inputs, sources, progress, unread: Vec::new() };
        reading.read(paths);
        let Reading { mut inputs, unread, .. } = reading;
        let mut unread_policies = Vec::new();
        for policy in &mut inputs.policies {
            match self.file(&policy.path, sources) {
                Ok(states) => policy.states = states,
                Err(reason) => {
                    let reason = format!("{}: {reason}", policy.path);
                    unread_policies.push(Gap::new(&INPUT_UNREADABLE, reason, policy.place.clone()));
                }
            }
        }
        let first = paths.first().or(self.after.as_ref()).map_or(".", String::as_str);
        let more = paths.len().saturating_sub(1);
        let others = if more == 0 { String::new() } else { format!(" and {more} more") };
        progress.say(&format!("reading {first}{others}"));
        let mut loaded = load::load(sources, inputs);
        let unreadable = |gap: &Gap| Input { source: gap.place.span.source, kind: load::UNREADABLE, notes: Vec::new() };
        loaded.inputs.extend(unread.iter().map(unreadable));
        loaded.gaps.extend(unread);
        loaded.gaps.extend(unread_policies);
        loaded
    }

    /// A file before and after the change; the same on both sides where nothing tells of it before.
    fn file(&self, path: &str, sources: &mut Sources) -> Result<[Option<SourceId>; 2], String> {
        if let (Some(before), Some(after)) = (&self.before, &self.after)
            && let Some(old) = workspace::moved(path, after, before)
        {
            return Ok([workspace::read(sources, &old).ok(), Some(workspace::read(sources, path)?)]);
        }
        if self.base.is_none() && !self.staged {
            let both = workspace::read(sources, path)?;
            return Ok([Some(both), Some(both)]);
        }
        let (root, file) = workspace::split(path);
        let (before, mut after) = self.of(&root).map_err(|(_, reason)| reason)?;
        let before = before.and_then(|mut tree| tree.read(sources, &file).ok());
        Ok([before, Some(after.read(sources, &file)?)])
    }

    /// The states of a directory; the error is a path and what is wrong with it.
    fn of(&self, root: &str) -> Result<(Option<Tree>, Tree), (String, String)> {
        let (before_root, before) = match (&self.before, &self.base) {
            (Some(before), _) if self.after.as_deref() == Some(root) => (before.as_str(), Some(Tree::disk(before))),
            (_, Some(revision)) => (root, Some(Tree::revision(root, revision, self.base_exact))),
            _ => (root, self.staged.then(|| Tree::head(root))),
        };
        let after = match &self.base {
            Some(_) => Tree::checked_out(root),
            None if self.staged => Tree::index(root),
            None => Tree::disk(root),
        };
        let before = before.transpose().map_err(|reason| (before_root.to_owned(), reason))?;
        Ok((before, after.map_err(|reason| (root.to_owned(), reason))?))
    }
}

/// What is read, as far as it is known.
struct Reading<'r> {
    states: &'r States,
    as_read: bool,
    inputs: load::Inputs,
    sources: &'r mut Sources,
    progress: &'r Progress,
    unread: Vec<Gap>,
}

impl Reading<'_> {
    fn read(&mut self, paths: &[String]) {
        let States { before, after, base, staged, context, .. } = self.states;
        let in_git = base.is_some() || *staged;
        let mut known = HashSet::new();
        // Files to start from, and files that tell of one state, by the directory they lie in.
        let mut roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut stating: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut whole = Vec::new();
        for path in paths.iter().filter(|path| known.insert(workspace::identity(path))) {
            match workspace::place(path) {
                workspace::Kind::Document => {
                    let Some(source) = self.document(path) else { continue };
                    match workspace::tree_around(path).filter(|_| in_git && self.is_state(source)) {
                        // It may include others of its state.
                        Some((root, path)) if self.is_zone_file(source) => roots.entry(root).or_default().push(path),
                        Some((root, path)) => stating.entry(root).or_default().push(path),
                        None => self.inputs.documents.push(source),
                    }
                }
                workspace::Kind::Directory => whole.push(path.clone()),
                workspace::Kind::InTree { root, path } => roots.entry(root).or_default().push(path),
            }
        }
        // A directory holds the files that are named in it.
        roots.extend(whole.into_iter().map(|root| (root, Vec::new())));
        if roots.is_empty() && stating.is_empty() && in_git {
            roots.insert(".".to_owned(), Vec::new());
        }
        match (before, after) {
            (Some(before), Some(after)) if workspace::place(after) == workspace::Kind::Document => {
                self.state(before, Side::Before);
                self.state(after, Side::After);
            }
            (_, after) => roots.extend(after.clone().map(|after| (after, Vec::new()))),
        }
        for (root, files) in roots {
            if let Some((before, after)) = self.trees(&root) {
                self.add(before, after, files, Part::Changed);
            }
        }
        for (root, files) in stating {
            let Some((before, after)) = self.trees(&root) else { continue };
            for (side, mut tree) in before.map(|tree| (Side::Before, tree)).into_iter().chain([(Side::After, after)]) {
                for path in files.iter().filter(|path| tree.has_file(path)).collect::<Vec<_>>() {
                    match tree.read(self.sources, path) {
                        Ok(source) => self.add_state(source, side),
                        Err(reason) => self.fail(path, reason),
                    }
                }
            }
        }
        for path in context.iter().filter(|path| known.insert(workspace::identity(path))) {
            self.context(path);
        }
    }

    fn context(&mut self, path: &str) {
        let (root, files) = match workspace::place(path) {
            workspace::Kind::Document => {
                if let Some(source) = self.document(path) {
                    let side = Some(Side::Both);
                    self.inputs.states.push(StateDocument { source, side, is_context: true });
                }
                return;
            }
            workspace::Kind::Directory => (path.to_owned(), Vec::new()),
            workspace::Kind::InTree { root, path } => (root, vec![path]),
        };
        match Tree::disk(&root) {
            Ok(tree) => self.add(None, tree, files, Part::Context),
            Err(reason) => self.fail(path, reason),
        }
    }

    /// A document, unless it cannot be read.
    fn document(&mut self, path: &str) -> Option<SourceId> {
        self.progress.say(&format!("reading {path}"));
        match workspace::read(self.sources, path) {
            Ok(source) => return Some(source),
            Err(reason) if reason == workspace::ABSENT => {
                let advice = "a plan is written with `terraform show -json FILE > plan.json`";
                self.fail(path, format!("{reason}; {advice}"));
            }
            Err(reason) => self.fail(path, reason),
        }
        None
    }

    fn is_state(&self, source: SourceId) -> bool {
        let source = self.sources.get(source);
        load::is_state(source.name(), source.bytes())
    }

    fn is_zone_file(&self, source: SourceId) -> bool {
        let source = self.sources.get(source);
        load::is_zone_file(source.name(), source.bytes())
    }

    /// A file that tells of one side.
    fn state(&mut self, path: &str, side: Side) {
        if let Some(source) = self.document(path) {
            self.add_state(source, side);
        }
    }

    fn add_state(&mut self, source: SourceId, side: Side) {
        self.inputs.states.push(StateDocument { source, side: Some(side), is_context: false });
    }

    /// The states of a directory.
    fn trees(&mut self, root: &str) -> Option<(Option<Tree>, Tree)> {
        self.progress.say(&format!("listing {root}"));
        match self.states.of(root) {
            Ok(trees) => Some(trees),
            Err((path, reason)) => {
                self.fail(&path, reason);
                None
            }
        }
    }

    fn add(&mut self, mut before: Option<Tree>, mut after: Tree, files: Vec<String>, part: Part) {
        before.iter_mut().chain([&mut after]).for_each(|tree| self.progress.watch(tree));
        self.inputs.repositories.push(Repository { before, after, files, as_read: self.as_read, part });
    }

    fn fail(&mut self, path: &str, reason: String) {
        let source = self.sources.add(path.to_owned(), Bytes::Owned(Vec::new()));
        let place = Place::at(Span { source, start: 0, end: 0 });
        self.unread.push(Gap::new(&INPUT_UNREADABLE, reason, place));
    }
}
