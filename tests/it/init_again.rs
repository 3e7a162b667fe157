//! `leadscore init` a second time: what it asks to be repeated, and what becomes of the files that are there.

use crate::company::Company;

/// Sixty leads with a time that may be their close, and acts one of which may be the end of a deal.
fn with_an_end() -> Company {
    let mut leads = String::from("lead_id,created_at,last_ts,region,outcome\n");
    let mut acts = String::from("lead_id,at,kind\n");
    for i in 0..60_usize {
        let (outcome, day, region) = (if i % 3 == 0 { "won" } else { "lost" }, 1 + i % 28, ["A", "B"][i % 2]);
        leads.push_str(&format!("L{i},2024-01-{day:02},2024-03-{day:02},{region},{outcome}\n"));
        acts.push_str(&format!("L{i},2024-02-{day:02},visit\n"));
        if outcome == "lost" {
            acts.push_str(&format!("L{i},2024-02-{day:02},A_DECLINED\n"));
        }
    }
    Company::with(&[("leads.csv", &leads), ("acts.csv", &acts)])
}

const FILES: [&str; 5] = ["init", "--leads", "leads.csv", "--activities", "acts.csv"];

#[test]
fn what_kinds_may_mean_is_not_asked_before_the_close_is_known() {
    let told = with_an_end().run(&FILES).ok().stdout;
    let first = "Ask first: does `last_ts` say when the deal was won or lost? Then repeat this command with \
                 `--closed-at last_ts --force` added\n";
    assert!(told.contains(first), "{told}");
    assert!(!told.contains("A_DECLINED") && told.contains(". Once answered ("), "{told}");
}

#[test]
fn what_is_written_over_is_kept_and_named() {
    let company = with_an_end();
    company.run(&FILES).ok();
    company.edit("leadscore.toml", "# \"A_DECLINED\"", "\"A_DECLINED\"");
    let edited = company.text("leadscore.toml");
    let again = |more: &[&str]| company.run(&[&FILES[..], &["--force"], more].concat()).ok().stdout;
    let told = again(&["--closed-at", "last_ts"]);
    let kept = told.lines().find(|line| line.contains("what you may have changed in the files before is kept"));
    assert!(kept.is_some_and(|line| line.contains("./leadscore.toml.old")), "{told}");
    assert_eq!(company.text("leadscore.toml.old"), edited);
    let told = again(&["--closed-at", "last_ts"]);
    assert!(!told.contains("is kept"), "the same once more: {told}");
    assert_eq!(company.text("leadscore.toml.old"), edited);
}

#[test]
fn a_close_named_before_is_not_asked_about_again() {
    let company = with_an_end();
    company.run(&[&FILES[..], &["--closed-at", "last_ts"]].concat()).ok();
    let again = || company.run(&[&FILES[..], &["--force"]].concat()).ok().stdout;
    let told = again();
    assert!(!told.contains("Ask first") && told.contains(", closed_at `last_ts`"), "{told}");
    assert!(
        told.contains("To look at: `last_ts` says when deals closed, as in the ./leadscore.toml before\n"),
        "{told}"
    );
    company.edit("leadscore.toml", "closed_at  = \"last_ts\"", "");
    assert!(again().contains("Ask first: does `last_ts` say"), "whoever takes it back is asked");
}

#[test]
fn deals_given_as_leads_are_proposed_as_outcomes() {
    let leads: String = (0..60).map(|i| format!("m{i},2024-01-{:02},web\n", 1 + i % 28)).collect();
    let deals: String = (0..60).step_by(3).map(|i| format!("m{i},2024-02-{:02},ann\n", 1 + i % 28)).collect();
    let company = Company::with(&[
        ("mql.csv", &format!("mql_id,first_contact_date,origin\n{leads}")),
        ("closed.csv", &format!("mql_id,won_date,seller\n{deals}")),
    ]);
    let told = company.run(&["init", "--leads", "closed.csv", "--leads", "mql.csv"]).ok().stdout;
    assert!(told.contains("the files cannot be used yet: closed.csv: there is no column"), "{told}");
    let command = "Is one of the tables that of the deals? Then:\n  \
                   leadscore init --leads mql.csv --outcomes closed.csv --force\n";
    assert!(told.contains(command) && !told.contains("--rules-only"), "{told}");
    let told = company.run(&["init", "--leads", "mql.csv", "--outcomes", "closed.csv", "--force"]).ok().stdout;
    assert!(told.contains("Next (`--as-of`: the newest lead came on 2024-01-28):\n  leadscore train\n"), "{told}");
}
