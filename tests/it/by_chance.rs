//! Deals from which nothing can be learned, and leads that tie: `score` and the page promise no order where there is none.

use crate::company::Company;
use serde_json::Value;
use std::fmt::Write;

const PROJECT: &str = "[leads]\nfiles = [\"leads.csv\"]\nid = \"id\"\nexclude = [\"utm medium\"]\n\
                       outcome = { column = \"outcome\", won = [\"won\"], lost = [\"lost\"] }\n\n[snapshot]\nmode = \"none\"\n";
const SCORECARD: &str = "name = \"north\"\nrange = [0, 100]\ntiers = { SQL = 40 }\n\n[[rule]]\nid = \"north\"\n\
                         when = { field = \"region\", any_of = [\"north\"] }\npoints = 50\n";

/// Deals without times, whose outcomes have nothing to do with their columns, and as many open leads as deals.
fn noise(deals: usize) -> Company {
    let mut leads = "id,region,lead source,campaign,utm medium,channel,outcome\n".to_string();
    for i in 0..2 * deals {
        // Fixed scatter: multiples of irrational numbers are spread evenly.
        let draw = |step: f64, of: f64| (of * (i as f64 * step).fract()) as usize;
        let region = ["north", "south"][draw(0.618_033_988_7, 2.0)];
        let source = ["web", "fair", "mail"][draw(0.414_213_562_4, 3.0)];
        let medium = ["cpc", "post"][draw(0.236_067_977_5, 2.0)];
        let month = ["may", "jun", "jul", "aug"][draw(0.645_751_311_1, 4.0)];
        let calls = 1 + draw(0.316_624_790_4, 2.0) * draw(0.605_551_275_5, 3.0);
        let outcome = ["won", "lost", "lost"][draw(0.732_050_807_6, 3.0)];
        writeln!(leads, "L{i},{region},{source},{calls},{medium},{month},{}", if i < deals { outcome } else { "" })
            .unwrap();
    }
    Company::with(&[("leads.csv", &leads), ("leadscore.toml", PROJECT), ("scorecard.toml", SCORECARD)])
}

#[test]
fn where_the_order_is_chance_score_and_page_advise_against_it() {
    let company = noise(600);
    let card = company.run(&["train"]).ok().stdout;
    // One verdict with one figure.
    assert_eq!(card.matches(" times in 100 (").count(), 1, "{card}");
    assert!(!card.contains("may know the outcome"), "it has learned nothing of any column: {card}");
    assert!(!["Best fifth", "goes most by"].iter().any(|more| card.contains(more)), "{card}");
    let said = company.run(&["report", "--out", "report.html", "--json", "view.json"]).ok().stdout;
    assert!(said.starts_with("There is next to nothing to learn here"), "{said}");
    let (page, view) = (company.text("report.html"), company.text("view.json"));
    assert!(view.contains("Do not order leads by the model."), "{view}");
    let told = company.run(&["score", "--out", "scored.csv"]).ok().stdout;
    let advice = "Do not order leads by `score`: it ranked past deals hardly better than chance. So take tier and \
                  `next_action` for what the points say, and no more.";
    assert!(told.contains(advice), "{told}");
    assert!(!["top leads", "call from the top", "Sort"].iter().any(|advice| told.contains(advice)), "{told}");
    assert!(page.contains("on attributes as exported") && !page.contains("while still open"));
}

#[test]
fn counts_of_contacts_and_excluded_columns_are_no_sources() {
    let company = noise(600);
    let columns = |more: &[&str]| {
        let run = company.run(&[&["backtest", "--format", "json"], more].concat()).ok();
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        let sources = found["sources"].as_array().unwrap().iter();
        sources.map(|source| source["column"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(columns(&[]), ["lead source"]);
    assert_eq!(
        columns(&["--by", "campaign", "--by", "utm medium"]),
        ["campaign", "utm medium"],
        "whoever asks is told"
    );
}

#[test]
fn leads_that_tie_for_the_first_place_are_counted() {
    let company = noise(0);
    let told = |north: usize| {
        // More than are assessed at once.
        let row = |i: usize| format!("L{i},{},web,1,cpc,may,\n", if i < 1_500 - north { "south" } else { "north" });
        let header = "id,region,lead source,campaign,utm medium,channel,outcome\n".to_string();
        company.write("leads.csv", &(0..1_500).fold(header, |text, i| text + &row(i)));
        company.run(&["score", "--rules-only", "--out", "scored.csv"]).ok().stdout
    };
    let tied = |n| format!("\n{n} of 1,500 open leads share the highest score, ");
    for (north, n) in [(1_200, "1,200"), (6, "6"), (0, "1,500")] {
        let told = told(north);
        assert!(told.contains(&tied(n)) && !told.contains("top leads"), "{told}");
    }
    let all = told(5);
    assert!(!all.contains("share the highest score") && all.contains("top leads"), "all of them are shown: {all}");
}
