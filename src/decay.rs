//! How points fade: the only decay formula of the program, read by rules and model alike.

use crate::asof::Span;
use serde::{Deserialize, Serialize};

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
    pub fn factor(&self, age: Span) -> f64 {
        match self {
            Decay::None => 1.0,
            Decay::HalfLife(half_life) => (-(age.0 as f64) / half_life.0 as f64).exp2(),
            Decay::Lifespan(lifespan) => (1.0 - age.0 as f64 / lifespan.0 as f64).max(0.0),
            Decay::Steps(steps) => {
                let reached = steps.partition_point(|(at_age, _)| *at_age <= age);
                if reached == 0 { 1.0 } else { steps[reached - 1].1 }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
