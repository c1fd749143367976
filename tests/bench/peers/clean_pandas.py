"""FILE OUT: what `mlkit clean` does by default."""
import sys

import pandas
from names import snake_case

table = pandas.read_csv(sys.argv[1]).rename(columns=snake_case).drop_duplicates()
table = table[table.isna().mean(axis=1) <= 0.5].copy()
for name in table.select_dtypes("number"):
    column = table[name].fillna(table[name].median())
    low, middle, high = column.quantile([0.25, 0.5, 0.75])
    reach = 1.5 * (high - low)
    table[name] = column.where(column.between(low - reach, high + reach), middle)
table.to_csv(sys.argv[2], index=False)
