//! Changing a store: publishing a version, choosing the live one, removing an old one.
//!
//! Every change is prepared under a name that readers ignore, brought to the disk, and takes effect by one rename:
//!
//! 1. the files of the version into `.draft-v0002/`, each synced, then the folder synced;
//! 2. rename to `v0002`, then the model's folder synced: the version is there, and not live;
//! 3. `.draft-CURRENT` written and synced, renamed to `CURRENT`, the folder synced: it is live.

use super::disk::Disk;
use super::error::StoreError;
use super::format::{self, FormatError};
use super::layout::{
    CURRENT, DRAFT, LOCK, MODEL_BIN, MODEL_CARD, MODEL_JSON, SCORECARD, check_name, version_folder, version_of,
};
use super::store::{Store, names_in};
use serde::Serialize;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What becomes a version.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// The bytes of `model.bin`; see [`format::encode`].
    pub model_bin: Vec<u8>,
    /// The readable dump.
    pub model_json: String,
    /// The scorecard as used, where there is one.
    pub scorecard_toml: Option<String>,
    /// The model card.
    pub card_md: String,
}

impl NewVersion {
    /// A version of `payload` and its texts.
    ///
    /// # Errors
    /// [`FormatError::Unwritable`] for a payload that cannot be written.
    pub fn of<T: Serialize>(
        payload: &T,
        model_json: String,
        scorecard_toml: Option<String>,
        card_md: String,
    ) -> Result<NewVersion, FormatError> {
        Ok(NewVersion { model_bin: format::encode(payload)?, model_json, scorecard_toml, card_md })
    }

    fn files(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        let scorecard = self.scorecard_toml.as_ref().map(|text| (SCORECARD, text.as_bytes()));
        [
            Some((MODEL_BIN, self.model_bin.as_slice())),
            Some((MODEL_JSON, self.model_json.as_bytes())),
            scorecard,
            Some((MODEL_CARD, self.card_md.as_bytes())),
        ]
        .into_iter()
        .flatten()
    }
}

/// What publishing or keeping came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// A new version; live when it was published.
    New(u32),
    /// This version already holds the same model and scorecard.
    Unchanged(u32),
}

impl Published {
    /// The version that holds it.
    pub fn version(self) -> u32 {
        match self {
            Published::New(version) | Published::Unchanged(version) => version,
        }
    }
}

/// The right to change one model. Held for as long as it lives, and by one process at a time.
#[derive(Debug)]
pub struct Writer<'a, D: Disk> {
    store: &'a Store<D>,
    name: String,
    folder: PathBuf,
    lock: File,
}

impl<D: Disk> Drop for Writer<'_, D> {
    fn drop(&mut self) {
        // Closing the file would do, but for a child process being started just now: it holds a copy until its program
        // begins, and with the copy the lock. Nothing can be done about an error, and the end of the process unlocks.
        let _ = self.lock.unlock();
    }
}

impl<D: Disk> Store<D> {
    /// The right to change a model. Take it before training: two trainings of one model end with one of them lost.
    ///
    /// What a killed writer left unfinished is removed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once where another process has it; what the file system says.
    pub fn writer(&self, name: &str) -> Result<Writer<'_, D>, StoreError> {
        check_name(name)?;
        let folder = self.model_folder(name);
        if !folder.is_dir() {
            self.make_folder(&folder)?;
        }
        let lock_file = folder.join(LOCK);
        let lock = self.disk().lock(&lock_file).map_err(failed("lock", &lock_file))?;
        let lock = lock.ok_or_else(|| StoreError::Busy { name: name.to_string() })?;
        let writer = Writer { store: self, name: name.to_string(), folder, lock };
        writer.remove_drafts()?;
        Ok(writer)
    }

    /// Makes `version` the live version of a model; see [`Writer::publish`].
    ///
    /// # Errors
    /// As [`Self::writer`] and [`Writer::publish`].
    pub fn publish(&self, name: &str, version: &NewVersion) -> Result<Published, StoreError> {
        self.writer(name)?.publish(version)
    }

    /// Makes a version that is there the live one; see [`Writer::set_current`].
    ///
    /// # Errors
    /// As [`Self::writer`] and [`Writer::set_current`].
    pub fn set_current(&self, name: &str, version: u32) -> Result<(), StoreError> {
        self.versions(name)?;
        self.writer(name)?.set_current(version)
    }

    /// Removes an old version; see [`Writer::remove_version`].
    ///
    /// # Errors
    /// As [`Self::writer`] and [`Writer::remove_version`].
    pub fn remove_version(&self, name: &str, version: u32) -> Result<(), StoreError> {
        self.versions(name)?;
        self.writer(name)?.remove_version(version)
    }

    /// A model's folder, known to the folders above it.
    fn make_folder(&self, folder: &Path) -> Result<(), StoreError> {
        self.disk().create_dir(folder).map_err(failed("create", folder))?;
        let store = self.folder();
        let above = store.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        [store, above].into_iter().try_for_each(|folder| self.sync(folder))
    }

    fn sync(&self, folder: &Path) -> Result<(), StoreError> {
        self.disk().sync_dir(folder).map_err(failed("sync", folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StoreError> {
        self.disk().rename(from, to).map_err(failed("rename", from))
    }
}

impl<D: Disk> Writer<'_, D> {
    /// Adds a version and makes it live, unless the live one already holds the same model and the same scorecard.
    ///
    /// # Errors
    /// What the file system says. The live version is then the old one, or the new one whole.
    pub fn publish(&self, version: &NewVersion) -> Result<Published, StoreError> {
        // A CURRENT that cannot be read is mended by what is about to be written.
        let live = self.store.current(&self.name).ok().flatten();
        if let Some(live) = live.filter(|live| self.holds(*live, version)) {
            return Ok(Published::Unchanged(live));
        }
        let number = self.add(version, live)?;
        self.make_live(number)?;
        Ok(Published::New(number))
    }

    /// Adds a version and leaves the live one as it is, unless the newest already holds the same model and scorecard.
    ///
    /// # Errors
    /// What the file system says; `CURRENT` is not touched.
    pub fn keep(&self, version: &NewVersion) -> Result<Published, StoreError> {
        let newest = self.store.version_numbers(&self.name)?.last().copied();
        if let Some(newest) = newest.filter(|newest| self.holds(*newest, version)) {
            return Ok(Published::Unchanged(newest));
        }
        Ok(Published::New(self.add(version, self.store.current(&self.name)?)?))
    }

    /// Adds a version under the next number, whole and not live.
    fn add(&self, version: &NewVersion, live: Option<u32>) -> Result<u32, StoreError> {
        let newest = self.store.version_numbers(&self.name)?.last().copied();
        let number = newest.max(live).unwrap_or(0) + 1;
        let draft = self.folder.join(format!("{DRAFT}{}", version_folder(number)));
        let written = self.write_draft(&draft, version);
        if let Err(error) = written {
            // The first error is the one to tell; what cannot be removed now, the next writer removes.
            let _ = self.store.disk().remove(&draft);
            return Err(error);
        }
        self.store.rename(&draft, &self.folder.join(version_folder(number)))?;
        self.store.sync(&self.folder)?;
        Ok(number)
    }

    /// Makes a version that is there the live one, after making sure that it is whole.
    ///
    /// # Errors
    /// [`StoreError::VersionMissing`], [`StoreError::Format`] for a damaged one, what the file system says.
    pub fn set_current(&self, version: u32) -> Result<(), StoreError> {
        self.store.verify(&self.name, version)?;
        self.make_live(version)
    }

    /// Removes a version that is neither live nor the newest.
    ///
    /// # Errors
    /// [`StoreError::RemovesLive`], [`StoreError::RemovesNewest`], [`StoreError::VersionMissing`], what the file
    /// system says.
    pub fn remove_version(&self, version: u32) -> Result<(), StoreError> {
        let name = self.name.clone();
        let versions = self.store.version_numbers(&self.name)?;
        if self.store.current(&self.name)? == Some(version) {
            return Err(StoreError::RemovesLive { name, version });
        }
        if !versions.contains(&version) {
            return Err(StoreError::VersionMissing { name, version, versions });
        }
        if versions.last() == Some(&version) {
            return Err(StoreError::RemovesNewest { name, version });
        }
        // Renamed first, so that no reader meets half a version.
        let folder = version_folder(version);
        let removed = self.folder.join(format!("{DRAFT}removed-{folder}"));
        self.store.rename(&self.folder.join(folder), &removed)?;
        self.store.sync(&self.folder)?;
        self.store.disk().remove(&removed).map_err(failed("remove", &removed))
    }

    /// Whether a version holds the same model and the same scorecard; one that cannot be read does not.
    fn holds(&self, version: u32, other: &NewVersion) -> bool {
        let model = self.store.model_bytes(&self.name, version);
        let scorecard = self.store.scorecard(&self.name, version);
        model.is_ok_and(|(_, bytes)| bytes == other.model_bin)
            && scorecard.is_ok_and(|text| text == other.scorecard_toml)
    }

    fn write_draft(&self, draft: &Path, version: &NewVersion) -> Result<(), StoreError> {
        let disk = self.store.disk();
        disk.create_dir(draft).map_err(failed("create", draft))?;
        for (file, bytes) in version.files() {
            let file = draft.join(file);
            disk.write_synced(&file, bytes).map_err(failed("write", &file))?;
        }
        self.store.sync(draft)
    }

    fn make_live(&self, version: u32) -> Result<(), StoreError> {
        let draft = self.folder.join(format!("{DRAFT}{CURRENT}"));
        let text = format!("{}\n", version_folder(version));
        debug_assert!(version_of(text.trim_end()).is_some(), "CURRENT is written as it is read");
        self.store.disk().write_synced(&draft, text.as_bytes()).map_err(failed("write", &draft))?;
        self.store.rename(&draft, &self.folder.join(CURRENT))?;
        self.store.sync(&self.folder)
    }

    fn remove_drafts(&self) -> Result<(), StoreError> {
        for name in names_in(&self.folder)? {
            if name.starts_with(DRAFT) {
                let draft = self.folder.join(name);
                self.store.disk().remove(&draft).map_err(failed("remove", &draft))?;
            }
        }
        Ok(())
    }
}

/// The error of an operation that the file system refused.
fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> StoreError + use<'a> {
    move |source| StoreError::Io { action, path: path.to_path_buf(), source }
}
