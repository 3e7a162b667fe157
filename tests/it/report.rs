//! The report's page: whole, on its own, and never anything but text where a file says otherwise.

use crate::company::Company;
use serde_json::Value;

/// Room for a page of the sample; a million leads have 3 MB.
const MOST_BYTES: usize = 600_000;
/// Leads that would run or load something, were they not text.
const HOSTILE: [&str; 2] = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>"];
/// Two open leads of the sample about which the two sides disagree.
const SHOWN: [&str; 2] = ["L-02121", "L-02266"];

fn hostile_company() -> Company {
    let company = Company::sample();
    for file in ["open_leads.csv", "activities.csv"] {
        let mut text = company.text(file);
        for (shown, hostile) in SHOWN.into_iter().zip(HOSTILE) {
            assert!(text.contains(shown), "{shown} is not in {file}");
            text = text.replace(shown, &format!("\"{}\"", hostile.replace('"', "\"\"")));
        }
        company.write(file, &text);
    }
    company
}

/// Tags of the page that are opened, and how often each is opened and closed.
fn unbalanced(page: &str) -> Vec<String> {
    let tags = ["section", "table", "tr", "td", "svg", "figure", "div", "ul", "li", "details", "main", "p", "h2"];
    let wrong = tags.into_iter().filter(|tag| {
        let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        opened != page.matches(&format!("</{tag}>")).count()
    });
    wrong.map(str::to_string).collect()
}

#[test]
fn the_page_is_whole_loads_nothing_and_shows_names_as_text() {
    let company = hostile_company();
    let as_of = ["--as-of", crate::company::AS_OF];
    let run = company.run(&[&["report", "--out", "report.html", "--json", "view.json"], &as_of[..]].concat()).ok();
    assert!(run.stdout.contains("report.html"));
    let page = company.text("report.html");
    assert!(page.len() < MOST_BYTES, "{} bytes", page.len());
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"));
    assert!(page.contains("img src=x onerror") && !page.contains("<img"));
    for loader in ["http://", "https://", "src=\"", "@import", "url(", "<iframe", "<link rel=\"stylesheet"] {
        assert!(!page.contains(loader), "{loader}");
    }
    assert_eq!(unbalanced(&page), Vec::<String>::new());
    let ids = ["points", "sides", "mismatches", "grid", "effects", "journey", "sources", "drift", "data", "how"];
    for id in ids {
        assert!(page.contains(&format!("<h2 id=\"{id}\">")), "{id}");
    }
    assert!(page.contains("Each deal was judged as it stood while still open"));
    let view: Value = serde_json::from_str(&company.text("view.json")).unwrap();
    assert_eq!(view["sentences"].as_array().map(Vec::len), Some(3));
    assert_eq!(view["leads"]["call"]["leads"][0]["lead"], HOSTILE[0]);
}

#[test]
fn an_anonymous_page_has_no_ids_and_no_cells_in_the_readers_numbers() {
    let company = Company::sample();
    company.run(&["report", "--out", "report.html", "--anonymous", "--locale", "de"]).ok();
    let page = company.text("report.html");
    assert!(!page.contains("L-0") && !page.contains("lead-A"));
    assert!(page.contains("lead 1") && page.contains("whatever names a person is left out"));
    assert!(page.contains("1.973 closed deals"));
}

#[test]
fn without_scorecard_or_log_there_is_still_a_page() {
    let company = Company::sample();
    std::fs::remove_file(company.path("scorecard.toml")).unwrap();
    company.run(&["report", "--out", "report.html", "--no-activities"]).ok();
    let page = company.text("report.html");
    assert!(!page.contains("<h2 id=\"points\">") && page.contains("<h2 id=\"effects\">"));
    assert_eq!(unbalanced(&page), Vec::<String>::new());
}

/// Terms of statistics, which whoever reads the page in a meeting should not have to know; the model card has them.
const TERMS: [&str; 7] =
    ["log loss", "brier", "intercept", "stability index", "log-odds", "standard error", "row weight"];

#[test]
fn the_page_speaks_in_plain_words() {
    let company = Company::sample();
    company.run(&["report", "--out", "report.html"]).ok();
    let page = company.text("report.html");
    let spoken = page.split_once("<body>").unwrap().1.to_lowercase();
    assert_eq!(TERMS.iter().find(|term| spoken.contains(*term)), None);
    assert!(page.contains("newer deals the model expected"), "what changed is told without its terms");
    assert!(
        page.contains(" Rates are among leads open on any day. See ") && page.contains("Newer is what closed later")
    );
    assert!(!page.contains("the numbers of their rows"), "people know these leads by their ids");
    assert_eq!(page.matches("AUC").count(), 1, "where won deals ranking above lost ones is explained");
    let (before, after) = page.split_once("In the lists below, odds × 2 means twice the odds").unwrap();
    assert!(!before.contains("(odds × ") && after.contains("(odds × "), "explained before the first of them");
}

/// Whoever sees `target_size` beside its points has never opened the scorecard; a page for others has no cell's words.
#[test]
fn beside_each_rule_stands_what_it_asks_for() {
    let company = Company::sample();
    company.run(&["report", "--out", "report.html"]).ok();
    let page = company.text("report.html");
    let rules = company.text("scorecard.toml").matches("[[rule]]").count();
    assert!(rules > 5 && page.matches("class=\"asks\"").count() + 1 >= rules, "all that have points");
    assert!(page.contains("at least once") || page.contains("times or more"), "of acts");
    company.run(&["report", "--out", "report.html", "--anonymous"]).ok();
    assert!(!company.text("report.html").contains("class=\"asks\""));
}

/// A reader who divides wins by deals must not find another number under the same name.
#[test]
fn whatever_rate_the_page_shows_says_whether_it_is_weighted() {
    let rates = ["Win rate", "win rates", "hit that were won", "with any", "win rate of all"];
    let captions = |page: &str| -> Vec<String> {
        let all = page.split("<caption").skip(1).map(|rest| rest.split("</caption>").next().unwrap().to_string());
        all.filter(|caption| rates.iter().any(|rate| caption.contains(rate))).collect()
    };
    let company = Company::sample();
    company.run(&["report", "--out", "report.html"]).ok();
    let weighted = captions(&company.text("report.html"));
    assert!(weighted.len() >= 8, "{weighted:?}");
    assert!(
        weighted
            .iter()
            .all(|caption| ["among leads open on any day", "won ÷ closed"].iter().any(|how| caption.contains(how))),
        "{weighted:#?}"
    );
    company.edit("leadscore.toml", "mode = \"random\"", "mode = \"before_close\"\nbefore_close = \"0d\"");
    company.run(&["report", "--out", "report.html"]).ok();
    let page = company.text("report.html");
    assert!(
        captions(&page).len() >= 6 && !page.contains("among leads open on any day") && !page.contains("won ÷ closed")
    );
}

/// Whoever multiplies a factor by the win rate beside it gets what was won.
#[test]
fn the_page_has_one_win_rate_and_factors_are_of_it() {
    let company = Company::sample();
    company.run(&["report", "--out", "report.html", "--json", "view.json"]).ok();
    let view: Value = serde_json::from_str(&company.text("view.json")).unwrap();
    let judged = &view["backtest"]["judged"];
    let (rate, n) = (judged["rate"].as_f64().unwrap(), judged["n"].as_u64().unwrap());
    let best = view["backtest"]["figures"]["blend"]["lift"].as_array().unwrap();
    let fifth = best.iter().find(|row| row["share"] == 0.2).unwrap();
    assert!((fifth["lift"].as_f64().unwrap() * rate - fifth["win_rate"].as_f64().unwrap()).abs() < 1e-9);
    let order = view["sentences"][1].as_str().unwrap().replace(',', "");
    assert!(order.contains(&format!("times the {:.1} % of all {n};", 100.0 * rate)), "{order}");
    let shares = [rate, judged["wins"].as_f64().unwrap() / n as f64].map(|share| format!("{:.1} %", 100.0 * share));
    let both = format!("Counted so, {} of the {n} deals were won; each counted once, {} (", shares[0], shares[1]);
    let notes = view["backtest"]["notes"].to_string().replace(',', "");
    assert!(notes.contains(&both.replace(',', "")), "{both}: {notes}");
    let first_screen = company.text("report.html").split("<main").next().unwrap().replace(',', "");
    assert!(first_screen.contains(&format!("of these {:.1}\u{a0}% were won", 100.0 * rate)), "{first_screen}");
    assert!(!first_screen.contains("the average"), "{first_screen}");
}

/// Words of the page that stand open, for a meeting: those in pictures not counted.
const MOST_OPEN_WORDS: usize = 3_000;

#[test]
fn what_only_analysts_ask_for_is_folded() {
    let company = Company::sample();
    company.run(&["report", "--out", "report.html"]).ok();
    let page = company.text("report.html");
    let body = page.split_once("<body>").unwrap().1.split("<script>").next().unwrap();
    let open = without(&without(body, "details"), "svg");
    let words = open.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let n_words: usize = words.map(|text| text.split_whitespace().count()).sum();
    assert!(n_words <= MOST_OPEN_WORDS, "{n_words} words");
    assert!(page.contains("details::details-content{content-visibility:visible"), "paper shows what is folded");
    let script = page.split_once("<script>").unwrap().1;
    assert!(script.contains("beforeprint") && script.contains("afterprint"), "in older browsers, too");
}

/// A text without what stands within a tag of this name, however deep.
fn without(text: &str, tag: &str) -> String {
    let (opens, closes) = (format!("<{tag}"), format!("</{tag}>"));
    let mut depth = 0_usize;
    let mut left = String::new();
    for part in text.split_inclusive('>') {
        depth += part.matches(&opens).count();
        if depth == 0 {
            left.push_str(part);
        }
        depth -= part.matches(&closes).count();
    }
    left
}
