//! A rule that brings nearly all that tells deals apart: its interval says nothing.

use crate::report_agrees::referrals;

const OTHERS: &str = "[[rule]]\nid = \"shown\"\nwhen = { field = \"demo\", any_of = [\"yes\"] }\npoints = 40\n";

#[test]
fn a_rule_that_holds_the_scale_has_no_interval() {
    let company = referrals();
    let said = company.run(&["compare"]).ok().stdout;
    assert!(said.contains("sets the scale") && said.contains("`referred` sets the scale: nearly all"), "{said}");
    company.run(&["report", "--out", "report.html"]).ok();
    let page = company.text("report.html");
    assert!(page.contains("<td class=\"n\">sets the scale</td>"));
    // Beside another one of as much it is one of two.
    company.write("scorecard.toml", &(company.text("scorecard.toml") + OTHERS));
    let said = company.run(&["compare"]).ok().stdout;
    assert!(!said.contains("sets the scale"), "{said}");
}
