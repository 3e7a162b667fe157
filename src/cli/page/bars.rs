//! Pictures made of characters: bars from an axis, and strips with an interval. They repeat figures that stand beside
//! them.

/// The parts of a bar's last cell, in eighths.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Cells of the longest bar.
const BAR: f64 = 16.0;

/// A bar of `value` where `largest` fills it, drawn to the eighth of a cell. Negative values are hatched (`░`), so that
/// neither sign nor colour is needed to see them against the others.
fn bar(value: f64, largest: f64) -> String {
    if value.is_nan() || largest.is_nan() || largest <= 0.0 {
        return String::new();
    }
    let cells = (value.abs() / largest).min(1.0) * BAR;
    if value < 0.0 {
        return "░".repeat(cells.round() as usize);
    }
    let eighths = (cells * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

/// The bars of several values on one scale; NaN has none.
pub(in super::super) fn bars(values: &[f64]) -> Vec<String> {
    let largest = values.iter().filter(|v| v.is_finite()).fold(0.0f64, |largest, v| largest.max(v.abs()));
    values.iter().map(|&value| bar(value, largest)).collect()
}

/// Cells of a strip.
const STRIP: usize = 25;

/// The scale of strips drawn below each other.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Strip {
    low: f64,
    high: f64,
}

impl Strip {
    /// The scale that holds 0 and all `values`.
    pub(in super::super) fn holding(values: impl IntoIterator<Item = f64>) -> Strip {
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for value in values.into_iter().filter(|v| v.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        Strip { low, high }
    }

    fn cell(&self, value: f64) -> usize {
        let width = (self.high - self.low).max(f64::MIN_POSITIVE);
        (((value - self.low) / width).clamp(0.0, 1.0) * (STRIP - 1) as f64).round() as usize
    }

    /// `○` what was set, `●` what was learned (`◉` both), `─` the interval, `│` zero.
    pub(in super::super) fn draw(&self, set: f64, learned: Option<f64>, interval: [f64; 2]) -> String {
        let mut cells = [' '; STRIP];
        if learned.is_some() {
            cells[self.cell(interval[0])..=self.cell(interval[1])].fill('─');
        }
        let zero = self.cell(0.0);
        cells[zero] = if cells[zero] == '─' { '┼' } else { '│' };
        cells[self.cell(set)] = '○';
        if let Some(at) = learned.map(|learned| self.cell(learned)) {
            cells[at] = if at == self.cell(set) { '◉' } else { '●' };
        }
        cells.iter().collect::<String>().trim_end().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_a_negative_one_is_hatched() {
        assert_eq!(bars(&[32.0, 16.0, -8.0, 0.0]), ["█".repeat(16), "█".repeat(8), "░".repeat(4), String::new()]);
        assert_eq!(bar(1.0, 32.0), "▌");
        assert_eq!(bar(-0.001, 32.0), "");
        assert_eq!(bar(f64::NAN, 32.0), "");
        assert_eq!(bars(&[0.0]), [""]);
    }

    #[test]
    fn a_strip_shows_both_points_the_interval_and_zero() {
        let strip = Strip::holding([-12.0, 12.0]);
        assert_eq!(strip.draw(12.0, Some(6.0), [0.0, 12.0]), "            ┼─────●─────○");
        assert_eq!(strip.draw(-6.0, Some(-6.0), [-6.0, -6.0]), "      ◉     │");
        assert_eq!(strip.draw(-6.0, None, [-6.0, -6.0]), "      ○     │", "nothing was learned");
        assert_eq!(Strip::holding([]).draw(0.0, Some(0.0), [0.0, 0.0]), "◉");
    }
}
