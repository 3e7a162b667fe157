//! What the edges of a curve's bins, and the bins between them, are called.

use super::source::without_trailing_zeros;

/// What a bin is called: its edges as exact as tells neighbours apart.
pub(super) fn range_name(edges: &[f64], bin: usize) -> String {
    range(edges.len(), bin, |at| edge_number(edges[at]), |low, high| format!("{low} to {high}"))
}

/// The same for a reader, who asks how an effect goes along, not what falls where.
pub(super) fn range_in_words(edges: &[f64], bin: usize) -> String {
    range(edges.len(), bin, |at| rounded_edge(edges, at), |low, high| format!("from {low} to {high}"))
}

fn range(
    n_edges: usize,
    bin: usize,
    edge: impl Fn(usize) -> String,
    between: impl Fn(String, String) -> String,
) -> String {
    match bin {
        _ if n_edges == 0 => "any".to_string(),
        0 => format!("up to {}", edge(0)),
        last if last == n_edges => format!("above {}", edge(last - 1)),
        inner => between(edge(inner - 1), edge(inner)),
    }
}

/// An edge with four significant digits at least and no trailing zeros, so that neighbouring edges stay apart. Not rounded up
/// while two more digits help, and else down: an edge lies half-way between two values, and rounded up to the higher one its
/// name would count that value below it.
fn edge_number(value: f64) -> String {
    const MORE_DIGITS: usize = 2;
    /// By so little a name may lie above its edge: 0.45 stands for 0.44999999999999996.
    const ROUNDING: f64 = 1e-9;
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let fewest = (3 - magnitude).clamp(0, 9) as usize;
    let is_above = |text: &String| text.parse::<f64>().is_ok_and(|named| named - value > ROUNDING * value.abs());
    let mut nearest = (fewest..=fewest + MORE_DIGITS).map(|decimals| format!("{value:.decimals$}"));
    let down = || format!("{:.fewest$}", value - 10_f64.powi(-(fewest as i32)) / 2.0);
    without_trailing_zeros(&nearest.find(|text| !is_above(text)).unwrap_or_else(down))
}

/// The edge at a place in as few decimals as keep it near. An exact half is rounded down: between the whole numbers 391 and 392
/// the edge is 391.5, and `up to 391` is what that says.
fn rounded_edge(edges: &[f64], at: usize) -> String {
    /// It may be off by so much of the narrower range beside it …
    const OF_RANGE: f64 = 0.2;
    /// … and of itself, so that what is near 0 keeps its digits.
    const OF_ITSELF: f64 = 0.1;
    const MOST_DECIMALS: i32 = 9;
    let edge = edges[at];
    let gap = |from: usize| edges.get(from + 1).zip(edges.get(from)).map_or(f64::INFINITY, |(high, low)| high - low);
    let range = at.checked_sub(1).map_or(f64::INFINITY, gap).min(gap(at));
    let most_off = (OF_RANGE * range).min(OF_ITSELF * edge.abs());
    let rounded = |decimals: i32| {
        let unit = 10_f64.powi(decimals);
        let rounded = (edge * unit - 0.5).ceil() / unit;
        ((rounded - edge).abs() <= most_off)
            .then(|| without_trailing_zeros(&format!("{rounded:.*}", decimals as usize)))
    };
    (0..=MOST_DECIMALS).find_map(rounded).unwrap_or_else(|| edge_number(edge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_named_by_no_value_above_it() {
        let names =
            [1235.5, 1234.9, 1234.4, 123.5, 1.32268, 0.3 / 2.0 + 0.6 / 2.0, -2.00049, 20.0 / 3.0].map(edge_number);
        assert_eq!(names, ["1235.5", "1234.9", "1234", "123.5", "1.32268", "0.45", "-2.0005", "6.666"]);
    }

    #[test]
    fn a_rounded_edge_has_the_digits_that_its_neighbours_ask_for() {
        let rounded = |edges: &[f64]| (0..edges.len()).map(|at| rounded_edge(edges, at)).collect::<Vec<_>>();
        assert_eq!(rounded(&[1.322, 3.133, 5.184, 7.403, 9.93899, 12.46]), ["1.3", "3", "5", "7", "10", "12"]);
        assert_eq!(rounded(&[0.5, 15.5, 16.5, 391.5, 439.5]), ["0.5", "15.5", "16.5", "391", "439"]);
        assert_eq!(rounded(&[-391.5, -0.25, 0.0, 0.003, 1704.0]), ["-392", "-0.25", "0", "0.003", "1704"]);
        assert_eq!(rounded(&[0.45]), ["0.45"]);
        assert_eq!(rounded(&[1e-12, 1.0, 1.0 + 1e-12]).len(), 3, "whatever the edges, there is a name");
    }

    #[test]
    fn a_range_is_told_by_its_edges() {
        assert_eq!([0, 1, 2].map(|bin| range_in_words(&[1.0, 2.04], bin)), ["up to 1", "from 1 to 2", "above 2"]);
        assert_eq!([0, 1, 2].map(|bin| range_name(&[1.0, 2.04], bin)), ["up to 1", "1 to 2.04", "above 2.04"]);
        assert_eq!(range_in_words(&[], 0), "any");
    }
}
