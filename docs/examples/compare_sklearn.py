#!/usr/bin/env python3
"""Logistic regression by mlkit and by scikit-learn on the same rows: objective, accuracy, coefficients, time.

    python3 docs/examples/compare_sklearn.py [--mlkit PROGRAM] [--rows N] [--data FOLDER] [--alone] [FILE:TARGET ..]

Without FILE:TARGET: a table of N rows made by `mlkit simulate classification`, and the data sets of data/. Every table is
split by `mlkit split`; both learn on the same training rows and are scored on the same test rows. scikit-learn gets the
features that mlkit makes of a table: numbers with medians for gaps, centred and divided by their standard deviation, and
one 0/1 column per text. With --alone, or where scikit-learn (with pandas) is not installed, mlkit's half runs alone.

Seconds are processor time: of mlkit the whole program, from the CSV to the model file; of scikit-learn the call of
fit() alone, on the matrix in memory.
"""
import argparse
import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time

PATH = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3)  # C
MAX_ITER = 2000  # of scikit-learn

SOLVERS = {  # penalty: (options of mlkit, solvers of mlkit, solvers of scikit-learn with their tolerances)
    "L2, C = 1": ([], ["newton", "lbfgs", "coordinate", "gd", "sgd"],
                  [("newton-cholesky", 1e-10), ("lbfgs", 1e-10), ("saga", 1e-8)]),
    "L1, C = 0.1": (["--l1-ratio", "1", "--C", "0.1"], ["coordinate", "gd"], [("saga", 1e-8)]),
}


def run(words):
    result = subprocess.run(words, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(" ".join(words) + "\n" + result.stderr)
    return result.stdout


def numbers(values):
    """All numbers of nested objects, in order."""
    if isinstance(values, dict):
        return [x for value in values.values() for x in numbers(value)]
    return [values]


def by_mlkit(program, folder, target, solver, options):
    train, test, model = (os.path.join(folder, name) for name in ("train.csv", "test.csv", "m.mlkit"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = json.loads(run([program, "train", train, "--target", target, "--model", "logistic", "--solver", solver,
                          *options, "-o", model, "--json"]))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    scores = json.loads(run([program, "evaluate", model, test, "--json"]))["metrics"]
    return {"who": "mlkit " + solver, "objective": out["objective"], "accuracy": scores["accuracy"],
            "log_loss": scores["log_loss"], "coefficients": numbers(out["model"]["coefficients"]),
            "names": feature_names(out), "iterations": out["iterations"],
            "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def feature_names(out):
    coefficients = out["model"]["coefficients"]
    first = next(iter(coefficients.values()))
    return list(first if isinstance(first, dict) else coefficients)


def matrices(folder, target, names):
    """Training and test features as mlkit makes them, columns in its order; labels."""
    import numpy as np
    import pandas as pd

    parts = [pd.read_csv(os.path.join(folder, name)) for name in ("train.csv", "test.csv")]
    labels = [part.pop(target).astype(str).to_numpy() for part in parts]
    out = [np.zeros((len(part), len(names))) for part in parts]
    for j, name in enumerate(names):
        column, _, level = name.partition("=")
        if name in parts[0]:
            median = parts[0][name].median()
            known = parts[0][name].fillna(median)
            spread = known.std(ddof=0) or 1.0
            for k in range(2):
                out[k][:, j] = (parts[k][name].fillna(median) - known.mean()) / spread
        else:
            for k in range(2):
                out[k][:, j] = parts[k][column] == level
    return out, labels


def objective(model, x, y, strength, l1_ratio):
    import numpy as np

    z = x @ model.coef_.T + model.intercept_
    if z.shape[1] == 1:
        z = np.hstack([np.zeros_like(z), z])
    top = z.max(axis=1)
    own = z[np.arange(len(z)), np.searchsorted(model.classes_, y)]
    loss = (np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - own).sum()
    w = model.coef_
    return float(loss + (l1_ratio * np.abs(w).sum() + (1 - l1_ratio) * (w * w).sum() / 2) / strength)


def by_sklearn(matrix, labels, solver, tolerance, options):
    import warnings

    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    l1 = "--l1-ratio" in options
    strength = float(options[options.index("--C") + 1]) if l1 else 1.0
    model = LogisticRegression(C=strength, penalty="l1" if l1 else "l2", solver=solver, tol=tolerance, max_iter=MAX_ITER)
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(matrix[0], labels[0])
    seconds = time.process_time() - started
    return {"who": "scikit-learn " + solver, "objective": objective(model, matrix[0], labels[0], strength, float(l1)),
            "accuracy": float(model.score(matrix[1], labels[1])),
            "log_loss": float(log_loss(labels[1], model.predict_proba(matrix[1]), labels=model.classes_)),
            "coefficients": [float(w) for row in model.coef_ for w in row],
            "iterations": int(max(model.n_iter_)), "seconds": seconds}


def have_sklearn():
    try:
        import pandas  # noqa: F401
        import sklearn

        return sklearn.__version__
    except ImportError:
        return None


def compare(program, table, target, name, folder, sklearn):
    run([program, "split", table, "--target", target, "--train", os.path.join(folder, "train.csv"), "--test",
         os.path.join(folder, "test.csv")])
    with open(os.path.join(folder, "train.csv"), newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    for penalty, (options, solvers, peers) in SOLVERS.items():
        results = [by_mlkit(program, folder, target, solver, options) for solver in solvers]
        if sklearn:
            matrix, labels = matrices(folder, target, results[0]["names"])
            results += [by_sklearn(matrix, labels, solver, tol, options) for solver, tol in peers
                        if not (solver == "newton-cholesky" and len(set(labels[0])) > 2)]
        best = results[0]["coefficients"]
        print(f"\n**{name}**, {rows} training rows, {len(results[0]['names'])} features, {penalty}\n")
        print("| solver | objective | accuracy | log loss | largest difference of a coefficient | zeros | iterations "
              "| CPU s |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
        for r in results:
            difference = max(abs(a - b) for a, b in zip(r["coefficients"], best))
            zeros = sum(w == 0 for w in r["coefficients"])
            print(f"| {r['who']} | {r['objective']:.9g} | {r['accuracy']:.4f} | {r['log_loss']:.5f} | "
                  f"{'-' if r is results[0] else f'{difference:.1e}'} | {zeros} | {r['iterations']} | "
                  f"{r['seconds']:.3f} |")
            assert math.isfinite(r["objective"])
    compare_path(program, target, name, folder, sklearn)


def compare_path(program, target, name, folder, sklearn):
    """Lasso from a strong penalty to a weak one: which coefficients are not 0, and how far apart the two are."""
    print(f"\n**{name}**, L1 path\n")
    print("| C | not 0, mlkit | not 0, scikit-learn saga | largest difference of a coefficient | objective of saga beside "
          "mlkit's |\n| --- | --- | --- | --- | --- |")
    matrix = None
    for strength in PATH:
        options = ["--l1-ratio", "1", "--C", str(strength)]
        ours = by_mlkit(program, folder, target, "coordinate", options)
        count = sum(w != 0 for w in ours["coefficients"])
        if not sklearn:
            print(f"| {strength} | {count} | - | - | - |")
            continue
        if matrix is None:
            matrix, labels = matrices(folder, target, ours["names"])
        theirs = by_sklearn(matrix, labels, "saga", 1e-9, options)
        difference = max(abs(a - b) for a, b in zip(ours["coefficients"], theirs["coefficients"]))
        print(f"| {strength} | {count} | {sum(w != 0 for w in theirs['coefficients'])} | {difference:.1e} | "
              f"{theirs['objective'] / ours['objective'] - 1:+.1e} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--mlkit", default="mlkit")
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--data", default=os.path.join(here, "..", "..", "data"))
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("tables", nargs="*", metavar="FILE:TARGET")
    given = parser.parse_args()
    sklearn = None if given.alone else have_sklearn()
    print("mlkit", run([given.mlkit, "--version"]).split()[-1], "and scikit-learn " + sklearn if sklearn else "alone")
    tables = [word.rsplit(":", 1) for word in given.tables]
    with tempfile.TemporaryDirectory() as folder:
        if not tables:
            made = os.path.join(folder, "simulated.csv")
            run([given.mlkit, "simulate", "classification", "--rows", str(given.rows), "--features", "20",
                 "--informative", "8", "--redundant", "0", "--noise", "0.05", "-o", made])
            tables = [[made, "target"]] + [[os.path.join(given.data, name + ".csv"), target] for name, target in (
                ("breast_cancer", "diagnosis"), ("iris", "species"), ("penguins", "species"), ("wine", "cultivar"))]
        for table, target in tables:
            compare(given.mlkit, table, target, os.path.splitext(os.path.basename(table))[0], folder, sklearn)


if __name__ == "__main__":
    main()
