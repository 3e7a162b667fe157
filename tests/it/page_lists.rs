//! What the page lists of open leads: whose chance is told, whom to call, and what is explained beside.

use crate::company::{Company, Row};
use crate::report_agrees::{referrals, report};
use serde_json::Value;

/// The referrals, the model with so much of the say.
fn blended(weight: f64) -> Company {
    let company = referrals();
    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &format!("{project}[blend]\nweight = {weight}\n"));
    company
}

#[test]
fn a_corner_has_the_models_chance_beside_the_models_bound() {
    let company = blended(0.5);
    company.run(&["train"]).ok();
    let (page, view) = report(&company);
    let as_of = view["leads"]["as_of"].as_str().unwrap();
    company.run(&["score", "--out", "scored.csv", "--as-of", as_of]).ok();
    let rows = company.rows("scored.csv");
    let number = |row: &Row, column: &str| row[column].parse::<f64>().unwrap();
    let mut apart = 0_f64;
    for (corner, now) in
        view["quadrants"].as_array().unwrap().iter().zip(view["leads"]["quadrants"].as_array().unwrap())
    {
        let stands = |row: &&Row| corner["quadrant"] == *row["quadrant"] && !row["warnings"].starts_with("closed");
        let there: Vec<&Row> = rows.iter().filter(stands).collect();
        assert_eq!(now["open"], there.len());
        let mean = |column: &str| there.iter().map(|row| number(row, column)).sum::<f64>() / there.len() as f64;
        let Some(told) = now["mean_chance"].as_f64() else { continue };
        assert!((told - mean("model_probability")).abs() < 1e-6, "{corner} {now}");
        apart = apart.max((told - mean("win_probability")).abs());
        assert!(page.contains(&format!("by the model {:.1}\u{a0}% on average", 100.0 * told)), "{now}");
    }
    assert!(apart > 0.01, "the blend says otherwise somewhere: {apart}");
}

#[test]
fn two_chances_have_two_names_and_one_has_one() {
    let (page, _) = report(&blended(0.5));
    assert_eq!(page.matches("Chance: by points and model together.").count(), 1);
    assert!(page.contains(">Chance</th>") && page.contains(">Model alone</th>"));
    assert!(page.contains("Corners look at points and model each alone, tiers at the blend of both"));
    let (page, _) = report(&blended(0.0));
    assert!(page.contains("Chance: by the points alone.") && page.contains(">Model alone</th>"));
    let (page, _) = report(&blended(1.0));
    assert!(!page.contains("Chance: by") && !page.contains("Model alone") && !page.contains("Corners look at"));
}

#[test]
fn those_without_a_tier_are_not_the_first_to_call() {
    let company = referrals();
    company.run(&["report", "--out", "report.html", "--json", "view.json", "--top", "1000"]).ok();
    let view: Value = serde_json::from_str(&company.text("view.json")).unwrap();
    let first = view["leads"]["first"].as_array().unwrap();
    assert!(!first.is_empty() && first.len() < view["leads"]["open"].as_u64().unwrap() as usize);
    assert!(first.iter().all(|lead| lead["tier"] != "" || lead["next_action"] != ""));
    let page = company.text("report.html");
    assert!(!page.contains("<td class=\"next\"></td>"));
    // A tier that nobody reaches chooses nobody.
    company.edit("scorecard.toml", "tiers = { SQL = 50, MQL = 20 }", "tiers = { SQL = 90 }");
    let (page, view) = report(&company);
    assert!(!view["leads"]["first"].as_array().unwrap().is_empty());
    assert!(page.contains("<td class=\"n\">–</td><td class=\"n\">none</td>"), "a tier without deals");
}

#[test]
fn odds_are_explained_where_there_are_some() {
    let company = referrals();
    let (page, view) = report(&company);
    assert!(view["odds_in_lists"] == true && page.contains("odds × 2 means"));
    company.run(&["report", "--out", "report.html", "--top", "0"]).ok();
    let page = company.text("report.html");
    assert!(!page.contains("odds × 2 means") && !page.contains("(odds × "));
    // There are such leads and deals; that they are not listed does not say that there are none.
    assert!(page.contains("; none is listed here, as <code>--top 0</code> asks"), "{page}");
    assert!(!page.contains("<details><summary>Past deals") && page.contains("<p>Past deals with many points"));
}
