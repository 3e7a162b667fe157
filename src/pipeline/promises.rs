//! Whether the promised chances came true: in sum, over their range, and in which tenth of the deals they did not.

use super::model::SideFigures;
use crate::metrics::{Calibration, CurveBin, Estimate, furthest_apart};
use crate::text::percent;

/// A calibration intercept so near to 0 shifts the odds by a fifth at most.
const NEAR_ZERO: f64 = 0.2;
/// A calibration slope so near to 1 is as good as 1.
const NEAR_ONE: std::ops::RangeInclusive<f64> = 0.8..=1.25;

/// Bins of a curve that no ties make shorter.
const FULL: usize = super::figures::CURVE_BINS;

/// Of as many wins as were promised.
const RIGHT: &str = "right in sum";
/// Of probabilities that are spread as they should be.
const AS_IT_SHOULD_BE: &str = "neither too bold nor too timid";

/// Whether the promised chances came true, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Promises {
    level: String,
    spread: String,
    is_doubtful: bool,
    apart: Option<String>,
    calibration: [Estimate; 2],
}

impl Promises {
    /// Of the side that scores leads; `None` where nobody promised anything, or the deals cannot say.
    pub fn of(sides: &SideFigures) -> Option<Promises> {
        Promises::judged(&sides.of_scores()?.probability.as_ref()?.calibration, apart(&sides.calibration))
    }

    /// An interval that holds the ideal proves nothing where the figure is far from it: then the deals are too few to say.
    /// One that leaves the ideal out proves little where the figure is near: of many deals the smallest fault is sure.
    fn judged(calibration: &Calibration, apart: Option<String>) -> Option<Promises> {
        let (intercept, slope) = (calibration.intercept?, calibration.slope?);
        let level_is_near = intercept.value.abs() <= NEAR_ZERO;
        let spread_is_near = NEAR_ONE.contains(&slope.value);
        let how_much = |is_sure: bool, is_near: bool| match (is_sure, is_near) {
            (false, _) => "perhaps ",
            (true, true) => "a little ",
            (true, false) => "",
        };
        let level_is_sure = !intercept.interval.holds(0.0);
        let level = match () {
            () if !level_is_sure && level_is_near => RIGHT.to_string(),
            () if intercept.value > 0.0 => format!("{}too low in sum", how_much(level_is_sure, level_is_near)),
            () => format!("{}too high in sum", how_much(level_is_sure, level_is_near)),
        };
        let spread_is_sure = !slope.interval.holds(1.0);
        let spread_word = how_much(spread_is_sure, spread_is_near);
        let spread = match () {
            () if !spread_is_sure && spread_is_near => AS_IT_SHOULD_BE.to_string(),
            // Where all are too low, the high ones may be so, too: then only how far apart they lie can be told.
            () if level != RIGHT && slope.value < 1.0 => format!("{spread_word}too far apart"),
            () if level != RIGHT => format!("{spread_word}too close together"),
            () if slope.value < 1.0 => format!("{spread_word}too bold: the high ones too high, the low ones too low"),
            () => format!("{spread_word}too timid: the high ones too low, the low ones too high"),
        };
        let is_doubtful = !(level_is_sure || level_is_near) || !(spread_is_sure || spread_is_near);
        Some(Promises { level, spread, is_doubtful, apart, calibration: [intercept, slope] })
    }

    /// `right in sum, but not in the highest tenth: 45.8 % expected, 30.1 % won`; of the spread only where it is not as it
    /// should be.
    pub fn in_brief(&self) -> String {
        let doubt = if self.is_doubtful { " (too few deals to be sure)" } else { "" };
        match (self.spread == AS_IT_SHOULD_BE, &self.apart) {
            (true, Some(apart)) if self.level == RIGHT => format!("{RIGHT}{doubt}, but not {apart}"),
            (true, None) => format!("{}{doubt}", self.level),
            (true, Some(apart)) => format!("{}{doubt}, most of all {apart}", self.level),
            (false, None) => format!("{}, and {}{doubt}", self.level, self.spread),
            (false, Some(apart)) => format!("{}, and {}{doubt}; furthest off {apart}", self.level, self.spread),
        }
    }

    /// What is wrong of all of them in sum, for certain and by more than a little: `too low in sum`.
    pub fn fault_in_sum(&self) -> Option<&str> {
        let intercept = &self.calibration[0];
        (!intercept.interval.holds(0.0) && intercept.value.abs() > NEAR_ZERO).then_some(&self.level)
    }

    /// All that is found, with the figures of statistics.
    pub fn in_full(&self) -> String {
        let of = |e: &Estimate| format!("{:.2}, {:.2} to {:.2}", e.value, e.interval.low, e.interval.high);
        let doubt = if self.is_doubtful { "too few deals to be sure: " } else { "" };
        let apart = self.apart.as_ref().map_or_else(String::new, |apart| format!("; furthest off {apart}"));
        let [intercept, slope] = self.calibration.each_ref().map(of);
        let (level, spread) = (&self.level, &self.spread);
        format!(
            "{level}, and {spread} ({doubt}calibration intercept {intercept}, right at 0; slope {slope}, right at 1){apart}"
        )
    }
}

/// `in the highest tenth: 45.8 % expected, 30.1 % won`, of the deals whose chances were furthest from what came, beyond
/// chance, and in how many other tenths it was so.
pub(super) fn apart(curve: &[CurveBin]) -> Option<String> {
    // Of one bin the sum says it all.
    let (worst, others) = furthest_apart(curve).filter(|_| curve.len() > 1)?;
    let bin = &curve[worst];
    let [expected, won] = [bin.mean_predicted, bin.observed].map(percent);
    let more = match others {
        0 => String::new(),
        1 => "; 1 more is off".to_string(),
        n => format!("; {n} more are off"),
    };
    Some(format!("in the {}: {expected} expected, {won} won{more}", place(worst, curve.len())))
}

/// `highest tenth`, `2nd-lowest tenth`; of fewer bins, which deals of one chance make, `highest of 6 parts`.
fn place(bin: usize, bins: usize) -> String {
    let (from_end, end) = if 2 * bin < bins { (bin, "lowest") } else { (bins - 1 - bin, "highest") };
    let nth = ["", "2nd-", "3rd-", "4th-", "5th-"][from_end];
    let part = if bins == FULL { "tenth".to_string() } else { format!("of {bins} parts") };
    format!("{nth}{end} {part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn judged(intercept: [f64; 3], slope: [f64; 3], apart: Option<&str>) -> Promises {
        let of = |[value, low, high]: [f64; 3]| Some(Estimate { value, interval: Interval { low, high } });
        let calibration = Calibration { intercept: of(intercept), slope: of(slope) };
        Promises::judged(&calibration, apart.map(str::to_string)).unwrap()
    }

    const GOOD: [[f64; 3]; 2] = [[0.05, -0.2, 0.3], [0.95, 0.7, 1.2]];

    #[test]
    fn words_of_calibration_follow_the_figure_and_its_interval() {
        let full = |intercept, slope| judged(intercept, slope, None).in_full();
        assert_eq!(
            full(GOOD[0], GOOD[1]),
            "right in sum, and neither too bold nor too timid (calibration intercept 0.05, -0.20 to 0.30, right at 0; slope 0.95, \
             0.70 to 1.20, right at 1)"
        );
        let little = full([0.01, -0.06, 0.09], [1.07, 1.01, 1.14]);
        assert!(little.contains("right in sum, and a little too timid: the high"), "{little}");
        let sure = full([-0.57, -0.94, -0.21], [0.5, 0.3, 0.7]);
        assert!(sure.contains("too high in sum, and too far apart (calibration"), "{sure}");
        let unsure = full([0.01, -0.3, 0.3], [0.52, -0.1, 1.2]);
        assert!(unsure.contains("and perhaps too bold") && unsure.contains("slope 0.52, -0.10 to 1.20"), "{unsure}");
        let low = full([0.6, -0.1, 1.3], [1.0, 0.8, 1.2]);
        assert!(low.contains("perhaps too low in sum, and neither too bold nor too timid (too few"), "{low}");
    }

    #[test]
    fn what_is_right_in_sum_says_where_it_is_not() {
        let [level, spread] = GOOD;
        let brief = |intercept, slope, apart| judged(intercept, slope, apart).in_brief();
        assert_eq!(brief(level, spread, None), "right in sum");
        let high = Some("in the highest tenth: 45.8 % expected, 30.1 % won");
        assert_eq!(
            brief(level, spread, high),
            "right in sum, but not in the highest tenth: 45.8 % expected, 30.1 % won"
        );
        assert!(brief([-0.57, -0.94, -0.21], spread, high).starts_with("too high in sum, most of all in the highest"));
        let bold = brief(level, [0.5, 0.3, 0.7], high);
        assert!(
            bold.ends_with("the low ones too low; furthest off in the highest tenth: 45.8 % expected, 30.1 % won"),
            "{bold}"
        );
        assert!(
            judged(level, spread, high)
                .in_full()
                .ends_with("right at 1); furthest off in the highest tenth: 45.8 % expected, 30.1 % won")
        );
    }

    #[test]
    fn only_what_is_certain_and_more_than_a_little_is_a_fault_in_sum() {
        let fault = |intercept| judged(intercept, GOOD[1], None).fault_in_sum().map(str::to_string);
        assert_eq!(fault([-0.57, -0.94, -0.21]).as_deref(), Some("too high in sum"));
        assert_eq!(fault([0.57, 0.21, 0.94]).as_deref(), Some("too low in sum"));
        assert_eq!([fault([0.15, 0.1, 0.2]), fault([0.6, -0.1, 1.3]), fault(GOOD[0])], [None, None, None]);
    }

    #[test]
    fn parts_are_named_from_the_nearer_end() {
        let named: Vec<String> = (0..10).map(|bin| place(bin, 10)).collect();
        assert_eq!(
            [&named[0], &named[4], &named[5], &named[9]],
            ["lowest tenth", "5th-lowest tenth", "5th-highest tenth", "highest tenth"]
        );
        assert_eq!(
            [place(0, 3), place(1, 3), place(2, 3)],
            ["lowest of 3 parts", "2nd-lowest of 3 parts", "highest of 3 parts"]
        );
    }
}
