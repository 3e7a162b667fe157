//! From what is settled once for all leads to the assessment of some.

use super::super::deals::counters;
use super::super::model::Model;
use super::attributes::attributes;
use super::moments::moments;
use super::{Assessment, ScoreSettings, Standing};
use crate::asof::Instant;
use crate::fault::InputError;
use crate::measures::{Counter, Gathered, Measures, ModelKinds, Pass, PassOptions, Plan, Stretch};
use crate::scorecard::{RuleRequests, Scorecard};
use crate::tables::{ActivityBatches, LeadTable};
use std::ops::Range;

/// What is settled before the log is read.
pub(super) struct Settled<'a> {
    scorecard: Option<&'a Scorecard>,
    model: Option<&'a Model>,
    as_of: Vec<Instant>,
    standing: Vec<Standing>,
    plan: Plan,
    requests: Option<RuleRequests>,
    counters: Vec<Counter>,
}

impl<'a> Settled<'a> {
    pub(super) fn of(
        table: &LeadTable,
        scorecard: Option<&'a Scorecard>,
        model: Option<&'a Model>,
        settings: &ScoreSettings,
    ) -> Result<Settled<'a>, InputError> {
        if scorecard.is_none() && model.is_none_or(|m| m.predictor.is_none()) {
            return Err(InputError::new("there is neither a scorecard nor a model to score with").remedy(
                "write a scorecard.toml (`leadscore init` starts one) or train a model with `leadscore train`",
            ));
        }
        let (as_of, standing) = moments(table, settings.as_of)?;
        let mut plan = Plan::default();
        let requests = match scorecard {
            Some(card) => {
                card.refuse_untimed(&settings.activity_columns)?;
                Some(card.requests(&mut plan, &settings.ours))
            }
            None => None,
        };
        let counters = counters(table, &settings.activity_columns)?;
        Ok(Settled { scorecard, model, as_of, standing, plan, requests, counters })
    }

    /// Reads the log, when there is one, for stretches of about `n_leads`.
    pub(super) fn read(
        &self,
        log: Option<&mut dyn ActivityBatches>,
        n_leads: usize,
    ) -> Result<(Gathered<'_>, Vec<Stretch>), InputError> {
        let Some(log) = log else {
            let pass = Pass::new(&self.plan, &self.as_of, PassOptions::default());
            let (gathered, stretches) = pass.into_stretches(&self.counters, n_leads);
            return Ok((gathered.without_log(), stretches));
        };
        let kinds = self.model.filter(|m| m.needs_log()).map(|m| ModelKinds {
            half_life: m.recipe.half_life,
            kinds: Some(m.reading.kinds.clone()),
            max_kinds: usize::MAX,
        });
        let mut pass = Pass::new(&self.plan, &self.as_of, PassOptions { model: kinds }).without_statistics();
        log.for_each(&mut |batch| pass.add(batch))?;
        Ok(pass.into_stretches(&self.counters, n_leads))
    }

    /// Scores the leads of `table`, which are the rows `leads` of the whole one.
    pub(super) fn assess<'t>(
        &self,
        table: &'t LeadTable,
        leads: Range<usize>,
        mut measures: Measures,
        settings: &ScoreSettings,
    ) -> Result<Assessment<'t>, InputError>
    where
        'a: 't,
    {
        let predictor = self.model.and_then(|m| m.predictor.as_ref());
        let kinds = measures.take_model_kinds();
        let follows_kinds = !kinds.is_empty();
        let as_of = self.as_of[leads.clone()].to_vec();
        let mut assessment = Assessment {
            table,
            scorecard: self.scorecard,
            model: self.model.filter(|m| m.predictor.is_some()),
            lost_after: self.model.map_or(settings.lost_after, |model| model.recipe.lost_after),
            standing: self.standing[leads].to_vec(),
            leads: Vec::new(),
            rules: None,
            grades: None,
            evidence: Vec::new(),
            abstained: Vec::new(),
            model_reasons: Vec::new(),
            said_of_all: settings.warnings.clone(),
            acts: (measures.log().acts_seen, measures.log().acts_after),
            attributes: predictor.map(|p| attributes(p, table, kinds, &as_of)).unwrap_or_default(),
            as_of,
            follows_kinds,
            measures,
            requests: self.requests.clone(),
        };
        assessment.fill(self.model, settings)?;
        Ok(assessment)
    }
}
