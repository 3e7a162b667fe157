//! What the page says beside what other commands say of the same files, and beside its own figures.

use crate::company::{Company, Row};
use serde_json::{Value, json};
use std::fmt::Write;

const PROJECT: &str = "[leads]\nfiles = [\"leads.csv\"]\nid = \"id\"\nallow = [\"demo\"]\ncreated_at = \"created\"\nclosed_at = \"closed\"\n\
                       outcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\
                       [snapshot]\nmode = \"before_close\"\nbefore_close = \"0d\"\n";
const SCORECARD: &str = "name = \"By referral\"\nrange = [0, 100]\ntiers = { SQL = 50, MQL = 20 }\n\
                         [[rule]]\nid = \"referred\"\nwhen = { field = \"referred\", any_of = [\"yes\"] }\npoints = 60\n";

/// A number in [0, 1) a row and use, the same in every run.
pub(crate) fn unit(row: usize, of: u64) -> f64 {
    let mut x = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD1B5_4A32_D192_ED03);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn yes(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// The sum of a figure over the rows of a list.
fn sum(rows: &Value, of: &str) -> u64 {
    rows.as_array().unwrap().iter().map(|row| row[of].as_u64().unwrap()).sum()
}

/// The day so many days after the first of 2024.
fn day(after: usize) -> String {
    leadscore::values::format_day(leadscore::asof::Instant((19_723 + after as i64) * 86_400_000_000))
}

/// Leads of half a year whose deals closed up to another half later. A referral wins 7 of 10, a demo nearly always, the others 1
/// in 5; a note on the status goes along with what came.
pub(crate) fn referrals() -> Company {
    let mut text = String::from("id,created,closed,outcome,referred,demo,deal status\n");
    for i in 0..3_000 {
        let (referred, demo) = (unit(i, 1) < 0.1, unit(i, 2) < 0.25);
        let chance = if demo {
            0.97
        } else if referred {
            0.7
        } else {
            0.2
        };
        let is_won = unit(i, 3) < chance;
        let status = if unit(i, 4) < if is_won { 0.7 } else { 0.4 } { "warm" } else { "cold" };
        let created = i * 180 / 3_000;
        let is_open = unit(i, 5) < 0.1;
        let (closed, outcome) = match is_open {
            true => (String::new(), ""),
            false => (day(created + 1 + (180.0 * unit(i, 6)) as usize), if is_won { "won" } else { "lost" }),
        };
        let (created, referred, demo) = (day(created), yes(referred), yes(demo));
        writeln!(text, "L{i},{created},{closed},{outcome},{referred},{demo},{status}").unwrap();
    }
    Company::with(&[("leads.csv", &text), ("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD)])
}

/// Deals that a demo decides, but hardly any of the older ones.
fn ever_clearer() -> Company {
    let mut text = String::from("id,created,closed,outcome,referred,demo\n");
    for i in 0..3_000 {
        let (referred, demo) = (unit(i, 1) < 0.3, unit(i, 2) < 0.5);
        let (low, high) = if i < 2_400 { (0.27, 0.35) } else { (0.05, 0.6) };
        let outcome = if unit(i, 3) < if demo { high } else { low } { "won" } else { "lost" };
        let (created, closed) = (day(i / 10), day(i / 10 + 5));
        writeln!(text, "L{i},{created},{closed},{outcome},{},{}", yes(referred), yes(demo)).unwrap();
    }
    Company::with(&[("leads.csv", &text), ("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD)])
}

/// Deals of which few had a demo, and nearly all of those were won.
fn few_demos() -> Company {
    let mut text = String::from("id,created,closed,outcome,referred,demo\n");
    for i in 0..300 {
        let (referred, demo) = (unit(i, 1) < 0.3, unit(i, 2) < 0.06);
        let outcome = if unit(i, 3) < if demo { 0.9 } else { 0.3 } { "won" } else { "lost" };
        writeln!(text, "L{i},{},{},{outcome},{},{}", day(i), day(i + 5), yes(referred), yes(demo)).unwrap();
    }
    Company::with(&[("leads.csv", &text), ("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD)])
}

/// The page of a company, and what it shows.
pub(crate) fn report(company: &Company) -> (String, Value) {
    company.run(&["report", "--out", "report.html", "--json", "view.json"]).ok();
    (company.text("report.html"), serde_json::from_str(&company.text("view.json")).unwrap())
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn score_counts_the_open_leads_of_the_page() {
    let company = referrals();
    company.run(&["train"]).ok();
    let (page, view) = report(&company);
    let as_of = view["leads"]["as_of"].as_str().unwrap();
    // The newest lead came half a year before the last close: nobody else was open by then.
    assert_eq!(as_of, day(180));
    assert!(page.contains(&format!("leadscore score --as-of {as_of}")));
    let learned = view["leads"]["learned_since"].as_str().unwrap();
    assert!(
        learned.starts_with("The model has learned what became of these leads until 2024-12") && page.contains(learned)
    );
    let said = company.run(&["score", "--out", "scored.csv", "--as-of", as_of]).ok().stdout;
    assert!(said.contains(learned), "the page and `score` say the same: {said}");
    let run = company.run(&["score", "--out", "scored.csv", "--as-of", as_of, "--format", "json"]).ok();
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(view["leads"]["open"], summary["open"]);
    let open: Vec<String> = company
        .rows("scored.csv")
        .into_iter()
        .filter(|row| !row["warnings"].starts_with("closed"))
        .map(|row| row["id"].clone())
        .collect();
    assert_eq!(view["leads"]["open"], open.len());
    for list in ["call", "verify"] {
        let listed = view["leads"][list]["leads"].as_array().unwrap();
        assert!(listed.iter().all(|lead| open.iter().any(|id| lead["lead"] == **id)), "{list}");
    }
    assert!(!view["leads"]["verify"]["leads"].as_array().unwrap().is_empty());
}

#[test]
fn of_leads_without_an_outcome_the_model_may_know_what_became() {
    let company = referrals();
    company.run(&["train"]).ok();
    let known_then = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let is_open = cells[2].is_empty() || cells[2] >= &day(180)[..];
        is_open.then(|| [&cells[..2], &cells[4..]].concat().join(",") + "\n")
    };
    company.write("then.csv", &company.text("leads.csv").lines().filter_map(known_then).collect::<String>());
    let told = company.run(&["score", "--leads", "then.csv", "--out", "s.csv", "--as-of", &day(180)]).ok().stdout;
    let warning = "The model has learned what became of leads until 2024-12-2";
    assert!(told.contains(warning) && told.contains("here it may look better than it is"), "{told}");
    let later = company.run(&["score", "--leads", "then.csv", "--out", "s.csv", "--as-of", "2025-01-02"]).ok().stdout;
    assert!(!later.contains("has learned"), "{later}");
}

#[test]
fn rows_are_told_to_be_those_of_a_spreadsheet_only_where_they_are() {
    let company = referrals();
    company.run(&["train"]).ok();
    let is_told = |files: &[&str]| {
        let leads: Vec<&str> = files.iter().flat_map(|file| ["--leads", file]).collect();
        let more = ["--number-rows", "--out", "s.csv", "--as-of", "2025-01-02"];
        company.run(&[&["score"], &leads[..], &more].concat()).ok().stdout.contains("row 2 of a spreadsheet")
    };
    assert!(!is_told(&["leads.csv"]), "they have ids of their own");
    let text = company.text("leads.csv");
    // So few that none is left out of a list of the first.
    let few = text.lines().take(1).chain(text.lines().filter(|line| line.contains(",,,")).take(4));
    let without_ids: String = few.filter_map(|line| Some(line.split_once(',')?.1.to_string() + "\n")).collect();
    company.write("a.csv", &without_ids);
    company.write("b.csv", &without_ids);
    assert!(is_told(&["a.csv"]) && !is_told(&["a.csv", "b.csv"]));
}

#[test]
fn in_the_order_of_the_score_those_to_call_come_first() {
    let company = referrals();
    company.run(&["train"]).ok();
    let as_of = day(180);
    company.run(&["score", "--out", "file.csv", "--as-of", &as_of]).ok();
    let run = company.run(&["score", "--out", "order.csv", "--as-of", &as_of, "--order", "score"]).ok();
    assert!(
        run.stdout.contains(
            "order.csv begins with those still open; `closed since` in `warnings` stood among them by `score`"
        ),
        "{}",
        run.stdout
    );
    let (mut file, order) = (company.rows("file.csv"), company.rows("order.csv"));
    let number = |row: &Row, column: &str| row[column].parse::<f64>().unwrap();
    file.sort_by(|a, b| {
        let by =
            |row: &Row| (row["warnings"].starts_with("closed"), -number(row, "score"), -number(row, "win_probability"));
        by(a).partial_cmp(&by(b)).unwrap()
    });
    let scores = |rows: &[Row]| rows.iter().map(|row| row["score"].clone()).collect::<Vec<_>>();
    assert_eq!(scores(&file), scores(&order));
    let mut ids: Vec<&String> = order.iter().map(|row| &row["id"]).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3_000, "every lead once, with its own row");
    for row in &order {
        let own = file.iter().find(|own| own["id"] == row["id"]).unwrap();
        assert!(own.iter().all(|(column, value)| row[column] == *value), "{row:?}");
    }
}

#[test]
fn where_the_scorecard_alone_scores_it_ranks_as_the_score_does() {
    let mut text = String::from("id,created,closed,outcome,referred,demo\n");
    for i in 0..1_500 {
        let outcome = if unit(i, 3) < 0.4 { "won" } else { "lost" };
        let (referred, demo) = (yes(unit(i, 1) < 0.3), yes(unit(i, 2) < 0.5));
        writeln!(text, "L{i},{},{},{outcome},{referred},{demo}", day(i / 10), day(i / 10 + 5)).unwrap();
    }
    let project = format!("{PROJECT}[blend]\nweight = 0\n");
    let files = [("leads.csv", &text[..]), ("leadscore.toml", &project), ("scorecard.toml", SCORECARD)];
    let company = Company::with(&files);
    company.run(&["train"]).ok();
    let (_, view) = report(&company);
    let figures = &view["backtest"]["figures"];
    assert_eq!(figures["blend"]["auc"], figures["scorecard"]["auc"]);
    assert_eq!(figures["blend"]["lift"], figures["scorecard"]["lift"]);
}

#[test]
fn nobody_is_told_to_call_leads_that_have_closed_since() {
    let company = referrals();
    company.run(&["train"]).ok();
    let (page, view) = report(&company);
    let as_of = view["leads"]["as_of"].as_str().unwrap().to_string();
    let score = ["score", "--out", "scored.csv", "--as-of", &as_of, "--format", "json"];
    let summary: Value = serde_json::from_str(&company.run(&score).ok().stdout).unwrap();
    let mut since = Vec::new();
    for (lead, scored) in company.rows("leads.csv").iter().zip(company.rows("scored.csv")) {
        let has_closed_since = lead["closed"] >= as_of;
        let warned = scored["warnings"].split("; ").next() == Some(&format!("closed since ({})", lead["closed"]));
        assert_eq!(warned, has_closed_since, "{lead:?} {scored:?}");
        if has_closed_since {
            assert_eq!(scored["next_action"], "");
            since.push(lead["id"].clone());
        }
    }
    assert!(since.len() > 500);
    assert_eq!(summary["closed_since"], since.len());
    assert_eq!(view["leads"]["closed_since"], since.len());
    let top = summary["top"].as_array().unwrap();
    assert!(!top.is_empty() && top.iter().all(|lead| since.iter().all(|id| lead["lead"] != **id)));
    assert!(page.contains("leads open then have closed since and do not count."));
    let first: Vec<&Value> = view["leads"]["first"].as_array().unwrap().iter().map(|lead| &lead["lead"]).collect();
    assert!(first.len() >= top.len() && top.iter().zip(first).all(|(top, first)| top["lead"] == *first));
    let above = summary["above_all_points"].as_str().unwrap();
    assert!(view["leads"]["above_all_points"] == above && page.contains(above), "{above}");
    let said = company.run(&score[..5]).ok().stdout;
    let left_out = format!(", {} closed since the as-of: only the open ones count below.", since.len());
    assert!(said.replace(',', "").contains(&left_out.replace(',', "")), "{said}");
    // Who has closed is in no figure.
    let open = company.rows("scored.csv").iter().filter(|row| !row["warnings"].starts_with("closed")).count();
    assert_eq!((&summary["open"], &view["leads"]["open"]), (&json!(open), &json!(open)));
    assert_eq!(sum(&summary["tiers"], "by_score"), open as u64);
    assert_eq!(sum(&summary["quadrants"], "leads"), open as u64);
    assert_eq!(sum(&view["leads"]["quadrants"], "open"), open as u64);
    let all: u64 =
        ["open", "closed", "closed_since", "not_created"].iter().map(|key| summary[key].as_u64().unwrap()).sum();
    assert_eq!(summary["leads"], all);
}

#[test]
fn a_corner_has_one_name_and_its_advice_follows_its_win_rate() {
    let (page, view) = report(&referrals());
    let verify = &view["quadrants"][1];
    assert!(verify["quadrant"] == "verify" && verify["record"]["rate"].as_f64().unwrap() > 0.5, "{verify}");
    assert_eq!(verify["standing"], "better");
    // One name in the picture, beside it and above its leads, and that is the word of the scored table.
    for name in ["Work now", "Verify", "Hidden gem", "Nurture"] {
        assert!(page.contains(&format!(">{name}</text>")) && page.contains(&format!("<b>{name}</b>")), "{name}");
    }
    assert!(page.contains("<h3>Verify</h3>") && page.contains("<h3>Hidden gem</h3>"));
    assert_eq!(verify["advice"], "worth a call");
    // Of a day gone by nobody is to be called.
    assert!(view["leads"]["closed_since"].as_u64() > Some(0) && !page.contains("by points, not by the model: "));
    let actions = view["leads"]["verify"]["leads"].as_array().unwrap().iter().map(|lead| &lead["action"]);
    assert!(
        actions.clone().count() > 0
            && actions.clone().all(|action| action == "Worth a call, though the model ranks it lower")
    );
}

#[test]
fn a_rule_on_what_may_know_the_outcome_is_not_recommended_without_a_word() {
    let (_, view) = report(&referrals());
    let missing = texts(&view["advice"]["missing"]);
    let (status, demo) = ("No rule uses `deal status`", "No rule uses `demo`");
    let [status, demo] = [status, demo].map(|start| missing.iter().position(|said| said.starts_with(start)).unwrap());
    assert!(missing[status].contains("Suspicious: if `deal status` was filled in only after the deal was decided"));
    assert!(!missing[demo].contains("Suspicious") && demo < status);
}

#[test]
fn what_goes_beyond_a_picture_has_an_arrow_and_its_figure() {
    let (page, view) = report(&few_demos());
    let all = view["effects"].as_array().unwrap().iter().flat_map(|effect| effect["levels"].as_array().unwrap());
    let furthest = |of: &dyn Fn(&Value) -> f64| all.clone().map(of).fold(0.0, f64::max);
    let widest = furthest(&|level| level["log_odds"].as_f64().unwrap().abs());
    let highest = furthest(&|level| level["times"][2].as_f64().unwrap());
    // The scale goes to odds of × 20, past the widest value, and not past its interval.
    assert!(widest < 3.1 && highest > 25.0, "{widest} {highest}");
    assert!(
        page.contains("rotate(90)") && page.contains(&format!("Beyond the picture: intervals up to ×{highest:.0}."))
    );
    let (within, view) = report(&ever_clearer());
    assert!(!view["effects"].as_array().unwrap().is_empty() && !within.contains("Beyond the picture"));
}

#[test]
fn the_first_screen_says_where_the_look_back_is_worse_than_the_model_card() {
    let company = ever_clearer();
    let about = |view: &Value| {
        texts(&view["warnings"]).into_iter().find(|said| said.starts_with("Looking back on")).map(str::to_string)
    };
    let (_, without_card) = report(&company);
    assert!(about(&without_card).is_none_or(|said| !said.contains("`train` said")));
    company.run(&["train"]).ok();
    let (page, view) = report(&company);
    let said = about(&view).expect("the look back is worse");
    let auc = |figures: &Value| format!("{:.0}", 100.0 * figures["blend"]["auc"]["value"].as_f64().unwrap());
    let model: Value = serde_json::from_str(&company.text("models/default/v0001/model.json")).unwrap();
    let of_card = auc(&model["holdout"]["figures"]);
    let looked = auc(&view["backtest"]["figures"]);
    assert!(said.contains(&format!("{looked} times in 100, not {of_card}")), "{said}");
    assert!(
        said.contains("than `train` said (version 1)")
            && said.contains("each by a model that learned from the deals before it")
    );
    let first_screen = page.split("<main").next().unwrap();
    assert!(first_screen.contains("does worse than <code>train</code> said (version 1)."));
}

#[test]
fn tiers_are_explained_alike_on_the_page_and_by_score() {
    let company = Company::trained();
    let (page, _) = report(&company);
    let said = company.score("open_leads.csv", "scored.csv", &["-v"]).ok().stdout.replace('\n', " ");
    for (tier, means) in [("SQL", "sales-qualified, sales takes over"), ("MQL", "marketing-qualified, worth nurturing")]
    {
        assert!(said.contains(&format!("{tier}: {means}.")), "{said}");
        assert!(page.contains(&format!("<b>{tier}</b>: {means}")), "{tier}");
    }
}

#[test]
fn leads_without_times_are_listed_all_the_same() {
    let company = referrals();
    company.write(
        "leadscore.toml",
        &PROJECT
            .replace("created_at = \"created\"\nclosed_at = \"closed\"\n", "")
            .split("[snapshot]")
            .next()
            .unwrap()
            .replace("[leads]\n", "[leads]\nexclude = [\"created\", \"closed\"]\n"),
    );
    let (page, view) = report(&company);
    assert_eq!(view["leads"]["as_of"], Value::Null);
    let open = company.rows("leads.csv").iter().filter(|row| row["outcome"].is_empty()).count();
    assert_eq!(view["leads"]["open"], open);
    assert!(page.contains("<code>leadscore score</code>"));
    // No other words than plain ones first, the term behind them.
    assert!(page.contains("judged on deals drawn by chance, for no times order them (stratified cross-validation)"));
}
