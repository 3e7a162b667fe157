//! The examples of the sources: every scorecard they describe can be written, and gives the points worked out by
//! hand in the comment above it.

use crate::lead_world::{AS_OF, Card, World, days_ago};

/// A scorecard with this head and these rules on one lead.
fn scored(world: World, toml: &str) -> Card {
    world.score(toml).balanced()
}

fn once(id: &str, activity: &str, points: f64) -> String {
    format!("[[rule]]\nid = \"{id}\"\nactivity = \"{activity}\"\npoints = {points}\n")
}

/// Opening an email 2, clicking a link 5, visiting the site 3, price or comparison page 10, download 10, inquiry 30;
/// after 30 days half, after 90 nothing.
fn acts_scorecard() -> String {
    let rules = [("open", "email_open", 2.0), ("click", "email_click", 5.0), ("visit", "site_visit", 3.0)];
    let more = [("download", "download", 10.0), ("inquiry", "inquiry", 30.0)];
    let mut toml = "name = \"Acts\"\nrange = [0, 1000]\ntiers = { SQL = 80, MQL = 50 }\n".to_string();
    for (id, activity, points) in rules.into_iter().chain(more) {
        toml += &once(id, activity, points);
        toml += "decay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }\n";
    }
    toml += &once("price_page", "page_view", 10.0);
    toml += "detail = { any_of = [\"/pricing\", \"/compare\"] }\n";
    toml += "decay = { steps = [[\"30d\", 0.5], [\"90d\", 0.0]] }\n";
    toml
}

#[test]
fn lead_a_makes_exactly_100_by_small_acts_and_the_price_page() {
    // Opens 1 × 2, clicks 1 × 5, visits 1 × 3: 10. Price and comparison pages 9 × 10: 90. Together 100.
    let mut world = World::new(1).act(0, 5.0, "email_open").act(0, 5.0, "email_click").act(0, 4.0, "site_visit");
    for view in 0..9 {
        let page = if view % 3 == 0 { "/compare" } else { "/pricing" };
        world = world.row(0, days_ago(1.0 + f64::from(view)), "page_view", page, 1);
    }
    // A page without a rule adds nothing.
    let world = world.row(0, days_ago(2.0), "page_view", "/about", 1);
    let card = scored(world, &acts_scorecard());
    assert_eq!(card.points(0), 100.0);
    assert_eq!(card.tier(0), "SQL");
    assert_eq!(card.entry("price_page", 0), 90.0);
}

#[test]
fn lead_b_makes_exactly_33_by_one_visit_and_an_inquiry() {
    // Visit 1 × 3, inquiry 1 × 30: 33, below both tiers.
    let world = World::new(1).act(0, 2.0, "site_visit").act(0, 1.0, "inquiry");
    let card = scored(world, &acts_scorecard());
    assert_eq!(card.points(0), 33.0);
    assert_eq!(card.tier(0), "");
}

#[test]
fn points_lessen_after_a_set_period() {
    // Inquiry 29 d ago 30, 31 d ago 15, 90 d ago 0; opens 60 d ago 1; downloads 1 d ago 10, 89 d ago 5: 61.
    let world = World::new(1)
        .act(0, 1.0, "download")
        .act(0, 89.0, "download")
        .act(0, 29.0, "inquiry")
        .act(0, 31.0, "inquiry")
        .act(0, 90.0, "inquiry")
        .act(0, 60.0, "email_open");
    assert_eq!(scored(world, &acts_scorecard()).points(0), 61.0);
}

#[test]
fn a_form_alone_makes_a_sales_lead() {
    // Evaluation or consultation form 80, once: SQL at 80. Newsletter subscription 15 and two visits 10: 25, nothing.
    let toml = r#"
        tiers = { SQL = 80, MQL = 50 }
        [[rule]]
        id = "form"
        activity = ["evaluation_form", "consultation_form"]
        at_least = 1
        points = 80
        [[rule]]
        id = "opens"
        activity = "email_open"
        at_least = 5
        points = 25
        [[rule]]
        id = "newsletter"
        activity = "newsletter_subscription"
        at_least = 1
        points = 15
        [[rule]]
        id = "visits"
        activity = "site_visit"
        at_least = 2
        within = "30d"
        points = 10
        [[rule]]
        id = "unsubscribed"
        activity = "unsubscribe"
        at_least = 1
        points = -10
        [[rule]]
        id = "away"
        activity = "site_visit"
        none_within = "30d"
        points = -5
    "#;
    let mut world = World::new(5)
        .act(0, 3.0, "consultation_form")
        .act(0, 2.0, "evaluation_form")
        .act(1, 3.0, "newsletter_subscription")
        .act(1, 2.0, "site_visit")
        .act(1, 1.0, "site_visit")
        .act(2, 1.0, "site_visit")
        .act(2, 31.0, "site_visit")
        .act(4, 10.0, "unsubscribe")
        .act(4, 31.0, "site_visit")
        .act(4, 40.0, "newsletter_subscription");
    for open in 0..5 {
        world = world.act(3, f64::from(open) + 1.0, "email_open");
    }
    world = world.act(3, 4.0, "newsletter_subscription").act(3, 1.0, "site_visit").act(3, 2.0, "site_visit");
    let card = scored(world, toml);
    assert_eq!((card.points(0), card.tier(0)), (80.0, "SQL"));
    assert_eq!((card.points(1), card.tier(1)), (25.0, ""));
    // One of the two visits lies outside the 30 days.
    assert_eq!(card.points(2), 0.0);
    // Opens 25 + newsletter 15 + visits 10: MQL at exactly 50.
    assert_eq!((card.points(3), card.tier(3)), (50.0, "MQL"));
    // Newsletter 15 − unsubscribed 10 − no visit for 31 days 5: 0.
    assert_eq!(card.points(4), 0.0);
    assert_eq!((card.entry("unsubscribed", 4), card.entry("away", 4)), (-10.0, -5.0));
}

#[test]
fn long_gaps_between_visits_are_negative() {
    // Visits 5 and 20 d ago: 15 days apart, −5 over 10 days. 5 and 70: −5 and −10 over two months. 5 and 15: none.
    let toml = r#"
        range = [-50, 50]
        [[rule]]
        id = "ten_days"
        activity = "site_visit"
        gap_over = "10d"
        points = -5
        [[rule]]
        id = "two_months"
        activity = "site_visit"
        gap_over = "60d"
        points = -10
    "#;
    let world = World::new(3)
        .act(0, 20.0, "site_visit")
        .act(0, 5.0, "site_visit")
        .act(1, 70.0, "site_visit")
        .act(1, 5.0, "site_visit")
        .act(2, 15.0, "site_visit")
        .act(2, 5.0, "site_visit");
    let card = scored(world, toml);
    assert_eq!([0, 1, 2].map(|lead| card.points(lead)), [-5.0, -15.0, 0.0]);
}

#[test]
fn titles_and_regions_outside_the_persona_cost_points() {
    // Title outside −1, region outside −5; both inside 0; both outside −6; a missing region is not outside.
    let toml = r#"
        range = [-20, 20]
        [[rule]]
        id = "title"
        when = { field = "job_title", none_of = ["buyer", "head of purchasing"] }
        points = -1
        [[rule]]
        id = "region"
        when = { field = "region", none_of = ["EU", "UK"] }
        points = -5
    "#;
    let world = World::new(4)
        .text("job_title", &["Buyer", "Clerk", "Clerk", "Head of Purchasing"])
        .text("region", &["eu", "US", "", "Mars"]);
    let card = scored(world, toml);
    assert_eq!([0, 1, 2, 3].map(|lead| card.points(lead)), [0.0, -6.0, -1.0, -5.0]);
}

#[test]
fn students_and_competitors_are_negative() {
    // Student −20, retired −20, unemployed −20 (whole words); competitor by its mail domain −50 here.
    let toml = r#"
        range = [-100, 100]
        [[rule]]
        id = "not_working"
        when = { field = "job_title", has_word = ["student", "retired", "unemployed"] }
        points = -20
        [[rule]]
        id = "competitor"
        when = { field = "email", domain_in = ["rival.example"] }
        points = -50
    "#;
    let world = World::new(4)
        .text("job_title", &["PhD student", "Retired", "Studentenwerk director", "unemployed"])
        .text("email", &["a@uni.example", "b@mail.rival.example", "c@rival.example", ""]);
    let card = scored(world, toml);
    assert_eq!([0, 1, 2, 3].map(|lead| card.points(lead)), [-20.0, -70.0, -50.0, -20.0]);
}

#[test]
fn a_hundred_points_whose_main_criterion_weighs_15() {
    // Six criteria worth 15, 10, 10, 20, 25, 20: together the whole 100.
    let toml = r#"
        [[rule]]
        id = "decision_maker"
        when = { field = "job_title", has_word = ["director", "部長"] }
        points = 15
        [[rule]]
        id = "employees"
        when = { field = "employees", between = [50, 1000] }
        points = 10
        [[rule]]
        id = "capital"
        when = { field = "capital", at_least = 10000000 }
        points = 10
        [[rule]]
        id = "budget"
        when = { field = "budget", missing = false }
        points = 20
        [[rule]]
        id = "soon"
        when = { field = "expected_completion", in_days = ["0d", "90d"] }
        points = 25
        [[rule]]
        id = "experience"
        when = { field = "years_of_experience", at_least = 5, at_most = 40 }
        points = 20
    "#;
    let world = World::new(2)
        .text("job_title", &["営業部長", "clerk"])
        .number("employees", &[50.0, 1001.0])
        .number("capital", &[1e7, 9_999_999.0])
        .number("budget", &[5e5, f64::NAN])
        .date("expected_completion", &[Some(days_ago(-90.0)), Some(days_ago(-91.0))])
        .number("years_of_experience", &[5.0, 41.0]);
    let card = scored(world, toml);
    assert_eq!(card.points(0), 100.0);
    assert_eq!(card.entry("decision_maker", 0), 15.0);
    assert_eq!(card.points(1), 0.0);
}

#[test]
fn scales_to_100_to_50_and_to_3() {
    // The same lead: visit 3 + inquiry 30 = 33 of 0..=100. On 1–50: 1 + 33 × 49/100 = 17.17. On 1–3 and whole points:
    // 1 + 33 × 2/100 = 1.66, rounded 2.
    let rules = once("visit", "site_visit", 3.0) + &once("inquiry", "inquiry", 30.0);
    let world = World::new(1).act(0, 2.0, "site_visit").act(0, 1.0, "inquiry");
    let on = |head: &str| scored(world.clone(), &format!("{head}\n{rules}")).points(0);
    assert_eq!(on("range = [1, 100]"), 33.0);
    let to_50 = on("range = [1, 50]\nrescale = { from = [0, 100], to = [1, 50] }");
    assert!((to_50 - 17.17).abs() < 1e-12, "{to_50}");
    assert_eq!(on("range = [1, 3]\ninteger = true\nrescale = { from = [0, 100], to = [1, 3] }"), 2.0);
}

#[test]
fn comments_follows_events_trials_calls_and_open_rates() {
    // Comment 2 × 2 + follow 3 + event 10 + trial 25 + call 8 + open rate 3 of 6 reaches 0.3: 8 → 58.
    let toml = once("comment", "blog_comment", 2.0)
        + &once("follow", "social_follow", 3.0)
        + &once("event", "event_registration", 10.0)
        + &once("trial", "trial", 25.0)
        + &once("call", "phone_contact", 8.0)
        + r#"
            [[rule]]
            id = "open_rate"
            activity = "newsletter_open"
            rate_of = "newsletter_sent"
            at_least = 0.3
            min_count = 5
            points = 8
        "#;
    let kinds = ["blog_comment", "blog_comment", "social_follow", "event_registration", "trial", "phone_contact"];
    let mut world = World::new(2);
    for (day, kind) in kinds.into_iter().enumerate() {
        world = world.act(0, day as f64 + 1.0, kind);
    }
    world = world.row(0, days_ago(9.0), "newsletter_sent", "", 6).row(0, days_ago(8.0), "newsletter_open", "", 3);
    // The other lead opened 1 of 4: too few were sent to judge.
    world = world.row(1, days_ago(9.0), "newsletter_sent", "", 4).row(1, days_ago(8.0), "newsletter_open", "", 1);
    let card = scored(world, &toml);
    assert_eq!(card.points(0), 58.0);
    assert_eq!(card.points(1), 0.0);
}

#[test]
fn nothing_at_the_as_of_itself_counts() {
    let world = World::new(1).row(0, AS_OF, "inquiry", "", 1);
    assert_eq!(scored(world, &acts_scorecard()).points(0), 0.0);
}
