//! A rule that brings nearly all that tells deals apart: its interval says nothing.

use crate::comparison::company::Company;
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

#[test]
fn a_rule_that_is_alone_has_no_interval_either_though_the_deals_tell_nothing() {
    let company = Company::noise(3);
    let mut deals = company.deals(2_000, 4);
    deals.rules.truncate(1);
    let comparison = deals.compare();
    let alone = &comparison.rules[0];
    assert!(alone.sets_the_scale && comparison.rho < 1.0, "{comparison:?}");
    assert!(comparison.of_the_scale().is_some_and(|said| said.ends_with("whatever it is worth.")));
    deals.y.truncate(5);
    deals.rules[0].quantity.truncate(5);
    deals.weights.truncate(5);
    assert!(!deals.compare().rules[0].sets_the_scale, "nothing was asked of so few");
}
