//! Directories as they lie on disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::tree::{Listing, bytes, is_left_out, limit_size};
use crate::source::TOO_LARGE;

/// Lists the files below a directory, and through symbolic links, as whoever opens them would.
pub(super) fn list(root: &Path) -> Result<Listing<PathBuf>, String> {
    let data = fs::metadata(root).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "no such directory".to_owned(),
        _ => error.to_string(),
    })?;
    if !data.is_dir() {
        return Err("this is a file; name the directory that it lies in".to_owned());
    }
    if root.join("HEAD").is_file() && root.join("objects").is_dir() && root.join("refs").is_dir() {
        return Err("this is a git repository without a working tree; compare two of its revisions".to_owned());
    }
    let mut listing = Listing::default();
    let is_listed = |depth: usize, path: &Path| {
        depth == 0 || path.file_name().is_none_or(|name| !is_left_out(name.as_encoded_bytes()))
    };
    let entries = WalkDir::new(root).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| is_listed(entry.depth(), entry.path())) {
        match entry {
            Ok(entry) => {
                let below = below(root, entry.path());
                if entry.file_type().is_file() {
                    listing.add(&below, entry.into_path());
                } else if !entry.file_type().is_dir() {
                    listing.pass_over(&below, "it is no regular file, so it is not read");
                }
            }
            Err(error) if is_listed(error.depth(), error.path().unwrap_or(root)) => note(&mut listing, root, &error)?,
            Err(_) => {}
        }
        listing.limit()?;
    }
    Ok(listing)
}

/// Notes what the walk could not enter. The root has to be.
fn note(listing: &mut Listing<PathBuf>, root: &Path, error: &walkdir::Error) -> Result<(), String> {
    let reason = || error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let path = error.path().filter(|path| *path != root).ok_or_else(reason)?;
    let below = below(root, path);
    if error.loop_ancestor().is_some() {
        listing.trouble(&below, LOOP);
    } else if path.is_symlink() && !path.exists() {
        // Whoever asks for it is told that it leads nowhere.
        listing.add(&below, path.to_owned());
    } else {
        listing.trouble(&below, &format!("it cannot be looked at: {}", reason()));
    }
    Ok(())
}

/// What is said of a link to a directory that it lies in itself.
pub(super) const LOOP: &str = "the symbolic link leads to a directory above it, so what lies there is listed only once";

/// The path from the root, joined with `/`.
fn below(root: &Path, path: &Path) -> Vec<u8> {
    bytes(path.strip_prefix(root).unwrap_or(path))
}

/// Reads a file into memory: somebody may be editing it.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = start(path, TOO_LARGE)?;
    limit_size(bytes.len() as u64)?;
    Ok(bytes)
}

/// Reads the first bytes of a file, `most` at most.
pub(super) fn start(path: &Path, most: usize) -> Result<Vec<u8>, String> {
    let explain = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => "the symbolic link leads nowhere".to_owned(),
        io::ErrorKind::NotFound => "no such file; it was there a moment ago".to_owned(),
        _ => error.to_string(),
    };
    // Before it is opened: a pipe that took the file's place would wait for a writer.
    if !fs::metadata(path).map_err(explain)?.is_file() {
        return Err("it is no longer a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most as u64).read_to_end(&mut bytes)).map_err(explain)?;
    Ok(bytes)
}
