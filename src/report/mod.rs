//! Readable forms of a model: the card a person reads and the dump a program reads. Computes nothing.

pub mod card;
pub mod dump;
mod sentences;
mod sides;
