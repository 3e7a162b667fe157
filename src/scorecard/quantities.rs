//! The rules as columns of numbers, for comparing hand-set points with learned ones.

use super::Scorecard;
use super::evaluate::Scored;
use super::group::Group;

/// Quantities and points of every rule that has points, in the order of the scorecard.
#[derive(Debug, Clone)]
pub struct Quantities<'a> {
    /// Unique names: the id, or `persona/id`.
    pub names: Vec<String>,
    /// Id and persona of each, as [`super::NewPoints`] addresses them.
    pub ids: Vec<(String, Option<String>)>,
    /// Hand-set points of one unit of q.
    pub points: Vec<f64>,
    /// The largest q that can count, by the cap of the rule's group or the width of the range for that rule alone;
    /// ∞ for a rule of 0 points.
    pub limit: Vec<f64>,
    /// `[rule][lead]` quantities; 0 for leads of another persona.
    pub q: Vec<&'a [f64]>,
    /// Index of each in [`Scorecard::rules`].
    pub rule: Vec<usize>,
}

impl Scorecard {
    /// The quantities of the rules with points.
    pub fn quantities<'a>(&self, scored: &'a Scored) -> Quantities<'a> {
        let mut quantities = Quantities {
            names: Vec::new(),
            ids: Vec::new(),
            points: Vec::new(),
            limit: Vec::new(),
            q: Vec::new(),
            rule: Vec::new(),
        };
        let width = self.range.width() / self.factor();
        for (number, rule) in self.rules.iter().enumerate() {
            let Some(points) = rule.points() else { continue };
            let persona = rule.persona.map(|persona| self.personas[persona].id.clone());
            quantities.names.push(rule.name.clone());
            quantities.ids.push((rule.id.clone(), persona));
            quantities.points.push(points);
            quantities.limit.push(limit(points, &self.groups[rule.group], width));
            quantities.q.push(&scored.quantities[number]);
            quantities.rule.push(number);
        }
        quantities
    }
}

fn limit(points: f64, group: &Group, width: f64) -> f64 {
    if points == 0.0 {
        return f64::INFINITY;
    }
    let cap = if points > 0.0 { group.max } else { group.min.map(|min| -min) };
    cap.unwrap_or(f64::INFINITY).clamp(0.0, width) / points.abs()
}
