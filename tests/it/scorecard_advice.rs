//! What a scorecard tells people: next actions, reasons, findings, and the file with learned points.

use crate::lead_world::{AS_OF, World, days_ago};
use leadscore::scorecard::{
    Finding, NewPoints, STARTING_NAME, Scorecard, Severity, check_scorecard, with_key, with_points, with_tiers,
};

#[test]
fn the_first_action_whose_conditions_all_hold_is_next() {
    let toml = r#"
        tiers = { SQL = 80, MQL = 50 }
        [[rule]]
        id = "visit"
        activity = "visit"
        points = 10
        [[action]]
        quadrant = "verify"
        do = "Check the budget"
        [[action]]
        tier = "MQL"
        unless_activity = "trial"
        do = "Offer the free trial"
        [[action]]
        at_least = "MQL"
        when = { field = "region", any_of = ["EU"] }
        do = "Call from Lyon"
        [[action]]
        activity = ["trial", "download"]
        do = "Ask how it went"
        [[action]]
        tier = "disqualified"
        do = "Leave alone"
        [[action]]
        do = "Wait"
    "#;
    let world = World::new(3).text("region", &["EU", "US", "EU"]).act(1, 900.0, "trial").row(2, AS_OF, "trial", "", 1);
    let card = world.score(toml);
    let next = |lead, tier, quadrant| card.scorecard.next_action(card.scored(), lead, tier, quadrant).to_string();
    assert_eq!(next(0, "MQL", ""), "Offer the free trial");
    assert_eq!(next(1, "MQL", ""), "Ask how it went");
    assert_eq!(next(0, "SQL", ""), "Call from Lyon");
    assert_eq!(next(0, "SQL", "verify"), "Check the budget");
    assert_eq!(next(0, "", "nurture"), "Wait");
    assert_eq!(next(2, "MQL", ""), "Offer the free trial");
    assert_eq!(next(0, "disqualified", ""), "Leave alone");
    assert!(card.scorecard.uses_activities());
}

#[test]
fn reasons_name_the_strongest_rules_of_each_sign_and_what_they_rest_on() {
    let toml = r#"
        range = [-100, 200]
        rescale = { from = [0, 100], to = [0, 150] }
        [[rule]]
        id = "size"
        when = { all = [{ field = "employees", between = [50, 1000] }, { field = "region", any_of = ["EU"] }] }
        points = 10
        [[rule]]
        id = "visit"
        activity = "visit"
        points = 1
        decay = { half_life = "30d" }
        [[rule]]
        id = "due"
        when = { field = "due", in_days = ["0d", "90d"] }
        points = 3
        [[rule]]
        id = "least"
        when = { field = "phone", missing = true }
        points = 0.5
        [[rule]]
        id = "rate"
        activity = "open"
        rate_of = "email_sent"
        at_most = 0.3
        points = -2
        [[rule]]
        id = "quiet"
        activity = "visit"
        none_within = "5d"
        points = -3
        [[rule]]
        id = "gap"
        activity = "visit"
        gap_over = "5d"
        points = -1
    "#;
    let world = World::new(1)
        .number("employees", &[240.0])
        .text("region", &["EU"])
        .text("phone", &[""])
        .date("due", &[Some(days_ago(-20.5))])
        .row(0, days_ago(30.0), "visit", "", 7)
        .row(0, days_ago(60.0), "visit", "", 2)
        .row(0, days_ago(9.0), "email_sent", "", 8)
        .row(0, days_ago(9.0), "open", "", 2);
    let card = world.score(toml).balanced();
    // Visits 7/2 + 2/4 = 4, × 1.5 = 6.
    assert_eq!(
        card.scorecard.reasons(card.scored(), &card.evidence(), 0),
        "size +15 (employees 240, region EU); visit +6 (9 times, newest 30 d ago); due +4.5 (due in 20 d); \
         1 other rule +0.75; quiet -4.5 (newest 30 d ago); rate -3 (2 of 8); gap -1.5 (30 d apart)"
    );
}

fn found<'a>(findings: &'a [Finding], words: &str) -> &'a Finding {
    let finding = findings.iter().find(|finding| finding.message.contains(words));
    finding.unwrap_or_else(|| panic!("nothing about `{words}` in {findings:#?}"))
}

#[test]
fn checks_find_what_is_wrong_with_evidence() {
    let toml = r#"
        tiers = { SQL = 90, MQL = 20 }
        [groups]
        bonus = { max = 5 }
        [[rule]]
        id = "region"
        when = { field = "region", any_of = ["EU", "Untied Kingdom"] }
        points = 10
        [[rule]]
        id = "student"
        when = { field = "title", contains = ["intern"] }
        points = -20
        [[rule]]
        id = "never"
        when = { all = [{ field = "size", at_least = 5 }, { field = "size", at_most = 4 }] }
        points = 5
        [[rule]]
        id = "twin"
        when = { field = "region", any_of = ["EU", "Untied Kingdom"] }
        points = 1
        group = "engagment"
        [[rule]]
        id = "opens"
        activity = "email_opne"
        points = 1
        max_count = 10
        [[action]]
        do = "Wait"
        [[action]]
        tier = "SQL"
        do = "Call"
    "#;
    let regions = ["EU", "United Kingdom"].repeat(10);
    let titles = ["Director International", "intern", "", "x"].repeat(5);
    let world = World::new(20).text("region", &regions).text("title", &titles).number("size", &[1.0; 20]);
    let card = world.score(toml);
    let kinds = ["email_open".to_string()];
    let findings = check_scorecard(&card.scorecard, Some(&world.leads), Some(card.scored()), Some(&kinds));
    // 10 + 5 + 1 + 10 × 1: 26 at most.
    assert_eq!(found(&findings, "tier `SQL` is out of reach").severity, Severity::Mend);
    assert!(found(&findings, "no lead can have more than 26 of 100 points").evidence.contains("engagement 0 to 10"));
    assert_eq!(found(&findings, "rule `never` can never fire").severity, Severity::Mend);
    assert!(found(&findings, "`Call` is never given").evidence.contains("line"));
    assert!(found(&findings, "`Untied Kingdom` never occurs in `region`").evidence.contains("`United Kingdom`"));
    assert!(found(&findings, "`intern` also hits inside longer words").evidence.contains("`International`"));
    assert_eq!(found(&findings, "no act of the kind `email_opne`").evidence, "did you mean `email_open`?");
    assert!(found(&findings, "rules `region` and `twin` ask the same").rule.as_deref() == Some("twin"));
    assert!(
        found(&findings, "`region` and `twin` always fire together").evidence.contains("10 leads, 10 and 1 points")
    );
    // Of the rules that `init` drew up nobody thought twice, so nobody is asked.
    let start = Scorecard { name: STARTING_NAME.to_string(), ..card.scorecard.clone() };
    let of_start = check_scorecard(&start, Some(&world.leads), Some(card.scored()), Some(&kinds));
    assert!(of_start.iter().all(|finding| !finding.message.contains("always fire together")));
    assert!(found(&findings, "rule `opens` never fires").evidence.contains("0 of 20"));
    found(&findings, "no rule belongs to the group `bonus`");
    found(&findings, "the group `engagment` may be a slip of `engagement`");
    assert!(findings.is_sorted_by_key(|finding| finding.severity));
}

#[test]
fn a_sound_scorecard_has_no_findings() {
    let toml = r#"
        range = [0, 30]
        tiers = { SQL = 30 }
        [[rule]]
        id = "region"
        when = { field = "region", any_of = ["EU"] }
        points = 10
        [[rule]]
        id = "visit"
        activity = "visit"
        points = 2
        max_count = 10
    "#;
    let world = World::new(4).text("region", &["EU", "US", "EU", "US"]).act(0, 1.0, "visit").act(1, 1.0, "visit");
    let card = world.score(toml);
    let kinds = ["Visit".to_string()];
    assert_eq!(check_scorecard(&card.scorecard, Some(&world.leads), Some(card.scored()), Some(&kinds)), []);
}

const OWNED: &str = "# Ours\nname = \"B2B\"\ntiers = { SQL = 80, MQL = 50 } # agreed\n\n[[rule]]\nid = \"visit\"   # web\nactivity = \"visit\"\npoints = 15 # since May\n\n[[rule]]\nid = \"open\"\npoints   =   2\nactivity = \"#open\"\n[[persona]]\nid = \"p\"\nwhen = { field = \"x\", missing = true }\nrule = [{ id = \"visit\", points = 1.5, activity = \"a # b\" }]\n";

fn new_points(rule: &str, persona: Option<&str>, points: f64) -> NewPoints {
    NewPoints { rule: rule.to_string(), persona: persona.map(str::to_string), points }
}

#[test]
fn new_points_leave_everything_else_as_it_is() {
    let new = [new_points("visit", None, 12.5), new_points("open", None, 2.0), new_points("visit", Some("p"), -3.0)];
    let written = with_points(OWNED, &new).unwrap();
    let expected = OWNED
        .replace("points = 15 # since May", "points = 12.5 # since May; was 15")
        .replace("points = 1.5, activity = \"a # b\" }]", "points = -3, activity = \"a # b\" }]  # was 1.5");
    assert_eq!(written, expected);
    let rules = Scorecard::parse(&written, "s").unwrap().rules;
    assert_eq!(rules.iter().map(|rule| rule.points()).collect::<Vec<_>>(), [Some(12.5), Some(2.0), Some(-3.0)]);
    assert!(with_points(OWNED, &[new_points("open", Some("p"), 1.0)]).unwrap_err().what.contains("`p/open`"));
    assert_eq!(with_points(&OWNED.replace('\n', "\r\n"), &new).unwrap(), expected.replace('\n', "\r\n"));
}

#[test]
fn new_tiers_keep_the_old_bounds_in_a_comment() {
    let written = with_tiers(OWNED, &[("MQL".to_string(), 41.5), ("SQL".to_string(), 77.0)]).unwrap();
    let expected = OWNED.replace("{ SQL = 80, MQL = 50 } # agreed", "{ SQL = 77, MQL = 41.5 } # agreed; was 80, 50");
    assert_eq!(written, expected);
    assert!(with_tiers(OWNED, &[("XQL".to_string(), 1.0)]).unwrap_err().what.contains("`XQL`"));
}

#[test]
fn a_further_key_gets_a_line_of_its_own_or_its_old_value_a_comment() {
    let capped = with_key(OWNED, "visit", None, "max_count", Some("3")).unwrap();
    assert_eq!(capped, OWNED.replace("# since May\n", "# since May\nmax_count = 3  # new\n"));
    let again = with_key(&capped, "visit", None, "max_count", Some("5")).unwrap();
    assert_eq!(again, capped.replace("max_count = 3  # new", "max_count = 5  # new; was 3"));
    let without = with_key(&capped, "visit", None, "max_count", None).unwrap();
    assert_eq!(without, capped.replace("max_count = 3", "# was: max_count = 3"));
    let inline = with_key(OWNED, "visit", Some("p"), "max_count", Some("3")).unwrap();
    assert_eq!(inline, OWNED.replace("points = 1.5,", "points = 1.5, max_count = 3,"));
    assert!(with_key(&inline, "visit", Some("p"), "max_count", None).unwrap_err().remedy.contains("by hand"));
    let windows = OWNED.replace('\n', "\r\n");
    assert_eq!(with_key(&windows, "visit", None, "max_count", Some("3")).unwrap(), capped.replace('\n', "\r\n"));
    assert_eq!(with_key(OWNED, "visit", None, "decay", None).unwrap(), OWNED);
    assert!(with_key(OWNED, "open", Some("p"), "max_count", None).is_err());
    [capped, again, without, inline].iter().for_each(|text| drop(Scorecard::parse(text, "s").unwrap()));
}
