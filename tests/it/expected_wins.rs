//! What `score` expects of the open leads: within what time, and whether that is like the deals before.

use crate::company::{Company, Row};

fn told(company: &Company, leads: &str) -> String {
    company.score(leads, "scored.csv", &[]).ok().stdout
}

/// The leads of a file that `keep` takes by their scored rows, in a file of their own.
fn some_of(company: &Company, leads: &str, keep: impl Fn(&Row) -> bool) -> String {
    let scored = company.rows("scored.csv");
    let text = company.text(leads);
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    let kept: Vec<&str> = lines.zip(&scored).filter(|(_, row)| keep(row)).map(|(line, _)| line).collect();
    assert!(kept.len() >= 20, "{} leads", kept.len());
    company.write("some.csv", &format!("{header}\n{}\n", kept.join("\n")));
    kept.len().to_string()
}

fn chance(row: &Row) -> f64 {
    row["win_probability"].parse().unwrap_or(0.0)
}

#[test]
fn chances_that_are_guesses_do_not_count_among_the_expected_wins() {
    let company = Company::trained();
    let all = told(&company, "open_leads.csv");
    let (older, known): (Vec<Row>, Vec<Row>) =
        company.rows("scored.csv").into_iter().partition(|row| row["warnings"].contains("older than 107 days"));
    let wins: f64 = known.iter().map(chance).sum();
    let lines: Vec<&str> = all.lines().skip_while(|line| !line.starts_with("Expected wins: ")).collect();
    assert!(lines[0].starts_with(&format!("Expected wins: {wins:.0} of {} (", known.len())), "{all}");
    let why = "older than 107 days, by when 9 of 10 wins had come (`horizon`)";
    assert!(older.iter().all(|row| row["warnings"].contains(why)));
    // The page says the same of them.
    assert!(lines[0].ends_with(" %; past chances were too high in sum)."), "{all}");
    assert_eq!(lines[1], format!("Not counted there, as guesses: {} {why}.", older.len()), "{all}");
}

/// Nobody knows of the undated whether they are older than the model knows.
#[test]
fn leads_of_unknown_age_are_guesses_wherever_they_are_told() {
    let company = Company::trained();
    let undated = |(i, line): (usize, &str)| match line.splitn(3, ',').collect::<Vec<_>>()[..] {
        [id, _, rest] if i % 4 == 1 => format!("{id},,{rest}\n"),
        _ => format!("{line}\n"),
    };
    let leads: String = company.text("open_leads.csv").lines().enumerate().map(undated).collect();
    company.write("undated.csv", &leads);
    let all = told(&company, "undated.csv");
    let rows = company.rows("scored.csv");
    let warned = |word: &str| rows.iter().filter(|row| row["warnings"].contains(word)).count();
    let (older, unknown) = (warned("older than 107 days"), warned("of unknown age"));
    let known = rows.len() - older - unknown;
    assert_eq!(unknown, leads.lines().filter(|line| line.split(',').nth(1) == Some("")).count());
    assert!(all.contains(&format!(" of {known} (")), "{all}");
    assert!(all.contains(&format!("Not counted there, as guesses: {older} older than")), "{all}");
    assert!(all.contains(&format!("(`horizon`) and {unknown} of unknown age.")), "{all}");
    let is_marked = |row: &Row| all.lines().any(|line| line.contains(&row["lead_id"]) && line.ends_with("(guess)"));
    let mut best: Vec<&Row> = rows.iter().collect();
    best.sort_by(|a, b| b["score"].parse::<f64>().unwrap().total_cmp(&a["score"].parse().unwrap()));
    assert!(best[..5].iter().all(|row| is_marked(row) == row["warnings"].contains("of unknown age")), "{all}");
    assert!(best[..5].iter().any(|row| is_marked(row)), "one of them is undated: {all}");
    some_of(&company, "undated.csv", |row| !row["warnings"].contains("older than"));
    let told = told(&company, "some.csv");
    assert!(told.contains(&format!("Not counted there, as guesses: {unknown} of unknown age.")), "{told}");
}

/// As of a day beyond which the model knows, wins of those still open would be too many.
#[test]
fn guesses_are_told_where_no_wins_are_expected() {
    let company = Company::trained();
    // A third has not closed yet.
    let reopened = |(i, line): (usize, &str)| match line.splitn(5, ',').collect::<Vec<_>>()[..] {
        [id, created, _, _, rest] if i % 3 == 1 => format!("{id},{created},,,{rest}\n"),
        _ => format!("{line}\n"),
    };
    let leads: String = company.text("closed_deals.csv").lines().enumerate().map(reopened).collect();
    company.write("back.csv", &leads);
    let told =
        company.run(&["score", "--leads", "back.csv", "--as-of", "2026-06-01", "--out", "scored.csv"]).ok().stdout;
    let is_open = |row: &Row| !row["warnings"].starts_with("closed") && row["warnings"] != "not created yet";
    let open: Vec<Row> = company.rows("scored.csv").into_iter().filter(is_open).collect();
    let n = open.iter().filter(|row| row["warnings"].contains("older than 107 days")).count();
    let why = "is a guess: they are older than 107 days, by when 9 of 10 wins had come (`horizon`).";
    let [n, of] = [n, open.len()].map(leadscore::text::thousands);
    assert!(told.contains(&format!("\nThe chance of {n} of {of} {why}\n")), "{told}");
    assert!(!told.contains("Expected wins"), "{told}");
}

#[test]
fn a_share_of_expected_wins_unlike_the_past_is_asked_about() {
    let company = Company::trained();
    let all = told(&company, "open_leads.csv");
    assert!(all.contains("Expected wins: ") && !all.contains("of past deals ("), "{all}");
    let is_known = |row: &Row| !row["warnings"].contains("older than");
    let n = some_of(&company, "open_leads.csv", |row| chance(row) > 0.3 && is_known(row));
    let high = told(&company, "some.csv");
    assert!(high.contains("Expected wins: ") && high.contains(&format!(" of {n} (")), "{high}");
    let asked = " % is far more than of past deals (15.8 % among leads open on any day). Are these other leads";
    assert!(high.contains(asked), "{high}");
    told(&company, "open_leads.csv");
    some_of(&company, "open_leads.csv", |row| chance(row) < 0.05);
    let low = told(&company, "some.csv");
    assert!(low.contains(" % is far fewer than of past deals ("), "{low}");
}

#[test]
fn a_question_that_training_asks_first_is_recalled_until_it_is_answered() {
    let mut leads = String::from("lead_id,What do you hope for,source,outcome\n");
    for i in 0..600_usize {
        let won = i * 7919 % 10 < 4;
        let hope = if (won && i % 10 > 0) || i % 10 > 5 { "Career" } else { "" };
        let (source, outcome) = (["web", "fair"][i % 2], if won { "won" } else { "lost" });
        leads.push_str(&format!("L{i},{hope},{source},{outcome}\n"));
    }
    let open = "lead_id,What do you hope for,source\nM1,Career,web\nM2,,fair\n";
    let company = Company::with(&[("leads.csv", &leads), ("open.csv", open)]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let trained = company.run(&["train"]).ok().stdout;
    assert!(trained.contains("Ask first: could `What do you hope for`"), "{trained}");
    let open = "The question that `train` asks first is open";
    assert!(told(&company, "open.csv").contains(open));
    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &project.replace("allow      = []", "allow      = [\"What do you hope for\"]"));
    company.run(&["train"]).ok();
    assert!(!told(&company, "open.csv").contains(open));
}
