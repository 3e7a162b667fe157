//! What a file is, by its first bytes, before anybody tries to read it as something it is not.

use super::encoding::{Decoded, named};
use super::settings::ReadSettings;
use crate::fault::InputError;
use encoding_rs::Encoding;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// How much of the head is looked at.
const HEAD: usize = 4096;

/// A text stream that may be handed to another thread.
pub(super) type TextReader = Box<dyn Read + Send>;

/// An opened input.
pub(super) enum Input {
    /// Delimited text, as UTF-8.
    Csv(TextReader),
    /// One JSON object a line, as UTF-8.
    Ndjson(TextReader),
    /// Parquet; read by its own reader, which seeks.
    Parquet(File),
}

/// The error for a file that could not be read.
pub(super) fn unreadable(path: &str, error: &io::Error) -> InputError {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "check the path; paths in the project file are relative to it",
        io::ErrorKind::PermissionDenied => "check the file's permissions",
        io::ErrorKind::IsADirectory => "name a file, not a folder",
        _ => "",
    };
    let what = match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_string(),
        _ => format!("cannot be read: {error}"),
    };
    InputError::new(what).at(path).remedy(remedy)
}

/// How a file begins that gzip has packed.
const GZIP: &[u8] = b"\x1F\x8B";

/// Opens `path` and says what it is. Text that gzip has packed is unpacked as it is read.
pub(super) fn open(path: &Path, settings: &ReadSettings) -> Result<Input, InputError> {
    let name = path.display().to_string();
    let mut file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    let head = head_of(&mut file, &name)?;
    if head.starts_with(b"PAR1") {
        return Ok(Input::Parquet(file));
    }
    if !head.starts_with(GZIP) {
        return text(path, name, file, head, settings);
    }
    let mut unpacked = MultiGzDecoder::new(Cursor::new(head).chain(file));
    let head = head_of(&mut unpacked, &name)?;
    if head.starts_with(b"PAR1") {
        return Err(InputError::new("this is a packed Parquet file, which must be read here and there")
            .at(name.clone())
            .remedy(UNPACK.replace("FILE", &name)));
    }
    // What it is called without the packing says what it is.
    text(&path.with_extension(""), name, unpacked, head, settings)
}

/// The first bytes.
fn head_of(reader: &mut impl Read, name: &str) -> Result<Vec<u8>, InputError> {
    let mut head = Vec::with_capacity(HEAD);
    reader.take(HEAD as u64).read_to_end(&mut head).map_err(|error| unreadable(name, &error))?;
    Ok(head)
}

/// A table in text, of which `head` has been read already.
fn text(
    path: &Path,
    name: String,
    rest: impl Read + Send + 'static,
    head: Vec<u8>,
    settings: &ReadSettings,
) -> Result<Input, InputError> {
    if let Some((what, remedy)) = foreign(&head) {
        return Err(InputError::new(format!("this is {what}, not a table in text"))
            .at(name.clone())
            .remedy(remedy.replace("FILE", &name)));
    }
    let is_json = is_json(path, &head).map_err(|error| error.at(name.clone()))?;
    if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
        return Err(InputError::new("the file is empty").at(name));
    }
    let reader = text_reader(rest, head, settings).map_err(|error| error.at(name))?;
    Ok(if is_json { Input::Ndjson(reader) } else { Input::Csv(reader) })
}

/// The rest behind its head, without a byte order mark, decoded where it is not UTF-8.
fn text_reader(
    rest: impl Read + Send + 'static,
    mut head: Vec<u8>,
    settings: &ReadSettings,
) -> Result<TextReader, InputError> {
    let by_mark = Encoding::for_bom(&head);
    let encoding = match (by_mark, &settings.encoding) {
        (Some((encoding, mark)), _) => {
            head.drain(..mark);
            encoding
        }
        (None, Some(name)) => named(name)?,
        (None, None) => encoding_rs::UTF_8,
    };
    let whole = Cursor::new(head).chain(rest);
    if encoding == encoding_rs::UTF_8 {
        return Ok(Box::new(whole));
    }
    Ok(Box::new(Decoded::new(whole, encoding, settings.lenient)))
}

/// What to do with a file that is packed twice, or must be read here and there.
const UNPACK: &str = "unpack it first: `gunzip -k FILE`";

/// What a head belongs to that is no table at all, and what to do with it.
fn foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const EXPORT: &str = "open it in the program it comes from and save it as CSV (UTF-8)";
    let contains = |needle: &[u8]| memchr::memmem::find(head, needle).is_some();
    let text_start: Vec<u8> = head.trim_ascii_start().iter().take(14).map(u8::to_ascii_lowercase).collect();
    if head.starts_with(b"PK\x03\x04") {
        let is_workbook = contains(b"xl/") || contains(b"[Content_Types].xml");
        return Some(if is_workbook {
            ("an Excel workbook (.xlsx)", EXPORT)
        } else {
            ("a ZIP archive", "unpack it first")
        });
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some(("an old Excel workbook (.xls)", EXPORT));
    }
    if head.starts_with(GZIP) {
        return Some(("a compressed file", UNPACK));
    }
    if head.starts_with(b"\x28\xB5\x2F\xFD") || head.starts_with(b"BZh") {
        return Some(("a compressed file", "unpack it first"));
    }
    if head.starts_with(b"%PDF") {
        return Some(("a PDF", EXPORT));
    }
    if [&b"<!doctype html"[..], b"<html", b"<table"].iter().any(|mark| text_start.starts_with(mark)) {
        return Some(("an HTML page", "the download may have ended at a login page; export the table as CSV"));
    }
    if text_start.starts_with(b"<?xml") {
        return Some(("an XML file", EXPORT));
    }
    None
}

fn is_json(path: &Path, head: &[u8]) -> Result<bool, InputError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let by_name = matches!(extension.as_str(), "ndjson" | "jsonl" | "json");
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if by_name && start.starts_with(b"[") {
        return Err(InputError::new("this is one JSON array").remedy("write one JSON object a line (NDJSON)"));
    }
    Ok(by_name || start.starts_with(b"{\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_foreign_files_are_known() {
        for (head, what) in [
            (&b"PK\x03\x04\x14\x00\x00xl/worksheets"[..], "an Excel workbook (.xlsx)"),
            (b"PK\x03\x04\x14\x00\x00data.csv", "a ZIP archive"),
            (b"\xD0\xCF\x11\xE0\xA1", "an old Excel workbook (.xls)"),
            (b"\x1F\x8B\x08", "a compressed file"),
            (b"%PDF-1.4", "a PDF"),
            (b"\n<!DOCTYPE html><html>", "an HTML page"),
            (b"<?xml version=\"1.0\"?>", "an XML file"),
        ] {
            assert_eq!(foreign(head).unwrap().0, what);
        }
        assert_eq!(foreign(b"id,name\n1,PK\n"), None);
    }
}
