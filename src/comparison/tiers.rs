//! Tier bounds under new points: moved to where the same share of the deals reaches them.

use super::rounding::round_to;

/// A bound counts as reached this far below it, because tenths do not add up in floating point.
const REACHED: f64 = 1e-9;

/// A round bound is taken when its share is this near to the best that any bound gives.
const SHARE_SLACK: f64 = 0.005;

/// How much finer than the step a bound may become: tenths, then hundredths of it.
const FINER: [f64; 3] = [1.0, 10.0, 100.0];

/// Bounds tried at most for one step.
const MOST_TRIED: f64 = 20_000.0;

/// A tier and the score from which it is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// The score from which it is reached.
    pub bound: f64,
}

/// The tiers moved to the bounds that the same weighted share of the deals reaches under the new scores.
///
/// `old` and `new` are the clamped rule scores of the same deals, `(n_deals)`; `step` is the scorecard's
/// ([`super::rounding::step`]). Of the multiples of the step within `range`, the one whose share is nearest is taken,
/// and among equals the one nearest to the old bound; where round bounds miss the share by half a percentage point
/// more than need be, or would put two tiers on one bound, tenths and then hundredths of the step are tried. The
/// order of the tiers by bound is kept, and without deals they stay as they are. A tier that some deals reached gets a
/// bound that some reach, as far as there is one above the tier below: where the new scores are few, that may be more
/// deals than before, but a tier without any would hand nobody over.
pub fn move_tiers(old: &[f64], new: &[f64], weights: &[f64], tiers: &[Tier], range: [f64; 2], step: f64) -> Vec<Tier> {
    let (old, new) = (Reach::new(old, weights), Reach::new(new, weights));
    if old.total <= 0.0 {
        return tiers.to_vec();
    }
    let mut moved = tiers.to_vec();
    let mut by_bound: Vec<usize> = (0..tiers.len()).collect();
    by_bound.sort_by(|&a, &b| tiers[a].bound.total_cmp(&tiers[b].bound));
    let mut above = f64::NEG_INFINITY;
    for tier in by_bound {
        let share = old.share(tiers[tier].bound);
        moved[tier].bound = nearest_bound(&new, share, tiers[tier].bound, above, range, step);
        above = moved[tier].bound;
    }
    moved
}

/// The roundest bound above `above` whose share is as near to `share` as bounds come.
fn nearest_bound(new: &Reach, share: f64, old_bound: f64, above: f64, range: [f64; 2], step: f64) -> f64 {
    let miss = |bound: f64| (new.share(bound) - share).abs();
    let better = |a: &f64, b: &f64| {
        let nearer = (a - old_bound).abs().total_cmp(&(b - old_bound).abs());
        miss(*a).total_cmp(&miss(*b)).then(nearer).then(a.total_cmp(b))
    };
    let free = |bound: &f64| *bound > above + REACHED && *bound >= range[0] && *bound <= range[1];
    let must_be_reached = share > 0.0 && new.scores.iter().any(free);
    let open = |bound: &f64| free(bound) && (!must_be_reached || new.share(*bound) > 0.0);
    let best = new.scores.iter().copied().filter(open).min_by(better);
    let least = best.map_or(f64::INFINITY, miss);
    let mut roundest = None;
    for finer in FINER {
        let step = step / finer;
        let (from, to) = ((range[0] / step).ceil(), (range[1] / step).floor());
        if to - from > MOST_TRIED {
            break;
        }
        let candidates = (0..=(to - from).max(0.0) as usize).map(|at| round_to((from + at as f64) * step, step));
        let candidate = candidates.chain([old_bound]).filter(open).min_by(better);
        match candidate {
            Some(bound) if miss(bound) <= least + SHARE_SLACK => return bound,
            Some(bound) if roundest.is_none_or(|other| miss(bound) < miss(other)) => roundest = Some(bound),
            _ => {}
        }
    }
    // Without a free bound in the range, order wins over the range: the next step above the tier below.
    best.or(roundest).unwrap_or(above + step)
}

/// Which share of the deals reaches a score.
struct Reach {
    /// Distinct scores, ascending.
    scores: Vec<f64>,
    /// Weight of the deals at or above each.
    weight: Vec<f64>,
    total: f64,
}

impl Reach {
    fn new(scores: &[f64], weights: &[f64]) -> Reach {
        let mut pairs: Vec<(f64, f64)> = scores.iter().copied().zip(weights.iter().copied()).collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (mut scores, mut weight, mut total) = (Vec::new(), Vec::new(), 0.0);
        for (score, own) in pairs {
            total += own;
            if scores.last() == Some(&score) {
                weight.pop();
                scores.pop();
            }
            scores.push(score);
            weight.push(total);
        }
        scores.reverse();
        weight.reverse();
        Reach { scores, weight, total }
    }

    fn share(&self, bound: f64) -> f64 {
        let at = self.scores.partition_point(|&score| score < bound - REACHED);
        self.weight.get(at).map_or(0.0, |weight| weight / self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiers(bounds: &[f64]) -> Vec<Tier> {
        bounds.iter().map(|&bound| Tier { name: format!("T{bound}"), bound }).collect()
    }

    fn bounds(moved: &[Tier]) -> Vec<f64> {
        moved.iter().map(|tier| tier.bound).collect()
    }

    #[test]
    fn the_same_share_reaches_the_moved_bounds() {
        let old: Vec<f64> = (0..1000).map(|deal| f64::from(deal) / 10.0).collect();
        let new: Vec<f64> = old.iter().map(|score| score / 2.0).collect();
        let weights = vec![1.0; old.len()];
        let moved = move_tiers(&old, &new, &weights, &tiers(&[80.0, 50.0]), [0.0, 100.0], 5.0);
        assert_eq!(bounds(&moved), [40.0, 25.0]);
        assert_eq!(moved[0].name, "T80");
        let still = move_tiers(&old, &old, &weights, &tiers(&[80.0, 50.0]), [0.0, 100.0], 5.0);
        assert_eq!(bounds(&still), [80.0, 50.0]);
    }

    #[test]
    fn bounds_become_finer_rather_than_change_the_share_and_keep_their_order() {
        let old: Vec<f64> = (0..1000).map(|deal| f64::from(deal) / 10.0).collect();
        let new: Vec<f64> = old.iter().map(|score| 50.0 + score / 100.0).collect();
        let weights = vec![2.0; old.len()];
        let moved = move_tiers(&old, &new, &weights, &tiers(&[50.0, 80.0, 52.0]), [0.0, 100.0], 5.0);
        assert_eq!(bounds(&moved), [50.5, 50.8, 50.52]);
    }

    #[test]
    fn a_tier_that_was_reached_stays_reached() {
        let old = [vec![15.0; 5], vec![10.0; 25], vec![0.0; 70]].concat();
        let new = [vec![9.0; 20], vec![8.5; 18], vec![0.0; 62]].concat();
        let moved = move_tiers(&old, &new, &[1.0; 100], &tiers(&[15.0, 10.0]), [0.0, 100.0], 0.5);
        assert_eq!(bounds(&moved), [9.0, 8.5], "twenty deals rather than none in place of five");
        let none_left = move_tiers(&old, &[8.5; 100], &[1.0; 100], &tiers(&[15.0, 10.0]), [0.0, 100.0], 0.5);
        assert!(none_left[0].bound > none_left[1].bound);
    }

    #[test]
    fn a_bound_out_of_reach_stays_out_of_reach() {
        let moved = move_tiers(&[10.0, 20.0], &[30.0, 96.0], &[1.0, 1.0], &tiers(&[50.0]), [0.0, 100.0], 5.0);
        assert_eq!(bounds(&moved), [100.0]);
        let alone = move_tiers(&[], &[], &[], &tiers(&[50.0]), [0.0, 100.0], 5.0);
        assert_eq!(bounds(&alone), [50.0]);
    }
}
