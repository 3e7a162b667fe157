//! The logistic function and its kin, written so that neither tail overflows.

use crate::lanes::Lanes;

/// 1 / (1 + e^−x).
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// log(p / (1 − p)); p is first kept within [1e-15, 1 − 1e-15], so that a certain prediction stays finite.
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-15, 1.0 - 1e-15);
    (p / (1.0 - p)).ln()
}

/// log(1 + e^x) without overflow.
pub fn log1p_exp(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// Writes each row's log loss log(1 + e^−ỹη), ỹ = 1 for y above ½ and −1 else.
pub(crate) struct Losses<'a> {
    pub(crate) y: &'a [f64],
    pub(crate) eta: &'a [f64],
    pub(crate) into: &'a mut [f64],
}

impl Lanes for Losses<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        for ((loss, y), eta) in self.into.iter_mut().zip(self.y).zip(self.eta) {
            let against = if *y > 0.5 { -eta } else { *eta };
            *loss = exp_and_log1p(against.abs()).1 + if against > 0.0 { against } else { 0.0 };
        }
    }
}

/// e^−a and log(1 + e^−a) for a ≥ 0, each to about an ulp and without a branch, so that many run at once; and the same bits
/// whatever the system's library would say.
#[inline(always)]
pub(crate) fn exp_and_log1p(a: f64) -> (f64, f64) {
    let e = exp_of_negative(a);
    (e, log1p_of_share(e))
}

/// log 2 in two parts, of which k times the first is exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// e^−a for a ≥ 0 by e^r 2^k with |r| ≤ ½ log 2 and Taylor's series of e^r; 0 beyond 708, where it would leave the normal
/// numbers.
#[inline(always)]
pub(crate) fn exp_of_negative(a: f64) -> f64 {
    /// Added to a small number this leaves its nearest whole number in the lowest bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    /// 1/13! to 1/2!.
    const SERIES: [f64; 12] = [
        1.0 / 6_227_020_800.0,
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ];
    let held = if a > 708.0 { 708.0 } else { a };
    let whole = WHOLE - held * std::f64::consts::LOG2_E;
    let k = whole - WHOLE;
    let r = (-held - k * LN_2[0]) - k * LN_2[1];
    let series = SERIES.iter().fold(0.0, |sum, coefficient| sum * r + coefficient);
    let power = f64::from_bits(whole.to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(1023) << 52);
    let e = (1.0 + (r + r * r * series)) * power;
    if a > 708.0 { 0.0 } else { e }
}

/// log(1 + e) for e in \[0, 1\], as fdlibm has it: of u = 1 + e rounded, with what the rounding took away added.
#[inline(always)]
fn log1p_of_share(e: f64) -> f64 {
    const SERIES: [f64; 7] = [
        1.479_819_860_511_658_6e-1,
        1.531_383_769_920_937_3e-1,
        1.818_357_216_161_805e-1,
        2.222_219_843_214_978_4e-1,
        2.857_142_874_366_239e-1,
        3.999_999_999_940_942e-1,
        6.666_666_666_666_735e-1,
    ];
    let u = 1.0 + e;
    let is_far = u > std::f64::consts::SQRT_2;
    let (f, k) = if is_far { (0.5 * u - 1.0, 1.0) } else { (u - 1.0, 0.0) };
    let lost = (e - (u - 1.0)) / u;
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * SERIES.iter().fold(0.0, |sum, coefficient| sum * z + coefficient);
    let half = 0.5 * f * f;
    k * LN_2[0] - ((half - (s * (half + series) + (k * LN_2[1] + lost))) - f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::in_wide_registers;

    #[test]
    fn both_at_once_are_within_two_ulps_of_the_library() {
        let two_ulps = |value: f64| 2.0 * f64::EPSILON * value.max(f64::MIN_POSITIVE);
        let far = [0.0, 1e-300, 1e-17, f64::MIN_POSITIVE, 36.0, 37.5, 700.0, 707.999];
        for a in (0..200_000).map(|i| f64::from(i) * 2.7e-4).chain(far) {
            let (e, log1p) = exp_and_log1p(a);
            let library = ((-a).exp(), (-a).exp().ln_1p());
            assert!((e - library.0).abs() <= two_ulps(library.0), "e^-{a}: {e}, {}", library.0);
            assert!((log1p - library.1).abs() <= two_ulps(library.1), "log(1 + e^-{a}): {log1p}, {}", library.1);
        }
        assert_eq!(exp_and_log1p(709.0), (0.0, 0.0));
        assert_eq!(exp_and_log1p(f64::INFINITY), (0.0, 0.0));
        assert!(exp_and_log1p(f64::NAN).1.is_nan());
    }

    #[test]
    fn losses_are_those_of_rows_one_by_one() {
        let eta = [-900.0, -30.0, -1.0, -0.0, 0.3, 20.0, 900.0];
        for y in [0.0, 1.0] {
            let mut losses = [f64::NAN; 7];
            in_wide_registers(Losses { y: &[y; 7], eta: &eta, into: &mut losses });
            for (loss, eta) in losses.iter().zip(eta) {
                let expected = log1p_exp(if y > 0.5 { -eta } else { eta });
                assert!((loss - expected).abs() <= 2.0 * f64::EPSILON * expected, "{loss} {expected}");
            }
        }
    }

    #[test]
    fn tails_are_finite_and_the_two_directions_agree() {
        for x in [-800.0, -30.0, -1.0, 0.0, 0.3, 20.0, 800.0] {
            assert!(sigmoid(x).is_finite() && log1p_exp(x).is_finite());
            assert!((sigmoid(x) + sigmoid(-x) - 1.0).abs() < 1e-15);
            if x.abs() < 25.0 {
                assert!((logit(sigmoid(x)) - x).abs() < 1e-5);
            }
        }
        assert_eq!(log1p_exp(800.0), 800.0);
    }
}
