//! What `score` says: how many leads in each tier by rules and by score, and where the two sides disagree.

mod expected;
mod moment;
mod quadrants;
mod sums;
mod text;
mod ties;

pub(super) use moment::Moment;
pub(super) use text::score_text;

use expected::Expected;
use quadrants::QuadrantVolume;
use sums::{Chances, Sums};
use ties::Ties;

use super::order::Order;
use super::terminal::plural;
use crate::mismatch::{Quadrant, Reason};
use crate::pipeline::handover::Handover;
use crate::pipeline::model::Model;
use crate::pipeline::score::{Assessment, FirstLead, Standing, WonSince, above_all_points, most_points};
use crate::scorecard::Scorecard;
use crate::tables::{LeadTable, Outcome};
use serde::Serialize;
use std::path::Path;

/// Mismatches shown of each kind.
const SHOWN: usize = 5;

/// The summary of a scoring.
#[derive(Debug, Serialize)]
pub(super) struct ScoreSummary {
    pub(super) leads: usize,
    /// Leads that somebody can still do something about: only they count in the figures.
    pub(super) open: usize,
    pub(super) closed: usize,
    /// Leads that were open at the as-of and have been won or lost since.
    pub(super) closed_since: usize,
    /// What became since of the leads that were open at the as-of, where the table knows.
    pub(super) won_since: Option<WonSince>,
    /// Of the closed ones those that count as lost only because they were not won in time.
    pub(super) lost_by_now: usize,
    /// Whether all leads are decided, so that the figures look back on them.
    pub(super) looks_back: bool,
    #[serde(flatten)]
    pub(super) moment: Moment,
    pub(super) not_created: usize,
    pub(super) scorecard: Option<String>,
    /// Whether that is still the one that `init` drew up.
    pub(super) is_start: bool,
    pub(super) model_version: Option<u32>,
    pub(super) blend_weight: Option<f64>,
    pub(super) tiers: Vec<TierVolume>,
    pub(super) handover: Option<Handover>,
    /// Leads below the handover, though more likely than not to be won.
    pub(super) likely_below_handover: usize,
    pub(super) quadrants: Vec<QuadrantVolume>,
    pub(super) verify: Vec<Flagged>,
    pub(super) hidden_gems: Vec<Flagged>,
    pub(super) top: Vec<FirstLead>,
    /// What scores above the points of all past deals say, where some of `top` have such.
    above_all_points: Option<String>,
    pub(super) older_than_the_model_knows: usize,
    /// Open leads of which nobody can tell whether they are older than that.
    pub(super) of_unknown_age: usize,
    pub(super) horizon_days: Option<f64>,
    /// The same in words, with why the model knows no older ones.
    #[serde(skip)]
    beyond: Option<String>,
    pub(super) min_gap: Option<f64>,
    pub(super) mismatches: usize,
    pub(super) no_quadrants_because: Option<String>,
    pub(super) mean_win_probability: Option<f64>,
    #[serde(flatten)]
    pub(super) expected: Expected,
    pub(super) acts_seen: u64,
    pub(super) acts_after_as_of: u64,
    pub(super) notes: Vec<String>,
    pub(super) out: String,
    /// Whether the rows stand in the order to call in.
    pub(super) is_in_order: bool,
    /// Whether the model's training ended in a question without whose answer its figures may be too good.
    pub(super) asks_first: bool,
    #[serde(skip)]
    most_points: Option<f64>,
    /// Who shares the first place of `top`.
    #[serde(skip)]
    ties: Ties,
    /// Whether the score ranked past deals hardly better than chance.
    #[serde(skip)]
    ranks_by_chance: bool,
    #[serde(skip)]
    sums: Sums,
}

/// How many leads a tier holds.
#[derive(Debug, Serialize)]
pub(super) struct TierVolume {
    pub(super) tier: String,
    pub(super) by_rules: usize,
    /// `None` where there are no quadrants.
    pub(super) by_model: Option<usize>,
    pub(super) by_score: usize,
}

impl TierVolume {
    fn add(&mut self, later: &TierVolume) {
        self.by_rules += later.by_rules;
        self.by_model = self.by_model.zip(later.by_model).map(|(own, more)| own + more);
        self.by_score += later.by_score;
    }
}

/// A lead about which the two sides disagree.
#[derive(Debug, Serialize)]
pub(super) struct Flagged {
    pub(super) lead: String,
    pub(super) rule_score: f64,
    pub(super) model_probability: f64,
    pub(super) gap: f64,
    #[serde(flatten)]
    pub(super) reason: Reason,
    pub(super) action: String,
    pub(super) rule_reasons: String,
    pub(super) model_reasons: String,
}

impl ScoreSummary {
    /// Sums up an assessment of all leads or of some; [`ScoreSummary::finished`] ends it.
    pub(super) fn of(assessment: &Assessment<'_>, version: Option<u32>, looks_back: bool, out: &Path) -> ScoreSummary {
        let n = assessment.table.n_leads();
        let (mut open, closed_since) = assessment.open_and_closed_since();
        // Where all are decided, the figures look back on them, and there is nobody to call.
        let (top, n_first) = if looks_back { (Vec::new(), 0) } else { assessment.first_to_call(&open, SHOWN) };
        if looks_back {
            open.extend((0..n).filter(|&i| assessment.is_decided(i)));
            open.sort_unstable();
        }
        let not_created = assessment.standing.iter().filter(|s| **s == Standing::NotCreated).count();
        let blending = assessment.model.and_then(|m| m.blending.as_ref());
        let quadrants = QuadrantVolume::of_each(assessment, &open);
        let flagged: Vec<usize> =
            open.iter().copied().filter(|&i| assessment.leads[i].mismatch == Some(true)).collect();
        let known = open.iter().filter(|&&i| !assessment.is_guess(i)).map(|&i| assessment.leads[i].win_probability);
        ScoreSummary {
            leads: n,
            open: open.len(),
            closed: n - open.len() - closed_since.len() - not_created,
            closed_since: closed_since.len(),
            won_since: WonSince::of(assessment),
            lost_by_now: (0..n).filter(|&i| assessment.is_lost_by_now(i)).count(),
            looks_back,
            moment: Moment::default(),
            not_created,
            scorecard: assessment.scorecard.map(|c| c.name.clone()),
            is_start: assessment.scorecard.is_some_and(Scorecard::is_start),
            model_version: version.filter(|_| assessment.model.is_some()),
            blend_weight: blending.map(|b| b.blend.weight),
            tiers: tier_volumes(assessment, &open, !quadrants.is_empty()),
            handover: Handover::of(assessment.scorecard, assessment.model),
            likely_below_handover: assessment.likely_below_handover(&open),
            quadrants,
            verify: worst(assessment, &flagged, Quadrant::Verify),
            hidden_gems: worst(assessment, &flagged, Quadrant::HiddenGem),
            older_than_the_model_knows: open.iter().filter(|&&i| assessment.is_older_than_known(i)).count(),
            of_unknown_age: open.iter().filter(|&&i| assessment.is_of_unknown_age(i)).count(),
            horizon_days: assessment.model.and_then(|m| m.snapshot.oldest_age()).map(|age| age.days()),
            beyond: assessment.model.and_then(|m| m.snapshot.beyond()),
            min_gap: blending.map(|b| b.min_gap),
            mismatches: flagged.len(),
            no_quadrants_because: blending.and_then(|b| b.blurred.clone()),
            mean_win_probability: None,
            expected: Expected::of(assessment.model),
            acts_seen: assessment.acts.0,
            acts_after_as_of: assessment.acts.1,
            notes: notes(assessment, looks_back),
            out: out.display().to_string(),
            is_in_order: false,
            asks_first: assessment.model.is_some_and(|model| !model.notes_first_and_last().0.is_empty()),
            most_points: most_points(assessment),
            ties: Ties::of(&top, n_first),
            top,
            above_all_points: None,
            ranks_by_chance: assessment.model.is_some_and(Model::score_ranks_by_chance),
            sums: Sums {
                known: Chances::of(known),
                abstained: open.iter().filter(|&&i| assessment.abstained[i]).count(),
            },
        }
    }

    /// Whether leads are looked at as they were on a day gone by and some have closed since: then nobody is to be called, for
    /// whoever was won since is not among those left.
    fn rehearses(&self) -> bool {
        self.moment.is_on_a_day && self.closed_since > 0
    }

    /// Whether the first places are none to call.
    fn calls_nobody(&self) -> bool {
        self.ranks_by_chance || self.rehearses()
    }

    /// Takes in the summary of the leads that follow.
    pub(super) fn add(&mut self, later: ScoreSummary) {
        self.leads += later.leads;
        self.open += later.open;
        self.closed += later.closed;
        self.closed_since += later.closed_since;
        if let (Some(own), Some(more)) = (&mut self.won_since, &later.won_since) {
            own.add(more);
        }
        self.lost_by_now += later.lost_by_now;
        self.not_created += later.not_created;
        for tier in later.tiers {
            match self.tiers.iter_mut().find(|own| own.tier == tier.tier) {
                Some(own) => own.add(&tier),
                None => self.tiers.push(tier),
            }
        }
        self.likely_below_handover += later.likely_below_handover;
        self.quadrants.iter_mut().zip(&later.quadrants).for_each(|(own, more)| own.leads += more.leads);
        add_worst(&mut self.verify, later.verify);
        add_worst(&mut self.hidden_gems, later.hidden_gems);
        self.top.extend(later.top);
        self.top.sort_by(|a, b| a.place.first(&b.place));
        self.top.truncate(SHOWN);
        self.ties = self.ties.and(later.ties);
        self.older_than_the_model_knows += later.older_than_the_model_knows;
        self.of_unknown_age += later.of_unknown_age;
        self.mismatches += later.mismatches;
        self.acts_seen += later.acts_seen;
        self.acts_after_as_of += later.acts_after_as_of;
        for note in later.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self.sums.add(&later.sums);
    }

    /// The summary with what all leads together say.
    pub(super) fn finished(mut self, moment: Moment, order: Order) -> ScoreSummary {
        self.moment = moment;
        self.is_in_order = order == Order::Score;
        let Sums { known, abstained } = self.sums;
        self.above_all_points = above_all_points(self.most_points, &self.top);
        self.mean_win_probability = known.mean();
        self.expected.judge(self.mean_win_probability, known.n);
        if abstained > 0 {
            self.notes.push(format!(
                "{} without a tier: too little is known ([score] min_evidence)",
                plural(abstained, "open lead")
            ));
        }
        self
    }
}

/// Keeps the widest gaps; among equal ones the earlier leads stay first.
fn add_worst(flagged: &mut Vec<Flagged>, later: Vec<Flagged>) {
    flagged.extend(later);
    flagged.sort_by(|a, b| b.gap.abs().total_cmp(&a.gap.abs()));
    flagged.truncate(SHOWN);
}

/// What must be known of points and, where somebody is to be called, of grades.
fn notes(assessment: &Assessment<'_>, looks_back: bool) -> Vec<String> {
    let mut notes: Vec<String> = assessment.rules.iter().flat_map(|r| r.notes.iter().cloned()).collect();
    // A letter from points that rank by chance is not to be read either.
    let ranks_by_chance = assessment.model.is_some_and(Model::score_ranks_by_chance);
    let grades = assessment.grades.iter().filter(|_| !looks_back && !ranks_by_chance);
    notes.extend(grades.filter_map(|grades| grades.note.clone()));
    notes
}

/// Whether all leads are won or lost and nothing says when: then there is nobody to call, and the figures look back.
pub(super) fn looks_back(table: &LeadTable) -> bool {
    let decided = |outcomes: &Vec<Outcome>| outcomes.iter().all(|outcome| *outcome != Outcome::Open);
    table.closed_at.is_none() && table.n_leads() > 0 && table.outcome.as_ref().is_some_and(decided)
}

/// By the model only where there are quadrants, which go by it.
fn tier_volumes(assessment: &Assessment<'_>, open: &[usize], has_quadrants: bool) -> Vec<TierVolume> {
    let Some(card) = assessment.scorecard else { return Vec::new() };
    let mut names: Vec<&str> = card.tiers.iter().rev().map(|t| t.name.as_str()).collect();
    names.push("");
    if open.iter().any(|&i| assessment.is_disqualified(i)) {
        names.push(crate::scorecard::DISQUALIFIED);
    }
    let volume = |name: &str| {
        let within = |is_within: &dyn Fn(usize) -> bool| open.iter().filter(|&&i| is_within(i)).count();
        let by_model = || within(&|i| assessment.tier_name(i, assessment.leads[i].model_tier) == name);
        TierVolume {
            tier: name.to_string(),
            by_rules: within(&|i| assessment.rule_tier(i) == name),
            by_model: has_quadrants.then(by_model),
            by_score: within(&|i| assessment.tier_name(i, assessment.leads[i].tier) == name),
        }
    };
    names.into_iter().map(volume).collect()
}

fn worst(assessment: &Assessment<'_>, flagged: &[usize], quadrant: Quadrant) -> Vec<Flagged> {
    let is_one = |i: &usize| assessment.leads[*i].quadrant == Some(quadrant);
    let mut rows: Vec<usize> = flagged.iter().copied().filter(is_one).collect();
    rows.sort_by(|&a, &b| {
        let gap = |i: usize| assessment.leads[i].mismatch_gap.abs();
        gap(b).total_cmp(&gap(a)).then(a.cmp(&b))
    });
    rows.into_iter()
        .take(SHOWN)
        .filter_map(|i| Some((i, assessment.disagreement(i)?)))
        .map(|(i, why)| Flagged {
            reason: why.reason,
            action: why.action,
            lead: assessment.table.ids[i].to_string(),
            rule_score: assessment.rule_score(i),
            model_probability: assessment.leads[i].model_probability,
            gap: assessment.leads[i].mismatch_gap,
            rule_reasons: assessment.rule_reasons(i),
            model_reasons: assessment.model_reasons(i).to_string(),
        })
        .collect()
}
