//! What Ctrl-C and `kill` do: remove the file that is being written, take the bar off the screen, and end the program.

use super::terminal::Terminal;
use crate::io::abandon_unfinished;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::ffi::c_int;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The signals that ask a program to end, and whether they came. Not the one of a terminal that is closed: `nohup` ignores it,
/// which a handler would undo.
static ENDINGS: [(c_int, AtomicBool); 2] = [(SIGINT, AtomicBool::new(false)), (SIGTERM, AtomicBool::new(false))];

/// Whether the program is ending in order. From then on a further signal ends it at once, whatever that waits for; one that
/// comes with the first does not, as `timeout` sends two.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Time between two looks at them. They set a flag and no more: Windows has no other way that needs no unsafe code.
const PAUSE: Duration = Duration::from_millis(50);

/// What a shell adds to the number of a signal for the exit status of the program that it ended.
const ENDED_BY: c_int = 128;

/// Ends the program in order when it is asked to. Where the system does not let it, the program ends as before: at once.
pub(super) fn heed(terminal: &Terminal) {
    let terminal = terminal.silent();
    if thread::Builder::new().spawn(move || wait(&terminal)).is_ok() {
        // What whoever started the program wants ignored stays so.
        let ignored = ignored();
        let heeded = ENDINGS.iter().filter(|(signal, _)| ignored & (1 << (signal - 1)) == 0);
        heeded.for_each(|(signal, came)| _ = register(*signal, came));
    }
}

fn register(signal: c_int, came: &'static AtomicBool) -> io::Result<()> {
    flag::register_conditional_default(signal, &IS_ENDING)?;
    flag::register(signal, came).map(drop)
}

/// The signals that are ignored, a bit each, as in a script's background job; none where the system does not say so in a file.
#[allow(clippy::disallowed_methods, reason = "the command line is an edge: it asks the system")]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

fn wait(terminal: &Terminal) {
    loop {
        thread::sleep(PAUSE);
        if let Some((signal, _)) = ENDINGS.iter().find(|(_, came)| came.load(Ordering::SeqCst)) {
            IS_ENDING.store(true, Ordering::SeqCst);
            abandon_unfinished();
            terminal.leave();
            end(*signal);
        }
    }
}

/// Ends as by the signal itself where there are such endings: a shell's script that is interrupted stops, but not at a program
/// that only gives the status.
fn end(signal: c_int) {
    if cfg!(unix) {
        let _ = low_level::emulate_default_handler(signal);
    }
    low_level::exit(ENDED_BY + signal);
}
