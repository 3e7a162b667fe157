//! Points as a person would write them: the step a scorecard keeps to, and rounding to it.

/// Steps a hand-set scorecard keeps to, coarse to fine.
const HABITS: [f64; 10] = [100.0, 50.0, 25.0, 10.0, 5.0, 1.0, 0.5, 0.25, 0.1, 0.05];

/// The step of a scorecard that keeps to none of the habits.
const NO_HABIT: f64 = 0.01;

/// A step is at most this share of the largest points, so that rounding moves no rule by much.
const COARSEST: f64 = 0.1;

/// Steps that a habit too coarse is refined to, within a decade.
const WITHIN_DECADE: [f64; 3] = [1.0, 0.5, 0.1];

/// Slack for tenths, which floating point does not hold exactly.
const SLACK: f64 = 1e-9;

/// The step of the hand-set points: the coarsest of the habits that all of them are multiples of, refined to 1 or 5
/// times a power of ten where it is coarser than a tenth of the largest points.
pub fn step(hand_set: &[f64]) -> f64 {
    let largest = hand_set.iter().fold(0.0f64, |largest, points| largest.max(points.abs()));
    let kept = |step: &f64| hand_set.iter().all(|points| is_multiple(*points, *step));
    let habit = HABITS.into_iter().find(kept).unwrap_or(NO_HABIT);
    let coarsest = largest * COARSEST;
    if largest == 0.0 || habit <= coarsest + SLACK {
        return if largest == 0.0 { 1.0 } else { habit };
    }
    let decade = 10f64.powi(coarsest.log10().ceil() as i32);
    let fits = |step: &f64| *step <= coarsest + SLACK;
    WITHIN_DECADE.into_iter().map(|part| decade * part).find(fits).unwrap_or(coarsest)
}

fn is_multiple(value: f64, step: f64) -> bool {
    let steps = value / step;
    (steps - steps.round()).abs() < SLACK * steps.abs().max(1.0)
}

/// `value` at the nearest multiple of `step`, half away from 0; below one, steps are divided by so that 0.3 is 0.3.
pub fn round_to(value: f64, step: f64) -> f64 {
    let rounded =
        if step < 1.0 { (value / step).round() / (1.0 / step).round() } else { (value / step).round() * step };
    // No −0: it would be written with its sign.
    rounded + 0.0
}

/// The learned points rounded to the scorecard's step; points that the deals left alone stay as written.
pub fn round_points(hand_set: &[f64], learned: &[f64]) -> Vec<f64> {
    let step = step(hand_set);
    let round =
        |(hand_set, learned): (&f64, &f64)| if hand_set == learned { *hand_set } else { round_to(*learned, step) };
    hand_set.iter().zip(learned).map(round).collect()
}

/// Points with their sign, in one decimal where they are not whole and below ten: `+15`, `−2.5` as `-2.5`, `0`.
pub fn signed(points: f64) -> String {
    let text = plain(points);
    if text.starts_with('-') || text == "0" { text } else { format!("+{text}") }
}

/// Points and the ends of their interval, as [`signed`] or in as many decimals as it takes to tell the three apart, three at
/// most.
pub fn signed_with_interval(points: f64, [low, high]: [f64; 2]) -> [String; 3] {
    let all = [points, low, high];
    let are_apart = |said: &[String; 3]| said[0] != said[1] && said[0] != said[2];
    let finer = (1..=3).map(|decimals| all.map(|points| format!("{points:+.decimals$}")));
    std::iter::once(all.map(signed)).chain(finer).find(are_apart).unwrap_or_else(|| all.map(signed))
}

/// Points in as many decimals as their size needs to be told apart: three digits, no trailing zeros.
fn plain(points: f64) -> String {
    let decimals = match points.abs() {
        size if size >= 10.0 => 0,
        size if size >= 1.0 => 1,
        _ => 2,
    };
    let text = format!("{points:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_habit_but_never_coarser_than_a_tenth_of_the_largest() {
        assert_eq!(step(&[10.0, -20.0, 80.0, 5.0]), 5.0);
        assert_eq!(step(&[10.0, -20.0, 30.0]), 1.0);
        assert_eq!(step(&[2.0, 5.0, 3.0, 30.0]), 1.0);
        assert_eq!(step(&[1.0, 2.0, 3.0]), 0.1);
        assert_eq!(step(&[0.5, 2.0, 15.0]), 0.5);
        assert_eq!(step(&[1.13, 40.0]), 0.01);
        assert_eq!(step(&[100.0, 1000.0]), 100.0);
        assert_eq!(step(&[100.0, 500.0]), 50.0);
        assert_eq!(step(&[0.0]), 1.0);
        assert_eq!(step(&[]), 1.0);
    }

    #[test]
    fn rounding_leaves_no_tails_and_no_negative_zero() {
        assert_eq!(round_to(0.29, 0.1), 0.3);
        assert_eq!(round_to(-13.0, 5.0), -15.0);
        assert!(round_to(-0.2, 1.0).is_sign_positive());
        assert_eq!(round_points(&[7.5, 30.0], &[7.5, 27.26]), [7.5, 27.5]);
    }

    #[test]
    fn points_are_written_with_their_sign() {
        let written = [15.2, -2.5, 0.0, -0.001, 0.25, -30.0, 3.0].map(signed);
        assert_eq!(written, ["+15", "-2.5", "0", "0", "+0.25", "-30", "+3"]);
        assert_eq!(signed_with_interval(15.2, [9.5, 20.4]), ["+15", "+9.5", "+20"]);
        assert_eq!(signed_with_interval(23.5, [22.9, 24.3]), ["+23.5", "+22.9", "+24.3"]);
        assert_eq!(signed_with_interval(13.21, [13.18, 13.24]), ["+13.21", "+13.18", "+13.24"]);
        assert_eq!(signed_with_interval(5.0, [5.0, 5.0]), ["+5", "+5", "+5"]);
    }
}
