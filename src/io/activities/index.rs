//! From the id of a lead, as bytes, to its row: one lookup for each row of a log of millions.
//!
//! Whole numbers close to each other are looked up in a list. For all other ids there is a hash table:
//!
//! What such a lookup costs is the wait for memory, so a slot holds key and row together in 16 bytes and the common
//! lookup touches one cache line. A key has 96 bits: ids of up to 11 bytes stand in it as they are, with their length;
//! longer ones by 88 bits of their xxh3 hash, where among a million leads and a billion rows the chance that any id is
//! taken for another is below 10⁻¹¹.

use crate::io::whole_ids::WholeIds;
use crate::tables::{Ids, MISSING};
use xxhash_rust::xxh3::xxh3_128;

/// The longest id that is its own key.
const PLAIN: usize = 11;

/// Bits of the row in a slot; the key stands above them.
const ROW_BITS: u32 = 32;

/// Stands where a hashed key has no length.
const HASHED: u128 = 0xFF << 88;

/// A slot without a lead. No key is all ones with the row `u32::MAX`, as there are never that many leads.
const EMPTY: u128 = u128::MAX;

/// An id in 96 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeadKey(u128);

impl LeadKey {
    /// The key of an id.
    #[inline]
    pub(super) fn of(id: &[u8]) -> LeadKey {
        if id.len() > PLAIN {
            return LeadKey(xxh3_128(id) >> 40 | HASHED);
        }
        let mut bytes = [0; 16];
        bytes[..id.len()].copy_from_slice(id);
        bytes[PLAIN] = id.len() as u8;
        LeadKey(u128::from_le_bytes(bytes))
    }

    /// Where to look first in a table of 2^(64 − `shift`) slots: the high bits of a folded product.
    #[inline]
    fn home(self, shift: u32) -> usize {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        let (low, high) = (self.0 as u64, (self.0 >> 64) as u64);
        let product = u128::from(low ^ ODD) * u128::from(high.rotate_left(32) ^ ODD.rotate_left(17));
        let folded = (product as u64) ^ (product >> 64) as u64;
        (folded.wrapping_mul(ODD) >> shift) as usize
    }
}

/// Rows of the leads by id.
pub(super) enum LeadIndex {
    /// A list.
    Listed(LeadList),
    /// A hash table.
    Hashed(HashedLeads),
}

impl LeadIndex {
    /// The index of these ids, all different.
    pub(super) fn new(ids: &Ids) -> LeadIndex {
        WholeIds::of(ids).map_or_else(
            || LeadIndex::Hashed(HashedLeads::new(ids)),
            |whole| LeadIndex::Listed(LeadList::new(whole, ids)),
        )
    }

    /// The row of the lead with this id.
    pub(super) fn row_of(&self, id: &[u8]) -> Option<u32> {
        match self {
            LeadIndex::Listed(leads) => leads.place(id).and_then(|place| leads.row(place)),
            LeadIndex::Hashed(leads) => leads.row(LeadKey::of(id)),
        }
    }

    /// The row of the lead whose id is what this number prints as.
    #[inline]
    pub(super) fn row_of_whole(&self, id: i64) -> Option<u32> {
        match self {
            LeadIndex::Listed(leads) => leads.place_of(id).and_then(|place| leads.row(place)),
            LeadIndex::Hashed(leads) => leads.row(LeadKey::of(id.to_string().as_bytes())),
        }
    }
}

/// The leads in a list by their ids, which are whole numbers close to each other.
pub(super) struct LeadList {
    whole: WholeIds,
    /// The row at each place of the stretch of ids, [`MISSING`] where there is no lead; `None` where the ids count up row by
    /// row, so that a place is a row.
    rows: Option<Vec<u32>>,
}

impl LeadList {
    fn new(whole: WholeIds, ids: &Ids) -> LeadList {
        if whole.counts_up(ids) {
            return LeadList { whole, rows: None };
        }
        let mut rows = vec![MISSING; whole.n_places];
        for (row, id) in ids.iter().enumerate() {
            rows[whole.place(id.as_bytes()).expect("the stretch was made of these very ids")] = row as u32;
        }
        LeadList { whole, rows: Some(rows) }
    }

    /// The place of an id; `None` where no lead can have it.
    #[inline]
    pub(super) fn place(&self, id: &[u8]) -> Option<u32> {
        self.whole.place(id).map(|place| place as u32)
    }

    /// The place of the id that this number prints as.
    #[inline]
    fn place_of(&self, id: i64) -> Option<u32> {
        self.whole.place_of(u64::try_from(id).ok()?).map(|place| place as u32)
    }

    /// The row of the lead at a place.
    #[inline]
    pub(super) fn row(&self, place: u32) -> Option<u32> {
        self.rows.as_ref().map_or(Some(place), |rows| Some(rows[place as usize]).filter(|row| *row != MISSING))
    }

    /// The id of a place.
    pub(super) fn id(&self, place: u32) -> String {
        self.whole.id(place as usize)
    }
}

/// A hash table of the leads, half empty at least.
pub(super) struct HashedLeads {
    slots: Vec<u128>,
    shift: u32,
}

impl HashedLeads {
    /// The index of these ids, all different.
    fn new(ids: &Ids) -> HashedLeads {
        // At least half of the slots stay empty, so that a run of full ones is short.
        let bits = (2 * ids.len().max(4)).next_power_of_two().trailing_zeros();
        let mut index = HashedLeads { slots: vec![EMPTY; 1 << bits], shift: u64::BITS - bits };
        for (row, id) in ids.iter().enumerate() {
            let key = LeadKey::of(id.as_bytes());
            let mut at = key.home(index.shift);
            while index.slots[at] != EMPTY {
                at = (at + 1) & (index.slots.len() - 1);
            }
            index.slots[at] = key.0 << ROW_BITS | row as u128;
        }
        index
    }

    /// The row of the lead with this key.
    #[inline]
    pub(super) fn row(&self, key: LeadKey) -> Option<u32> {
        let mut at = key.home(self.shift);
        loop {
            let slot = self.slots[at];
            if slot >> ROW_BITS == key.0 {
                return Some(slot as u32);
            }
            if slot == EMPTY {
                return None;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_finds_its_row_and_no_other_does() {
        let mut ids: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
        ids.extend((0..20_000).map(|n| format!("lead-with-a-long-id-{n:08}")));
        ids.extend(["0", "00", "a", "a\0", "12345678901", "123456789012"].map(|id| format!("x{id}")));
        let index = LeadIndex::new(&ids.iter().collect());
        for (row, id) in ids.iter().enumerate() {
            assert_eq!(index.row_of(id.as_bytes()), Some(row as u32), "{id}");
        }
        for unknown in ["", "20000", "007", "a", "1 ", "lead-with-a-long-id-00020000"] {
            assert_eq!(index.row_of(unknown.as_bytes()), None, "{unknown}");
        }
    }

    #[test]
    fn whole_numbers_are_found_as_text_and_as_numbers() {
        let ids: Vec<String> = (0..1000).rev().map(|n| (7_000 + 2 * n).to_string()).collect();
        let index = LeadIndex::new(&ids.iter().collect());
        let LeadIndex::Listed(list) = &index else { panic!("ids close to each other are listed") };
        for (row, id) in ids.iter().enumerate() {
            assert_eq!(index.row_of(id.as_bytes()), Some(row as u32), "{id}");
            assert_eq!(index.row_of_whole(id.parse().unwrap()), Some(row as u32), "{id}");
            assert_eq!(list.id(list.place(id.as_bytes()).unwrap()), *id);
        }
        for unknown in ["", "7001", "07000", "6998", "9000", "x"] {
            assert_eq!(index.row_of(unknown.as_bytes()), None, "{unknown}");
        }
        assert_eq!([-7000, 6999, 9000].map(|id| list.place_of(id)), [None; 3]);
        assert_eq!(list.row(list.place_of(7001).unwrap()), None);
    }
}
