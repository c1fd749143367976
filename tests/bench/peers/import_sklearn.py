"""What every scikit-learn program does first."""
import pandas
import sklearn.linear_model
