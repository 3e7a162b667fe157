//! What of the leads' table flatters the figures, or blackens them, is said beside these.

use crate::company::Company;

/// Leads without times, every fourth of them the same one under other ids where `has_copies`.
fn untimed(has_copies: bool) -> Company {
    let mut leads = String::from("lead_id,a,b,c,d,e,source,outcome\n");
    for i in 0..400_usize {
        let k = if has_copies && i % 4 == 0 { 0 } else { i };
        let cell = |n: usize| k * 7919 % 101 / n % 5;
        let outcome = if (k * 31 + cell(7)) % 3 == 0 { "won" } else { "lost" };
        let cells = [1, 3, 5, 7, 11].map(|n| cell(n).to_string()).join(",");
        leads.push_str(&format!("L{i},{cells},s{},{outcome}\n", k % 13));
    }
    Company::with(&[("leads.csv", &leads)])
}

#[test]
fn copies_are_told_where_figures_are() {
    let told = |company: &Company| {
        let begun = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
        let trained = company.run(&["train"]).ok().stdout;
        company.run(&["report", "--out", "report.html"]).ok();
        [begun, trained, company.text("report.html")]
            .map(|text| text.contains("100 leads are alike in all but their id: copies flatter "))
    };
    assert_eq!(told(&untimed(true)), [true; 3]);
    assert_eq!(told(&untimed(false)), [false; 3]);
}

#[test]
fn deals_that_begin_long_after_the_leads_are_told_where_figures_are() {
    let mut leads = String::from("lead_id,created_at,closed_at,source,outcome\n");
    for i in 0..600_usize {
        let (month, day) = (1 + i / 60, 1 + i % 28);
        // What closed before June stands in no file.
        let is_won = i % 4 == 0 && month >= 6;
        let closed = if month >= 6 { format!("2024-{:02}-{day:02}", month + 1) } else { "2024-12-01".to_string() };
        let outcome = if is_won { "won" } else { "lost" };
        leads.push_str(&format!("L{i},2024-{month:02}-{day:02},{closed},s{},{outcome}\n", i % 3));
    }
    let company = Company::with(&[("leads.csv", &leads)]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let trained = company.run(&["train"]).ok().stdout;
    let words: Vec<&str> = trained.split_whitespace().collect();
    let late = "The first deal closed on 2024-07-01, 182 days after the first lead came.";
    assert!(words.join(" ").contains(late), "{trained}");
    company.run(&["report", "--out", "report.html"]).ok();
    assert!(company.text("report.html").contains("days after the first lead came."));
}
