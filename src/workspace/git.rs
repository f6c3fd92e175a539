//! Directories as commits and the index hold them, asked of the `git` program: nothing is checked out, nothing written.
//!
//! Objects are asked for by their ids. What the user writes as a revision reaches `rev-parse` only, and of paths only that
//! of the root is ever an argument.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

use super::disk::LOOP;
use super::tree::{Listing, bytes, is_left_out, limit_size};

/// The object that holds a file, or why it cannot be read.
pub(super) type Content = Result<String, String>;

/// The files below `root` in the merge base of a revision and HEAD, or with `exact` in that very revision.
/// Also the id of that commit.
pub(super) fn revision(
    root: &Path,
    revision: &str,
    exact: bool,
) -> Result<(Objects, Listing<Content>, String), String> {
    let repository = Repository::of(root)?;
    let called = revision.escape_debug();
    let commit = repository.commit(revision)?.ok_or_else(|| {
        format!("git knows no commit called `{called}`; fetch it first, in a GitHub workflow with `fetch-depth: 0`")
    })?;
    let commit = if exact { Some(commit) } else { repository.merge_base(&commit)? };
    let commit = commit
        .ok_or_else(|| format!("`{called}` has no commit in common with HEAD; name a revision that HEAD grew from"))?;
    let (objects, listing) = repository.list(&["diff-tree", "-r"], Some(&commit))?;
    Ok((objects, listing, commit))
}

/// The files below `root` in HEAD; none if there is no commit yet.
pub(super) fn head(root: &Path) -> Result<(Objects, Listing<Content>), String> {
    let repository = Repository::of(root)?;
    match repository.commit("HEAD")? {
        Some(commit) => repository.list(&["diff-tree", "-r"], Some(&commit)),
        None if run(&repository.top, &["rev-parse", "--verify", "--quiet", "HEAD"])?.status.success() => {
            Err("the commit that HEAD names is damaged or missing; `git fsck` tells more".to_owned())
        }
        None => Ok((Objects::of(repository.top), Listing::default())),
    }
}

/// The files below `root` in the index, without those of `git add --intent-to-add`.
pub(super) fn index(root: &Path) -> Result<(Objects, Listing<Content>), String> {
    let repository = Repository::of(root)?;
    if repository.is_bare {
        return Err(
            "a bare clone has no index; compare two of its revisions, or use a clone with a working tree".into()
        );
    }
    repository.list(&["diff-index", "--cached", "--ita-invisible-in-index"], None)
}

/// The files below `root` that git leaves out of the working tree, as in a sparse checkout.
pub(super) fn left_out(root: &Path) -> Result<Vec<Vec<u8>>, String> {
    let Repository { top, directory, .. } = Repository::of(root)?;
    let within = bytes(&directory);
    let raw = answer(&top, &["ls-files", "-t", "-z"])?;
    let skipped = raw.split(|byte| *byte == 0).filter_map(|line| below(line.strip_prefix(b"S ")?, &within));
    let is_absent = |path: &&[u8]| str::from_utf8(path).is_ok_and(|path| !top.join(&directory).join(path).exists());
    Ok(skipped.filter(is_absent).map(<[u8]>::to_vec).collect())
}

/// The branch that changes of the working directory's repository go to: that of its origin, else one of the usual names.
pub(super) fn default_branch() -> Option<String> {
    let repository = Repository::of(Path::new(".")).ok()?;
    let of_origin = ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"];
    let of_origin = line(&repository.top, &of_origin).ok().filter(|branch| !branch.is_empty());
    of_origin.or_else(|| {
        let known = ["main", "master"].into_iter().find(|branch| matches!(repository.commit(branch), Ok(Some(_))));
        known.map(str::to_owned)
    })
}

/// A repository, and a directory in it.
struct Repository {
    /// The top of the working tree. Of a bare clone, which has none, where it lies.
    top: PathBuf,
    is_bare: bool,
    /// The directory, relative to the top of what commits hold.
    directory: PathBuf,
}

/// What lies in a commit or in the index, by path from the top.
type Entries = BTreeMap<Vec<u8>, Entry>;

#[derive(Debug)]
enum Entry {
    /// A file: the id of its object.
    File(String),
    /// A symbolic link: where it leads.
    Link(Vec<u8>),
    Submodule,
}

impl Repository {
    /// The repository that a directory belongs to, which need not exist any more.
    fn of(root: &Path) -> Result<Repository, String> {
        let root = std::path::absolute(root).map_err(|error| error.to_string())?;
        let existing = root.ancestors().find(|path| path.is_dir()).unwrap_or(&root);
        // As in a hook: then git looks nowhere else, and what it is told is relative to where it runs.
        let is_told = ["GIT_DIR", "GIT_WORK_TREE"].into_iter().any(|name| env::var_os(name).is_some());
        let from = if is_told { Path::new(".") } else { existing };
        let is_bare = line(from, &["rev-parse", "--is-bare-repository"])? == "true";
        let top = line(from, &["rev-parse", if is_bare { "--absolute-git-dir" } else { "--show-toplevel" }])?;
        let top = PathBuf::from(top);
        let directory = place(&top, &root, existing)
            .ok_or_else(|| format!("it lies outside the repository that git was told to use, {}", top.display()))?;
        Ok(Repository { top, is_bare, directory })
    }

    /// The id of the commit that a revision names.
    fn commit(&self, revision: &str) -> Result<Option<String>, String> {
        let peeled = format!("{revision}^{{commit}}");
        let output = run(&self.top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled])?;
        // An answer that is no id is that to `^x`, which asks for what is not reachable from x.
        let id = String::from_utf8(output.stdout).ok().map(|text| text.trim_end().to_owned());
        Ok(id.filter(|id| output.status.success() && id.bytes().all(|byte| byte.is_ascii_hexdigit())))
    }

    /// The last common ancestor of a commit and HEAD.
    fn merge_base(&self, commit: &str) -> Result<Option<String>, String> {
        let head = self.commit("HEAD")?.ok_or("there is no commit yet, so there is nothing to compare with")?;
        let output = run(&self.top, &["merge-base", commit, &head])?;
        match output.status.code() {
            Some(0) => text(output.stdout).map(Some),
            Some(1) if line(&self.top, &["rev-parse", "--is-shallow-repository"])? == "true" => {
                let fetch = "fetch more of it with `git fetch --unshallow`, in a GitHub workflow with `fetch-depth: 0`";
                Err(format!("the history of this clone ends before the commit that both sides have in common; {fetch}"))
            }
            Some(1) => Ok(None),
            _ => Err(explain(&output.stderr)),
        }
    }

    /// Lists the files below the directory with a `git diff-…` of the empty tree and a state. Unlike `git ls-files` it
    /// leaves out what is not part of the next commit, and both kinds of state are listed in one format.
    fn list(self, diff: &[&str], commit: Option<&str>) -> Result<(Objects, Listing<Content>), String> {
        let empty = line(&self.top, &["hash-object", "-t", "tree", "--stdin"])?;
        let format = ["--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=none", &empty];
        let whole = [diff, &format, commit.as_slice()].concat();
        let directory = bytes(&self.directory);
        let mut objects = Objects::of(self.top);
        let mut entries = Entries::new();
        // The directory alone is much less than all of a large repository, but not enough if a link leads out of it.
        if let Some(text) = self.directory.to_str().filter(|text| !text.is_empty()) {
            entries = objects.entries(&[&whole[..], &["--", text]].concat())?;
        }
        if !is_closed(&entries, &directory) {
            entries = objects.entries(&whole)?;
        }
        let mut walk = Walk { entries: &entries, listing: Listing::default(), through: Vec::new() };
        match follow(&entries, &directory) {
            Ok(directory) if matches!(entries.get(&directory), Some(Entry::Submodule)) => {
                walk.listing.trouble(b"", SUBMODULE);
            }
            Ok(directory) => walk.list(&directory, b"")?,
            Err(reason) => walk.listing.trouble(b"", reason),
        }
        Ok((objects, walk.listing))
    }
}

/// Where a directory lies below the top. Links below the top stay: a commit may hold others than the disk does.
fn place(top: &Path, root: &Path, existing: &Path) -> Option<PathBuf> {
    let top = fs::canonicalize(top).ok()?;
    if let Some(ancestor) = root.ancestors().find(|path| fs::canonicalize(path).is_ok_and(|path| path == top)) {
        return root.strip_prefix(ancestor).ok().map(Path::to_owned);
    }
    let existing_below = fs::canonicalize(existing).ok()?.strip_prefix(top).ok()?.to_owned();
    Some(existing_below.join(root.strip_prefix(existing).ok()?))
}

/// Whether the entries hold all that lies below the directory, through links too.
fn is_closed(entries: &Entries, directory: &[u8]) -> bool {
    let leads_up = |target: &[u8]| target.split(|byte| *byte == b'/').any(|part| part == b"..");
    !entries.is_empty()
        && entries.iter().all(|(path, entry)| {
            below(path, directory).is_some() && !matches!(entry, Entry::Link(target) if leads_up(target))
        })
}

/// The path from a directory to what lies below it.
fn below<'a>(path: &'a [u8], directory: &[u8]) -> Option<&'a [u8]> {
    if directory.is_empty() { Some(path) } else { path.strip_prefix(directory)?.strip_prefix(b"/") }
}

fn join(directory: &[u8], path: &[u8]) -> Vec<u8> {
    if directory.is_empty() { path.to_vec() } else { [directory, path].join(&b'/') }
}

/// All that lies below a directory, each with its path from there.
fn all_below<'a>(entries: &'a Entries, directory: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a Entry)> {
    let first = if directory.is_empty() { Vec::new() } else { [directory, b"/"].concat() };
    let rest = entries.range((Bound::Included(first), Bound::Unbounded));
    rest.map_while(move |(path, entry)| Some((below(path, directory)?, entry)))
}

/// Where a path leads, from the top, once all links on the way are followed. The error says why nowhere.
fn follow(entries: &Entries, path: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut ahead: Vec<&[u8]> = path.rsplit(|byte| *byte == b'/').collect();
    let mut at = Vec::new();
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        match part {
            b"" | b"." => {}
            b".." if at.is_empty() => return Err(LEADS_OUT),
            b".." => at.truncate(at.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
            part => {
                let next = join(&at, part);
                let Some(Entry::Link(target)) = entries.get(&next) else {
                    at = next;
                    continue;
                };
                links += 1;
                if links > MOST_LINKS {
                    return Err("there are too many symbolic links on the way");
                }
                if target.starts_with(b"/") {
                    return Err(LEADS_OUT);
                }
                ahead.extend(target.rsplit(|byte| *byte == b'/'));
            }
        }
    }
    Ok(at)
}

const LEADS_OUT: &str = "the symbolic link leads out of the repository";

/// Links that are followed on the way to a file, as by Linux.
const MOST_LINKS: usize = 40;

/// Finds the files below a directory, and through links.
struct Walk<'a> {
    entries: &'a Entries,
    listing: Listing<Content>,
    /// The directories that are being listed, each with the link in it that was followed, from the top.
    through: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Walk<'_> {
    /// Lists what lies below a directory, by its real path, as below the path `shown`.
    fn list(&mut self, directory: &[u8], shown: &[u8]) -> Result<(), String> {
        for (path, entry) in all_below(self.entries, directory) {
            if path.split(|byte| *byte == b'/').any(is_left_out) {
                continue;
            }
            let shown = join(shown, path);
            match entry {
                Entry::File(id) => self.listing.add(&shown, Ok(id.clone())),
                Entry::Submodule => self.listing.trouble(&shown, SUBMODULE),
                Entry::Link(_) => {
                    self.through.push((directory.to_vec(), join(directory, path)));
                    self.link(&shown)?;
                    self.through.pop();
                }
            }
            self.listing.limit()?;
        }
        Ok(())
    }

    /// Lists what the link leads to that was come through last.
    fn link(&mut self, shown: &[u8]) -> Result<(), String> {
        let (_, link) = self.through.last().expect("the caller put it there");
        let target = match follow(self.entries, link) {
            Ok(target) => target,
            Err(reason) => {
                if reason == LEADS_OUT {
                    self.listing.trouble(shown, reason);
                }
                self.listing.add(shown, Err(reason.to_owned()));
                return Ok(());
            }
        };
        match self.entries.get(&target) {
            Some(Entry::File(id)) => self.listing.add(shown, Ok(id.clone())),
            Some(Entry::Submodule) => self.listing.trouble(shown, SUBMODULE),
            Some(Entry::Link(_)) | None if all_below(self.entries, &target).next().is_none() => {
                self.listing.add(shown, Err("the symbolic link leads nowhere".to_owned()));
            }
            _ if self.is_above(&target) => self.listing.trouble(shown, LOOP),
            _ if self.through.len() > MOST_LINKS => {
                self.listing.trouble(shown, "there are too many symbolic links on the way");
            }
            _ => self.list(&target, shown)?,
        }
        Ok(())
    }

    /// Whether a directory is one of those that the walk came through.
    fn is_above(&self, directory: &[u8]) -> bool {
        self.through.iter().any(|(from, link)| {
            directory == from || below(directory, from).is_some() && below(link, directory).is_some()
        })
    }
}

const SUBMODULE: &str = "it is a submodule, whose files are not part of the commit; check it in its own repository";

/// The objects of a repository.
#[derive(Debug)]
pub(super) struct Objects {
    /// Where git runs.
    top: PathBuf,
    reader: Option<Reader>,
}

impl Objects {
    fn of(top: PathBuf) -> Objects {
        Objects { top, reader: None }
    }

    /// The bytes of an object.
    pub(super) fn read(&mut self, id: &str) -> Result<Vec<u8>, String> {
        let mut reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::start(&self.top)?,
        };
        let bytes = reader.ask(id)?;
        // One that failed may be in the middle of an answer, and is not asked again.
        self.reader = Some(reader);
        Ok(bytes)
    }

    /// What a `git diff-… --raw -z` from the empty tree tells.
    fn entries(&mut self, diff: &[&str]) -> Result<Entries, String> {
        let raw = answer(&self.top, diff)?;
        let mut fields = raw.split(|byte| *byte == 0);
        let mut entries = Entries::new();
        while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
            let words: Vec<&str> = str::from_utf8(about).unwrap_or_default().split(' ').collect();
            let &[_, mode, _, id, status] = words.as_slice() else {
                return Err("git lists files in a way that is not understood; use a newer version of git".to_owned());
            };
            let entry = match (status, mode) {
                ("U", _) => {
                    let path = String::from_utf8_lossy(path);
                    return Err(format!("`{path}` has conflicts; resolve them and `git add` it"));
                }
                (_, "120000") => Entry::Link(self.read(id)?),
                (_, "160000") => Entry::Submodule,
                _ => Entry::File(id.to_owned()),
            };
            entries.insert(path.to_vec(), entry);
        }
        Ok(entries)
    }
}

/// A `git cat-file --batch`, asked for one object at a time.
#[derive(Debug)]
struct Reader {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start(top: &Path) -> Result<Reader, String> {
        let mut command = git(top, &["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| no_git(&error))?;
        let questions = child.stdin.take().expect("it was asked for above");
        let answers = BufReader::new(child.stdout.take().expect("it was asked for above"));
        Ok(Reader { child, questions, answers })
    }

    fn ask(&mut self, id: &str) -> Result<Vec<u8>, String> {
        let ended = |_| "git stopped while it was read from; try `git fsck`".to_owned();
        let mut about = String::new();
        writeln!(self.questions, "{id}").map_err(ended)?;
        self.answers.read_line(&mut about).map_err(ended)?;
        let size = about.trim_end().strip_prefix(id).and_then(|about| about.strip_prefix(" blob "));
        let size: u64 = size.and_then(|size| size.parse().ok()).ok_or_else(|| {
            format!("the repository lacks the object {id} that holds it; `git fsck` tells what else is missing")
        })?;
        limit_size(size)?;
        let mut bytes = Vec::new();
        self.answers.by_ref().take(size + 1).read_to_end(&mut bytes).map_err(ended)?;
        // The line end after the object shows that all of it came.
        match bytes.pop() {
            Some(b'\n') if bytes.len() as u64 == size => Ok(bytes),
            _ => Err(ended(io::ErrorKind::UnexpectedEof.into())),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It only reads, so nothing is lost; and if it has ended already, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The `git` program, to be run somewhere with these arguments.
fn git(at: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.current_dir(at).args(["--literal-pathspecs", "-c", "core.fsmonitor=false"]).args(arguments);
    command.stdin(Stdio::null()).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    // Relative to where this program runs, as hooks get them.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"] {
        if let Some(path) = env::var_os(name).and_then(|path| std::path::absolute(path).ok()) {
            command.env(name, path);
        }
    }
    command
}

fn run(at: &Path, arguments: &[&str]) -> Result<Output, String> {
    git(at, arguments).output().map_err(|error| no_git(&error))
}

/// What git prints.
fn answer(at: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = run(at, arguments)?;
    if output.status.success() { Ok(output.stdout) } else { Err(explain(&output.stderr)) }
}

/// What git prints, which is one line.
fn line(at: &Path, arguments: &[&str]) -> Result<String, String> {
    answer(at, arguments).and_then(text)
}

fn text(line: Vec<u8>) -> Result<String, String> {
    let line =
        String::from_utf8(line).map_err(|_| "the path of the repository is not UTF-8; move it to one that is")?;
    Ok(line.strip_suffix('\n').unwrap_or(&line).to_owned())
}

fn no_git(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the program `git` is not there; install it, or put it on the PATH".to_owned(),
        _ => format!("the program `git` cannot be started: {error}"),
    }
}

/// Why git failed, for people.
fn explain(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    if said.contains("not a git repository") {
        return "it lies in no git repository, so there is nothing to compare with; name an earlier state with --before"
            .to_owned();
    }
    if said.contains("dubious ownership") {
        let trust = "trust it with `git config --global --add safe.directory DIRECTORY`";
        return format!("git does not open a repository that belongs to another user; {trust}");
    }
    let fatal = said.lines().find_map(|line| line.strip_prefix("fatal: ").or(line.strip_prefix("error: ")));
    format!("git failed: {}", fatal.unwrap_or(said.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries by path; ` -> ` makes a link.
    fn entries(lines: &[&str]) -> Entries {
        let entry = |line: &&str| match line.split_once(" -> ") {
            Some((path, target)) => (path.into(), Entry::Link(target.into())),
            None => ((*line).into(), Entry::File(format!("<{line}>"))),
        };
        lines.iter().map(entry).collect()
    }

    #[test]
    fn links_are_followed_as_a_file_system_does() {
        let entries = entries(&[
            "a/b/file",
            "a/up -> ..",
            "l -> a/b",
            "m -> l/../up/./l//file",
            "out -> ../x",
            "root -> /etc",
            "self -> self",
            "x -> y",
            "y -> x",
        ]);
        for (path, target) in [
            ("l", Ok("a/b")),
            ("l/file", Ok("a/b/file")),
            ("l/..", Ok("a")),
            ("m", Ok("a/b/file")),
            ("a/up", Ok("")),
            ("a/up/a/up/l", Ok("a/b")),
            ("gone/file", Ok("gone/file")),
            ("", Ok("")),
            ("out", Err(LEADS_OUT)),
            ("root/hosts", Err(LEADS_OUT)),
            ("self", Err("there are too many symbolic links on the way")),
            ("x", Err("there are too many symbolic links on the way")),
        ] {
            assert_eq!(follow(&entries, path.as_bytes()), target.map(|target| target.as_bytes().to_vec()), "{path}");
        }
    }

    #[test]
    fn links_that_lead_everywhere_come_to_an_end() {
        let everywhere = |from: u8| (0..20).map(move |to| format!("{from}/{to} -> ../{to}"));
        let lines: Vec<String> = (0..20).flat_map(everywhere).collect();
        let entries = entries(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let mut walk = Walk { entries: &entries, listing: Listing::default(), through: Vec::new() };
        assert!(walk.list(b"", b"").unwrap_err().starts_with("there are half a million files"));
    }

    #[test]
    fn what_git_says_becomes_advice() {
        for (said, expected) in [
            ("fatal: not a git repository (or any of the parent directories): .git\n", "it lies in no git repository"),
            ("fatal: detected dubious ownership in repository at '/x'\nTo add an exc…", "git does not open"),
            ("warning: x\nfatal: bad object\n", "git failed: bad object"),
            ("odd\n", "git failed: odd"),
        ] {
            assert!(explain(said.as_bytes()).starts_with(expected), "{}", explain(said.as_bytes()));
        }
    }
}
