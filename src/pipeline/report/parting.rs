//! Where the points and the odds of one thing part, and why: a sentence for the place where the odds stand.
//!
//! Points weigh a rule beside the other rules alone, so that it stands for all that its leads have in common. Odds weigh one
//! column or kind of act, all else equal. Where several columns say nearly the same, the model gives most of that to one of
//! them, and the odds of the others shrink or turn round, though leads with any of them are won as often as before. And where
//! the deals cannot tell what a rule is worth, its points are those that were set, and no finding.

use super::super::compare::Suggestion;
use super::super::deals::Deals;
use super::super::leaks::{Subject, origin};
use super::super::purpose::spread;
use super::super::train::in_order;
use super::{ActEffect, Report};
use crate::comparison::{Comparison, Verdict};
use crate::mismatch::{Reason, is_next_to_nothing};
use crate::predictor::Predictor;
use crate::scorecard::{ActivityMeasure, Rule, Scorecard};
use crate::text::fold;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Deals by which the odds of a rule's leads are told at most: their mean is then known to a hundredth of its spread, far
/// within what counts as next to nothing.
const DEALS_ASKED: usize = 1 << 13;

/// Points and odds of one thing that part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parting {
    /// The rule; `None` for a fact that no rule asks for.
    pub rule: Option<String>,
    /// The column, or kind of act, that both are about.
    pub about: String,
    /// Which of the two that is.
    pub subject: Subject,
    /// What to say beside the odds.
    pub sentence: String,
    /// Whether a list of single leads tells the odds of the rule, too.
    pub in_lists: bool,
}

/// What the page says of one thing in points.
struct Claim<'a> {
    rule: Option<&'a str>,
    about: &'a str,
    subject: Subject,
    points: f64,
    interval: [f64; 2],
    /// What the deals say of the rule's points; `None` of a fact.
    verdict: Option<Verdict>,
    /// Whether it is of leads that did such an act; a rule may also be of those who did none, or none lately.
    is_of_acts: bool,
    /// The deals it holds for.
    deals: Cow<'a, [usize]>,
}

/// Both sides of the page.
pub(super) struct Both<'a> {
    pub(super) scorecard: &'a Scorecard,
    pub(super) comparison: &'a Comparison,
    pub(super) suggestions: &'a [Suggestion],
    pub(super) deals: &'a Deals,
    pub(super) predictor: &'a Predictor,
    pub(super) acts: &'a [ActEffect],
}

/// Where points and odds of one thing part.
pub(super) fn partings(both: &Both<'_>) -> Vec<Parting> {
    both.claims().iter().filter_map(|claim| both.parting(claim)).collect()
}

impl Report {
    /// Notes what the reasons of listed leads tell of odds, and marks the partings of rules to which one says that the model
    /// gives no credit.
    pub(super) fn tell_odds_in_lists(&mut self) {
        let lists = [&self.backtest.high_score_no_order, &self.backtest.low_score_order];
        let past = lists.into_iter().flatten().flat_map(|list| &list.shown).map(|deal| &deal.reason);
        let open = self.leads.iter().flat_map(|lists| lists.call.leads.iter().chain(&lists.verify.leads));
        let reasons: Vec<&Reason> = past.chain(open.map(|lead| &lead.reason)).collect();
        self.odds_in_lists = reasons.iter().any(|reason| reason.tells_odds);
        let told: Vec<&String> = reasons.iter().filter_map(|reason| reason.uncredited.as_ref()).collect();
        for parting in &mut self.partings {
            parting.in_lists = parting.rule.as_ref().is_some_and(|rule| told.contains(&rule));
        }
    }
}

impl Both<'_> {
    /// The rules about one column or kind alone, and suggestions whose points tell a direction, where deals are believed in full.
    fn claims(&self) -> Vec<Claim<'_>> {
        let columns = self.deals.rules.as_ref().map_or(&[][..], |side| &side.rules);
        let of_rules = self.comparison.rules.iter().zip(columns).filter_map(|(found, column)| {
            let rule = self.scorecard.rules.iter().find(|rule| rule.name == column.name)?;
            let deals = (0..column.q.len()).filter(|&deal| column.q[deal] > 0.0).collect();
            let (points, interval, verdict) = (found.learned_points, found.interval, Some(found.verdict));
            let is_of_acts = rule.activity.as_ref().is_some_and(|activity| pays_for_acts(&activity.measure));
            let (subject, about) = about(rule)?;
            Some(Claim { rule: Some(&column.name), about, subject, points, interval, verdict, is_of_acts, deals })
        });
        let facts = self.suggestions.iter().filter(|_| self.comparison.rho >= 1.0);
        let of_facts = facts.map(|fact| Claim {
            rule: None,
            about: &fact.about,
            subject: fact.subject,
            points: fact.points,
            interval: fact.interval,
            verdict: None,
            is_of_acts: true,
            deals: Cow::Borrowed(&fact.holds[..]),
        });
        let is_claimed = |claim: &Claim<'_>| !claim.deals.is_empty() && (claim.rule.is_some() || claim.tells());
        of_rules.chain(of_facts).filter(is_claimed).collect()
    }

    fn parting(&self, claim: &Claim<'_>) -> Option<Parting> {
        let by_origin = self.log_odds(&claim.deals);
        let (own_origin, own) = claim.own(&by_origin)?;
        let (subject, about) = own_origin;
        let act = self.acts.iter().find(|act| *subject == Subject::Kind && claim.is_of_acts && act.kind == *about);
        let shown = act.and_then(|act| act.aged.first()).map_or(own, |today| today.moves.log_odds);
        let of = |sentence: String| {
            let rule = claim.rule.map(str::to_string);
            Parting { rule, about: about.clone(), subject: *subject, sentence, in_lists: false }
        };
        if !claim.tells() {
            let is_a_claim = claim.is_as_set() || !is_next_to_nothing(claim.points / self.comparison.factor);
            return (is_a_claim && is_unlike(claim.points, shown)).then(|| of(undecided(claim)));
        }
        if !do_part(claim.interval, self.comparison.factor, shown) {
            return None;
        }
        let direction = claim.points.signum();
        let others = by_origin.iter().filter(|(other, _)| *other != own_origin);
        let most = others.max_by(|a, b| (direction * a.1).total_cmp(&(direction * b.1)));
        let most = most.filter(|(_, log_odds)| direction * **log_odds > 0.0 && !is_next_to_nothing(**log_odds));
        Some(of(sentence(claim, most.map(|((_, other), _)| other.as_str()))))
    }

    /// By column or kind: what the model makes of it on some deals, on average, in log-odds against the average lead.
    fn log_odds(&self, deals: &[usize]) -> BTreeMap<Origin, f64> {
        let attributes = in_order(self.deals, &self.predictor.sources());
        let rows = spread(deals, DEALS_ASKED);
        let means = self.predictor.mean_contributions(&attributes, &rows, &self.deals.snapshots.row_weight);
        let mut sums: BTreeMap<Origin, f64> = BTreeMap::new();
        for (fitted, mean) in self.predictor.terms.iter().zip(means) {
            *sums.entry(origin(&fitted.term.source)).or_default() += mean;
        }
        sums
    }
}

/// A column or a kind of act, which may have the same name.
type Origin = (Subject, String);

impl Claim<'_> {
    /// Whether the deals cannot judge the points, so that these stay near those set.
    fn is_as_set(&self) -> bool {
        self.verdict == Some(Verdict::TooLittleData)
    }

    /// Whether the deals tell the direction of the points.
    fn tells(&self) -> bool {
        !self.is_as_set() && (self.interval[0] > 0.0 || self.interval[1] < 0.0)
    }

    /// What the model makes of the thing itself. A counter of acts is a column to the model.
    fn own<'m>(&self, by_origin: &'m BTreeMap<Origin, f64>) -> Option<(&'m Origin, f64)> {
        let of = |wanted: Subject| {
            by_origin.iter().find(|((subject, name), _)| *subject == wanted && fold(name) == fold(self.about))
        };
        of(self.subject).or_else(|| of(Subject::Column)).map(|(origin, log_odds)| (origin, *log_odds))
    }
}

/// The one column or kind of act that a rule asks for; `None` where it asks for several, for none by name, or for a detail
/// of the acts, which the model does not look at.
fn about(rule: &Rule) -> Option<(Subject, &str)> {
    let fields = || rule.when.iter().flat_map(|when| when.fields()).map(|field| field.field.as_str());
    match &rule.activity {
        Some(activity) if rule.when.is_none() && activity.detail.is_none() => match activity.kinds.listed() {
            [kind] => Some((Subject::Kind, kind)),
            _ => None,
        },
        Some(_) => None,
        None => {
            let column = fields().next().filter(|first| fields().all(|field| field == *first))?;
            Some((Subject::Column, column))
        }
    }
}

/// Whether a rule pays for acts done, not for their lack.
fn pays_for_acts(measure: &ActivityMeasure) -> bool {
    match measure {
        ActivityMeasure::EachTime { .. } | ActivityMeasure::Rate { .. } => true,
        ActivityMeasure::Threshold { at_most, .. } => at_most.is_none(),
        ActivityMeasure::Quiet { .. } | ActivityMeasure::Gap { .. } => false,
    }
}

/// Whether odds part from points whose interval lies on one side of 0: they point the other way, and not both are worth next
/// to nothing. `factor`: points per unit of log-odds.
fn do_part([low, high]: [f64; 2], factor: f64, log_odds: f64) -> bool {
    let least = if low > 0.0 { low } else { high };
    least * log_odds < 0.0 && !(is_next_to_nothing(log_odds) && is_next_to_nothing(least / factor))
}

/// Whether odds do not look like points of which nobody knows the direction.
fn is_unlike(points: f64, log_odds: f64) -> bool {
    points * log_odds < 0.0 || is_next_to_nothing(log_odds)
}

/// That odds do not speak against points that the deals cannot tell.
fn undecided(claim: &Claim<'_>) -> String {
    let [low, high] = claim.interval;
    let as_set = if claim.is_as_set() { ", which stay near those set" } else { "" };
    format!(
        "What `{}` is worth beside the other rules the deals cannot tell ({low:+.1} to {high:+.1}), so these odds do not \
         contradict its {:+.1} points{as_set}.",
        claim.rule.unwrap_or_default(),
        claim.points
    )
}

/// Names rules, columns and kinds, never what a cell says.
fn sentence(claim: &Claim<'_>, most: Option<&str>) -> String {
    let worth = match claim.rule {
        Some(rule) => format!("`{rule}` is worth {:+.1} points", claim.points),
        None => format!("A rule for it, as above, is worth {:+.1} points", claim.points),
    };
    let most = most.map_or_else(String::new, |most| format!(", mostly `{most}`"));
    format!(
        "{worth} all the same: beside the other rules, points stand for all else that such leads have in common{most}; these \
         odds do not."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_part_from_points_that_tell_a_direction() {
        let factor = 12.0;
        let times = |odds: f64| odds.ln();
        assert!(do_part([31.7, 36.4], factor, times(0.76)), "the other way");
        assert!(do_part([-2.7, -0.6], factor, times(235.0)), "the other way, however few the points");
        assert!(do_part([31.7, 36.4], factor, times(0.95)), "the other way beside ×14 and more");
        assert!(!do_part([0.5, 1.5], factor, times(0.95)), "next to nothing, both of them");
        assert!(!do_part([31.7, 36.4], factor, times(1.5)), "one direction, less of it");
        assert!(!do_part([-14.5, -10.3], factor, times(0.33)));
    }

    fn claim(subject: Subject) -> Claim<'static> {
        Claim {
            rule: Some("referred"),
            about: "source",
            subject,
            points: 34.1,
            interval: [31.7, 36.4],
            verdict: Some(Verdict::TooWeak),
            is_of_acts: false,
            deals: vec![1].into(),
        }
    }

    #[test]
    fn a_column_and_a_kind_of_one_name_are_two_things() {
        let both = || [(Subject::Column, -0.3), (Subject::Kind, 0.9)];
        let known = |of: &[(Subject, f64)]| -> BTreeMap<Origin, f64> {
            of.iter().map(|(subject, log_odds)| ((*subject, "Source".to_string()), *log_odds)).collect()
        };
        let own = |subject, of: &[(Subject, f64)]| claim(subject).own(&known(of)).map(|(_, log_odds)| log_odds);
        assert_eq!(own(Subject::Column, &both()), Some(-0.3));
        assert_eq!(own(Subject::Kind, &both()), Some(0.9));
        assert_eq!(own(Subject::Kind, &both()[..1]), Some(-0.3), "a counter of acts");
        assert_eq!(own(Subject::Column, &both()[1..]), None);
    }

    #[test]
    fn odds_do_not_contradict_points_that_the_deals_cannot_tell() {
        let unsure = Claim {
            points: 8.7,
            interval: [3.5, 12.0],
            verdict: Some(Verdict::TooLittleData),
            ..claim(Subject::Column)
        };
        assert!(!unsure.tells() && is_unlike(8.7, -0.1) && is_unlike(8.7, 0.1) && !is_unlike(8.7, 0.5));
        assert_eq!(
            undecided(&unsure),
            "What `referred` is worth beside the other rules the deals cannot tell (+3.5 to +12.0), so these odds do not contradict \
             its +8.7 points, which stay near those set."
        );
        let agrees = Claim { interval: [-3.5, 12.0], verdict: Some(Verdict::Agrees), ..claim(Subject::Column) };
        assert!(!agrees.tells() && undecided(&agrees).ends_with("its +34.1 points."));
        assert!(claim(Subject::Column).tells());
    }

    #[test]
    fn the_sentence_names_what_goes_along() {
        let claim = claim(Subject::Column);
        assert_eq!(
            sentence(&claim, Some("origin")),
            "`referred` is worth +34.1 points all the same: beside the other rules, points stand for all else that such leads \
             have in common, mostly `origin`; these odds do not."
        );
        assert!(
            sentence(&Claim { rule: None, ..claim }, None)
                .starts_with("A rule for it, as above, is worth +34.1 points")
        );
    }
}
