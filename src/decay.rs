//! How points fade: the only decay formula of the program, read by rules and model alike.

use crate::asof::Span;
use crate::lanes::{Lanes, in_wide_registers};
use serde::{Deserialize, Serialize};
use std::f64::consts::{LN_2, SQRT_2};

/// How an act loses its worth as it ages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Decay {
    /// Never: the factor is 1.
    None,
    /// 2^(−age / half-life).
    HalfLife(Span),
    /// max(0, 1 − age / lifespan): linear to nothing.
    Lifespan(Span),
    /// The factor of the last step whose age has been reached, 1 before the first. Ages ascend strictly.
    Steps(Vec<(Span, f64)>),
}

impl Decay {
    /// The share of its worth that an act of this age keeps.
    #[inline]
    pub fn factor(&self, age: Span) -> f64 {
        match self {
            Decay::None => 1.0,
            Decay::HalfLife(half_life) => power_of_two(-(age.0 as f64) / half_life.0 as f64),
            Decay::Lifespan(lifespan) => (1.0 - age.0 as f64 / lifespan.0 as f64).max(0.0),
            Decay::Steps(steps) => {
                let reached = steps.partition_point(|(at_age, _)| *at_age <= age);
                if reached == 0 { 1.0 } else { steps[reached - 1].1 }
            }
        }
    }
}

impl Decay {
    /// [`Decay::factor`] of many ages. One after the other each would wait for the steps of the one before; on a walk of
    /// their own they overlap.
    pub fn factors(&self, ages: &[Span], factors: &mut Vec<f64>) {
        factors.clear();
        match self {
            Decay::HalfLife(half_life) => {
                in_wide_registers(Halvings { ages, half_life: half_life.0 as f64, factors });
            }
            _ => factors.extend(ages.iter().map(|age| self.factor(*age))),
        }
    }
}

/// The factors of many ages for a half-life.
struct Halvings<'a> {
    ages: &'a [Span],
    half_life: f64,
    factors: &'a mut Vec<f64>,
}

impl Lanes for Halvings<'_> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Halvings { ages, half_life, factors } = self;
        let halvings = |age: &Span| -(age.0 as f64) / half_life;
        let most = ages.iter().fold(0, |most, age| age.0.unsigned_abs().max(most));
        if is_common(most as f64 / half_life) {
            factors.extend(ages.iter().map(|age| common_power_of_two(halvings(age))));
        } else {
            factors.extend(ages.iter().map(|age| power_of_two(halvings(age))));
        }
    }
}

/// Parts of a whole step that the table of powers knows.
const PARTS: usize = 32;

/// 2^(i/32), each rounded once.
const POWERS: [f64; PARTS] = [
    1.0,
    1.0218971486541166,
    1.0442737824274138,
    1.0671404006768237,
    1.0905077326652577,
    1.1143867425958924,
    1.1387886347566916,
    1.1637248587775775,
    1.189207115002721,
    1.215247359980469,
    1.241857812073484,
    1.2690509571917332,
    1.2968395546510096,
    1.3252366431597413,
    1.3542555469368927,
    1.383909881963832,
    SQRT_2,
    1.4451808069770467,
    1.4768261459394993,
    1.5091644275934228,
    1.5422108254079407,
    1.5759808451078865,
    1.6104903319492543,
    1.645755478153965,
    1.681792830507429,
    1.718619298122478,
    1.7562521603732995,
    1.7947090750031072,
    1.8340080864093424,
    1.8741676341103,
    1.9152065613971474,
    1.9571441241754002,
];

/// ln(2)ⁿ / n! for n = 1 to 6: the Taylor series of 2^r, which for |r| ≤ 1/64 is exact to 4·10⁻¹⁸.
const SERIES: [f64; 6] = [
    LN_2,
    0.24022650695910072,
    0.05550410866482158,
    0.009618129107628477,
    0.0013333558146428443,
    0.0001540353039338161,
];

/// 2^x, within two units in the last place, and exact where x is whole.
///
/// Every act is decayed at least once, so this is half as long as the system's; and it gives the same bits on every system,
/// which libraries of mathematics do not.
#[inline]
fn power_of_two(x: f64) -> f64 {
    if is_common(x) { common_power_of_two(x) } else { x.exp2() }
}

/// Whether the exponent of 2^x does not run over.
#[inline(always)]
fn is_common(x: f64) -> bool {
    x.abs() < 1000.0
}

/// 2^x, where that [`is_common`].
#[inline(always)]
fn common_power_of_two(x: f64) -> f64 {
    // So large that adding it rounds to a multiple of 1/32, whose number then stands in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0 / PARTS as f64;
    let rounded = x + ROUND;
    let r = x - (rounded - ROUND);
    let number = rounded.to_bits();
    let power = POWERS[number as usize % PARTS];
    let [c1, c2, c3, c4, c5, c6] = SERIES;
    // In pairs, so that few steps wait for one another.
    let square = r * r;
    let series = r * ((c1 + r * c2) + square * ((c3 + r * c4) + square * (c5 + r * c6)));
    let exponent = (number / PARTS as u64) << 52;
    f64::from_bits((power + power * series).to_bits().wrapping_add(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_those_of_the_system_within_two_units() {
        assert_eq!([0.0, -1.0, -2.0, -52.0, 3.0].map(power_of_two), [1.0, 0.5, 0.25, 2f64.powi(-52), 8.0]);
        assert_eq!((power_of_two(-2000.0), power_of_two(f64::NEG_INFINITY)), (0.0, 0.0));
        assert!(power_of_two(f64::NAN).is_nan());
        for step in 0..400_000 {
            let x = -60.0 * f64::from(step) / 399_999.0 + if step % 40 == 0 { 61.3 } else { 0.0 };
            let expected = x.exp2();
            assert!((power_of_two(x) - expected).abs() <= 3.0 * f64::EPSILON * expected, "{x}");
        }
        for (x, expected) in [(-999.5, -999.5_f64), (-700.0, -700.0), (999.0, 999.0)] {
            assert!((power_of_two(x) / expected.exp2() - 1.0).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn many_factors_are_those_of_one_after_the_other() {
        for half_life in [Span(1), days(0.01), days(30.0)] {
            let decay = Decay::HalfLife(half_life);
            for longest in [1.0, 50.0, 4000.0] {
                let ages: Vec<Span> = (0..1001).map(|n| days(longest * f64::from(n) / 1000.0)).collect();
                let mut factors = vec![7.0];
                decay.factors(&ages, &mut factors);
                assert_eq!(factors, ages.iter().map(|age| decay.factor(*age)).collect::<Vec<_>>());
            }
        }
    }

    fn days(d: f64) -> Span {
        Span::from_days(d)
    }

    #[test]
    fn each_form_at_its_own_turning_points() {
        assert_eq!(Decay::None.factor(days(1e4)), 1.0);
        assert_eq!(Decay::HalfLife(days(30.0)).factor(days(60.0)), 0.25);
        assert_eq!(Decay::Lifespan(days(90.0)).factor(days(45.0)), 0.5);
        assert_eq!(Decay::Lifespan(days(90.0)).factor(days(91.0)), 0.0);
        let steps = Decay::Steps(vec![(days(30.0), 0.5), (days(90.0), 0.0)]);
        assert_eq!(steps.factor(days(29.999)), 1.0);
        assert_eq!(steps.factor(days(30.0)), 0.5);
        assert_eq!(steps.factor(days(90.0)), 0.0);
    }
}
