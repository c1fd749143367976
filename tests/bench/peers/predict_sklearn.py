"""MODEL FILE OUT: the class of every row and its probability."""
import sys

import joblib
import pandas

model = joblib.load(sys.argv[1])
table = pandas.read_csv(sys.argv[2], usecols=lambda name: name != "label")
probabilities = model.predict_proba(table)
best = probabilities.argmax(axis=1)
answers = pandas.DataFrame({"prediction": model.classes_[best], "confidence": probabilities.max(axis=1)})
answers.to_csv(sys.argv[3], index=False)
