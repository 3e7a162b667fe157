//! The Newton solver as an estimator of the linfa ecosystem: checked parameters, `Fit` on a weighted dataset, `Predict`.
//!
//! ```
//! use leadscore::logistic::linfa_impl::LogisticParams;
//! use linfa::traits::{Fit, Predict};
//! use ndarray::array;
//!
//! let records = array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]];
//! let dataset = linfa::DatasetBase::new(records, array![false, false, true, false, true, true]);
//! let model = LogisticParams::default().lambda(0.1).fit(&dataset)?;
//! assert_eq!(model.predict(dataset.records()), array![false, false, false, true, true, true]);
//! # Ok::<(), leadscore::logistic::FitError>(())
//! ```

use linfa::ParamGuard;
use linfa::dataset::{AsSingleTargets, DatasetBase};
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::{FitError, Fitted, Penalty, Problem, Structure, Term, fit};
use crate::design::Design;
use crate::logodds::sigmoid;

/// Parameters not yet checked. A ridge λ on the mean loss, the intercept not penalised; columns as they are given.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticParams(LogisticValidParams);

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticValidParams {
    lambda: f64,
}

impl Default for LogisticParams {
    /// A ridge of 1e-3, about what standardised columns of a thousand deals ask for.
    fn default() -> LogisticParams {
        LogisticParams(LogisticValidParams { lambda: 1e-3 })
    }
}

impl LogisticParams {
    /// Sets λ, on the mean of the losses.
    #[must_use]
    pub fn lambda(mut self, lambda: f64) -> LogisticParams {
        self.0.lambda = lambda;
        self
    }
}

impl ParamGuard for LogisticParams {
    type Checked = LogisticValidParams;
    type Error = FitError;

    fn check_ref(&self) -> Result<&LogisticValidParams, FitError> {
        let lambda = self.0.lambda;
        if lambda.is_finite() && lambda >= 0.0 { Ok(&self.0) } else { Err(FitError::Penalty { lambda }) }
    }

    fn check(self) -> Result<LogisticValidParams, FitError> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = bool>> Fit<ArrayBase<D, Ix2>, T, FitError> for LogisticValidParams {
    type Object = LogisticModel;

    /// Fits records `(n_samples, n_columns)` to targets; without weights in the dataset every row counts as 1.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<LogisticModel, FitError> {
        let design = Design { dense: dataset.records().to_owned(), lines: Vec::new(), blocks: Vec::new() };
        let y: Vec<f64> = dataset.as_single_targets().iter().map(|won| f64::from(u8::from(*won))).collect();
        let weights: Vec<f64> = match dataset.weights() {
            Some(weights) => weights.iter().map(|w| f64::from(*w)).collect(),
            None => vec![1.0; y.len()],
        };
        let terms = [Term { columns: 0..design.n_columns(), structure: Structure::Ridge }];
        let problem = Problem { design: &design, y: &y, weights: &weights };
        Ok(LogisticModel { fitted: fit(&problem, &terms, Penalty::Fixed(self.lambda), None)? })
    }
}

/// A fitted model that predicts.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticModel {
    /// Coefficients, standard errors and how the fit ended.
    pub fitted: Fitted,
}

impl LogisticModel {
    /// P(true) of each row.
    pub fn predict_probabilities<D: Data<Elem = f64>>(&self, records: &ArrayBase<D, Ix2>) -> Array1<f64> {
        let design = Design { dense: records.to_owned(), lines: Vec::new(), blocks: Vec::new() };
        design.matvec(&self.fitted.coefficients, self.fitted.intercept).into_iter().map(sigmoid).collect()
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<bool>> for LogisticModel {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<bool>) {
        *y = self.predict_probabilities(x).mapv(|p| p >= 0.5);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<bool> {
        Array1::from_elem(x.nrows(), false)
    }
}
