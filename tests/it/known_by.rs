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

#[test]
fn the_page_says_that_numbers_are_those_of_rows() {
    let row = |i: usize| {
        let (fair, large) = (i.is_multiple_of(3), i % 5 < 2);
        let won = i * 7919 % 100 < 15 + 40 * usize::from(fair) + 30 * usize::from(large);
        let [source, size, outcome] =
            [["web", "fair"][usize::from(fair)], ["10", "500"][usize::from(large)], ["lost", "won"][usize::from(won)]];
        format!("{source},{size},{outcome}\n")
    };
    let rows: String = (0..900_usize).map(row).collect();
    let company = Company::with(&[("leads.csv", &format!("source,employees,outcome\n{rows}"))]);
    company.run(&["init", "--leads", "leads.csv"]).ok();
    company.run(&["report", "--out", "report.html"]).ok();
    let said = "called by the numbers of their rows: 1 is row 2 of a spreadsheet";
    assert!(company.text("report.html").contains(said), "nobody knows a deal by such a number but in that file");
}
