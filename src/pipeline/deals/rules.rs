//! The hand-set side of the deals: rule scores, and what each rule counts.

use crate::asof::Instant;
use crate::measures::Measures;
use crate::scorecard::{Evidence, GradeReference, Grades, Quantities, RuleGain, RuleRequests, Scorecard, Scored};
use crate::snapshot::retain;
use crate::tables::LeadTable;
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// The hand-set side of the deals.
pub struct RuleSide {
    /// `(n_deals,)` rule scores.
    pub score: Vec<f64>,
    /// `(n_deals,)` whether a rule disqualifies the deal.
    pub disqualified: Vec<bool>,
    /// `(n_deals,)` index of each deal's persona in the scorecard.
    pub persona: Vec<Option<u16>>,
    /// Rules in points, without those that disqualify: name, id, persona, group, points, limit, `(n_deals,)` q.
    pub rules: Vec<RuleColumn>,
    /// What the highest grades are measured against.
    pub grade_reference: GradeReference,
    /// What stands for the quantities where they are not kept.
    told: Option<Told>,
}

/// One rule's quantities over the deals.
#[derive(Debug, Clone)]
pub struct RuleColumn {
    /// Its name, unique in the scorecard.
    pub name: String,
    /// The rule's id.
    pub id: String,
    /// The persona it belongs to.
    pub persona: Option<String>,
    /// Its group.
    pub group: String,
    /// Hand-set points.
    pub points: f64,
    /// The largest quantity that counts.
    pub limit: f64,
    /// `(n_deals,)` quantities; empty where nobody wanted to keep them.
    pub q: Vec<f64>,
}

/// What is taken of the quantities before they are let go.
#[derive(Default)]
struct Told {
    /// `(n_deals,)` one more than the index of the rule that brings most points; 0 where none brings any.
    driver: Vec<u16>,
    /// `(n_deals,)` a fingerprint of all quantities of the deal.
    fingerprint: Vec<u64>,
}

impl RuleSide {
    /// The rule that brings deal `deal` most points, by name; empty where none brings any.
    pub(in crate::pipeline) fn driver(&self, deal: usize) -> &str {
        let driver = match &self.told {
            Some(told) => usize::from(told.driver[deal]),
            None => driver(self.rules.iter().map(|rule| (rule.points, rule.limit, rule.q[deal]))),
        };
        driver.checked_sub(1).map_or("", |rule| self.rules[rule].name.as_str())
    }

    /// `(n_deals,)` a fingerprint of the quantities of each deal.
    pub(in crate::pipeline) fn fingerprints(&self) -> Cow<'_, [u64]> {
        match &self.told {
            Some(told) => Cow::Borrowed(&told.fingerprint),
            None => (0..self.score.len()).map(|deal| fingerprint(self.rules.iter().map(|rule| rule.q[deal]))).collect(),
        }
    }
}

/// One more than the position of the rule that brings most points, the first of equals; 0 where none brings any.
fn driver(rules: impl Iterator<Item = (f64, f64, f64)>) -> usize {
    let gains = (1..).zip(rules.map(|(points, limit, q)| points * q.min(limit)));
    gains.fold((0, 0.0), |most, gain| if gain.1 > most.1 { gain } else { most }).0
}

fn fingerprint(quantities: impl Iterator<Item = f64>) -> u64 {
    let bytes: Vec<[u8; 8]> = quantities.map(|q| q.to_bits().to_le_bytes()).collect();
    xxh3_64(bytes.as_flattened())
}

/// The hand-set side while its deals come in, stretch by stretch.
pub(super) struct RulesSeen {
    side: RuleSide,
    /// `(n_deals,)` fit and engagement points.
    graded: Vec<Option<[f64; 2]>>,
}

impl RulesSeen {
    /// What the scorecard says of the deals among some leads: `rows` are their positions in `scored`. Without
    /// `quantities` only what stands for them is kept.
    pub(super) fn of(scorecard: &Scorecard, scored: &Scored, rows: &[usize], quantities: bool) -> RulesSeen {
        let all = scorecard.quantities(scored);
        let side = RuleSide {
            score: rows.iter().map(|&row| scored.rule_score[row]).collect(),
            disqualified: rows.iter().map(|&row| scored.disqualified[row]).collect(),
            persona: rows.iter().map(|&row| scored.persona[row]).collect(),
            rules: columns(scorecard, &all, if quantities { rows } else { &[] }),
            grade_reference: GradeReference::default(),
            told: (!quantities).then(|| Told::of(&all, rows)),
        };
        RulesSeen { side, graded: rows.iter().map(|&row| scorecard.graded_points(scored, row)).collect() }
    }

    /// Puts the deals of later leads behind these.
    pub(super) fn append(&mut self, later: RulesSeen) {
        let (own, side) = (&mut self.side, later.side);
        own.score.extend(side.score);
        own.disqualified.extend(side.disqualified);
        own.persona.extend(side.persona);
        own.rules.iter_mut().zip(side.rules).for_each(|(own, later)| own.q.extend(later.q));
        if let (Some(own), Some(told)) = (&mut own.told, side.told) {
            own.driver.extend(told.driver);
            own.fingerprint.extend(told.fingerprint);
        }
        self.graded.extend(later.graded);
    }

    /// Ends with the deals whose flag is set, or with all of them.
    pub(super) fn finish(mut self, keep: Option<&[bool]>) -> RuleSide {
        let side = &mut self.side;
        if let Some(keep) = keep {
            retain(&mut side.score, keep);
            retain(&mut side.disqualified, keep);
            retain(&mut side.persona, keep);
            side.rules.iter_mut().filter(|rule| !rule.q.is_empty()).for_each(|rule| retain(&mut rule.q, keep));
            if let Some(told) = &mut side.told {
                retain(&mut told.driver, keep);
                retain(&mut told.fingerprint, keep);
            }
            retain(&mut self.graded, keep);
        }
        side.grade_reference = GradeReference::of(self.graded.into_iter().flatten().collect());
        self.side
    }
}

impl Told {
    fn of(all: &Quantities<'_>, rows: &[usize]) -> Told {
        let of_row =
            |row: usize| all.points.iter().zip(&all.limit).zip(&all.q).map(move |((p, l), q)| (*p, *l, q[row]));
        Told {
            driver: rows.iter().map(|&row| driver(of_row(row)) as u16).collect(),
            fingerprint: rows.iter().map(|&row| fingerprint(of_row(row).map(|rule| rule.2))).collect(),
        }
    }
}

fn columns(scorecard: &Scorecard, all: &Quantities<'_>, rows: &[usize]) -> Vec<RuleColumn> {
    let column = |i: usize| RuleColumn {
        name: all.names[i].clone(),
        id: all.ids[i].0.clone(),
        persona: all.ids[i].1.clone(),
        group: scorecard.groups[scorecard.rules[all.rule[i]].group].name.clone(),
        points: all.points[i],
        limit: all.limit[i],
        q: rows.iter().map(|&row| all.q[i][row]).collect(),
    };
    (0..all.names.len()).map(column).collect()
}

/// What a rule score rests on, for the words that explain it.
pub(in crate::pipeline) struct RuleEvidence {
    pub(super) scored: Scored,
    pub(super) measures: Measures,
    pub(super) requests: RuleRequests,
    pub(super) as_of: Option<Vec<Instant>>,
}

impl RuleEvidence {
    /// What the scorecard says of every lead at its moment.
    pub(in crate::pipeline) fn scored(&self) -> &Scored {
        &self.scored
    }

    /// The rules that moved a lead's rule score most.
    pub(in crate::pipeline) fn reasons(&self, scorecard: &Scorecard, leads: &LeadTable, lead: usize) -> String {
        scorecard.reasons(&self.scored, &self.evidence(leads), lead)
    }

    /// The rules that brought a lead points or took some.
    pub(in crate::pipeline) fn gains(&self, scorecard: &Scorecard, leads: &LeadTable, lead: usize) -> Vec<RuleGain> {
        scorecard.gains(&self.scored, &self.evidence(leads), lead)
    }

    fn evidence<'e>(&'e self, leads: &'e LeadTable) -> Evidence<'e> {
        let (measures, requests) = (&self.measures, &self.requests);
        Evidence { leads, measures, requests, as_of: self.as_of.as_deref() }
    }

    /// The grades of all leads; `None` where the scorecard cannot give any.
    pub(in crate::pipeline) fn grades(&self, scorecard: &Scorecard, reference: &GradeReference) -> Option<Grades> {
        scorecard.grades(&self.scored, Some(reference)).ok()
    }
}
