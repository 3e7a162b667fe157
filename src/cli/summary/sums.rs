//! What is summed up over the leads, block by block, and what their mean chance is.

/// Sums over open leads from which figures and notes are made at the end.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// Of those no older than past deals were looked at; beyond that a chance is a guess.
    pub(super) known: Chances,
    pub(super) abstained: usize,
}

impl Sums {
    pub(super) fn add(&mut self, later: &Sums) {
        self.known.add(later.known);
        self.abstained += later.abstained;
    }
}

/// The sum of so many win probabilities.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Chances {
    sum: f64,
    pub(super) n: usize,
}

impl Chances {
    pub(super) fn of(chances: impl Iterator<Item = f64>) -> Chances {
        chances.filter(|p| !p.is_nan()).fold(Chances::default(), |all, p| Chances { sum: all.sum + p, n: all.n + 1 })
    }

    pub(super) fn add(&mut self, later: Chances) {
        self.sum += later.sum;
        self.n += later.n;
    }

    pub(super) fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }
}
