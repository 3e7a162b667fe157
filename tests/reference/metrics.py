"""Reference values for the metrics, the rule curve and the blend.

Writes metrics.json beside itself. AUC, log loss and Brier are scikit-learn's, Wilson's interval and the calibration
fits are statsmodels', the penalised curves scipy's; the variance of the AUC is worked from its definition over all
pairs.
"""

import json
import platform
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

Z = stats.norm.ppf(0.975)


def deals(seed, n, base, spread):
    """Outcomes, a probability with ties (rounded to hundredths), a rule score of whole points, row weights."""
    rng = np.random.default_rng(seed)
    eta = logit(base) + spread * rng.normal(size=n)
    y = (rng.random(n) < expit(eta)).astype(float)
    p = np.clip(np.round(expit(0.3 + 0.8 * eta + 0.4 * rng.normal(size=n)), 2), 0.01, 0.99)
    score = np.clip(np.round(50 + 12 * eta + 15 * rng.normal(size=n)), 0, 100)
    w = np.round(rng.uniform(0.05, 1, size=n), 3)
    return y, p, score, w


def delong(y, score, w):
    """AUC and variance over all pairs; the row-weighted variance of a mean has the factor n/(n-1) at effective n."""
    won, lost = score[y == 1], score[y == 0]
    a, b = w[y == 1], w[y == 0]
    psi = (won[:, None] > lost[None, :]) + 0.5 * (won[:, None] == lost[None, :])
    v10, v01 = psi @ b / b.sum(), a @ psi / a.sum()
    area = a @ v10 / a.sum()

    def variance(v, u):
        effective = u.sum() ** 2 / (u**2).sum()
        return (u**2 * (v - area) ** 2).sum() / u.sum() ** 2 * effective / (effective - 1)

    return area, variance(v10, a) + variance(v01, b)


def calibration(y, p, w):
    """Coefficients by statsmodels' GLM; covariance of the row-weighted fit by the sandwich B^-1 M B^-1."""
    eta = logit(p)
    found = {}
    for name, x, offset in [("intercept", np.ones((len(y), 1)), eta), ("slope", sm.add_constant(eta), None)]:
        fit = sm.GLM(y, x, family=sm.families.Binomial(), offset=offset, freq_weights=w).fit(tol=1e-14, maxiter=200)
        mu = fit.fittedvalues
        v = mu * (1 - mu)
        bread = np.linalg.inv((x * (w * v)[:, None]).T @ x)
        covariance = bread @ ((x * (w**2 * v)[:, None]).T @ x) @ bread
        value, se = fit.params[-1], np.sqrt(covariance[-1, -1])
        if np.all(w == 1):
            assert abs(se - fit.bse[-1]) < 1e-9
        found[name] = [value, value - Z * se, value + Z * se]
    return found


def penalised_line(x, y, w, slope_sd):
    """Intercept and slope of the logistic curve with slope ~ N(1, slope_sd^2)."""

    def objective(b):
        eta = b[0] + b[1] * x
        return (w * (np.logaddexp(0, eta) - y * eta)).sum() + 0.5 * ((b[1] - 1) / slope_sd) ** 2

    def gradient(b):
        r = w * (expit(b[0] + b[1] * x) - y)
        return np.array([r.sum(), (r * x).sum() + (b[1] - 1) / slope_sd**2])

    return minimize(objective, [0.0, 1.0], jac=gradient, method="BFGS", options={"gtol": 1e-10}).x


def rule_curve(score, y, w):
    mean = np.average(score, weights=w)
    sd = np.sqrt(np.average((score - mean) ** 2, weights=w))
    intercept, slope = penalised_line((score - mean) / sd, y, w, 1.0)
    return {"mean": mean, "sd": sd, "intercept": intercept, "slope": slope}


def blend(weight, p_rule, p_model, y, w):
    """The recalibrated blend, out-of-fold and training deals being the same here."""
    eta = (1 - weight) * logit(p_rule) + weight * logit(p_model)
    slope = max(0.1, penalised_line(eta, y, w, 0.5)[1])
    target = np.average(y, weights=w)
    intercept = scipy.optimize.brentq(
        lambda a: np.average(expit(a + slope * eta), weights=w) - target, -20, 20, xtol=1e-14
    )
    return {"weight": weight, "slope": slope, "intercept": intercept}


def choice(p_rule, p_model, y, w):
    grid = np.arange(21) / 20
    eta = (1 - grid)[:, None] * logit(p_rule) + grid[:, None] * logit(p_model)
    loss = np.logaddexp(0, eta) - y * eta
    mean = loss @ w / w.sum()
    best = int(np.argmin(mean))
    d = loss - loss[best]
    excess = d @ w / w.sum()
    effective = w.sum() ** 2 / (w**2).sum()
    se = np.sqrt((w**2 * (d - excess[:, None]) ** 2).sum(axis=1) * effective / (effective - 1)) / w.sum()
    return {"weight": grid[np.argmax(excess <= se)], "least": grid[best], "losses": mean.tolist(), "se": se.tolist()}


def case(name, seed, n, base, spread, weighted):
    y, p, score, w = deals(seed, n, base, spread)
    if not weighted:
        w = np.ones(n)
    area, variance = delong(y, p, w)
    assert abs(area - roc_auc_score(y, p, sample_weight=w)) < 1e-12
    curve = rule_curve(score, y, w)
    p_rule = expit(curve["intercept"] + curve["slope"] * (score - curve["mean"]) / curve["sd"])
    effective = w.sum() ** 2 / (w**2).sum()
    rate = np.average(y, weights=w)
    return {
        "name": name,
        "y": y.tolist(),
        "p": p.tolist(),
        "score": score.tolist(),
        "w": w.tolist(),
        "auc": roc_auc_score(y, p, sample_weight=w),
        "auc_score": roc_auc_score(y, score, sample_weight=w),
        "delong_variance": variance,
        "log_loss": log_loss(y, p, sample_weight=w),
        "brier": brier_score_loss(y, p, sample_weight=w),
        "win_rate": rate,
        "wilson": list(proportion_confint(rate * effective, effective, method="wilson")),
        "calibration": calibration(y, p, w),
        "rule_curve": curve,
        "choice": choice(p_rule, p, y, w),
        "blend": [blend(weight, p_rule, p, y, w) for weight in (0.25, 0.6)],
    }


def main():
    values = {
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
            "statsmodels": statsmodels.__version__,
        },
        "wilson": [
            [wins, n, *proportion_confint(wins, n, method="wilson")]
            for wins, n in [(0, 5), (1, 5), (5, 5), (12, 40), (33, 100), (7, 2000)]
        ],
        "chi2_95": [[df, stats.chi2.ppf(0.95, df)] for df in (1, 4, 9)],
        "cases": [
            case("even", 1, 150, 0.3, 1.2, False),
            case("weighted", 2, 150, 0.3, 1.2, True),
            case("few wins", 3, 200, 0.08, 1.0, True),
            case("weak", 4, 300, 0.4, 0.2, False),
        ],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(values, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
