//! How far long work has come, told to whoever watches.
//!
//! A caller hands in a [`Watch`]. Work that may take long begins a [`Stage`] with it and splits the [`Work`] that it gets
//! into parts, in proportion to the time they should take; a part may run on any thread and be split again. What is dropped
//! is done. Shares are whole numbers, so that a stage never goes back, never comes to more than all, and ends at all.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// What a stage is divided into.
const WHOLE: u64 = 1 << 40;

/// Work that is done in one go, as its watcher is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What is being done: `learning from deals`.
    pub what: String,
    /// What its amount counts, for one: `deal`.
    pub unit: &'static str,
    /// How many of them the whole stage takes.
    pub amount: usize,
}

impl Stage {
    /// A stage that takes so many units.
    pub fn new(what: impl Into<String>, unit: &'static str, amount: usize) -> Stage {
        Stage { what: what.into(), unit, amount }
    }
}

/// Somebody who wants to know of stages.
pub trait Onlooker: Send + Sync {
    /// A stage begins; it ends when what is returned is dropped.
    fn begin(&self, stage: Stage) -> Box<dyn Follower>;
}

/// Somebody who follows one stage.
pub trait Follower: Send {
    /// So large a share of it is done, 0 to 1: never less than before.
    fn come_to(&mut self, share: f64);
}

/// Whoever is told how far work has come; by default nobody.
#[derive(Clone, Default)]
pub struct Watch(Option<Arc<dyn Onlooker>>);

impl Watch {
    /// This one is told.
    pub fn by(onlooker: impl Onlooker + 'static) -> Watch {
        Watch(Some(Arc::new(onlooker)))
    }

    /// A stage begins.
    pub fn begin(&self, stage: Stage) -> Work {
        let running = self.0.as_ref().map(|onlooker| Arc::new(Mutex::new(Running::of(onlooker.begin(stage)))));
        Work { running, left: WHOLE, size: WHOLE }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Watch(somebody)" } else { "Watch(nobody)" })
    }
}

/// A stage under way.
struct Running {
    follower: Box<dyn Follower>,
    done: u64,
}

impl Running {
    fn of(mut follower: Box<dyn Follower>) -> Running {
        follower.come_to(0.0);
        Running { follower, done: 0 }
    }

    fn add(&mut self, share: u64) {
        self.done += share;
        self.follower.come_to(self.done as f64 / WHOLE as f64);
    }
}

/// A stage, or a part of one; dropped, it is done. By default it is work that nobody follows.
#[derive(Default)]
pub struct Work {
    running: Option<Arc<Mutex<Running>>>,
    /// How much of the stage it is.
    size: u64,
    /// How much of that is still to do.
    left: u64,
}

impl Work {
    /// Parts of what is left, in proportion to the time they should take.
    pub fn split<const N: usize>(self, costs: [f64; N]) -> [Work; N] {
        let mut parts = self.split_by(costs.into_iter()).into_iter();
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }

    /// As [`Work::split`], into however many parts.
    pub fn split_by(mut self, costs: impl ExactSizeIterator<Item = f64> + Clone) -> Vec<Work> {
        let total: f64 = costs.clone().sum();
        let (whole, mut rest) = (self.left, total);
        let parts = costs.map(|cost| {
            rest -= cost;
            let after = if rest > 0.0 { ((rest / total) * whole as f64) as u64 } else { 0 };
            let size = self.left.saturating_sub(after);
            self.left -= size;
            Work { running: self.running.clone(), size, left: size }
        });
        parts.collect()
    }

    /// One of `of` steps has been taken.
    pub fn step(&mut self, of: usize) {
        self.advance(self.size / of.max(1) as u64);
    }

    fn advance(&mut self, share: u64) {
        let share = share.min(self.left);
        self.left -= share;
        if let Some(running) = self.running.as_ref().filter(|_| share > 0) {
            // What a panic of a follower left behind is no reason to stop the work.
            running.lock().unwrap_or_else(PoisonError::into_inner).add(share);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.advance(self.left);
    }
}

/// Steps that several threads take.
pub struct Steps {
    work: Mutex<Work>,
    of: usize,
}

impl Steps {
    /// So many steps of this work.
    pub fn of(work: Work, of: usize) -> Steps {
        Steps { work: Mutex::new(work), of }
    }

    /// One has been taken.
    pub fn step(&self) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).step(self.of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was told, stage after stage.
    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<f64>>>);

    impl Onlooker for Heard {
        fn begin(&self, _: Stage) -> Box<dyn Follower> {
            Box::new(self.clone())
        }
    }

    impl Follower for Heard {
        fn come_to(&mut self, share: f64) {
            self.0.lock().unwrap().push(share);
        }
    }

    fn heard(work: impl FnOnce(Work)) -> Vec<f64> {
        let heard = Heard::default();
        work(Watch::by(heard.clone()).begin(Stage::new("counting", "sheep", 10)));
        let shares = heard.0.lock().unwrap().clone();
        assert!(shares.is_sorted(), "{shares:?}");
        assert_eq!((shares[0], *shares.last().unwrap()), (0.0, 1.0), "{shares:?}");
        shares
    }

    #[test]
    fn steps_are_told_and_what_is_dropped_is_done() {
        assert_eq!(heard(drop), [0.0, 1.0]);
        let two_of_four = |mut work: Work| (0..2).for_each(|_| work.step(4));
        assert_eq!(heard(two_of_four), [0.0, 0.25, 0.5, 1.0]);
        let too_many = |mut work: Work| (0..9).for_each(|_| work.step(2));
        assert_eq!(heard(too_many), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn parts_are_as_large_as_their_costs_and_make_up_the_whole() {
        let shares = heard(|work| {
            let [small, large] = work.split([1.0, 3.0]);
            drop(large);
            let [_half, other] = small.split([1.0, 1.0]);
            drop(other);
        });
        assert_eq!(shares, [0.0, 0.75, 0.875, 1.0]);
        heard(|work| drop(work.split([0.0, 0.0])));
        heard(|work| drop(work.split_by([].into_iter())));
        let thirds = heard(|work| work.split_by([0.1; 3].into_iter()).into_iter().for_each(drop));
        assert_eq!(thirds.len(), 4);
    }

    #[test]
    fn threads_add_up_to_the_whole() {
        heard(|work| {
            std::thread::scope(|scope| {
                for mut part in work.split_by((1..8).map(f64::from)) {
                    scope.spawn(move || (0..100).for_each(|_| part.step(1000)));
                }
            });
        });
        let shares = heard(|work| {
            let steps = Steps::of(work, 7);
            std::thread::scope(|scope| (0..7).for_each(|_| drop(scope.spawn(|| steps.step()))));
        });
        assert!(shares.len() >= 8);
    }

    #[test]
    fn work_that_nobody_follows_is_silent() {
        let mut work = Watch::default().begin(Stage::new("counting", "sheep", 10));
        work.step(2);
        let [mut part, _] = Work::default().split([1.0, 1.0]);
        part.step(2);
    }
}
