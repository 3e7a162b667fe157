//! Scoring stretch by stretch says of every lead what scoring all at once says.

use crate::lead_world::{AS_OF, World};
use leadscore::fault::InputError;
use leadscore::pipeline::score::{AsOf, Assessment, ScoreInputs, ScoreSettings, score, score_in_stretches};
use leadscore::scorecard::Scorecard;
use leadscore::tables::{ActivityBatch, ActivityBatches};
use std::ops::Range;

/// Several stretches, and a last one that is not full.
const N_LEADS: usize = 40_000;

struct Log<'a>(&'a World);

impl ActivityBatches for Log<'_> {
    fn for_each(&mut self, each: &mut dyn FnMut(ActivityBatch<'_>)) -> Result<(), InputError> {
        let acts = self.0.acts.iter().copied().collect();
        each(ActivityBatch { acts: &acts, kinds: &self.0.kinds, details: &self.0.details });
        Ok(())
    }
}

const CARD: &str = r#"
name = "stretches"
range = [0, 100]
tiers = { SQL = 60, MQL = 30 }

[[rule]]
id = "visit"
activity = "visit"
points = 20
max_count = 3
decay = { half_life = "10d" }

[[rule]]
id = "trade"
when = { field = "trade", any_of = ["tools"] }
points = 25

[[rule]]
id = "brochure"
activity = "brochure"
points = 7
"#;

fn world() -> World {
    let trades: Vec<&str> = (0..N_LEADS).map(|lead| ["tools", "food", "", "paper"][lead * 7 % 4]).collect();
    // The first stretches do not have every word, so that codes differ from stretch to stretch.
    let rare: Vec<String> = (0..N_LEADS).map(|lead| format!("word {}", lead / 900)).collect();
    let brochures: Vec<f64> = (0..N_LEADS).map(|lead| (lead % 5) as f64).collect();
    let mut world = World::new(N_LEADS)
        .text("trade", &trades)
        .text("rare", &rare.iter().map(String::as_str).collect::<Vec<_>>())
        .number("brochure", &brochures);
    for lead in 0..N_LEADS as u32 {
        for act in 0..lead % 4 {
            world = world.act(lead * 31 % N_LEADS as u32, f64::from(lead % 50 + act) - 1.0, "visit");
        }
    }
    world
}

fn settings() -> ScoreSettings {
    ScoreSettings { activity_columns: vec!["brochure".to_string()], ..ScoreSettings::of(AsOf::At(AS_OF)) }
}

/// What is said of each lead.
fn said(assessment: &Assessment<'_>) -> Vec<(String, u64, String, String)> {
    let of = |row: usize| {
        let tier = assessment.tier_name(row, assessment.leads[row].tier).to_string();
        (
            assessment.table.ids[row].to_string(),
            assessment.leads[row].score.to_bits(),
            tier,
            assessment.rule_reasons(row),
        )
    };
    (0..assessment.table.n_leads()).map(of).collect()
}

#[test]
fn every_lead_scores_as_it_does_among_all() {
    let world = world();
    let card = Scorecard::parse(CARD, "scorecard.toml").unwrap();
    let mut log = Log(&world);
    let inputs = ScoreInputs { table: &world.leads, log: Some(&mut log), scorecard: Some(&card), model: None };
    let whole = score(inputs, &settings()).unwrap();
    let (mut parts, mut rows, mut acts) = (Vec::new(), Vec::new(), (0, 0));
    let mut log = Log(&world);
    let inputs = ScoreInputs { table: &world.leads, log: Some(&mut log), scorecard: Some(&card), model: None };
    let look = |assessment: &Assessment<'_>, leads: Range<usize>| Ok((said(assessment), leads, assessment.acts));
    let take = |looked: Vec<(Vec<_>, Range<usize>, (u64, u64))>| {
        for (said, leads, (seen, after)) in looked {
            parts.extend(said);
            rows.push(leads);
            acts = (acts.0 + seen, acts.1 + after);
        }
        Ok(())
    };
    score_in_stretches(inputs, &settings(), look, take).unwrap();
    assert!(rows.len() > 2, "one stretch would test nothing");
    assert!(rows.windows(2).all(|pair| pair[0].end == pair[1].start) && rows[rows.len() - 1].end == N_LEADS);
    assert_eq!(acts, whole.acts);
    assert!(acts.0 > 0 && acts.1 > 0);
    assert_eq!(parts, said(&whole));
}

#[test]
fn an_error_of_any_stretch_stops_and_is_told() {
    let world = world();
    let card = Scorecard::parse(CARD, "scorecard.toml").unwrap();
    let mut log = Log(&world);
    let inputs = ScoreInputs { table: &world.leads, log: Some(&mut log), scorecard: Some(&card), model: None };
    let look = |_: &Assessment<'_>, leads: Range<usize>| match leads.contains(&30_000) {
        true => Err(InputError::new("not this one")),
        false => Ok(()),
    };
    let error = score_in_stretches(inputs, &settings(), look, |_| Ok(())).unwrap_err();
    assert_eq!(error.what, "not this one");
}
