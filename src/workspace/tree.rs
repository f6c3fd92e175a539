//! States of a directory, on disk or in git: listed at once, read a file at a time. Knows nothing of what they hold.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{disk, folder, git};
use crate::source::{Bytes, SourceId, Sources, TOO_LARGE};

/// One state of a directory and all below it. As in git, a directory without a file below it is none.
#[derive(Debug)]
pub struct Tree {
    /// The directory as the user gave it.
    root: String,
    /// Where it lies, for people who ask.
    state: String,
    /// Relative to the root, sorted.
    files: Vec<String>,
    store: Store,
    /// The source that each of the files became.
    taken: Vec<Option<SourceId>>,
    troubles: Vec<(String, String)>,
    /// Files that git holds and leaves out of the disk.
    left_out: Vec<String>,
    /// How many files were read, of this tree and maybe of others, for whoever waits.
    count: Arc<AtomicUsize>,
}

/// Where the bytes of each of the files lie.
#[derive(Debug)]
enum Store {
    Disk(Vec<PathBuf>),
    Git(git::Objects, Vec<git::Content>),
}

impl Tree {
    /// The directory as it lies on disk. `root` as the user gave it.
    pub fn disk(root: &str) -> Result<Tree, String> {
        Ok(Tree::new(root, "on disk".to_owned(), disk::list(directory(root))?, Store::Disk))
    }

    /// The directory as it lies on disk, to be compared with a commit: what git leaves out of the disk is not deleted.
    pub fn checked_out(root: &str) -> Result<Tree, String> {
        let mut tree = Tree::disk(root)?;
        let left_out = git::left_out(directory(root))?;
        tree.left_out = left_out.iter().filter_map(|path| String::from_utf8(path.clone()).ok()).collect();
        let zones: Vec<&Vec<u8>> = left_out.iter().filter(|path| is_named_like_a_zone(path)).collect();
        if let [first, others @ ..] = &zones[..] {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            let reason = format!("a sparse checkout leaves this file{more} out; check out all of the directory");
            tree.troubles.push((String::from_utf8_lossy(first).into_owned(), reason));
        }
        Ok(tree)
    }

    /// The directory as the commit holds it: the merge base of `revision` and HEAD, or with `exact` that very revision.
    /// It is empty if the commit has no such directory.
    pub fn revision(root: &str, revision: &str, exact: bool) -> Result<Tree, String> {
        let (objects, listing, commit) = git::revision(directory(root), revision, exact)?;
        let base = if exact { revision.to_owned() } else { format!("the merge base of {revision} and HEAD") };
        Ok(Tree::new(root, format!("in commit {commit:.12}, {base}"), listing, |contents| {
            Store::Git(objects, contents)
        }))
    }

    /// The directory as HEAD holds it; empty if there is no commit yet.
    pub fn head(root: &str) -> Result<Tree, String> {
        let (objects, listing) = git::head(directory(root))?;
        Ok(Tree::new(root, "in the last commit".to_owned(), listing, |contents| Store::Git(objects, contents)))
    }

    /// The directory as the next commit would hold it.
    pub fn index(root: &str) -> Result<Tree, String> {
        let (objects, listing) = git::index(directory(root))?;
        Ok(Tree::new(root, "in the index of git".to_owned(), listing, |contents| Store::Git(objects, contents)))
    }

    /// No file at all.
    pub fn empty(root: &str) -> Tree {
        Tree::new(root, "nowhere".to_owned(), Listing::default(), Store::Disk)
    }

    fn new<Content>(
        root: &str,
        state: String,
        listing: Listing<Content>,
        store: impl FnOnce(Vec<Content>) -> Store,
    ) -> Tree {
        let Listing { mut files, troubles } = listing;
        files.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let (files, contents): (Vec<String>, Vec<Content>) = files.into_iter().unzip();
        let (taken, count) = (vec![None; files.len()], Arc::default());
        let (root, left_out) = (root.to_owned(), Vec::new());
        Tree { root, state, taken, files, store: store(contents), troubles, left_out, count }
    }

    /// Which state of the directory it is, for people: `on disk`.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Counts the files that are read from now on in `count` as well as what others count there.
    pub fn count_in(&mut self, count: &Arc<AtomicUsize>) {
        self.count = Arc::clone(count);
    }

    /// All files below the root: paths relative to it, joined with `/`, sorted; without those in `.git` and `.terraform`.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// What is not listed, or not as it lies on disk: the path, which is empty for the root, and a message without it.
    pub fn troubles(&self) -> &[(String, String)] {
        &self.troubles
    }

    /// Whether git holds such a file and leaves it out of the disk, so that it is not deleted though it is not there.
    pub fn leaves_out(&self, path: &str) -> bool {
        self.left_out.contains(&plain(path))
    }

    /// Whether there is such a file.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.binary_search(&plain(path)).is_ok()
    }

    /// The path of a file that is given from some directory above the root, where it leads back: of `dns/a` in the root
    /// `dns` it is `a`.
    pub fn seen_from_above(&self, path: &str) -> Option<String> {
        let root = std::path::absolute(directory(&self.root)).ok()?;
        let names: Vec<&str> = root.iter().filter_map(OsStr::to_str).collect();
        (0..names.len()).rev().find_map(|at| {
            let below = plain(path).strip_prefix(&names[at..].join("/"))?.strip_prefix('/')?.to_owned();
            self.has_file(&below).then_some(below)
        })
    }

    /// Whether there is such a directory; the root is always there.
    pub fn has_directory(&self, path: &str) -> bool {
        let path = plain(path);
        path.is_empty() || !self.below(&prefix(path)).is_empty()
    }

    /// The files directly in a directory, sorted: paths from the root.
    pub fn files_in(&self, directory: &str) -> Vec<String> {
        let prefix = prefix(plain(directory));
        self.below(&prefix).iter().filter(|file| !file[prefix.len()..].contains('/')).cloned().collect()
    }

    /// The directories directly in a directory, sorted: paths from the root.
    pub fn directories_in(&self, directory: &str) -> Vec<String> {
        let prefix = prefix(plain(directory));
        let ends = self.below(&prefix).iter().filter_map(|file| Some((file, file[prefix.len()..].find('/')?)));
        let mut directories: Vec<String> = ends.map(|(file, end)| file[..prefix.len() + end].to_owned()).collect();
        directories.sort_unstable();
        directories.dedup();
        directories
    }

    /// The files whose path starts with `prefix`, which is empty or ends in `/`.
    fn below(&self, prefix: &str) -> &[String] {
        let first = self.files.partition_point(|file| file.as_str() < prefix);
        let rest = &self.files[first..];
        &rest[..rest.partition_point(|file| file.starts_with(prefix))]
    }

    /// Takes a file into `sources`, under the name it has in the working tree. Asking again gives the same id, and so
    /// does another tree that holds the same bytes there. The error is a message without the path.
    pub fn read(&mut self, sources: &mut Sources, path: &str) -> Result<SourceId, String> {
        let at = self.files.binary_search(&plain(path)).map_err(|_| "no such file")?;
        if let Some(id) = self.taken[at] {
            return Ok(id);
        }
        let bytes = match &mut self.store {
            Store::Disk(paths) => disk::read(&paths[at])?,
            Store::Git(objects, contents) => objects.read(contents[at].as_deref()?)?,
        };
        self.count.fetch_add(1, Ordering::Relaxed);
        let name = self.name(&self.files[at]);
        let id = match sources.find(&name, &bytes) {
            Some(id) => id,
            None => super::add(sources, name, Bytes::Owned(bytes)),
        };
        self.taken[at] = Some(id);
        Ok(id)
    }

    /// The first bytes of a file, `most` at most. The error is a message without the path.
    pub fn start(&mut self, path: &str, most: usize) -> Result<Vec<u8>, String> {
        let at = self.files.binary_search(&plain(path)).map_err(|_| "no such file")?;
        match &mut self.store {
            Store::Disk(paths) => disk::start(&paths[at], most),
            Store::Git(objects, contents) => {
                let mut bytes = objects.read(contents[at].as_deref()?)?;
                bytes.truncate(most);
                Ok(bytes)
            }
        }
    }

    /// As [`Tree::read`], for a file that may be anybody's: none that symbolic links lead to out of the repository, or of
    /// the root where there is none.
    pub fn read_within(&mut self, sources: &mut Sources, path: &str) -> Result<SourceId, String> {
        if let (Store::Disk(paths), Ok(at)) = (&self.store, self.files.binary_search(&plain(path))) {
            // Of a link that leads nowhere, reading it says so.
            let real = paths[at].canonicalize();
            if real.is_ok_and(|real| !folder::is_within(&real, &folder::bounds(directory(&self.root)))) {
                return Err("a symbolic link leads to it out of the repository, or out of the directory".to_owned());
            }
        }
        self.read(sources, path)
    }

    /// The path of a file, or of the root itself, as the user would write it.
    pub fn name(&self, file: &str) -> String {
        let root = super::slashed(&self.root);
        match root.as_str() {
            root if file.is_empty() => root.to_owned(),
            "" | "." | "./" => file.to_owned(),
            root => format!("{}/{file}", root.trim_end_matches('/')),
        }
    }
}

/// The directory that the user means.
fn directory(root: &str) -> &Path {
    Path::new(if root.is_empty() { "." } else { root })
}

/// A path without what says nothing: `.`, and `/` at the end or twice. One that starts with `/` is in no tree.
fn plain(path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// The directory that holds a file; empty for the root.
pub fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path as seen from a directory, both below the root; none if it leads out of it.
pub fn join(directory: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What the paths of all files below a directory start with.
fn prefix(directory: String) -> String {
    if directory.is_empty() { directory } else { directory + "/" }
}

/// What was found below a root, in any order.
#[derive(Debug)]
pub(super) struct Listing<Content> {
    files: Vec<(String, Content)>,
    troubles: Vec<(String, String)>,
}

impl<Content> Default for Listing<Content> {
    fn default() -> Self {
        Listing { files: Vec::new(), troubles: Vec::new() }
    }
}

impl<Content> Listing<Content> {
    /// Adds a file by its path from the root.
    pub(super) fn add(&mut self, path: &[u8], content: Content) {
        match str::from_utf8(path) {
            Ok(path) => self.files.push((path.to_owned(), content)),
            Err(_) => self.pass_over(path, "its name is not UTF-8, so it is not read"),
        }
    }

    /// Leaves out what cannot be read as a file. It matters if it is named like a zone.
    pub(super) fn pass_over(&mut self, path: &[u8], reason: &str) {
        if is_named_like_a_zone(path) {
            self.trouble(path, reason);
        }
    }

    /// Notes what is wrong with a path.
    pub(super) fn trouble(&mut self, path: &[u8], reason: &str) {
        self.troubles.push((String::from_utf8_lossy(path).into_owned(), reason.to_owned()));
    }

    /// Refuses what nobody means to check. Some links that lead to each other are enough for more paths than stars.
    pub(super) fn limit(&self) -> Result<(), String> {
        if self.files.len() + self.troubles.len() < TOO_MANY {
            return Ok(());
        }
        Err("there are half a million files or more below it; name the directory of the zones".to_owned())
    }
}

const TOO_MANY: usize = 500_000;

/// Whether a file is named as files of zones are.
pub(super) fn is_named_like_a_zone(path: &[u8]) -> bool {
    let file = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    file.ends_with(b".yaml") || file.ends_with(b".zone") || file.starts_with(b"db.")
}

/// Whether a file or directory is left out wherever it stands: what belongs to git, and Terraform's copies of modules.
pub(super) fn is_left_out(name: &[u8]) -> bool {
    matches!(name, b".git" | b".terraform")
}

/// A path of this system in bytes, joined with `/`.
pub(super) fn bytes(path: &Path) -> Vec<u8> {
    path.iter().map(OsStr::as_encoded_bytes).collect::<Vec<_>>().join(&b'/')
}

/// Refuses a file by its size in bytes.
pub(super) fn limit_size(size: u64) -> Result<(), String> {
    if size < TOO_LARGE as u64 { Ok(()) } else { Err("it holds 4 GiB or more".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(root: &str, files: &[&str]) -> Tree {
        let mut listing = Listing::default();
        for file in files {
            listing.add(file.as_bytes(), PathBuf::from(file));
        }
        Tree::new(root, String::new(), listing, Store::Disk)
    }

    #[test]
    fn directories_are_found_in_the_sorted_listing() {
        let tree = tree(".", &["b", "a/x", "a/d/y", "a.b/z", "a/w", "a/d/z", "a-b/z"]);
        assert_eq!(tree.files(), ["a-b/z", "a.b/z", "a/d/y", "a/d/z", "a/w", "a/x", "b"]);
        for root in ["", ".", "./", "./."] {
            assert_eq!(tree.files_in(root), ["b"]);
            assert_eq!(tree.directories_in(root), ["a", "a-b", "a.b"]);
            assert!(tree.has_directory(root) && !tree.has_file(root));
        }
        for directory in ["a", "./a", "a/", ".//a/."] {
            assert_eq!(tree.files_in(directory), ["a/w", "a/x"]);
            assert_eq!(tree.directories_in(directory), ["a/d"]);
            assert!(tree.has_directory(directory) && !tree.has_file(directory));
        }
        for absent in ["c", "a/d/y", "/a", "/", "..", "a/..", "a."] {
            assert!(!tree.has_directory(absent), "{absent}");
            assert!(tree.files_in(absent).is_empty() && tree.directories_in(absent).is_empty());
        }
        assert!(tree.has_file("a/d/y") && tree.has_file("./a//d/y") && !tree.has_file("a/d") && !tree.has_file("/b"));
    }

    #[test]
    fn paths_stay_below_the_root() {
        for (directory, path, joined) in [
            ("", "a.yaml", Some("a.yaml")),
            ("config", "./zones", Some("config/zones")),
            ("config", "../zones/", Some("zones")),
            ("", "./", Some("")),
            ("config", "../../zones", None),
            ("", "/etc", None),
        ] {
            assert_eq!(join(directory, path).as_deref(), joined, "{directory} {path}");
        }
    }

    #[test]
    fn a_path_from_above_the_root_may_lead_back() {
        let tree = tree("some/dns", &["a/x", "dns/y"]);
        for path in ["dns/a/x", "some/dns/a/x", "./dns//a/x"] {
            assert_eq!(tree.seen_from_above(path).as_deref(), Some("a/x"), "{path}");
        }
        for path in ["a/x", "other/dns/a/x", "dns/a/y", "dns/dnsa/x", "../dns/a/x", "", "dns"] {
            assert_eq!(tree.seen_from_above(path), None, "{path}");
        }
    }

    #[test]
    fn a_file_is_named_as_the_user_would_write_it() {
        for (root, name) in [
            (".", "a/x"),
            ("", "a/x"),
            ("./", "a/x"),
            ("dns", "dns/a/x"),
            ("dns//", "dns/a/x"),
            ("../dns", "../dns/a/x"),
            ("/", "/a/x"),
        ] {
            assert_eq!(tree(root, &[]).name("a/x"), name);
        }
    }
}
