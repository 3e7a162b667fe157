//! Telling somebody how far the reading of the log has come.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How far the reading of the log has come.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LogProgress {
    /// Rows read so far.
    pub rows: u64,
    /// Share of the files' bytes that they take, 0 to 1.
    pub share: f64,
}

/// Adds up what has been read, and tells somebody, if there is somebody to tell.
#[derive(Default)]
pub(super) struct Watcher<'a> {
    tell: Option<Box<dyn FnMut(LogProgress) + 'a>>,
    rows: u64,
    bytes: u64,
    total: u64,
}

impl<'a> Watcher<'a> {
    /// A watcher that tells `tell`.
    pub(super) fn telling(tell: impl FnMut(LogProgress) + 'a) -> Watcher<'a> {
        Watcher { tell: Some(Box::new(tell)), ..Watcher::default() }
    }

    /// The reading of these files begins.
    pub(super) fn begin(&mut self, paths: &[PathBuf]) {
        (self.rows, self.bytes, self.total) = (0, 0, paths.iter().map(|path| size(path)).sum());
        self.tell(0.0);
    }

    /// A further part has been read.
    pub(super) fn add(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        self.bytes += bytes;
        self.tell((self.bytes as f64 / self.total.max(1) as f64).min(1.0));
    }

    /// Everything has been read.
    pub(super) fn end(&mut self) {
        self.tell(1.0);
    }

    fn tell(&mut self, share: f64) {
        if let Some(tell) = &mut self.tell {
            tell(LogProgress { rows: self.rows, share });
        }
    }
}

/// The size of a file in bytes, unpacked where gzip has packed it; 0 where nobody knows.
pub(super) fn size(path: &Path) -> u64 {
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    if path.extension().is_some_and(|extension| extension == "gz") { unpacked(path).unwrap_or(size) } else { size }
}

/// The size that gzip wrote at the end of a file, of which it keeps the lower 32 bits.
fn unpacked(path: &Path) -> io::Result<u64> {
    let (mut file, mut size) = (File::open(path)?, [0; 4]);
    file.seek(SeekFrom::End(-4))?;
    file.read_exact(&mut size)?;
    Ok(u64::from(u32::from_le_bytes(size)))
}
