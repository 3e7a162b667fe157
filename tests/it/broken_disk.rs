//! A disk that breaks at a chosen operation, and whole commands run on it in a process of their own.

use crate::company::Company;
use leadscore::registry::{Disk, RealDisk};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names the fault for the process that is to meet it, such as `Killed 3`; unset in every ordinary run.
const VICTIM: &str = "LEADSCORE_TEST_FAULT";
/// The arguments of that process, one a line.
const ARGUMENTS: &str = "LEADSCORE_TEST_ARGUMENTS";

/// What happens at the chosen operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9`; a file being written is half there.
    Killed,
    /// From then on there is no room; a file being written is half there.
    Full,
    /// From then on nothing may be changed.
    Forbidden,
}

impl Fault {
    pub const ALL: [Fault; 3] = [Fault::Killed, Fault::Full, Fault::Forbidden];
}

/// The real disk, until the chosen operation.
struct BrokenDisk {
    fault: Fault,
    /// The operation, counted from 0.
    at: usize,
    asked: AtomicUsize,
}

impl BrokenDisk {
    /// Counts one operation; `takes_room` says whether a full disk refuses it, `half` does half of it.
    fn step(&self, takes_room: bool, half: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let index = self.asked.fetch_add(1, Ordering::SeqCst);
        if index < self.at {
            return Ok(());
        }
        match self.fault {
            Fault::Killed => {
                half()?;
                let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
                unreachable!("a killed process goes nowhere")
            }
            Fault::Full if takes_room => {
                half()?;
                Err(io::ErrorKind::StorageFull.into())
            }
            Fault::Full => Ok(()),
            Fault::Forbidden => Err(io::ErrorKind::PermissionDenied.into()),
        }
    }
}

impl Disk for BrokenDisk {
    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        self.step(true, || Ok(()))?;
        RealDisk.create_dir(folder)
    }

    fn write_synced(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step(true, || fs::write(file, &bytes[..bytes.len() / 2]))?;
        RealDisk.write_synced(file, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(false, || Ok(()))?;
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        // Half of a folder is gone.
        self.step(false, || if path.is_dir() { RealDisk.remove(&path.join("model.bin")) } else { Ok(()) })?;
        RealDisk.remove(path)
    }

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        self.step(false, || Ok(()))?;
        RealDisk.sync_dir(folder)
    }

    fn lock(&self, file: &Path) -> io::Result<Option<File>> {
        self.step(false, || Ok(()))?;
        RealDisk.lock(file)
    }
}

/// Not a test of its own: the process that [`run_on_a_broken_disk`] starts.
#[test]
fn is_the_program_on_a_broken_disk() {
    let Ok(fault) = std::env::var(VICTIM) else { return };
    let (name, at) = fault.split_once(' ').unwrap();
    let fault = Fault::ALL.into_iter().find(|fault| format!("{fault:?}") == name).unwrap();
    let disk = BrokenDisk { fault, at: at.parse().unwrap(), asked: AtomicUsize::new(0) };
    let arguments = std::env::var(ARGUMENTS).unwrap();
    let ending = leadscore::cli::run_on(arguments.lines().map(Into::into), &disk);
    std::process::exit(i32::from(ending != ExitCode::SUCCESS));
}

/// Runs the program's command line in the company's folder on a disk that breaks at operation `at`.
pub fn run_on_a_broken_disk(company: &Company, arguments: &[&str], fault: Fault, at: usize) -> ExitStatus {
    let (_, module) = module_path!().split_once("::").unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::is_the_program_on_a_broken_disk"), "--nocapture"])
        .env(VICTIM, format!("{fault:?} {at}"))
        .env(ARGUMENTS, ["leadscore", &arguments.join("\n")].join("\n"))
        .current_dir(company.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}
