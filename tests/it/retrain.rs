//! Retraining as a scheduler runs it: what goes live, what is kept back, and when nothing changes.

use crate::company::Company;
use leadscore::asof::{Instant, Span};
use leadscore::pipeline::deals::DealInputs;
use leadscore::pipeline::retrain::{Current, Outcome, RetrainSettings, retrain};
use leadscore::pipeline::train::train;
use leadscore::scorecard::Scorecard;
use serde_json::Value;
use std::fmt::Write;

/// A company without an activity log, small enough to be trained in a moment: a deal closes every six hours, and the
/// region and the size decide most of what comes of it.
pub fn small_company(deals: usize) -> Company {
    let mut leads = "lead_id,closed_at,outcome,region,size\n".to_string();
    for i in 0..deals {
        // Fixed scatter: multiples of irrational numbers are spread evenly.
        let draw = |step: f64| (i as f64 * step).fract();
        let region = ["north", "east", "south", "west"][(4.0 * draw(0.618_033_988_7)) as usize];
        let size = (100.0 * draw(0.414_213_562_4)).floor();
        let chance = 0.15 + if region == "north" { 0.35 } else { 0.0 } + 0.003 * size;
        let outcome = if draw(0.732_050_807_6) < chance { "won" } else { "lost" };
        let closed = jiff::Timestamp::from_second(1_735_689_600 + 21_600 * i as i64).unwrap();
        writeln!(leads, "L{i},{closed},{outcome},{region},{size}").unwrap();
    }
    let project = "[leads]\nfiles = [\"leads.csv\"]\nid = \"lead_id\"\nclosed_at = \"closed_at\"\n\
                   outcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\n[snapshot]\nmode = \"none\"\n";
    let scorecard = "name = \"small\"\nrange = [0, 100]\ntiers = { SQL = 60, MQL = 30 }\n\n[[rule]]\nid = \"north\"\n\
                     when = { field = \"region\", any_of = [\"north\"] }\npoints = 50\n";
    Company::with(&[("leads.csv", &leads), ("leadscore.toml", project), ("scorecard.toml", scorecard)])
}

/// Trained on the deals of the first 100 days, 400 of them.
pub fn half_trained(deals: usize) -> Company {
    let company = small_company(deals);
    company.run(&["train", "--until", "2025-04-11"]).ok();
    company
}

#[test]
fn a_challenger_that_is_no_worse_goes_live_and_can_be_undone() {
    let company = half_trained(1000);
    let before = company.files_below("models");
    let tried = company.run(&["retrain", "--dry-run"]).ok();
    assert!(tried.stdout.contains("it would go live"), "{}", tried.stdout);
    assert!(company.files_below("models") == before, "a dry run changes nothing");

    let run = company.run(&["retrain", "--format", "json"]).ok();
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&said["decision"], &said["live_version"]), (&"published".into(), &2.into()));
    let gate = &said["judgement"]["gate"];
    for gain in ["log_loss_gain", "auc_gain"] {
        assert!(gate[gain]["interval"]["low"].as_f64().unwrap() > -0.02, "{gate}");
    }
    // 600 new deals, of which the newer half judges.
    assert_eq!((&said["judgement"]["new_deals"], &said["judgement"]["judged"][0]), (&600.into(), &300.into()));
    assert_eq!(company.text("models/default/CURRENT").trim(), "v0002");
    let dump: Value = serde_json::from_str(&company.text("models/default/v0002/model.json")).unwrap();
    assert_eq!(dump["deals"]["n"], 1000, "refitted on everything");
    assert_eq!(dump["judgement"]["judged"][0], 300, "the judging figures are kept");

    let verified = company.run(&["models", "verify", "--refit"]).ok();
    assert!(verified.stdout.contains("the same bytes"), "{}", verified.stdout);
    company.run(&["models", "rollback"]).ok();
    assert_eq!(company.text("models/default/CURRENT").trim(), "v0001");
}

#[test]
fn a_challenger_that_has_not_earned_it_is_kept_and_the_exit_status_is_3() {
    let company = half_trained(800);
    company.write("leadscore.toml", &(company.text("leadscore.toml") + "\n[retrain]\nmargin = 0\n"));
    // At margin 0 only one that is better beyond chance goes live; the world has not changed, so it cannot be.
    let run = company.run(&["retrain"]);
    assert_eq!(run.status, 3, "{} {}", run.stdout, run.stderr);
    assert!(run.stdout.contains("kept as candidate version 2"), "{}", run.stdout);
    assert_eq!(company.text("models/default/CURRENT").trim(), "v0001");
    let before = company.files_below("models");
    assert_eq!(company.run(&["retrain"]).status, 3);
    assert!(company.files_below("models") == before, "the same candidate is not kept twice");
    let list = company.run(&["models", "list"]).ok();
    assert!(list.stdout.contains("candidate") && list.stdout.contains("live"), "{}", list.stdout);
    // Someone who knows better may make it live; going back without a number passes candidates over.
    company.run(&["models", "rollback", "2"]).ok();
    company.run(&["models", "rollback"]).ok();
    assert_eq!(company.text("models/default/CURRENT").trim(), "v0001");
}

#[test]
fn too_few_new_deals_change_nothing_and_the_date_is_told() {
    let company = half_trained(460);
    let before = company.files_below("models");
    let run = company.run(&["retrain"]).ok();
    // 60 new deals by the evening of 25 April, four a day; the 40 more that are wanted take ten days.
    for words in ["60 deals closed", "enough by 2025-05-05", "version 1 stays live"] {
        assert!(run.stdout.contains(words), "`{words}` is not in {}", run.stdout);
    }
    assert!(company.files_below("models") == before);
}

#[test]
fn changed_columns_and_outcomes_are_said_and_nothing_changes() {
    let company = half_trained(800);
    let (before, leads) = (company.files_below("models"), company.text("leads.csv"));
    let refuses = |words: &str| {
        let run = company.run(&["retrain"]);
        assert_eq!(run.status, 3, "{} {}", run.stdout, run.stderr);
        assert!(run.stdout.contains(words), "`{words}` is not in {}", run.stdout);
        assert!(company.files_below("models") == before);
    };
    company.write("leads.csv", &leads.replacen("size", "amount", 1));
    refuses("column `size`, which the current version reads, is gone");
    company.write("leads.csv", &leads.replace(",won,", ",?,").replace(",lost,", ",won,").replace(",?,", ",lost,"));
    refuses("the outcomes, or the words for them, have changed");
}

#[test]
fn without_a_live_version_or_closing_times_it_says_what_to_do() {
    let company = small_company(100);
    company.run(&["retrain"]).refused(&["no live version", "leadscore train"]);
    company.edit("leadscore.toml", "closed_at = \"closed_at\"\n", "exclude = [\"closed_at\"]\n");
    company.run(&["train"]).ok();
    company.run(&["retrain"]).refused(&["no closing times", "closed_at"]);
}

#[test]
fn models_of_several_names_live_side_by_side() {
    let company = small_company(300);
    for name in ["north", "south-2"] {
        company.run(&["train", "--name", name]).ok();
    }
    let list = company.run(&["models", "list", "--format", "json"]).ok();
    let lines: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    let names: Vec<&str> = lines.iter().map(|l| l["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["north", "south-2"]);
    assert!(lines.iter().all(|l| l["live"] == true && l["fault"].is_null()));
}

#[test]
fn pruning_spares_the_live_version_and_verifying_finds_what_was_altered() {
    let company = small_company(500);
    for until in ["2025-03-01", "2025-03-15", "2025-04-01", "2025-04-15"] {
        company.run(&["train", "--until", until]).ok();
    }
    company.run(&["models", "rollback", "2"]).ok();
    company.run(&["models", "prune", "--keep", "1"]).ok();
    let list = company.run(&["models", "list", "--format", "json"]).ok();
    let lines: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(lines.iter().map(|l| l["version"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 4]);

    let shown = company.run(&["models", "show", "2"]).ok();
    assert!(shown.stdout.contains("# Model card"), "{}", shown.stdout);
    let diff = company.run(&["models", "diff", "2", "4"]).ok();
    assert!(diff.stdout.contains("hand-set points are the same"), "{}", diff.stdout);

    company.run(&["models", "verify"]).ok();
    company.edit("leads.csv", "north", "south");
    let run = company.run(&["models", "verify"]);
    assert_eq!(run.status, 3);
    assert!(run.stdout.contains("no longer give the rows"), "{}", run.stdout);
    std::fs::write(company.path("models/default/v0004/model.bin"), b"nonsense").unwrap();
    let run = company.run(&["models", "verify"]);
    assert!(run.status == 3 && run.stdout.contains("Version 4 cannot be used"), "{}", run.stdout);
}

#[test]
fn what_changed_a_training_is_kept_with_it_and_told_by_verify() {
    let company = half_trained(500);
    let refit = |variables: &[(&str, &str)]| company.run_with(&["models", "verify", "--refit"], variables);
    for threads in ["1", "3"] {
        let run = refit(&[("RAYON_NUM_THREADS", threads)]).ok();
        assert!(run.stdout.contains("the same bytes"), "{}", run.stdout);
    }
    let project = company.text("leadscore.toml");
    let set = |line: &str| project.replace("id = \"lead_id\"\n", &format!("id = \"lead_id\"\n{line}\n"));
    let settings = [
        ("exclude", set("exclude = [\"size\"]"), 3),
        ("allow", set("allow = [\"size\"]"), 3),
        ("leads.missing", set("missing = [\"south\"]"), 3),
        ("leads.outcome", project.replace("\"lost\"]", "\"lost\", \"withdrawn\"]"), 3),
        ("ours", format!("{project}\n[activities]\nours = [\"call\"]\n"), 3),
        ("min_level_count", format!("{project}\n[train]\nmin_level_count = 40\n"), 3),
        ("blend_weight", format!("{project}\n[blend]\nweight = 0.5\n"), 3),
        // No setting of a training.
        ("", format!("{project}\n[retrain]\nmargin = 0.1\n\n[monitor]\npsi = 0.5\n"), 0),
    ];
    for (key, text, status) in settings {
        company.write("leadscore.toml", &text);
        let run = refit(&[]);
        assert_eq!(run.status, status, "{key}: {} {}", run.stdout, run.stderr);
        assert_eq!(run.stdout.contains(&format!("- `{key}` is ")), status == 3, "{key}: {}", run.stdout);
    }
}

// ---- shuffled labels -------------------------------------------------------------------------------------------

/// How many of the runs published although the outcomes have nothing to do with anything.
fn published_on_noise(runs: u64) -> usize {
    let scorecard = Scorecard::parse(crate::noise::SCORECARD, "scorecard.toml").unwrap();
    let publishes = |seed: u64| {
        let mut table = crate::noise::company(seed);
        let day = |i: usize| Instant(0).plus(Span::from_days(i as f64));
        table.closed_at = Some((0..table.n_leads()).map(|i| Some(day(i))).collect());
        let inputs = || DealInputs { table: &table, log: None, scorecard: Some(&scorecard) };
        let mut settings = crate::noise::settings(seed);
        settings.deals.snapshot.until = Some(day(table.n_leads() / 2));
        let (model, _) = train(inputs(), &settings).unwrap();
        settings.deals.snapshot.until = None;
        let current = Current { version: 1, model: &model, scorecard: Some(&scorecard) };
        let settings = RetrainSettings { train: settings, margin: 0.02, min_deals: 50 };
        match retrain(&table, None, Some(&scorecard), &current, &settings).unwrap().outcome {
            Outcome::Judged(model) => model.judgement.unwrap().gate.verdict.publishes(),
            Outcome::TooFew(_) | Outcome::Changed(_) => panic!("there are enough deals, and they have not changed"),
        }
    };
    (0..runs).filter(|&seed| publishes(seed)).count()
}

#[test]
fn noise_is_hardly_ever_published() {
    // At 2.5 % each, five of ten would be a miracle; two are met once in 45 times.
    assert!(published_on_noise(10) <= 2);
}

/// The study: 0 of 200 published on outcomes drawn by chance (at most 10 allowed).
#[test]
#[ignore = "a study of a few minutes; its result stands above and in docs/living-with-a-model.md"]
fn study_of_shuffled_labels() {
    let published = published_on_noise(200);
    println!("published: {published} of 200");
    assert!(published <= 10);
}
