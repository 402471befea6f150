"""The same fits by scipy: the classic way, with analytic gradients, vectorised over runs.

Usage: /usr/bin/python3 scipy_fits.py chinchilla|yun2024|bootstrap RUNS.csv
Prints one JSON object: seconds, objective, what was done. Needs Debian's python3-scipy.
"""

import csv
import json
import sys
import time

import numpy as np
from scipy.optimize import minimize

DELTA = 1e-3
SCALE = 1e4  # at 1 the default tolerances stop at the start


def read(path):
    with open(path) as file:
        rows = list(csv.DictReader(file))
    column = lambda name: np.log(np.array([float(row[name]) for row in rows]))
    return column("params"), column("tokens"), column("experts"), column("loss")


def huber(residuals, weights):
    size = np.abs(residuals)
    inside = size <= DELTA
    value = np.where(inside, 0.5 * residuals**2, DELTA * (size - 0.5 * DELTA))
    slope = np.clip(residuals, -DELTA, DELTA)
    return SCALE * np.sum(weights * value), SCALE * weights * slope


def chinchilla(t, data, weights):
    """t: ln A, ln B, ln floor, alpha, beta."""
    n, d, _, loss = data
    terms = np.stack([t[0] - t[3] * n, t[1] - t[4] * d, np.full_like(n, t[2])])
    top = terms.max(axis=0)
    powers = np.exp(terms - top)
    total = powers.sum(axis=0)
    value, slope = huber(top + np.log(total) - loss, weights)
    share = slope * powers / total
    return value, np.array([share[0].sum(), share[1].sum(), share[2].sum(),
                            -(share[0] * n).sum(), -(share[1] * d).sum()])


def yun(t, data, weights):
    """t: ln A, ln B, ln C, ln F, alpha, beta, gamma, d; E does not saturate."""
    n, d, e, loss = data
    terms = np.stack([t[0] - t[4] * n, t[1] - t[5] * e, t[2] - t[6] * d, np.full_like(n, t[3])])
    top = terms.max(axis=0)
    powers = np.exp(terms - top)
    total = powers.sum(axis=0)
    value, slope = huber(top + np.log(total) + t[7] * n * e - loss, weights)
    share = slope * powers / total
    sums = share.sum(axis=1)
    return value, np.array([*sums, -(share[0] * n).sum(), -(share[1] * e).sum(),
                            -(share[2] * d).sum(), (slope * n * e).sum()])


def best_of(function, starts, data, method):
    weights = np.ones_like(data[0])
    best = np.inf
    end = None
    for start in starts:
        with np.errstate(all="ignore"):
            result = minimize(function, start, args=(data, weights), jac=True, method=method)
        if np.isfinite(result.fun) and result.fun < best:
            best, end = result.fun, result.x
    return best / SCALE, end


def hoffmann_starts():
    steps = np.arange(0, 2.5, 0.5)
    return [np.array([a, b, e, alpha, beta])
            for alpha in steps for beta in steps
            for e in (-1.0, -0.5, 0.0, 0.5, 1.0)
            for a in range(0, 30, 5) for b in range(0, 30, 5)]


def yun_starts(count):
    random = np.random.default_rng(1)
    low = np.array([0, -4, 0, -2, 0.05, 0.05, 0.05, -2e-3])
    high = np.array([10, 2, 15, 1, 0.8, 1.0, 0.8, 2e-3])
    return low + (high - low) * random.random((count, 8))


def main():
    what, data = sys.argv[1], read(sys.argv[2])
    begin, begin_cpu = time.perf_counter(), time.process_time()
    times = 1
    if what == "chinchilla":
        objective, _ = best_of(chinchilla, hoffmann_starts(), data, "L-BFGS-B")
        done = "4500 starts, L-BFGS-B"
    elif what == "yun2024":
        objective, _ = best_of(yun, yun_starts(500), data, "BFGS")
        done = "500 random starts, BFGS"
    else:
        objective, optimum = best_of(chinchilla, [np.array([6.0, 7.6, 0.6, 0.34, 0.36])], data,
                                     "BFGS")
        random = np.random.default_rng(1)
        count = len(data[0])
        begin, begin_cpu, times = time.perf_counter(), time.process_time(), 20
        for _ in range(200):
            weights = np.bincount(random.integers(0, count, count), minlength=count).astype(float)
            minimize(chinchilla, optimum, args=(data, weights), jac=True, method="BFGS")
        done = "warm BFGS, 200 resamples times 20"
    seconds = times * (time.perf_counter() - begin)
    cpu_seconds = times * (time.process_time() - begin_cpu)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "objective": objective,
                      "done": done}))


if __name__ == "__main__":
    main()
