//! Deals that the files leave out are told of beside the figures.

use crate::company::Company;

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
