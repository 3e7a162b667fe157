//! The question that is asked before any figure: about which columns, in which words, and that one answer ends it.

use crate::company::Company;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;

/// Enough deals for two columns to be told apart by how well they rank them.
const DEALS: usize = 2000;

/// A table of deals, taken as exported; the model keeps off what the project file excludes.
struct Table {
    header: &'static str,
    rows: Vec<String>,
}

impl Table {
    /// `row` gives the cells of a deal beside its id, and whether it was won.
    fn of(header: &'static str, mut row: impl FnMut(usize, &mut dyn FnMut() -> usize) -> (String, bool)) -> Table {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mut percent = move || (random.next_u64() % 100) as usize;
        let line = |i| {
            let (cells, won) = row(i, &mut percent);
            format!("c{i},{cells},{}", u8::from(won))
        };
        Table { header, rows: (0..DEALS).map(line).collect() }
    }

    fn company(&self) -> Company {
        let text = format!("lead_no,{},converted\n{}\n", self.header, self.rows.join("\n"));
        Company::with(&[("leads.csv", &text)])
    }

    /// One column is in doubt by its header alone; the one that ranks best stands out only beside what is weaker than that.
    fn beside_a_doubtful_name() -> Table {
        Table::of("last_activity,site_hours,source", |i, _| {
            let won = i % 2 == 0;
            // To the deal, for the shares decide what stands out.
            let deal = i / 2;
            let sign = |step: usize, share: usize| {
                if ((deal * step + deal / 100 * 13 * step) % 100 < share) == won { "yes" } else { "no" }
            };
            (format!("{},{},{}", sign(7, 73), sign(37, 77), sign(59, 60)), won)
        })
    }

    /// Many columns that are known at the start, together nearly certain: no evidence speaks against any.
    fn of_strong_columns() -> Table {
        Table::of("site_hours,pages_read,budget,headcount,growth,distance,source", |_, percent| {
            let signs: Vec<usize> = (0..6).map(|_| percent()).collect();
            let cells: Vec<String> = signs.iter().map(usize::to_string).collect();
            (
                format!("{},{}", cells.join(","), ["web", "fair"][percent() % 2]),
                signs.iter().sum::<usize>() + signs[0] / 5 > 307,
            )
        })
    }

    /// Two columns that say the same, of which the model reads one.
    fn of_twins() -> Table {
        Table::of("rate,index,source", |i, percent| {
            let won = i % 2 == 0;
            let rate = if (percent() < 80) == won { 6 + percent() % 4 } else { percent() % 4 };
            (format!("{rate},{},{}", 2 * rate + 1, ["web", "fair"][percent() % 2]), won)
        })
    }
}

/// Writes the project file.
fn write(company: &Company, exclude: &[String], allow: &[String]) {
    company.write(
        "leadscore.toml",
        &format!(
            "[leads]\nfiles = [\"leads.csv\"]\nid = \"lead_no\"\nexclude = {exclude:?}\nallow = {allow:?}\n\
             outcome = {{ column = \"converted\", won = [\"1\"], lost = [\"0\"] }}\n"
        ),
    );
}

/// Trains; the columns asked about first, as they are to be put into a list of the project file.
fn asked(company: &Company) -> Vec<String> {
    let card = company.run(&["--format", "markdown", "train"]).ok().stdout;
    let Some(question) = card.lines().find(|line| line.starts_with("Ask first: ")) else { return Vec::new() };
    assert!(question.contains("Either ends the questions"), "{question}");
    let (_, piece) = question.split_once("put `").unwrap();
    let list = format!("names = [{}]", piece.split('`').next().unwrap());
    let table: toml::Table = toml::from_str(&list).unwrap();
    table["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_string()).collect()
}

#[test]
fn whoever_answers_by_exclude_or_by_allow_is_not_asked_again() {
    let worlds = [
        (Table::beside_a_doubtful_name(), &["last_activity"][..]),
        (Table::of_strong_columns(), &["site_hours"]),
        (Table::of_twins(), &["index", "rate"]),
    ];
    for (table, expected) in worlds {
        let company = table.company();
        write(&company, &[], &[]);
        let first = asked(&company);
        assert_eq!(
            BTreeSet::from_iter(first.iter().map(String::as_str)),
            BTreeSet::from_iter(expected.iter().copied())
        );
        write(&company, &first, &[]);
        assert_eq!(asked(&company), Vec::<String>::new(), "{first:?} excluded");
        write(&company, &[], &first);
        assert_eq!(asked(&company), Vec::<String>::new(), "{first:?} allowed");
    }
}

/// What `init` excludes by its header tells of nobody who has gone through the columns.
#[test]
fn what_nobody_has_answered_is_asked_whatever_init_excludes() {
    let company = Table::of_strong_columns().company();
    company.edit("leads.csv", "site_hours,pages_read", "owner,pages_read");
    write(&company, &["owner".to_string()], &[]);
    assert_eq!(asked(&company).len(), 1, "the strongest of those that are left");
}

#[test]
fn check_asks_what_train_asked_until_it_is_answered() {
    let company = Table::of_strong_columns().company();
    write(&company, &[], &[]);
    let checked = || company.run(&["--format", "markdown", "check"]).stdout;
    assert!(!checked().contains("have been filled in after"), "nothing was trained yet");
    let first = asked(&company);
    let told = checked();
    for said in [
        "ould `site_hours` have been filled in after the deal was decided?",
        "put `\"site_hours\",` into `exclude` of leadscore.toml and train again; if not, into `allow`.",
        "The model leans on it (the strongest of all), and ranks unusually well.",
    ] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
    for (exclude, allow) in [(&first[..], &[][..]), (&[], &first)] {
        write(&company, exclude, allow);
        let told = checked();
        assert!(!told.contains("have been filled in after"), "{told}");
    }
}

/// A column that sales fills more often for deals it wins: not clearly a leak, and strong.
#[test]
fn a_model_that_leans_on_a_suspicious_column_says_so_first_and_how_to_leave_it_out() {
    let mut leads = String::from("lead_no,source,feedback,ticket_number,converted\n");
    for i in 0..600_usize {
        let converted = i % 3 == 0;
        let is_filled = if converted { i % 10 > 0 } else { i % 10 > 4 };
        let feedback = match (is_filled, converted) {
            (false, _) => "",
            (true, true) => ["keen", "keen", "cool"][i / 3 % 3],
            (true, false) => ["cool", "cool", "keen"][i / 3 % 3],
        };
        let source = ["web", "fair", "mail", "phone"][i * 7 % 4];
        leads.push_str(&format!("c{i},{source},{feedback},{},{}\n", 90_000 - 3 * i, u8::from(converted)));
    }
    let company = Company::with(&[("leads.csv", &leads)]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    let text = company.text("leadscore.toml");
    assert!(text.contains("    # \"feedback\",") && text.contains("    \"ticket_number\","), "{text}");
    let line = "put `\"feedback\",` into `exclude` of leadscore.toml and train again; if not, into `allow`.";
    assert!(company.run(&["--format", "markdown", "check"]).stdout.contains(line));
    let card = company.run(&["--format", "markdown", "train"]).ok().stdout;
    let asked = card.find("Ask first: could `feedback` have been filled in").unwrap_or_else(|| panic!("{card}"));
    assert!(asked < card.find("Best fifth by the score: ").unwrap() && card.contains(line), "{card}");
    assert!(card.contains("; by the starting scorecard ") && !card.contains("our scorecard"), "{card}");
    assert!(company.run(&["models", "show"]).ok().stdout.contains("The starting scorecard's best fifth"));
    let report = company.run(&["--quiet", "--format", "json", "report", "--out", "report.html"]).ok().stdout;
    assert!(report.contains("\"Ask first: could `feedback` have been filled in"), "{report}");
    let compared = company.run(&["compare"]).stdout;
    assert!(compared.contains("nobody's opinion yet") || compared.contains("No verdict"), "{compared}");
    let in_a_hundred = || {
        let json = company.run(&["--format", "json", "train"]).ok().stdout;
        let trained: serde_json::Value = serde_json::from_str(&json).unwrap();
        let auc = &trained["model"]["holdout"]["figures"]["model"]["auc"]["value"];
        format!("{:.0}", 100.0 * auc.as_f64().unwrap())
    };
    let with = in_a_hundred();
    company.edit("leadscore.toml", "# \"feedback\",", "\"feedback\",");
    assert!(!company.run(&["train"]).ok().stdout.contains("Ask first"));
    let without = in_a_hundred();
    // What leaving it out costs is told before anybody does, and then proves true; the page says the same.
    let cost = format!("Without it a won deal ranks above a lost one {without} times in 100, not {with}.");
    assert!(card.contains(&cost) && report.contains(&cost), "{cost} is not in {card}");
}

#[test]
fn what_tells_of_a_contact_is_asked_about_as_such() {
    let company = Table::of("month,source", |i, percent| {
        let won = i % 2 == 0;
        let month = if (percent() < 70) == won { ["mar", "sep", "oct"] } else { ["may", "jun", "jul"] }[i / 2 % 3];
        (format!("{month},{}", ["web", "fair", "call"][percent() % 3]), won)
    })
    .company();
    write(&company, &[], &[]);
    let question = "Ask first: does `month` describe the call or contact that decided the deal? The model leans on it";
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert!(told.contains(question), "{told}");
    write(&company, &["month".to_string()], &[]);
    assert!(!company.run(&["train"]).ok().stdout.contains("Ask first"));
}

#[test]
fn what_the_model_goes_by_most_is_what_moves_many_deals() {
    let company = Table::of("source,size,device,forum", |i, percent| {
        let won = i % 2 == 0;
        let mut told = |share: usize| if (percent() < share) == won { "a" } else { "b" };
        let cells = [told(70), told(65), told(60)].join(",");
        // Few deals are in the forum, and all of them were lost.
        (format!("{cells},{}", if i < 30 && !won { "Yes" } else { "No" }), won)
    })
    .company();
    write(&company, &[], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert!(told.contains("The model goes most by `source`, `size` and `device`."), "{told}");
}

#[test]
fn two_questions_have_an_answer_each() {
    let company = Table::of("month,last_activity,source", |i, percent| {
        let won = i % 2 == 0;
        let month = if (percent() < 70) == won { ["mar", "sep", "oct"] } else { ["may", "jun", "jul"] }[i / 2 % 3];
        let last = if (percent() < 70) == won { "called" } else { "mailed" };
        (format!("{month},{last},{}", ["web", "fair", "call"][percent() % 3]), won)
    })
    .company();
    write(&company, &[], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    for said in [
        "could `last_activity` have been filled in after the deal was decided, or does `month` describe the call or contact that decided it?",
        "put `\"last_activity\",` (filled in after) and `\"month\",` (of that contact) into `exclude` of leadscore.toml",
        "what is neither, into `allow`. Either ends the questions",
    ] {
        assert!(told.contains(said), "{said} is not in {told}");
    }
}

#[test]
fn a_rule_on_what_is_asked_about_is_named_with_what_to_do_till_it_is_gone() {
    let company = Table::beside_a_doubtful_name().company();
    write(&company, &[], &[]);
    let rule = |field: &str| {
        format!("[[rule]]\nid = \"{field}\"\nwhen = {{ field = \"{field}\", any_of = [\"yes\"] }}\npoints = 10\n")
    };
    company.write("scorecard.toml", &[rule("last_activity"), rule("source")].concat());
    let train = || company.run(&["--format", "markdown", "train"]).ok().stdout;
    let delete = "`exclude` of leadscore.toml, delete rule `last_activity` from scorecard.toml, lower its tiers to match and train again; if not,";
    assert!(train().contains(delete), "{}", train());
    assert!(train().contains("ask whoever knows, for figures fall without honest columns, too."), "{}", train());
    assert!(company.run(&["--format", "markdown", "check"]).stdout.contains(delete));
    write(&company, &["last_activity".to_string()], &[]);
    let told = train();
    assert!(told.contains("`last_activity`; rule `last_activity` still gives points by it."), "{told}");
    company.write("scorecard.toml", &rule("source"));
    assert!(!train().contains("still gives points"));
}

/// Deals of twenty days with a log; the share of the won and of the lost that have their paperwork on the third day.
fn with_paperwork(shares: [usize; 2]) -> Company {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut percent = move || (random.next_u64() % 100) as usize;
    let day = |after: usize| format!("2024-{:02}-{:02}", 1 + after / 28, 1 + after % 28);
    let mut leads = String::from("lead_no,created,closed,source,converted\n");
    let mut acts = String::from("lead_no,at,kind\n");
    for i in 0..DEALS {
        let (won, created) = (i % 3 == 0, i % 250);
        let source = ["web", "fair"][percent() % 2];
        leads.push_str(&format!("c{i},{},{},{source},{}\n", day(created), day(created + 20), u8::from(won)));
        acts.push_str(&format!("c{i},{},visit\n", day(created + percent() % 20)));
        if percent() < shares[usize::from(!won)] {
            acts.push_str(&format!("c{i},{},paperwork\n", day(created + 3)));
        }
    }
    Company::with(&[("leads.csv", &leads), ("acts.csv", &acts)])
}

/// How deals are looked at whose close is known, and if it is not.
const CLOSES: [&str; 2] = ["closed_at = \"closed\"", ""];
const MOMENTS: [&str; 2] = ["", "[snapshot]\nmode = \"after_created\"\nafter_created = \"10d\"\n"];

/// Writes the project file of such deals.
fn write_with_log(company: &Company, is_close_known: bool, exclude: &[&str], allow: &[&str]) {
    let exclude = [exclude, &["closed"]].concat();
    let (closed, moment) = (CLOSES[usize::from(!is_close_known)], MOMENTS[usize::from(!is_close_known)]);
    company.write(
        "leadscore.toml",
        &format!(
            "[leads]\nfiles = [\"leads.csv\"]\nid = \"lead_no\"\ncreated_at = \"created\"\n{closed}\n\
             exclude = {exclude:?}\nallow = {allow:?}\n\
             outcome = {{ column = \"converted\", won = [\"1\"], lost = [\"0\"] }}\n\
             [activities]\nfiles = [\"acts.csv\"]\nlead_id = \"lead_no\"\nat = \"at\"\nkind = \"kind\"\n{moment}"
        ),
    );
}

#[test]
fn a_kind_of_activity_in_doubt_is_asked_about_as_a_column_is() {
    let company = with_paperwork([90, 8]);
    write_with_log(&company, false, &[], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    for said in [
        "Ask first: could `paperwork` have been recorded only after the deal was decided? The model leans on it (far more \
         often on deals of one outcome), and ranks unusually well.",
        "put `\"paperwork\",` into `exclude` of leadscore.toml and train again; if not, into `allow`.",
        "`paperwork (count)` (asked)",
    ] {
        assert!(told.contains(said), "`{said}` is not in {told}");
    }
    assert!(!told.contains("may know the outcome: `leadscore check`"), "{told}");
    let checked = company.run(&["--format", "markdown", "check"]).stdout;
    assert!(checked.contains("If so, or in doubt, put `\"paperwork\",` into `exclude`"), "{checked}");
    for (exclude, allow) in [(&["paperwork"][..], &[][..]), (&[], &["paperwork"])] {
        write_with_log(&company, false, exclude, allow);
        assert_eq!(asked(&company), Vec::<String>::new(), "{exclude:?} {allow:?}");
    }
}

#[test]
fn whoever_excludes_the_kinds_that_tell_of_a_close_is_told_no_more_than_what_follows() {
    let company = with_paperwork([90, 0]);
    let when = "Ask first: when did the deals close? ";
    write_with_log(&company, false, &[], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    let ends = "If none does, figures stay too good: `\"paperwork\",` in `exclude` only ends the question, for the model leaves it out already.";
    assert!(told.contains(when) && told.contains("deals had `paperwork` behind them") && told.contains(ends), "{told}");
    assert_eq!(company.run(&["check"]).status, 3);
    write_with_log(&company, false, &["paperwork"], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    let follows =
        "deals were decided before they were looked at, as the excluded `paperwork` shows, and nothing says when";
    assert!(!told.contains(when) && told.contains(follows) && !told.contains("says when a deal"), "{told}");
    assert!(company.run(&["--format", "markdown", "check"]).ok().stdout.contains(follows));
    write_with_log(&company, false, &[], &["paperwork"]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert!(!told.contains(when) && !told.contains("decided before they were looked at"), "{told}");
}

#[test]
fn where_closes_are_known_a_kind_is_asked_about_only_if_it_reads_like_the_end() {
    let company = with_paperwork([90, 2]);
    write_with_log(&company, true, &[], &[]);
    let told = company.run(&["--format", "markdown", "train"]).ok().stdout;
    assert!(told.contains("goes most by `paperwork") && !told.contains("Ask first"), "{told}");
    company.write("acts.csv", &company.text("acts.csv").replace("paperwork", "approved"));
    assert_eq!(asked(&company), ["approved"]);
    let told = company.run(&["models", "show"]).ok().stdout;
    assert!(told.contains("(reads like the end of a deal, and happened almost only to won deals)"), "{told}");
}

#[test]
fn a_plain_step_is_not_asked_about() {
    let company = with_paperwork([60, 35]);
    write_with_log(&company, true, &[], &[]);
    let told = company.run(&["train"]).ok().stdout;
    assert!(!told.contains("Ask first") && !told.contains("may know the outcome"), "{told}");
}
