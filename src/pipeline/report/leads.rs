//! The open leads: the first to call, and those about which rules and model disagree, worth a call and to verify.

use super::Report;
use crate::asof::Span;
use crate::mismatch::{Quadrant, Reason, of_their_kinds};
use crate::pipeline::handover::LIKELY;
use crate::pipeline::score::{Assessment, FirstLead, WonSince, above_all_points, learned_since, most_points};
use crate::text::counted;
use crate::values::format_day;
use serde::Serialize;

/// An open lead and why it stands where it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallLead {
    /// The lead's id.
    pub lead: String,
    /// Its rule score.
    pub rule_score: f64,
    /// The model's probability.
    pub model_probability: f64,
    /// Whether that is a guess, for the lead is older than any deal was when the model looked at it.
    pub is_guess: bool,
    /// Rank by the model minus rank by the rules, in percentage points.
    pub gap: f64,
    /// Why the two disagree.
    #[serde(flatten)]
    pub reason: Reason,
    /// What to do next.
    pub action: String,
}

/// Open leads of one kind, the widest gap first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallList {
    /// What became of past deals that stood as these do.
    pub of_their_kinds: Vec<String>,
    /// How many there are.
    pub of: usize,
    /// Those that are listed.
    pub leads: Vec<CallLead>,
}

/// The open leads of one quadrant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OpenCorner {
    /// How many.
    pub open: usize,
    /// The model's probability of them on average, as the bounds of the corner are the model's and not the blend's; it may be
    /// far from what became of past deals there. `None` where there are none.
    pub mean_chance: Option<f64>,
    /// Of them those more likely than not to be won, by points and model together and by no guess.
    pub likely: usize,
}

/// The open leads in their quadrants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeadLists {
    /// What they are scored as of, as `--as-of` takes it; `None` where the leads have no times.
    pub as_of: Option<String>,
    /// The file by whose rows they are called, where it has no ids.
    pub rows_of: Option<String>,
    /// How their chances mislead, where the model knows what became since of leads that were open at the as-of.
    pub learned_since: Option<String>,
    /// What a lead is whose chance is a guess: `older than 94 days, by when 9 of 10 wins had come`.
    pub beyond: Option<String>,
    /// Open leads, and not closed since.
    pub open: usize,
    /// Leads that were open at the as-of and have been won or lost since; they are in no count and in no list.
    pub closed_since: usize,
    /// What became since of the leads that were open at the as-of; `None` where none has closed.
    pub looking_back: Option<String>,
    /// What is not listed although it was neither won nor said to be lost, and why.
    pub left_out: Option<String>,
    /// Open leads in each quadrant, in the order of [`Quadrant::ALL`].
    pub quadrants: [OpenCorner; 4],
    /// That many of them are likely and yet below the tier where sales takes over; `None` of a few.
    pub likely_below: Option<String>,
    /// The first to call, in the order of `score`: those with a tier or something to do, or all where there are none such.
    pub first: Vec<FirstLead>,
    /// What scores above the points of all past deals say, where some of them have such.
    pub above_all_points: Option<String>,
    /// Low points, but the model thinks much of them.
    pub call: CallList,
    /// High points, but the model doubts them.
    pub verify: CallList,
}

impl Report {
    /// Puts in the open leads of an assessment, at most `top` of each list; as anonymous as the report. `rows_of`: the file
    /// by whose rows they are called.
    pub fn add_leads(
        &mut self,
        assessment: &Assessment<'_>,
        as_of: Option<String>,
        rows_of: Option<String>,
        top: usize,
    ) {
        let (open, closed_since) = assessment.open_and_closed_since();
        let corner = |quadrant| {
            let within = || open.iter().filter(|&&i| assessment.leads[i].quadrant == Some(quadrant));
            let is_likely = |i: &&usize| assessment.leads[**i].win_probability >= LIKELY && !assessment.is_guess(**i);
            let n_open = within().count();
            let chances: f64 = within().map(|&i| assessment.leads[i].model_probability).sum();
            OpenCorner {
                open: n_open,
                mean_chance: (n_open > 0).then(|| chances / n_open as f64),
                likely: within().filter(is_likely).count(),
            }
        };
        let first = asked_for(assessment.first_to_call(&open, top).0);
        let mut lists = LeadLists {
            learned_since: as_of
                .as_ref()
                .filter(|_| !closed_since.is_empty())
                .and_then(|_| assessment.model?.learned_until(*assessment.as_of.iter().max()?))
                .map(|until| learned_since(&until)),
            as_of,
            rows_of,
            beyond: assessment.beyond(),
            open: open.len(),
            closed_since: closed_since.len(),
            looking_back: (!closed_since.is_empty())
                .then(|| WonSince::of(assessment))
                .flatten()
                .map(|since| since.sentence()),
            left_out: left_out(assessment),
            quadrants: Quadrant::ALL.map(corner),
            likely_below: self.likely_below(assessment.likely_below_handover(&open)),
            above_all_points: above_all_points(most_points(assessment), &first),
            first,
            call: widest(assessment, &open, Quadrant::HiddenGem, top),
            verify: widest(assessment, &open, Quadrant::Verify, top),
        };
        if self.anonymous {
            super::privacy::leave_out_leads(&mut lists);
        }
        self.leads = Some(lists);
        self.tell_odds_in_lists();
    }

    /// What follows from their number is said of past deals like them, where there are some.
    fn likely_below(&self, leads: usize) -> Option<String> {
        let handover = self.handover.as_ref().filter(|_| self.blurred.is_none())?;
        if self.likely_then.is_some() { handover.likely_now(leads) } else { handover.likely_below(leads) }
    }
}

/// Those of whom the scorecard says anything, a tier or what to do; all where it says nothing of anybody.
fn asked_for(leads: Vec<FirstLead>) -> Vec<FirstLead> {
    let says = |lead: &FirstLead| !lead.tier.is_empty() || !lead.next_action.is_empty();
    let (asked, others): (Vec<_>, Vec<_>) = leads.into_iter().partition(says);
    if asked.is_empty() { others } else { asked }
}

/// That leads count as lost because time ran out, and as of when they were still open.
fn left_out(assessment: &Assessment<'_>) -> Option<String> {
    let lost: Vec<usize> = (0..assessment.leads.len()).filter(|&i| assessment.is_lost_by_now(i)).collect();
    let after = assessment.lost_after?;
    let (first, as_of) = (lost.first()?, |i: usize| assessment.as_of[i]);
    let newest = assessment.table.created_at.as_ref()?.iter().flatten().max()?;
    let day_after = newest.plus(Span::from_days(1.0));
    let earlier = if day_after < as_of(*first) {
        format!(
            " Those still open on the day after the newest lead came: `leadscore report --as-of {}`.",
            format_day(day_after)
        )
    } else {
        String::new()
    };
    Some(format!(
        "Not listed: {} that by {} had not been won within {:.0} days of creation and so count as lost (`lost_after` in \
         leadscore.toml).{earlier}",
        counted(lost.len(), "lead"),
        format_day(as_of(*first)),
        after.days(),
    ))
}

fn widest(assessment: &Assessment<'_>, open: &[usize], quadrant: Quadrant, top: usize) -> CallList {
    let flagged =
        |i: &usize| assessment.leads[*i].quadrant == Some(quadrant) && assessment.leads[*i].mismatch == Some(true);
    let mut rows: Vec<usize> = open.iter().copied().filter(flagged).collect();
    let gap = |i: usize| assessment.leads[i].mismatch_gap.abs();
    rows.sort_by(|&a, &b| gap(b).total_cmp(&gap(a)).then(a.cmp(&b)));
    let lead = |&i: &usize| {
        let (reason, action) = assessment.disagreement(i).map_or_else(Default::default, |d| (d.reason, d.action));
        CallLead {
            lead: assessment.table.ids[i].to_string(),
            rule_score: assessment.rule_score(i),
            model_probability: assessment.leads[i].model_probability,
            is_guess: assessment.is_guess(i),
            gap: assessment.leads[i].mismatch_gap,
            reason,
            action,
        }
    };
    let leads: Vec<CallLead> = rows.iter().take(top).map(lead).collect();
    let of_their_kinds = of_their_kinds(leads.iter().map(|lead| &lead.reason));
    CallList { of_their_kinds, of: rows.len(), leads }
}
