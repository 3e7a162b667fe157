//! Newton's method with Cholesky and a backtracking line search.
//!
//! The stop is measured in the problem's own units: W g'H⁻¹g, W the sum of the row weights, is the squared length of the
//! step that is left, in standard errors. It does not change when a column is rescaled, as a bound on the gradient would.
//! Where the data are separated the gradient vanishes but the step never does: each one still moves the linear predictor
//! of some rows by about one. That is how separation is told from convergence.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::cholesky::Cholesky;

/// Squared length of the last step, in standard errors. Newton's error is squared by a step, so what is left after it
/// is about 1e-10 standard errors.
const STEP_TOLERANCE: f64 = 1e-10;

/// [`approach`] by the Hessian of the last step ends where the squared length of the step that is left, as far as it can tell,
/// is below this.
const NEAR: f64 = 0.1 * STEP_TOLERANCE;

/// Where a fit ends of which only the coefficients are wanted: within a thousandth of their standard errors. From there
/// [`minimise`] takes a Hessian that serves to the end.
pub(crate) const NEAR_BY: f64 = 1e-6;

/// As [`NEAR_BY`] where the penalties stay: one Newton step from within a hundredth of the standard errors ends where nothing
/// is left that matters. A third of what that step takes for granted, since it is judged by a rough Hessian.
pub(crate) const NEAR_BY_FIXED: f64 = 0.3 * ARRIVED;

/// Where a fit of some of the rows ends: its optimum lies standard errors away from that of all rows, and more digits of it
/// would bring it no nearer.
const NEAR_FOR_SOME: f64 = 0.3;

/// Hessians that a fit of some rows is worth.
const MOST_ROUNDS_FOR_SOME: usize = 6;

/// Steps by one Hessian of few rows: so many walks over them cost as much as the next Hessian.
const STEPS_FOR_SOME: usize = 6;

/// A fit near by has arrived when this much is left, however rough the Hessian that [`approach`] went by: a hundredth of the
/// standard errors. A Hessian taken there is that of the optimum to five digits.
const ARRIVED: f64 = 1e-4;

/// Steps of [`approach`], of which it takes about a dozen; where it takes more, a Hessian is worth its price.
const MOST_APPROACHING_STEPS: usize = 24;

/// A vanishing gradient with a step that moves some row's log-odds by more than this is separation. Such steps move it
/// by about 1; converged ones by less than the square root of the tolerance over a row's leverage.
const MOVING_LOG_ODDS: f64 = 1e-2;

/// Share of the promised decrease that a step must keep (Armijo's condition).
const SUFFICIENT_DECREASE: f64 = 1e-4;

/// Differences of the objective below this share of it are rounding and count as no increase.
const VALUE_ROUNDING: f64 = 1e-14;

/// Halvings of a step before giving up: beyond these a step is below rounding.
const MAX_HALVINGS: u32 = 40;

/// Steps before giving up. Ordinary problems take 5 to 10; separation is told after about 25.
pub(crate) const MAX_STEPS: u32 = 100;

/// Added to the diagonal, relative to it, when the Hessian is not positive definite in rounding; ten times more each try.
const FIRST_DAMPING: f64 = 1e-12;

/// With this much on the diagonal every finite Hessian is positive definite.
const LARGEST_DAMPING: f64 = 1e6;

/// A smooth convex function of parameters of which the last may be an intercept.
pub(crate) trait Objective {
    /// W: what one unit of the objective is worth in log-likelihood.
    fn total_weight(&self) -> f64;
    /// Whether a row takes part (has a weight).
    fn is_row_used(&self, row: usize) -> bool;
    /// Whether there are so many rows that a Hessian is worth many gradients.
    fn has_many_rows(&self) -> bool;
    /// Whether some direction is without any penalty, so that the optimum may lie at infinity.
    fn can_separate(&self) -> bool;
    /// The linear map from parameters to the linear predictor, without any offset.
    fn linear_predictor(&self, parameters: &[f64]) -> Vec<f64>;
    /// The objective.
    fn value(&self, eta: &[f64], parameters: &[f64]) -> f64;
    /// Its gradient.
    fn gradient(&self, eta: &[f64], parameters: &[f64]) -> Vec<f64>;
    /// Its Hessian, of which the lower triangle is read.
    fn hessian(&self, eta: &[f64]) -> Array2<f64>;
    /// Linear predictor, objective and gradient; of many rows in one walk over them.
    fn evaluate(&self, parameters: &[f64]) -> Evaluation {
        let eta = self.linear_predictor(parameters);
        Evaluation { value: self.value(&eta, parameters), gradient: self.gradient(&eta, parameters), eta }
    }
}

/// What is known at some parameters.
pub(crate) struct Evaluation {
    pub(crate) eta: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
}

/// Why a fit stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// Converged: nothing is left of the gradient that could be told from rounding.
    GradientSmall,
    /// The limit on steps was reached first.
    StepLimit,
    /// No step along the direction of descent lowers the objective.
    NoProgress,
    /// Some combination of unpenalised columns tells won from lost without fail: its coefficients have no finite
    /// optimum. Those returned are where the loss had become too flat to go on.
    Separated,
}

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Why it stopped.
    pub reason: StopReason,
    /// Newton steps taken; 0 for L-BFGS, which does not tell.
    pub steps: u32,
    /// Largest absolute entry of the gradient of the penalised mean loss at the end.
    pub gradient_norm: f64,
}

impl Convergence {
    /// Whether the optimum was reached.
    pub fn is_converged(&self) -> bool {
        self.reason == StopReason::GradientSmall
    }
}

/// Where a fit stands.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) parameters: Vec<f64>,
    pub(crate) eta: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    steps: u32,
}

/// A direction of descent and what is known about it.
struct Direction {
    step: Vec<f64>,
    eta_step: Vec<f64>,
    /// g'H⁻¹g: the decrease per unit of step at its beginning.
    decrement: f64,
}

impl Progress {
    pub(crate) fn new(objective: &impl Objective, parameters: Vec<f64>) -> Progress {
        let Evaluation { eta, value, gradient } = objective.evaluate(&parameters);
        Progress { parameters, eta, value, gradient, steps: 0 }
    }

    /// Takes value and gradient anew, after a step or when the penalties have changed.
    pub(crate) fn refresh(&mut self, objective: &impl Objective) {
        let Evaluation { eta, value, gradient } = objective.evaluate(&self.parameters);
        (self.eta, self.value, self.gradient) = (eta, value, gradient);
    }

    pub(crate) fn value(&self) -> f64 {
        self.value
    }

    fn stop(&self, reason: StopReason) -> Convergence {
        let gradient_norm = self.gradient.iter().fold(0.0, |norm: f64, g| norm.max(g.abs()));
        Convergence { reason, steps: self.steps, gradient_norm }
    }

    /// Whether the search may end here, judged by the factor of a Hessian taken nearby.
    pub(crate) fn judged_by(&self, objective: &impl Objective, near: &Cholesky) -> Convergence {
        let is_near = self.left(objective, near) <= ARRIVED;
        self.stop(if is_near { StopReason::GradientSmall } else { StopReason::StepLimit })
    }

    /// Squared length of the step that is left by this factor, in standard errors.
    fn left(&self, objective: &impl Objective, factor: &Cholesky) -> f64 {
        objective.total_weight() * dot_in_order(&factor.solve(&self.gradient), &self.gradient)
    }

    /// Newton's step by this factor, and the decrease per unit of it at its beginning.
    fn descent(&self, factor: &Cholesky) -> (Vec<f64>, f64) {
        let step: Vec<f64> = factor.solve(&self.gradient).iter().map(|d| -d).collect();
        let decrement = -dot_in_order(&step, &self.gradient);
        (step, decrement)
    }

    /// Takes the little that is left by this factor without looking at the rows again: their log-odds hardly move, and value
    /// and gradient stay those of before.
    fn step_blindly(&mut self, factor: &Cholesky) {
        let (step, _) = self.descent(factor);
        self.parameters = add_scaled(&self.parameters, &step, 1.0);
    }

    fn direction(&self, objective: &impl Objective, factor: &Cholesky) -> Direction {
        let (step, decrement) = self.descent(factor);
        Direction { eta_step: objective.linear_predictor(&step), step, decrement }
    }

    /// As [`Progress::search_line`] where the first length nearly always does: each is evaluated whole.
    fn leap(&mut self, objective: &impl Objective, step: &[f64], decrement: f64) -> bool {
        let rounding = VALUE_ROUNDING * self.value.abs();
        let mut length = 1.0;
        for _ in 0..MAX_HALVINGS {
            let parameters = add_scaled(&self.parameters, step, length);
            let Evaluation { eta, value, gradient } = objective.evaluate(&parameters);
            if value <= self.value - SUFFICIENT_DECREASE * length * decrement + rounding {
                let steps = self.steps + 1;
                *self = Progress { parameters, eta, value, gradient, steps };
                return true;
            }
            length *= 0.5;
        }
        false
    }

    /// Moves along the direction, halving the step until the objective falls enough. False when none does.
    fn search_line(&mut self, objective: &impl Objective, direction: &Direction) -> bool {
        let rounding = VALUE_ROUNDING * self.value.abs();
        let mut length = 1.0;
        for _ in 0..MAX_HALVINGS {
            let parameters = add_scaled(&self.parameters, &direction.step, length);
            let eta = add_scaled(&self.eta, &direction.eta_step, length);
            let value = objective.value(&eta, &parameters);
            if value <= self.value - SUFFICIENT_DECREASE * length * direction.decrement + rounding {
                (self.parameters, self.eta, self.value) = (parameters, eta, value);
                self.gradient = objective.gradient(&self.eta, &self.parameters);
                self.steps += 1;
                return true;
            }
            length *= 0.5;
        }
        false
    }
}

/// Goes nearly to the optimum by a Hessian taken earlier: L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4)
/// on top of its factor `near`. A step costs one walk over the rows, where a Newton step costs one for every column.
/// It only saves time: [`minimise`] decides afterwards. It ends when the squared length of what is
/// left is at most `tolerance`.
pub(crate) fn approach(objective: &impl Objective, progress: &mut Progress, near: &Cholesky, tolerance: f64) {
    approach_in(objective, progress, near, tolerance, MOST_APPROACHING_STEPS);
}

/// Goes to within a standard error or so of the optimum, from wherever; whether it got there.
pub(crate) fn come_near(objective: &impl Objective, progress: &mut Progress) -> Option<Cholesky> {
    (0..MOST_ROUNDS_FOR_SOME).find_map(|_| {
        let (factor, _) = factor_hessian(|| objective.hessian(&progress.eta));
        approach_in(objective, progress, &factor, NEAR_FOR_SOME, STEPS_FOR_SOME);
        (progress.left(objective, &factor) <= NEAR_FOR_SOME).then_some(factor)
    })
}

/// [`approach`] in at most so many steps.
pub(crate) fn approach_in(
    objective: &impl Objective,
    progress: &mut Progress,
    near: &Cholesky,
    tolerance: f64,
    most_steps: usize,
) {
    let mut bends: Vec<Bend> = Vec::new();
    for _ in 0..most_steps {
        let step: Vec<f64> = bent(&bends, near, &progress.gradient).iter().map(|d| -d).collect();
        let decrement = -dot_in_order(&step, &progress.gradient);
        let is_near = objective.total_weight() * decrement <= tolerance;
        let (before, gradient) = (progress.parameters.clone(), progress.gradient.clone());
        if is_near || !progress.leap(objective, &step, decrement) {
            return;
        }
        let difference = |after: &[f64], before: &[f64]| add_scaled(after, before, -1.0);
        let bend =
            Bend { step: difference(&progress.parameters, &before), turn: difference(&progress.gradient, &gradient) };
        if dot_in_order(&bend.step, &bend.turn) > 0.0 {
            bends.push(bend);
        }
    }
}

/// A step and by how much the gradient turned along it.
struct Bend {
    step: Vec<f64>,
    turn: Vec<f64>,
}

/// The gradient under the inverse Hessian that the bends make of the one at hand.
fn bent(bends: &[Bend], near: &Cholesky, gradient: &[f64]) -> Vec<f64> {
    let mut rest = gradient.to_vec();
    let mut shares = Vec::with_capacity(bends.len());
    for bend in bends.iter().rev() {
        let share = dot_in_order(&bend.step, &rest) / dot_in_order(&bend.step, &bend.turn);
        rest = add_scaled(&rest, &bend.turn, -share);
        shares.push(share);
    }
    let mut ascent = near.solve(&rest);
    for (bend, share) in bends.iter().zip(shares.into_iter().rev()) {
        let over = dot_in_order(&bend.turn, &ascent) / dot_in_order(&bend.step, &bend.turn);
        ascent = add_scaled(&ascent, &bend.step, share - over);
    }
    ascent
}

fn dot_in_order(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add_scaled(start: &[f64], step: &[f64], length: f64) -> Vec<f64> {
    start.iter().zip(step).map(|(x, d)| x + length * d).collect()
}

/// Takes at most `max_steps` Newton steps, one at least; returns how it ended and the factor of the Hessian that the
/// last step used. At convergence that is the Hessian at the optimum up to the tolerance, and of many rows to five digits.
pub(crate) fn minimise(objective: &impl Objective, progress: &mut Progress, max_steps: u32) -> (Convergence, Cholesky) {
    for step in 1.. {
        let (factor, is_damped) = factor_hessian(|| objective.hessian(&progress.eta));
        let ((is_still, has_moved), left) = if objective.can_separate() || !objective.has_many_rows() {
            let direction = progress.direction(objective, &factor);
            let left = objective.total_weight() * direction.decrement;
            let is_short = left <= STEP_TOLERANCE;
            let is_still = is_short && largest_move(objective, &direction) <= MOVING_LOG_ODDS;
            if objective.can_separate() && (is_damped || is_short && !is_still) {
                return (progress.stop(StopReason::Separated), factor);
            }
            ((is_still, progress.search_line(objective, &direction)), left)
        } else {
            // Nothing can run away, and so one walk over the rows does for all there is to know of the step.
            let (step, decrement) = progress.descent(&factor);
            let left = objective.total_weight() * decrement;
            ((left <= STEP_TOLERANCE, progress.leap(objective, &step, decrement)), left)
        };
        let reason = match (is_still, has_moved, step >= max_steps) {
            (true, _, _) => StopReason::GradientSmall,
            (false, false, _) => StopReason::NoProgress,
            (false, true, true) => StopReason::StepLimit,
            (false, true, false) => {
                if !objective.has_many_rows() {
                    continue;
                }
                approach(objective, progress, &factor, NEAR);
                let is_of_optimum = left <= ARRIVED;
                if !is_of_optimum || objective.can_separate() || progress.left(objective, &factor) > STEP_TOLERANCE {
                    continue;
                }
                progress.step_blindly(&factor);
                StopReason::GradientSmall
            }
        };
        return (progress.stop(reason), factor);
    }
    unreachable!("the loop ends at the step limit at the latest")
}

fn largest_move(objective: &impl Objective, direction: &Direction) -> f64 {
    let rows = direction.eta_step.iter().enumerate().filter(|&(row, _)| objective.is_row_used(row));
    rows.fold(0.0, |largest: f64, (_, step)| largest.max(step.abs()))
}

/// The factor of a Hessian, or of the Hessian with as much added to its diagonal as it takes; and whether it took any.
/// `hessian` is asked for it, and once more where it takes any.
pub(crate) fn factor_hessian(hessian: impl Fn() -> Array2<f64>) -> (Cholesky, bool) {
    if let Ok(factor) = Cholesky::factor(hessian()) {
        return (factor, false);
    }
    let mut hessian = hessian();
    let largest = hessian.diag().iter().fold(f64::MIN_POSITIVE, |largest: f64, d| largest.max(*d));
    let mut damping = FIRST_DAMPING;
    while damping < LARGEST_DAMPING {
        for d in hessian.diag_mut() {
            *d += damping * d.max(largest * FIRST_DAMPING);
        }
        if let Ok(factor) = Cholesky::factor(hessian.clone()) {
            return (factor, true);
        }
        damping *= 10.0;
    }
    // Not finite: a step along the gradient, which the line search refuses if it is not finite either.
    let identity = Cholesky::factor(Array2::eye(hessian.nrows())).expect("the identity is positive definite");
    (identity, true)
}
