//! The commands that `init` proposes run as they are printed, from the folder in which it ran.

use crate::company::{Company, Run};

/// A hundred deals, some open, of which those from the web are won more often.
fn deals() -> String {
    let row = |i: usize| {
        let (month, day) = (1 + i / 28 % 6, 1 + i % 28);
        let source = ["web", "fair"][i % 2];
        let end = match i {
            90.. => ",open".to_string(),
            _ => format!("2024-{:02}-{day:02},{}", month + 1, if i % (3 + 2 * (i % 2)) < 2 { "won" } else { "lost" }),
        };
        format!("d{i},2024-{month:02}-{day:02},{source},{end}\n")
    };
    format!("deal,created_at,source,closed_at,outcome\n{}", (0..100).map(row).collect::<String>())
}

/// A printed command as a shell splits it, without the program's name.
fn arguments(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (i, part) in command.split('\'').enumerate() {
        let last = words.last_mut().unwrap();
        match i % 2 {
            1 => last.push_str(part),
            _ => {
                let mut apart = part.split(' ');
                last.push_str(apart.next().unwrap());
                words.extend(apart.map(str::to_string));
            }
        }
    }
    assert_eq!(words.remove(0), "leadscore", "{command}");
    words
}

fn run(company: &Company, command: &str) -> Run {
    let words = arguments(command);
    company.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Runs every command that stands on a line of its own, and those that `train` goes on with.
fn run_all(company: &Company, told: &str) {
    let commands: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    let commands: Vec<&str> = commands.into_iter().filter(|line| line.starts_with("leadscore ")).collect();
    assert!(commands.len() >= 4 && commands[0].starts_with("leadscore train"), "{told}");
    for command in commands {
        let ran = run(company, command).ok();
        let next = ran.stderr.lines().filter(|line| line.starts_with("next: ")).flat_map(|line| line.split('`'));
        next.filter(|part| part.starts_with("leadscore ")).for_each(|next| drop(run(company, next).ok()));
    }
}

#[test]
fn of_a_project_in_another_folder_they_name_it() {
    let company = Company::with(&[("deals.csv", &deals())]);
    let told = run(&company, "leadscore init --leads deals.csv --dir 'our crm' --lenient").ok().stdout;
    assert!(told.contains("\n  leadscore train --project 'our crm/leadscore.toml' --lenient\n"), "{told}");
    run_all(&company, &told);
    assert!(!company.path("models").exists() && company.path("our crm/models").exists());
    let again = run(&company, "leadscore init --leads deals.csv --dir 'our crm'");
    again.refused(&["`leadscore check --project 'our crm/leadscore.toml'` tells what is wrong"]);
}

#[test]
fn a_proposed_init_says_all_that_was_said() {
    let leads: String =
        (0..60).map(|i| format!("m{i},{i},2024-01-{:02},{}\n", 1 + i % 28, ["web", "fair"][i % 2])).collect();
    let won: String = (0..60).step_by(3).map(|i| format!("m{i},2024-02-{:02},ann\n", 1 + i % 28)).collect();
    let company = Company::with(&[
        ("mql.csv", &format!("mql,number,first_contact_date,origin\n{leads}")),
        ("closed.csv", &format!("mql,won_date,seller\n{won}")),
    ]);
    let told = run(&company, "leadscore init --leads closed.csv mql.csv --id mql --dir crm").ok().stdout;
    let init = "leadscore init --leads mql.csv --outcomes closed.csv --dir crm --id mql --force";
    assert!(told.contains(&format!("Then:\n  {init}\n")), "{told}");
    let told = run(&company, init).ok().stdout;
    assert!(told.contains("\n  leadscore train --project crm/leadscore.toml\n"), "{told}");
}

#[test]
fn a_table_to_be_numbered_keeps_what_was_said_of_it() {
    let row = |i: usize| format!("{},{},{}\n", i / 2, ["web", "fair"][i % 2], ["ja", "nein"][i % 3 % 2]);
    let rows: String = (0..90).map(row).collect();
    let company = Company::with(&[("bank.csv", &format!("age,source,y\n{rows}"))]);
    let told = run(&company, "leadscore init --leads bank.csv --dir crm --outcome y --won ja").ok().stdout;
    company.write("open.csv", "age,source\n40,web\n41,fair\n");
    run_all(&company, &told);
}

#[test]
fn a_copy_with_numbers_is_not_left_behind_where_the_rest_fails() {
    let company = Company::with(&[("leads.csv", "source,outcome\nweb,won\nweb,won\nfair,lost\n")]);
    let init = "leadscore init --leads leads.csv --created-at nowhere";
    run(&company, init).refused(&["there is no column `nowhere`"]);
    assert!(!company.path("leads-with-ids.csv").exists());
    // One that was there before stays, whatever becomes of the rest.
    company.write("leads-with-ids.csv", "a,b\n1,2\n");
    run(&company, &format!("{init} --force")).refused(&["there is no column `nowhere`"]);
    assert_eq!(company.text("leads-with-ids.csv"), "a,b\n1,2\n");
    assert!(!company.path("leads-with-ids.csv.old").exists());
    let init = "leadscore init --leads leads.csv";
    let told = run(&company, init).ok().stdout;
    assert!(told.contains("what stood in leads-with-ids.csv before is in leads-with-ids.csv.old"), "{told}");
    assert_eq!(company.text("leads-with-ids.csv.old"), "a,b\n1,2\n");
    std::fs::remove_file(company.path("leads-with-ids.csv.old")).unwrap();
    let told = run(&company, &format!("{init} --force")).ok().stdout;
    assert!(!told.contains("before is in") && !company.path("leads-with-ids.csv.old").exists(), "the same once more");
}

/// What stands in a log or among deals refers to no row.
#[test]
fn leads_with_a_log_are_not_numbered_unasked() {
    let log = "lead_id,at,kind\n1,2024-01-02,visit\n2,2024-01-03,visit\n";
    let company = Company::with(&[("leads.csv", "source,outcome\nweb,won\nweb,won\nfair,lost\n"), ("log.csv", log)]);
    let refused = run(&company, "leadscore init --leads leads.csv --activities log.csv");
    refused.refused(&["no column has a value of its own in every row"]);
    assert!(!company.path("leads-with-ids.csv").exists());
}
