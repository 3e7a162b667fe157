//! Blocks of a file parsed by several threads and handed on in file order, with a few in flight and no more.

use crate::fault::InputError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Calls `each` with what `parse` makes of every block (of text, or a slice of Parquet), in the order in which `next` gives them.
///
/// One thread reads, as many as rayon would use parse (block i goes to thread i mod n, so no reordering is needed),
/// and `each` runs on the caller's. These are threads of their own: a caller that is itself a worker of a small rayon
/// pool would otherwise wait for a thread that never comes free.
pub(super) fn parse_in_order<B: Send, T: Send>(
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
    thread::scope(|scope| {
        let (mut to_parsers, mut from_parsers) = (Vec::new(), Vec::new());
        for _ in 0..n_threads {
            let (block_in, block_out) = sync_channel(1);
            let (part_in, part_out) = sync_channel(1);
            let parse = &parse;
            scope.spawn(move || parse_all(block_out, part_in, parse));
            to_parsers.push(block_in);
            from_parsers.push(part_out);
        }
        scope.spawn(move || read_all(&mut next, &to_parsers));
        // The receivers belong to this closure: when it returns early, every sender fails and the threads end.
        for parts in from_parsers.iter().cycle() {
            match parts.recv() {
                Ok(part) => each(part?)?,
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    })
}

type Fallible<T> = Result<T, InputError>;

fn read_all<B>(next: &mut impl FnMut() -> Fallible<Option<B>>, to_parsers: &[SyncSender<Fallible<B>>]) {
    for parser in to_parsers.iter().cycle() {
        let Some(block) = next().transpose() else { return };
        let failed = block.is_err();
        if parser.send(block).is_err() || failed {
            return;
        }
    }
}

fn parse_all<B, T>(blocks: Receiver<Fallible<B>>, parts: SyncSender<Fallible<T>>, parse: &impl Fn(B) -> T) {
    for block in blocks {
        if parts.send(block.map(parse)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(n: u64) -> impl FnMut() -> Fallible<Option<u64>> {
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
}
