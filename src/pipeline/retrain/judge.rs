//! Current version, challenger and scorecard alone on the judged deals, none of which any of them has seen.
//!
//! The judged deals are parted in time. Each part is judged by a challenger that learned from everything before it, so a
//! challenger is judged as it would live: learned anew while deals close. Learned once from what came before all judged
//! deals, it would be old itself by the end of them, and a market that moves would keep every challenger out.

use super::super::deals::Deals;
use super::super::joining::rule_curve;
use super::super::model::Blending;
use super::super::purpose::{Cost, Purpose};
use super::super::score::absent;
use super::super::train::{pick, procedure};
use super::gate::{GateRecord, Judged};
use super::{Current, Judgement, News, RetrainSettings};
use crate::blend::RuleCurve;
use crate::fault::InputError;
use crate::features::{Attribute, Source};
use crate::logodds::sigmoid;
use crate::predictor::Predictor;
use crate::scorecard::Scorecard;
use crate::watch::Stage;
use rayon::prelude::*;
use std::borrow::Cow;

/// Parts of the judged deals. More parts let challengers through earlier in a market that moves, and more of them that
/// the next month proves worse: of 23 months of a bank's calls none with two parts, 3 with four (see
/// `tests/reference/monthly_bank.md`).
const PARTS: usize = 2;

/// What is said of the judged deals by what learned from everything before each of their parts.
#[derive(Default)]
struct Told {
    challenger: Vec<f64>,
    scorecard: Option<Vec<f64>>,
    win_rate: Vec<f64>,
}

/// Judges a challenger on the judged deals of `news`; `own` are the deals as the current version reads them.
pub(super) fn judge(
    deals: &Deals,
    own: &Deals,
    news: &News,
    scorecard: Option<&Scorecard>,
    current: &Current<'_>,
    settings: &RetrainSettings,
) -> Result<Judgement, InputError> {
    let rows = &news.judged;
    let parts = news.parts(&deals.snapshots, PARTS);
    let told = by_parts(deals, &news.older, &parts, scorecard, settings)?;
    let (y, w) = (pick(&deals.snapshots.won, rows), pick(&deals.snapshots.row_weight, rows));
    let p_current = match &current.model.predictor {
        Some(predictor) => said(own, predictor, current.model.blending.as_ref(), rows),
        None => by_rules(own, &news.older, rows).unwrap_or_else(|| told.win_rate.clone()),
    };
    let judged = Judged {
        y: &y,
        w: &w,
        current: &p_current,
        challenger: &told.challenger,
        scorecard: told.scorecard.as_deref(),
        win_rate: &told.win_rate,
    };
    Ok(Judgement {
        against: current.version,
        new_deals: news.new.len(),
        judged: (rows.len(), y.iter().filter(|y| **y > 0.5).count()),
        parts: parts.len(),
        span: news.span,
        gate: GateRecord::of(&judged, settings.margin, settings.train.deals.snapshot.seed),
    })
}

/// Each part in turn, by what was learned from `older` and the parts before it.
fn by_parts(
    deals: &Deals,
    older: &[usize],
    parts: &[&[usize]],
    scorecard: Option<&Scorecard>,
    settings: &RetrainSettings,
) -> Result<Told, InputError> {
    let mut told = Told { scorecard: deals.rules.as_ref().map(|_| Vec::new()), ..Told::default() };
    let mut before = older.to_vec();
    let works = settings.train.deals.watch.begin(stage(older, parts, settings)).split_by(parts.iter().map(|_| 1.0));
    for (part, work) in parts.iter().zip(works) {
        let challenger = procedure(deals, scorecard, &before, Purpose::Keep, None, &settings.train, work)?;
        let weights = pick(&deals.snapshots.row_weight, &before);
        let won: f64 = before.iter().map(|&r| deals.snapshots.won[r] * deals.snapshots.row_weight[r]).sum();
        let flat = vec![won / weights.iter().sum::<f64>(); part.len()];
        let ruled = by_rules(deals, &before, part);
        told.challenger.extend(match &challenger.learned {
            Some(learned) => said(deals, &learned.predictor, challenger.blending.as_ref(), part),
            None => ruled.clone().unwrap_or_else(|| flat.clone()),
        });
        if let (Some(all), Some(ruled)) = (&mut told.scorecard, ruled) {
            all.extend(ruled);
        }
        told.win_rate.extend(flat);
        before.extend_from_slice(part);
        // In the table's order, as every training has them.
        before.sort_unstable();
    }
    Ok(told)
}

/// The learning of a challenger for each part.
fn stage(older: &[usize], parts: &[&[usize]], settings: &RetrainSettings) -> Stage {
    let cost = Cost::of(older.len(), Purpose::Keep, settings.train.folds).total();
    Stage::new("judging a challenger", "deal", cost * parts.len())
}

/// `(rows,)` what the scorecard alone says, its curve learned from `learned_from`.
fn by_rules(deals: &Deals, learned_from: &[usize], rows: &[usize]) -> Option<Vec<f64>> {
    let rules = deals.rules.as_ref()?;
    let curve = rule_curve(deals, rules, learned_from);
    Some(rows.iter().map(|&r| curve.probability(rules.score[r])).collect())
}

/// `(rows,)` win probabilities as the scored table gives them: the blend where there is one, else the model.
pub(in crate::pipeline) fn said(
    deals: &Deals,
    predictor: &Predictor,
    blending: Option<&Blending>,
    rows: &[usize],
) -> Vec<f64> {
    let attributes = read_by(deals, predictor);
    let p_model: Vec<f64> = predictor.log_odds(&attributes, rows).into_iter().map(sigmoid).collect();
    blended(deals, blending, &p_model, rows)
}

/// The same where it is known what the model says.
pub(in crate::pipeline) fn blended(
    deals: &Deals,
    blending: Option<&Blending>,
    p_model: &[f64],
    rows: &[usize],
) -> Vec<f64> {
    let curve = |curve: &RuleCurve, row: usize| deals.rules.as_ref().map(|r| curve.probability(r.score[row]));
    p_model
        .par_iter()
        .zip(rows)
        .map(|(&p, &row)| match blending.and_then(|b| Some((b, curve(&b.curve, row)?))) {
            Some((blending, p_rule)) => blending.blend.probability(p_rule, p),
            None => p,
        })
        .collect()
}

/// The deals' attributes in the order that a predictor reads them; what is not there is missing for every deal.
pub(in crate::pipeline) fn read_by<'d>(deals: &'d Deals, predictor: &Predictor) -> Vec<Cow<'d, Attribute>> {
    let sources = predictor.sources();
    let found = |source: &Source| deals.attributes.iter().find(|a| a.source == *source).map(Cow::Borrowed);
    sources.iter().map(|source| found(source).unwrap_or_else(|| Cow::Owned(absent(source, deals.n())))).collect()
}
