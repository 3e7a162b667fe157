//! A time that may be that of the close, though its column is not called so.

use crate::company::Company;

#[test]
fn a_last_event_is_offered_as_the_close_and_taken_for_it_where_somebody_says_so() {
    let day = |after: usize| format!("2024-{:02}-{:02}", 1 + after / 28, 1 + after % 28);
    let row = |i: usize| {
        let (created, last) = (day(i % 90), day(i % 90 + i * 7 % 40));
        format!("a{i},{created},{last},{},{}\n", ["web", "fair"][i % 2], ["won", "lost", "lost"][i * 5 % 7 % 3])
    };
    let leads = format!("lead_id,created_at,last_event,source,outcome\n{}", (0..200).map(row).collect::<String>());
    let company = Company::with(&[("leads.csv", &leads)]);
    let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
    let asked = "does `last_event` say when the deal was won or lost? Then repeat this command with `--closed-at last_event --force` added";
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&told).contains(asked), "{told}");
    let text = company.text("leadscore.toml");
    assert!(
        text.contains("\n# closed_at = \"last_event\"") && text.contains("; or the close, see `closed_at`?"),
        "{text}"
    );
    // The line in force, and [snapshot] out, as it says.
    let by_hand = text.replace("# closed_at =", "closed_at =").split("\n[snapshot]").next().unwrap().to_string();
    company.write("leadscore.toml", &by_hand);
    company.run(&["train"]).ok();
    let again = ["init", "--leads", "leads.csv", "--closed-at", "last_event", "--force"];
    let told = company.run(&again).ok().stdout;
    assert!(told.contains("closed_at `last_event`") && !told.contains("repeat this command"), "{told}");
    company.run(&["train"]).ok();
}

#[test]
fn a_step_that_only_the_same_leads_take_is_asked_about_with_the_end_that_it_is_a_part_of() {
    let (mut leads, mut log) = ("lead_id,created_at,source,outcome\n".to_string(), "lead_id,at,kind\n".to_string());
    for i in 0..300 {
        let is_won = i % 3 == 0;
        let day = format!("2024-{:02}-{:02}", 1 + i % 12, 1 + i % 28);
        leads += &format!("a{i},{day},{},{}\n", ["web", "fair"][i % 2], if is_won { "won" } else { "lost" });
        let kinds: &[&str] = if is_won { &["visit", "O_ACCEPTED", "O_STARTED"] } else { &["visit", "O_SENT"] };
        log.extend(kinds.iter().map(|kind| format!("a{i},{day}T12:00:00,{kind}\n")));
    }
    let company = Company::with(&[("leads.csv", &leads), ("log.csv", &log)]);
    company.run(&["init", "--leads", "leads.csv", "--activities", "log.csv"]).ok();
    let why = "happened to the very same leads as `O_ACCEPTED`, which reads like the end of a deal";
    let text = company.text("leadscore.toml");
    assert!(text.contains("\"O_STARTED\",") && text.contains(why) && !text.contains("\"visit\","), "{text}");
}
