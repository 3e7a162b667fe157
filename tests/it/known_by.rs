//! Leads whose own numbers repeat: they go by the numbers of their rows, and people know them by their own all the same.

use crate::company::Company;

#[test]
fn numbers_that_repeat_are_kept_beside_those_of_the_rows() {
    let row =
        |i: usize| format!("{},{},{}\n", 70_000 + 7919 * (i % 98), ["web", "fair"][i % 2], ["won", "lost"][i % 3 % 2]);
    let rows: String = (0..100).map(row).collect();
    let company = Company::with(&[("leads.csv", &format!("Opportunity Number,source,outcome\n{rows}"))]);
    let told = company.run(&["init", "--leads", "leads.csv", "--add-id", "ids.csv"]).ok().stdout;
    let score = "leadscore score --leads open.csv --number-rows --out scored.csv --keep 'Opportunity Number'";
    assert!(told.contains(&format!("  {score}\n")), "{told}");
    company.run(&["train"]).ok().says(&format!("open leads: `{score}`"));
    company.write("open.csv", "Opportunity Number,source\n123456,web\n123456,fair\n");
    let typed =
        ["score", "--leads", "open.csv", "--number-rows", "--out", "scored.csv", "--keep", "Opportunity Number"];
    company.run(&typed).ok();
    assert_eq!(company.text("scored.csv").matches("123456").count(), 2);
    // A list is no column, and the answer is what to type.
    let list = ["score", "--leads", "open.csv", "--number-rows", "--out", "scored.csv", "--keep", "source,size"];
    company.run(&list).refused(&["there is no column `source,size` to keep", "--keep source --keep size"]);
}
