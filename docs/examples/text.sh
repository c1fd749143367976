#!/usr/bin/env bash
# A spam filter from made-up messages to answers (docs/text.md): text.sh [FOLDER]
set -euo pipefail
folder=${1:-text-example}
mkdir -p "$folder"
cd "$folder"

# 2,000 messages of which a quarter is spam. (An own small generator of random numbers: the same on every machine.)
awk 'function draw(n) { seed = (seed * 16807) % 2147483647; return seed % n }
  BEGIN {
    seed = 42
    nh = split("see you later at home tonight ok thanks mum dinner lunch meeting work bus late sorry love call tomorrow morning sleep movie good night where are we going the a to and is my", ham, " ")
    ns = split("free prize win cash claim urgent txt reply stop offer guaranteed mobile award voucher tones call now your the a to and is £1000 www", spam, " ")
    print "id,label,text"
    for (i = 1; i <= 2000; i++) {
      bad = draw(4) == 0
      text = ""
      n = 4 + draw(12)
      for (k = 0; k < n; k++) {
        w = (bad ? draw(3) > 0 : draw(30) == 0) ? spam[1 + draw(ns)] : ham[1 + draw(nh)]
        text = text (k ? " " : "") w
      }
      print i "," (bad ? "spam" : "ham") ",\"" text (draw(3) ? "." : "!!") "\""
    }
  }' >messages.csv

echo "== one command: which words, and how good"
mlkit split messages.csv --target label --test-size 0.25 --train train.csv --test test.csv -q
mlkit train train.csv --target label --text text --exclude id -o spam.mlkit

echo "== on messages that it has not seen"
mlkit evaluate spam.mlkit test.csv --gate 'roc_auc>=0.95'

echo "== naive Bayes on counts"
mlkit train train.csv --target label --text text=bow --exclude id --model nb -o bayes.mlkit -q
mlkit evaluate bayes.mlkit test.csv --metrics f1,roc_auc

echo "== answers, a message a line"
printf 'text\n"free cash, reply now"\nsee you tomorrow morning\n' | mlkit predict spam.mlkit - --proba
mlkit verify spam.mlkit
