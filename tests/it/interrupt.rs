//! Who is interrupted leaves no half of a file behind, and ends as the shell expects.

use crate::company::Company;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than any of this takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until it is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "still waiting: {what}");
        sleep(PAUSE);
    }
}

fn files(company: &Company) -> Vec<String> {
    let all = std::fs::read_dir(company.path(".")).unwrap();
    let mut names: Vec<String> = all.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A `score` that waits for whoever reads its standard output, its table of contributions half written; `prepared`: what the
/// shell that becomes it does first.
fn scoring(company: &Company, prepared: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{prepared}exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_leadscore")])
        .args(["score", "--rules-only", "--leads", "many.csv", "--no-activities", "--out", "-"])
        .args(["--contributions", "long.csv", "--as-of", crate::company::AS_OF])
        .current_dir(company.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The program at work on more than a pipe holds, in a folder that held these files before.
fn at_work(prepared: &str) -> (Company, Vec<String>, Child) {
    let company = Company::sample();
    let open = company.text("open_leads.csv");
    let (header, leads) = open.split_once('\n').unwrap();
    let many: String = (0..20).flat_map(|i| leads.lines().map(move |lead| format!("{i}-{lead}\n"))).collect();
    company.write("many.csv", &format!("{header}\n{many}"));
    let before = files(&company);
    let child = scoring(&company, prepared);
    let is_temporary = |name: &String| name.starts_with(".leadscore-");
    until("a table is begun", || files(&company).iter().any(is_temporary));
    (company, before, child)
}

/// Sends the signals on end.
fn send(child: &Child, signals: &[&str]) {
    let kills: Vec<String> = signals.iter().map(|signal| format!("kill -{signal} {}", child.id())).collect();
    assert!(Command::new("sh").args(["-c", &kills.join("; ")]).status().unwrap().success());
}

fn ended_by(signals: &[&str]) -> (ExitStatus, String) {
    let (company, before, mut child) = at_work("");
    send(&child, signals);
    let mut status = None;
    until("the program ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(files(&company), before, "{signals:?}");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status.unwrap(), said)
}

#[test]
fn an_interrupted_score_leaves_the_folder_as_it_was() {
    // Two on end are what `timeout` sends.
    let sent: [(&[&str], i32); 3] = [(&["INT"], 2), (&["TERM"], 15), (&["TERM", "TERM"], 15)];
    for (names, signal) in sent {
        let (status, said) = ended_by(names);
        // What a shell calls 128 and the signal, and what stops its script, too.
        assert_eq!((status.signal(), said.as_str()), (Some(signal), ""), "{names:?}");
    }
}

#[test]
fn a_signal_that_is_to_be_ignored_is() {
    let (_company, _, mut child) = at_work("trap '' INT; ");
    send(&child, &["INT"]);
    sleep(50 * PAUSE);
    assert_eq!(child.try_wait().unwrap(), None, "what a script runs in the background is not interrupted with it");
    send(&child, &["TERM"]);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}
