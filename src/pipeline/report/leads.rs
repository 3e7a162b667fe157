//! The open leads about which rules and model disagree: worth a call, and to verify.

use super::Report;
use crate::mismatch::Quadrant;
use crate::pipeline::score::{Assessment, Standing};
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
    /// Rank by the model minus rank by the rules, in percentage points.
    pub gap: f64,
    /// Why the two disagree, in sentences.
    pub reason: String,
    /// What to do next.
    pub action: String,
}

/// The open leads in their quadrants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeadLists {
    /// What they are scored as of.
    pub as_of: String,
    /// Open leads.
    pub open: usize,
    /// Open leads in each quadrant, in the order of [`Quadrant::ALL`].
    pub quadrants: [usize; 4],
    /// Low points, but the model thinks much of them: the widest gap first.
    pub call: Vec<CallLead>,
    /// High points, but the model doubts them: the widest gap first.
    pub verify: Vec<CallLead>,
}

impl Report {
    /// Puts in the open leads of an assessment, at most `top` of each list; as anonymous as the report.
    pub fn add_leads(&mut self, assessment: &Assessment<'_>, as_of: String, top: usize) {
        let open: Vec<usize> =
            (0..assessment.leads.len()).filter(|&i| assessment.standing[i] == Standing::Open).collect();
        let within = |quadrant| open.iter().filter(|&&i| assessment.leads[i].quadrant == Some(quadrant)).count();
        let mut lists = LeadLists {
            as_of,
            open: open.len(),
            quadrants: Quadrant::ALL.map(within),
            call: widest(assessment, &open, Quadrant::HiddenGem, top),
            verify: widest(assessment, &open, Quadrant::Verify, top),
        };
        if self.anonymous {
            super::privacy::leave_out_leads(&mut lists);
        }
        self.leads = Some(lists);
    }
}

fn widest(assessment: &Assessment<'_>, open: &[usize], quadrant: Quadrant, top: usize) -> Vec<CallLead> {
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
            gap: assessment.leads[i].mismatch_gap,
            reason,
            action,
        }
    };
    rows.iter().take(top).map(lead).collect()
}
