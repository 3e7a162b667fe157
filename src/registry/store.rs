//! Reading a store: which models and versions there are, and what a version holds.
//!
//! Nothing here writes, so a store on a read-only medium serves.

use super::disk::{Disk, RealDisk};
use super::error::StoreError;
use super::format;
use super::layout::{CURRENT, MODEL_BIN, MODEL_CARD, MODEL_JSON, SCORECARD, check_name, version_folder, version_of};
use serde::de::DeserializeOwned;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder of models.
#[derive(Debug, Clone)]
pub struct Store<D: Disk = RealDisk> {
    folder: PathBuf,
    disk: D,
}

/// A version, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// Its number.
    pub version: u32,
    /// The model.
    pub payload: T,
    /// The text of the scorecard as used, where there was one.
    pub scorecard: Option<String>,
}

impl Store {
    /// The store in `folder`, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Store {
        Store::on(folder, RealDisk)
    }
}

impl<D: Disk> Store<D> {
    /// The store in `folder`, written to through `disk`.
    pub fn on(folder: impl Into<PathBuf>, disk: D) -> Store<D> {
        Store { folder: folder.into(), disk }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The disk it is written to.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// The models that have a version, sorted.
    ///
    /// # Errors
    /// What the file system says; that the folder does not exist is none.
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for name in names_in(&self.folder)? {
            if check_name(&name).is_ok() && !self.version_numbers(&name)?.is_empty() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The versions of a model, from the oldest on.
    ///
    /// # Errors
    /// [`StoreError::UnknownName`] where there is none; what the file system says.
    pub fn versions(&self, name: &str) -> Result<Vec<u32>, StoreError> {
        check_name(name)?;
        let versions = self.version_numbers(name)?;
        if versions.is_empty() { Err(self.unknown(name)?) } else { Ok(versions) }
    }

    /// The live version of a model; `None` where nothing was ever made live.
    ///
    /// # Errors
    /// [`StoreError::CurrentDamaged`], [`StoreError::BadName`], what the file system says.
    pub fn current(&self, name: &str) -> Result<Option<u32>, StoreError> {
        check_name(name)?;
        let file = self.model_folder(name).join(CURRENT);
        match fs::read(&file) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes).trim_end().to_string();
                version_of(&text).map(Some).ok_or(StoreError::CurrentDamaged { file, text })
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(source) => Err(StoreError::Io { action: "read", path: file, source }),
        }
    }

    /// A version of a model, or the live one.
    ///
    /// # Errors
    /// Every [`StoreError`] that reading can meet: each way of being damaged has its own.
    pub fn load<T: DeserializeOwned>(&self, name: &str, version: Option<u32>) -> Result<Loaded<T>, StoreError> {
        if let Some(version) = version {
            check_name(name)?;
            return self.load_version(name, version);
        }
        let mut live = self.live(name)?;
        loop {
            let versions = match self.load_version(name, live) {
                Err(StoreError::VersionMissing { versions, .. }) => versions,
                result => return result,
            };
            // Between reading CURRENT and the files, a writer may have published and pruned: follow it.
            match self.live(name)? {
                same if same == live => {
                    return Err(StoreError::CurrentDangling { name: name.to_string(), version: live, versions });
                }
                newer => live = newer,
            }
        }
    }

    /// The live version of a model; `None` where nothing was ever made live.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_live<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Loaded<T>>, StoreError> {
        self.current(name)?.map(|_| self.load(name, None)).transpose()
    }

    /// The readable dump of a version.
    ///
    /// # Errors
    /// [`StoreError::VersionMissing`], [`StoreError::FileMissing`], [`StoreError::NotText`], what the file system says.
    pub fn model_json(&self, name: &str, version: u32) -> Result<String, StoreError> {
        self.text(name, version, MODEL_JSON)
    }

    /// The model card of a version.
    ///
    /// # Errors
    /// As [`Self::model_json`].
    pub fn model_card(&self, name: &str, version: u32) -> Result<String, StoreError> {
        self.text(name, version, MODEL_CARD)
    }

    /// The scorecard that a version was trained with; `None` where there was none.
    ///
    /// # Errors
    /// As [`Self::model_json`].
    pub fn scorecard(&self, name: &str, version: u32) -> Result<Option<String>, StoreError> {
        match self.text(name, version, SCORECARD) {
            Ok(text) => Ok(Some(text)),
            Err(StoreError::FileMissing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The checksum of a version's `model.bin`, made sure to fit.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn verify(&self, name: &str, version: u32) -> Result<String, StoreError> {
        let (file, bytes) = self.model_bytes(name, version)?;
        format::checksum(&bytes).map_err(|source| StoreError::Format { file, source })
    }

    pub(super) fn model_folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The versions whose folders exist, sorted; none where the model does not exist.
    pub(super) fn version_numbers(&self, name: &str) -> Result<Vec<u32>, StoreError> {
        let mut versions: Vec<u32> =
            names_in(&self.model_folder(name))?.iter().filter_map(|folder| version_of(folder)).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    /// A version's `model.bin` as it lies there, and where.
    pub(super) fn model_bytes(&self, name: &str, version: u32) -> Result<(PathBuf, Vec<u8>), StoreError> {
        self.bytes(name, version, MODEL_BIN)
    }

    /// The version that `CURRENT` names, whether or not its folder is there.
    fn live(&self, name: &str) -> Result<u32, StoreError> {
        if let Some(version) = self.current(name)? {
            return Ok(version);
        }
        let versions = self.versions(name)?;
        let file = self.model_folder(name).join(CURRENT);
        Err(StoreError::NoCurrent { name: name.to_string(), file, versions })
    }

    fn load_version<T: DeserializeOwned>(&self, name: &str, version: u32) -> Result<Loaded<T>, StoreError> {
        let (file, bytes) = self.model_bytes(name, version)?;
        let payload = format::decode(&bytes).map_err(|source| StoreError::Format { file, source })?;
        Ok(Loaded { version, payload, scorecard: self.scorecard(name, version)? })
    }

    fn text(&self, name: &str, version: u32, file: &str) -> Result<String, StoreError> {
        let (file, bytes) = self.bytes(name, version, file)?;
        String::from_utf8(bytes).map_err(|_| StoreError::NotText { file })
    }

    fn bytes(&self, name: &str, version: u32, file: &str) -> Result<(PathBuf, Vec<u8>), StoreError> {
        check_name(name)?;
        let folder = self.model_folder(name).join(version_folder(version));
        let path = folder.join(file);
        match fs::read(&path) {
            Ok(bytes) => Ok((path, bytes)),
            Err(error) if is_absent(&error) && folder.is_dir() => Err(StoreError::FileMissing { file: path }),
            Err(error) if is_absent(&error) => {
                let versions = self.version_numbers(name)?;
                if versions.is_empty() && self.current(name)?.is_none() {
                    return Err(self.unknown(name)?);
                }
                Err(StoreError::VersionMissing { name: name.to_string(), version, versions })
            }
            Err(source) => Err(StoreError::Io { action: "read", path, source }),
        }
    }

    fn unknown(&self, name: &str) -> Result<StoreError, StoreError> {
        let known = self.names()?;
        Ok(StoreError::UnknownName { name: name.to_string(), folder: self.folder.clone(), known })
    }
}

/// The names in a folder, in no order; none where there is no such folder.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, StoreError> {
    let refused = |source| StoreError::Io { action: "list", path: folder.to_path_buf(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(source) => return Err(refused(source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        // A name that is not Unicode is none of ours.
        names.extend(entry.map_err(refused)?.file_name().into_string());
    }
    Ok(names)
}

/// Whether there is nothing of that name, or a file stands where a folder would be.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
