#!/usr/bin/env bash
# Checks that need gigabytes or seconds, with generous limits: $MLKIT is the program.
set -euo pipefail
mlkit=${MLKIT:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
failures=0

# check NAME SECONDS EXIT COMMAND..: ends with this code within these seconds.
check() {
  local name=$1 seconds=$2 code=$3 got=0
  shift 3
  local start=$SECONDS
  timeout "$seconds" "$@" >out.log 2>err.log </dev/null || got=$?
  if [ "$got" -eq "$code" ]; then
    echo "ok      $name ($((SECONDS - start)) s)"
  else
    echo "FAILED  $name: exit code $got, not $code"
    tail -3 err.log
    failures=$((failures + 1))
  fi
}

awk 'BEGIN { print "a,b,c,y"; for (i = 0; i < 2000; ++i) print i % 97 ".5," i * 7 % 31 "," "pqr" i % 3 "," (i % 97 > 40 + i % 11 ? "yes" : "no") }' >small.csv
"$mlkit" train small.csv --target y -o model -q

# Rows of about 16 bytes, 1 GiB of them, through a pipe.
awk 'BEGIN { for (i = 0; i < 65536; ++i) print i % 97 ".25," i * 7 % 31 ",pqr" i % 3 ",no" }' >block.csv
rows() {
  echo a,b,c,y
  local times=$(((1 << 30) / $(stat -c %s block.csv) + 1))
  while [ $((times--)) -gt 0 ]; do cat block.csv; done
}
export -f rows
check "predict 1 GiB in 300 MiB" 600 0 bash -c "rows | (ulimit -v 307200; exec '$mlkit' predict model - -o predicted.csv -q)"
rm -f predicted.csv

# A small file that unpacks to a gigabyte of blank lines.
{ echo a,b,c,y; head -c 1073741824 /dev/zero | tr '\0' '\n'; echo 1,2,pqr1,no; } | gzip -1 >blank.csv.gz
check "1 GiB of blank lines" 60 0 "$mlkit" predict model blank.csv.gz -o predicted.csv -q

# From each of 200,000 lines on, a quote is open until the end of the file.
{ echo a,b; yes 'a"b,"c' | head -200000; } >quotes.csv
for how in skip pad; do
  check "200,000 quotes left open, $how" 30 0 "$mlkit" clean quotes.csv --on-bad-row $how -o cleaned.csv -q
done
check "200,000 quotes left open" 10 3 "$mlkit" clean quotes.csv -o cleaned.csv -q

exit $((failures > 0))
