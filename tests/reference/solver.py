"""Reference values for tests/it/solver.rs.

Unpenalised fits: statsmodels Logit. Ridge fits: glum on the mean loss, standard errors from numpy. REML: a slow dense
numpy version of the same recursion. Posterior mode: scipy. Data sets are made up here and written into the json.

    python solver.py > solver.json
"""

import json
import platform
from importlib.metadata import version

import numpy as np
import statsmodels.api as sm
from glum import GeneralizedLinearRegressor
from scipy.optimize import minimize

WANTED = 1e-12


def sigmoid(eta):
    return 1 / (1 + np.exp(-eta))


def expand(case):
    """Dense columns, then a one-hot column for every level."""
    n = len(case["y"])
    parts = [np.array(case["dense"], float).reshape(n, -1)]
    for block in case["blocks"]:
        codes = np.array(block["codes"])
        parts.append((codes[:, None] == np.arange(block["n_levels"])[None, :]).astype(float))
    return np.hstack(parts)


def dropped_columns(case):
    """The commonest level of each block by row weight: an unpenalised fit leaves it out."""
    start, dropped = len(case["dense"][0]), []
    for block in case["blocks"]:
        sums = np.bincount(block["codes"], case["weights"], block["n_levels"])
        dropped.append(start + int(np.argmax(sums)))
        start += block["n_levels"]
    return dropped


def unpenalised(case):
    x, y, w = expand(case), np.array(case["y"], float), np.array(case["weights"], float)
    kept = [j for j in range(x.shape[1]) if j not in dropped_columns(case)]
    design = np.column_stack([x[:, kept], np.ones(len(y))])
    if np.all(w == 1):
        result = sm.Logit(y, design).fit(method="newton", maxiter=100, tol=WANTED, disp=0)
    else:
        # Logit has no weights; Binomial GLM with frequency weights is the same likelihood.
        result = sm.GLM(y, design, family=sm.families.Binomial(), freq_weights=w).fit(tol=WANTED, maxiter=100)
    beta, se = np.zeros(x.shape[1] + 1), np.zeros(x.shape[1] + 1)
    beta[kept + [-1]], se[kept + [-1]] = result.params, result.bse
    return {"coefficients": beta[:-1].tolist(), "intercept": beta[-1], "standard_errors": se[:-1].tolist(),
            "intercept_standard_error": se[-1]}


def ridge(case, lam):
    x, y, w = expand(case), np.array(case["y"], float), np.array(case["weights"], float)
    model = GeneralizedLinearRegressor(family="binomial", alpha=lam, l1_ratio=0, gradient_tol=WANTED, max_iter=1000,
                                       solver="irls-ls", scale_predictors=False)
    model.fit(x, y, sample_weight=w)
    design = np.column_stack([x, np.ones(len(y))])
    p = sigmoid(x @ model.coef_ + model.intercept_)
    information = design.T @ (design * (w * p * (1 - p))[:, None])
    information += lam * w.sum() * np.diag([1.0] * x.shape[1] + [0.0])
    covariance = np.linalg.inv(information)
    se = np.sqrt(np.diag(covariance))
    return {"lambda": lam, "coefficients": model.coef_.tolist(), "intercept": float(model.intercept_),
            "standard_errors": se[:-1].tolist(), "intercept_standard_error": se[-1],
            "covariance_first_row": covariance[0].tolist()}


def penalty_matrix(structure, k):
    if structure == "ridge":
        return np.eye(k)
    d = np.diff(np.eye(k), axis=0)
    return d.T @ d


def reml(case, terms):
    """Wood & Fasiolo's update on the sum of losses; steps and bounds as in src/logistic/reml.rs."""
    x, y, w = expand(case), np.array(case["y"], float), np.array(case["weights"], float)
    design = np.column_stack([x, np.ones(len(y))])
    n = design.shape[1]
    matrices = []
    for term in terms:
        a, b = term["columns"]
        s = np.zeros((n, n))
        s[a:b, a:b] = penalty_matrix(term["structure"], b - a)
        matrices.append(s)
    ranks = [np.linalg.matrix_rank(s) for s in matrices]
    tiny = np.diag([1e-3] * (n - 1) + [0.0])
    lam, beta = np.full(len(terms), 10.0), np.zeros(n)

    def total():
        return tiny + sum(l * s for l, s in zip(lam, matrices))

    def value(b):
        eta = design @ b
        return w @ (np.logaddexp(0, eta) - y * eta) + 0.5 * b @ total() @ b

    def newton(b):
        p = sigmoid(design @ b)
        v = design.T @ (design * (w * p * (1 - p))[:, None]) + total()
        step = -np.linalg.solve(v, design.T @ (w * (p - y)) + total() @ b)
        length = 1.0
        while value(b + length * step) > value(b) * (1 + 1e-14) and length > 1e-10:
            length /= 2
        return b + length * step, v

    for round_ in range(5):
        for _ in range(4 if round_ == 0 else 1):
            beta, v = newton(beta)
        inverse = np.linalg.inv(v)
        new = np.array([(r - l * np.trace(inverse @ s)) / (beta @ s @ beta) for r, l, s in zip(ranks, lam, matrices)])
        new = np.clip(np.clip(new, lam / 20, lam * 20), 0.01, 1e5)
        change = np.max(np.abs(np.log(new / lam)))
        lam = new
        if change < 0.1:
            break
    for _ in range(30):
        beta, v = newton(beta)
    inverse = np.linalg.inv(v)
    p = sigmoid(design @ beta)
    influence = inverse @ design.T @ (design * (w * p * (1 - p))[:, None])
    edf = [np.trace(influence[a:b, a:b]) for a, b in (t["columns"] for t in terms)]
    pdet = sum(r * np.log(l) + np.sum(np.log(np.sort(np.linalg.eigvalsh(s))[n - r:]))
               for r, l, s in zip(ranks, lam, matrices))
    log_marginal = -value(beta) + 0.5 * (pdet - np.linalg.slogdet(v)[1] + (n - sum(ranks)) * np.log(2 * np.pi))
    return {"terms": terms, "lambdas_on_sum": lam.tolist(), "coefficients": beta[:-1].tolist(), "intercept": beta[-1],
            "effective_df": edf, "log_marginal": log_marginal}


def posterior_mode(case, mean, sd, offset):
    x, y, w = expand(case), np.array(case["y"], float), np.array(case["weights"], float)
    design = np.column_stack([x, np.ones(len(y))])
    mean, offset = np.array(mean), np.array(offset)
    precision = np.array([0.0 if s is None else s**-2 for s in sd])

    def value(b):
        eta = design @ b + offset
        return w @ (np.logaddexp(0, eta) - y * eta) + 0.5 * precision @ (b - mean) ** 2

    def gradient(b):
        return design.T @ (w * (sigmoid(design @ b + offset) - y)) + precision * (b - mean)

    best = minimize(value, mean, jac=gradient, method="BFGS", options={"gtol": 1e-9}).x
    p = sigmoid(design @ best + offset)
    hessian = design.T @ (design * (w * p * (1 - p))[:, None]) + np.diag(precision)
    best = best - np.linalg.solve(hessian, gradient(best))
    covariance = np.linalg.inv(hessian)
    return {"prior_mean": mean.tolist(), "prior_sd": sd, "offset": offset.tolist(), "coefficients": best.tolist(),
            "variances": np.diag(covariance).tolist(), "log_posterior": -value(best)}


def draw(rng, eta):
    return (rng.random(len(eta)) < sigmoid(eta)).astype(int).tolist()


def make_cases():
    rng = np.random.default_rng(20240501)
    n = 120
    dense = np.round(rng.normal(size=(n, 2)), 3)
    codes = rng.choice(4, n, p=[0.2, 0.45, 0.25, 0.1])
    category = {"dense": dense.tolist(), "blocks": [{"codes": codes.tolist(), "n_levels": 4}],
                "weights": [1.0] * n,
                "y": draw(rng, dense @ [0.8, -0.5] + np.array([0.0, 0.6, -0.9, 0.3])[codes] - 0.4)}
    n = 90
    dense = np.round(rng.normal(size=(n, 2)), 3)
    first, second = rng.integers(0, 3, n), rng.integers(0, 2, n)
    weighted = {"dense": dense.tolist(),
                "blocks": [{"codes": first.tolist(), "n_levels": 3}, {"codes": second.tolist(), "n_levels": 2}],
                "weights": np.round(rng.uniform(0.05, 1.0, n), 2).tolist(),
                "y": draw(rng, dense @ [1.0, 0.2] + 0.5 * first - 0.7 * second - 0.3)}
    n = 80
    dense = np.column_stack([rng.normal(3, 1, n) * 1e4, rng.normal(0, 1, n) * 1e-3, rng.exponential(1, n)])
    dense = np.array([[float(f"{v:.5g}") for v in row] for row in dense])
    scaled = {"dense": dense.tolist(), "blocks": [], "weights": [1.0] * n,
              "y": draw(rng, 8e-5 * dense[:, 0] + 700 * dense[:, 1] - 0.5 * dense[:, 2] - 2)}
    return {"category": category, "weighted": weighted, "ill_scaled": scaled}


def make_reml_case():
    rng = np.random.default_rng(7)
    n = 400
    curve, noise, category = rng.integers(0, 8, n), rng.integers(0, 6, n), rng.integers(0, 5, n)
    eta = 1.5 * np.sin(curve / 1.2) + np.array([-1.2, 0.8, 0.1, 1.1, -0.6])[category] - 0.5
    return {"dense": [[] for _ in range(n)],
            "blocks": [{"codes": curve.tolist(), "n_levels": 8}, {"codes": noise.tolist(), "n_levels": 6},
                       {"codes": category.tolist(), "n_levels": 5}],
            "weights": [1.0] * n, "y": draw(rng, eta)}


def main():
    packages = ["numpy", "scipy", "statsmodels", "glum"]
    out = {"versions": {"python": platform.python_version()} | {name: version(name) for name in packages}, "cases": {}}
    for name, case in make_cases().items():
        lam = 1e-8 if name == "ill_scaled" else 0.02
        out["cases"][name] = case | {"unpenalised": unpenalised(case), "ridge": ridge(case, lam)}
    case = make_reml_case()
    terms = [{"columns": [0, 8], "structure": "difference"}, {"columns": [8, 14], "structure": "difference"},
             {"columns": [14, 19], "structure": "ridge"}]
    out["reml"] = case | {"reml": reml(case, terms)}
    case = make_cases()["weighted"]
    rng = np.random.default_rng(11)
    offset = np.round(rng.normal(0, 0.5, len(case["y"])), 3).tolist()
    n_columns = expand(case).shape[1]
    out["posterior"] = posterior_mode(case, [1.0, 0.0] + [0.1] * (n_columns - 2) + [0.0],
                                      [0.5, 1.0] + [0.3] * (n_columns - 2) + [None], offset)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
