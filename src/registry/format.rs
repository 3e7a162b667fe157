//! The bytes of `model.bin`, and the only place that knows bincode.
//!
//! | offset | length | what |
//! |---|---|---|
//! | 0 | 8 | magic: `89 4C 53 4D 0D 0A 1A 0A`, as PNG's: a transfer that mends line ends breaks it at once |
//! | 8 | 4 | format version, little endian |
//! | 12 | 8 | length of the payload, little endian |
//! | 20 | 32 | SHA-256 of bytes 0 to 20 followed by the payload |
//! | 52 | length | payload: bincode 2.0.1, standard configuration (little endian, variable-length integers) |
//!
//! bincode is no longer developed, so its version is pinned and nothing outside this module mentions it. It is not
//! self-describing: the payload's types carry no names, so a change to them is a new [`FORMAT_VERSION`]. For equal
//! bytes on equal data they must hold no hash maps; and serde's `skip_serializing_if`, `flatten`, `untagged` and
//! internally tagged enums cannot be read back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The format version that this program writes.
pub const FORMAT_VERSION: u32 = 3;
/// The oldest format version that this program still reads.
pub const OLDEST_READABLE: u32 = 3;

const MAGIC: [u8; 8] = [0x89, b'L', b'S', b'M', b'\r', b'\n', 0x1A, b'\n'];
const LENGTH_AT: usize = 12;
const CHECKSUM_AT: usize = 20;
const PAYLOAD_AT: usize = 52;

/// The most memory that reading one payload may claim: far above any model, far below what stops a machine.
const READ_LIMIT: usize = 1 << 30;

/// Why bytes are not a model that this program reads, or a payload cannot become bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The magic is another one.
    #[error("it is not a leadscore model")]
    NotAModel,
    /// The file ends early.
    #[error("it is truncated: {found} bytes of {expected}")]
    Truncated {
        /// The length that the header promises, or that of the header.
        expected: u64,
        /// The length found.
        found: u64,
    },
    /// Checksum or length do not fit.
    #[error("it was altered after it was written: the checksum does not fit")]
    Altered,
    /// Written by a newer program.
    #[error("it has format version {found}, and this program reads up to {FORMAT_VERSION}")]
    TooNew {
        /// The version found.
        found: u32,
    },
    /// Written by a program too old to be read.
    #[error("it has format version {found}, and this program reads from {OLDEST_READABLE} on")]
    TooOld {
        /// The version found.
        found: u32,
    },
    /// The checksum fits, and the payload still is not what was asked for.
    #[error("its content does not fit this program: {0}")]
    Unreadable(String),
    /// A payload that cannot be written.
    #[error("it cannot be written: {0}")]
    Unwritable(String),
}

impl FormatError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            FormatError::NotAModel => "look at what put this file there; train again, or roll back to another version",
            FormatError::Truncated { .. } => {
                "copy it again from where it is whole, train again, or roll back to another version"
            }
            FormatError::Altered => "do not trust it: restore it from a backup, train again, or roll back",
            FormatError::TooNew { .. } => "update leadscore, or train again with this program",
            FormatError::TooOld { .. } => "train again with this program",
            FormatError::Unreadable(_) => "train again with this program, or read it with the one that wrote it",
            FormatError::Unwritable(_) => "this is a fault of the program; please report it",
        }
    }
}

/// The bytes of `model.bin` for `payload`.
///
/// # Errors
/// [`FormatError::Unwritable`] for a type that bincode cannot write.
pub fn encode<T: Serialize>(payload: &T) -> Result<Vec<u8>, FormatError> {
    let payload = bincode::serde::encode_to_vec(payload, bincode::config::standard())
        .map_err(|error| FormatError::Unwritable(error.to_string()))?;
    let mut bytes = Vec::with_capacity(PAYLOAD_AT + payload.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    let checksum = digest(&bytes, &payload);
    bytes.extend_from_slice(&checksum);
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// The payload of a whole and unaltered `model.bin`.
///
/// # Errors
/// Every [`FormatError`] but `Unwritable`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormatError> {
    let payload = checked_payload(bytes)?;
    let config = bincode::config::standard().with_limit::<READ_LIMIT>();
    match bincode::serde::decode_from_slice::<T, _>(payload, config) {
        Ok((value, read)) if read == payload.len() => Ok(value),
        Ok((_, read)) => Err(FormatError::Unreadable(format!("{} bytes are left over", payload.len() - read))),
        Err(error) => Err(FormatError::Unreadable(error.to_string())),
    }
}

/// The checksum in hexadecimal, after making sure that it fits.
///
/// # Errors
/// As [`decode`], without `Unreadable`.
pub fn checksum(bytes: &[u8]) -> Result<String, FormatError> {
    checked_payload(bytes)?;
    let mut text = String::with_capacity(2 * (PAYLOAD_AT - CHECKSUM_AT));
    for byte in &bytes[CHECKSUM_AT..PAYLOAD_AT] {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    Ok(text)
}

/// The payload, once magic, version, length and checksum are right; asked in the order in which a reader can know.
fn checked_payload(bytes: &[u8]) -> Result<&[u8], FormatError> {
    let found = bytes.len() as u64;
    if !bytes.starts_with(&MAGIC[..MAGIC.len().min(bytes.len())]) {
        return Err(FormatError::NotAModel);
    }
    if let Some(version) = bytes.get(MAGIC.len()..LENGTH_AT) {
        let version = u32::from_le_bytes(version.try_into().expect("the range is four bytes long"));
        match version {
            0..OLDEST_READABLE => return Err(FormatError::TooOld { found: version }),
            OLDEST_READABLE..=FORMAT_VERSION => {}
            _ => return Err(FormatError::TooNew { found: version }),
        }
    }
    if bytes.len() < PAYLOAD_AT {
        return Err(FormatError::Truncated { expected: PAYLOAD_AT as u64, found });
    }
    let (header, payload) = bytes.split_at(PAYLOAD_AT);
    let length = header[LENGTH_AT..CHECKSUM_AT].try_into().expect("the range is eight bytes long");
    let expected = u64::from_le_bytes(length).saturating_add(PAYLOAD_AT as u64);
    if found < expected {
        return Err(FormatError::Truncated { expected, found });
    }
    if found > expected || digest(&header[..CHECKSUM_AT], payload) != header[CHECKSUM_AT..] {
        return Err(FormatError::Altered);
    }
    Ok(payload)
}

fn digest(header: &[u8], payload: &[u8]) -> [u8; PAYLOAD_AT - CHECKSUM_AT] {
    Sha256::new().chain_update(header).chain_update(payload).finalize().into()
}
