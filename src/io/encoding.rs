//! From the bytes of a text file to UTF-8.
//!
//! UTF-8 passes through unread; everything else is decoded on the way in, before any delimiter is looked for, because
//! in Shift_JIS and UTF-16 a byte equal to `|` or a comma may be half of another character.

use crate::fault::InputError;
use crate::text::counted;
use encoding_rs::{Decoder, DecoderResult, Encoding, SHIFT_JIS, UTF_8};
use std::io::{self, Read};

/// How much is read and decoded at a time.
const CHUNK: usize = 1 << 16;

/// The encoding of this name, by the names of the WHATWG standard and those that Windows and Python add.
pub(super) fn named(name: &str) -> Result<&'static Encoding, InputError> {
    let label = name.trim().to_ascii_lowercase().replace('_', "-");
    let found = match label.as_str() {
        "cp932" | "shift-jis" => Some(SHIFT_JIS),
        "cp1252" | "ansi" => Some(encoding_rs::WINDOWS_1252),
        "utf-16" => Some(encoding_rs::UTF_16LE),
        "cp936" => Some(encoding_rs::GBK),
        "cp949" => Some(encoding_rs::EUC_KR),
        "cp950" => Some(encoding_rs::BIG5),
        _ => Encoding::for_label(label.as_bytes()).or_else(|| {
            let windows = label.strip_prefix("cp").map(|page| format!("windows-{page}"));
            windows.and_then(|label| Encoding::for_label(label.as_bytes()))
        }),
    };
    found.ok_or_else(|| {
        InputError::new(format!("`{name}` is not a known encoding"))
            .remedy("examples: \"utf-8\", \"shift_jis\", \"windows-1252\", \"utf-16le\", \"gb18030\", \"euc-kr\"")
    })
}

/// A reader that gives UTF-8 whatever `inner` is encoded in.
pub(super) struct Decoded<R> {
    inner: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    /// What stands for an undecodable sequence; `None`: an error.
    lenient: bool,
    raw: Vec<u8>,
    raw_from: usize,
    ended: bool,
    decoded: Vec<u8>,
    given: usize,
}

impl<R: Read> Decoded<R> {
    /// Decodes `inner`; with `lenient`, undecodable sequences become U+FFFD instead of an error.
    pub(super) fn new(inner: R, encoding: &'static Encoding, lenient: bool) -> Decoded<R> {
        let decoder = encoding.new_decoder_without_bom_handling();
        let (raw, decoded) = (Vec::new(), Vec::new());
        Decoded { inner, encoding, decoder, lenient, raw, raw_from: 0, ended: false, decoded, given: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.raw.drain(..self.raw_from);
        self.raw_from = 0;
        let kept = self.raw.len();
        self.raw.resize(kept + CHUNK, 0);
        let n_read = self.inner.read(&mut self.raw[kept..])?;
        self.raw.truncate(kept + n_read);
        self.ended = n_read == 0;
        // Three bytes for each byte is the most that any legacy encoding grows by.
        self.decoded.resize(3 * self.raw.len() + 16, 0);
        self.given = 0;
        let written = if self.lenient {
            let (_, n_used, n_written, _) = self.decoder.decode_to_utf8(&self.raw, &mut self.decoded, self.ended);
            self.raw_from = n_used;
            n_written
        } else {
            let (result, n_used, n_written) =
                self.decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.decoded, self.ended);
            if let DecoderResult::Malformed(..) = result {
                return Err(io::Error::new(io::ErrorKind::InvalidData, self.encoding.name()));
            }
            self.raw_from = n_used;
            n_written
        };
        self.decoded.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.decoded.len() && !self.ended {
            self.refill()?;
        }
        let n = out.len().min(self.decoded.len() - self.given);
        out[..n].copy_from_slice(&self.decoded[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

/// What a file that is not UTF-8 is most likely encoded in, best guess first.
///
/// Japanese text has kana in it, and a wrong decoding of European text seldom does without also being malformed.
pub(super) fn guesses(sample: &[u8]) -> Vec<&'static str> {
    let mut ordered = vec!["windows-1252", "shift_jis", "gb18030", "euc-kr", "big5", "euc-jp"];
    for (name, encoding) in [("euc-jp", encoding_rs::EUC_JP), ("shift_jis", SHIFT_JIS)] {
        if reads_as_japanese(sample, encoding) {
            ordered.retain(|other| *other != name);
            ordered.insert(0, name);
        }
    }
    ordered.truncate(4);
    ordered
}

fn reads_as_japanese(sample: &[u8], encoding: &'static Encoding) -> bool {
    // The sample may end inside a character; its last line is left out.
    let whole_lines = memchr::memrchr(b'\n', sample).map_or(sample, |end| &sample[..end]);
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(whole_lines) else { return false };
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    let kana = text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30ff}')).count();
    // Half-width kana are what lone accented letters turn into when read as Shift_JIS.
    let half_width = text.chars().filter(|c| matches!(c, '\u{ff61}'..='\u{ff9f}')).count();
    let kanji = text.chars().filter(|c| matches!(c, '\u{4e00}'..='\u{9fff}')).count();
    foreign > 0 && half_width * 2 < foreign && (kana * 20 > foreign || kanji * 2 > foreign)
}

/// The error for a text that is not UTF-8 although nothing else was said: which line, what stands there, what to try.
pub(super) fn not_utf8(place: String, line_bytes: &[u8], sample: &[u8], rows: u64) -> InputError {
    let guesses = guesses(sample);
    let as_guessed = Encoding::for_label(guesses[0].as_bytes()).unwrap_or(UTF_8);
    let (text, _) = as_guessed.decode_without_bom_handling(foreign_part(line_bytes));
    let others: Vec<String> = guesses[1..].iter().map(|name| format!("\"{name}\"")).collect();
    InputError::new(format!(
        "the text is not UTF-8 ({}); read as {} it says `{text}`",
        counted(rows as usize, "line"),
        guesses[0]
    ))
    .at(place)
    .remedy(format!(
        "set encoding = \"{}\" in the project file (or {}), or save the file as UTF-8",
        guesses[0],
        others.join(", ")
    ))
}

/// Up to 40 bytes around the first foreign byte, cut at delimiters where there are any near.
fn foreign_part(line: &[u8]) -> &[u8] {
    const SHOWN: usize = 40;
    let first = line.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let is_edge = |b: &u8| matches!(b, b',' | b';' | b'\t' | b'"' | b'\r' | b'\n');
    let start = line[..first].iter().rposition(is_edge).map_or(0, |at| at + 1).max(first.saturating_sub(SHOWN));
    let end = line[first..].iter().position(is_edge).map_or(line.len(), |at| first + at);
    &line[start..end.min(start + 2 * SHOWN)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_use() {
        for (name, expected) in [
            ("cp932", "Shift_JIS"),
            ("Shift_JIS", "Shift_JIS"),
            ("windows-1252", "windows-1252"),
            ("CP1250", "windows-1250"),
            ("latin1", "windows-1252"),
            ("UTF-8", "UTF-8"),
            ("utf_8", "UTF-8"),
        ] {
            assert_eq!(named(name).unwrap().name(), expected, "{name}");
        }
        assert!(named("klingon").is_err());
    }

    #[test]
    fn the_likely_encoding_comes_first() {
        let (japanese, _, _) = SHIFT_JIS.encode("顧客ID,名前\nC1,はたなか ゆうじ\n");
        assert_eq!(guesses(&japanese)[0], "shift_jis");
        let (accents, _, _) = encoding_rs::WINDOWS_1252.encode("id,name\n1,José Müller\n2,Zoë\n");
        assert_eq!(guesses(&accents)[0], "windows-1252");
    }

    #[test]
    fn decoding_in_small_pieces_gives_the_whole() {
        let text = "顧客ID,名前\n".repeat(20_000);
        let (bytes, _, _) = SHIFT_JIS.encode(&text);
        let mut decoded = String::new();
        Decoded::new(&bytes[..], SHIFT_JIS, false).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);
        let cut = &bytes[..bytes.len() - 2];
        assert!(Decoded::new(cut, SHIFT_JIS, false).read_to_string(&mut String::new()).is_err());
    }
}
