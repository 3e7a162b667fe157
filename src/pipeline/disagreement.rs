//! What the words of a mismatch rest on: the rules that brought points, what the model makes of the same acts and
//! columns, and the record of past leads like it.

use super::handover::Handover;
use super::model::Model;
use super::score::Assessment;
use crate::asof::Span;
use crate::features::{Attribute, KindMeasure, Source, Values};
use crate::metrics::Rate;
use crate::mismatch::{
    Chance, FEWEST_TO_SAY, Gain, LikeCases, Opinion, Quadrant, Reason, Sides, is_next_to_nothing, reason, usual_action,
};
use crate::predictor::Predictor;
use crate::scorecard::{Rule, RuleGain, Scorecard};
use crate::snapshot::RowWeights;
use crate::text::{age_in_words, fold};
use std::collections::BTreeMap;

/// Why the two sides disagree about a lead, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The sentences.
    pub reason: Reason,
    /// What to do next.
    pub action: String,
}

/// What the model makes of one lead: its attributes, the row among them, the contributions in the predictor's order.
pub(super) struct ModelView<'a> {
    pub(super) predictor: &'a Predictor,
    pub(super) attributes: &'a [Attribute],
    pub(super) row: usize,
    pub(super) parts: &'a [f64],
}

impl ModelView<'_> {
    /// By kind of act or column, all its terms together, the largest first. Interactions stand under their own name.
    fn opinions(&self) -> Vec<Opinion> {
        let mut of_subject: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        for contribution in 0..self.parts.len() {
            of_subject.entry(self.subject(contribution)).or_default().push(contribution);
        }
        let mut opinions: Vec<Opinion> = of_subject.values().map(|contributions| self.opinion(contributions)).collect();
        opinions.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()).then_with(|| a.about.cmp(&b.about)));
        opinions
    }

    /// What a contribution is about, and whether that is a kind of act.
    fn subject(&self, contribution: usize) -> (bool, String) {
        match self.predictor.terms.get(contribution).map(|term| &term.term.source) {
            Some(Source::Activity { kind, .. }) => (true, kind.clone()),
            Some(source) => (false, self.about(source)),
            None => (false, self.predictor.name(contribution)),
        }
    }

    /// The opinion that contributions on one subject sum up to, told by what pulls furthest its way.
    fn opinion(&self, contributions: &[usize]) -> Opinion {
        let log_odds: f64 = contributions.iter().map(|&i| self.parts[i]).sum();
        let pull = |i: &&usize| log_odds.signum() * self.parts[**i];
        let leading =
            *contributions.iter().max_by(|a, b| pull(a).total_cmp(&pull(b))).expect("a subject is of something");
        let about = match self.predictor.terms.get(leading) {
            Some(term) => self.about(&term.term.source),
            None => self.predictor.name(leading),
        };
        Opinion { about, log_odds }
    }

    /// `inquiry, once`; `inquiry, 23 d ago`; `source`; `phone, missing`.
    fn about(&self, source: &Source) -> String {
        match source {
            Source::Activity { kind, measure } => self.acts(kind).in_words(kind, *measure),
            Source::Age => "age of the lead".to_string(),
            _ => {
                let missing = self.attribute(source).is_some_and(|values| values.show(self.row).is_empty());
                let column = source.column().unwrap_or_default();
                if missing { format!("{column}, missing") } else { column.to_string() }
            }
        }
    }

    /// The acts of a kind, as far as terms of the model tell of them.
    fn acts(&self, kind: &str) -> Acts {
        let number = |measure| {
            let source = Source::Activity { kind: kind.to_string(), measure };
            match self.attribute(&source) {
                Some(Values::Number(values)) => Some(values.get(self.row)),
                _ => None,
            }
        };
        Acts {
            count: number(KindMeasure::Count),
            days_since: number(KindMeasure::DaysSince),
            days_since_first: number(KindMeasure::DaysSinceFirst),
        }
    }

    fn attribute(&self, source: &Source) -> Option<&Values> {
        self.attributes.iter().find(|a| a.source == *source).map(|a| &a.values)
    }

    /// What the model makes of the acts or columns that a rule reads; `None` where it reads none of them.
    fn of_rule(&self, rule: &Rule) -> Option<f64> {
        let terms = self.predictor.terms.iter().zip(self.parts);
        let read: Vec<f64> = terms.filter(|(term, _)| reads(rule, &term.term.source)).map(|(_, part)| *part).collect();
        (!read.is_empty()).then(|| read.iter().sum())
    }
}

/// How many acts of a kind there were, and how long ago the newest and the first; NaN where there was none, `None` where no
/// term of the model goes by it.
#[derive(Debug, Clone, Copy, Default)]
struct Acts {
    count: Option<f64>,
    days_since: Option<f64>,
    days_since_first: Option<f64>,
}

impl Acts {
    /// The acts by what a measure goes by: `inquiry, once`, `inquiry, 23 d ago`, `visit, 3 times, newest 5 d ago`.
    fn in_words(self, kind: &str, measure: KindMeasure) -> String {
        let told = |which: &str, days: f64| if self.is_one() { ago(days) } else { format!("{which} {}", ago(days)) };
        let newest = || self.days_since.map(|days| told("newest", days));
        let what = match measure {
            _ if self.never() => Some("never".to_string()),
            KindMeasure::Count => self.times(),
            KindMeasure::DaysSince => newest(),
            KindMeasure::DaysSinceFirst => self.days_since_first.map(|days| told("first", days)),
            KindMeasure::Decayed => match (self.times(), newest()) {
                (Some(times), Some(newest)) => Some(format!("{times}, {newest}")),
                (times, newest) => times.or(newest),
            },
        };
        what.map_or_else(|| kind.to_string(), |what| format!("{kind}, {what}"))
    }

    fn never(self) -> bool {
        self.count == Some(0.0) || [self.days_since, self.days_since_first].into_iter().flatten().any(f64::is_nan)
    }

    /// Whether the newest is known to be the first.
    fn is_one(self) -> bool {
        self.count == Some(1.0) || (self.days_since.is_some() && self.days_since == self.days_since_first)
    }

    fn times(self) -> Option<String> {
        self.count.map(|count| if count == 1.0 { "once".to_string() } else { format!("{count:.0} times") })
    }
}

fn ago(days: f64) -> String {
    age_in_words(Span::from_days(days))
}

/// Whether a rule and a term of the model look at the same: a kind of act, or a column.
fn reads(rule: &Rule, source: &Source) -> bool {
    match (source, &rule.activity) {
        (Source::Activity { kind, .. }, Some(activity)) => {
            activity.kinds.listed().iter().any(|k| fold(k) == fold(kind))
        }
        (Source::Activity { .. } | Source::Age, _) | (_, Some(_)) => false,
        (_, None) => rule.when.iter().flat_map(|when| when.fields()).any(|f| source.column() == Some(f.field.as_str())),
    }
}

/// Both sides of one lead as the sentences need them.
pub(super) fn sides(
    scorecard: &Scorecard,
    rule_score: f64,
    gains: Vec<RuleGain>,
    view: Option<&ModelView<'_>>,
    like: Option<LikeCases>,
    chance: Option<Chance>,
) -> Sides {
    let gain = |gain: RuleGain| {
        let rule = &scorecard.rules[gain.rule];
        Gain {
            rule: rule.name.clone(),
            what: gain.what,
            points: gain.points,
            by_model: view.and_then(|view| view.of_rule(rule)),
        }
    };
    let handover = scorecard.handover.map(|tier| &scorecard.tiers[tier]);
    Sides {
        rule_score,
        handover: handover.map(|tier| (tier.name.clone(), tier.bound)),
        chance,
        gains: gains.into_iter().map(gain).collect(),
        opinions: view.map(ModelView::opinions).unwrap_or_default(),
        like,
    }
}

/// The record of the reference deals of this quadrant, which `of` describes, whose points came most from the same rule;
/// where those are too few, of the whole quadrant.
fn like_cases(model: &Model, quadrant: Quadrant, of: String, driver: &str) -> Option<LikeCases> {
    let blending = model.blending.as_ref()?;
    let like =
        |which: String, record: Rate| LikeCases { which, record, weights: record.weighted_by(model.row_weights()) };
    let near = blending.driver_records.iter().find(|r| r.quadrant == quadrant && r.rule == driver);
    if let Some(near) = near.filter(|r| r.record.n >= FEWEST_TO_SAY) {
        let most = if driver.is_empty() { "no points".to_string() } else { format!("most points from `{driver}`") };
        return Some(like(format!("{of}, {most}"), near.record));
    }
    let all = blending.records.iter().find(|r| r.quadrant == quadrant)?;
    Some(like(of, all.record?))
}

/// What became of the deals of `rows`, which `which` describes: for closed deals looked back on.
pub(super) fn like_deals(which: String, rows: &[usize], [y, w]: [&[f64]; 2], weights: RowWeights) -> Option<LikeCases> {
    let pick = |values: &[f64]| rows.iter().map(|&i| values[i]).collect::<Vec<f64>>();
    let record = Rate::of(&pick(y), &pick(w))?;
    Some(LikeCases { which, record, weights: record.weighted_by(weights) })
}

impl Assessment<'_> {
    /// Why rules and model disagree about a lead of `verify` or `hidden_gem`; `None` for the others.
    pub fn disagreement(&self, row: usize) -> Option<Disagreement> {
        let quadrant = self.leads[row].quadrant.filter(|q| matches!(q, Quadrant::Verify | Quadrant::HiddenGem))?;
        let (scorecard, model) = (self.scorecard?, self.model?);
        let sides = self.sides(row, scorecard, model, quadrant)?;
        let action = match self.next_action(row) {
            "" if self.is_to_be_worked(row) => usual_action(quadrant, &sides),
            own => own.to_string(),
        };
        Some(Disagreement { reason: reason(quadrant, &sides), action })
    }

    fn sides(&self, row: usize, scorecard: &Scorecard, model: &Model, quadrant: Quadrant) -> Option<Sides> {
        let gains = scorecard.gains(self.rules.as_ref()?, &self.evidence()?, row);
        let driver = gains.first().filter(|g| g.points > 0.0).map_or("", |g| scorecard.rules[g.rule].name.as_str());
        let handover = Handover::of(Some(scorecard), Some(model));
        let tier = handover.as_ref().map_or("", |handover| handover.tier.as_str());
        let of = format!("{tier} {}", quadrant.placed(scorecard.is_start()));
        let like = like_cases(model, quadrant, of, driver);
        let chance = handover.as_ref().map(|handover| handover.chance(self.leads[row].model_probability));
        let parts = self.parts(row);
        let view = self.view(model, row, &parts)?;
        Some(sides(scorecard, self.rule_score(row), gains, Some(&view), like, chance))
    }

    /// The rules that bring a lead points for what stands in a column, or take some, while the model goes the other way on
    /// that column: `` `referred` (by source) ``. Points for acts are against none, and log-odds against the average lead's
    /// acts, so that those differ without any disagreement.
    pub(super) fn opposed(&self, row: usize) -> Vec<String> {
        let parts = self.parts(row);
        let opposed = || {
            let (scorecard, view) = (self.scorecard?, self.view(self.model?, row, &parts)?);
            let gains = scorecard.gains(self.rules.as_ref()?, &self.evidence()?, row);
            let is_opposed = |gain: &RuleGain| {
                let rule = &scorecard.rules[gain.rule];
                let by_model = view.of_rule(rule).filter(|_| rule.activity.is_none()).unwrap_or_default();
                gain.points * by_model < 0.0 && !is_next_to_nothing(by_model)
            };
            let named = |gain: RuleGain| format!("`{}` ({})", scorecard.rules[gain.rule].name, gain.what);
            Some(gains.into_iter().filter(is_opposed).map(named).collect())
        };
        opposed().unwrap_or_default()
    }

    /// `(n_contributions,)` what each term adds to a lead's log-odds.
    fn parts(&self, row: usize) -> Vec<f64> {
        self.log_odds_ledger(row).iter().skip(1).map(|line| line.log_odds).collect()
    }

    fn view<'v>(&'v self, model: &'v Model, row: usize, parts: &'v [f64]) -> Option<ModelView<'v>> {
        Some(ModelView { predictor: model.predictor.as_ref()?, attributes: self.attributes(), row, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_told_by_what_the_term_goes_by() {
        let once = Acts { count: Some(1.0), days_since: Some(23.4), days_since_first: Some(23.4) };
        let told = |acts: Acts, measure| acts.in_words("visit", measure);
        assert_eq!(told(once, KindMeasure::Count), "visit, once");
        assert_eq!(told(once, KindMeasure::DaysSince), "visit, 23 d ago");
        assert_eq!(told(once, KindMeasure::Decayed), "visit, once, 23 d ago");
        assert_eq!(told(once, KindMeasure::DaysSinceFirst), "visit, 23 d ago");
        let often = Acts { count: Some(9.0), days_since: Some(0.5), ..once };
        assert_eq!(told(often, KindMeasure::Count), "visit, 9 times");
        assert_eq!(told(often, KindMeasure::DaysSinceFirst), "visit, first 23 d ago");
        assert_eq!(told(often, KindMeasure::DaysSince), "visit, newest 12 h ago");
        assert_eq!(told(often, KindMeasure::Decayed), "visit, 9 times, newest 12 h ago");
        let never = Acts { count: None, days_since: Some(f64::NAN), days_since_first: None };
        assert_eq!(told(never, KindMeasure::DaysSince), "visit, never");
        assert_eq!(told(Acts::default(), KindMeasure::Decayed), "visit");
    }
}
