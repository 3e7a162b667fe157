//! Level codes in as few bytes as hold them: a block of up to 255 levels takes one byte a row.
//!
//! The sums over levels read little but codes, so that they run at the speed with which codes come out of memory.

use super::NO_LEVEL;
use crate::lanes::{Lanes, in_wide_registers};

/// One code a row; the largest of the type stands for no level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codes {
    /// Below 255.
    Bytes(Vec<u8>),
    /// Below 65,535.
    Shorts(Vec<u16>),
    /// All others.
    Words(Vec<u32>),
}

/// A code as it is kept.
pub(crate) trait Code: Copy + Send + Sync {
    /// The code as a position; one beyond every level where there is none.
    fn level(self) -> usize;
}

macro_rules! code {
    ($kept:ty) => {
        impl Code for $kept {
            #[inline(always)]
            fn level(self) -> usize {
                self as usize
            }
        }
    };
}

code!(u8);
code!(u16);
code!(u32);

/// Runs the same code on whatever the codes are kept in.
macro_rules! with_codes {
    ($codes:expr, $kept:ident => $body:expr) => {
        match $codes {
            $crate::design::codes::Codes::Bytes($kept) => $body,
            $crate::design::codes::Codes::Shorts($kept) => $body,
            $crate::design::codes::Codes::Words($kept) => $body,
        }
    };
}
pub(crate) use with_codes;

/// Four columns of codes that take a byte each.
pub(crate) fn four_of_bytes(codes: [&Codes; 4]) -> Option<[&[u8]; 4]> {
    match codes {
        [Codes::Bytes(a), Codes::Bytes(b), Codes::Bytes(c), Codes::Bytes(d)] => Some([a, b, c, d]),
        _ => None,
    }
}

impl Default for Codes {
    fn default() -> Codes {
        Codes::Bytes(Vec::new())
    }
}

impl Codes {
    /// No codes yet, and room for so many.
    pub fn with_room(n_rows: usize) -> Codes {
        Codes::Bytes(Vec::with_capacity(n_rows))
    }

    /// Puts codes behind these.
    pub fn append(&mut self, codes: &[u32]) {
        let largest = in_wide_registers(Largest(codes));
        if largest >= u32::from(u8::MAX) && matches!(self, Codes::Bytes(_)) {
            *self = Codes::Shorts(self.iter().map(|code| code as u16).collect());
        }
        if largest >= u32::from(u16::MAX) && matches!(self, Codes::Shorts(_)) {
            *self = Codes::Words(self.iter().collect());
        }
        // NO_LEVEL has all bits set, and so has what is cut from it.
        match self {
            Codes::Bytes(own) => own.extend(codes.iter().map(|code| *code as u8)),
            Codes::Shorts(own) => own.extend(codes.iter().map(|code| *code as u16)),
            Codes::Words(own) => own.extend_from_slice(codes),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        with_codes!(self, codes => codes.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of a row; [`NO_LEVEL`] where it has none.
    #[inline]
    pub fn get(&self, row: usize) -> u32 {
        match self {
            Codes::Bytes(codes) if codes[row] == u8::MAX => NO_LEVEL,
            Codes::Bytes(codes) => u32::from(codes[row]),
            Codes::Shorts(codes) if codes[row] == u16::MAX => NO_LEVEL,
            Codes::Shorts(codes) => u32::from(codes[row]),
            Codes::Words(codes) => codes[row],
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// The largest of some codes; 0 where there is none.
struct Largest<'a>(&'a [u32]);

impl Lanes for Largest<'_> {
    type Out = u32;

    #[inline(always)]
    fn run(self) -> u32 {
        // One more than each, so that NO_LEVEL comes to 0: then the largest is found without a choice.
        self.0.iter().fold(0, |most: u32, code| most.max(code.wrapping_add(1))).saturating_sub(1)
    }
}

impl From<Vec<u32>> for Codes {
    fn from(codes: Vec<u32>) -> Codes {
        let mut own = Codes::with_room(codes.len());
        own.append(&codes);
        own
    }
}

impl FromIterator<u32> for Codes {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> Codes {
        Codes::from(codes.into_iter().collect::<Vec<u32>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stay_what_they_are_at_every_width() {
        let mut codes = Codes::default();
        for more in [vec![0, 254, NO_LEVEL], vec![255, 65_534, NO_LEVEL], vec![65_535, 1_000_000]] {
            codes.append(&more);
        }
        let all = [0, 254, NO_LEVEL, 255, 65_534, NO_LEVEL, 65_535, 1_000_000];
        assert_eq!(codes.iter().collect::<Vec<_>>(), all);
        assert!(matches!(Codes::from(all[..3].to_vec()), Codes::Bytes(_)));
        assert!(matches!(Codes::from(all[..6].to_vec()), Codes::Shorts(_)));
    }
}
