//! What is decided: files without an open lead.

use crate::company::Company;

#[test]
fn where_no_lead_is_open_the_next_command_names_a_file_of_open_ones() {
    let rows: String =
        (0..60).map(|i| format!("a{i},{},{}\n", ["web", "fair"][i % 2], ["won", "lost"][i % 7 % 2])).collect();
    let company = Company::with(&[("leads.csv", &format!("lead_id,source,outcome\n{rows}"))]);
    let told = company.run(&["init", "--leads", "leads.csv"]).ok().stdout;
    assert!(told.contains("  leadscore score --leads open.csv --out scored.csv\n"), "{told}");
    assert!(told.contains("all leads are decided: open.csv below stands for open ones"), "{told}");
    let next = "all are decided; next, with open leads: `leadscore score --leads open.csv --out scored.csv`";
    company.run(&["train"]).ok().says(next);
    company.run(&["train", "--leads", "leads.csv"]).ok().says(next);
    let open = format!("lead_id,source,outcome\n{rows}b1,web,\n");
    company.write("leads.csv", &open);
    let told = company.run(&["init", "--force", "--leads", "leads.csv"]).ok().stdout;
    assert!(told.contains("  leadscore score --out scored.csv\n") && !told.contains("open.csv"), "{told}");
    company.run(&["train"]).ok().says("next: `leadscore score --out scored.csv`");
}
