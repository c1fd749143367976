#!/usr/bin/env bash
# A guided run on real data: 344 penguins as they were typed in at Palmer Station. Each command is shown as
# one would type it. `./dev demo` runs this; the files stay in a folder of their own to look at.
set -euo pipefail
data=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../data" && pwd)
folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/mlkit-demo.XXXXXX")}
mkdir -p "$folder"
cd "$folder"
cp "$data/penguins_raw.csv" penguins.csv

bold() { if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1m%s\033[0m\n' "$1"; else printf '%s\n' "$1"; fi; }
tell() { printf '\n'; printf '# %s\n' "$@"; }
run() { # as typed: one string
  bold "\$ $1"
  bash -c "$1" 2>&1
}

tell "The data as it comes: odd names, NA for missing, a column of comments." "Can we tell a penguin's sex from its measurements?"
run "head -4 penguins.csv | cut -c 1-110"

tell "What a person (or another tool) would want: one command, no options."
run "mlkit clean penguins.csv -o clean.csv"
run "head -3 clean.csv | cut -c 1-110"

tell "On the way to a model one splits first: cleaning and scaling are then learned" "from the training rows alone, and sealed in the model file."
run "mlkit split penguins.csv --target Sex --train train.csv --test test.csv"
run "mlkit train train.csv --target Sex --clean --exclude 'Individual ID,Sample Number,Comments' -o sex.mlkit"

tell "How good is it on rows that it has never seen?"
run "mlkit evaluate sex.mlkit test.csv"

tell "New rows in, predictions out, in the same order."
run "mlkit predict sex.mlkit test.csv --proba -o predictions.csv"
run "head -5 predictions.csv"

tell "Is the file what it was when it was made, and does it compute the same here?"
run "mlkit verify sex.mlkit"

tell "Is another model better, or was it luck? The same folds for each, everything learned anew in each of them."
run "mlkit cv train.csv --target Sex --clean --exclude 'Individual ID,Sample Number,Comments' --models logistic,nb"

tell "For those who decide: one page with pictures, for a browser, without network."
run "mlkit evaluate sex.mlkit test.csv --report sex.html --quiet >evaluation.txt"

tell "Later: the world moves (made-up rows, whose truth is known). The model file remembers how it was."
run "mlkit simulate drift --rows 4000 --only-phase 1 -o before.csv"
run "mlkit simulate drift --rows 4000 --only-phase 2 -o after.csv"
run "mlkit train before.csv --target target -o moving.mlkit --quiet"
run "mlkit drift moving.mlkit after.csv --report drift.html || echo 'exit code 1: time to train again'"

tell "And a shop: items like the two that a customer looked at, with the words that made each score."
run "mlkit simulate products --rows 2000 -o products.csv"
run "mlkit recommend products.csv --viewed 17,42 --top 5 --because --details"

tell "All files are in $folder. What to do next:" \
  "  open sex.html and drift.html in a browser" \
  "  mlkit inspect sex.mlkit          what is inside the model file" \
  "  mlkit train --help               the other models and options" \
  "  make -f $(dirname "$data")/docs/examples/Makefile   the same as a Makefile"
printf '\ndone in %s s\n' "$SECONDS"
