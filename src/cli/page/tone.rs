//! Colour: which words carry one. A colour only repeats what the word says, so that nobody needs to see it.

/// The colours in use, by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Wrong, or against you.
    Bad,
    /// Look here before you go on.
    Doubtful,
    /// As it should be, or worth doing.
    Good,
    /// A hint, something found.
    Found,
    /// Too little to say.
    Faint,
    /// A heading.
    Strong,
}

/// Whole cells and lines whose meaning is coloured.
const WORDS: [(&str, Tone); 16] = [
    ("wrong sign", Tone::Bad),
    ("too strong", Tone::Doubtful),
    ("too weak", Tone::Doubtful),
    ("agrees", Tone::Good),
    ("too little data", Tone::Faint),
    ("no verdict", Tone::Faint),
    ("work_now", Tone::Good),
    ("verify", Tone::Doubtful),
    ("hidden_gem", Tone::Found),
    ("nurture", Tone::Faint),
    ("MUST BE MENDED", Tone::Bad),
    ("TO LOOK AT", Tone::Doubtful),
    ("GOOD TO KNOW", Tone::Faint),
    ("NOT CHECKED", Tone::Faint),
    ("disqualified", Tone::Bad),
    ("(below all tiers)", Tone::Faint),
];

/// Beginnings of lines that are coloured.
const LABELS: [(&str, Tone); 6] = [
    ("error:", Tone::Bad),
    ("warning:", Tone::Doubtful),
    ("note:", Tone::Found),
    ("To look at:", Tone::Doubtful),
    ("Ask first:", Tone::Doubtful),
    ("  hint:", Tone::Found),
];

impl Tone {
    /// The tone of a cell or line that is wholly one of the known words.
    pub(super) fn of(text: &str) -> Option<Tone> {
        WORDS.iter().find(|(word, _)| *word == text.trim()).map(|(_, tone)| *tone)
    }

    /// The escape sequence's number.
    fn code(self) -> &'static str {
        match self {
            Tone::Bad => "31",
            Tone::Doubtful => "33",
            Tone::Good => "32",
            Tone::Found => "36",
            Tone::Faint => "2",
            Tone::Strong => "1",
        }
    }
}

/// `text` in the colour of `tone`, its blanks before and after left plain.
pub(super) fn painted(text: &str, tone: Tone) -> String {
    let inside = text.trim();
    let before = text.len() - text.trim_start().len();
    format!("{}\u{1b}[{}m{inside}\u{1b}[0m{}", &text[..before], tone.code(), &text[before + inside.len()..])
}

/// A line with what is known of it coloured: the whole of it, or its label.
pub(super) fn painted_line(line: &str) -> String {
    if let Some(tone) = Tone::of(line) {
        return painted(line, tone);
    }
    match LABELS.iter().find(|(label, _)| line.starts_with(label)) {
        Some((label, tone)) => format!("{}{}", painted(label, *tone), &line[label.len()..]),
        None => line.to_string(),
    }
}
