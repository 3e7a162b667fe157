//! A committed store of this format version: loading it gives the scores recorded beside it.
//!
//! `LEADSCORE_WRITE_FIXTURES=1 cargo test --release --test it fixtures` writes it anew, after a change of the payload.

use crate::company::Company;
use crate::retrain::half_trained;
use leadscore::registry::format::FORMAT_VERSION;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/format_{FORMAT_VERSION}"))
}

/// The leads that are scored: the last of them has a region and a size that no training deal had.
const LEADS: &str = "lead_id,region,size\nA,north,80\nB,south,10\nC,,\nD,abroad,100000\n";

const SCORE: [&str; 11] = [
    "score",
    "--leads",
    "new.csv",
    "--as-of",
    "2025-08-01",
    "--columns",
    "score,tier,win_probability,rule_score,model_probability,quadrant",
    "--out",
    "scored.csv",
    "--models",
    "store",
];

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
}

#[test]
fn a_store_of_this_format_gives_its_recorded_scores() {
    let company = half_trained(800);
    company.write("new.csv", LEADS);
    if std::env::var_os("LEADSCORE_WRITE_FIXTURES").is_some() {
        write(&company);
    }
    copy(&folder().join("models"), &company.path("store"));
    company.run(&SCORE).ok();
    let recorded = std::fs::read_to_string(folder().join("scores.csv")).unwrap();
    assert_eq!(company.text("scored.csv"), recorded);
}

#[test]
fn older_newer_and_unknown_formats_are_refused_by_name() {
    let company = half_trained(800);
    company.write("new.csv", LEADS);
    let fixtures = folder();
    copy(&fixtures.parent().unwrap().join("format_2/models"), &company.path("store"));
    company.run(&SCORE).refused(&["format version 2", "reads from 3 on", "train again"]);
    let file = company.path("store/default/v0001/model.bin");
    let current = std::fs::read(company.path("models/default/v0001/model.bin")).unwrap();
    let newer = [&current[..8], &(FORMAT_VERSION + 1).to_le_bytes(), &current[12..]].concat();
    std::fs::write(&file, newer).unwrap();
    company.run(&SCORE).refused(&["format version 4", "reads up to 3", "update leadscore"]);
    std::fs::write(&file, "a spreadsheet").unwrap();
    company.run(&SCORE).refused(&["not a leadscore model"]);
}

/// The store of a small company and its scores.
fn write(company: &Company) {
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    let models = folder.join("models");
    if models.exists() {
        std::fs::remove_dir_all(&models).unwrap();
    }
    copy(&company.path("models"), &models);
    // Who holds it is no part of a store at rest, and the dump's time would differ each time.
    std::fs::remove_file(models.join("default/.lock")).unwrap();
    std::fs::remove_file(models.join("default/v0001/model.json")).unwrap();
    copy(&models, &company.path("store"));
    company.run(&SCORE).ok();
    std::fs::copy(company.path("scored.csv"), folder.join("scores.csv")).unwrap();
    std::fs::remove_dir_all(company.path("store")).unwrap();
}
