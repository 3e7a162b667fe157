//! Whether probabilities are right on the whole and spread as they should be, in words.

use crate::metrics::{Calibration, Estimate};
use std::fmt::Write;

/// A calibration intercept so near to 0 shifts the odds by a fifth at most.
const NEAR_ZERO: f64 = 0.2;
/// A calibration slope so near to 1 is as good as 1.
const NEAR_ONE: std::ops::RangeInclusive<f64> = 0.8..=1.25;

/// Of probabilities that are spread as they should be.
const AS_IT_SHOULD_BE: &str = "neither too bold nor too timid";

/// Whether probabilities are right on the whole, and spread as they should be, in words.
pub(super) struct Boldness {
    /// `right on the whole`.
    pub(super) level: String,
    /// `neither too bold nor too timid`.
    pub(super) spread: String,
    /// Whether the deals are too few to be sure of it.
    pub(super) is_doubtful: bool,
}

impl Boldness {
    /// An interval that holds the ideal proves nothing where the figure is far from it: then the deals are too few to say.
    /// One that leaves the ideal out proves little where the figure is near: of many deals the smallest fault is sure.
    pub(super) fn of(calibration: &Calibration) -> Option<Boldness> {
        let (Some(intercept), Some(slope)) = (&calibration.intercept, &calibration.slope) else { return None };
        let level_is_near = intercept.value.abs() <= NEAR_ZERO;
        let spread_is_near = NEAR_ONE.contains(&slope.value);
        let how_much = |is_sure: bool, is_near: bool| match (is_sure, is_near) {
            (false, _) => "perhaps ",
            (true, true) => "a little ",
            (true, false) => "",
        };
        let level_is_sure = !intercept.interval.holds(0.0);
        let level = match () {
            () if !level_is_sure && level_is_near => "right on the whole".to_string(),
            () if intercept.value > 0.0 => format!("{}too low on the whole", how_much(level_is_sure, level_is_near)),
            () => format!("{}too high on the whole", how_much(level_is_sure, level_is_near)),
        };
        let spread_is_sure = !slope.interval.holds(1.0);
        let spread_word = how_much(spread_is_sure, spread_is_near);
        let spread = match () {
            () if !spread_is_sure && spread_is_near => AS_IT_SHOULD_BE.to_string(),
            () if slope.value < 1.0 => format!("{spread_word}too bold: the high ones too high, the low ones too low"),
            () => format!("{spread_word}too timid: the high ones too low, the low ones too high"),
        };
        let is_doubtful = !(level_is_sure || level_is_near) || !(spread_is_sure || spread_is_near);
        Some(Boldness { level, spread, is_doubtful })
    }

    /// Level and spread, the latter only where it is not as it should be.
    pub(super) fn in_brief(&self) -> String {
        if self.spread == AS_IT_SHOULD_BE { self.level.clone() } else { format!("{}, and {}", self.level, self.spread) }
    }
}

/// The same with its figures.
pub(super) fn boldness(out: &mut String, calibration: &Calibration) -> std::fmt::Result {
    let (Some(intercept), Some(slope)) = (&calibration.intercept, &calibration.slope) else { return Ok(()) };
    let Some(Boldness { level, spread, is_doubtful }) = Boldness::of(calibration) else { return Ok(()) };
    let of = |e: &Estimate| format!("{:.2}, {:.2} to {:.2}", e.value, e.interval.low, e.interval.high);
    writeln!(
        out,
        "- On these deals they are {level}, and {spread} ({}calibration intercept {}, right at 0; slope {}, right at 1).",
        if is_doubtful { "too few deals to be sure: " } else { "" },
        of(intercept),
        of(slope)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn said(intercept: [f64; 3], slope: [f64; 3]) -> String {
        let of = |[value, low, high]: [f64; 3]| Some(Estimate { value, interval: Interval { low, high } });
        let mut out = String::new();
        boldness(&mut out, &Calibration { intercept: of(intercept), slope: of(slope) }).unwrap();
        out
    }

    #[test]
    fn words_of_calibration_follow_the_figure_and_its_interval() {
        let good = said([0.05, -0.2, 0.3], [0.95, 0.7, 1.2]);
        assert_eq!(
            good,
            "- On these deals they are right on the whole, and neither too bold nor too timid (calibration intercept 0.05, -0.20 to 0.30, \
             right at 0; slope 0.95, 0.70 to 1.20, right at 1).\n"
        );
        let little = said([0.01, -0.06, 0.09], [1.07, 1.01, 1.14]);
        assert!(little.contains("right on the whole, and a little too timid: the high"), "{little}");
        let sure = said([-0.57, -0.94, -0.21], [0.5, 0.3, 0.7]);
        assert!(sure.contains("are too high on the whole, and too bold: the high"), "{sure}");
        let unsure = said([0.01, -0.3, 0.3], [0.52, -0.1, 1.2]);
        assert!(unsure.contains("and perhaps too bold") && unsure.contains("slope 0.52, -0.10 to 1.20"), "{unsure}");
        let low = said([0.6, -0.1, 1.3], [1.0, 0.8, 1.2]);
        assert!(low.contains("perhaps too low on the whole, and neither too bold nor too timid (too few"), "{low}");
    }
}
