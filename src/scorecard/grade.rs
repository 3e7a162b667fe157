//! The grade: fit A–D × engagement 1–4, by the share of the highest points that each group can reach.

use super::Scorecard;
use super::evaluate::Scored;
use super::group::{ENGAGEMENT, FIT};
use super::tier::BOUND_SLACK;
use crate::fault::InputError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The percentile of the reference deals that stands for the highest points where nothing bounds them.
const REFERENCE_SHARE: f64 = 0.99;

/// From which share of the highest points each class begins.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeBounds {
    /// Falling percentages of the first three classes.
    pub percent: [f64; 3],
    /// Where the file asks for grades; `None`: it does not, and a grade that cannot be had is no error.
    pub place: Option<String>,
}

impl Default for GradeBounds {
    fn default() -> Self {
        GradeBounds { percent: [75.0, 50.0, 25.0], place: None }
    }
}

/// Fit and engagement, each from 0 (the best) to 3. Shown as `A1` to `D4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grade {
    /// 0 for A to 3 for D.
    pub fit: u8,
    /// 0 for 1 to 3 for 4.
    pub engagement: u8,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", char::from(b'A' + self.fit), self.engagement + 1)
    }
}

/// High points among past deals, for groups that nothing bounds, on the scale of the range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GradeReference {
    /// 99th percentile of the fit points.
    pub fit: Option<f64>,
    /// 99th percentile of the engagement points.
    pub engagement: Option<f64>,
}

impl GradeReference {
    /// The 99th percentile (nearest rank) of the fit and of the engagement points of leads that no rule disqualifies.
    pub fn of(points: Vec<[f64; 2]>) -> GradeReference {
        let percentile = |side: usize| {
            let rank = ((REFERENCE_SHARE * points.len() as f64).ceil() as usize).checked_sub(1)?;
            let mut own: Vec<f64> = points.iter().map(|points| points[side]).collect();
            Some(*own.select_nth_unstable_by(rank, f64::total_cmp).1)
        };
        let (fit, engagement) = rayon::join(|| percentile(0), || percentile(1));
        GradeReference { fit, engagement }
    }
}

/// The grades of all leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Grades {
    /// `(n_leads,)` `None` where disqualified, and everywhere when grades cannot be had.
    pub grade: Vec<Option<Grade>>,
    /// Why grades cannot be had, or what of them judges nobody.
    pub note: Option<String>,
}

impl Scorecard {
    /// The reference that unbounded groups are graded by, among `leads`: see [`GradeReference::of`].
    pub fn grade_reference(&self, scored: &Scored, leads: &[u32]) -> GradeReference {
        GradeReference::of(leads.iter().filter_map(|lead| self.graded_points(scored, *lead as usize)).collect())
    }

    /// The fit and the engagement points of a lead, on the scale of the range; `None` where it is disqualified.
    pub fn graded_points(&self, scored: &Scored, lead: usize) -> Option<[f64; 2]> {
        (!scored.disqualified[lead]).then(|| [FIT, ENGAGEMENT].map(|group| scored.group_points[group][lead]))
    }

    /// Grades every lead by what its own persona can reach.
    ///
    /// # Errors
    /// The file has a `[grade]`, and a group is bounded neither by `max_count`, nor by a cap, nor by `reference`.
    pub fn grades(&self, scored: &Scored, reference: Option<&GradeReference>) -> Result<Grades, InputError> {
        let reference = reference.copied().unwrap_or_default();
        let personas = (0..self.personas.len()).map(Some).chain([None]);
        let highest: Result<Vec<[f64; 2]>, usize> = personas
            .map(|persona| {
                let fit = self.highest(FIT, persona, reference.fit)?;
                Ok([fit, self.highest(ENGAGEMENT, persona, reference.engagement)?])
            })
            .collect();
        let highest = match highest {
            Ok(highest) => highest,
            Err(group) => return self.without_grades(scored.n_leads(), group),
        };
        let grade = (0..scored.n_leads()).map(|lead| {
            let [fit, engagement] = highest[scored.persona[lead].map_or(self.personas.len(), usize::from)];
            (!scored.disqualified[lead]).then(|| Grade {
                fit: self.class(scored.group_points[FIT][lead], fit),
                engagement: self.class(scored.group_points[ENGAGEMENT][lead], engagement),
            })
        });
        Ok(Grades { grade: grade.collect(), note: self.idle_half() })
    }

    /// Whether fit, and engagement, can bring any lead points.
    pub fn sides_that_pay(&self) -> [bool; 2] {
        let personas = || (0..self.personas.len()).map(Some).chain([None]);
        [FIT, ENGAGEMENT].map(|group| personas().any(|persona| self.group_reach(group, persona).max > 0.0))
    }

    /// That a half of the grade is the same for every lead, for want of rules that give points, and so judges nobody.
    fn idle_half(&self) -> Option<String> {
        let said = match self.sides_that_pay() {
            [true, true] => return None,
            [true, false] => "No rule gives points for what leads did: of `grade` read the letter alone.",
            [false, true] => "No rule gives points for who leads are: of `grade` read the number alone.",
            [false, false] => "No rule gives points: the grades say nothing.",
        };
        Some(said.to_string())
    }

    /// The highest points of a group on the scale of the range, or the group that has none.
    fn highest(&self, group: usize, persona: Option<usize>, reference: Option<f64>) -> Result<f64, usize> {
        let reach = self.group_reach(group, persona).max * self.factor();
        if reach.is_finite() { Ok(reach) } else { reference.ok_or(group) }
    }

    fn class(&self, points: f64, highest: f64) -> u8 {
        if points <= 0.0 {
            return 3;
        }
        let percent = if highest > 0.0 { points / highest * 100.0 } else { f64::INFINITY };
        let reached = self.grade.percent.iter().position(|bound| percent >= bound - BOUND_SLACK);
        reached.unwrap_or(3) as u8
    }

    fn without_grades(&self, n_leads: usize, group: usize) -> Result<Grades, InputError> {
        let name = &self.groups[group].name;
        let what = format!("no grade: the points of the group `{name}` have no upper bound");
        let remedy = format!("give its rules a max_count, or cap it: [groups] {name} = {{ max = … }}");
        match &self.grade.place {
            Some(place) => Err(InputError::new(what).at(place).remedy(remedy)),
            None => Ok(Grades { grade: vec![None; n_leads], note: Some(format!("{what}; {remedy}")) }),
        }
    }
}
