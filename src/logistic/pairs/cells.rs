//! A pair as columns: one a cell with enough rows, and the graph that ties neighbouring cells together.

use serde::{Deserialize, Serialize};

use super::super::Structure;
use super::Axis;
use crate::design::{CodeBlock, NO_LEVEL};

/// Which cells of a pair have a coefficient, and which one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// Levels of the first axis.
    pub n_rows: usize,
    /// Levels of the second axis.
    pub n_columns: usize,
    /// The kept cells as (level of the first axis, level of the second), in the order of their coefficients.
    pub kept: Vec<(u32, u32)>,
}

impl Cells {
    /// The coefficient's position for each cell of the table, row by row; [`NO_LEVEL`] where there is none.
    pub fn positions(&self) -> Vec<u32> {
        let mut positions = vec![NO_LEVEL; self.n_rows * self.n_columns];
        for (position, &(row, column)) in (0..).zip(&self.kept) {
            positions[row as usize * self.n_columns + column as usize] = position;
        }
        positions
    }
}

/// A pair ready to be fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellTerm {
    /// Each row's cell among the kept ones.
    pub block: CodeBlock,
    /// The kept cells.
    pub cells: Cells,
    /// Ties between neighbouring kept cells along ordered axes, 0.1 I + Laplacian; a ridge when neither axis is ordered.
    pub structure: Structure,
}

/// Builds the column of every cell with at least `min_rows` rows.
pub fn cell_block(a: &Axis<'_>, b: &Axis<'_>, min_rows: usize) -> CellTerm {
    let of_row = |(row, column): (u32, u32)| {
        let is_level = (row as usize) < a.n_levels && (column as usize) < b.n_levels;
        is_level.then(|| row as usize * b.n_levels + column as usize)
    };
    let mut n_rows = vec![0usize; a.n_levels * b.n_levels];
    a.codes.iter().zip(b.codes.iter()).filter_map(of_row).for_each(|cell| n_rows[cell] += 1);
    let kept = (0..n_rows.len()).filter(|&cell| n_rows[cell] >= min_rows);
    let kept = kept.map(|cell| ((cell / b.n_levels) as u32, (cell % b.n_levels) as u32)).collect();
    let cells = Cells { n_rows: a.n_levels, n_columns: b.n_levels, kept };
    let positions = cells.positions();
    let code = |codes: (u32, u32)| of_row(codes).map_or(NO_LEVEL, |cell| positions[cell]);
    let block = CodeBlock { codes: a.codes.iter().zip(b.codes.iter()).map(code).collect(), n_levels: cells.kept.len() };
    let structure = match (a.ordered_levels, b.ordered_levels) {
        (0, 0) => Structure::Ridge,
        _ => Structure::Graph { edges: edges(&cells, &positions, a.ordered_levels, b.ordered_levels) },
    };
    CellTerm { block, cells, structure }
}

/// Pairs of kept cells one step apart along an ordered axis.
fn edges(cells: &Cells, positions: &[u32], ordered_rows: usize, ordered_columns: usize) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    for (position, &(row, column)) in (0..).zip(&cells.kept) {
        let (row, column) = (row as usize, column as usize);
        let below = (row + 1 < ordered_rows).then(|| (row + 1) * cells.n_columns + column);
        let beside = (column + 1 < ordered_columns).then(|| row * cells.n_columns + column + 1);
        for neighbour in [below, beside].into_iter().flatten() {
            if positions[neighbour] != NO_LEVEL {
                edges.push((position, positions[neighbour]));
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::Codes;

    #[test]
    fn cells_with_few_rows_and_missing_levels_are_left_alone() {
        // A number of two bins and a missing level, against a category of two levels.
        let number = Axis { codes: &Codes::from(vec![0, 0, 1, 1, 2, 2, 0, NO_LEVEL]), n_levels: 3, ordered_levels: 2 };
        let category = Axis { codes: &Codes::from(vec![0, 0, 0, 0, 0, 0, 1, 1]), n_levels: 2, ordered_levels: 0 };
        let built = cell_block(&number, &category, 2);
        assert_eq!(built.cells.kept, [(0, 0), (1, 0), (2, 0)]);
        assert_eq!(built.block.codes, vec![0, 0, 1, 1, 2, 2, NO_LEVEL, NO_LEVEL].into());
        assert_eq!(built.structure, Structure::Graph { edges: vec![(0, 1)] });
        assert_eq!(cell_block(&category, &category, 1).structure, Structure::Ridge);
    }

    #[test]
    fn two_ordered_axes_make_a_grid() {
        let first = Axis { codes: &Codes::from(vec![0, 0, 1, 1]), n_levels: 2, ordered_levels: 2 };
        let second = Axis { codes: &Codes::from(vec![0, 1, 0, 1]), n_levels: 2, ordered_levels: 2 };
        let built = cell_block(&first, &second, 1);
        assert_eq!(built.structure, Structure::Graph { edges: vec![(0, 2), (0, 1), (1, 3), (2, 3)] });
    }
}
