//! A file is there whole or not at all.

use super::unfinished::Unfinished;
use crate::fault::InputError;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Size of the buffer before the file.
const BUFFER: usize = 1 << 20;

/// Writes a file through `fill`: into a temporary file of the same folder, to the disk, then to its name. A device or
/// pipe, which has no content to keep, is written straight.
///
/// # Errors
/// A folder that is not there (none is created), or what the system says while writing; nothing is left behind then.
pub fn write_atomically(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), InputError> {
    let written = match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => return Err(failed(path, "is a folder").remedy("name a file in it")),
        Ok(there) if !there.is_file() => write_straight(path, fill),
        // A link stays a link; what it points to is replaced.
        Ok(_) => path.canonicalize().and_then(|real| replace(&real, fill)),
        Err(_) => replace(path, fill),
    };
    written.map_err(|error| {
        let folder = folder_of(path);
        if !folder.is_dir() {
            return failed(path, &format!("there is no folder `{}`", folder.display())).remedy("create it first");
        }
        unwritten(path, &error)
    })
}

/// The error for a file that cannot be written (further).
pub(super) fn unwritten(path: &Path, error: &io::Error) -> InputError {
    failed(path, &format!("cannot be written: {error}"))
}

fn failed(path: &Path, what: &str) -> InputError {
    InputError::new(what).at(path.display().to_string())
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn write_straight(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut sink = BufWriter::with_capacity(BUFFER, OpenOptions::new().write(true).open(path)?);
    fill(&mut sink)?;
    sink.flush()
}

fn replace(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let temporary = Unfinished::begin(&folder_of(path))?;
    {
        let mut sink = BufWriter::with_capacity(BUFFER, temporary.as_file());
        fill(&mut sink)?;
        sink.flush()?;
    }
    if let Ok(earlier) = std::fs::metadata(path) {
        temporary.as_file().set_permissions(earlier.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.finish(path)?;
    sync_folder(&folder_of(path));
    Ok(())
}

/// Makes the new name last through a power cut where the system can; where it cannot, the content is safe already.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
