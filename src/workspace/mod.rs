//! The only reader of disk, standard input and git, and the only writer of files: bytes, nothing parsed.

mod disk;
mod folder;
mod git;
mod tree;

pub use folder::{Folder, archive};
pub use tree::{Tree, directory_of, join};

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::source::{Bytes, SourceId, Sources, TOO_LARGE};

/// Reads an input into `sources`; `-` is standard input. The error is a message without the path.
pub fn read(sources: &mut Sources, path: &str) -> Result<SourceId, String> {
    let bytes = if path == "-" { standard_input() } else { file(Path::new(path)) };
    let bytes = bytes.map_err(|error| explain(&error))?;
    if bytes.len() >= TOO_LARGE {
        return Err("it holds 4 GiB or more; split the plan, for example with one root module a zone".to_owned());
    }
    Ok(add(sources, slashed(path), bytes))
}

/// What is said of a path that leads nowhere.
pub const ABSENT: &str = "no such file or directory";

/// What two ways to name one input have in common.
pub fn identity(path: &str) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path))
}

/// Whether an input is what somebody types at a terminal.
pub fn is_typed(path: &str) -> bool {
    path == "-" && io::stdin().is_terminal()
}

/// What a path that the user gave stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tree of files.
    Directory,
    /// A file of a tree, which may lead to others there.
    InTree {
        /// The directory that the others are looked for in.
        root: String,
        /// The file, relative to it.
        path: String,
    },
    /// An input that stands alone.
    Document,
}

/// Tells what a path stands for. A YAML file belongs to the working directory, or else to the repository around it.
pub fn place(path: &str) -> Kind {
    let file = Path::new(path);
    if file.is_dir() {
        return Kind::Directory;
    }
    let is_yaml = file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    match tree_around(path).filter(|_| is_yaml) {
        Some((root, path)) => Kind::InTree { root, path },
        None => Kind::Document,
    }
}

/// The tree that a file belongs to, the working directory or else the repository around it, and its path there.
pub fn tree_around(path: &str) -> Option<(String, String)> {
    let absolute = absolute(path)?;
    let relative = |root: &Path| absolute.strip_prefix(root).ok().and_then(Path::to_str).map(slashed);
    let here = std::env::current_dir().ok();
    if let Some(path) = here.as_deref().and_then(relative) {
        return Some((".".to_owned(), path));
    }
    let repository = absolute.ancestors().skip(1).find(|ancestor| ancestor.join(".git").exists());
    let root = repository.or_else(|| absolute.parent())?;
    let below = here.as_deref().and_then(|here| here.strip_prefix(root).ok());
    let way_up = below.map(|below| vec![".."; below.components().count()].join("/"));
    let shown = way_up.or_else(|| root.to_str().map(str::to_owned))?;
    Some((shown, relative(root)?))
}

/// A whole path without `..`, which leads up from where a link leads to.
fn absolute(path: &str) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let parts: Vec<Component> = absolute.components().collect();
    let Some(last) = parts.iter().rposition(|part| *part == Component::ParentDir) else { return Some(absolute) };
    let upwards: PathBuf = parts[..=last].iter().collect();
    // Of a directory that is gone, only its name tells.
    let mut real = fs::canonicalize(&upwards).unwrap_or_else(|_| folder::plain(&upwards));
    real.extend(&parts[last + 1..]);
    Some(real)
}

/// The file of this name in the working directory, or in the nearest directory above it that has one, up to the root of
/// the repository: its path from the working directory.
pub fn find_upwards(name: &str) -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let mut up = PathBuf::new();
    for directory in here.ancestors() {
        // A link that leads nowhere is no reason to do without.
        if directory.join(name).is_file() || directory.join(name).is_symlink() {
            return up.join(name).to_str().map(slashed);
        }
        if directory.join(".git").exists() {
            return None;
        }
        up.push("..");
    }
    None
}

/// The path that a file of one directory has in another; none if it does not lie in the first.
pub fn moved(path: &str, from: &str, to: &str) -> Option<String> {
    let (path, from) = (absolute(path)?, absolute(from)?);
    Path::new(to).join(path.strip_prefix(from).ok()?).to_str().map(slashed)
}

/// The directory of a file, and the file in it.
pub fn split(path: &str) -> (String, String) {
    let path = slashed(path);
    match path.rsplit_once('/') {
        Some(("", file)) => ("/".to_owned(), file.to_owned()),
        Some((directory, file)) => (directory.to_owned(), file.to_owned()),
        None => (".".to_owned(), path),
    }
}

/// Two files as two states of a tree have them: the part in which their paths end alike lies in the tree, and at least the
/// last name does. Each with the directory it is in.
pub fn parted(one: &str, other: &str) -> [(String, String); 2] {
    let parts = |path: &str| -> Vec<String> { slashed(path).split('/').map(str::to_owned).collect() };
    let (one, other) = (parts(one), parts(other));
    let is_name = |part: &str| !part.is_empty() && part != "..";
    let pairs = one.iter().rev().zip(other.iter().rev());
    let alike = pairs.take_while(|(one, other)| one == other && is_name(one)).count();
    [one, other].map(|parts| {
        let (root, file) = parts.split_at(parts.len() - alike.clamp(1, parts.len()));
        let root = match root {
            [] => ".".to_owned(),
            [start] if start.is_empty() => "/".to_owned(),
            root => root.join("/"),
        };
        (root, file.join("/"))
    })
}

/// A path that is relative to the directory of a file, as it is from where that file's path starts.
pub fn beside(file: &str, path: &str) -> String {
    let directory = Path::new(file).parent().unwrap_or(Path::new(""));
    let joined = if path == "." { directory.to_owned() } else { directory.join(path) };
    let text = joined.to_str().map(slashed).unwrap_or_default();
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The branch that changes go to, if this is a git repository that shows it.
pub fn default_branch() -> Option<String> {
    git::default_branch()
}

/// Writes a file whole or not at all: beside, then renamed. A link stays, and so does who may read what was there; what
/// is no file, such as a pipe, is written to.
pub fn write(path: &str, text: &str) -> io::Result<()> {
    let path = identity(path);
    let data = fs::metadata(&path).ok();
    if data.as_ref().is_some_and(|data| !data.is_file()) {
        return fs::write(path, text);
    }
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = data.map_or(0o666, |data| data.permissions().mode() & 0o777);
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    let mut file = builder.prefix(".zonegate-").tempfile_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A variable of the environment.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Takes in what was read, in UTF-8.
fn add(sources: &mut Sources, name: String, bytes: Bytes) -> SourceId {
    match utf8(&bytes) {
        Some(text) => sources.add_decoded(name, text, bytes),
        None => sources.add(name, bytes),
    }
}

/// The path as reports write it on every system.
fn slashed(path: &str) -> String {
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

fn standard_input() -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(Bytes::Owned(bytes))
}

/// Maps a file; reads what cannot be mapped, such as pipes and empty files.
fn file(path: &Path) -> io::Result<Bytes> {
    let mut file = File::open(path)?;
    let data = file.metadata()?;
    if data.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if data.is_file()
        && let Ok(map) = map(&file)
    {
        return Ok(Bytes::Mapped(map));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Bytes::Owned(bytes))
}

#[expect(unsafe_code, reason = "memory maps have no safe form")]
fn map(file: &File) -> io::Result<memmap2::Mmap> {
    // SAFETY: the map is read only. A plan is a finished file that nothing writes to while it is checked; a program
    // that cut it short all the same would end this one with a signal, not with a wrong verdict.
    unsafe { memmap2::MmapOptions::new().populate().map(file) }
}

/// The text of UTF-16 with a byte order mark, as PowerShell 5 writes it; none for anything else.
fn utf8(bytes: &[u8]) -> Option<Vec<u8>> {
    let (unit, rest): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => (u16::from_be_bytes, rest),
        _ => return None,
    };
    let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    Some(
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
            .into_bytes(),
    )
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => ABSENT.to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory; name a file in it".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_part_where_their_paths_do() {
        for (one, other, expected) in [
            ("a/c.yaml", "b/c.yaml", [("a", "c.yaml"), ("b", "c.yaml")]),
            ("a/dns/c.yaml", "b/dns/c.yaml", [("a", "dns/c.yaml"), ("b", "dns/c.yaml")]),
            ("/tmp/a/dns/c.yaml", "dns/c.yaml", [("/tmp/a", "dns/c.yaml"), (".", "dns/c.yaml")]),
            ("dns/old.yaml", "dns/new.yaml", [("dns", "old.yaml"), ("dns", "new.yaml")]),
            ("old.yaml", "/new.yaml", [(".", "old.yaml"), ("/", "new.yaml")]),
            ("../c.yaml", "../c.yaml", [("..", "c.yaml"), ("..", "c.yaml")]),
        ] {
            let expected = expected.map(|(root, file)| (root.to_owned(), file.to_owned()));
            assert_eq!(parted(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn utf_16_is_told_by_its_mark() {
        let little = [0xFF, 0xFE, b'{', 0, 0xFC, 0];
        let big = [0xFE, 0xFF, 0, b'{', 0, 0xFC];
        assert_eq!(utf8(&little).as_deref(), Some("{ü".as_bytes()));
        assert_eq!(utf8(&big).as_deref(), Some("{ü".as_bytes()));
        assert_eq!(utf8(b"{}"), None);
        assert_eq!(utf8(b""), None);
        let lone_surrogate_and_odd_byte = [0xFF, 0xFE, 0x00, 0xD8, b'x'];
        assert_eq!(utf8(&lone_surrogate_and_odd_byte).as_deref(), Some("\u{FFFD}".as_bytes()));
    }
}
