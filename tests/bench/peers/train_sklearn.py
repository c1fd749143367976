"""SOLVER FILE [MODEL]: standardised logistic regression, C = 1."""
import sys

import joblib
import pandas
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

table = pandas.read_csv(sys.argv[2])
target = table.pop("label")
model = make_pipeline(StandardScaler(), LogisticRegression(solver=sys.argv[1], max_iter=200))
model.fit(table, target)
if len(sys.argv) > 3:
    joblib.dump(model, sys.argv[3])
