//! Where to draw the line: by what sales can work, and by what a lead costs and a win is worth.
//!
//! Deals, wins and money count by row weight, scaled to the number of deals.
//!
//! By cost and value: working a lead with win probability p yields p · value − cost on average, so it pays from
//! p* = cost ÷ value on. Elkan, C. (2001), The foundations of cost-sensitive learning, IJCAI.

use super::past::{Past, Said, Side};
use serde::Serialize;

/// Days of a month, on average.
const DAYS_OF_A_MONTH: f64 = 365.25 / 12.0;
/// Sums of a million weights are right to this share.
const ROUNDING: f64 = 1e-9;

/// How long sales' capacity is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A calendar day.
    Day,
    /// Seven of them.
    Week,
    /// A twelfth of a year.
    Month,
}

impl Period {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        }
    }

    fn days(self) -> f64 {
        match self {
            Period::Day => 1.0,
            Period::Week => 7.0,
            Period::Month => DAYS_OF_A_MONTH,
        }
    }
}

/// How many leads sales can work in a period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Capacity {
    /// Leads.
    pub leads: f64,
    /// In this time.
    pub per: Period,
}

/// What working a lead costs, and what a win is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Money {
    /// Cost of working one lead.
    pub cost: f64,
    /// Value of one win.
    pub value: f64,
}

/// The deals at and above one side's cut-off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cut {
    /// Whose order.
    pub side: Side,
    /// What the cut-off is in.
    pub unit: &'static str,
    /// The lowest score that is worked; `None` when none is.
    pub cutoff: Option<f64>,
    /// Share worked of the deals that stand exactly at the cut-off; 1 when all of them are.
    pub share_at_cutoff: f64,
    /// Deals worked.
    pub worked: f64,
    /// Wins among them.
    pub wins_caught: f64,
    /// Wins that are not worked.
    pub wins_missed: f64,
    /// Hours that this takes.
    pub hours: Option<f64>,
}

/// The cut-off by capacity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CapacityCut {
    /// What sales can work.
    pub capacity: Capacity,
    /// Judged deals that came in the same time.
    pub arrivals: f64,
    /// Share of the deals that can be worked.
    pub share: f64,
    /// Wins that the same work would catch without any order.
    pub wins_by_chance: f64,
    /// What each side's best deals would have brought.
    pub sides: Vec<Cut>,
}

/// One side's cut-off with what it earns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueRow {
    /// The cut.
    #[serde(flatten)]
    pub cut: Cut,
    /// Spent on working.
    pub spent: f64,
    /// Value of the wins caught less what was spent.
    pub profit: f64,
}

/// The cut-off by cost and value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValueCut {
    /// Cost and value.
    pub money: Money,
    /// p* = cost ÷ value: from this win probability on a lead pays for its work.
    pub threshold: f64,
    /// Profit of working every deal.
    pub everyone: f64,
    /// Each side at p*, where it has a probability.
    pub at_threshold: Vec<ValueRow>,
    /// Each side at the cut-off that would have earned most, known only in hindsight.
    pub best: Vec<ValueRow>,
}

/// What each side's best-ranked deals would have brought at this capacity.
pub(super) fn by_capacity(
    past: &Past,
    capacity: Capacity,
    span_days: Option<f64>,
    hours_per_lead: Option<f64>,
    notes: &mut Vec<String>,
) -> Option<CapacityCut> {
    let Some(days) = span_days.filter(|days| *days > 0.0) else {
        notes.push("No cut-off by capacity: without times it is not known how many deals come in a day.".into());
        return None;
    };
    let arrivals = past.n() as f64 / days * capacity.per.days();
    let share = (capacity.leads / arrivals).min(1.0);
    notes.push(
        "Arrivals are counted by the closed deals; leads that are still open, or were left out, come on top.".into(),
    );
    let sides = past.sides().iter().map(|said| at_share(past, said, share, hours_per_lead)).collect();
    Some(CapacityCut { capacity, arrivals, share, wins_by_chance: share * past.weighted_wins(), sides })
}

/// The best `share` of the deals; those tied at the cut-off count by the part of them that fits.
fn at_share(past: &Past, said: &Said<'_>, share: f64, hours_per_lead: Option<f64>) -> Cut {
    let (rank, weight) = (said.rank, past.scaled());
    let room = share * past.n() as f64;
    let order = descending(rank);
    let (mut worked, mut wins, mut cutoff, mut part) = (0.0, 0.0, None, 1.0);
    for tied in order.chunk_by(|&a, &b| rank[a] == rank[b]) {
        let here: f64 = tied.iter().map(|&i| weight[i]).sum();
        // What rounding leaves of the room is no deal.
        if room - worked <= ROUNDING * room {
            break;
        }
        part = ((room - worked) / here).min(1.0);
        worked += part * here;
        wins += part * tied.iter().map(|&i| weight[i] * past.y[i]).sum::<f64>();
        cutoff = Some(rank[tied[0]]);
    }
    Cut {
        side: said.side,
        unit: said.side.unit(),
        cutoff,
        share_at_cutoff: part,
        worked,
        wins_caught: wins,
        wins_missed: (past.weighted_wins() - wins).max(0.0),
        hours: hours_per_lead.map(|h| h * worked),
    }
}

/// Positions from the highest rank to the lowest.
fn descending(rank: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rank.len()).collect();
    order.sort_by(|&a, &b| rank[b].total_cmp(&rank[a]).then(a.cmp(&b)));
    order
}

/// Each side at p*, and at the cut-off that hindsight would choose.
pub(super) fn by_value(past: &Past, money: Money, hours_per_lead: Option<f64>) -> ValueCut {
    let threshold = money.cost / money.value;
    let sides = past.sides();
    ValueCut {
        money,
        threshold,
        everyone: money.value * past.weighted_wins() - money.cost * past.n() as f64,
        at_threshold: sides
            .iter()
            .filter_map(|said| {
                let p = said.p?;
                let is_out = |i: usize| said.heeds_rules && past.disqualified[i];
                let rows: Vec<usize> = (0..past.n()).filter(|&i| p[i] >= threshold && !is_out(i)).collect();
                Some(earned(past, said, &rows, money, hours_per_lead))
            })
            .collect(),
        best: sides.iter().map(|said| earned(past, said, &best(past, said, money), money, hours_per_lead)).collect(),
    }
}

/// The deals from the most profitable cut-off on; of equal profits the one with the least work.
fn best(past: &Past, said: &Said<'_>, money: Money) -> Vec<usize> {
    let (mut order, weight) = (descending(said.rank), past.scaled());
    let (mut worked, mut profit, mut most, mut keep) = (0, 0.0, 0.0, 0);
    for tied in order.chunk_by(|&a, &b| said.rank[a] == said.rank[b]) {
        worked += tied.len();
        profit += tied.iter().map(|&i| weight[i] * (money.value * past.y[i] - money.cost)).sum::<f64>();
        if profit > most {
            (most, keep) = (profit, worked);
        }
    }
    order.truncate(keep);
    order
}

fn earned(past: &Past, said: &Said<'_>, rows: &[usize], money: Money, hours_per_lead: Option<f64>) -> ValueRow {
    let weight = past.scaled();
    let worked: f64 = rows.iter().map(|&i| weight[i]).sum();
    let wins: f64 = rows.iter().map(|&i| weight[i] * past.y[i]).sum();
    let spent = money.cost * worked;
    let cut = Cut {
        side: said.side,
        unit: said.side.unit(),
        cutoff: rows.iter().map(|&i| said.rank[i]).reduce(f64::min),
        share_at_cutoff: 1.0,
        worked,
        wins_caught: wins,
        wins_missed: (past.weighted_wins() - wins).max(0.0),
        hours: hours_per_lead.map(|h| h * worked),
    };
    ValueRow { cut, spent, profit: money.value * wins - spent }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six deals; by points the two wins are first and third, and the middle three are tied.
    fn past() -> Past {
        Past {
            rows: (0..6).collect(),
            y: vec![1.0, 0.0, 1.0, 0.0, 0.0, 0.0],
            w: vec![1.0; 6],
            disqualified: vec![false; 6],
            rule_score: Some(vec![9.0, 5.0, 5.0, 5.0, 1.0, 0.0]),
            p_rule: Some(vec![0.8, 0.3, 0.3, 0.3, 0.1, 0.05]),
            p_model: None,
            model_score: None,
            p: None,
            score: None,
            as_of: None,
        }
    }

    #[test]
    fn capacity_is_used_up_exactly_and_ties_are_shared() {
        let mut notes = Vec::new();
        // Six deals in six days, two a day can be worked of one: everyone; half a day: three deals.
        let capacity = |leads| Capacity { leads, per: Period::Day };
        let all = by_capacity(&past(), capacity(2.0), Some(6.0), None, &mut notes).unwrap();
        assert_eq!((all.share, all.sides[0].worked, all.sides[0].wins_missed), (1.0, 6.0, 0.0));
        let half = by_capacity(&past(), capacity(0.5), Some(6.0), Some(2.0), &mut notes).unwrap();
        let cut = &half.sides[0];
        assert_eq!((cut.cutoff, cut.worked, cut.hours), (Some(5.0), 3.0, Some(6.0)));
        // One win at 9 points, and two thirds of the win among the three deals at 5.
        assert!((cut.wins_caught - 5.0 / 3.0).abs() < 1e-12 && (cut.share_at_cutoff - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(half.wins_by_chance, 1.0);
        assert!(by_capacity(&past(), capacity(1.0), None, None, &mut notes).is_none());
    }

    #[test]
    fn a_deal_of_weight_2_is_a_deal_twice() {
        let (mut heavy, mut twice) = (past(), past());
        heavy.w[2] = 2.0;
        twice.rows.push(6);
        twice.y.push(1.0);
        twice.w.push(1.0);
        twice.disqualified.push(false);
        twice.rule_score.as_mut().unwrap().push(5.0);
        let cut = |past: &Past| at_share(past, &past.sides()[0], 0.4, None);
        // 7 deals and 6 of mean weight 1: shares are the same, counts are in proportion.
        let (a, b) = (cut(&heavy), cut(&twice));
        assert!((a.wins_caught / a.worked - b.wins_caught / b.worked).abs() < 1e-12);
        assert_eq!((a.cutoff, b.cutoff), (Some(5.0), Some(5.0)));
    }

    #[test]
    fn cost_and_value_give_the_threshold_and_the_profit() {
        let cut = by_value(&past(), Money { cost: 20.0, value: 100.0 }, None);
        assert_eq!((cut.threshold, cut.everyone), (0.2, 80.0));
        let at = &cut.at_threshold[0];
        assert_eq!((at.cut.cutoff, at.cut.worked, at.cut.wins_missed, at.profit), (Some(5.0), 4.0, 0.0, 120.0));
        assert_eq!((cut.best[0].cut.cutoff, cut.best[0].profit), (Some(5.0), 120.0));
        // At a high cost only the deal at 9 points pays.
        let dear = by_value(&past(), Money { cost: 60.0, value: 100.0 }, None);
        assert_eq!((dear.best[0].cut.cutoff, dear.best[0].profit), (Some(9.0), 40.0));
    }
}
