//! Drift: the model card says when newer deals are unlike the older ones, what changed, and nothing when they are not.

use crate::company::Company;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fmt::Write;

const DEALS: usize = 1500;
/// Deals from here on are the newest fifth, the default holdout.
const NEWER: usize = DEALS * 4 / 5;
const HEADING: &str = "## Have the deals changed?";

fn unit(random: &mut ChaCha8Rng) -> f64 {
    random.next_u64() as f64 / 2f64.powi(64)
}

/// A company that sold by web and grew by size, with its model; `shifts`: of late by phone, to the small, and less.
fn trained(timed: bool, shifts: bool) -> Company {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut table = String::from("lead_id,created,closed,channel,size,outcome\n");
    for deal in 0..DEALS {
        let late = shifts && deal >= NEWER;
        let channel = if unit(&mut random) < if late { 0.1 } else { 0.8 } { "web" } else { "phone" };
        let size = 100.0 * unit(&mut random) * if late { 0.5 } else { 1.0 };
        let p = (size / 100.0 + if channel == "web" { 0.2 } else { 0.0 }) * if late { 0.5 } else { 0.8 };
        let won = if unit(&mut random) < p { "won" } else { "lost" };
        let day = |day: usize| format!("20{:02}-{:02}-{:02}", 10 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
        writeln!(table, "L{deal},{},{},{channel},{size:.1},{won}", day(deal), day(deal + 20)).unwrap();
    }
    let times =
        if timed { "created_at = \"created\"\nclosed_at = \"closed\"" } else { "exclude = [\"created\", \"closed\"]" };
    let project = format!(
        "[leads]\nid = \"lead_id\"\noutcome = {{ column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }}\n{times}\n"
    );
    let company = Company::with(&[("leadscore.toml", &project), ("deals.csv", &table)]);
    company.run(&["train", "--leads", "deals.csv"]).ok();
    company
}

/// The model card of such a company.
fn card(timed: bool, shifts: bool) -> String {
    trained(timed, shifts).text("models/default/v0001/card.md")
}

/// The section about drift.
fn said(card: &str) -> Option<String> {
    let (_, after) = card.split_once(HEADING)?;
    Some(after.split("\n## ").next().unwrap().to_string())
}

#[test]
fn a_shift_is_said_with_what_changed_worst_column_first() {
    let said = said(&card(true, true)).unwrap();
    assert!(said.contains("Yes."), "{said}");
    assert!(said.contains("win probabilities were too high"), "{said}");
    assert!(said.contains("win probabilities lie elsewhere"), "{said}");
    let (channel, size) = (said.find("- `channel`").unwrap(), said.find("- `size`: the middle value was").unwrap());
    // Of channel nine in ten changed sides; of size the upper half went.
    assert!(said[channel..].contains("of the older deals and is"), "{said}");
    assert_ne!(channel, size);
}

#[test]
fn deals_that_stay_alike_are_called_so() {
    assert!(said(&card(true, false)).unwrap().contains("No: the newest deals look as the older ones did."));
}

/// A few words say all, so that a model gives few different probabilities: those of the
/// folds' models lie elsewhere without any drift.
#[test]
fn few_words_that_stay_alike_are_not_called_a_shift() {
    for seed in 0..6 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut table = String::from("lead_id,created,closed,channel,branch,outcome\n");
        for deal in 0..1200 {
            let mut word = |of: u64| random.next_u64() % of;
            let (channel, branch) = (word(4), word(5));
            let p = [0.1, 0.2, 0.3, 0.5][channel as usize] + 0.05 * branch as f64;
            let won = if unit(&mut random) < p { "won" } else { "lost" };
            let day = |day: usize| format!("20{:02}-{:02}-{:02}", 10 + day / 336, day / 28 % 12 + 1, day % 28 + 1);
            writeln!(table, "L{deal},{},{},c{channel},b{branch},{won}", day(deal), day(deal + 20)).unwrap();
        }
        let project = "[leads]\nid = \"lead_id\"\noutcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\
                       created_at = \"created\"\nclosed_at = \"closed\"\n";
        let company = Company::with(&[("leadscore.toml", project), ("deals.csv", &table)]);
        company.run(&["train", "--leads", "deals.csv"]).ok();
        let said = said(&company.text("models/default/v0001/card.md")).unwrap();
        assert!(!said.contains("lie elsewhere"), "seed {seed}: {said}");
    }
}

#[test]
fn without_times_the_order_of_the_file_is_looked_at_and_called_that() {
    let shifted = said(&card(false, true)).unwrap();
    assert!(shifted.contains("newer means further down the file"), "{shifted}");
    assert!(shifted.contains("- `channel`"), "{shifted}");
    assert_eq!(said(&card(false, false)), None);
}

#[test]
fn a_file_whose_end_is_won_far_less_often_is_told_of_at_once() {
    let said = |shifts: bool| {
        let company = trained(false, shifts);
        let train = company.run(&["train", "--leads", "deals.csv"]).ok().stdout;
        let report =
            company.run(&["--format", "json", "report", "--leads", "deals.csv", "--out", "r.html"]).ok().stdout;
        let page = std::fs::read_to_string(company.path("r.html")).unwrap();
        let link = "See “<a href=\"#drift\">Have the deals changed?</a>”";
        assert_eq!(page.contains(link), shifts, "the page links to the drift where it warns of it");
        [train, report]
    };
    for (shifted, alike) in said(true).into_iter().zip(said(false)) {
        assert!(
            shifted.contains("If the file begins with the oldest, the deals have changed: of the deals at"),
            "{shifted}"
        );
        assert!(shifted.contains("Newer leads may then be ranked less well than the figures say"), "{shifted}");
        assert!(!alike.contains("If the file begins with the oldest"), "{alike}");
    }
}
