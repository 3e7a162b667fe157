//! Whose rates are told goes by what weighs the deals: the time they were open, the company's own row weights, both, or
//! nothing.

use crate::company::Company;

const OF_OPEN_LEADS: &str = "open on any day";
const OF_OWN_WEIGHTS: &str = "by your row weights";

/// What every command that tells rates says of the sample, with the page; the white space of lines is one blank.
fn told(company: &Company) -> Vec<(&'static str, String)> {
    let lead = company.rows("open_leads.csv")[0]["lead_id"].clone();
    let leads = ["--leads", "open_leads.csv", "--as-of", crate::company::AS_OF];
    let run = |arguments: &[&str], more: &[&str]| {
        let run = company.run(&[arguments, more].concat()).ok();
        (run.stdout + &run.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    vec![
        ("train", run(&["train"], &[])),
        ("card", run(&["models", "show"], &[])),
        ("score", run(&["score", "--out", "scored.csv"], &leads)),
        ("score -v", run(&["-v", "score", "--out", "scored.csv", "--mismatches", "mismatches.csv"], &leads)),
        ("mismatches", company.text("mismatches.csv")),
        ("explain", run(&["explain", &lead], &leads)),
        ("compare", run(&["compare"], &[])),
        ("backtest", run(&["backtest"], &[])),
        ("report", run(&["report", "--out", "report.html"], &[])),
        ("page", company.text("report.html")),
    ]
}

/// Gives every lead a weight: lost deals stand for two.
fn weigh(company: &Company) {
    for file in ["closed_deals.csv", "open_leads.csv"] {
        let leads = company.text(file);
        let (header, rows) = leads.split_once('\n').unwrap();
        let weighed = |row: &str| format!("{row},{}\n", if row.contains(",lost,") { 2 } else { 1 });
        let rows: String = rows.lines().map(weighed).collect();
        company.write(file, &format!("{},row_weight\n{rows}", header.trim_end()));
    }
    company.edit("leadscore.toml", "[leads]\n", "[leads]\nweight = \"row_weight\"\n");
}

fn without_random_moments(company: &Company) {
    company.edit("leadscore.toml", "mode = \"random\"", "mode = \"before_close\"\nbefore_close = \"1d\"");
}

fn says(told: &[(&'static str, String)], words: &str) -> Vec<&'static str> {
    told.iter().filter(|(_, text)| text.contains(words)).map(|(name, _)| *name).collect()
}

#[test]
fn of_deals_weighed_by_the_time_open_rates_are_those_of_open_leads() {
    let told = told(&Company::sample());
    assert_eq!(says(&told, OF_OWN_WEIGHTS), Vec::<&str>::new());
    let named = says(&told, OF_OPEN_LEADS);
    for name in ["train", "card", "score", "score -v", "mismatches", "compare", "backtest", "page"] {
        assert!(named.contains(&name), "{name} is not in {named:?}");
    }
}

#[test]
fn of_deals_that_the_company_weighs_rates_are_by_its_row_weights() {
    let company = Company::sample();
    weigh(&company);
    without_random_moments(&company);
    let told = told(&company);
    assert_eq!(says(&told, OF_OPEN_LEADS), Vec::<&str>::new());
    assert_named(&told, OF_OWN_WEIGHTS);
}

#[test]
fn of_deals_weighed_by_both_rates_are_those_of_open_leads_by_its_row_weights() {
    let company = Company::sample();
    weigh(&company);
    let told = told(&company);
    assert_named(&told, "among leads open on any day, by your row weights");
    let (_, page) = told.last().unwrap();
    assert!(page.contains("<b>Among leads open on any day.</b>"));
    let (_, card) = &told[1];
    assert!(card.contains("times how long it was open"), "{card}");
}

fn assert_named(told: &[(&'static str, String)], words: &str) {
    let named = says(told, words);
    for name in ["train", "card", "score -v", "compare", "backtest", "page"] {
        assert!(named.contains(&name), "{name} is not in {named:?}");
    }
}

#[test]
fn of_deals_that_count_once_each_nothing_is_said() {
    let company = Company::sample();
    without_random_moments(&company);
    let told = told(&company);
    for words in [OF_OPEN_LEADS, OF_OWN_WEIGHTS] {
        assert_eq!(says(&told, words), Vec::<&str>::new(), "{words}");
    }
}
