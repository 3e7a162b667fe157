//! The few file operations that change a store, so that a test can fail or stop any of them.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// What a writer does to a disk. Reading goes to the file system directly: it changes nothing.
pub trait Disk {
    /// Makes a folder and those above it; that it exists is no error.
    ///
    /// # Errors
    /// What the file system says.
    fn create_dir(&self, folder: &Path) -> io::Result<()>;

    /// Writes a whole file and waits until its bytes are on the disk.
    ///
    /// # Errors
    /// What the file system says; part of the file may then be there.
    fn write_synced(&self, file: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Renames a file, in the place of one that is there, or a folder. It happens wholly or not at all.
    ///
    /// # Errors
    /// What the file system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, or a folder with all that is in it; that there is none is no error.
    ///
    /// # Errors
    /// What the file system says; part of a folder may then be gone.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Waits until the names in a folder are on the disk: until then a rename may be lost with the power.
    ///
    /// # Errors
    /// What the file system says.
    fn sync_dir(&self, folder: &Path) -> io::Result<()>;

    /// Locks a file, making it if need be; `None` if another process holds it. Dropping the file unlocks it, and so
    /// does the end of the process, however it ends.
    ///
    /// # Errors
    /// What the file system says.
    fn lock(&self, file: &Path) -> io::Result<Option<File>>;
}

impl<D: Disk + ?Sized> Disk for &D {
    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        (**self).create_dir(folder)
    }

    fn write_synced(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        (**self).write_synced(file, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        (**self).rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        (**self).remove(path)
    }

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        (**self).sync_dir(folder)
    }

    fn lock(&self, file: &Path) -> io::Result<Option<File>> {
        (**self).lock(file)
    }
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn write_synced(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(file)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let removed = match fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        // Only Unix opens a folder as a file; elsewhere the file system orders renames by itself.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }

    fn lock(&self, file: &Path) -> io::Result<Option<File>> {
        let file = File::options().create(true).truncate(false).write(true).open(file)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
