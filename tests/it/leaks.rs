//! The leak screen: it names what knows the outcome, and leaves honest columns alone.

use crate::lead_world::{AS_OF, World, days_ago};
use leadscore::asof::{Instant, Span};
use leadscore::fault::InputError;
use leadscore::features::plan::PlanSettings;
use leadscore::features::{Fate, Source};
use leadscore::pipeline::deals::{DealInputs, DealSettings, Deals, LogSince, gather};
use leadscore::pipeline::leaks::{LeakFinding, LeakGrade, ScreenSettings, leave_out, notes, screen};
use leadscore::snapshot::{Mode, SnapshotSettings};
use leadscore::tables::{Activity, ActivityBatch, ActivityBatches, Outcome};
use leadscore::text::thousands;
use std::collections::BTreeSet;

/// A stream of numbers in [0, 1) that is the same everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn below(&mut self, share: f64) -> bool {
        self.next() < share
    }
}

/// The acts of a world as a source that can be read again.
struct Log<'w>(&'w World);

impl ActivityBatches for Log<'_> {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let acts = self.0.acts.iter().copied().collect();
        each(ActivityBatch { acts: &acts, kinds: &self.0.kinds, details: &self.0.details });
        Ok(())
    }
}

/// `n` leads: the first `won` are won, then `lost` lost, the rest open.
fn world(won: usize, lost: usize, open: usize) -> World {
    let mut world = World::new(won + lost + open);
    let outcome = |i: usize| match i {
        i if i < won => Outcome::Won,
        i if i < won + lost => Outcome::Lost,
        _ => Outcome::Open,
    };
    world.leads.outcome = Some((0..won + lost + open).map(outcome).collect());
    world
}

fn is_won(world: &World, lead: usize) -> bool {
    world.leads.outcome.as_ref().is_some_and(|all| all[lead] == Outcome::Won)
}

fn with_text(world: World, name: &str, value: impl FnMut(usize) -> String) -> World {
    let values: Vec<String> = (0..world.leads.n_leads()).map(value).collect();
    world.text(name, &values.iter().map(String::as_str).collect::<Vec<_>>())
}

fn settings(mode: Mode, allow: &[&str]) -> DealSettings {
    DealSettings {
        snapshot: SnapshotSettings { mode: Some(mode), lost_after: None, until: None, seed: 1 },
        plan: PlanSettings { allow: allow.iter().map(|a| a.to_string()).collect(), ..PlanSettings::default() },
        half_life: Span::from_days(30.0),
        since: LogSince::Always,
        watch: Default::default(),
    }
}

fn deals(world: &World, mode: Mode, allow: &[&str]) -> Deals {
    let mut log = Log(world);
    let log = (!world.acts.is_empty()).then_some(&mut log as &mut dyn ActivityBatches);
    gather(DealInputs { table: &world.leads, log, scorecard: None }, &settings(mode, allow))
        .expect("the world has an outcome and the times its mode needs")
}

fn findings(world: &World, mode: Mode) -> Vec<LeakFinding> {
    screen(&deals(world, mode, &[]), &ScreenSettings { seed: 1, ..ScreenSettings::default() }).findings
}

fn grade(findings: &[LeakFinding], name: &str) -> Option<LeakGrade> {
    findings.iter().find(|f| f.name == name).map(|f| f.grade)
}

/// Honest columns: a strong one, a middling one with gaps, and two whose names only sound like a deal's status.
fn honest(world: World, draw: &mut Draw) -> World {
    let won: Vec<bool> = (0..world.leads.n_leads()).map(|i| is_won(&world, i)).collect();
    let mut pick = |yes: f64, no: f64, words: [&'static str; 2]| -> Vec<&'static str> {
        won.iter().map(|&w| words[usize::from(!draw.below(if w { yes } else { no }))]).collect()
    };
    let columns = [
        ("source", pick(0.65, 0.3, ["referral", "advert"])),
        ("industry", pick(0.6, 0.5, ["retail", ""])),
        ("marital_status", pick(0.55, 0.5, ["married", "single"])),
        ("employment status", pick(0.6, 0.45, ["employed", "student"])),
    ];
    columns.into_iter().fold(world, |world, (name, values)| world.text(name, &values))
}

#[test]
fn a_value_that_only_winners_have_is_left_out_and_honest_columns_stay() {
    let mut draw = Draw(7);
    let world = honest(world(120, 480, 0), &mut draw);
    let amounts: Vec<f64> = (0..600).map(|i| if i < 120 { 100.0 + i as f64 } else { 0.0 }).collect();
    let sparse = |i: usize| if i < 80 { "reseller".to_string() } else { String::new() };
    let world = with_text(world.number("close_value", &amounts), "business_type", sparse);
    let mut all = deals(&world, Mode::None, &[]);
    leave_out(&mut all, &ScreenSettings::default());
    let leaks: Vec<&str> = all.leaks.iter().filter(|f| f.grade == LeakGrade::Leak).map(|f| f.name.as_str()).collect();
    assert_eq!(leaks, ["close_value", "business_type"]);
    let kept: Vec<String> = all.attributes.iter().map(|a| a.source.to_string()).collect();
    assert_eq!(kept, ["source", "industry", "marital_status", "employment status"]);
    for name in leaks {
        let line = all.left_out.iter().find(|l| l.name == name).unwrap();
        assert!(matches!(&line.fate, Fate::LeftOut(why) if why.contains("knows the outcome")), "{line:?}");
    }
    assert!(notes(&all.leaks)[0].contains("`close_value`, `business_type`"));
}

#[test]
fn allow_keeps_a_leak_but_names_it() {
    let world = world(100, 300, 0);
    let values: Vec<f64> = (0..400).map(|i| f64::from(i < 100)).collect();
    let world = honest(world, &mut Draw(3)).number("close_value", &values);
    let mut all = deals(&world, Mode::None, &["close_value"]);
    leave_out(
        &mut all,
        &ScreenSettings { allow: vec!["close_value".to_string()], seed: 1, ..ScreenSettings::default() },
    );
    assert_eq!(grade(&all.leaks, "close_value"), Some(LeakGrade::Allowed));
    assert!(all.attributes.iter().any(|a| a.source == Source::Column("close_value".to_string())));
    let told = notes(&all.leaks).join("\n");
    assert!(told.contains("Kept because `allow` says so: `close_value`") && !told.contains("into `exclude`"), "{told}");
}

#[test]
fn a_column_that_stands_out_is_suspicious_and_so_is_a_telling_name() {
    let mut draw = Draw(11);
    let world = honest(world(200, 400, 0), &mut draw);
    let tags = |i: usize| if (i < 200) == draw.below(0.88) { "will revert" } else { "ringing" }.to_string();
    let world = with_text(world, "Tags", tags);
    let mut draw = Draw(12);
    let world = with_text(world, "Lead Status", |_| if draw.below(0.5) { "a" } else { "b" }.to_string());
    let found = findings(&world, Mode::None);
    assert_eq!(grade(&found, "Tags"), Some(LeakGrade::Suspicious));
    assert_eq!(grade(&found, "Lead Status"), Some(LeakGrade::Suspicious));
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].name, "Tags", "the best ranking comes first");
    assert!(found[0].evidence.contains("above a lost one 8") && found[0].question.ends_with('?'), "{}", found[0]);
}

#[test]
fn a_handful_of_deals_accuses_nobody() {
    for seed in 0..50 {
        let mut draw = Draw(seed);
        let world = with_text(world(8, 12, 0), "coin", |_| if draw.below(0.5) { "heads" } else { "" }.to_string());
        assert_eq!(grade(&findings(&world, Mode::None), "coin"), None, "seed {seed}");
    }
}

/// Deals created 100 days before the as-of and closed 20 to 80 days later.
fn timed(won: usize, lost: usize, open: usize) -> World {
    let mut world = world(won, lost, open);
    let n = won + lost + open;
    let created = vec![Some(days_ago(100.0)); n];
    let closed = (0..n).map(|i| (i < won + lost).then(|| days_ago(80.0 - (i % 61) as f64))).collect();
    world.leads.created_at = Some(created);
    world.leads.closed_at = Some(closed);
    world
}

#[test]
fn a_date_stamped_at_the_close_is_a_leak_and_a_planned_one_is_not() {
    let mode = Mode::BeforeClose(Span::from_days(7.0));
    let world = honest(timed(100, 300, 0), &mut Draw(5));
    let closed: Vec<Instant> = world.leads.closed_at.as_ref().unwrap().iter().map(|at| at.unwrap()).collect();
    let stamped: Vec<Option<Instant>> = closed.iter().map(|at| Some(at.minus(Span::from_days(2.0)))).collect();
    // Plans scatter about the close: 15 days on either side.
    let planned: Vec<Option<Instant>> =
        closed.iter().enumerate().map(|(i, at)| Some(at.plus(Span::from_days((i % 31) as f64 - 15.0)))).collect();
    let world = world.date("last_contact", &stamped).date("delivery", &planned).date("expected_completion", &stamped);
    let found = findings(&world, mode);
    assert_eq!(grade(&found, "last_contact"), Some(LeakGrade::Leak));
    assert_eq!(grade(&found, "delivery"), None);
    assert_eq!(grade(&found, "expected_completion"), None, "a plan may well be kept");
}

#[test]
fn what_no_open_lead_shows_came_with_the_close() {
    let world = honest(timed(100, 300, 200), &mut Draw(9));
    let step = |i: usize| {
        if i < 40 {
            "signed"
        } else if i.is_multiple_of(2) {
            "talking"
        } else {
            "waiting"
        }
        .to_string()
    };
    let world = with_text(world, "step", step);
    let found = findings(&world, Mode::BeforeClose(Span::from_days(1.0)));
    assert_eq!(grade(&found, "step"), Some(LeakGrade::Leak));
    assert!(found[0].evidence.contains("\"signed\" on 40 closed deals, nearly all won, and on none of 200 open leads"));

    // The same value where it decides nothing may just be out of use.
    let world = honest(timed(100, 300, 200), &mut Draw(9));
    let campaign = |i: usize| if i < 400 && i.is_multiple_of(5) { "spring" } else { "autumn" }.to_string();
    let found = findings(&with_text(world, "campaign", campaign), Mode::BeforeClose(Span::from_days(1.0)));
    assert_eq!(grade(&found, "campaign"), Some(LeakGrade::Suspicious));

    // Open leads that are all younger than the deals are no measure.
    let mut world = honest(timed(100, 300, 200), &mut Draw(9));
    world.leads.created_at.as_mut().unwrap()[400..].fill(Some(days_ago(10.0)));
    let found = findings(&with_text(world, "step", step), Mode::BeforeClose(Span::from_days(1.0)));
    assert_eq!(grade(&found, "step"), None);
}

#[test]
fn the_month_of_a_close_is_no_matter_of_the_season() {
    let mode = Mode::BeforeClose(Span::from_days(1.0));
    let months = |of_open: [&'static str; 2]| {
        move |i: usize| if i < 400 { ["jan", "feb", "sep", "oct"][i % 4] } else { of_open[i % 2] }.to_string()
    };
    for (name, of_open) in [("close_month", ["mar", "apr"]), ("close_month", ["sep", "oct"]), ("month", ["mar", "apr"])]
    {
        let world = honest(timed(100, 300, 200), &mut Draw(9));
        let found = findings(&with_text(world, name, months(of_open)), mode);
        assert_eq!(grade(&found, name), Some(LeakGrade::Leak), "{name} {of_open:?}: {found:?}");
    }
}

#[test]
fn months_in_which_no_open_lead_was_met_are_asked_about_as_months() {
    let world = honest(timed(100, 300, 200), &mut Draw(9));
    let months = |i: usize| ["jan", "feb", "sep", "oct"][if i < 400 { i % 4 } else { 2 + i % 2 }].to_string();
    let found = findings(&with_text(world, "month", months), Mode::BeforeClose(Span::from_days(1.0)));
    let month = found.iter().find(|f| f.name == "month").unwrap();
    assert_eq!(month.evidence, "tells of a contact, not of the lead (months: jan, feb, sep, …)");
    assert!(month.question.starts_with("Does it describe the call or contact that decided"), "{}", month.question);
}

/// The same deals with a kind of activity ten days before the close, on these of the won and of the lost.
fn with_kind(mut world: World, kind: &str, won: usize, lost: usize) -> World {
    let closed = world.leads.closed_at.clone().expect("a timed world");
    for lead in (0..won).chain(100..100 + lost) {
        let at = closed[lead].expect("a deal").minus(Span::from_days(10.0));
        world = world.row(lead as u32, at, kind, "", 1);
    }
    world
}

#[test]
fn a_kind_that_reads_like_the_end_is_suspicious_where_only_one_outcome_shows_it() {
    let kinds = [("O_ACCEPTED", 30, 1), ("A_ACCEPTED", 30, 60), ("call", 30, 1)];
    let world = kinds
        .iter()
        .fold(honest(timed(100, 300, 0), &mut Draw(9)), |world, &(kind, won, lost)| with_kind(world, kind, won, lost));
    let found = findings(&world, Mode::BeforeClose(Span::from_days(7.0)));
    assert_eq!(grade(&found, "O_ACCEPTED"), Some(LeakGrade::Suspicious));
    assert_eq!([grade(&found, "A_ACCEPTED"), grade(&found, "call")], [None, None], "{found:?}");
}

/// Deals looked at right after their close, with a kind that decides and one that does not.
fn decided_in_the_log(won: usize, lost: usize) -> World {
    let mut world = honest(timed(won, lost, 150), &mut Draw(13));
    let closed = world.leads.closed_at.clone().expect("a timed world");
    world.leads.as_of = Some(closed.iter().map(|at| Some(at.map_or(AS_OF, |at| at.plus(Span(1))))).collect());
    let mut draw = Draw(14);
    for (lead, closed) in closed.iter().enumerate() {
        let end = closed.unwrap_or(AS_OF);
        if lead < won {
            world = world.row(lead as u32, end.minus(Span(1_000)), "approved", "", 1);
        } else if lead < won + lost && draw.below(0.8) {
            world = world.row(lead as u32, end.minus(Span(1_000)), "declined", "", 1);
        }
        if draw.below(if lead < won { 0.7 } else { 0.4 }) {
            world = world.row(lead as u32, end.minus(Span::from_days(5.0)), "email_open", "", 1);
        }
    }
    world
}

#[test]
fn kinds_that_decide_deals_are_left_out_and_honest_ones_stay() {
    let world = decided_in_the_log(60, 240);
    let found = findings(&world, Mode::Column);
    assert_eq!(grade(&found, "approved"), Some(LeakGrade::Leak));
    assert_eq!(grade(&found, "declined"), Some(LeakGrade::Leak));
    assert_eq!(grade(&found, "email_open"), None);
    let mut all = deals(&world, Mode::Column, &[]);
    leave_out(&mut all, &ScreenSettings::default());
    let kinds =
        all.attributes.iter().filter(|a| matches!(&a.source, Source::Activity { kind, .. } if kind != "email_open"));
    assert_eq!(kinds.count(), 0);
}

#[test]
fn deals_decided_before_they_were_looked_at_are_asked_about_where_nothing_says_when_they_closed() {
    let mut world = decided_in_the_log(300, 1200);
    let closed_at = world.leads.closed_at.take();
    let asked = |world: &World| screen(&deals(world, Mode::Column, &[]), &ScreenSettings::default()).decided_before;
    let as_of = world.leads.as_of.clone().unwrap();
    let deciding =
        ["approved", "declined"].map(|name| world.kinds.iter().position(|kind| kind == name).unwrap() as u32);
    let decides = |act: &&Activity| {
        let lead = act.lead as usize;
        lead < 1500 && deciding.contains(&act.kind) && act.at < as_of[lead].unwrap()
    };
    let decided: BTreeSet<u32> = world.acts.iter().filter(decides).map(|act| act.lead).collect();
    let question = asked(&world).unwrap().told();
    assert!(question.contains(&format!("{} of 1,500 deals had", thousands(decided.len()))), "{question}");
    assert!(question.contains("`approved`") && question.contains("`declined`"), "{question}");

    world.leads.closed_at = closed_at;
    assert_eq!(asked(&world), None, "then it is known when");
}

/// A company that does not say when its 1,500 deals closed, and looks at all leads as of one day.
fn without_closes() -> World {
    let mut world = honest(timed(300, 1200, 150), &mut Draw(21));
    world.leads.closed_at = None;
    world.leads.as_of = Some(vec![Some(days_ago(86.0)); 1650]);
    world
}

#[test]
fn later_steps_of_deals_that_were_not_decided_yet_are_plain_steps() {
    let mut world = without_closes();
    let mut draw = Draw(22);
    for lead in 0..1650 {
        let is_declined = (300..1500).contains(&lead) && draw.below(0.7);
        let shares = match (lead < 300, is_declined) {
            (true, _) => [0.95, 0.9],
            (_, true) => [0.0, 0.0],
            _ => [0.8, 0.1],
        };
        let kinds = ["declined", "offer_sent", "handshake"]
            .into_iter()
            .zip([f64::from(u8::from(is_declined))].into_iter().chain(shares));
        for (kind, share) in kinds {
            if draw.below(share) {
                world = world.row(lead, days_ago(90.0), kind, "", 1);
            }
        }
    }
    let found = findings(&world, Mode::Column);
    assert_eq!(grade(&found, "declined"), Some(LeakGrade::Leak));
    assert_eq!(grade(&found, "offer_sent"), None, "{found:?}");
    assert_eq!(grade(&found, "handshake"), Some(LeakGrade::Suspicious), "{found:?}");
}

/// The same deals with an invoice, on nine tenths of the won and one of the lost.
fn with_invoices(mut world: World) -> World {
    let mut draw = Draw(15);
    for lead in 0..world.leads.n_leads() {
        let at = world.leads.as_of.as_ref().and_then(|all| all[lead]).expect("an as-of").minus(Span::from_days(5.0));
        if draw.below(if is_won(&world, lead) { 0.9 } else { 0.1 }) {
            world = world.row(lead as u32, at, "invoice", "", 1);
        }
    }
    world
}

#[test]
fn a_kind_stays_suspicious_where_too_few_deals_were_open_to_clear_it() {
    let mut world = with_invoices(decided_in_the_log(300, 1200));
    world.leads.closed_at = None;
    let found = findings(&world, Mode::Column);
    assert_eq!(grade(&found, "approved"), Some(LeakGrade::Leak), "so that of the won deals none was open");
    assert_eq!(grade(&found, "invoice"), Some(LeakGrade::Suspicious), "{found:?}");
    assert_eq!(grade(&found, "email_open"), None);
}

#[test]
fn a_kind_that_ranks_the_deals_is_judged_by_how_it_ranks_those_that_were_open() {
    let mut world = without_closes();
    let mut draw = Draw(23);
    for lead in 0..1650 {
        let (won, is_declined) = (lead < 300, (300..1500).contains(&lead) && draw.below(0.7));
        if is_declined {
            world = world.row(lead, days_ago(90.0), "declined", "", 1);
        }
        // On every deal; more often on those won, and on those that were not declined at once.
        for (kind, is_often) in [("paperwork", draw.below(if won { 0.9 } else { 0.1 })), ("call", !is_declined)] {
            world = world.row(lead, days_ago(90.0), kind, "", if is_often { 5 } else { 1 });
        }
    }
    let found = findings(&world, Mode::Column);
    assert_eq!(grade(&found, "declined"), Some(LeakGrade::Leak));
    assert_eq!(grade(&found, "paperwork"), Some(LeakGrade::Suspicious), "{found:?}");
    assert_eq!(grade(&found, "call"), None, "{found:?}");
}

#[test]
fn acts_at_or_after_the_as_of_change_nothing() {
    let mut world = decided_in_the_log(60, 240);
    world.leads.as_of.as_mut().unwrap()[..300]
        .iter_mut()
        .for_each(|at| *at = at.map(|at| at.minus(Span::from_days(3.0))));
    let before = findings(&world, Mode::Column);
    assert_eq!(grade(&before, "approved"), None, "not seen yet");
    world.acts.retain(|act| act.at < world.leads.as_of.as_ref().unwrap()[act.lead as usize].unwrap());
    assert_eq!(findings(&world, Mode::Column), before);
}
