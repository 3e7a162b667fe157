//! `leadscore init`: what it takes columns for, that its files run as they are, and what it refuses.

use leadscore::project::{Absent, Lost, Project, SnapshotMode};
use leadscore::scorecard::Scorecard;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn leadscore(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_leadscore")).current_dir(folder).args(args).output().unwrap()
}

fn words_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Runs `init` with these arguments; it must succeed.
fn init(folder: &TempDir, args: &[&str]) -> (Project, Scorecard, Value) {
    let all: Vec<&str> = ["--format", "json", "init"].iter().chain(args).copied().collect();
    let output = leadscore(folder.path(), &all);
    assert!(output.status.success(), "{}", words_of(&output));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let project = Project::parse(&read("leadscore.toml"), "leadscore.toml").unwrap();
    let scorecard = Scorecard::parse(&read("scorecard.toml"), "scorecard.toml").unwrap();
    (project, scorecard, serde_json::from_slice(&output.stdout).unwrap())
}

fn score_by_rules(folder: &TempDir, as_of: &str) {
    let args = ["score", "--rules-only", "--as-of", as_of, "--out", "scored.csv"];
    let output = leadscore(folder.path(), &args);
    assert!(output.status.success(), "{}", words_of(&output));
}

fn won_and_lost(project: &Project) -> (String, Vec<String>, Lost) {
    let outcome = project.leads.outcome.clone().unwrap();
    (outcome.column, outcome.won, outcome.lost)
}

fn listed(words: &[&str]) -> Lost {
    Lost::Words(words.iter().map(|word| word.to_string()).collect())
}

#[test]
fn a_header_alone_is_said_to_be_one() {
    let folder = folder(&[("leads.csv", b"lead_id,created_at,outcome\n")]);
    let output = leadscore(folder.path(), &["init", "--leads", "leads.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let words = words_of(&output);
    assert!(words.contains("leads.csv: there is a header and no row below it"), "{words}");
    assert!(!folder.path().join("leadscore.toml").exists());
}

/// Sixty deals with a log; every third won.
fn deals_and_log() -> (String, String) {
    let mut leads = String::from("lead_id,created_at,closed_at,job_title,age,owner,employees,deal_amount,outcome\n");
    let mut log = String::from("lead_id,at,kind,page\n");
    for i in 0..60 {
        let (month, day) = (1 + i % 6, 1 + i % 28);
        let (outcome, amount) = if i % 3 == 0 { ("won", "900") } else { ("lost", "") };
        let title = ["Director of Sales", "Student", "Engineer", "Head of IT"][i % 4];
        leads.push_str(&format!(
            "L{i},2024-0{month}-{day:02},2024-0{}-{day:02},{title},{},ann,{},{amount},{outcome}\n",
            month + 2,
            20 + i % 40,
            10 * (i + 1)
        ));
        for (kind, page) in [("email_sent", ""), ("email_open", ""), ("page_view", "/pricing"), ("inquiry", "")] {
            log.push_str(&format!("L{i},2024-0{}-{day:02}T10:00:00Z,{kind},{page}\n", month + 1));
        }
    }
    (leads, log)
}

#[test]
fn a_tidy_table_and_its_log_are_understood_and_the_files_run_as_they_are() {
    let (leads, log) = deals_and_log();
    let folder = folder(&[("leads.csv", leads.as_bytes()), ("acts.csv", log.as_bytes())]);
    let (project, scorecard, told) = init(&folder, &["--leads", "leads.csv", "--activities", "acts.csv"]);
    assert_eq!(project.leads.files, ["leads.csv"]);
    assert_eq!(project.leads.id.as_deref(), Some("lead_id"));
    assert_eq!(project.leads.created_at.as_deref(), Some("created_at"));
    assert_eq!(project.leads.closed_at.as_deref(), Some("closed_at"));
    assert_eq!(won_and_lost(&project), ("outcome".to_string(), vec!["won".to_string()], listed(&["lost"])));
    assert_eq!(project.leads.exclude, ["age", "owner", "deal_amount"]);
    assert_eq!(project.snapshot_mode(), SnapshotMode::Random);
    assert_eq!(project.activities.detail.as_deref(), Some("page"));
    assert_eq!(project.activities.ours, ["email_sent"]);
    let points = |id: &str| scorecard.rules.iter().find(|rule| rule.id == id).map(|rule| rule.effect);
    for (id, expected) in [
        ("decision_maker", 15.0),
        ("not_a_buyer", -20.0),
        ("target_size", 10.0),
        ("email_open", 2.0),
        ("keen_reader", 25.0),
        ("inquiry", 30.0),
        ("price_pages", 10.0),
        ("gone_quiet", -5.0),
    ] {
        assert_eq!(points(id), Some(leadscore::scorecard::Effect::Points(expected)), "{id}");
    }
    let best = told["best_rule_score"].as_f64().unwrap();
    assert!(scorecard.tiers.iter().all(|tier| tier.bound <= best), "{best}: {:?}", scorecard.tiers);
    score_by_rules(&folder, "2024-06-01");
    let output = leadscore(folder.path(), &["train"]);
    assert!(output.status.success(), "{}", words_of(&output));
}

#[test]
fn exports_of_six_products_are_recognised_with_their_columns_and_words() {
    struct Export {
        product: &'static str,
        header: &'static str,
        won: &'static str,
        lost: &'static str,
        roles: [&'static str; 4],
        words: (&'static str, &'static str),
    }
    for export in [
        Export {
            product: "HubSpot",
            header: "Record ID,Deal Name,Deal Stage,Create Date,Close Date,Amount,Deal owner",
            won: "deal,Closed Won,2024-01-%d 09:30,2024-03-%d 10:00,100,Ann",
            lost: "deal,Closed Lost,2024-01-%d 09:30,2024-03-%d 10:00,100,Ann",
            roles: ["Record ID", "Create Date", "Close Date", "Deal Stage"],
            words: ("Closed Won", "Closed Lost"),
        },
        Export {
            product: "Salesforce",
            header: "Opportunity ID,Opportunity Name,Stage,Created Date,Close Date,Amount,Opportunity Owner,Lead Source,Is Won",
            won: "opp,Closed Won,1/%d/2024,3/%d/2024,100,Ann,Web,true",
            lost: "opp,Closed Lost,1/%d/2024,3/%d/2024,100,Ann,Web,false",
            roles: ["Opportunity ID", "Created Date", "Close Date", "Stage"],
            words: ("Closed Won", "Closed Lost"),
        },
        Export {
            product: "Microsoft Dynamics 365",
            header: "(Do Not Modify) Opportunity,Topic,Status,Created On,Actual Close Date,Est. Close Date,Actual Revenue,Owner",
            won: "topic,Won,1/%d/2024 9:30,3/%d/2024,4/%d/2024,100,Ann",
            lost: "topic,Lost,1/%d/2024 9:30,3/%d/2024,4/%d/2024,0,Ann",
            roles: ["(Do Not Modify) Opportunity", "Created On", "Actual Close Date", "Status"],
            words: ("Won", "Lost"),
        },
        Export {
            product: "Pipedrive",
            header: "Deal - ID,Deal - Title,Deal - Status,Deal - Deal created,Deal - Deal closed on,Deal - Lost reason,Deal - Value,Deal - Owner",
            won: "title,Won,2024-01-%d 09:30:00,2024-03-%d 10:00:00,,100,Ann",
            lost: "title,Lost,2024-01-%d 09:30:00,2024-03-%d 10:00:00,price,100,Ann",
            roles: ["Deal - ID", "Deal - Deal created", "Deal - Deal closed on", "Deal - Status"],
            words: ("Won", "Lost"),
        },
        Export {
            product: "Zoho CRM",
            header: "Record Id,Deal Name,Stage,Created Time,Closing Date,Modified Time,Amount,Deal Owner",
            won: "name,Closed Won,2024-01-%d 09:30:00,2024-03-%d,2024-05-%d 01:00:00,100,Ann",
            lost: "name,Closed Lost,2024-01-%d 09:30:00,2024-03-%d,2024-05-%d 01:00:00,100,Ann",
            roles: ["Record Id", "Created Time", "Closing Date", "Stage"],
            words: ("Closed Won", "Closed Lost"),
        },
        Export {
            product: "Odoo",
            header: "External ID,Opportunity,Won Status,Created on,Closed Date,Salesperson,Lost Reason,Expected Revenue",
            won: "name,Won,2024-01-%d 09:30:00,2024-03-%d 09:30:00,Ann,,100",
            lost: "name,Lost,2024-01-%d 09:30:00,2024-03-%d 09:30:00,Ann,price,100",
            roles: ["External ID", "Created on", "Closed Date", "Won Status"],
            words: ("Won", "Lost"),
        },
        // The same products, as the API names the columns, and in other languages.
        Export {
            product: "Salesforce",
            header: "Id,Name,StageName,CreatedDate,CloseDate,Amount,Probability,IsClosed,IsWon,OwnerId,LeadSource",
            won: "n,Closed Won,2024-01-%dT09:30:00.000Z,2024-03-%d,100,100,true,true,005x,Web",
            lost: "n,Closed Lost,2024-01-%dT09:30:00.000Z,2024-03-%d,100,0,true,false,005x,Web",
            roles: ["Id", "CreatedDate", "CloseDate", "StageName"],
            words: ("Closed Won", "Closed Lost"),
        },
        Export {
            product: "Pipedrive",
            header: "Deal - ID,Deal - Titel,Deal - Status,Deal - Deal erstellt,Deal - Deal abgeschlossen am,Deal - Verlustgrund,Deal - Wert,Deal - Besitzer",
            won: "t,Gewonnen,2024-01-%d 09:30:00,2024-03-%d 10:00:00,,100,Ann",
            lost: "t,Verloren,2024-01-%d 09:30:00,2024-03-%d 10:00:00,Preis,100,Ann",
            roles: ["Deal - ID", "Deal - Deal erstellt", "Deal - Deal abgeschlossen am", "Deal - Status"],
            words: ("Gewonnen", "Verloren"),
        },
        Export {
            product: "Pipedrive",
            header: "Negócio - ID,Negócio - Título,Negócio - Status,Negócio - Negócio criado em,Negócio - Negócio fechado em,Negócio - Motivo da perda,Negócio - Valor,Negócio - Proprietário",
            won: "t,Ganho,2024-01-%d 09:30:00,2024-03-%d 10:00:00,,100,Ann",
            lost: "t,Perdido,2024-01-%d 09:30:00,2024-03-%d 10:00:00,preço,100,Ann",
            roles: ["Negócio - ID", "Negócio - Negócio criado em", "Negócio - Negócio fechado em", "Negócio - Status"],
            words: ("Ganho", "Perdido"),
        },
    ] {
        let mut text = format!("{}\n", export.header);
        for i in 0..50 {
            let day = format!("{:02}", 1 + i % 28);
            let row = if i % 2 == 0 { export.won } else { export.lost };
            text.push_str(&format!("x{i},{}\n", row.replace("%d", &day)));
        }
        let folder = folder(&[("export.csv", text.as_bytes())]);
        let (project, _, told) = init(&folder, &["--leads", "export.csv"]);
        assert_eq!(told["product"], export.product);
        let leads = &project.leads;
        let found = [leads.id.as_deref(), leads.created_at.as_deref(), leads.closed_at.as_deref()];
        assert_eq!(found, [export.roles[0], export.roles[1], export.roles[2]].map(Some), "{}", export.product);
        let expected = (export.roles[3].to_string(), vec![export.words.0.to_string()], listed(&[export.words.1]));
        assert_eq!(won_and_lost(&project), expected, "{}", export.product);
        for column in [
            "Amount",
            "Deal owner",
            "Is Won",
            "Actual Revenue",
            "Deal - Value",
            "Deal - Lost reason",
            "Modified Time",
            "Lost Reason",
            "Expected Revenue",
            "Probability",
            "IsClosed",
            "IsWon",
            "OwnerId",
            "Deal - Verlustgrund",
            "Deal - Wert",
            "Deal - Besitzer",
            "Negócio - Motivo da perda",
            "Negócio - Valor",
            "Negócio - Proprietário",
        ] {
            let is_there = export.header.split(',').any(|name| name == column);
            assert_eq!(leads.exclude.iter().any(|name| name == column), is_there, "{}: {column}", export.product);
        }
        score_by_rules(&folder, "2024-06-01");
    }
}

#[test]
fn exports_of_leads_are_recognised_too_and_their_echoes_of_the_outcome_are_left_out() {
    struct Export {
        product: &'static str,
        header: &'static str,
        /// A lead won, and one lost.
        rows: [&'static str; 2],
        outcome: (&'static str, &'static str),
        left_out: &'static [&'static str],
    }
    for export in [
        Export {
            product: "HubSpot",
            header: "Record ID,Email,Lifecycle Stage,Create Date,Became a Customer Date,Number of Pageviews,Contact owner",
            rows: [
                "a@b.example,Customer,2024-01-%d 09:30,2024-03-%d 10:00,7,Ann",
                "a@b.example,Lead,2024-01-%d 09:30,,3,Ann",
            ],
            outcome: ("Lifecycle Stage", "Customer"),
            left_out: &["Became a Customer Date", "Contact owner"],
        },
        Export {
            product: "Salesforce",
            header: "Lead ID,Lead Source,Lead Status,Created Date,Converted,Converted Date,Lead Owner",
            rows: ["Web,Closed - Converted,1/%d/2024,1,3/%d/2024,Ann", "Web,Closed - Not Converted,1/%d/2024,0,,Ann"],
            outcome: ("Lead Status", "Closed - Converted"),
            left_out: &["Converted", "Lead Owner"],
        },
        Export {
            product: "Microsoft Dynamics 365",
            header: "(Do Not Modify) Lead,(Do Not Modify) Row Checksum,Topic,Status Reason,Status,Created On,Owner",
            rows: ["sum,t,Qualified,Qualified,1/%d/2024 9:30,Ann", "sum,t,Lost,Disqualified,1/%d/2024 9:30,Ann"],
            outcome: ("Status", "Qualified"),
            left_out: &["(Do Not Modify) Row Checksum", "Status Reason", "Owner"],
        },
        Export {
            product: "Pipedrive",
            header: "ID,Title,Status,Deal created,Won time,Lost time,Lost reason,Contact person",
            rows: [
                "t,Won,2024-01-%d 09:30:00,2024-03-%d 10:00:00,,,Ann",
                "t,Lost,2024-01-%d 09:30:00,,2024-03-%d 10:00:00,price,Ann",
            ],
            outcome: ("Status", "Won"),
            left_out: &["Won time", "Lost time", "Lost reason"],
        },
        Export {
            product: "Zoho CRM",
            header: "Record Id,Lead Owner.id,Lead Owner,Lead Source,Created Time,Converted Date Time,Is Converted",
            rows: [
                "zcrm_1,Ann,Web,2024-01-%d 09:30:00,2024-03-%d 10:00:00,true",
                "zcrm_1,Ann,Web,2024-01-%d 09:30:00,,false",
            ],
            outcome: ("Is Converted", "true"),
            left_out: &["Lead Owner", "Converted Date Time"],
        },
        Export {
            product: "Odoo",
            header: "External ID,Stage,Created on,Closed Date,Salesperson,Lost Reason,Expected Revenue",
            rows: ["Won,2024-01-%d 09:30:00,2024-03-%d 09:30:00,Ann,,100", "New,2024-01-%d 09:30:00,,Ann,price,100"],
            outcome: ("Stage", "Won"),
            left_out: &["Salesperson", "Lost Reason", "Expected Revenue"],
        },
    ] {
        let row = |i: usize| format!("x{i},{}\n", export.rows[i % 2].replace("%d", &format!("{:02}", 1 + i % 28)));
        let text: String = [format!("{}\n", export.header)].into_iter().chain((0..50).map(row)).collect();
        let folder = folder(&[("export.csv", text.as_bytes())]);
        let (project, _, told) = init(&folder, &["--leads", "export.csv"]);
        assert_eq!(told["product"], export.product);
        let (column, won, _) = won_and_lost(&project);
        assert_eq!((column.as_str(), won[0].as_str()), export.outcome, "{}", export.product);
        assert!(project.leads.created_at.is_some(), "{}", export.product);
        for column in export.left_out {
            assert!(project.leads.exclude.iter().any(|name| name == column), "{}: {column}", export.product);
        }
        score_by_rules(&folder, "2024-12-01");
    }
}

#[test]
fn a_stage_without_a_word_for_lost_is_judged_by_time() {
    let mut text = String::from("id,created,stage\n");
    for i in 0..40 {
        text.push_str(&format!("x{i},2024-01-{:02},{}\n", 1 + i % 28, ["New", "Proposition", "Won"][i % 3]));
    }
    let folder = folder(&[("leads.csv", text.as_bytes())]);
    let (project, _, told) = init(&folder, &["--leads", "leads.csv"]);
    assert_eq!(won_and_lost(&project).2, listed(&[]));
    assert!(project.leads.lost_after.is_some());
    assert!(told["notes"].to_string().contains("looks like a loss"), "{told}");
}

#[test]
fn a_table_of_wins_gives_the_outcome_of_the_leads() {
    let mut leads = String::from("mql_id,first_contact_date,origin\n");
    let mut won = String::from("mql_id,seller_id,won_date\n");
    for i in 0..60 {
        leads.push_str(&format!(
            "m{i},2024-0{}-{:02},{}\n",
            1 + i % 6,
            1 + i % 28,
            ["social", "unknown", "referral"][i % 3]
        ));
        if i % 4 == 0 {
            won.push_str(&format!("m{i},s{i},2024-0{}-{:02} 10:00:00\n", 2 + i % 6, 1 + i % 28));
        }
    }
    let folder = folder(&[("leads.csv", leads.as_bytes()), ("won.csv", won.as_bytes())]);
    let (project, scorecard, _) = init(&folder, &["--leads", "leads.csv", "--outcomes", "won.csv"]);
    assert_eq!(project.leads.created_at.as_deref(), Some("first_contact_date"));
    assert_eq!(project.leads.missing, ["unknown"]);
    assert_eq!(project.outcomes.key.as_deref(), Some("mql_id"));
    assert_eq!(project.outcomes.closed_at.as_deref(), Some("won_date"));
    assert_eq!((project.outcomes.absent, project.outcomes.outcome.is_none()), (Absent::Lost, true));
    // Wins came 29 to 31 days after the first contact; the suggestion is rounded up to months of 30 days.
    let days = project.leads.lost_after.unwrap().days();
    assert!((30.0..=60.0).contains(&days), "{days}");
    assert!(scorecard.rules.iter().any(|rule| rule.id == "referred"));
    score_by_rules(&folder, "2024-08-01");
}

#[test]
fn a_table_without_an_id_goes_on_with_a_copy_whose_rows_are_numbered() {
    let text = "\"age\";\"job\";\"y\"\n30;\"a\";\"no\"\n30;\"a\";\"no\"\n31;\"=b\";\"yes\"\n";
    let folder = folder(&[("bank.csv", text.as_bytes())]);
    let told = words_of(&leadscore(folder.path(), &["init", "--leads", "bank.csv"]));
    let copy = "To look at: all goes on with leads-with-ids.csv, a copy whose `lead_id` counts the rows";
    assert!(told.contains("no column tells leads apart, so their rows are numbered") && told.contains(copy), "{told}");
    ["leadscore.toml", "scorecard.toml"]
        .iter()
        .for_each(|file| std::fs::remove_file(folder.path().join(file)).unwrap());
    // A column that is nearly an id must be looked at; a word that begins like an option is no option.
    std::fs::write(folder.path().join("twice.csv"), "lead_id,y\na,no\na,no\nb,yes\n").unwrap();
    let refused = leadscore(folder.path(), &["init", "--leads", "twice.csv", "--won", "yes", "--lost=-1"]);
    assert_eq!(refused.status.code(), Some(1));
    let command = "`leadscore init --leads twice.csv --add-id leads-with-ids.csv --won yes --lost=-1` writes a copy";
    assert!(words_of(&refused).contains(command), "{}", words_of(&refused));
    assert!(!folder.path().join("leadscore.toml").exists());
    let (project, _, _) = init(&folder, &["--leads", "bank.csv", "--add-id", "numbered.csv"]);
    assert_eq!(
        (project.leads.id.as_deref(), &project.leads.files[..]),
        (Some("lead_id"), &["numbered.csv".to_string()][..])
    );
    assert_eq!(project.leads.exclude, ["age"]);
    let copy = std::fs::read_to_string(folder.path().join("numbered.csv")).unwrap();
    let plain: String = copy.chars().filter(|c| *c != '"' && *c != '\r').collect();
    assert_eq!(plain, "lead_id,age,job,y\n1,30,a,no\n2,30,a,no\n3,31,=b,yes\n");
    score_by_rules(&folder, "2024-01-01");
    let next = "leadscore score --leads open.csv --number-rows --out scored.csv";
    let again = ["init", "--leads", "bank.csv", "--add-id", "numbered.csv", "--force"];
    assert!(words_of(&leadscore(folder.path(), &again)).contains(next), "the later export is numbered, too");
    // A later export has no ids either.
    std::fs::write(folder.path().join("open.csv"), "age,job\n40,b\n41,a\n").unwrap();
    let later = ["score", "--leads", "open.csv", "--out", "later.csv"];
    let refused = leadscore(folder.path(), &later);
    assert!(words_of(&refused).contains("--number-rows takes the row numbers"), "{}", words_of(&refused));
    let numbered = leadscore(folder.path(), &[&later[..], &["--number-rows"]].concat());
    assert!(numbered.status.success(), "{}", words_of(&numbered));
    assert!(words_of(&numbered).contains("lead 1 is row 2 of a spreadsheet"), "{}", words_of(&numbered));
    let scored = std::fs::read_to_string(folder.path().join("later.csv")).unwrap();
    let ids: Vec<&str> = scored.lines().filter_map(|row| row.split(',').next()).collect();
    assert_eq!(ids, ["lead_id", "1", "2"]);
    // Two leads have the number 1.
    let open = ["--leads", "open.csv", "--number-rows"];
    let called = words_of(&leadscore(folder.path(), &[&["explain", "open.csv:1"][..], &open].concat()));
    assert!(called.contains("is the lead of that number in open.csv"), "{called}");
    let elsewhere = words_of(&leadscore(folder.path(), &["explain", "open.csv:1"]));
    assert!(elsewhere.contains("--leads open.csv --number-rows looks there"), "{elsewhere}");
    for (files, file) in [(&[][..], "numbered.csv"), (&open[..], "open.csv")] {
        let said = words_of(&leadscore(folder.path(), &[&["explain", "1"][..], files].concat()));
        assert!(said.contains(&format!("`1` is the lead of that number in {file}")), "{said}");
    }
}

#[test]
fn dates_and_numbers_of_contacts_are_named_with_the_line_that_leaves_them_out() {
    let mut leads = String::from("lead_id,source,month,day,campaign,y\n");
    for i in 0..60_usize {
        let (source, month) = (["Reference", "Referral Sites", "fair"][i % 3], ["may", "jun", "jul"][i / 2 % 3]);
        let n_contacts = if i % 4 == 0 { 2 + i % 5 } else { 1 };
        leads.push_str(&format!("L{i},{source},{month},{},{n_contacts},{}\n", 1 + i % 28, ["yes", "no"][i % 2]));
    }
    let folder = folder(&[("leads.csv", leads.as_bytes())]);
    let (project, scorecard, told) = init(&folder, &["--leads", "leads.csv"]);
    assert!(project.leads.exclude.is_empty(), "they stay in: {:?}", project.leads.exclude);
    let columns = told["columns"].to_string();
    let named = "tells of a contact, not of the lead (months: may, jun, jul)";
    assert!(columns.contains(named) && columns.contains("(days of the month: 1 to 28)"), "{columns}");
    let text = std::fs::read_to_string(folder.path().join("leadscore.toml")).unwrap();
    assert!(text.contains("    # \"campaign\","), "{text}");
    let brief = words_of(&leadscore(folder.path(), &["init", "--leads", "leads.csv", "--force"]));
    assert!(!brief.contains("Ask first") && brief.contains("To learn from: 4 attributes"), "`train` asks: {brief}");
    // `check` names them in the same words, until somebody has decided.
    let checked = || words_of(&leadscore(folder.path(), &["--format", "json", "check"]));
    assert!(checked().contains(named), "{named}");
    std::fs::write(
        folder.path().join("leadscore.toml"),
        text.replace("# \"month\",", "\"month\",").replace("# \"day\",", "\"day\","),
    )
    .unwrap();
    let checked = checked();
    let told = "It tells of a contact, not of the lead (contacts so far: 1 to 6).";
    assert!(checked.contains(told) && !checked.contains("(months"), "{checked}");
    // A link on another site recommends nobody.
    let rules: Vec<&str> = scorecard.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert!(rules.starts_with(&["referred", "referring_site"]), "{rules:?}");
}

#[test]
fn kinds_that_may_be_the_end_are_named_with_the_line_that_leaves_them_out() {
    let (mut leads, mut log) = (String::from("lead_id,created_at,region,outcome\n"), String::from("lead_id,at,kind\n"));
    for i in 0..60 {
        let (won, day) = (i % 3 == 0, 1 + i % 28);
        leads.push_str(&format!("L{i},2024-01-{day:02},{},{}\n", ["A", "B"][i % 2], ["lost", "won"][usize::from(won)]));
        let kinds = [
            ("XQ_FILED", true),
            ("A_ACCEPTED", i % 2 == 0),
            ("A_DECLINED", !won),
            ("QQ_Step", i % 5 == 0),
            ("Clamp", i % 2 == 0),
        ];
        for (kind, _) in kinds.iter().filter(|(_, is_done)| *is_done) {
            log.push_str(&format!("L{i},2024-02-{day:02},{kind}\n"));
        }
    }
    let folder = folder(&[("leads.csv", leads.as_bytes()), ("acts.csv", log.as_bytes())]);
    let files = ["--leads", "leads.csv", "--activities", "acts.csv"];
    let (project, scorecard, told) = init(&folder, &files);
    assert!(project.leads.exclude.is_empty(), "{:?}", project.leads.exclude);
    let columns = told["columns"].to_string();
    assert!(columns.contains("A_DECLINED") && !columns.contains("A_ACCEPTED"), "a step may be called so: {columns}");
    // Rules on kinds of an unknown meaning are called as these are, but for names that a ledger needs.
    let rules: Vec<&str> = scorecard.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert!(rules.contains(&"qq_step") && rules.contains(&"clamp_2"), "{rules:?}");
    let brief = words_of(&leadscore(folder.path(), &[&["init", "--force"][..], &files].concat()));
    assert!(!brief.contains("Ask first") && brief.contains("Next (open.csv: open leads"), "`train` asks: {brief}");
    // Its line has one #, which may be taken away, and why stands above it behind two: so from both lines one may be taken.
    let text = std::fs::read_to_string(folder.path().join("leadscore.toml")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("\"A_DECLINED\"")).unwrap();
    assert_eq!(lines[at], "    # \"A_DECLINED\",");
    assert!(lines[at - 1].starts_with("    ## Ask first: an activity that reads like the end"), "{}", lines[at - 1]);
    let without = |line: &str| line.replacen('#', "", 1);
    let settled = text.replace(lines[at], &without(lines[at]));
    for text in [settled.replace(lines[at - 1], &without(lines[at - 1])), settled] {
        assert_eq!(Project::parse(&text, "leadscore.toml").unwrap().leads.exclude, ["A_DECLINED"]);
    }
}

#[test]
fn an_id_that_repeats_is_named_with_its_value() {
    let folder = folder(&[("leads.csv", b"lead_id,outcome\n7,won\n7,lost\n")]);
    let refused = words_of(&leadscore(folder.path(), &["init", "--leads", "leads.csv"]));
    assert!(refused.contains("`lead_id`") && refused.contains("`7`"), "{refused}");
}

#[test]
fn the_encoding_is_found_and_written_down() {
    let mut text = String::from("顧客ID,氏名,性別,結果\n");
    for i in 0..30 {
        let (name, sex, result) =
            [("はたなか ゆうじ", "男", "受注"), ("いがわ れな", "女", "失注"), ("おだじま", "男", "商談中")][i % 3];
        text.push_str(&format!("C{i},{name},{sex},{result}\n"));
    }
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(&text);
    let folder = folder(&[("kokyaku.csv", &bytes)]);
    let (project, _, _) = init(&folder, &["--leads", "kokyaku.csv"]);
    assert_eq!(project.encoding.as_deref(), Some("shift_jis"));
    assert_eq!(project.leads.id.as_deref(), Some("顧客ID"));
    assert_eq!(won_and_lost(&project), ("結果".to_string(), vec!["受注".to_string()], listed(&["失注"])));
    assert_eq!(project.leads.exclude, ["性別"]);
    score_by_rules(&folder, "2024-01-01");
}

#[test]
fn dates_that_read_two_ways_are_asked_about_in_the_file_and_settled_by_the_argument() {
    let rows: String =
        (1..=12).map(|i| format!("x{i},{i:02}/{:02}/2024,\"{i},5\",{}\n", 13 - i, ["won", "lost"][i % 2])).collect();
    let folder = folder(&[("leads.csv", format!("id,created_at,size,outcome\n{rows}").as_bytes())]);
    let (project, _, told) = init(&folder, &["--leads", "leads.csv"]);
    assert_eq!((project.time_format.as_deref(), project.decimal), (None, ','));
    let text = std::fs::read_to_string(folder.path().join("leadscore.toml")).unwrap();
    assert!(text.contains("# time_format = \"%d/%m/%Y\"") && text.contains("# time_format = \"%m/%d/%Y\""), "{text}");
    assert!(told["notes"].to_string().contains("month-first or day-first"), "{told}");
    let (project, _, _) = init(&folder, &["--leads", "leads.csv", "--time-format", "%d/%m/%Y", "--force"]);
    assert_eq!(project.time_format.as_deref(), Some("%d/%m/%Y"));
    score_by_rules(&folder, "2025-01-01");
}

#[test]
fn nothing_is_written_over_without_force() {
    let folder = folder(&[("leads.csv", b"lead_id,outcome\n1,won\n2,lost\n"), ("scorecard.toml", b"mine")]);
    let refused = leadscore(folder.path(), &["init", "--leads", "leads.csv"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(words_of(&refused).contains("--force"), "{}", words_of(&refused));
    assert_eq!(std::fs::read(folder.path().join("scorecard.toml")).unwrap(), b"mine");
    assert!(!folder.path().join("leadscore.toml").exists());
}

#[test]
fn what_is_told_wins_and_a_wrong_name_gets_the_nearest() {
    let text = "lead_id,code,state,stage\n1,a,x,won\n2,b,y,lost\n3,c,z,won\n";
    let folder = folder(&[("leads.csv", text.as_bytes())]);
    let args = ["--leads", "leads.csv", "--id", "code", "--outcome", "state", "--won", "X", "--lost", "y"];
    let (project, _, _) = init(&folder, &args);
    assert_eq!(project.leads.id.as_deref(), Some("code"));
    assert_eq!(won_and_lost(&project), ("state".to_string(), vec!["X".to_string()], listed(&["y"])));
    for wrong in [["--id", "cod"], ["--outcome", "stat"]] {
        let args = ["init", "--leads", "leads.csv", "--force", wrong[0], wrong[1]];
        let refused = words_of(&leadscore(folder.path(), &args));
        assert!(refused.contains("did you mean"), "{refused}");
    }
}

#[test]
fn a_log_of_strangers_and_a_workbook_are_refused_by_name() {
    let folder = folder(&[
        ("leads.csv", b"lead_id,outcome\n1,won\n2,lost\n"),
        ("acts.csv", b"lead_id,at,kind\nx9,2024-01-01,visit\n"),
        ("book.csv", b"PK\x03\x04\x14\x00\x00\x00xl/worksheets"),
    ]);
    let refused = words_of(&leadscore(folder.path(), &["init", "--leads", "leads.csv", "--activities", "acts.csv"]));
    assert!(refused.contains("`x9`") && refused.contains("`1`"), "{refused}");
    let refused = words_of(&leadscore(folder.path(), &["init", "--leads", "book.csv"]));
    assert!(refused.contains("book.csv") && refused.contains("Excel"), "{refused}");
}

#[test]
fn at_a_terminal_the_open_questions_are_asked_and_the_answers_written() {
    let mut leads = String::from("code,login,state,size\n");
    (0..60).for_each(|i| leads.push_str(&format!("a{i},u{i},{},{}\n", ["k", "m"][i % 2], i % 7)));
    let folder = folder(&[("leads.csv", leads.as_bytes())]);
    let Some(shown) = at_a_terminal(&folder, b"nonsense\nstate\nk\n") else { return };
    for question in ["`nonsense` is none of these", "says whether a lead was won?", "means won?"] {
        assert!(shown.contains(question), "{question} is not in {shown}");
    }
    assert!(shown.contains("60 leads, 4 columns"), "a terminal of unknown width is no narrow one: {shown}");
    let text = std::fs::read_to_string(folder.path().join("leadscore.toml")).unwrap();
    let project = Project::parse(&text, "leadscore.toml").unwrap();
    assert_eq!((project.leads.id.as_deref(), won_and_lost(&project).1), (Some("code"), vec!["k".to_string()]));
}

#[test]
fn at_a_terminal_a_table_without_an_id_is_numbered_when_that_is_wanted() {
    let leads: String =
        (0..60).map(|i| format!("{},{}\n", ["web", "fair"][i % 3 % 2], ["won", "lost"][i % 2])).collect();
    let folder = folder(&[("leads.csv", format!("source,outcome\n{leads}").as_bytes())]);
    let Some(shown) = at_a_terminal(&folder, b"yes\n") else { return };
    assert!(shown.contains("No column identifies a lead") && shown.contains("--number-rows"), "{shown}");
    let text = std::fs::read_to_string(folder.path().join("leadscore.toml")).unwrap();
    let project = Project::parse(&text, "leadscore.toml").unwrap();
    assert_eq!(
        (&project.leads.files[..], project.leads.id.as_deref()),
        (&["leads-with-ids.csv".to_string()][..], Some("lead_id"))
    );
    assert!(folder.path().join("leads-with-ids.csv").exists());
}

/// What `init` shows at a terminal where these answers are typed; `None` where there is no terminal to be had. `script` of
/// util-linux (Debian's bsdutils) gives the program one to talk to; `.ci/run` makes sure of it.
fn at_a_terminal(folder: &TempDir, answers: &[u8]) -> Option<String> {
    let program = format!("'{}' init --leads leads.csv", env!("CARGO_BIN_EXE_leadscore"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &program, "/dev/null"]).current_dir(folder.path());
    let started = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut terminal) = started else {
        // Past the test harness, which shows what a test prints only when it fails.
        let _ = std::io::stderr().write_all(
            b"SKIPPED: init at a terminal is not tested, for there is no `script` here (Debian: apt install bsdutils)\n",
        );
        return None;
    };
    terminal.stdin.take().unwrap().write_all(answers).unwrap();
    let seen = terminal.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&seen.stdout).into_owned();
    assert!(seen.status.success(), "{shown}");
    Some(shown)
}

#[test]
fn who_must_not_be_called_is_disqualified_and_what_nearly_tells_rows_apart_is_not_learned_from() {
    let mut leads = String::from("lead_id,Order Number,Do Not Call,Site,source,outcome\n");
    for i in 0..100_usize {
        let (number, call) = (70_000 + 7919 * (i % 98), if i % 10 == 0 { "Yes" } else { "No" });
        leads.push_str(&format!(
            "L{i},{number},{call},main,{},{}\n",
            ["web", "fair"][i % 2],
            ["won", "lost"][i % 3 % 2]
        ));
    }
    let folder = folder(&[("leads.csv", leads.as_bytes())]);
    let (project, scorecard, told) = init(&folder, &["--leads", "leads.csv"]);
    assert_eq!(project.leads.exclude, ["Order Number"]);
    assert!(told["columns"].to_string().contains("the same on every lead"), "{}", told["columns"]);
    let brief = words_of(&leadscore(folder.path(), &["init", "--force", "--leads", "leads.csv"]));
    assert!(brief.contains("To learn from: 2 attributes"), "{brief}");
    assert!(scorecard.rules.iter().any(|rule| rule.id == "do_not_call"), "{:?}", scorecard.rules);
    leadscore(folder.path(), &["score", "--rules-only", "--out", "scored.csv"]);
    let scored = std::fs::read_to_string(folder.path().join("scored.csv")).unwrap();
    assert_eq!(scored.lines().filter(|line| line.contains(",disqualified,")).count(), 10, "{scored}");
}

#[test]
fn rows_of_a_file_without_ids_are_called_by_it_beside_one_that_has_them() {
    let rows = |with_id: bool, n: usize| -> String {
        let row = |i: usize| {
            format!("{},{}\n", ["web", "fair"][i % 2], if with_id { ["won", "lost"][i % 3 % 2] } else { "" })
        };
        (0..n).map(|i| if with_id { format!("{},{}", i + 1, row(i)) } else { row(i) }).collect()
    };
    let closed = format!("lead_id,source,outcome\n{}", rows(true, 90));
    let open = format!("source,outcome\n{}", rows(false, 4));
    let folder = folder(&[("closed.csv", closed.as_bytes()), ("open.csv", open.as_bytes())]);
    leadscore(folder.path(), &["init", "--leads", "closed.csv"]);
    let both = ["score", "--rules-only", "--leads", "closed.csv", "--leads", "open.csv", "--out", "scored.csv"];
    let refused = words_of(&leadscore(folder.path(), &both));
    assert!(
        refused.contains("open.csv: there is no column `lead_id`") && refused.contains("--number-rows"),
        "{refused}"
    );
    leadscore(folder.path(), &[&both[..], &["--number-rows"]].concat());
    let scored = std::fs::read_to_string(folder.path().join("scored.csv")).unwrap();
    let ids: Vec<&str> = scored.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids.len(), 94);
    assert_eq!(
        (ids[0], ids[89], &ids[90..]),
        ("1", "90", &["open.csv:1", "open.csv:2", "open.csv:3", "open.csv:4"][..])
    );
    // The page lists the open leads alone, which so have the names that they have in a scored table of theirs.
    let report = ["report", "--leads", "closed.csv", "--leads", "open.csv", "--number-rows", "--json", "view.json"];
    leadscore(folder.path(), &report);
    let view = std::fs::read_to_string(folder.path().join("view.json")).unwrap();
    let view: serde_json::Value = serde_json::from_str(&view).unwrap();
    assert_eq!(view["leads"]["rows_of"], "open.csv");
    let listed = view["leads"]["first"].as_array().unwrap();
    let called: Vec<&str> = listed.iter().map(|lead| lead["lead"].as_str().unwrap()).collect();
    assert!(!called.is_empty() && called.iter().all(|name| ["1", "2", "3", "4"].contains(name)), "{called:?}");
}
