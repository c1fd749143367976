#!/usr/bin/env bash
# Features of the penguins' notes: dates taken apart, texts to numbers, target encoding that does not leak. Each command
# is shown as one would type it. The files stay in a folder of their own to look at.
set -euo pipefail
data=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data" && pwd)
folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/mlkit-features.XXXXXX")}
mkdir -p "$folder"
cd "$folder"
cp "$data/penguins_raw.csv" all.csv

tell() { printf '\n'; printf '# %s\n' "$@"; }
run() { # as typed: one string
  printf '$ %s\n' "$1"
  bash -c "$1" 2>&1
}

tell "Rows to learn from, and rows that the features must not have seen."
run "mlkit split all.csv --target Sex --train train.csv --test test.csv"

tell "What could be made of these columns? auto chooses by type and cardinality, and says why."
run "mlkit features fit train.csv --target Sex --recipe auto.json"

tell "Asked for by name. The table that fit writes holds cross-fitted target encodings."
run "mlkit features fit train.csv --target Sex --recipe penguins.json -o train_features.csv \
  --dates 'Date Egg' --encode 'Species=onehot,Individual ID=target,Island=frequency' --encode-default none \
  --bins 'Body Mass (g)=4' --interactions 'Culmen Length (mm):Culmen Depth (mm)' --drop-original"
run "head -3 train_features.csv"

tell "The recipe is text: the edges of the bins, the values of the levels."
run "grep -A 6 '\"step\": \"bins\"' penguins.json"

tell "Other rows get the same features; what the recipe does not know is counted."
run "mlkit features apply test.csv --recipe penguins.json -o test_features.csv"

tell "Applied to its own training rows by mistake, a target encoding would hold its own answers."
run "mlkit features apply train.csv --recipe penguins.json -o oops.csv || true"

tell "On the way to a model: train learns the recipe anew on its rows (and --cv on those of every" \
  "fold), and seals it. predict and evaluate then need the model alone."
run "mlkit train train.csv --target Sex --recipe penguins.json --exclude 'Sample Number,Comments' --cv 5 -o sex.mlkit"
run "mlkit evaluate sex.mlkit test.csv"
