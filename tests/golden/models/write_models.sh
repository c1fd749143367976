#!/bin/sh
# Writes the model files of a NEW format version, with rows and what they are predicted as. Never run it over files that
# are here: those stay as they were written.   write_models.sh MLKIT vN [NAME]
set -eu
mlkit=$1
version=$2
only=${3:-}
cd "$(dirname "$0")"
# Each of a new version; a third word writes only the one of that name.
write() {
  [ "${only:-$1}" = "$1" ] || return 0
  name=${version}_$1
  rows=$2
  shift 2
  [ ! -e "$name.mlkit" ] || { echo "$name.mlkit is there already" >&2; exit 1; }
  cp "$rows" "$name.csv"
  "$mlkit" train "$name.csv" -o "$name.mlkit" --quiet "$@"
  "$mlkit" predict "$name.mlkit" "$name.csv" -o "$name.predictions.csv" --quiet
}
write binary mixed_rows.csv --target Churned
write cleaned mixed_rows.csv --target Churned --clean
write multiclass ../data/iris.csv --target species
write regression ../data/spector.csv --target GPA --model linear
write dummy ../data/iris.csv --target species --model dummy
write sigmoid mixed_rows.csv --target Churned --calibrate sigmoid --threshold auto
write isotonic ../data/iris.csv --target species --calibrate isotonic
write text text_rows.csv --target label --text text --text-ngrams 2 --text-features 80
write hashed text_rows.csv --target label --text text=hash --text-features 40
write bayes text_rows.csv --target label --text text=bow --model nb
