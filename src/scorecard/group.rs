//! Groups of rules with their caps, the range, and the change of scale between them.

/// Index of the group of who the lead is.
pub const FIT: usize = 0;
/// Index of the group of what the lead did.
pub const ENGAGEMENT: usize = 1;

/// The closed range of the rule score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The least score.
    pub min: f64,
    /// The highest score.
    pub max: f64,
}

impl Range {
    /// How far apart its ends are.
    pub fn width(self) -> f64 {
        self.max - self.min
    }

    /// The nearest score within the range.
    pub fn clamp(self, score: f64) -> f64 {
        score.clamp(self.min, self.max)
    }
}

/// Rules whose points are summed, and capped, together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The least that it contributes, before rescaling.
    pub min: Option<f64>,
    /// The most that it contributes, before rescaling.
    pub max: Option<f64>,
}

impl Group {
    /// A group without caps.
    pub fn uncapped(name: impl Into<String>) -> Group {
        Group { name: name.into(), min: None, max: None }
    }

    /// The sum of its rules within its caps.
    pub fn cap(&self, sum: f64) -> f64 {
        sum.min(self.max.unwrap_or(f64::INFINITY)).max(self.min.unwrap_or(f64::NEG_INFINITY))
    }
}

/// A linear change of scale that takes `from` to `to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rescale {
    /// Where the sum of the groups is expected to lie.
    pub from: Range,
    /// Where those ends go.
    pub to: Range,
}

impl Rescale {
    /// What multiplies every contribution: (d − c) / (b − a).
    pub fn factor(self) -> f64 {
        self.to.width() / self.from.width()
    }

    /// The constant of the linear map: c − a · factor.
    pub fn base(self) -> f64 {
        self.to.min - self.from.min * self.factor()
    }
}
