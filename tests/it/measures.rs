//! The one pass over the log: windows, caps, gaps, counters, what the model asks, and what must not change anything.

use crate::lead_world::{AS_OF, World, days_ago};
use leadscore::asof::{Instant, Span};
use leadscore::decay::Decay;
use leadscore::measures::{
    Amount, Counter, KindMatch, Measures, ModelKinds, PassOptions, Plan, Request, RequestId, Selection,
};
use leadscore::text::TextMatch;
use rand::{RngExt, SeedableRng};

fn of(kinds: &[&str]) -> Selection {
    Selection { kinds: KindMatch::Listed(kinds.iter().map(|kind| kind.to_string()).collect()), detail: None }
}

fn days(days: f64) -> Option<Span> {
    Some(Span::from_days(days))
}

fn ask(world: &World, selection: Selection, amount: Amount) -> (Measures, RequestId) {
    let mut plan = Plan::default();
    let id = plan.ask(Request { selection, amount });
    (world.measures_in(&plan, PassOptions::default(), usize::MAX), id)
}

#[test]
fn equal_requests_are_kept_once() {
    let mut plan = Plan::default();
    let pricing = || Selection { detail: Some(TextMatch::any_of(&["/Pricing".to_string()])), ..of(&["view"]) };
    let first = plan.ask(Request { selection: pricing(), amount: Amount::Newest });
    assert!(plan.wants_details());
    assert_eq!(plan.ask(Request { selection: pricing(), amount: Amount::Newest }), first);
    assert_ne!(plan.ask(Request { selection: of(&["view"]), amount: Amount::Newest }), first);
    assert_ne!(plan.ask(Request { selection: pricing(), amount: Amount::Gap }), first);
    assert_eq!(plan.len(), 3);
}

#[test]
fn a_window_is_closed_at_its_start_and_open_at_the_as_of() {
    let ten_days = AS_OF.minus(Span::from_days(10.0));
    let world = World::new(1)
        .row(0, ten_days, "visit", "", 1)
        .row(0, Instant(ten_days.0 - 1), "visit", "", 1)
        .row(0, Instant(AS_OF.0 - 1), "visit", "", 1)
        .row(0, AS_OF, "visit", "", 1);
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Count { within: days(10.0) });
    assert_eq!(measures.number(id, 0), 2.0);
    assert_eq!(measures.newest(id, 0), Some(Instant(AS_OF.0 - 1)));
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Count { within: None });
    assert_eq!(measures.number(id, 0), 3.0);
    assert_eq!((measures.log().acts_seen, measures.log().acts_after), (3, 1));
}

#[test]
fn sums_decay_and_the_cap_cuts_inside_a_row() {
    // Half-life 10 d: rows of 2 at 10 d (½ each) and 3 at 20 d (¼ each). All: 1.75; the newest 3: 1.25; 2: 1.
    let world = World::new(2).row(0, days_ago(20.0), "open", "", 3).row(0, days_ago(10.0), "open", "", 2);
    let decay = Decay::HalfLife(Span::from_days(10.0));
    for (max_count, amount, occurrences) in [(None, 1.75, 5.0), (Some(3), 1.25, 3.0), (Some(2), 1.0, 2.0)] {
        let sum = Amount::Sum { within: None, decay: decay.clone(), max_count };
        let (measures, id) = ask(&world, of(&["OPEN "]), sum);
        assert_eq!(measures.number(id, 0), amount, "{max_count:?}");
        assert_eq!(measures.occurrences(id, 0), occurrences);
        assert_eq!(measures.newest(id, 0), Some(days_ago(10.0)));
        assert_eq!((measures.number(id, 1), measures.newest(id, 1)), (0.0, None));
    }
    let (measures, id) =
        ask(&world, of(&["open"]), Amount::Sum { within: None, decay: Decay::None, max_count: Some(4) });
    assert_eq!(measures.number(id, 0), 4.0);
}

#[test]
fn the_cap_takes_the_newest_in_the_window_only() {
    // Within 30 d lie the acts of 25 and 29 d; the newest one of those counts, at 1 − 25/100.
    let world = World::new(1).act(0, 29.0, "open").act(0, 31.0, "open").act(0, 25.0, "open");
    let decay = Decay::Lifespan(Span::from_days(100.0));
    let sum = Amount::Sum { within: days(30.0), decay, max_count: Some(1) };
    let (measures, id) = ask(&world, of(&["open"]), sum);
    assert_eq!(measures.number(id, 0), 0.75);
}

#[test]
fn gaps_lie_between_rows_and_a_row_of_no_act_is_none() {
    let world = World::new(4)
        .row(0, days_ago(50.0), "visit", "", 1)
        .row(0, days_ago(3.0), "visit", "", 5)
        .row(0, days_ago(13.0), "visit", "", 1)
        .row(1, days_ago(3.0), "visit", "", 5)
        .row(2, days_ago(3.0), "visit", "", 1)
        .row(2, days_ago(3.0), "visit", "", 1)
        .row(3, days_ago(3.0), "visit", "", 1)
        .row(3, days_ago(1.0), "visit", "", 0);
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Gap);
    assert_eq!(measures.number(id, 0), 10.0);
    assert!(measures.number(id, 1).is_nan());
    assert_eq!(measures.number(id, 2), 0.0);
    assert!(measures.number(id, 3).is_nan());
    assert_eq!(measures.newest(id, 3), Some(days_ago(3.0)));
    let (measures, id) = ask(&world, of(&["visit"]), Amount::First);
    assert_eq!(measures.newest(id, 0), Some(days_ago(50.0)));
}

#[test]
fn details_are_matched_and_an_act_without_one_meets_no_condition() {
    let world = World::new(1)
        .row(0, days_ago(1.0), "view", "/Pricing ", 1)
        .row(0, days_ago(1.0), "view", "/about", 1)
        .row(0, days_ago(1.0), "view", "", 1);
    let with = |detail| Selection { detail: Some(detail), ..of(&["view"]) };
    let pricing = ["/pricing".to_string()];
    let (measures, id) = ask(&world, with(TextMatch::any_of(&pricing)), Amount::Count { within: None });
    assert_eq!(measures.number(id, 0), 1.0);
    let (measures, id) = ask(&world, with(TextMatch::none_of(&pricing)), Amount::Count { within: None });
    assert_eq!(measures.number(id, 0), 1.0);
}

#[test]
fn any_but_ours_leaves_ours_out() {
    let world = World::new(1).act(0, 1.0, "Email_Sent").act(0, 2.0, "visit").act(0, 3.0, "open");
    let ours = Selection { kinds: KindMatch::AnyBut(vec!["email_sent".to_string()]), detail: None };
    let (measures, id) = ask(&world, ours, Amount::Count { within: None });
    assert_eq!((measures.number(id, 0), measures.newest(id, 0)), (2.0, Some(days_ago(2.0))));
}

#[test]
fn counters_add_where_nobody_asks_when() {
    let world = World::new(2).act(0, 1.0, "visit").counter("visit", &[4.0, 2.0]);
    let sum = |max_count, decay| Amount::Sum { within: None, decay, max_count };
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Count { within: None });
    assert_eq!(measures.numbers(id), [5.0, 2.0]);
    let (measures, id) = ask(&world, of(&["visit"]), sum(Some(3), Decay::None));
    assert_eq!(measures.numbers(id), [3.0, 2.0]);
    let (measures, id) = ask(&world, of(&["visit"]), sum(None, Decay::Lifespan(Span::from_days(2.0))));
    assert_eq!(measures.numbers(id), [0.5, 0.0]);
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Count { within: days(30.0) });
    assert_eq!(measures.numbers(id), [1.0, 0.0]);

    let world = World { has_log: false, ..world };
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Count { within: None });
    assert!(measures.knows(id));
    assert_eq!(measures.numbers(id), [4.0, 2.0]);
    let (measures, id) = ask(&world, of(&["visit"]), Amount::Newest);
    assert!(!measures.knows(id));
}

#[test]
fn a_counter_is_whole_and_not_negative() {
    let leads = World::new(2).number("calls", &[3.0, f64::NAN]).leads;
    assert_eq!(Counter::read("calls", &leads).unwrap().counts, [3.0, 0.0]);
    for wrong in [-1.0, 0.5, f64::INFINITY] {
        let leads = World::new(2).number("calls", &[1.0, wrong]).leads;
        let error = Counter::read("calls", &leads).unwrap_err();
        assert_eq!(error.place, "leads.csv, line 3", "{wrong}");
    }
    assert!(Counter::read("cals", &leads).unwrap_err().what.contains("`cals`"));
}

fn model_kinds(world: &World, kinds: Option<&[&str]>, max_kinds: usize) -> Measures {
    let kinds = kinds.map(|kinds| kinds.iter().map(|kind| kind.to_string()).collect());
    let model = Some(ModelKinds { half_life: Span::from_days(30.0), kinds, max_kinds });
    world.measures_in(&Plan::default(), PassOptions { model }, 2)
}

#[test]
fn the_first_and_the_newest_act_are_found_in_any_order() {
    let world =
        World::new(2).act(0, 20.0, "visit").act(0, 40.0, "visit").act(0, 5.0, "visit").row(1, AS_OF, "visit", "", 1);
    let measures = model_kinds(&world, None, 10);
    let visit = &measures.model_kinds()[0];
    let as_of = [days_ago(0.0); 2];
    assert_eq!((visit.days_since_first(&[0], &as_of), visit.newest(&[0])), (vec![40.0], vec![Some(days_ago(5.0))]));
    assert!(visit.days_since_first(&[1], &as_of)[0].is_nan());
}

#[test]
fn the_model_learns_of_a_kind_only_before_its_leads_as_of() {
    let world = World::new(2)
        .row(0, AS_OF, "late", "", 1)
        .row(1, days_ago(30.0), "open", "", 2)
        .act(0, 60.0, "visit")
        .act(1, 30.0, "Visit");
    let measures = model_kinds(&world, None, 10);
    let kinds: Vec<&str> = measures.model_kinds().iter().map(|kind| kind.kind.as_str()).collect();
    assert_eq!(kinds, ["open", "visit"]);
    let open = &measures.model_kinds()[0];
    assert_eq!((open.counts(&[0, 1]), open.decayed(&[0, 1])), (vec![0.0, 2.0], vec![0.0, 1.0]));
    assert_eq!(open.newest(&[0, 1]), [None, Some(days_ago(30.0))]);
    // Backwards, and not one after the other.
    assert_eq!((open.counts(&[1, 0]), open.newest(&[1, 1])), (vec![2.0, 0.0], vec![Some(days_ago(30.0)); 2]));
    assert_eq!(measures.model_kinds()[1].decayed(&[0, 1]), [0.25, 0.5]);
    assert_eq!(measures.log().acts_by_kind, [("open".to_string(), 1), ("visit".to_string(), 2)]);
    assert_eq!((measures.log().leads_matched, measures.log().leads_seen), (2, 2));

    let given = model_kinds(&world, Some(&["trial", "visit"]), 0);
    let counts: Vec<Vec<f64>> = given.model_kinds().iter().map(|kind| kind.counts(&[0, 1])).collect();
    assert_eq!(counts, [[0.0, 0.0], [1.0, 1.0]]);

    let one = model_kinds(&world, None, 1);
    assert_eq!(one.model_kinds().len(), 1);
    assert_eq!(one.log().kinds_left_out, ["visit"]);
}

#[test]
fn the_logs_beginning_leaves_out_a_stray_share() {
    // 1 row in the year 1990, 199 in the last 199 days: 1 % of 200 is 2 rows, so the beginning is the third row's hour.
    let mut world = World::new(1).act(0, 10_000.0, "visit");
    for day in 1..200 {
        world = world.act(0, f64::from(day), "visit");
    }
    let (measures, _) = ask(&world, of(&["visit"]), Amount::Newest);
    assert_eq!(measures.log().quantile_hour(0.01), Some(days_ago(198.0)));
    assert_eq!(measures.log().quantile_hour(0.0), Some(days_ago(10_000.0)));
    assert_eq!(measures.log().by_hour.values().sum::<u64>(), 200);
}

/// A world of random acts of four kinds, some at or after the as-of, and one request of every sort.
fn random_world(seed: u64) -> (World, Plan) {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let mut world = World::new(40);
    for as_of in &mut world.as_of {
        *as_of = AS_OF.minus(Span::from_days(f64::from(random.random_range(0..20))));
    }
    for _ in 0..3_000 {
        let kind = ["visit", "open", "email_sent", "trial"][random.random_range(0..4)];
        let detail = ["", "/pricing", "/about"][random.random_range(0..3)];
        let at = days_ago(f64::from(random.random_range(-500..9_000)) / 100.0);
        world = world.row(random.random_range(0..40), at, kind, detail, random.random_range(0..4));
    }
    let mut plan = Plan::default();
    let half_life = Decay::HalfLife(Span::from_days(7.0));
    let steps = Decay::Steps(vec![(Span::from_days(5.0), 0.5), (Span::from_days(50.0), 0.1)]);
    for within in [None, days(30.0)] {
        for decay in [Decay::None, half_life.clone(), steps.clone(), Decay::Lifespan(Span::from_days(60.0))] {
            for max_count in [None, Some(1), Some(7)] {
                let amount = Amount::Sum { within, decay: decay.clone(), max_count };
                plan.ask(Request { selection: of(&["visit", "trial"]), amount });
            }
        }
        plan.ask(Request { selection: of(&["open"]), amount: Amount::Count { within } });
    }
    let pricing = TextMatch::contains(&["pricing".to_string()]);
    for amount in [Amount::Newest, Amount::First, Amount::Gap] {
        plan.ask(Request { selection: of(&["visit"]), amount: amount.clone() });
        plan.ask(Request { selection: Selection { detail: Some(pricing.clone()), ..of(&["visit"]) }, amount });
    }
    (world, plan)
}

/// Everything the measures say, bit by bit.
fn bits(plan: &Plan, measures: &Measures) -> Vec<u64> {
    let mut bits = Vec::new();
    for id in (0..plan.len() as u32).map(RequestId) {
        for (lead, number) in measures.numbers(id).iter().enumerate() {
            bits.extend([number.to_bits(), measures.occurrences(id, lead).to_bits()]);
            bits.push(measures.newest(id, lead).map_or(0, |at| at.0 as u64));
        }
    }
    let n_leads = measures.numbers(RequestId(0)).len();
    for kind in measures.model_kinds() {
        bits.extend(kind.kind.bytes().map(u64::from));
        let leads: Vec<usize> = (0..n_leads).collect();
        bits.extend(kind.counts(&leads).into_iter().chain(kind.decayed(&leads)).map(f64::to_bits));
        bits.extend(kind.newest(&leads).into_iter().map(|newest| newest.map_or(0, |at| at.0 as u64)));
    }
    bits
}

fn with_model() -> PassOptions {
    PassOptions { model: Some(ModelKinds { half_life: Span::from_days(30.0), kinds: None, max_kinds: 50 }) }
}

#[test]
fn the_size_of_the_batches_changes_no_bit() {
    let (world, plan) = random_world(1);
    let whole = bits(&plan, &world.measures_in(&plan, with_model(), usize::MAX));
    for batch in [1, 7, 1_000] {
        assert_eq!(bits(&plan, &world.measures_in(&plan, with_model(), batch)), whole, "batches of {batch}");
    }
}

#[test]
fn acts_at_or_after_as_of_change_no_bit() {
    let (world, plan) = random_world(2);
    let measured = |world: &World| bits(&plan, &world.measures_in(&plan, with_model(), 100));
    let before = measured(&world);
    let later = |act: &leadscore::tables::Activity| act.at >= world.as_of[act.lead as usize];
    assert!(world.acts.iter().filter(|act| later(act)).count() > 100);

    let mut deleted = world.clone();
    deleted.acts.retain(|act| !later(act));
    assert_eq!(measured(&deleted), before, "deleted");

    let mut moved = world.clone();
    moved.acts.iter_mut().filter(|act| later(act)).for_each(|act| act.at = act.at.plus(Span::from_days(400.0)));
    assert_eq!(measured(&moved), before, "moved");

    let mut added = world.clone();
    for lead in 0..40_u32 {
        added = added.row(lead, world.as_of[lead as usize], "visit", "/pricing", 3);
        added = added.row(lead, AS_OF.plus(Span::from_days(1.0)), "never before", "", 1);
    }
    assert_eq!(measured(&added), before, "added");
}

#[test]
fn a_lead_alone_measures_as_among_others() {
    let (world, plan) = random_world(3);
    let whole = world.measures_in(&plan, PassOptions::default(), usize::MAX);
    for lead in 0..40 {
        let alone = world.alone(lead).measures_in(&plan, PassOptions::default(), usize::MAX);
        for id in (0..plan.len() as u32).map(RequestId) {
            assert_eq!(alone.number(id, 0).to_bits(), whole.number(id, lead).to_bits(), "{id:?} of lead {lead}");
            assert_eq!(alone.newest(id, 0), whole.newest(id, lead));
        }
    }
}

/// Two ways to add the same numbers differ by rounding only.
const ROUNDING: f64 = 1e-9;

#[test]
fn every_sum_agrees_with_its_definition() {
    let (world, plan) = random_world(4);
    let measures = world.measures_in(&plan, PassOptions::default(), usize::MAX);
    let mut id = 0;
    let half_life = Decay::HalfLife(Span::from_days(7.0));
    let steps = Decay::Steps(vec![(Span::from_days(5.0), 0.5), (Span::from_days(50.0), 0.1)]);
    for within in [None, days(30.0)] {
        for decay in [Decay::None, half_life.clone(), steps.clone(), Decay::Lifespan(Span::from_days(60.0))] {
            for max_count in [None, Some(1), Some(7)] {
                for lead in 0..40 {
                    let expected = sum_by_definition(&world, lead, within, &decay, max_count);
                    let got = measures.number(RequestId(id), lead);
                    assert!(
                        (got - expected).abs() < ROUNDING,
                        "{decay:?} {max_count:?} lead {lead}: {got}, {expected}"
                    );
                }
                id += 1;
            }
        }
        id += 1;
    }
}

fn sum_by_definition(world: &World, lead: usize, within: Option<Span>, decay: &Decay, max_count: Option<u64>) -> f64 {
    let as_of = world.as_of[lead];
    let taken = ["visit", "trial"].map(|kind| world.kinds.iter().position(|known| known == kind).unwrap() as u32);
    let acts = world.acts.iter().filter(|act| act.lead as usize == lead && taken.contains(&act.kind) && act.at < as_of);
    let acts = acts.filter(|act| within.is_none_or(|within| act.at >= as_of.minus(within)));
    let mut ages: Vec<Span> = acts.flat_map(|act| vec![as_of.since(act.at); act.count as usize]).collect();
    ages.sort();
    ages.iter().take(max_count.map_or(usize::MAX, |most| most as usize)).map(|age| decay.factor(*age)).sum()
}
