//! Faults that really happen: the program killed while it trains, retrains and rolls back, a full disk, a store that
//! may not be written. The live version always loads, and gives the scores recorded for it.

use crate::broken_disk::{Fault, run_on_a_broken_disk};
use crate::company::Company;
use crate::retrain::half_trained;
use leadscore::pipeline::model::Model;
use leadscore::registry::Store;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SCORE: [&str; 8] =
    ["score", "--as-of", "2025-08-01", "--columns", "score,win_probability", "--out", "scored.csv", "-q"];

/// The scores that the live version gives.
fn scores(company: &Company) -> Vec<u8> {
    company.run(&SCORE).ok();
    company.bytes("scored.csv")
}

fn live(company: &Company) -> String {
    company.text("models/default/CURRENT").trim().to_string()
}

/// A company with three versions, and the recorded scores by the bytes of `model.bin`.
struct Recorded {
    company: Company,
    by_model: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Recorded {
    /// Version 1 of half of the deals, 2 by `retrain`, 3 by `train`, all of which come again bit for bit.
    fn new() -> Recorded {
        let company = half_trained(1000);
        let mut recorded = Recorded { company, by_model: BTreeMap::new() };
        recorded.record();
        for command in ["retrain", "train"] {
            recorded.company.run(&[command]).ok();
            recorded.record();
        }
        assert_eq!(recorded.by_model.len(), 3);
        recorded.company.run(&["models", "rollback", "1"]).ok();
        recorded
    }

    fn live_model(&self) -> Vec<u8> {
        self.company.bytes(&format!("models/default/{}/model.bin", live(&self.company)))
    }

    fn record(&mut self) {
        self.by_model.insert(self.live_model(), scores(&self.company));
    }

    /// The live version is one of the recorded models, and gives its scores.
    fn check(&self, after: &str) {
        let recorded = self.by_model.get(&self.live_model());
        let recorded = recorded.unwrap_or_else(|| panic!("after {after} the live version is none of those recorded"));
        assert!(scores(&self.company) == *recorded, "after {after} the live version gives other scores");
    }
}

/// Breaks the disk under a whole command at every operation that the command asks of it, in every way there is.
///
/// Each time the live version must load and give its recorded scores, no version may be half there, and the next
/// command must find its way.
fn broken_everywhere(command: &[&str]) -> usize {
    const MORE_THAN_ENOUGH: usize = 40;
    let recorded = Recorded::new();
    let company = &recorded.company;
    let models = company.path("models");
    std::fs::rename(&models, company.path("kept")).unwrap();
    let mut operations = 0;
    for fault in Fault::ALL {
        for at in 0..=MORE_THAN_ENOUGH {
            let (from, to) = (company.path("kept"), company.path("models"));
            let _ = std::fs::remove_dir_all(&to);
            assert!(
                Command::new("cp").args(["-r".as_ref(), from.as_os_str(), to.as_os_str()]).status().unwrap().success()
            );
            let done = run_on_a_broken_disk(company, command, fault, at).success();
            let after = format!("{command:?}, {fault:?} at operation {at}");
            recorded.check(&after);
            let store = Store::at(&models);
            for version in store.versions("default").unwrap() {
                store.load::<Model>("default", Some(version)).unwrap_or_else(|e| panic!("after {after}: {e}"));
            }
            company.run(&["models", "rollback", "3"]).ok();
            recorded.check(&format!("{after} and a rollback"));
            if done {
                operations = operations.max(at);
                break;
            }
            assert!(at < MORE_THAN_ENOUGH, "{command:?} takes more operations than that");
        }
    }
    operations
}

#[test]
fn a_training_broken_at_any_operation_leaves_a_live_version_with_its_scores() {
    // Lock, folder, four files, sync, rename, sync, CURRENT written, renamed, synced.
    assert_eq!(broken_everywhere(&["train", "-q"]), 12);
}

#[test]
fn a_retraining_broken_at_any_operation_leaves_a_live_version_with_its_scores() {
    assert_eq!(broken_everywhere(&["retrain", "-q"]), 12);
}

#[test]
fn a_rollback_broken_at_any_operation_leaves_a_live_version_with_its_scores() {
    // Lock, CURRENT written, renamed, synced.
    assert_eq!(broken_everywhere(&["models", "rollback", "2", "-q"]), 4);
}

/// Lets a program run for so long; how long it took, where it ended by itself.
fn run_for(program: &mut Child, time: Duration) -> Option<Duration> {
    const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
    let start = Instant::now();
    while start.elapsed() < time {
        if program.try_wait().unwrap().is_some() {
            return Some(start.elapsed());
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    program.try_wait().unwrap().map(|_| start.elapsed())
}

/// Kills the program at work at `kills` moments spread over its run, going through the three commands that write.
///
/// How long a run takes changes with whatever else the machine does. A run that ends before it is killed tells how long one
/// takes by now, and is tried again.
fn killed(kills: u32) {
    const MORE_THAN_ENOUGH: u32 = 20;
    let recorded = Recorded::new();
    let company = &recorded.company;
    let commands: [&[&str]; 3] = [&["train"], &["retrain"], &["models", "rollback", "2"]];
    let mut durations = commands.map(|arguments| {
        company.run(&["models", "rollback", "1"]).ok();
        let start = Instant::now();
        company.run(arguments).ok();
        start.elapsed()
    });
    let (mut at_work, mut runs) = (0, 0);
    while at_work < kills {
        assert!(runs < MORE_THAN_ENOUGH * kills, "only {at_work} of {runs} kills met the program at work");
        let which = (at_work % 3) as usize;
        company.run(&["models", "rollback", "1"]).ok();
        let mut victim = Command::new(env!("CARGO_BIN_EXE_leadscore"))
            .args(commands[which])
            .current_dir(company.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Multiples of an irrational number are spread evenly over the run, whatever the number of kills.
        let part = (f64::from(runs) * 0.618_033_988_7).fract();
        match run_for(&mut victim, durations[which].mul_f64(part)) {
            Some(duration) => durations[which] = duration,
            None => at_work += 1,
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        runs += 1;
        recorded.check(&format!("kill {runs}, of {:?}", commands[which]));
    }
    println!("{at_work} of {runs} kills met the program at work");
}

#[test]
fn a_killed_program_leaves_a_live_version_with_its_scores() {
    killed(9);
}

/// All of 200 kills that met the program at work left a live version with its recorded scores.
#[test]
#[ignore = "a study of some minutes"]
fn study_of_200_kills() {
    killed(200);
}

/// Runs mount or umount; whether it worked.
fn mount(arguments: &[&str]) -> bool {
    let (program, rest) = arguments.split_first().unwrap();
    Command::new(program).args(rest).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// A small file system of its own, unmounted at the end.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// `None`, with a message, where this user may not mount.
    fn on(folder: &'a Path, size: &str) -> Option<SmallDisk<'a>> {
        let mounted = mount(&["mount", "-t", "tmpfs", "-o", &format!("size={size}"), "none", folder.to_str().unwrap()]);
        if !mounted {
            println!("skipped: this user may not mount a file system");
        }
        mounted.then_some(SmallDisk(folder))
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // A lazy unmount holds even while a killed child still closes its files.
        mount(&["umount", "-l", self.0.to_str().unwrap()]);
    }
}

/// The bytes below a folder.
fn size_of(company: &Company, folder: &str) -> usize {
    company.files_below(folder).values().map(|bytes| bytes.len().next_multiple_of(4096) + 4096).sum()
}

#[test]
fn a_full_disk_leaves_the_live_version_and_says_to_make_room() {
    let company = half_trained(800);
    let before = company.files_below("models");
    let recorded = scores(&company);
    // Room for the version that is there and for half of another.
    let kilobytes = size_of(&company, "models") * 3 / 2 / 1024;
    std::fs::rename(company.path("models"), company.path("kept")).unwrap();
    std::fs::create_dir(company.path("models")).unwrap();
    let models = company.path("models");
    let Some(_disk) = SmallDisk::on(&models, &format!("{kilobytes}k")) else { return };
    assert!(
        Command::new("cp")
            .args(["-r", "kept/default", "models/"])
            .current_dir(company.path(""))
            .status()
            .unwrap()
            .success()
    );
    for command in [["train", "-q"], ["retrain", "-q"]] {
        company.run(&command).refused(&["make room"]);
        assert!(company.files_below("models") == before, "{command:?} left something behind");
        assert!(scores(&company) == recorded);
    }
}

#[test]
fn a_store_that_may_not_be_written_still_scores() {
    let company = half_trained(1000);
    let recorded = scores(&company);
    std::fs::rename(company.path("models"), company.path("kept")).unwrap();
    std::fs::create_dir(company.path("models")).unwrap();
    let models = company.path("models");
    let Some(_disk) = SmallDisk::on(&models, "8m") else { return };
    assert!(
        Command::new("cp")
            .args(["-r", "kept/default", "models/"])
            .current_dir(company.path(""))
            .status()
            .unwrap()
            .success()
    );
    let before = company.files_below("models");
    assert!(mount(&["mount", "-o", "remount,ro", models.to_str().unwrap()]));
    for command in [&["train"][..], &["retrain"], &["models", "rollback", "1"], &["models", "prune", "--keep", "1"]] {
        company.run(command).refused(&["right to write"]);
        assert!(company.files_below("models") == before);
    }
    assert!(scores(&company) == recorded);
    company.run(&["retrain", "--dry-run"]).ok();
    company.run(&["models", "list"]).ok();
    company.run(&["models", "verify"]).ok();
    assert_eq!(company.run(&["monitor", "-q"]).stderr, "");
}

#[test]
fn another_user_without_permission_scores_and_cannot_train() {
    let company = half_trained(800);
    let recorded = scores(&company);
    // The test's own folder is closed to others; what lies in it is opened for reading.
    assert!(
        Command::new("chmod").args(["-R", "a+rX,go-w", "."]).current_dir(company.path("")).status().unwrap().success()
    );
    let as_nobody = |arguments: &[&str]| {
        Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_leadscore")])
            .args(arguments)
            .current_dir(company.path(""))
            .output()
    };
    let may = as_nobody(&["--version"]).is_ok_and(|output| output.status.success());
    if !may {
        println!("skipped: this user may not become another, or the other may not run the program");
        return;
    }
    let before = company.files_below("models");
    for command in [&["train"][..], &["retrain"], &["models", "rollback", "1"]] {
        let output = as_nobody(command).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("right to write"), "{command:?}: {said}");
        assert!(company.files_below("models") == before);
    }
    let mut to_stdout = SCORE.to_vec();
    to_stdout[6] = "-";
    let output = as_nobody(&to_stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == recorded);
}

#[test]
fn two_trainers_at_once_are_kept_apart() {
    let company = half_trained(1000);
    let spawn = || {
        Command::new(env!("CARGO_BIN_EXE_leadscore"))
            .args(["retrain", "-q"])
            .current_dir(company.path(""))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let outputs = [spawn(), spawn()].map(|child| child.wait_with_output().unwrap());
    for output in &outputs {
        let said = String::from_utf8_lossy(&output.stderr);
        // Refused at once, or run after the other had ended: then too few deals are new.
        assert!(output.status.success() || said.contains("another process"), "{said}");
    }
    assert!(outputs.iter().any(|output| output.status.success()));
    assert_eq!(live(&company), "v0002");
    assert!(!company.path("models/default/v0003").exists());
}
