#!/usr/bin/env python3
"""mlkit's splitting of CSV against Python's strict csv module on random files over a , " LF CR.

usage: csv_against_python.py CSV_ROWS [FILES [SEED]]
       csv_against_python.py --record FILES  (texts and Python's rows, for tests/golden/csv_random.json)

Both accept: the rows have to be the same. Python refuses: mlkit has to refuse. mlkit alone may refuse
only a quote inside an unquoted field, a row of another length than the header, an empty or equal
column name, and a file without any row."""
import csv
import io
import json
import random
import subprocess
import sys

ALLOWED = ("a quote inside a field", "the row has", "column name", "the input is empty")


def python_rows(text):
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        return None


def random_file(rng):
    size = rng.choice((4, 8, 16, 30))
    return "".join(rng.choice('aaa,,"""\n\n\r') for _ in range(rng.randint(0, size)))


def complaint(text, answer):
    expected = python_rows(text)
    if "error" in answer:
        allowed = expected is None or any(word in answer["error"] for word in ALLOWED)
        return None if allowed else "mlkit refuses: " + answer["error"]
    if expected is None:
        return "Python refuses, mlkit accepts"
    return None if expected == answer["rows"] else "rows differ: %r, Python %r" % (answer["rows"], expected)


def random_texts(files, seed):
    rng = random.Random(seed)
    texts = [random_file(rng) for _ in range(files)]
    # Whole random files are rarely right; tables whose fields are random are.
    for _ in range(files // 2):
        cells = [["".join(rng.choice('a"",\n\r') for _ in range(rng.randint(0, 4))) for _ in range(2)] for _ in range(3)]
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=rng.choice(("\n", "\r\n", "\r"))).writerows([["x", "y"]] + cells)
        texts.append(out.getvalue())
    return texts


def record(files):
    lines = [json.dumps({"text": text, "rows": python_rows(text)}) for text in random_texts(files, 2)]
    print('{"made_by": "tests/fuzz/csv_against_python.py --record %d, Python %d.%d", "cases": [' %
          ((files,) + sys.version_info[:2]))
    print(",\n".join(lines) + "\n]}")


def main():
    if sys.argv[1] == "--record":
        return record(int(sys.argv[2]))
    program = sys.argv[1]
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    texts = random_texts(files, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    stdin = b"".join(b"%d\n%s" % (len(t), t.encode()) for t in texts)
    answers = subprocess.run([program], input=stdin, stdout=subprocess.PIPE, check=True).stdout.splitlines()
    bad = 0
    accepted = 0
    for text, line in zip(texts, answers, strict=True):
        answer = json.loads(line)
        accepted += "rows" in answer
        problem = complaint(text, answer)
        if problem:
            bad += 1
            if bad <= 10:
                print(repr(text), problem)
    print("%d files, %d accepted, %d differences" % (len(texts), accepted, bad))
    return 1 if bad or accepted < len(texts) // 4 else 0


if __name__ == "__main__":
    sys.exit(main())
