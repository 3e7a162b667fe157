//! Readable forms of a model: the card a person reads and the dump a program reads. Computes nothing.

mod back;
pub mod brief;
pub mod card;
pub mod dump;
pub mod page;
mod sentences;
mod sides;
