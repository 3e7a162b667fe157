//! What the text of a cell means: numbers, times and words. No files here, only values.

mod number;
mod order;
mod time;
mod words;
mod written;
mod zone;

pub use crate::text::fold;
pub use number::parse_number;
pub use order::{DateOrder, OrderEvidence, OrderVerdict};
pub use time::{TimeReader, format_day, format_instant};
pub use words::{MissingWords, WordSet};
pub use written::KnownDay;
