//! The inputs that the user named, and the states to compare.

use std::collections::{BTreeMap, HashSet};

use clap::Args;

use super::progress::Progress;
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::{self, Loaded, Repository};
use crate::source::{Bytes, Input, Place, SourceId, Sources, Span};
use crate::workspace::{self, Tree};

/// What the directories are compared with.
#[derive(Clone, Debug, Default, Args)]
pub struct States {
    /// Compare this directory, as it was before the change, with that of --after.
    #[arg(long, value_name = "DIR", requires = "after", conflicts_with_all = ["base", "staged"])]
    before: Option<String>,
    /// The directory as it is after the change.
    #[arg(long, value_name = "DIR", requires = "before")]
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
}

impl States {
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
        if self.compares() { self.clone() } else { States { base: base.map(str::to_owned), ..States::default() } }
    }

    /// Reads these inputs, besides what `inputs` holds. One that cannot be read is a gap that is an error. `as_read` is
    /// [`Repository::as_read`].
    pub fn load(
        &self,
        paths: &[String],
        as_read: bool,
        mut inputs: load::Inputs,
        sources: &mut Sources,
        progress: &Progress,
    ) -> Loaded {
        let (mut unread, mut unread_policies) = (Vec::new(), Vec::new());
        let mut roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut fail = |sources: &mut Sources, path: &str, reason| {
            let source = sources.add(path.to_owned(), Bytes::Owned(Vec::new()));
            unread.push(Gap::new(&INPUT_UNREADABLE, reason, Place::at(Span { source, start: 0, end: 0 })));
        };
        let mut known = HashSet::new();
        for path in paths.iter().filter(|path| known.insert(workspace::identity(path))) {
            match workspace::place(path) {
                workspace::Kind::Document => {
                    progress.say(&format!("reading {path}"));
                    match workspace::read(sources, path) {
                        Ok(source) => inputs.documents.push(source),
                        Err(reason) if reason == workspace::ABSENT => {
                            let advice = "a plan is written with `terraform show -json FILE > plan.json`";
                            fail(sources, path, format!("{reason}; {advice}"));
                        }
                        Err(reason) => fail(sources, path, reason),
                    }
                }
                workspace::Kind::Directory => {
                    roots.insert(path.clone(), Vec::new());
                }
                workspace::Kind::InTree { root, path } => roots.entry(root).or_default().push(path),
            }
        }
        if roots.is_empty() && (self.base.is_some() || self.staged) {
            roots.insert(".".to_owned(), Vec::new());
        }
        roots.extend(self.after.clone().map(|after| (after, Vec::new())));
        for (root, files) in roots {
            progress.say(&format!("listing {root}"));
            match self.of(&root) {
                Ok((mut before, mut after)) => {
                    before.iter_mut().chain([&mut after]).for_each(|tree| progress.watch(tree));
                    inputs.repositories.push(Repository { before, after, files, as_read });
                }
                Err((path, reason)) => fail(sources, &path, reason),
            }
        }
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
