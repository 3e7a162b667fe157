//! Points and odds of one thing that part, because several columns say nearly the same.

use crate::company::Company;
use crate::report_agrees::unit;
use serde_json::Value;
use std::fmt::Write;

const PROJECT: &str = "[leads]\nfiles = [\"leads.csv\"]\nid = \"id\"\noutcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n";
const SCORECARD: &str = "name = \"By referral\"\nrange = [0, 100]\ntiers = { SQL = 15, MQL = 10 }\n\
                         [[rule]]\nid = \"referred\"\nwhen = { field = \"source\", any_of = [\"reference\"] }\npoints = 10\n\
                         [[rule]]\nid = \"came_back\"\nwhen = { field = \"visits\", at_least = 2 }\npoints = 5\n";

/// Leads of a form win nearly always and come from four sources, of which a reference is the weakest; the others 1 in 5. With
/// `is_known` the file says which came by the form.
fn company(is_known: bool) -> Company {
    let mut text = String::from("id,source,visits,origin,outcome\n");
    for i in 0..4_000 {
        let source = ["reference", "partner", "agent", "fair", "search", "advert"][match unit(i, 1) {
            x if x < 0.24 => (x / 0.06) as usize,
            x if x < 0.62 => 4,
            _ => 5,
        }];
        let by_form = !matches!(source, "search" | "advert");
        let visits = (4.0 * unit(i, 2)) as usize;
        let chance = match source {
            "reference" => 0.75,
            _ if by_form => 0.95,
            _ => 0.15 + 0.03 * visits as f64,
        };
        let origin = if by_form && is_known { "form" } else { "web" };
        let outcome = if unit(i, 3) < chance { "won" } else { "lost" };
        writeln!(text, "L{i},{source},{visits},{origin},{outcome}").unwrap();
    }
    Company::with(&[("leads.csv", &text), ("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD)])
}

fn report(company: &Company) -> (String, Value) {
    company.run(&["report", "--out", "report.html", "--json", "view.json"]).ok();
    (company.text("report.html"), serde_json::from_str(&company.text("view.json")).unwrap())
}

#[test]
fn odds_that_part_from_the_points_say_why_where_they_stand() {
    let company = company(true);
    company.run(&["train"]).ok();
    let (page, view) = report(&company);
    let rules = view["comparison"]["rules"].as_array().unwrap();
    let learned = rules.iter().find(|rule| rule["id"] == "referred").unwrap();
    assert!(learned["interval"][0].as_f64().unwrap() > 0.0, "{learned}");
    let effects = view["effects"].as_array().unwrap();
    let source = effects.iter().find(|effect| effect["column"] == "source").unwrap();
    let level = source["levels"].as_array().unwrap().iter().find(|level| level["level"] == "reference").unwrap();
    assert!(level["log_odds"].as_f64().unwrap() < 0.0, "{level}");
    let partings = view["partings"].as_array().unwrap();
    assert_eq!(partings.len(), 1, "{partings:?}");
    let said = partings[0]["sentence"].as_str().unwrap();
    assert!(said.starts_with("`referred` is worth +") && said.contains("mostly `origin`"), "{said}");
    // Below the picture of that column, and once more beside the lists.
    let (_, rest) = page.split_once("<b>source</b>").unwrap();
    assert!(rest.split("</figure>").next().unwrap().contains("points all the same"), "{rest}");
    // A listed deal of many points and no order tells that the model gives the rule no credit, so it stands there, too.
    assert_eq!(partings[0]["in_lists"], true);
    assert_eq!(page.matches("points all the same").count(), 2);

    let leads = company.rows("leads.csv");
    let referred = leads.iter().find(|lead| lead["source"] == "reference").unwrap();
    let said = company.run(&["explain", &referred["id"]]).ok().stdout;
    assert!(said.contains("Points and log-odds disagree on `referred` (by source)"), "{said}");
    let other = leads.iter().find(|lead| lead["source"] == "partner" && lead["visits"] == "0").unwrap();
    let said = company.run(&["explain", &other["id"]]).ok().stdout;
    assert!(!said.contains("disagree"), "{said}");
}

#[test]
fn odds_that_go_with_the_points_need_no_word() {
    let (page, view) = report(&company(false));
    assert_eq!(view["partings"], Value::Array(Vec::new()));
    assert!(!page.contains("points all the same"));
}
