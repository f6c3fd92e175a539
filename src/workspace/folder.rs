//! A directory of which some files are asked for, one at a time, by whoever follows references rather than walks; and the
//! same out of a zip archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::disk;
use crate::source::{Bytes, SourceId, Sources};

/// A directory, and how far references may lead out of it.
#[derive(Debug)]
pub struct Folder {
    /// As the user gave it.
    root: String,
    /// The repository that it lies in, or else the directory itself, without symbolic links.
    bounds: PathBuf,
}

/// Files of an archive that are larger are not read.
const LARGE: u64 = 1 << 26;

impl Folder {
    /// A directory. One that is not there has no files.
    pub fn new(root: &str) -> Folder {
        let root = if root.is_empty() { "." } else { root };
        Folder { root: root.to_owned(), bounds: bounds(Path::new(root)) }
    }

    /// The names of the files directly in a directory, sorted.
    pub fn names(&self, directory: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(Path::new(&self.root).join(directory)) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }

    /// Reads a file in a directory, both as the user would write them from the root. It may be a symbolic link to
    /// elsewhere in that directory or in the repository.
    pub fn read_in(&self, sources: &mut Sources, directory: &str, name: &str) -> Option<SourceId> {
        let real = Path::new(&self.root).join(directory).canonicalize().ok()?;
        self.read_within(sources, &Path::new(directory).join(name), &[&real, &self.bounds])
    }

    /// Reads a file of the repository by its path from the root.
    pub fn read(&self, sources: &mut Sources, path: &str) -> Option<SourceId> {
        self.read_within(sources, Path::new(path), &[&self.bounds])
    }

    fn read_within(&self, sources: &mut Sources, path: &Path, bounds: &[&Path]) -> Option<SourceId> {
        let path = plain(&Path::new(&self.root).join(path));
        let real = path.canonicalize().ok()?;
        // The bounds of a directory that is not there are empty, and so start every path.
        if self.bounds.as_os_str().is_empty() || !bounds.iter().any(|bounds| is_within(&real, bounds)) {
            return None;
        }
        Some(add(sources, path.to_str()?, disk::read(&real).ok()?))
    }

    /// Takes in a file of an archive, under the name that it has below this directory.
    pub fn take(&self, sources: &mut Sources, path: &str, bytes: &[u8]) -> Option<SourceId> {
        Some(add(sources, plain(&Path::new(&self.root).join(path)).to_str()?, bytes.to_owned()))
    }
}

/// The repository that a directory lies in, or else the directory itself, without symbolic links; empty if it is not there.
pub(super) fn bounds(root: &Path) -> PathBuf {
    let real = root.canonicalize().unwrap_or_default();
    let repository = real.ancestors().find(|ancestor| ancestor.join(".git").exists());
    repository.unwrap_or(&real).to_owned()
}

/// Whether a path without symbolic links stays in some bounds. What git keeps for itself may hold passwords.
pub(super) fn is_within(real: &Path, bounds: &Path) -> bool {
    real.starts_with(bounds) && real.components().all(|component| component.as_os_str() != ".git")
}

fn add(sources: &mut Sources, path: &str, bytes: Vec<u8>) -> SourceId {
    let name = super::slashed(path);
    let known = sources.find(&name, &bytes);
    known.unwrap_or_else(|| super::add(sources, name, Bytes::Owned(bytes)))
}

/// A path without `.`, and without `..` where a name stands before it.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

/// The files of a zip archive below a directory in it, by their paths there. The error is a message without the path.
pub fn archive(path: &str, below: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let file = File::open(path).map_err(|error| super::explain(&error))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| format!("this is no zip archive: {error}"))?;
    let mut files = BTreeMap::new();
    let mut left = 4 * LARGE;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|error| format!("a file in this archive cannot be read: {error}"))?;
        let Some(name) = file.name().strip_prefix(below).map(str::to_owned) else { continue };
        let mut bytes = Vec::new();
        file.take(LARGE.min(left)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        left -= bytes.len() as u64;
        if left == 0 || bytes.len() as u64 == LARGE {
            return Err("the files in this archive are too large to be read".to_owned());
        }
        files.insert(name, bytes);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_without_detours() {
        for (path, shown) in [
            ("./main.tf", "main.tf"),
            ("a/./b/../c.tf", "a/c.tf"),
            ("../m/x.tf", "../m/x.tf"),
            ("a/../../m", "../m"),
            ("/a/../b", "/b"),
        ] {
            assert_eq!(plain(Path::new(path)), Path::new(shown));
        }
    }

    #[test]
    fn references_lead_no_further_than_to_the_repository() {
        let outside = tempfile::tempdir().unwrap();
        let repository = outside.path().join("repository");
        for directory in ["repository/.git", "repository/dns", "repository/modules", "elsewhere"] {
            std::fs::create_dir_all(outside.path().join(directory)).unwrap();
        }
        for file in ["repository/.git/config", "repository/modules/a.tf", "elsewhere/b.tf", "elsewhere/secret"] {
            std::fs::write(outside.path().join(file), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path().join("elsewhere/secret"), repository.join("dns/link.tf")).unwrap();
        let mut sources = Sources::default();
        let folder = Folder::new(repository.join("dns").to_str().unwrap());
        assert!(folder.read(&mut sources, "../modules/a.tf").is_some());
        assert!(folder.read(&mut sources, "../../elsewhere/secret").is_none());
        assert!(folder.read(&mut sources, "../.git/config").is_none());
        assert!(folder.read_in(&mut sources, "../../elsewhere", "b.tf").is_some(), "a module that code names");
        assert!(folder.read_in(&mut sources, ".", "link.tf").is_none());
        assert!(folder.read_in(&mut sources, ".", "absent.tf").is_none());
        assert!(Folder::new("no such directory").read(&mut sources, "/etc/hostname").is_none());
    }

    #[test]
    fn an_archive_gives_what_lies_below_a_directory() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let mut writer = zip::ZipWriter::new(File::create(path.path()).unwrap());
        for name in ["tfplan", "tfconfig/m-/main.tf"] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut writer, name.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
        let files = archive(path.path().to_str().unwrap(), "tfconfig/").unwrap();
        assert_eq!(files.into_iter().collect::<Vec<_>>(), [("m-/main.tf".to_owned(), b"tfconfig/m-/main.tf".to_vec())]);
        assert!(archive("no such file", "").unwrap_err().contains("no such file"));
        let text = tempfile::NamedTempFile::new().unwrap();
        assert!(archive(text.path().to_str().unwrap(), "").unwrap_err().contains("no zip archive"));
    }
}
