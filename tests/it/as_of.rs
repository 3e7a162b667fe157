//! Nothing at or after the as-of reaches a score: activities there are added, changed, moved and deleted, and not one
//! byte of what comes out may differ.

use crate::company::{AS_OF, Company, Row};
use leadscore::asof::{Instant, Span};
use leadscore::snapshot::unit_hash;
use leadscore::values::{TimeReader, format_instant};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::HashMap;

/// The seed that `train` takes when nobody names one.
const DEFAULT_SEED: u64 = 1;

fn instant(text: &str) -> Instant {
    TimeReader::new("UTC", None).unwrap().read_one(text).unwrap()
}

fn one_of<T: Copy>(random: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices[(random.next_u64() % choices.len() as u64) as usize]
}

/// The log with random edits, all of which lie at or after the lead's moment before the edit and after it.
fn edited(company: &Company, moments: &HashMap<String, Instant>, seed: u64) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let kinds = ["page_view", "inquiry", "email_sent", "unsubscribe", "signed_the_contract", "Ünsichtbar"];
    let pages = ["/pricing", "/compare", "", "\"a, quoted \"\"page\"\"\""];
    let later = |random: &mut ChaCha8Rng, moment: Instant| match random.next_u64() % 4 {
        0 => moment,
        1 => moment.plus(Span(1)),
        _ => moment.plus(Span::from_days((random.next_u64() % 4000) as f64 / 10.0)),
    };
    let row =
        |lead: &str, at: Instant, kind: &str, page: &str| format!("{lead},{},{kind},{page}\n", format_instant(at));
    let mut text = String::from("lead_id,at,kind,page\n");
    let mut n_edits = 0;
    for act in company.rows("activities.csv") {
        let (lead, at) = (act["lead_id"].as_str(), instant(&act["at"]));
        let as_written = format!("{lead},{},{},{}\n", act["at"], act["kind"], act["page"]);
        let Some(&moment) = moments.get(lead).filter(|moment| at >= **moment) else {
            text.push_str(&as_written);
            continue;
        };
        n_edits += 1;
        match random.next_u64() % 5 {
            0 => {}
            1 => text.push_str(&row(lead, later(&mut random, moment), &act["kind"], &act["page"])),
            2 => text.push_str(&row(lead, at, one_of(&mut random, &kinds), one_of(&mut random, &pages))),
            3 => text.push_str(&as_written.repeat(3)),
            _ => text.push_str(&as_written),
        }
    }
    let mut leads: Vec<(&String, &Instant)> = moments.iter().collect();
    leads.sort();
    for (lead, &moment) in leads.into_iter().step_by(3) {
        text.push_str(&row(lead, later(&mut random, moment), one_of(&mut random, &kinds), one_of(&mut random, &pages)));
    }
    assert!(n_edits > 300, "only {n_edits} rows lie at or after their lead's moment");
    text
}

/// The moments for which `score --as-of` looks at the leads: the as-of, or the close before it.
fn scoring_moments(leads: &[Row], as_of: Instant) -> HashMap<String, Instant> {
    let moment = |lead: &Row| match lead["closed_at"].as_str() {
        "" => as_of,
        closed => instant(closed).min(as_of),
    };
    leads.iter().map(|lead| (lead["lead_id"].clone(), moment(lead))).collect()
}

/// The moments at which `train` looks at the closed deals, worked out from their description: created + u · min(T, C),
/// C the 90th percentile of the won deals' open lives. Open leads are no deals, so all their acts lie after it.
fn training_moments(closed: &[Row], open: &[Row]) -> HashMap<String, Instant> {
    let life = |deal: &Row| instant(&deal["closed_at"]).since(instant(&deal["created_at"]));
    let mut lives: Vec<Span> = closed.iter().filter(|deal| deal["outcome"] == "won").map(life).collect();
    lives.sort_unstable();
    let horizon = lives[(0.9 * lives.len() as f64).ceil() as usize - 1];
    let moment = |deal: &Row| {
        let u = unit_hash(&deal["lead_id"], DEFAULT_SEED);
        instant(&deal["created_at"]).plus(Span((u * life(deal).min(horizon).0 as f64) as i64))
    };
    let closed = closed.iter().map(|deal| (deal["lead_id"].clone(), moment(deal)));
    closed.chain(open.iter().map(|lead| (lead["lead_id"].clone(), instant("1970-01-01")))).collect()
}

#[test]
fn edits_at_or_after_the_as_of_change_no_byte_of_scores_and_contributions() {
    let company = Company::trained();
    let original = company.text("activities.csv");
    let mut leads = company.rows("closed_deals.csv");
    leads.extend(company.rows("open_leads.csv"));
    let score = |as_of: &str| {
        company.run(&["score", "--as-of", as_of, "--out", "scored.csv", "--contributions", "parts.csv"]).ok();
        (company.text("scored.csv"), company.text("parts.csv"))
    };
    for (as_of, seed) in [(AS_OF, 1), ("2026-03-15T09:30:00Z", 2), ("2025-10-01T00:00:00.5Z", 3)] {
        company.write("activities.csv", &original);
        let before = score(as_of);
        company.write("activities.csv", &edited(&company, &scoring_moments(&leads, instant(as_of)), seed));
        let after = score(as_of);
        assert!(before.0 == after.0, "the scored table as of {as_of} changed");
        assert!(before.1 == after.1, "the contributions as of {as_of} changed");
    }
}

#[test]
fn an_act_just_before_the_as_of_does_count() {
    let company = Company::trained();
    let log = company.text("activities.csv");
    let score = |at: &str| {
        company.write("activities.csv", &format!("{log}lead-B,{at},page_view,/pricing\n"));
        company.score("open_leads.csv", "scored.csv", &[]).ok();
        company.rows("scored.csv").into_iter().find(|lead| lead["lead_id"] == "lead-B").unwrap()
    };
    let (at, before) = (score("2026-07-01T00:00:00Z"), score("2026-06-30T23:59:59.999999Z"));
    let points = |lead: &Row| lead["rule_score"].parse::<f64>().unwrap();
    assert_eq!(points(&before), points(&at) + 10.0);
    assert_ne!(before["model_probability"], at["model_probability"]);
}

#[test]
fn edits_at_or_after_each_deals_as_of_change_no_byte_of_the_model() {
    let company = Company::trained();
    let model = "models/default/v0001/model.bin";
    let trained = company.bytes(model);
    let moments = training_moments(&company.rows("closed_deals.csv"), &company.rows("open_leads.csv"));
    let original = company.text("activities.csv");
    let again = |seed: u64, more: &[&str]| {
        company.write("activities.csv", &original);
        company.write("activities.csv", &edited(&company, &moments, seed));
        let store = format!("models_{seed}");
        company.run(&[&["train", "--models", &store], more].concat()).ok();
        company.bytes(&format!("{store}/default/v0001/model.bin"))
    };
    assert!(again(11, &[]) == trained, "the model changed with what its deals could not see");

    // Without the honest figures a training takes a tenth of the time, and sees the same deals.
    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &format!("{project}\n[train]\nholdout = 0.0\nfolds = 0\n[blend]\nweight = 0.5\n"));
    company.write("activities.csv", &original);
    company.run(&["train", "--models", "plain"]).ok();
    let plain = company.bytes("plain/default/v0001/model.bin");
    for seed in 12..15 {
        assert!(again(seed, &[]) == plain, "the model changed with what its deals could not see (seed {seed})");
    }
}

#[test]
fn an_act_just_before_a_deals_as_of_does_change_the_model() {
    let company = Company::sample();
    let project = company.text("leadscore.toml");
    company.write("leadscore.toml", &format!("{project}\n[train]\nholdout = 0.0\nfolds = 0\n[blend]\nweight = 0.5\n"));
    let deals = company.rows("closed_deals.csv");
    let moments = training_moments(&deals, &[]);
    let lead = &deals[1000]["lead_id"];
    let log = company.text("activities.csv");
    let train = |at: Instant, store: &str| {
        company.write("activities.csv", &format!("{log}{lead},{},page_view,/pricing\n", format_instant(at)));
        company.run(&["train", "--models", store]).ok();
        company.bytes(&format!("{store}/default/v0001/model.bin"))
    };
    let moment = moments[lead];
    assert!(train(moment, "at") != train(moment.minus(Span(1)), "before"), "the as-of is not where this test thinks");
}
