//! What is decided, and when: files without an open lead, wins too late or too young to count, leads that nobody closes.

use crate::company::Company;
use serde_json::Value;

/// Leads of 200 days, a fifth of them won, `days` after their creation; the others have this outcome, and no closing time.
fn leads(days: impl Fn(usize) -> usize, other: &str) -> String {
    let date = |day: usize| format!("2021-{:02}-{:02}", 1 + day / 28, 1 + day % 28);
    let row = |i: usize| {
        let origin = ["referral", "paid search", "organic search"][i % 3];
        let end = if i.is_multiple_of(5) { format!("{},won", date(i / 2 + days(i))) } else { format!(",{other}") };
        format!("m{i},{},{origin},{end}\n", date(i / 2))
    };
    format!("lead_id,created_at,origin,closed_at,outcome\n{}", (0..400).map(row).collect::<String>())
}

#[test]
fn a_file_of_open_leads_may_stand_beside_that_of_closed_ones() {
    // Those from the web are won, but for every fifth of all.
    let ends = |i: usize| if i.is_multiple_of(2) != i.is_multiple_of(5) { "won" } else { "lost" };
    let row = |i: usize| format!("a{i},{},{}\n", ["web", "fair"][i % 2], ends(i));
    let closed = format!("lead_id,source,outcome\n{}", (0..200).map(row).collect::<String>());
    let company = Company::with(&[("closed.csv", &closed), ("open.csv", "lead_id,source\nnew_one,web\n")]);
    company.run(&["init", "--leads", "closed.csv"]).ok();
    company.run(&["train"]).ok();
    let both = ["report", "--leads", "closed.csv", "--leads", "open.csv", "--out", "report.html"];
    company.run(&both).ok().says("open.csv has no column `outcome`: its leads count as open");
    assert!(company.text("report.html").contains("new_one"));
    // What else is missing is no matter of being open.
    company.write("open.csv", "lead_id\nnew_one\n");
    company.run(&both).refused(&["open.csv: there is no column `source`", "other files have it"]);
}

#[test]
fn where_no_lead_is_open_it_is_told_how_to_score_a_file_of_open_ones() {
    let rows: String =
        (0..60).map(|i| format!("a{i},{},{}\n", ["web", "fair"][i % 2], ["won", "lost"][i % 7 % 2])).collect();
    let company = Company::with(&[("leads.csv", &format!("lead_id,source,outcome\n{rows}"))]);
    let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
    let open = "Next (open.csv: open leads, no outcome; none? omit --leads):\n";
    let score = "  leadscore score --leads open.csv --out scored.csv\n";
    assert!(told.contains(open) && told.contains(score), "{told}");
    // What was said to `init` goes along.
    let elsewhere = company.run(&["init", "--leads", "leads.csv", "--dir", "our crm", "--lenient"]).ok().stdout;
    let score = "  leadscore score --project 'our crm/leadscore.toml' --lenient --leads open.csv --out scored.csv\n";
    assert!(elsewhere.contains(score), "{elsewhere}");
    let next =
        "next: `leadscore report --out report.html`; open leads: `leadscore score --leads open.csv --out scored.csv`";
    company.run(&["train"]).ok().says(next);
    company.run(&["train", "--leads", "leads.csv"]).ok().says("open leads: `leadscore score --leads open.csv");
    let unwritten = company.run(&["score", "--leads", "open.csv", "--out", "scored.csv"]);
    unwritten.refused(&["open.csv: no such file", "it stands for a file of your open leads"]);
    let open = format!("lead_id,source,outcome\n{rows}b1,web,\n");
    company.write("leads.csv", &open);
    let told = company.run(&["init", "--force", "--leads", "leads.csv"]).ok().stdout;
    assert!(told.contains("  leadscore score --out scored.csv\n") && !told.contains("open.csv"), "{told}");
    company.run(&["train"]).ok().says("next: `leadscore score --out scored.csv`, `leadscore report --out report.html`");
}

#[test]
fn wins_add_up_where_time_judges_them() {
    // Of the older leads every tenth is won, but late; the newest are not 30 days old.
    let days = |i: usize| if i.is_multiple_of(10) && i < 200 { 50 } else { 5 };
    let company = Company::with(&[("leads.csv", &leads(days, "open"))]);
    let project = "[leads]\nfiles = [\"leads.csv\"]\nid = \"lead_id\"\ncreated_at = \"created_at\"\n\
                   closed_at = \"closed_at\"\nlost_after = \"30d\"\noutcome = { column = \"outcome\", won = [\"won\"] }\n";
    company.write("leadscore.toml", project);
    // Who counts as open or lost does not hang on there being a model.
    let score = ["score", "--out", "scored.csv", "--as-of", "2021-09-01", "--format", "json"];
    let who = |company: &Company| {
        let summary: Value = serde_json::from_str(&company.run(&score).ok().stdout).unwrap();
        ["open", "closed", "lost_by_now", "closed_since"].map(|key| summary[key].as_u64().unwrap())
    };
    let by_points = {
        company.write(
            "scorecard.toml",
            "name = \"s\"\nrange = [0, 9]\n[[rule]]\nid = \"r\"\n\
            when = { field = \"lead_id\", any_of = [\"7\"] }\npoints = 2\n",
        );
        who(&company)
    };
    assert!(by_points[0] > 0 && by_points[2] > 0, "{by_points:?}");
    let train = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert_eq!(who(&company), by_points);
    let check = company.run(&["--format", "markdown", "check"]).stdout;
    for told in [&train, &check] {
        let (_, sentence) = told.split_once("80 wins in the files: ").unwrap_or_else(|| panic!("{told}"));
        let sentence = sentence.split(").\n").next().unwrap();
        for part in ["counted as won", "counted as lost (won later than `lost_after`)", "left out (too young: "] {
            assert!(sentence.contains(part), "{part} is not in {sentence}");
        }
        let parts = sentence.split(", ").filter_map(|part| part.split(' ').next()?.parse::<usize>().ok());
        assert_eq!(parts.sum::<usize>(), 80, "{sentence}");
    }
}

#[test]
fn where_losses_are_hardly_written_down_the_time_after_which_leads_are_lost_is_proposed() {
    let company = Company::with(&[("leads.csv", &leads(|i| 5 + i % 20, "lost"))]);
    let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
    assert!(told.contains("leads older than 30 days, in which 9 of 10 wins came, were never closed"), "{told}");
    let text = company.text("leadscore.toml");
    assert!(text.contains("\n# lost_after = \"30d\"\n"), "{text}");
    company.edit("leadscore.toml", "# lost_after", "lost_after");
    let train = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert!(train.contains("80 wins in the files: "), "{train}");

    let closed = leads(|i| 5 + i % 20, "lost").replace(",,lost", ",2021-11-01,lost");
    company.write("leads.csv", &closed);
    let told = company.run(&["init", "--force", "--leads", "leads.csv"]).ok().stdout;
    assert!(!told.contains("never closed") && !company.text("leadscore.toml").contains("lost_after"), "{told}");
}
