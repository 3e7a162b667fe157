//! Blocks of a file parsed by several threads and handed on in file order, with a few in flight and no more.

use crate::fault::InputError;
use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Calls `each` with what `parse` makes of every block (of text, or a slice of Parquet), in the order in which `next` gives them.
///
/// One thread more than rayon would use, since one of them may wait for a block that another reads, take the blocks one by
/// one, each the next as soon as it is free, and parse what they took: a block of text is then parsed where it has just been
/// brought to. `each` runs on the caller's thread. These are threads of their own: a caller that is itself a worker of a
/// small rayon pool would otherwise wait for a thread that never comes free.
pub(super) fn parse_in_order<B, T: Send>(
    mut next: impl FnMut() -> Result<Option<B>, InputError> + Send,
    parse: impl Fn(B) -> T + Sync,
    mut each: impl FnMut(T) -> Result<(), InputError>,
) -> Result<(), InputError> {
    let n_threads = rayon::current_num_threads().max(1);
    if n_threads == 1 {
        while let Some(block) = next()? {
            each(parse(block))?;
        }
        return Ok(());
    }
    let source = Mutex::new(Source { next, n_taken: 0 });
    let window = Window { most: BLOCKS_A_THREAD * n_threads, progress: Mutex::default(), moved: Condvar::new() };
    thread::scope(|scope| {
        // However this closure ends, no thread waits for it any longer.
        let _end = End(&window);
        let (parts_in, parts_out) = channel();
        for _ in 0..=n_threads {
            let (parts_in, source, window, parse) = (parts_in.clone(), &source, &window, &parse);
            scope.spawn(move || parse_all(source, window, &parts_in, parse));
        }
        drop(parts_in);
        let (mut early, mut n_handed_on) = (BTreeMap::new(), 0);
        for (index, part) in parts_out {
            early.insert(index, part);
            while let Some(part) = early.remove(&n_handed_on) {
                each(part?)?;
                n_handed_on += 1;
                window.move_to(n_handed_on);
            }
        }
        Ok(())
    })
}

/// How many blocks a thread may be in flight, taken and not handed on: so few that memory stays small, and so many that
/// nobody waits for one that is slow.
const BLOCKS_A_THREAD: usize = 6;

/// Where the blocks come from.
struct Source<N> {
    next: N,
    n_taken: usize,
}

/// How far the taking of blocks may run ahead of the handing on.
struct Window {
    most: usize,
    progress: Mutex<Progress>,
    moved: Condvar,
}

#[derive(Default)]
struct Progress {
    n_handed_on: usize,
    is_over: bool,
}

impl Window {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        unpoisoned(self.progress.lock())
    }

    fn move_to(&self, n_handed_on: usize) {
        self.progress().n_handed_on = n_handed_on;
        self.moved.notify_all();
    }

    fn end(&self) {
        self.progress().is_over = true;
        self.moved.notify_all();
    }

    /// Waits until the block of this index may be taken; false when none is wanted any more.
    fn admits(&self, index: usize) -> bool {
        let is_early = |progress: &mut Progress| !progress.is_over && index >= progress.n_handed_on + self.most;
        !unpoisoned(self.moved.wait_while(self.progress(), is_early)).is_over
    }
}

/// Ends the taking of blocks when it is dropped, also by a panic: nobody waits for a thread that is gone.
struct End<'w>(&'w Window);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What a lock guards here is whole between any two steps, so that a panic elsewhere does not spoil it; it is told by itself.
fn unpoisoned<G>(lock: Result<G, PoisonError<G>>) -> G {
    lock.unwrap_or_else(PoisonError::into_inner)
}

fn parse_all<B, T>(
    source: &Mutex<Source<impl FnMut() -> Result<Option<B>, InputError>>>,
    window: &Window,
    parts: &Sender<(usize, Result<T, InputError>)>,
    parse: &impl Fn(B) -> T,
) {
    let _end = End(window);
    loop {
        let (index, block) = {
            let mut source = unpoisoned(source.lock());
            if !window.admits(source.n_taken) {
                return;
            }
            let Some(block) = (source.next)().transpose() else { return };
            source.n_taken += 1;
            (source.n_taken - 1, block)
        };
        let failed = block.is_err();
        if parts.send((index, block.map(parse))).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn blocks(n: u64) -> impl FnMut() -> Result<Option<u64>, InputError> {
        let mut next = 0;
        move || {
            next += 1;
            Ok((next <= n).then_some(next))
        }
    }

    #[test]
    fn parts_come_in_order() {
        let mut seen = Vec::new();
        parse_in_order(
            blocks(100),
            |block| block,
            |line| {
                seen.push(line);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(seen, (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_of_either_end_stops_everything() {
        let stop = |line| if line == 7 { Err(InputError::new("enough")) } else { Ok(()) };
        assert_eq!(parse_in_order(blocks(1000), |block| block, stop).unwrap_err().what, "enough");
        let mut first = blocks(3);
        let failing = move || match first()? {
            Some(block) => Ok(Some(block)),
            None => Err(InputError::new("broken")),
        };
        assert_eq!(parse_in_order(failing, |_| (), |()| Ok(())).unwrap_err().what, "broken");
    }

    #[test]
    fn a_panic_of_a_parser_ends_everything() {
        let parse = |line| assert_ne!(line, 7);
        let parsed = std::panic::catch_unwind(|| parse_in_order(blocks(1_000_000), parse, |()| Ok(())));
        assert!(parsed.is_err());
    }

    #[test]
    fn no_more_than_a_few_blocks_are_in_flight() {
        let (n_taken, mut n_handed_on, mut most) = (AtomicUsize::new(0), 0, 0);
        let mut all = blocks(500);
        let next = || {
            n_taken.fetch_add(1, Ordering::Relaxed);
            all()
        };
        let each = |_| {
            n_handed_on += 1;
            most = most.max(n_taken.load(Ordering::Relaxed) - n_handed_on);
            Ok(())
        };
        parse_in_order(next, |line| line, each).unwrap();
        assert!(most <= BLOCKS_A_THREAD * rayon::current_num_threads(), "{most} in flight");
    }
}
