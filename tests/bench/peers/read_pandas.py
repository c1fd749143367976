"""FILE: a table into memory."""
import sys

import pandas

print(pandas.read_csv(sys.argv[1]).shape)
