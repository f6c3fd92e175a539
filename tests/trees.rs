//! Trees of odd directories and repositories. The `git` program makes the repositories, in temporary directories.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use zonegate::source::Sources;
use zonegate::workspace::Tree;

/// A directory that is gone after the test, with a repository in it or not.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("there is room for a directory"))
    }

    /// A repository without a commit.
    fn repository(options: &[&str]) -> Place {
        let place = Place::new();
        place.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        place
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn root(&self, below: &str) -> String {
        self.path(below).to_str().expect("temporary directories have names of text").to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("there is room for a directory");
        fs::write(path, text).expect("there is room for a file");
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("the test wrote it");
    }

    #[cfg(unix)]
    fn link(&self, path: &str, target: &str) {
        fs::create_dir_all(self.path(path).parent().expect("it lies in a directory")).expect("there is room for it");
        std::os::unix::fs::symlink(target, self.path(path)).expect("there is room for a link");
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.0.path(), arguments)
    }

    fn commit(&self) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }
}

fn git(at: &Path, arguments: &[&str]) -> String {
    let mut command = git_command(at);
    let output = command.args(arguments).output().expect("git is installed where the tests run");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

fn git_command(at: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(at).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(name);
    }
    for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
        command.env(name, "test");
    }
    for name in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
        command.env(name, "test@example.com");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    // A clone of a submodule from a directory is not allowed by default.
    command.args(["-c", "protocol.file.allow=always"]);
    command
}

/// What a tree holds: a line for each file, with its text or why it cannot be read.
fn show(tree: Result<Tree, String>) -> Vec<String> {
    let mut tree = tree.expect("the tree can be listed");
    let mut sources = Sources::default();
    let files = tree.files().to_vec();
    let line = |file: &String| match tree.read(&mut sources, file) {
        Ok(id) => format!("{file}: {}", String::from_utf8_lossy(sources.get(id).bytes())),
        Err(reason) => format!("{file}! {reason}"),
    };
    files.iter().map(line).collect()
}

fn refusal(tree: Result<Tree, String>) -> String {
    tree.expect_err("the tree is refused")
}

/// The troubles of a tree, a line each.
fn troubles(tree: &Tree) -> Vec<String> {
    let mut lines: Vec<String> = tree.troubles().iter().map(|(path, reason)| format!("{path}: {reason}")).collect();
    lines.sort();
    lines
}

#[test]
fn a_tree_says_which_state_it_is() {
    let place = Place::repository(&[]);
    place.write("a.yaml", "1");
    let first = place.commit();
    let root = place.root("");
    let state = |tree: Result<Tree, String>| tree.expect("the tree can be listed").state().to_owned();
    assert_eq!(state(Tree::disk(&root)), "on disk");
    assert_eq!(state(Tree::index(&root)), "in the index of git");
    assert_eq!(state(Tree::head(&root)), "in the last commit");
    let merge_base = state(Tree::revision(&root, "main", false));
    assert_eq!(merge_base, format!("in commit {}, the merge base of main and HEAD", &first[..12]));
    assert_eq!(state(Tree::revision(&root, "main", true)), format!("in commit {}, main", &first[..12]));
}

#[test]
fn the_states_of_a_directory_are_told_apart() {
    let place = Place::repository(&[]);
    place.write("dns/a.yaml", "1");
    place.write("elsewhere/b.yaml", "1");
    let first = place.commit();
    place.git(&["checkout", "--quiet", "-b", "topic"]);
    place.write("dns/a.yaml", "2");
    let second = place.commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("dns/a.yaml", "main");
    place.commit();
    place.git(&["checkout", "--quiet", "topic"]);
    place.write("dns/a.yaml", "3");
    place.git(&["add", "--all"]);
    place.write("dns/a.yaml", "4");
    let root = &place.root("dns");
    assert_eq!(show(Tree::disk(root)), ["a.yaml: 4"]);
    assert_eq!(show(Tree::index(root)), ["a.yaml: 3"]);
    assert_eq!(show(Tree::head(root)), ["a.yaml: 2"]);
    assert_eq!(show(Tree::revision(root, "main", false)), ["a.yaml: 1"], "what both grew from");
    assert_eq!(show(Tree::revision(root, "main", true)), ["a.yaml: main"]);
    assert_eq!(show(Tree::revision(root, &first, true)), ["a.yaml: 1"]);
    assert_eq!(show(Tree::revision(root, &second[..8], true)), ["a.yaml: 2"]);
    assert_eq!(show(Tree::revision(root, "HEAD~1", true)), ["a.yaml: 1"]);
    assert_eq!(show(Ok(Tree::empty(root))), [""; 0]);
    assert_eq!(show(Tree::head(&place.root("."))), ["dns/a.yaml: 2", "elsewhere/b.yaml: 1"]);
}

#[test]
fn both_sides_share_what_is_equal() {
    let place = Place::repository(&[]);
    place.write("same.yaml", "same");
    place.write("other.yaml", "before");
    fs::write(place.path("wide.yaml"), [0xFF, 0xFE, b'a', 0, 0xFC, 0]).expect("there is room for a file");
    place.commit();
    place.write("other.yaml", "after");
    let mut sources = Sources::default();
    let (mut before, mut after) = (Tree::head(&place.root("")).unwrap(), Tree::disk(&place.root("")).unwrap());
    for (file, is_shared) in [("same.yaml", true), ("other.yaml", false), ("wide.yaml", true)] {
        let ids = (before.read(&mut sources, file).unwrap(), after.read(&mut sources, file).unwrap());
        assert_eq!(ids.0 == ids.1, is_shared, "{file}");
        assert_eq!(after.read(&mut sources, file).unwrap(), ids.1, "asked again");
        assert_eq!(sources.get(ids.0).name(), place.root(file), "the name in the working tree");
    }
    let wide = before.read(&mut sources, "./wide.yaml").unwrap();
    assert_eq!(sources.get(wide).bytes(), "aü".as_bytes());
    place.write("other.yaml", "later");
    let other = after.read(&mut sources, "other.yaml").unwrap();
    assert_eq!(sources.get(other).bytes(), b"after", "a file is read once");
    assert_eq!(after.read(&mut sources, "../x").unwrap_err(), "no such file");
}

#[test]
fn the_disk_is_listed_without_what_belongs_to_tools() {
    let place = Place::new();
    for file in ["b/c/x", "b.d/y", ".git/config", "b/.git", "b/.terraform/z", ".terraform", ".gitignore", "b/c/.hidden"]
    {
        place.write(file, "");
    }
    fs::create_dir(place.path("hollow")).unwrap();
    let tree = Tree::disk(&place.root("")).unwrap();
    assert_eq!(tree.files(), [".gitignore", "b.d/y", "b/c/.hidden", "b/c/x"]);
    assert_eq!(tree.directories_in("b"), ["b/c"]);
    assert!(tree.has_directory("b/c") && !tree.has_directory("hollow"));
    assert!(tree.troubles().is_empty());
    assert_eq!(refusal(Tree::disk(&place.root("gone"))), "no such directory");
    assert_eq!(refusal(Tree::disk(&place.root(".gitignore"))), "this is a file; name the directory that it lies in");
}

#[test]
fn a_file_that_is_gone_when_it_is_read_is_told() {
    let place = Place::new();
    place.write("a.yaml", "");
    let mut tree = Tree::disk(&place.root("")).unwrap();
    place.remove("a.yaml");
    let error = tree.read(&mut Sources::default(), "a.yaml").unwrap_err();
    assert_eq!(error, "no such file; it was there a moment ago");
    fs::create_dir(place.path("a.yaml")).unwrap();
    assert_eq!(tree.read(&mut Sources::default(), "a.yaml").unwrap_err(), "it is no longer a regular file");
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_same_files_on_disk_and_in_git() {
    let place = Place::repository(&[]);
    place.write("dns/zones/a.yaml", "a");
    place.write("other/b.yaml", "b");
    place.write("other/deep/c.yaml", "c");
    place.link("dns/file.yaml", "zones/a.yaml");
    place.link("dns/directory", "zones");
    place.link("dns/other", "../other");
    place.link("other/deep/again", "../../dns/zones");
    place.link("dns/zones/circle", "..");
    place.link("dns/self", "self");
    place.link("dns/nowhere.yaml", "gone/x.yaml");
    place.link("dns/twice", "directory");
    place.link("entry", "dns");
    place.link("dns/.terraform", "zones");
    place.commit();
    let expected = [
        "directory/a.yaml: a",
        "file.yaml: a",
        "nowhere.yaml! the symbolic link leads nowhere",
        "other/b.yaml: b",
        "other/deep/again/a.yaml: a",
        "other/deep/c.yaml: c",
        "twice/a.yaml: a",
        "zones/a.yaml: a",
    ];
    for root in ["dns", "entry", "entry/", "dns/zones/circle", "entry/zones/.."] {
        let root = &place.root(root);
        let trees = [Tree::disk(root), Tree::head(root), Tree::index(root), Tree::revision(root, "main", false)];
        for tree in trees {
            let circles = troubles(tree.as_ref().unwrap());
            assert!(
                circles.iter().all(|line| line.contains("circle: the symbolic link leads to a directory above it"))
            );
            assert!(!circles.is_empty(), "{root}");
            let mut shown = show(tree);
            shown.retain(|line| !line.starts_with("self! ") && !line.contains("circle/"));
            assert_eq!(shown, expected, "{root}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_told() {
    let outside = Place::new();
    outside.write("a.yaml", "a");
    let place = Place::repository(&[]);
    place.link("zones", &outside.root(""));
    place.link("up.yaml", "../x/up.yaml");
    place.commit();
    assert_eq!(show(Tree::disk(&place.root("")))[1], "zones/a.yaml: a");
    let tree = Tree::head(&place.root("")).unwrap();
    let reason = "the symbolic link leads out of the repository";
    assert_eq!(troubles(&tree), [format!("up.yaml: {reason}"), format!("zones: {reason}")]);
    assert_eq!(show(Ok(tree)), [format!("up.yaml! {reason}"), format!("zones! {reason}")]);
    assert_eq!(troubles(&Tree::head(&place.root("up.yaml/below")).unwrap()), [format!(": {reason}")]);
}

#[cfg(unix)]
#[test]
fn links_are_those_of_the_commit() {
    let place = Place::repository(&[]);
    place.write("one/a.yaml", "one");
    place.write("two/a.yaml", "two");
    place.link("zones", "one");
    place.commit();
    place.remove("zones");
    place.link("zones", "two");
    let root = &place.root("zones");
    assert_eq!(show(Tree::disk(root)), ["a.yaml: two"]);
    assert_eq!(show(Tree::head(root)), ["a.yaml: one"]);
}

#[cfg(unix)]
#[test]
fn a_link_from_outside_leads_into_the_repository() {
    let place = Place::repository(&[]);
    place.write("dns/zones/a.yaml", "1");
    place.commit();
    place.write("dns/zones/a.yaml", "2");
    let outside = Place::new();
    outside.link("top", &place.root(""));
    outside.link("within", &place.root("dns"));
    for root in ["top/dns/zones", "within/zones"] {
        assert_eq!(show(Tree::head(&outside.root(root))), ["a.yaml: 1"], "{root}");
    }
}

#[cfg(unix)]
#[test]
fn names_may_be_hostile() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::repository(&[]);
    let names = ["-h", "--upload-pack=x", "a\nb.yaml", "a\tb", "\"q'", "é.yaml", ":(top)x", "*", "a\\b", " "];
    for name in names {
        place.write(&format!("-r\n:(top)/{name}"), name);
    }
    let strange = place.path("-r\n:(top)").join(OsStr::from_bytes(b"\xFF.yaml"));
    let writes_strange_names = fs::write(&strange, "").is_ok();
    place.write("other/x", "x");
    place.commit();
    let root = &place.root("-r\n:(top)");
    let mut expected = names.map(|name| format!("{name}: {name}"));
    expected.sort();
    for tree in [Tree::disk(root), Tree::head(root), Tree::index(root)] {
        if writes_strange_names {
            let told = troubles(tree.as_ref().unwrap());
            assert_eq!(told, ["\u{FFFD}.yaml: its name is not UTF-8, so it is not read"]);
        }
        assert_eq!(show(tree), expected);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_told_if_it_is_named_like_a_zone() {
    let place = Place::new();
    let sockets = ["a.yaml", "b"].map(|name| std::os::unix::net::UnixListener::bind(place.path(name)).unwrap());
    let tree = Tree::disk(&place.root("")).unwrap();
    assert_eq!(troubles(&tree), ["a.yaml: it is no regular file, so it is not read"]);
    assert!(tree.files().is_empty());
    drop(sockets);
}

#[test]
fn revisions_may_be_hostile() {
    let place = Place::repository(&[]);
    place.write("a.yaml", "1");
    place.commit();
    place.commit();
    for revision in [
        "",
        "-h",
        "--upload-pack=x",
        "--all",
        "HEAD~1..HEAD",
        "^HEAD",
        "HEAD\n",
        "HEAD\nHEAD",
        "HEAD^@",
        "HEAD:a.yaml",
        "no-such-branch",
        "'; x",
    ] {
        for exact in [false, true] {
            let refusal = refusal(Tree::revision(&place.root(""), revision, exact));
            assert!(refusal.starts_with("git knows no commit called `"), "{revision:?}: {refusal}");
            assert!(!refusal.contains('\n'), "{refusal:?}");
        }
    }
    assert!(refusal(Tree::revision(&place.root(""), "a\0b", true)).contains("cannot be started"));
}

#[test]
fn nothing_is_written() {
    let place = Place::repository(&[]);
    place.write("a.yaml", "1");
    place.write("b.yaml", "1");
    place.commit();
    place.write("a.yaml", "2");
    // The index no longer knows the times of this file, so that a refresh would write it anew.
    fs::rename(place.path("b.yaml"), place.path("c")).unwrap();
    place.write("b.yaml", "1");
    place.remove("c");
    let files = || {
        let entries = walkdir::WalkDir::new(place.path(".git")).sort_by_file_name().into_iter();
        let files = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file());
        let state = |entry: walkdir::DirEntry| {
            let bytes = fs::read(entry.path()).unwrap();
            (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap(), bytes)
        };
        files.map(state).collect::<Vec<_>>()
    };
    let before = files();
    let root = &place.root("");
    for tree in [Tree::head(root), Tree::index(root), Tree::revision(root, "HEAD", false)] {
        assert_eq!(show(tree), ["a.yaml: 1", "b.yaml: 1"]);
    }
    assert!(files() == before, "the repository changed");
    assert_eq!(place.git(&["status", "--porcelain"]), " M a.yaml");
}

#[test]
fn the_index_is_the_next_commit() {
    let place = Place::repository(&[]);
    let root = &place.root("");
    assert_eq!(show(Tree::index(root)), [""; 0]);
    assert_eq!(show(Tree::head(root)), [""; 0], "there is no commit yet");
    let refusal = refusal(Tree::revision(root, "HEAD", false));
    assert!(refusal.starts_with("git knows no commit called `HEAD`"), "{refusal}");
    for file in ["staged", "empty", "intended"] {
        place.write(file, if file == "staged" { "1" } else { "" });
    }
    place.git(&["add", "staged", "empty"]);
    place.git(&["add", "--intent-to-add", "intended"]);
    assert_eq!(show(Tree::index(root)), ["empty: ", "staged: 1"]);
    place.git(&["commit", "--quiet", "--message", "x"]);
    place.git(&["rm", "--quiet", "--cached", "staged"]);
    assert_eq!(show(Tree::index(root)), ["empty: "]);
    assert_eq!(show(Tree::head(root)), ["empty: ", "staged: 1"]);
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_told() {
    let place = Place::repository(&[]);
    for file in
        ["zones/a.example.yaml", "zones/b.example.yaml", "zones/c.example.yaml", "other/d.example.yaml", "zones/x"]
    {
        place.write(file, "1");
    }
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "--message", "x"]);
    let told = |below: &str| troubles(&Tree::checked_out(&place.root(below)).expect("it can be listed"));
    assert_eq!(told(""), [""; 0]);
    place.git(&["sparse-checkout", "set", "--no-cone", "zones/a.example.yaml"]);
    let reason = "out; check out all of the directory";
    assert_eq!(told("zones"), [format!("b.example.yaml: a sparse checkout leaves this file and 1 more {reason}")]);
    assert_eq!(told(""), [format!("other/d.example.yaml: a sparse checkout leaves this file and 2 more {reason}")]);
    place.write("zones/b.example.yaml", "2");
    assert_eq!(told("zones"), [format!("c.example.yaml: a sparse checkout leaves this file {reason}")]);
    place.git(&["sparse-checkout", "disable"]);
    assert_eq!(told(""), [""; 0]);
}

#[test]
fn conflicts_are_an_error_that_names_the_first() {
    let place = Place::repository(&[]);
    place.write("dns/a.yaml", "1");
    place.commit();
    place.git(&["checkout", "--quiet", "-b", "topic"]);
    place.write("dns/a.yaml", "2");
    place.write("dns/b.yaml", "2");
    place.commit();
    place.git(&["checkout", "--quiet", "main"]);
    place.write("dns/a.yaml", "3");
    place.write("dns/b.yaml", "3");
    place.commit();
    assert!(!git_command(&place.path("")).args(["merge", "topic"]).output().unwrap().status.success());
    let refusal = refusal(Tree::index(&place.root("dns")));
    assert_eq!(refusal, "`dns/a.yaml` has conflicts; resolve them and `git add` it");
    assert_eq!(show(Tree::head(&place.root("dns"))), ["a.yaml: 3", "b.yaml: 3"]);
}

#[test]
fn kinds_of_repositories_make_no_difference() {
    for options in [&["--object-format=sha256"][..], &["--separate-git-dir=elsewhere"], &[]] {
        let place = Place::repository(options);
        place.git(&["config", "core.quotepath", "true"]);
        place.git(&["config", "diff.renames", "copies"]);
        place.git(&["config", "diff.noprefix", "true"]);
        place.write("dns/é.yaml", "1");
        place.git(&["add", "dns"]);
        place.git(&["commit", "--quiet", "--message", "x"]);
        place.git(&["worktree", "add", "--quiet", "linked"]);
        place.write("linked/dns/é.yaml", "2");
        git(&place.path("linked"), &["commit", "--quiet", "--all", "--message", "x"]);
        place.write("linked/dns/é.yaml", "3");
        place.git(&["-C", "linked", "add", "--all"]);
        assert_eq!(show(Tree::head(&place.root("dns"))), ["é.yaml: 1"]);
        assert_eq!(show(Tree::head(&place.root("linked/dns"))), ["é.yaml: 2"]);
        assert_eq!(show(Tree::index(&place.root("linked/dns"))), ["é.yaml: 3"]);
        assert_eq!(show(Tree::revision(&place.root("linked/dns"), "main", false)), ["é.yaml: 1"]);
        assert_eq!(show(Tree::disk(&place.root("linked"))), ["dns/é.yaml: 3"]);
    }
}

#[test]
fn a_directory_may_be_younger_or_older_than_the_commit() {
    let place = Place::repository(&[]);
    place.write("old/zones/a.yaml", "1");
    place.write("shape", "a file");
    place.commit();
    place.remove("old/zones/a.yaml");
    fs::remove_dir_all(place.path("old")).unwrap();
    place.remove("shape");
    place.write("new/a.yaml", "1");
    place.write("shape/a.yaml", "1");
    assert_eq!(show(Tree::head(&place.root("new"))), [""; 0]);
    assert_eq!(show(Tree::head(&place.root("shape"))), [""; 0], "it was a file");
    assert_eq!(show(Tree::head(&place.root("old/zones"))), ["a.yaml: 1"]);
    assert_eq!(refusal(Tree::disk(&place.root("old/zones"))), "no such directory");
}

#[test]
fn submodules_are_told() {
    let inner = Place::repository(&[]);
    inner.write("a.yaml", "1");
    inner.commit();
    let place = Place::repository(&[]);
    place.git(&["submodule", "--quiet", "add", &inner.root(""), "zones"]);
    place.git(&["config", "--file", ".gitmodules", "submodule.zones.ignore", "all"]);
    place.commit();
    for tree in [Tree::head(&place.root("")), Tree::index(&place.root(""))] {
        let tree = tree.unwrap();
        assert_eq!(tree.files(), [".gitmodules"]);
        assert!(troubles(&tree)[0].starts_with("zones: it is a submodule"), "{tree:?}");
    }
    assert_eq!(show(Tree::head(&place.root("zones"))), ["a.yaml: 1"], "its own repository");
    let clone = Place::new();
    clone.git(&["clone", "--quiet", &place.root(""), "."]);
    let tree = Tree::head(&clone.root("zones")).unwrap();
    assert!(tree.files().is_empty() && troubles(&tree)[0].starts_with(": it is a submodule"), "{tree:?}");
}

#[test]
fn a_bare_clone_has_revisions_only() {
    let place = Place::repository(&[]);
    place.write("dns/a.yaml", "1");
    place.commit();
    let clone = Place::new();
    clone.git(&["clone", "--quiet", "--bare", &place.root(""), "clone.git"]);
    assert_eq!(show(Tree::revision(&clone.root("clone.git"), "main", true)), ["dns/a.yaml: 1"]);
    assert_eq!(show(Tree::revision(&clone.root("clone.git/dns"), "main", false)), ["a.yaml: 1"]);
    assert_eq!(show(Tree::head(&clone.root("clone.git/dns"))), ["a.yaml: 1"]);
    assert!(refusal(Tree::index(&clone.root("clone.git"))).starts_with("a bare clone has no index"));
    assert!(refusal(Tree::disk(&clone.root("clone.git"))).starts_with("this is a git repository without"));
}

#[test]
fn history_may_be_missing() {
    let place = Place::repository(&[]);
    place.write("a.yaml", "1");
    place.commit();
    place.git(&["branch", "topic"]);
    place.commit();
    place.commit();
    place.git(&["checkout", "--quiet", "topic"]);
    place.write("b.yaml", "1");
    place.commit();
    place.commit();
    place.git(&["checkout", "--quiet", "--orphan", "stranger"]);
    place.commit();
    let clone = Place::new();
    let url = format!("file://{}", place.root(""));
    clone.git(&["clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", &url, "shallow"]);
    let root = &clone.root("shallow");
    let shallow = refusal(Tree::revision(root, "origin/main", false));
    assert!(shallow.starts_with("the history of this clone ends before"), "{shallow}");
    assert_eq!(show(Tree::revision(root, "origin/main", true)), ["a.yaml: 1"]);
    let stranger = refusal(Tree::revision(&place.root(""), "main", false));
    assert!(stranger.starts_with("`main` has no commit in common with HEAD"), "{stranger}");
}

#[test]
fn what_the_repository_lacks_is_told() {
    let place = Place::repository(&[]);
    place.write("a.yaml", "1");
    place.write("b.yaml", "2");
    place.commit();
    let id = place.git(&["rev-parse", "HEAD:a.yaml"]);
    place.remove(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let shown = show(Tree::head(&place.root("")));
    assert!(shown[0].starts_with(&format!("a.yaml! the repository lacks the object {id}")), "{shown:?}");
    assert_eq!(shown[1], "b.yaml: 2", "the next question has its own answer");
    let id = place.git(&["rev-parse", "HEAD"]);
    place.remove(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let damaged = refusal(Tree::head(&place.root("")));
    assert!(damaged.starts_with("the commit that HEAD names is damaged"), "{damaged}");
}

#[test]
fn a_directory_without_a_repository_is_told() {
    let place = Place::new();
    for tree in [Tree::head(&place.root("")), Tree::index(&place.root("")), Tree::revision(&place.root(""), "x", true)]
    {
        assert!(refusal(tree).starts_with("it lies in no git repository"));
    }
}

/// Set for this test program where a hook runs it: the state to print.
const IN_HOOK: &str = "ZONEGATE_TEST_TREE";

/// What this program prints in a place of its own, where it shows one state of the directory `dns`.
fn shown_elsewhere(command: &mut Command, state: &str) -> String {
    let output = command.env(IN_HOOK, state).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter_map(|line| line.split_once("tree> ")).map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// This program, to be run for the test below only.
fn this_program(at: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the system knows"));
    command.current_dir(at).args(["a_tree_is_shown_where_a_hook_asks_for_it", "--exact", "--nocapture"]);
    command
}

#[test]
fn a_tree_is_shown_where_a_hook_asks_for_it() {
    let tree = match std::env::var(IN_HOOK).as_deref() {
        Ok("index") => Tree::index("dns"),
        Ok("head") => Tree::head("dns"),
        _ => return,
    };
    match tree {
        Ok(tree) => eprintln!("\ntree> {}", show(Ok(tree)).join(", ")),
        Err(reason) => eprintln!("\ntree> {reason}"),
    }
}

#[cfg(unix)]
#[test]
fn hooks_see_the_commit_that_is_being_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::repository(&[]);
    place.write("dns/a.yaml", "1");
    place.write("b", "1");
    place.commit();
    let elsewhere = Place::new();
    place.git(&["worktree", "add", "--quiet", &elsewhere.root("linked")]);
    let hook = place.path(".git/hooks/pre-commit");
    let program = std::env::current_exe().expect("the system knows");
    let call = format!("'{}' a_tree_is_shown_where_a_hook_asks_for_it --exact --nocapture", program.display());
    fs::write(&hook, format!("#!/bin/sh\n{call}\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    for top in [place.path(""), elsewhere.path("linked")] {
        fs::write(top.join("dns/a.yaml"), "2").unwrap();
        let commit = |arguments: &[&str]| {
            let mut command = git_command(&top.join("dns"));
            command.args(["commit", "--message", "x"]).args(arguments);
            shown_elsewhere(&mut command, "index")
        };
        // With --all git makes an index for this commit alone.
        assert_eq!(commit(&["--all"]), "a.yaml: 2", "{}", top.display());
        fs::write(top.join("dns/a.yaml"), "3").unwrap();
        git(&top, &["add", "--all"]);
        fs::write(top.join("dns/a.yaml"), "4").unwrap();
        assert_eq!(commit(&[]), "a.yaml: 3", "{}", top.display());
    }
}

#[test]
fn what_the_environment_says_of_the_repository_counts() {
    let place = Place::repository(&[]);
    place.write("dns/a.yaml", "1");
    place.commit();
    place.write("dns/a.yaml", "2");
    git(&place.path(""), &["add", "--all"]);
    fs::copy(place.path(".git/index"), place.path("other-index")).unwrap();
    place.git(&["reset", "--quiet"]);
    let shown = |variables: &[(&str, &str)], state: &str| {
        shown_elsewhere(this_program(&place.path("")).envs(variables.iter().copied()), state)
    };
    assert_eq!(shown(&[], "index"), "a.yaml: 1");
    assert_eq!(shown(&[("GIT_INDEX_FILE", "other-index")], "index"), "a.yaml: 2");
    assert_eq!(shown(&[("GIT_INDEX_FILE", "other-index"), ("GIT_DIR", ".git")], "index"), "a.yaml: 2");
    assert_eq!(shown(&[("GIT_DIR", ".git"), ("GIT_WORK_TREE", ".")], "head"), "a.yaml: 1");
    assert_eq!(shown(&[("GIT_DIR", ".git"), ("GIT_WORK_TREE", "dns")], "head"), "dns/a.yaml: 1", "the top");
    assert!(shown(&[("GIT_DIR", "dns")], "head").starts_with("it lies in no git repository"));
    assert!(shown(&[("PATH", "")], "head").starts_with("the program `git` is not there"));
}
