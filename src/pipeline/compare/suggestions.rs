//! Rules that the scorecard could have: facts in the data that no rule asks for, with what they are worth.

use crate::comparison::missing::{Candidate, missing};
use crate::comparison::rounding::{round_to, signed_with_interval};
use crate::features::{Attribute, KindMeasure, Source, Values, short_number};
use crate::pipeline::deals::Deals;
use crate::pipeline::leaks::{Subject, origin};
use crate::scorecard::{ActivityMeasure, Scorecard};
use crate::snapshot::RowWeights;
use crate::tables::TextColumn;
use crate::text::{counted, fold};
use rayon::prelude::*;
use serde::Serialize;

/// Where numbers are cut: shares of the deals with a value.
const CUTS: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// Suggestions told at most; more would be a second scorecard.
const MOST: usize = 8;

/// A rule that the scorecard could have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The fact in words: "`webinar`", "`country` = JP".
    pub fact: String,
    /// The column or kind of activity that it is about.
    pub about: String,
    /// Which of the two that is.
    #[serde(skip)]
    pub subject: Subject,
    /// Whether that may have been filled in only after the deal was decided, by the leak screen.
    pub is_suspicious: bool,
    /// Points it is worth beside the learned points.
    pub points: f64,
    /// Their 95 % interval.
    pub interval: [f64; 2],
    /// Deals where it holds.
    pub leads: usize,
    /// Deals won among them.
    pub won: usize,
    /// Row-weighted share of won deals among them.
    pub win_rate: f64,
    /// What it would move, in points a deal.
    pub matters: f64,
    /// The rule, ready to be pasted into the scorecard.
    pub toml: String,
    /// The deals where it holds, by their place among all.
    #[serde(skip)]
    pub holds: Vec<usize>,
}

/// A fact and the lines that ask for it.
struct Fact {
    words: String,
    id: String,
    condition: String,
}

/// The facts worth a rule beside `score`, the learned points of `rows`. `step` is what points are rounded to.
pub(super) fn suggestions(
    deals: &Deals,
    scorecard: &Scorecard,
    score: &[f64],
    rows: &[usize],
    step: f64,
) -> Vec<Suggestion> {
    let used = Used::by(scorecard);
    let asked: Vec<(usize, &Attribute)> =
        deals.attributes.iter().enumerate().filter(|(_, attribute)| !used.covers(attribute)).collect();
    let (facts, candidates): (Vec<Fact>, Vec<Candidate>) = asked
        .into_par_iter()
        .flat_map_iter(|(source, attribute)| {
            let facts = facts_of(attribute, scorecard, rows).into_iter();
            facts.map(move |(fact, holds)| (fact, Candidate { source, holds }))
        })
        .unzip();
    let pick = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
    let (y, weights) = (pick(&deals.snapshots.won), pick(&deals.snapshots.row_weight));
    let found = missing(score, &candidates, &y, &weights);
    let taken: Vec<&str> = scorecard.rules.iter().map(|rule| rule.id.as_str()).collect();
    found
        .into_iter()
        .take(MOST)
        .map(|m| {
            let fact = &facts[m.candidate];
            let id = if taken.contains(&fact.id.as_str()) { format!("{}_too", fact.id) } else { fact.id.clone() };
            let rounded = round_to(m.points, step);
            let points = if rounded == 0.0 { round_to(m.points, step / 10.0) } else { rounded };
            let (subject, about) = origin(&deals.attributes[candidates[m.candidate].source].source);
            Suggestion {
                fact: fact.words.clone(),
                is_suspicious: deals.leaks.iter().any(|found| found.name == about),
                about,
                subject,
                points: m.points,
                interval: m.interval,
                leads: m.leads,
                won: m.won,
                win_rate: m.win_rate,
                matters: m.matters,
                toml: format!("[[rule]]\nid = {}\n{}\npoints = {points}\n", quoted(&id), fact.condition),
                holds: held(rows, &candidates[m.candidate].holds),
            }
        })
        .collect()
}

/// The rows where a fact holds.
fn held(rows: &[usize], holds: &[bool]) -> Vec<usize> {
    rows.iter().zip(holds).filter(|(_, holds)| **holds).map(|(&row, _)| row).collect()
}

/// What the scorecard already asks for.
struct Used {
    fields: Vec<String>,
    kinds: Vec<String>,
}

impl Used {
    fn by(scorecard: &Scorecard) -> Used {
        let fields = scorecard.fields().into_iter().map(|(field, _)| field).collect();
        let mut kinds = Vec::new();
        for activity in scorecard.rules.iter().filter_map(|rule| rule.activity.as_ref()) {
            kinds.extend(activity.kinds.listed().iter().map(|kind| fold(kind)));
            if let ActivityMeasure::Rate { of, .. } = &activity.measure {
                kinds.extend(of.listed().iter().map(|kind| fold(kind)));
            }
        }
        Used { fields, kinds }
    }

    /// Whether a rule asks for it, or it is nothing that a rule can ask for in one line. Of a column of words that some
    /// rule reads, the other words may still be missing.
    fn covers(&self, attribute: &Attribute) -> bool {
        match &attribute.source {
            Source::Column(_) if matches!(attribute.values, Values::Text(_)) => false,
            Source::Column(name) => self.fields.contains(name) || self.kinds.contains(&fold(name)),
            Source::Activity { kind, measure: KindMeasure::Count } => self.kinds.contains(&fold(kind)),
            _ => true,
        }
    }
}

/// The facts that one source offers, over `rows`.
fn facts_of(attribute: &Attribute, scorecard: &Scorecard, rows: &[usize]) -> Vec<(Fact, Vec<bool>)> {
    match (&attribute.source, &attribute.values) {
        (Source::Activity { kind, .. }, Values::Number(counts)) => {
            let fact = Fact {
                words: format!("`{kind}`"),
                id: identifier(kind),
                condition: format!("activity = {}\nat_least = 1", quoted(kind)),
            };
            vec![(fact, rows.iter().map(|&row| counts.get(row) >= 1.0).collect())]
        }
        (Source::Column(name), Values::Number(values)) => {
            let cuts = cuts(rows.iter().map(|&row| values.get(row)).filter(|v| !v.is_nan()).collect());
            let fact = |cut: f64| Fact {
                words: format!("`{name}` from {}", short_number(cut)),
                id: identifier(&format!("{name} from {}", short_number(cut))),
                condition: format!("when = {{ field = {}, at_least = {cut} }}", quoted(name)),
            };
            cuts.into_iter().map(|cut| (fact(cut), rows.iter().map(|&row| values.get(row) >= cut).collect())).collect()
        }
        (Source::Column(name), Values::Text(column)) => words_of(name, column, scorecard, rows),
        _ => Vec::new(),
    }
}

/// One fact a word that no rule names, in the order of the column's words.
fn words_of(name: &str, column: &TextColumn, scorecard: &Scorecard, rows: &[usize]) -> Vec<(Fact, Vec<bool>)> {
    let fact = |word: &String| Fact {
        words: format!("`{name}` = {word}"),
        id: identifier(&format!("{name} {word}")),
        condition: format!("when = {{ field = {}, any_of = [{}] }}", quoted(name), quoted(word)),
    };
    let mut counts = vec![0usize; column.levels.len()];
    for &row in rows {
        if let Some(count) = counts.get_mut(column.codes[row] as usize) {
            *count += 1;
        }
    }
    let missing = |code: &usize| counts[*code] >= FEWEST && !scorecard.asks_for(name, &column.levels[*code]);
    let common = (0..counts.len()).filter(missing);
    common
        .map(|code| (fact(&column.levels[code]), rows.iter().map(|&row| column.codes[row] as usize == code).collect()))
        .collect()
}

/// Words on fewer deals are not even asked.
const FEWEST: usize = 30;

/// Distinct values at the [`CUTS`], without the least, which every deal reaches.
fn cuts(mut values: Vec<f64>) -> Vec<f64> {
    let Some(least) = values.iter().copied().min_by(f64::total_cmp) else { return Vec::new() };
    let last = (values.len() - 1) as f64;
    let mut cuts: Vec<f64> =
        CUTS.iter().map(|share| *values.select_nth_unstable_by((last * share) as usize, f64::total_cmp).1).collect();
    cuts.retain(|cut| *cut > least && cut.is_finite());
    cuts.dedup();
    cuts
}

/// Letters and digits of a name, the rest as single underscores.
fn identifier(name: &str) -> String {
    let mut id = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_alphanumeric() {
            id.push(letter);
        } else if !id.is_empty() && !id.ends_with('_') {
            id.push('_');
        }
    }
    id.trim_end_matches('_').to_string()
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}

impl Suggestion {
    /// The suggestion as a person reads it; `win_rate` is that of all deals.
    pub fn sentence(&self, win_rate: f64, weights: RowWeights) -> String {
        let [points, low, high] = signed_with_interval(self.points, self.interval);
        format!(
            "No rule uses {}: worth about {points} ({low} to {high}); of {} with it {:.1} % were won, of all {:.1} %{}.{}",
            self.fact,
            counted(self.leads, "deal"),
            100.0 * self.win_rate,
            100.0 * win_rate,
            weights.of_rate(self.leads, self.won, self.win_rate).behind(),
            self.doubt()
        )
    }

    /// The question to ask before anybody gives points for it.
    fn doubt(&self) -> String {
        if !self.is_suspicious {
            return String::new();
        }
        format!(
            " Suspicious: if `{}` was filled in only after the deal was decided, give it no points, for open leads will not \
             have it.",
            self.about
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_cut_where_they_lie() {
        assert_eq!(cuts((0..=100).map(f64::from).collect()), [10.0, 25.0, 50.0, 75.0, 90.0]);
        assert_eq!(cuts(vec![0.0; 90].into_iter().chain([1.0; 20]).collect()), [1.0]);
        assert_eq!(cuts(vec![2.0; 5]), [0.0; 0]);
        assert_eq!(cuts(Vec::new()), [0.0; 0]);
    }

    #[test]
    fn what_may_know_the_outcome_is_marked() {
        let plain = Suggestion {
            fact: "`Tags` = Ringing".into(),
            about: "Tags".into(),
            subject: Subject::Column,
            is_suspicious: false,
            points: 30.0,
            interval: [25.0, 35.0],
            leads: 100,
            won: 90,
            win_rate: 0.9,
            matters: 3.0,
            toml: String::new(),
            holds: Vec::new(),
        };
        assert!(
            plain.sentence(0.4, RowWeights::Alike).ends_with("of 100 deals with it 90.0 % were won, of all 40.0 %.")
        );
        let marked = Suggestion { is_suspicious: true, ..plain };
        assert!(
            marked
                .sentence(0.4, RowWeights::Alike)
                .contains("of all 40.0 %. Suspicious: if `Tags` was filled in only after")
        );
    }

    #[test]
    fn names_become_ids_and_text_becomes_toml() {
        assert_eq!(identifier("Lead Origin: Lead Add  Form!"), "lead_origin_lead_add_form");
        assert_eq!(quoted("a \"b\""), "'a \"b\"'");
        assert_eq!(quoted("部長"), "\"部長\"");
    }
}
