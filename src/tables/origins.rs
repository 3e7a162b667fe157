//! Where the rows of a table were read.

/// File and line of each row: the index of the file, and the line counted from 1 (for Parquet the row).
///
/// Rows mostly stand line below line, and are kept as stretches that do: of a million rows there is often one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    stretches: Vec<Stretch>,
    n_rows: usize,
}

/// Rows that stand line below line in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first_row: usize,
    file: u32,
    first_line: u64,
}

impl Stretch {
    fn line(self, row: usize) -> u64 {
        self.first_line + (row - self.first_row) as u64
    }
}

impl Origins {
    /// The first so many lines of the first file, from this one on.
    pub fn from_line(first_line: u64, n_rows: usize) -> Origins {
        let stretch = Stretch { first_row: 0, file: 0, first_line };
        Origins { stretches: if n_rows == 0 { Vec::new() } else { vec![stretch] }, n_rows }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.n_rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.n_rows == 0
    }

    /// File and line of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn get(&self, row: usize) -> (u32, u64) {
        assert!(row < self.n_rows, "row {row} of {}", self.n_rows);
        let stretch = self.stretches[self.stretches.partition_point(|stretch| stretch.first_row <= row) - 1];
        (stretch.file, stretch.line(row))
    }

    /// Appends a row.
    pub fn push(&mut self, file: u32, line: u64) {
        self.add(Stretch { first_row: self.n_rows, file, first_line: line });
        self.n_rows += 1;
    }

    /// Takes in a stretch behind the others, as part of the last where it goes on there.
    fn add(&mut self, stretch: Stretch) {
        let goes_on = |last: &Stretch| last.file == stretch.file && last.line(stretch.first_row) == stretch.first_line;
        if !self.stretches.last().is_some_and(goes_on) {
            self.stretches.push(stretch);
        }
    }

    /// Appends rows of another table, whose lines are those of the file with this index.
    pub fn append(&mut self, later: &Origins, file: u32) {
        for stretch in &later.stretches {
            self.add(Stretch { first_row: self.n_rows + stretch.first_row, file, ..*stretch });
        }
        self.n_rows += later.n_rows;
    }

    /// Of all rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let ends = self.stretches.iter().skip(1).map(|next| next.first_row).chain([self.n_rows]);
        let rows = |(stretch, end): (&Stretch, usize)| {
            let stretch = *stretch;
            (stretch.first_row..end).map(move |row| (stretch.file, stretch.line(row)))
        };
        self.stretches.iter().zip(ends).flat_map(rows)
    }

    /// Of the chosen rows, in this order.
    pub fn rows(&self, rows: impl IntoIterator<Item = usize>) -> Origins {
        rows.into_iter().map(|row| self.get(row)).collect()
    }
}

impl FromIterator<(u32, u64)> for Origins {
    fn from_iter<I: IntoIterator<Item = (u32, u64)>>(rows: I) -> Origins {
        let mut all = Origins::default();
        rows.into_iter().for_each(|(file, line)| all.push(file, line));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(origins: &Origins) -> Vec<(u32, u64)> {
        assert!(origins.iter().enumerate().all(|(row, origin)| origins.get(row) == origin));
        origins.iter().collect()
    }

    #[test]
    fn rows_keep_their_file_and_line_however_they_come() {
        let rows = [(0, 2), (0, 3), (0, 5), (1, 6), (1, 7), (1, 7), (0, 8)];
        let origins: Origins = rows.into_iter().collect();
        assert_eq!(all(&origins), rows);
        assert_eq!((origins.stretches.len(), origins.len()), (5, 7));
        assert_eq!(all(&origins.rows([6, 0, 1, 1])), [(0, 8), (0, 2), (0, 3), (0, 3)]);
        assert_eq!(all(&Origins::from_line(1, 3)), [(0, 1), (0, 2), (0, 3)]);
        assert!(all(&Origins::from_line(1, 0)).is_empty());
    }

    #[test]
    fn appended_rows_are_of_the_file_named() {
        let mut origins = Origins::from_line(2, 2);
        origins.append(&Origins::from_line(4, 2), 0);
        assert_eq!(origins.stretches.len(), 1);
        origins.append(&Origins::from_line(6, 1), 1);
        origins.append(&Origins::default(), 2);
        assert_eq!(all(&origins), [(0, 2), (0, 3), (0, 4), (0, 5), (1, 6)]);
    }
}
