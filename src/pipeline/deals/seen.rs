//! What the log and the rules say of the deals, gathered stretch by stretch of the leads: as columns of the deals alone,
//! so that what was worked out for all leads is never there together.

use super::rules::{RuleEvidence, RulesSeen};
use super::{DealInputs, DealSettings, Keep, counters, names};
use crate::asof::{Instant, MICROS_PER_DAY, Span};
use crate::fault::InputError;
use crate::features::plan::{kind_sources, narrow_kind_measure};
use crate::features::{KindMeasure, Numbers, Source};
use crate::measures::{Gathered, KindColumns, LogStatistics, Measures, ModelKinds, Pass, PassOptions, Plan, Stretch};
use crate::pipeline::leaks::OpenWatch;
use crate::scorecard::{Evidence, RuleRequests, Scorecard, Scored};
use crate::snapshot::{Snapshots, retain};
use crate::tables::LeadTable;
use crate::watch::Stage;
use rayon::prelude::*;
use std::ops::Range;

/// Leads that are looked at together: few enough for what is worked out about them to stay small.
const LEADS_AT_A_TIME: usize = 1 << 10;

/// How many times so many leads a thread looks at before they are put behind the others.
const STRETCHES_A_THREAD: usize = 8;

/// What was seen of the deals.
pub(super) struct Seen {
    /// By kind of activity, in the order in which the log brought them.
    pub(super) kinds: Vec<KindSeen>,
    pub(super) rules: Option<RulesSeen>,
    /// The log as a whole.
    pub(super) log: LogStatistics,
}

/// One kind of activity.
pub(super) struct KindSeen {
    pub(super) kind: String,
    /// `(n_deals,)` of each measure that somebody may read; the count always.
    pub(super) measures: Vec<(KindMeasure, Numbers)>,
    /// `(n_deals,)` whether the newest act lies within a day of the close.
    pub(super) at_close: Vec<bool>,
}

/// How the deals are looked at.
pub(super) struct Look<'a> {
    pub(super) snapshots: &'a Snapshots,
    /// `(n_leads,)`.
    pub(super) as_of: Option<&'a [Instant]>,
    pub(super) settings: &'a DealSettings,
    pub(super) keep: Keep,
}

type RulesAsked<'a> = Option<(&'a Scorecard, RuleRequests)>;

impl Look<'_> {
    /// Reads the log and looks at the deals; gives as well what the rule scores rest on where that is to be kept.
    pub(super) fn read(
        &self,
        inputs: DealInputs<'_, '_>,
        watch: &mut OpenWatch,
    ) -> Result<(Seen, Option<RuleEvidence>), InputError> {
        let (table, plan_settings) = (inputs.table, &self.settings.plan);
        let mut plan = Plan::default();
        let asked = match inputs.scorecard {
            Some(scorecard) => {
                scorecard.refuse_untimed(&plan_settings.activity_columns)?;
                Some((scorecard, scorecard.requests(&mut plan, &plan_settings.ours)))
            }
            None => None,
        };
        let counters = counters(table, &plan_settings.activity_columns)?;
        let n_leads = if self.keep == Keep::Evidence { usize::MAX } else { LEADS_AT_A_TIME };
        let (gathered, stretches) = match (inputs.log, self.as_of) {
            (Some(log), Some(as_of)) => {
                let kinds = ModelKinds { half_life: self.settings.half_life, kinds: None, max_kinds: super::MAX_KINDS };
                let mut pass = Pass::new(&plan, as_of, PassOptions { model: Some(kinds) });
                log.for_each(&mut |batch| {
                    pass.add(batch);
                    watch.add(batch);
                })?;
                pass.into_stretches(&counters, n_leads)
            }
            _ => {
                // Without acts no instant is looked at, so any will do.
                let pass = Pass::new(&plan, vec![Instant(0); table.n_leads()], PassOptions::default());
                let (gathered, stretches) = pass.into_stretches(&counters, n_leads);
                (gathered.without_log(), stretches)
            }
        };
        Ok(self.take(table, asked, &gathered, stretches))
    }

    /// Takes stretch after stretch, several at a time.
    fn take(
        &self,
        table: &LeadTable,
        asked: RulesAsked<'_>,
        gathered: &Gathered<'_>,
        stretches: Vec<Stretch>,
    ) -> (Seen, Option<RuleEvidence>) {
        let mut all: Option<Seen> = None;
        let mut evidence = None;
        let n_stretches = stretches.len();
        let mut work = self.settings.watch.begin(Stage::new("looking at the deals", "lead", table.n_leads()));
        let mut stretches = stretches.into_iter().peekable();
        let look = |stretch: Stretch| {
            let leads = stretch.leads.clone();
            self.stretch(table, asked.as_ref(), leads, gathered.measures(stretch))
        };
        let mut looked_at = Vec::new();
        while stretches.peek().is_some() || !looked_at.is_empty() {
            let next: Vec<Stretch> =
                stretches.by_ref().take(STRETCHES_A_THREAD * rayon::current_num_threads().max(1)).collect();
            // Those looked at before are put behind the others meanwhile, which is the work of one thread.
            let put = || {
                for (part, rests_on) in std::mem::take(&mut looked_at) {
                    evidence = rests_on;
                    work.step(n_stretches);
                    match &mut all {
                        Some(all) => all.append(part),
                        None => all = Some(part.with_room(self.snapshots.n_deals())),
                    }
                }
            };
            ((), looked_at) = rayon::join(put, || next.into_par_iter().map(look).collect::<Vec<_>>());
        }
        let mut all = all.expect("there is always a stretch");
        gathered.describe(&mut all.log);
        (all, evidence)
    }

    /// The deals among the leads of one stretch.
    fn stretch(
        &self,
        table: &LeadTable,
        asked: Option<&(&Scorecard, RuleRequests)>,
        leads: Range<usize>,
        mut measures: Measures,
    ) -> (Seen, Option<RuleEvidence>) {
        let all = &self.snapshots.rows;
        let deals = all.partition_point(|&row| row < leads.start)..all.partition_point(|&row| row < leads.end);
        let rows: Vec<usize> = all[deals.clone()].iter().map(|row| row - leads.start).collect();
        let as_of = self.as_of.map(|as_of| &as_of[leads.clone()]);
        let scored = asked.map(|(scorecard, requests)| {
            let own = (leads.len() < table.n_leads()).then(|| read_by_rules(table, scorecard, leads.clone()));
            let evidence = Evidence { leads: own.as_ref().unwrap_or(table), measures: &measures, requests, as_of };
            scorecard.evaluate(&evidence)
        });
        let keep_quantities = self.keep != Keep::Scores;
        let side = |scored: &Scored| asked.map(|(card, _)| RulesSeen::of(card, scored, &rows, keep_quantities));
        let rules = scored.as_ref().and_then(side);
        let kinds = measures.take_model_kinds();
        // No act reaches a close that nobody knows.
        let last_day = |close: &Option<Instant>| close.map_or(Instant(i64::MAX), |at| at.minus(Span(MICROS_PER_DAY)));
        let last_days: Vec<Instant> = self.snapshots.closed_at[deals].iter().map(last_day).collect();
        let seen = Seen {
            kinds: kinds.into_par_iter().map(|kind| self.kind(kind, &rows, &last_days, as_of)).collect(),
            rules,
            log: measures.log().clone(),
        };
        let evidence = scored.zip(asked).filter(|_| self.keep == Keep::Evidence).map(|(scored, (_, requests))| {
            let as_of = as_of.map(<[Instant]>::to_vec);
            RuleEvidence { scored, measures, requests: requests.clone(), as_of }
        });
        (seen, evidence)
    }

    /// `last_day` is when the last day before its close began for each of the deals `rows`.
    fn kind(&self, kind: KindColumns, rows: &[usize], last_day: &[Instant], as_of: Option<&[Instant]>) -> KindSeen {
        let measures = self.measures_of(&kind.kind).into_iter();
        KindSeen {
            at_close: kind.reach(rows, last_day),
            measures: measures.map(|measure| (measure, narrow_kind_measure(&kind, measure, rows, as_of))).collect(),
            kind: kind.kind,
        }
    }

    /// The measures of a kind that the model may read, were it not excluded, or that somebody asks to keep; the count first.
    fn measures_of(&self, kind: &str) -> Vec<KindMeasure> {
        let plan = &self.settings.plan;
        let offered = kind_sources(kind, names(&plan.ours, kind));
        let mut measures = vec![KindMeasure::Count];
        for source in offered.iter().chain(&plan.keep) {
            match source {
                Source::Activity { kind: own, measure } if own == kind && !measures.contains(measure) => {
                    measures.push(*measure);
                }
                _ => {}
            }
        }
        measures
    }
}

/// The columns that rules read, of some leads.
fn read_by_rules(table: &LeadTable, scorecard: &Scorecard, leads: Range<usize>) -> LeadTable {
    let fields = scorecard.fields();
    let is_read = |name: &str| fields.iter().any(|(field, _)| field == name);
    table.stretch(leads, is_read)
}

impl Seen {
    /// The same with room for so many deals.
    fn with_room(mut self, n_deals: usize) -> Seen {
        for (_, numbers) in self.kinds.iter_mut().flat_map(|kind| &mut kind.measures) {
            let mut roomy = numbers.room_for(n_deals);
            roomy.append(numbers);
            *numbers = roomy;
        }
        self
    }

    /// Puts the deals of later leads behind these.
    fn append(&mut self, later: Seen) {
        for (own, later) in self.kinds.iter_mut().zip(later.kinds) {
            own.at_close.extend(later.at_close);
            own.measures.iter_mut().zip(&later.measures).for_each(|((_, own), (_, later))| own.append(later));
        }
        if let (Some(own), Some(later)) = (&mut self.rules, later.rules) {
            own.append(later);
        }
        self.log.acts_seen += later.log.acts_seen;
        self.log.acts_after += later.log.acts_after;
        self.log.leads_matched += later.log.leads_matched;
        self.log.leads_seen += later.log.leads_seen;
    }

    /// Keeps what the log says of the deals whose flag is set.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        for kind in &mut self.kinds {
            retain(&mut kind.at_close, keep);
            kind.measures.iter_mut().for_each(|(_, numbers)| numbers.retain(keep));
        }
    }
}

impl KindSeen {
    /// How often it happened, `(n_deals,)`.
    pub(super) fn counts(&self) -> &Numbers {
        &self.measures[0].1
    }
}
