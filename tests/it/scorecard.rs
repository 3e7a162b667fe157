//! Rules, personas, groups, rescaling and grade on small worlds worked out by hand.

use crate::lead_world::{AS_OF, Card, World, days_ago};
use leadscore::asof::{Instant, Span};
use leadscore::scorecard::{Grade, GradeReference, Scorecard, View};

/// A scorecard of one rule with these lines, worth 1 point on a wide range.
fn rule(lines: &str) -> String {
    format!("range = [-1000, 1000]\n[[rule]]\nid = \"r\"\npoints = 1\n{lines}")
}

/// The quantity of that rule for every lead.
fn q(world: &World, lines: &str) -> Vec<f64> {
    let card = world.score(&rule(lines)).balanced();
    card.scored().quantities[0].clone()
}

fn when(world: &World, condition: &str) -> Vec<f64> {
    q(world, &format!("when = {{ {condition} }}"))
}

#[test]
fn text_conditions_ignore_case_width_and_space() {
    let titles = ["ＶＰ Sales", "営業部長", "svp", "  Vice President ", "", "Studentin"];
    let world = World::new(6).text("title", &titles);
    assert_eq!(
        when(&world, r#"field = "title", has_word = ["vp", "部長", "vice president"]"#),
        [1., 1., 0., 1., 0., 0.]
    );
    assert_eq!(when(&world, r#"field = "title", any_of = ["vp sales", "SVP"]"#), [1., 0., 1., 0., 0., 0.]);
    assert_eq!(when(&world, r#"field = "title", none_of = ["vp sales", "SVP"]"#), [0., 1., 0., 1., 0., 1.]);
    assert_eq!(when(&world, r#"field = "title", contains = "student""#), [0., 0., 0., 0., 0., 1.]);
    assert_eq!(when(&world, r#"field = "title", matches = "^s?vp\\b""#), [1., 0., 1., 0., 0., 0.]);
}

#[test]
fn a_missing_value_meets_nothing_but_missing_and_not_turns_that_round() {
    let world = World::new(2).text("region", &["EU", ""]).number("size", &[5.0, f64::NAN]);
    assert_eq!(when(&world, r#"field = "region", none_of = ["US"]"#), [1., 0.]);
    assert_eq!(when(&world, r#"field = "region", missing = true"#), [0., 1.]);
    assert_eq!(when(&world, r#"field = "size", missing = false"#), [1., 0.]);
    assert_eq!(when(&world, r#"not = { field = "region", any_of = ["US"] }"#), [1., 1.]);
    assert_eq!(when(&world, r#"not = { field = "size", at_least = 3 }"#), [0., 1.]);
    assert_eq!(when(&world, r#"field = "size", at_most = 1e9"#), [1., 0.]);
}

#[test]
fn a_column_that_is_not_there_has_no_values() {
    let world = World::new(1);
    assert_eq!(when(&world, r#"field = "gone", any_of = ["x"]"#), [0.]);
    assert_eq!(when(&world, r#"field = "gone", missing = true"#), [1.]);
}

#[test]
fn numbers_and_booleans_are_listed_by_their_text() {
    let world = World::new(3).number("branches", &[3.0, 30.0, f64::NAN]).text("customer", &["True", "false", ""]);
    assert_eq!(when(&world, r#"field = "branches", any_of = [3, 4]"#), [1., 0., 0.]);
    assert_eq!(when(&world, r#"field = "customer", any_of = [true]"#), [1., 0., 0.]);
    assert_eq!(when(&world, r#"field = "branches", between = [3, 30]"#), [1., 1., 0.]);
    assert_eq!(when(&world, r#"field = "branches", at_least = 3, at_most = 29.5"#), [1., 0., 0.]);
}

#[test]
fn dates_by_distance_and_by_calendar() {
    let at = |days: f64| Some(AS_OF.plus(Span::from_days(days)));
    let world = World::new(5).date("due", &[at(0.0), at(90.0), at(90.01), at(-0.01), None]);
    assert_eq!(when(&world, r#"field = "due", in_days = ["0d", "90d"]"#), [1., 1., 0., 0., 0.]);
    assert_eq!(when(&world, r#"field = "due", in_days = ["-1d", "0d"]"#), [1., 0., 0., 1., 0.]);
    // The as-of is day 20,000 of the epoch: 2024-10-04, midnight UTC.
    assert_eq!(when(&world, r#"field = "due", before = "2024-10-04""#), [0., 0., 0., 1., 0.]);
    assert_eq!(when(&world, r#"field = "due", after = 2024-10-04"#), [0., 1., 1., 0., 0.]);
    assert_eq!(when(&world, r#"field = "due", between = ["2024-10-04", "2024-10-04"]"#), [1., 0., 0., 0., 0.]);
    // A day ends with its last microsecond: 90.01 days on is still 2025-01-02.
    assert_eq!(when(&world, r#"field = "due", at_most = "2025-01-02""#), [1., 1., 1., 1., 0.]);
    assert_eq!(when(&world, r#"field = "due", at_least = "2024-10-04T00:00:00+01:00""#), [1., 1., 1., 1., 0.]);
    assert_eq!(when(&world, r#"field = "due", after = "2024-10-04T00:00:00Z""#), [0., 1., 1., 0., 0.]);
}

#[test]
fn local_dates_follow_the_timezone_handed_in() {
    let toml = rule("when = { field = \"due\", before = \"2024-10-04\" }");
    let tokyo = |wall: i64| Instant(wall - 9 * 3_600_000_000);
    let world = World::new(1).date("due", &[Some(days_ago(0.25))]);
    let mut card = world.score(&toml);
    assert_eq!(card.points(0), 1.0);
    // In Tokyo it is already 03:00 of the day.
    card.scorecard = Scorecard::parse_in(&toml, "s", &tokyo).unwrap();
    assert_eq!(card.scorecard.evaluate(&card.evidence()).rule_score, [0.0]);
}

#[test]
fn all_any_and_not_join_conditions() {
    let world = World::new(3).text("region", &["EU", "US", "EU"]).number("size", &[60.0, 60.0, 5.0]);
    let eu = r#"{ field = "region", any_of = ["EU"] }"#;
    let big = r#"{ field = "size", between = [50, 1000] }"#;
    assert_eq!(when(&world, &format!("all = [{eu}, {big}]")), [1., 0., 0.]);
    assert_eq!(when(&world, &format!("any = [{eu}, {big}]")), [1., 1., 1.]);
    assert_eq!(when(&world, &format!("not = {{ any = [{{ not = {eu} }}, {{ not = {big} }}] }}")), [1., 0., 0.]);
}

#[test]
fn each_time_rules_in_every_form_of_decay() {
    // Opens 60, 30 and 10 days ago.
    let world = World::new(1).act(0, 60.0, "open").act(0, 30.0, "open").act(0, 10.0, "open");
    let one = |lines: &str| q(&world, &format!("activity = \"open\"\n{lines}"))[0];
    assert_eq!(one(""), 3.0);
    assert_eq!(one("max_count = 2"), 2.0);
    assert_eq!(one("within = \"30d\""), 2.0);
    // 2^−2 + 2^−1 + 2^−(1/3)
    assert!((one("decay = { half_life = \"30d\" }") - (0.75 + 0.5_f64.cbrt())).abs() < 1e-12);
    // 1 − 60/90, 1 − 30/90, 1 − 10/90: (30 + 60 + 80)/90
    assert!((one("decay = { lifespan = \"90d\" }") - 170.0 / 90.0).abs() < 1e-12);
    // 60 d: 0.5, 30 d: 0.5 (the age is reached), 10 d: 1
    assert_eq!(one("decay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }"), 2.0);
    assert_eq!(one("decay = { steps = [[\"30d\", 0.5], [\"60d\", 0.0]] }\nmax_count = 2"), 1.5);
    assert_eq!(one("decay = { lifespan = \"90d\" }\nwithin = \"29d\""), 1.0 - 10.0 / 90.0);
}

#[test]
fn thresholds_hold_between_their_bounds() {
    let world = World::new(3).act(1, 5.0, "visit").row(2, days_ago(5.0), "visit", "", 3);
    let visits = |lines: &str| q(&world, &format!("activity = \"visit\"\n{lines}"));
    assert_eq!(visits("at_least = 1"), [0., 1., 1.]);
    assert_eq!(visits("at_least = 1\nat_most = 1"), [0., 1., 0.]);
    assert_eq!(visits("at_most = 1"), [1., 1., 0.]);
    assert_eq!(visits("at_least = 3\nwithin = \"5d\""), [0., 0., 1.]);
    assert_eq!(visits("at_least = 3\nwithin = \"4d\""), [0., 0., 0.]);
}

#[test]
fn rates_need_enough_to_divide_by() {
    let row = |world: World, lead, sent, opened| {
        world.row(lead, days_ago(9.0), "email_sent", "", sent).row(lead, days_ago(8.0), "open", "news", opened)
    };
    let world = row(row(row(World::new(4), 0, 10, 3), 1, 10, 2), 2, 4, 4);
    let rate = |lines: &str| q(&world, &format!("activity = \"open\"\nrate_of = \"email_sent\"\n{lines}"));
    assert_eq!(rate("at_least = 0.3\nmin_count = 5"), [1., 0., 0., 0.]);
    assert_eq!(rate("at_least = 0.3"), [1., 0., 1., 0.]);
    // Nothing sent: no rate, so no upper bound holds either.
    assert_eq!(rate("at_most = 0.5"), [1., 1., 0., 0.]);
    assert_eq!(rate("at_least = 0.1\nwithin = \"8d\""), [0., 0., 0., 0.]);
    assert_eq!(rate("at_least = 0.1\ndetail = \"other\""), [0., 0., 0., 0.]);
    assert_eq!(rate("at_least = 0.1\nrate_detail = \"news\""), [0., 0., 0., 0.]);
}

#[test]
fn quiet_means_strictly_longer_since_the_later_of_act_and_creation() {
    let created = [Some(days_ago(100.0)), Some(days_ago(100.0)), Some(days_ago(3.0)), Some(days_ago(11.0)), None, None];
    let world = World::new(6)
        .created(&created)
        .row(0, days_ago(10.0), "visit", "", 1)
        .row(1, Instant(days_ago(10.0).0 - 1), "visit", "", 1)
        .act(2, 50.0, "visit")
        .act(4, 11.0, "visit")
        .act(5, 1.0, "email_sent");
    let quiet = q(&world, "activity = \"*\"\nnone_within = \"10d\"");
    // Exactly 10 d; longer; created after its newest act; never any act; no creation but an act; neither.
    assert_eq!(quiet, [0., 1., 0., 1., 1., 0.]);
    let without_log = World { has_log: false, acts: Vec::new(), ..world };
    assert_eq!(q(&without_log, "activity = \"*\"\nnone_within = \"10d\""), [0.; 6]);
}

#[test]
fn gaps_lie_strictly_beyond() {
    let world = World::new(3).act(0, 70.0, "visit").act(0, 10.0, "visit").act(1, 71.0, "visit").act(1, 10.0, "visit");
    assert_eq!(q(&world, "activity = \"visit\"\ngap_over = \"60d\""), [0., 1., 0.]);
}

#[test]
fn an_activity_rule_counts_only_where_its_condition_holds() {
    let world = World::new(2).text("region", &["EU", "US"]).act(0, 1.0, "visit").act(1, 1.0, "visit");
    assert_eq!(q(&world, "activity = \"visit\"\nwhen = { field = \"region\", any_of = [\"EU\"] }"), [1., 0.]);
}

#[test]
fn counters_count_for_rules_that_do_not_ask_when() {
    let world = World::new(2).counter("visits", &[4.0, 0.0]);
    assert_eq!(q(&world, "activity = \"visits\""), [4., 0.]);
    assert_eq!(q(&world, "activity = \"visits\"\nmax_count = 3"), [3., 0.]);
    let without_log = World { has_log: false, ..world };
    assert_eq!(q(&without_log, "activity = \"visits\"\nat_least = 4"), [1., 0.]);
    assert_eq!(q(&without_log, "activity = \"trial\"\nat_most = 4"), [0., 0.]);
}

const PERSONAS: &str = r#"
    range = [-100, 100]
    [[rule]]
    id = "download"
    activity = "download"
    points = 5
    [[rule]]
    id = "visit"
    activity = "visit"
    points = 1
    [[persona]]
    id = "strategist"
    when = { field = "title", has_word = ["strategy"] }
    [[persona.rule]]
    id = "download"
    activity = "download"
    points = 20
    [[persona]]
    id = "engineer"
    when = { field = "title", has_word = ["engineer"] }
    [[persona.rule]]
    id = "docs"
    activity = "docs"
    points = 7
"#;

#[test]
fn a_personas_rule_adds_or_takes_the_place_of_a_common_one() {
    let mut world = World::new(4).text("title", &["Strategy engineer", "engineer", "clerk", ""]);
    for lead in 0..4 {
        world = world.act(lead, 1.0, "download").act(lead, 1.0, "visit").act(lead, 1.0, "docs");
    }
    let card = world.score(PERSONAS).balanced();
    // The first persona that fits: download 20 in place of 5, visit 1. The engineer: 5 + 1 + 7. Nobody: 5 + 1.
    assert_eq!([0, 1, 2, 3].map(|lead| card.points(lead)), [21.0, 13.0, 6.0, 6.0]);
    assert_eq!(card.scored().persona, [Some(0), Some(1), None, None]);
    assert_eq!((card.q("download", 0), card.q("strategist/download", 0)), (0.0, 1.0));
    assert_eq!((card.q("download", 1), card.q("strategist/download", 1)), (1.0, 0.0));
    let quantities = card.scorecard.quantities(card.scored());
    assert_eq!(quantities.names, ["download", "visit", "strategist/download", "engineer/docs"]);
    assert_eq!(quantities.ids[2], ("download".to_string(), Some("strategist".to_string())));
}

#[test]
fn caps_rescaling_clamp_and_rounding_each_leave_an_entry() {
    let toml = r#"
        range = [0, 10]
        integer = true
        rescale = { from = [-10, 30], to = [-1, 11] }
        groups = { engagement = { max = 12 }, malus = { min = -5 } }
        [[rule]]
        id = "visit"
        activity = "visit"
        points = 3
        [[rule]]
        id = "bounce"
        activity = "bounce"
        points = -4
        group = "malus"
    "#;
    let world = World::new(3)
        .row(0, days_ago(1.0), "visit", "", 5)
        .row(1, days_ago(1.0), "bounce", "", 3)
        .row(2, days_ago(1.0), "visit", "", 1)
        .row(2, days_ago(1.0), "bounce", "", 2);
    let card = world.score(toml).balanced();
    // Factor 12/40 = 0.3, base −1 + 10 × 0.3 = 2. Lead 0: 15 capped to 12, × 0.3 = 3.6; 5.6, rounded 6.
    assert_eq!(card.points(0), 6.0);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
    assert!(near(card.entry("base", 0), 2.0) && near(card.entry("visit", 0), 4.5));
    assert!(near(card.entry("cap engagement", 0), -0.9) && near(card.entry("rounding", 0), 0.4));
    // Lead 1: −12 held at −5, × 0.3 = −1.5; 0.5, rounded away from zero to 1.
    assert_eq!(card.points(1), 1.0);
    assert!(near(card.entry("cap malus", 1), 2.1));
    // Lead 2: (3 − 5) × 0.3 = −0.6; 1.4, rounded 1. The malus is in the total and in neither points column.
    assert_eq!(card.points(2), 1.0);
    assert!(near(card.scored().group_points[1][2], 0.9) && near(card.scored().group_points[2][2], -1.5));
    // The largest q that can count: a cap of 12 at 3 points 4; a floor of −5 at −4 points 1.25.
    assert_eq!(card.scorecard.quantities(card.scored()).limit, [4.0, 1.25]);
}

#[test]
fn scores_stay_in_the_range_and_tenths_reach_their_bound() {
    let toml = "tiers = { Hot = 0.3 }\nrange = [0, 0.35]\n[[rule]]\nid = \"v\"\nactivity = \"visit\"\npoints = 0.1";
    let world = World::new(3).row(0, days_ago(1.0), "visit", "", 3).row(1, days_ago(1.0), "visit", "", 9).row(
        2,
        days_ago(1.0),
        "visit",
        "",
        2,
    );
    let card = world.score(toml).balanced();
    assert_eq!([0, 1, 2].map(|lead| card.tier(lead)), ["Hot", "Hot", ""]);
    assert_eq!(card.points(1), 0.35);
    assert!((card.entry("clamp", 1) + 0.55).abs() < 1e-12);
    // The range's width allows 3.5 of these.
    assert!((card.scorecard.quantities(card.scored()).limit[0] - 3.5).abs() < 1e-12);
    let below = card.scorecard.tiers[0].bound - 2e-10;
    assert_eq!((card.scorecard.tier_of(below), card.scorecard.tier_of(0.3 - 1e-8)), (Some(0), None));
    assert!(card.scorecard.is_high(below));
}

#[test]
fn a_disqualified_lead_is_at_the_bottom() {
    let toml = r#"
        range = [-10, 100]
        tiers = { MQL = -10 }
        [[rule]]
        id = "competitor"
        when = { field = "email", domain_in = ["rival.example"] }
        disqualify = true
        [[rule]]
        id = "visit"
        activity = "visit"
        points = 30
    "#;
    let world = World::new(2)
        .text("email", &["a@x.rival.example", "b@other.example"])
        .act(0, 1.0, "visit")
        .act(1, 1.0, "visit");
    let card = world.score(toml).balanced();
    assert_eq!((card.points(0), card.tier(0), card.scored().tier[0]), (-10.0, "disqualified", None));
    assert_eq!(card.entry("disqualify", 0), -40.0);
    assert_eq!((card.points(1), card.tier(1)), (30.0, "MQL"));
    assert_eq!(card.scorecard.quantities(card.scored()).names, ["visit"]);
    assert_eq!(card.scorecard.grades(card.scored(), None).unwrap().grade[0], None);
    let reasons = card.scorecard.reasons(card.scored(), &card.evidence(), 0);
    assert_eq!(reasons, "competitor disqualifies (email a@x.rival.example); visit +30 (once, 1 d ago)");
}

const GRADED: &str = r#"
    range = [-100, 200]
    [[rule]]
    id = "eu"
    when = { field = "region", any_of = ["EU"] }
    points = 20
    [[rule]]
    id = "us"
    when = { field = "region", any_of = ["US"] }
    points = 10
    [[rule]]
    id = "size"
    when = { field = "size", between = [50, 1000] }
    points = 20
    [[rule]]
    id = "small"
    when = { field = "size", at_most = 50 }
    points = 5
    [[rule]]
    id = "away"
    when = { field = "region", any_of = ["MARS"] }
    points = -50
    [[rule]]
    id = "visit"
    activity = "visit"
    points = 5
"#;

fn grades(card: &Card, reference: Option<&GradeReference>) -> Vec<String> {
    let grades = card.scorecard.grades(card.scored(), reference).unwrap();
    grades.grade.iter().map(|grade| grade.map_or("-".to_string(), |grade: Grade| grade.to_string())).collect()
}

#[test]
fn grades_are_shares_of_what_a_group_can_reach() {
    // Fit can reach 20 (one region) + 25 (50 employees are both rules): 45. Engagement at most 4 × 5 = 20.
    let world = World::new(5)
        .text("region", &["EU", "US", "EU", "MARS", ""])
        .number("size", &[50.0, 60.0, f64::NAN, 60.0, f64::NAN])
        .row(0, days_ago(1.0), "visit", "", 3)
        .row(1, days_ago(1.0), "visit", "", 2)
        .row(2, days_ago(1.0), "visit", "", 9);
    let card = world.score(&format!("{GRADED}\nmax_count = 4"));
    assert_eq!(card.scorecard.group_reach(0, None).max, 45.0);
    // 45/45 and 15/20 = 75 %; 30/45 = 67 % and 50 %; 20/45 = 44 % and 100 %; −30; nothing.
    assert_eq!(grades(&card, None), ["A1", "B2", "C1", "D4", "D4"]);

    assert_eq!(card.scorecard.grades(card.scored(), None).unwrap().note, None);

    // Without rules that give engagement points the 4 says nothing of any lead.
    let halves = |rule: &str| {
        let card = world.score(&format!("range = [-100, 200]\n{rule}"));
        card.scorecard.grades(card.scored(), None).unwrap().note.unwrap()
    };
    let fit = "[[rule]]\nid = \"eu\"\nwhen = { field = \"region\", any_of = [\"EU\"] }\npoints = 20\n";
    let quiet = "[[rule]]\nid = \"quiet\"\nactivity = \"*\"\nnone_within = \"10d\"\npoints = -5\n";
    let visits = "[[rule]]\nid = \"visit\"\nactivity = \"visit\"\nat_least = 1\npoints = 5\n";
    assert!(halves(&format!("{fit}{quiet}")).ends_with("what leads did: of `grade` read the letter alone."));
    assert!(halves(visits).ends_with("who leads are: of `grade` read the number alone."));
    assert!(halves(quiet).starts_with("No rule gives points: "));

    let unbounded = world.score(GRADED);
    let note = unbounded.scorecard.grades(unbounded.scored(), None).unwrap();
    assert!(note.grade.iter().all(Option::is_none) && note.note.unwrap().contains("max_count"));
    // The 99th percentile of the five is the highest, 45 points.
    let reference = unbounded.scorecard.grade_reference(unbounded.scored(), &[0, 1, 2, 3, 4]);
    assert_eq!((reference.fit, reference.engagement), (Some(45.0), Some(45.0)));
    assert_eq!(grades(&unbounded, Some(&reference)), ["A3", "B4", "C1", "D4", "D4"]);

    let asked = world.score(&format!("grade = {{ bounds = [90, 60, 10] }}\n{GRADED}"));
    let error = asked.scorecard.grades(asked.scored(), None).unwrap_err();
    assert!(error.remedy.contains("engagement = { max") && error.place.contains("line 1"), "{error}");
    assert_eq!(grades(&asked, Some(&reference)), ["A3", "B3", "C1", "D4", "D4"]);
}

#[test]
fn a_capped_group_grades_by_its_cap() {
    let toml = format!("groups = {{ engagement = {{ max = 10 }} }}\n{GRADED}");
    let world = World::new(1).text("region", &["EU"]).number("size", &[1.0]).act(0, 1.0, "visit");
    // Fit 25/45 = 56 %, engagement 5/10 = 50 %.
    assert_eq!(grades(&world.score(&toml), None), ["B2"]);
}

#[test]
fn fields_are_asked_for_in_every_form_a_condition_needs() {
    let toml = r#"
        [[rule]]
        id = "a"
        when = { any = [{ field = "size", at_least = 5 }, { field = "size", any_of = ["many"] }, { field = "due", before = 2026-01-01 }] }
        points = 1
        [[persona]]
        id = "p"
        when = { not = { field = "title", missing = true } }
        [[action]]
        when = { field = "size", between = [1, 2] }
        do = "x"
    "#;
    let fields = Scorecard::parse(toml, "s").unwrap().fields();
    let expected = [("size", View::Number), ("size", View::Text), ("due", View::Date), ("title", View::Own)];
    assert_eq!(fields, expected.map(|(field, view)| (field.to_string(), view)));
}

#[test]
fn scored_whole_or_alone_each_lead_has_the_same_bits() {
    let mut world = World::new(30)
        .text("region", &["EU", "US", "MARS", "", "eu", "Us"].repeat(5))
        .number("size", &[1.0, 50.0, 51.0, 1000.0, f64::NAN].repeat(6))
        .text("title", &["strategy", "engineer", "x"].repeat(10))
        .created(&[Some(days_ago(90.0)), None, Some(days_ago(3.3))].repeat(10));
    for act in 0..600_u32 {
        let kind = ["visit", "download", "docs"][act as usize % 3];
        world = world.act(act * 7 % 30, f64::from(act * 37 % 1000) / 10.0 + 0.1, kind);
    }
    let toml = format!(
        "{GRADED}\ndecay = {{ half_life = \"9d\" }}\n[[rule]]\nid=\"quiet\"\nactivity=\"*\"\nnone_within=\"4d\"\npoints=-0.1\n"
    ) + &PERSONAS[PERSONAS.find("[[persona]]").unwrap()..];
    let whole = world.score(&toml).balanced();
    for lead in 0..30 {
        let alone = world.alone(lead).score(&toml);
        assert_eq!(alone.points(0).to_bits(), whole.points(lead).to_bits(), "lead {lead}");
        assert_eq!(alone.scorecard.ledger(alone.scored(), 0), whole.scorecard.ledger(whole.scored(), lead));
        let reasons = |card: &Card, lead| card.scorecard.reasons(card.scored(), &card.evidence(), lead);
        assert_eq!(reasons(&alone, 0), reasons(&whole, lead));
    }
}
