"""Mode and covariance of the regression behind learned points, by scipy on plainly written formulas.

Run: python comparison.py > comparison.json
"""

import json
import platform

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.stats import norm, t as student_t

rng = np.random.default_rng(20260101)
n = 160
points = np.array([15.0, -20.0, 3.0, 10.0, 5.0])
q = np.column_stack([
    rng.random(n) < 0.3,
    rng.random(n) < 0.1,
    rng.integers(0, 6, n),
    np.round(2.0 ** -rng.exponential(1.0, n), 3) * (rng.random(n) < 0.5),
    np.zeros(n),  # a rule that hits no deal has no deviation
]).astype(float)
weights = np.round(rng.uniform(0.1, 1.0, n), 3)
true = np.array([0.9, 0.4, 0.1, 0.3, 0.0])
y = (rng.random(n) < 1 / (1 + np.exp(1.0 - q @ true))).astype(float)

share = weights / weights.sum()
centred = q - share @ q
covariance_q = (centred * share[:, None]).T @ centred
score = q @ points
sd_score = np.sqrt(share @ (score - share @ score) ** 2)
hit = q != 0
scale = np.array([np.sqrt((weights * c**2)[h].sum() / weights[h].sum()) if h.any() else 0.0 for c, h in zip(q.T, hit.T)])
told = scale > 0
x = np.column_stack([np.ones(n), score / sd_score, q[:, told] / scale[told]])


def normal(tau, variances):
    """The fit with normal priors of these variances."""
    columns = x
    precision = np.concatenate([[0.0, 1.0], 1 / variances])
    mean = np.array([0.0, 1.0] + [0.0] * (columns.shape[1] - 2))

    def objective(b):
        eta = columns @ b
        return (weights * (np.logaddexp(0, eta) - y * eta)).sum() + 0.5 * (precision * (b - mean) ** 2).sum()

    def gradient(b):
        p = 1 / (1 + np.exp(-columns @ b))
        return columns.T @ (weights * (p - y)) + precision * (b - mean)

    def hessian(b):
        p = 1 / (1 + np.exp(-columns @ b))
        return (columns * (weights * p * (1 - p))[:, None]).T @ columns + np.diag(precision)

    start = mean.copy()
    found = minimize(objective, start, jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-12})
    covariance = np.linalg.inv(hessian(found.x))
    # Log evidence by Laplace's method, up to what no tau changes.
    log_evidence = -found.fun + 0.5 * np.linalg.slogdet(covariance)[1]
    log_evidence += 0.5 * np.log(precision[2:]).sum()
    kappa = found.x[1] / sd_score
    beta = kappa * points
    beta[told] += found.x[2:] / scale[told]
    factor = sd_score / np.sqrt(beta @ covariance_q @ beta)
    return {
        "tau": tau,
        "mode": found.x.tolist(),
        "covariance": covariance.tolist(),
        "log_evidence": log_evidence,
        "kappa": kappa,
        "factor": factor,
        "points_at_full_belief": (factor * beta).tolist(),
    }


def fit(tau):
    return normal(tau, np.full(x.shape[1] - 2, tau**2))


def heavy_tailed(tau, degrees=4.0):
    """t priors: the normal density that touches each is renewed until nothing moves."""
    variances = np.full(x.shape[1] - 2, tau**2)
    for _ in range(1000):
        found = normal(tau, variances)
        size = np.square(found["mode"][2:]) + np.diag(found["covariance"])[2:]
        renewed = (degrees * tau**2 + size) / (degrees + 1)
        if np.allclose(renewed, variances, rtol=1e-10, atol=0):
            break
        variances = renewed
    # Both densities at the root mean square, by scipy; what they share with every tau is taken off.
    at = np.sqrt(size)
    above = student_t.logpdf(at, degrees, scale=tau) - norm.logpdf(at, scale=np.sqrt(variances))
    shared = student_t.logpdf(0, degrees) - norm.logpdf(0)
    found["log_evidence"] += (above - shared).sum()
    return found


print(json.dumps({
    "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
    "points": points.tolist(),
    "quantities": q.T.tolist(),
    "weights": weights.tolist(),
    "outcomes": y.tolist(),
    "scale": scale.tolist(),
    "sd_score": sd_score,
    "fits": [fit(tau) for tau in [0.05, 0.2, 1.0]],
    "heavy_tailed": [heavy_tailed(tau) for tau in [0.05, 0.2, 1.0]],
}, separators=(",", ":")))
