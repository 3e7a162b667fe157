//! The triangular root of a covariance.

use ndarray::Array2;

/// L with L Lᵀ = `covariance`, lower triangular; a direction without variance stays 0.
pub(super) fn root(covariance: &Array2<f64>) -> Array2<f64> {
    let n = covariance.nrows();
    let mut root = Array2::<f64>::zeros((n, n));
    for row in 0..n {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| root[[row, k]] * root[[column, k]]).sum();
            let rest = covariance[[row, column]] - known;
            root[[row, column]] = if row == column {
                rest.max(0.0).sqrt()
            } else if root[[column, column]] > 0.0 {
                rest / root[[column, column]]
            } else {
                0.0
            };
        }
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_root_squared_is_the_covariance() {
        let covariance = array![[4.0, 2.0, 0.0], [2.0, 5.0, 0.0], [0.0, 0.0, 0.0]];
        let root = root(&covariance);
        assert_eq!(root, array![[2.0, 0.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]);
        assert_eq!(root.dot(&root.t()), covariance);
    }
}
