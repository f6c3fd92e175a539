//! The inputs that the user named, and the states to compare.

use std::collections::{BTreeMap, HashSet};

use clap::Args;

use super::progress::Progress;
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::{self, Loaded, Part, Repository, StateDocument};
use crate::record::Side;
use crate::severity::Severity;
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
    /// Whether a configuration names what is read.
    #[arg(skip)]
    is_configured: bool,
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

    /// What is wrong with these states beside these inputs; none if nothing is.
    pub fn fault(&self, inputs: &[String]) -> Option<&'static str> {
        let is_input = |path: &str| path == "-";
        let uses = [
            inputs.iter().any(|path| is_input(path)),
            self.context.iter().any(|path| is_input(path)),
            self.before.as_deref().is_some_and(is_input),
            self.after.as_deref().is_some_and(is_input),
        ];
        let is_shared = uses.into_iter().filter(|is_used| *is_used).count() > 1;
        is_shared.then_some("standard input is named twice, and holds one input only; write the other to a file")
    }

    /// These states of what a configuration names; if they say nothing of what to compare, the working tree against this
    /// revision.
    pub fn of_configuration(&self, base: Option<&str>) -> States {
        let base = if self.compares() { self.base.clone() } else { base.map(str::to_owned) };
        States { base, is_configured: true, ..self.clone() }
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
            && let [(before, _), (after, _)] = starts(before, after)
            && let Some(old) = workspace::moved(path, &after, &before)
        {
            return Ok([workspace::read(sources, &old).ok(), Some(workspace::read(sources, path)?)]);
        }
        if self.base.is_none() && !self.staged {
            let both = workspace::read(sources, path)?;
            return Ok([Some(both), Some(both)]);
        }
        let (root, file) = workspace::split(path);
        let (before, mut after) = self.of(&root)?;
        let before = before.and_then(|mut tree| tree.read(sources, &file).ok());
        Ok([before, Some(after.read(sources, &file)?)])
    }

    /// The states of a directory, unless two paths tell them.
    fn of(&self, root: &str) -> Result<(Option<Tree>, Tree), String> {
        let before = match &self.base {
            Some(revision) => Some(Tree::revision(root, revision, self.base_exact)),
            None => self.staged.then(|| Tree::head(root)),
        };
        let after = match &self.base {
            Some(_) => Tree::checked_out(root),
            None if self.staged => Tree::index(root),
            None => Tree::disk(root),
        };
        Ok((before.transpose()?, after?))
    }
}

/// The trees that two paths name, and the files to start from there.
fn starts(before: &str, after: &str) -> [(String, Vec<String>); 2] {
    let [old, new] = workspace::parted(before, after);
    [(before, old), (after, new)].map(|(path, (root, file))| match workspace::place(path) {
        workspace::Kind::InTree { .. } => (root, vec![file]),
        _ => (path.to_owned(), Vec::new()),
    })
}

/// A file that needs no other beside it, such as a zone file.
struct Lone<'p> {
    /// As the user named it.
    path: &'p str,
    /// Its path in its tree.
    file: String,
}

/// What becomes of a file that needs no other.
enum Kept {
    /// It is read as a file of its tree.
    InTree,
    /// It is read, or was told to be unreadable.
    Alone,
    /// It is left out.
    Not,
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
        let mut known: HashSet<_> = after.iter().map(|after| workspace::identity(after)).collect();
        // Files to start from, and files that stand alone in git, by the directory they lie in.
        let mut roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut lone: BTreeMap<String, Vec<Lone>> = BTreeMap::new();
        let mut whole = Vec::new();
        for path in paths.iter().filter(|path| known.insert(workspace::identity(path))) {
            match workspace::place(path) {
                workspace::Kind::Document => {
                    if let Some((root, file)) = self.document_in_tree(path, in_git) {
                        lone.entry(root).or_default().push(Lone { path, file });
                    }
                }
                workspace::Kind::Directory => whole.push(path.clone()),
                workspace::Kind::InTree { root, path } => roots.entry(root).or_default().push(path),
            }
        }
        let mut left_out = 0;
        for (root, files) in lone {
            left_out += self.lone(&root, &files, &mut roots);
        }
        // A directory holds the files that are named in it.
        roots.extend(whole.into_iter().map(|root| (root, Vec::new())));
        if in_git && left_out == known.len() {
            roots.insert(".".to_owned(), Vec::new());
        }
        if let (Some(before), Some(after)) = (before, after) {
            self.pair(before, after);
        }
        for (root, files) in roots {
            self.progress.say(&format!("listing {root}"));
            match self.states.of(&root) {
                Ok((before, after)) => self.add(before, after, [files.clone(), files], Part::Changed),
                Err(reason) => self.fail(&root, reason),
            }
        }
        for path in context.iter().filter(|path| known.insert(workspace::identity(path))) {
            self.context(path);
        }
    }

    /// Two paths that tell of the sides.
    fn pair(&mut self, before: &str, after: &str) {
        match [before, after].map(|path| workspace::place(path) == workspace::Kind::Document) {
            [true, true] => {
                self.state(before, Side::Before);
                self.state(after, Side::After);
            }
            [true, false] => self.odd_one(before),
            [false, true] => self.odd_one(after),
            [false, false] => {
                let [(old, old_files), (new, new_files)] = starts(before, after);
                self.progress.say(&format!("listing {new}"));
                match [&old, &new].map(|root| Tree::disk(root)) {
                    [Ok(old), Ok(new)] => self.add(Some(old), new, [old_files, new_files], Part::Changed),
                    [Err(reason), _] => self.fail(before, reason),
                    [_, Err(reason)] => self.fail(after, reason),
                }
            }
        }
    }

    /// A file that stands alone where the other state is a tree.
    fn odd_one(&mut self, path: &str) {
        let reason = workspace::read(self.sources, path).err().unwrap_or_else(|| {
            let other = "the other is a directory, or the configuration of one";
            format!("of --before and --after this is a file that stands alone, and {other}; name two of one kind")
        });
        self.fail(path, reason);
    }

    /// The tree of a document, and its path there, if git has to be asked for it. Any other is read: a plan tells of both
    /// sides itself, and lies anywhere. Only what is staged is asked for before the disk, which may hold something else.
    fn document_in_tree(&mut self, path: &str, in_git: bool) -> Option<(String, String)> {
        let tree = workspace::tree_around(path).filter(|_| in_git && path != "-");
        if tree.is_some() && self.states.staged {
            return tree;
        }
        self.progress.say(&format!("reading {path}"));
        match workspace::read(self.sources, path) {
            Ok(source) if tree.is_some() && self.is(source, load::may_have_been_state) => return tree,
            Ok(source) => self.inputs.documents.push(source),
            Err(reason) if tree.is_some() && reason == workspace::ABSENT => return tree,
            Err(reason) => self.fail_to_read(path, reason),
        }
        None
    }

    /// Reads files of a tree that stand alone, in both states. Returns how many are left out. Directories that only git has
    /// go to `roots`.
    fn lone(&mut self, root: &str, files: &[Lone], roots: &mut BTreeMap<String, Vec<String>>) -> usize {
        self.progress.say(&format!("listing {root}"));
        let mut left_out = 0;
        match self.states.of(root) {
            Ok((before, after)) => {
                let mut trees: Vec<(Side, Tree)> = before.map(|tree| (Side::Before, tree)).into_iter().collect();
                trees.push((Side::After, after));
                for file in files {
                    if self.states.staged && trees.iter().any(|(_, tree)| tree.has_directory(&file.file)) {
                        roots.insert(file.path.to_owned(), Vec::new());
                    } else {
                        match self.lone_file(file, &mut trees) {
                            // It may include others of its state.
                            Kept::InTree => roots.entry(root.to_owned()).or_default().push(file.file.clone()),
                            Kept::Alone => {}
                            Kept::Not => left_out += 1,
                        }
                    }
                }
            }
            Err(reason) => {
                let plans = files.iter().map_while(|file| self.untracked_plan(file.path).ok());
                let plans: Vec<SourceId> = plans.collect();
                if plans.len() < files.len() {
                    self.fail(root, reason);
                }
                self.inputs.documents.extend(plans);
            }
        }
        left_out
    }

    /// Reads a file in the states that have it, which also tell what it is. It is left out as plans of a configuration are
    /// where only what is staged counts.
    fn lone_file(&mut self, file: &Lone, trees: &mut [(Side, Tree)]) -> Kept {
        let Lone { path, file } = file;
        let (mut states, mut others) = (Vec::new(), Vec::new());
        for (side, tree) in trees.iter_mut().filter(|(_, tree)| tree.has_file(file)) {
            match tree.read(self.sources, file) {
                Ok(source) if self.is(source, load::is_state) => states.push((*side, source)),
                Ok(source) => others.push((*side, source)),
                Err(reason) => {
                    self.fail(path, reason);
                    return Kept::Alone;
                }
            }
        }
        let may_lack = self.states.staged && self.states.is_configured && !load::is_named_as_zone(path);
        if trees.iter().any(|(_, tree)| tree.leaves_out(file)) {
            self.fail(path, "a sparse checkout leaves this file out; check it out".to_owned());
        } else if !states.is_empty() {
            let is_lone = states.len() == 1;
            let is_zone_file = states.iter().any(|(_, source)| self.is(*source, load::is_zone_file));
            match others.first() {
                // What is there now cannot be read: that says nothing of what was there.
                Some(&(Side::After, source)) => states = vec![(Side::After, source)],
                _ if is_zone_file => return Kept::InTree,
                Some(&(_, source)) => {
                    let reason = "before the change this is no zone and no state, so all that is in it now is new";
                    self.unread.push(unreadable(source, reason.to_owned()).lowered_to(Severity::Warning));
                }
                None => {}
            }
            for (side, source) in states {
                self.add_state(source, side, is_lone);
            }
        } else if let Some(&(_, source)) = others.iter().find(|(side, _)| *side == Side::After && !may_lack) {
            self.inputs.documents.push(source);
        } else {
            match self.untracked_plan(path) {
                Ok(_) if may_lack => return Kept::Not,
                Ok(source) => self.inputs.documents.push(source),
                Err(reason) if may_lack && is_no_plan_yet(path, &reason) => return Kept::Not,
                Err(reason) => self.fail_to_read(path, reason),
            }
        }
        Kept::Alone
    }

    /// A file that tells of both sides itself, so that git need not hold it.
    fn untracked_plan(&mut self, path: &str) -> Result<SourceId, String> {
        let source = workspace::read(self.sources, path)?;
        if self.is(source, load::is_state) {
            let reason = "this file is neither in the last commit nor staged for the next one; add it with `git add`";
            return Err(reason.to_owned());
        }
        Ok(source)
    }

    fn context(&mut self, path: &str) {
        let (root, files) = match workspace::place(path) {
            workspace::Kind::Document => {
                if let Some(source) = self.document(path) {
                    let side = Some(Side::Both);
                    self.inputs.states.push(StateDocument { source, side, is_context: true, is_lone: false });
                }
                return;
            }
            workspace::Kind::Directory => (path.to_owned(), Vec::new()),
            workspace::Kind::InTree { root, path } => (root, vec![path]),
        };
        match Tree::disk(&root) {
            Ok(tree) => self.add(None, tree, [Vec::new(), files], Part::Context),
            Err(reason) => self.fail(path, reason),
        }
    }

    /// A document, unless it cannot be read.
    fn document(&mut self, path: &str) -> Option<SourceId> {
        self.progress.say(&format!("reading {path}"));
        match workspace::read(self.sources, path) {
            Ok(source) => Some(source),
            Err(reason) => {
                self.fail_to_read(path, reason);
                None
            }
        }
    }

    /// Says why a document cannot be read, and if it is a plan and not there, how to get one.
    fn fail_to_read(&mut self, path: &str, reason: String) {
        let advice = "a plan is written with `terraform show -json FILE > plan.json`";
        self.fail(path, if is_no_plan_yet(path, &reason) { format!("{reason}; {advice}") } else { reason });
    }

    /// What the loaders say of a document.
    fn is(&self, source: SourceId, of_kind: fn(name: &str, bytes: &[u8]) -> bool) -> bool {
        let source = self.sources.get(source);
        of_kind(source.name(), source.bytes())
    }

    /// A file that tells of one side.
    fn state(&mut self, path: &str, side: Side) {
        if let Some(source) = self.document(path) {
            self.add_state(source, side, false);
        }
    }

    fn add_state(&mut self, source: SourceId, side: Side, is_lone: bool) {
        self.inputs.states.push(StateDocument { source, side: Some(side), is_context: false, is_lone });
    }

    fn add(&mut self, mut before: Option<Tree>, mut after: Tree, files: [Vec<String>; 2], part: Part) {
        before.iter_mut().chain([&mut after]).for_each(|tree| self.progress.watch(tree));
        self.inputs.repositories.push(Repository { before, after, files, as_read: self.as_read, part });
    }

    fn fail(&mut self, path: &str, reason: String) {
        let source = self.sources.add(path.to_owned(), Bytes::Owned(Vec::new()));
        self.unread.push(unreadable(source, reason));
    }
}

/// Whether what cannot be read for this reason is a plan, by its name, that is still to be made.
fn is_no_plan_yet(path: &str, reason: &str) -> bool {
    let (_, name) = workspace::split(path);
    let is_json = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "json");
    reason == workspace::ABSENT && (is_json || name.contains("plan"))
}

fn unreadable(source: SourceId, reason: String) -> Gap {
    Gap::new(&INPUT_UNREADABLE, reason, Place::at(Span { source, start: 0, end: 0 }))
}
