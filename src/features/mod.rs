//! From checked columns and measures to terms: what each column becomes, and the codes or numbers of each lead.

pub mod bins;
pub mod curve_line;
pub mod derived;
mod edges;
mod moments;
pub mod plan;
pub mod source;
pub mod terms;

pub use crate::tables::Numbers;
pub use plan::{Fate, PlanLine};
pub use source::{Attribute, KindMeasure, Source, Values, short_number};
pub use terms::{Shape, Term, TermSettings};
