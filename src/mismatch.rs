//! Where rules and model disagree: quadrants, ranks, and what became of the deals in each quadrant.

mod by_model;
mod in_lists;
mod reason;
mod sides;

pub use by_model::is_next_to_nothing;
pub use in_lists::{ListWords, Sentence, list_words, of_their_kinds};
pub use reason::{Reason, reason, usual_action};
pub use sides::{Chance, Gain, LikeCases, Opinion, Sides};

use crate::metrics::{Ascending, Auc, Rate, Standing};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Under this many deals a record is too small to say anything.
pub const FEWEST_TO_SAY: usize = 30;

/// Where a lead falls when rules and model are each called high or low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Both high.
    WorkNow,
    /// Rules high, model low: a high score, but the model ranks it below the handover.
    Verify,
    /// Rules low, model high.
    HiddenGem,
    /// Both low.
    Nurture,
}

impl Quadrant {
    /// All four, in the order in which they are listed.
    pub const ALL: [Quadrant; 4] = [Quadrant::WorkNow, Quadrant::Verify, Quadrant::HiddenGem, Quadrant::Nurture];

    /// The quadrant of a lead that the rules, and the model, call high (at or above the handover tier) or not.
    pub fn of(rules_high: bool, model_high: bool) -> Quadrant {
        match (rules_high, model_high) {
            (true, true) => Quadrant::WorkNow,
            (true, false) => Quadrant::Verify,
            (false, true) => Quadrant::HiddenGem,
            (false, false) => Quadrant::Nurture,
        }
    }

    /// The word in the scored table.
    pub fn as_str(self) -> &'static str {
        match self {
            Quadrant::WorkNow => "work_now",
            Quadrant::Verify => "verify",
            Quadrant::HiddenGem => "hidden_gem",
            Quadrant::Nurture => "nurture",
        }
    }

    /// Where a lead here stands against a tier, behind its name: `SQL by points, not by the model`. `is_start`: nobody has
    /// set those points yet.
    pub fn placed(self, is_start: bool) -> &'static str {
        match (self, is_start) {
            (Quadrant::WorkNow, false) => "by points and by the model",
            (Quadrant::WorkNow, true) => "by starting points and by the model",
            (Quadrant::Verify, false) => "by points, not by the model",
            (Quadrant::Verify, true) => "by starting points, not by the model",
            (Quadrant::HiddenGem, false) => "by the model, not by points",
            (Quadrant::HiddenGem, true) => "by the model, not by starting points",
            (Quadrant::Nurture, _) => "by neither",
        }
    }

    /// What a lead here asks for, by how past deals here did beside the average: nobody is warned of leads that such deals
    /// vouch for, nor sent to those that they speak against.
    pub fn advice(self, past: Option<Standing>) -> &'static str {
        match (self, past) {
            (Quadrant::WorkNow, _) => "call",
            (Quadrant::Verify, Some(Standing::Better)) => WORTH_A_CALL,
            (Quadrant::Verify, _) => LOOK_FIRST,
            (Quadrant::HiddenGem, Some(Standing::Worse)) => LOOK_FIRST,
            (Quadrant::HiddenGem, _) => WORTH_A_CALL,
            (Quadrant::Nurture, _) => "after the others",
        }
    }

    /// Whether rules and model disagree here, by at least `min_gap` percentage points of rank.
    pub fn is_mismatch(self, gap: f64, min_gap: f64) -> bool {
        matches!(self, Quadrant::Verify | Quadrant::HiddenGem) && gap.abs() >= min_gap
    }
}

/// A lead to call, whatever one of the two sides thinks of it.
const WORTH_A_CALL: &str = "worth a call";
/// A lead about which to find out more before sales calls.
const LOOK_FIRST: &str = "look before calling";

/// Most values that [`Ranks`] keeps.
const MOST_VALUES: usize = 4096;

/// The row-weighted mid-rank of any value among those of the reference deals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranks {
    /// Distinct values, ascending.
    values: Vec<f64>,
    /// Share of the reference deals below each.
    below: Vec<f64>,
    /// Share of the reference deals at or below each.
    through: Vec<f64>,
}

impl Ranks {
    /// The ranks among `values`. Of more than 4,096 distinct ones only so many are kept, evenly by number, and ranks
    /// between them run straight: wrong by less than the share of the deals between two kept ones.
    pub(crate) fn fit(values: &Ascending) -> Ranks {
        let total = values.total();
        let mut kept = kept_positions(values.ties().count()).into_iter().peekable();
        let mut ranks = Ranks { values: Vec::new(), below: Vec::new(), through: Vec::new() };
        let mut before = 0.0;
        for (position, (value, here)) in values.ties().enumerate() {
            let below = before / total;
            before += here;
            if kept.next_if_eq(&position).is_some() {
                ranks.values.push(value);
                ranks.below.push(below);
                ranks.through.push(before / total);
            }
        }
        ranks
    }

    /// The share of the reference deals below `value`, those equal to it counted half: 0 to 1; ½ without deals.
    pub fn rank(&self, value: f64) -> f64 {
        let at = self.values.partition_point(|&kept| kept < value);
        match (self.values.get(at), at.checked_sub(1)) {
            (None, None) => 0.5,
            (Some(&kept), _) if kept == value => 0.5 * (self.below[at] + self.through[at]),
            (_, None) => 0.0,
            (None, Some(_)) => 1.0,
            (Some(&next), Some(last)) => {
                // Equal unless values between the two were left out.
                let part = (value - self.values[last]) / (next - self.values[last]);
                self.through[last] + part * (self.below[at] - self.through[last])
            }
        }
    }

    /// The largest of the reference deals' values.
    pub fn most(&self) -> Option<f64> {
        self.values.last().copied()
    }

    /// The rank × 100: the model score where there is no scorecard.
    pub fn percentile(&self, value: f64) -> f64 {
        100.0 * self.rank(value)
    }
}

/// Positions of at most [`MOST_VALUES`] of `n` values, the first and the last among them.
fn kept_positions(n: usize) -> Vec<usize> {
    if n <= MOST_VALUES {
        return (0..n).collect();
    }
    (0..MOST_VALUES).map(|i| i * (n - 1) / (MOST_VALUES - 1)).collect()
}

/// Rank of p_model − rank of the rule score among the reference deals, in percentage points: above 0 the model thinks
/// more of the lead than the rules do.
pub fn mismatch_gap(model: &Ranks, rules: &Ranks, p_model: f64, rule_score: f64) -> f64 {
    100.0 * (model.rank(p_model) - rules.rank(rule_score))
}

/// What became of the reference deals of one quadrant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuadrantRecord {
    /// The quadrant.
    pub quadrant: Quadrant,
    /// Deals, wins, win rate with interval; `None` when no deal fell here.
    pub record: Option<Rate>,
}

impl QuadrantRecord {
    /// The record, unless it rests on fewer than [`FEWEST_TO_SAY`] deals: then it is "too few to say".
    pub fn says(&self) -> Option<&Rate> {
        self.record.as_ref().filter(|record| record.n >= FEWEST_TO_SAY)
    }

    /// How the record does beside the win rate of all deals; `None` where it is too small to say.
    pub fn standing(&self, win_rate: f64) -> Option<Standing> {
        Some(self.says()?.standing(win_rate))
    }
}

/// What became of the reference deals of one quadrant whose points came most from one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverRecord {
    /// `verify` or `hidden_gem`.
    pub quadrant: Quadrant,
    /// The rule that brought most points; empty where none brought any.
    pub rule: String,
    /// Deals, wins, win rate with interval.
    pub record: Rate,
}

/// The records of `verify` and `hidden_gem` by the rule that brought most points, which `driver` tells of a deal.
pub fn driver_records<'a>(
    quadrants: &[Quadrant],
    driver: impl Fn(usize) -> &'a str,
    y: &[f64],
    w: &[f64],
) -> Vec<DriverRecord> {
    let mut deals: BTreeMap<(Quadrant, &str), Vec<usize>> = BTreeMap::new();
    for i in (0..quadrants.len()).filter(|&i| matches!(quadrants[i], Quadrant::Verify | Quadrant::HiddenGem)) {
        deals.entry((quadrants[i], driver(i))).or_default().push(i);
    }
    let pick = |values: &[f64], rows: &[usize]| rows.iter().map(|&i| values[i]).collect::<Vec<f64>>();
    let record = |((quadrant, rule), rows): ((Quadrant, &str), Vec<usize>)| {
        Some(DriverRecord { quadrant, rule: rule.to_string(), record: Rate::of(&pick(y, &rows), &pick(w, &rows))? })
    };
    deals.into_iter().filter_map(record).collect()
}

/// The records of the four quadrants, in the order of [`Quadrant::ALL`].
pub fn records(quadrants: &[Quadrant], y: &[f64], w: &[f64]) -> Vec<QuadrantRecord> {
    let record = |quadrant| {
        let (y, w): (Vec<f64>, Vec<f64>) =
            (0..quadrants.len()).filter(|&i| quadrants[i] == quadrant).map(|i| (y[i], w[i])).unzip();
        QuadrantRecord { quadrant, record: Rate::of(&y, &w) }
    };
    Quadrant::ALL.into_par_iter().map(record).collect()
}

/// Why quadrants and mismatches must stay empty, if they must: a model whose out-of-fold AUC may be chance has no
/// opinion to disagree with.
pub fn blurred(model_auc: Option<&Auc>) -> Option<String> {
    match model_auc {
        Some(auc) if auc.beats_chance() => None,
        Some(auc) => Some(format!(
            "on deals it had not seen the model hardly ranks better than chance (a won deal above a lost one {:.0} times \
             in 100; {:.0} to {:.0})",
            100.0 * auc.value,
            100.0 * auc.interval.low,
            100.0 * auc.interval.high
        )),
        None => Some("the model could not be judged on deals it had not seen".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(values: &[f64], w: &[f64]) -> Ranks {
        Ranks::fit(&Ascending::of(values, w))
    }

    #[test]
    fn ranks_count_ties_half_and_step_between() {
        let ranks = fit(&[10.0, 10.0, 50.0, 90.0], &[1.0, 1.0, 1.0, 1.0]);
        let got: Vec<f64> = [5.0, 10.0, 30.0, 50.0, 90.0, 99.0].iter().map(|&v| ranks.rank(v)).collect();
        assert_eq!(got, [0.0, 0.25, 0.5, 0.625, 0.875, 1.0]);
        assert_eq!(fit(&[10.0, 50.0, 7.0], &[3.0, 1.0, 0.0]).percentile(10.0), 37.5);
        assert_eq!(fit(&[], &[]).rank(1.0), 0.5);
    }

    #[test]
    fn thinned_ranks_stay_near() {
        let values: Vec<f64> = (0..20_000).map(|i| (f64::from(i) / 20_000.0).powi(3)).collect();
        let ranks = fit(&values, &vec![1.0; values.len()]);
        assert_eq!(ranks.values.len(), MOST_VALUES);
        for (i, &value) in values.iter().enumerate() {
            assert!((ranks.rank(value) - (i as f64 + 0.5) / 20_000.0).abs() < 2.0 / MOST_VALUES as f64);
        }
    }

    #[test]
    fn quadrants_and_their_records() {
        let all = [(true, true), (true, false), (false, true), (false, false)].map(|(r, m)| Quadrant::of(r, m));
        assert_eq!(all, Quadrant::ALL);
        assert!(Quadrant::Verify.is_mismatch(-20.0, 20.0) && !Quadrant::HiddenGem.is_mismatch(19.9, 20.0));
        assert!(!Quadrant::WorkNow.is_mismatch(90.0, 20.0));
        let advice = |past| all.map(|quadrant| quadrant.advice(past));
        assert_eq!(advice(None), ["call", "look before calling", "worth a call", "after the others"]);
        assert_eq!(advice(Some(Standing::Better))[1..3], ["worth a call"; 2]);
        assert_eq!(advice(Some(Standing::Worse))[1..3], ["look before calling"; 2]);
        let placed = all.map(|quadrant| quadrant.placed(true));
        assert_eq!(placed[1..3], ["by starting points, not by the model", "by the model, not by starting points"]);
        let quadrants: Vec<Quadrant> =
            (0..31).map(|i| if i < 30 { Quadrant::Verify } else { Quadrant::Nurture }).collect();
        let y: Vec<f64> = (0..31).map(|i| f64::from(i < 6)).collect();
        let found = records(&quadrants, &y, &[1.0; 31]);
        assert!(found[0].record.is_none());
        assert_eq!(found[1].says().map(|r| (r.n, r.wins, r.rate)), Some((30, 6, 0.2)));
        assert!(found[3].says().is_none() && found[3].record.is_some());
    }
}
