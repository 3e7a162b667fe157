//! What can be wrong with a store, each with what to do about it.

use super::format::FormatError;
use super::layout::version_folder;
use crate::fault::InputError;
use std::io;
use std::path::PathBuf;

/// Why a store could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not a name that a model can have.
    #[error("`{name}` cannot be the name of a model")]
    BadName {
        /// The name as given.
        name: String,
    },
    /// No model of this name.
    #[error("there is no model `{name}` in {}", folder.display())]
    UnknownName {
        /// The name.
        name: String,
        /// The store.
        folder: PathBuf,
        /// The names that are there.
        known: Vec<String>,
    },
    /// The model has versions and none of them is live.
    #[error("model `{name}` has no live version: {} is missing", file.display())]
    NoCurrent {
        /// The model.
        name: String,
        /// The file that should name the live version.
        file: PathBuf,
        /// The versions that are there.
        versions: Vec<u32>,
    },
    /// `CURRENT` holds something else than a version.
    #[error("{} does not name a version but holds `{text}`", file.display())]
    CurrentDamaged {
        /// The file.
        file: PathBuf,
        /// What it holds.
        text: String,
    },
    /// `CURRENT` names a version that is not there.
    #[error("the live version of model `{name}` is {}, and that folder is missing", version_folder(*version))]
    CurrentDangling {
        /// The model.
        name: String,
        /// The version named.
        version: u32,
        /// The versions that are there.
        versions: Vec<u32>,
    },
    /// The version asked for is not there.
    #[error("model `{name}` has no version {version}")]
    VersionMissing {
        /// The model.
        name: String,
        /// The version asked for.
        version: u32,
        /// The versions that are there.
        versions: Vec<u32>,
    },
    /// A file of a version is not there.
    #[error("{} is missing", file.display())]
    FileMissing {
        /// The file.
        file: PathBuf,
    },
    /// A text of a version is not UTF-8.
    #[error("{} is not a text", file.display())]
    NotText {
        /// The file.
        file: PathBuf,
    },
    /// A `model.bin` that cannot be read.
    #[error("{} cannot be used: {source}", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// Why.
        source: FormatError,
    },
    /// Another process writes this model.
    #[error("another process is training or changing model `{name}`")]
    Busy {
        /// The model.
        name: String,
    },
    /// The live version cannot be removed.
    #[error("version {version} of model `{name}` is the live one and cannot be removed")]
    RemovesLive {
        /// The model.
        name: String,
        /// The version.
        version: u32,
    },
    /// The newest version cannot be removed, as its number would be given again.
    #[error("version {version} of model `{name}` is the newest and cannot be removed: its number would be given again")]
    RemovesNewest {
        /// The model.
        name: String,
        /// The version.
        version: u32,
    },
    /// The file system refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
}

impl StoreError {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            StoreError::BadName { .. } => "use small letters a–z, digits, `_` and `-`, such as b2b-2026".to_string(),
            StoreError::UnknownName { known, .. } if known.is_empty() => {
                "the store is empty: run `leadscore train`, or name another folder with --models".to_string()
            }
            StoreError::UnknownName { known, .. } => format!("the models there are: {}", known.join(", ")),
            StoreError::NoCurrent { versions, .. } | StoreError::CurrentDangling { versions, .. } => {
                format!("{}; choose one with `leadscore models rollback`, or train again", said(versions))
            }
            StoreError::CurrentDamaged { .. } => {
                "choose a version with `leadscore models rollback`, or train again".to_string()
            }
            StoreError::VersionMissing { versions, .. } => said(versions),
            StoreError::FileMissing { .. } | StoreError::NotText { .. } => {
                "restore it from a backup, train again, or roll back to another version".to_string()
            }
            StoreError::Format { source, .. } => source.remedy().to_string(),
            StoreError::Busy { .. } => "wait until it has finished, or train under another --name".to_string(),
            StoreError::RemovesLive { .. } => {
                "make another version live with `leadscore models rollback` first".to_string()
            }
            StoreError::RemovesNewest { .. } => "keep it, or train a newer one first".to_string(),
            StoreError::Io { source, .. } => io_remedy(source).to_string(),
        }
    }
}

fn said(versions: &[u32]) -> String {
    if versions.is_empty() {
        return "there is no version".to_string();
    }
    let numbers: Vec<String> = versions.iter().map(u32::to_string).collect();
    format!("the versions there are: {}", numbers.join(", "))
}

fn io_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "give this user the right to write there, or name another folder with --models"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk, then run it again",
        io::ErrorKind::Unsupported => "this file system cannot lock files: name another folder with --models",
        _ => "look at the folder and run it again; the live version is untouched",
    }
}

impl From<StoreError> for InputError {
    fn from(error: StoreError) -> InputError {
        InputError::new(error.to_string()).remedy(error.remedy())
    }
}
