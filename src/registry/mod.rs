//! The model store: trained versions in a folder, written whole or not at all, and read with suspicion.
//!
//! ```text
//! models/<name>/v0001/model.bin       the model, framed and checksummed (see [`format`])
//!                     model.json      the readable dump
//!                     scorecard.toml  the scorecard as used, where there was one
//!                     card.md         the model card
//! models/<name>/CURRENT               the live version: `v0001`
//! models/<name>/.lock                 held by whoever writes
//! models/<name>/.draft-…              what a writer has not finished; the next writer removes it
//! ```
//!
//! A version appears by one rename of a folder whose every byte is on the disk, and becomes live by one rename of
//! `CURRENT`; so a reader sees the old version or the new one, never half of either. A version is never edited. The
//! store does not know what a model is: the payload is any type that serde can write, and times such as `saved_at` are
//! inside the texts that the caller hands in.

mod disk;
mod error;
pub mod format;
mod layout;
mod store;
mod writer;

pub use disk::{Disk, RealDisk};
pub use error::StoreError;
pub use store::{Loaded, Store};
pub use writer::{NewVersion, Published, Writer};
