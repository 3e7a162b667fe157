//! Temporary files on their way to a name: who is told to stop meanwhile can remove them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::{Builder, NamedTempFile};

/// Where those of this process are. Locked while one is made or gets its name, so that none is on its way unknown.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes the temporary files that are being written, for a process that is about to end: from now on none is begun and none
/// gets its name, for whoever tries waits for ever.
pub fn abandon_unfinished() {
    let unfinished = lock();
    for path in unfinished.iter() {
        // Whoever is told to stop cannot do more about it.
        let _ = std::fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// A temporary file; removed when it is dropped without a name.
pub(super) struct Unfinished {
    file: NamedTempFile,
    /// Dropped last: what is listed may be gone, what is there is listed.
    listed: Listed,
}

impl Unfinished {
    /// In a folder, with the permissions any new file gets.
    pub(super) fn begin(folder: &Path) -> io::Result<Unfinished> {
        let mut builder = Builder::new();
        builder.prefix(".leadscore-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut unfinished = lock();
        let file = builder.tempfile_in(folder)?;
        let listed = Listed(file.path().to_path_buf());
        unfinished.insert(listed.0.clone());
        Ok(Unfinished { file, listed })
    }

    pub(super) fn as_file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives it its name, in the same folder.
    pub(super) fn finish(self, name: &Path) -> io::Result<()> {
        let Unfinished { file, listed: _until_the_lock_is_free } = self;
        let _unfinished = lock();
        file.persist(name).map(drop).map_err(|error| error.error)
    }
}

/// The place of a temporary file in the list.
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        lock().remove(&self.0);
    }
}

fn lock() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_listed_until_it_has_its_name_or_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let listed = || lock().iter().filter(|path| path.starts_with(folder.path())).count();
        let there = || std::fs::read_dir(folder.path()).unwrap().count();
        let [named, given_up, refused] = [(); 3].map(|()| Unfinished::begin(folder.path()).unwrap());
        assert_eq!((listed(), there()), (3, 3));
        named.finish(&folder.path().join("scored.csv")).unwrap();
        assert_eq!((listed(), there()), (2, 3));
        drop(given_up);
        assert_eq!((listed(), there()), (1, 2));
        assert!(refused.finish(&folder.path().join("no such folder/scored.csv")).is_err());
        assert_eq!((listed(), there()), (0, 1));
    }
}
