// What a command that is kept in the ledger of runs (runs_ledger.h) says about itself. The rest - options, files, seed,
// time - is known from its fields.
#pragma once

#include <string>
#include <vector>

#include "mlkit/base/fields.h"

namespace mlkit {
struct MetricValue;
}

namespace mlkit::app {

// `part` says where a figure comes from, because only some of them may be compared: train (the rows that were learned
// from), valid, cv, evaluate (rows that the model has never seen).
struct RunMetric {
  std::string part;
  std::string name;
  double value = 0;
};

struct RunFacts {
  std::vector<RunMetric> metrics;
  std::string model;        // the model file that was written, or judged
  std::string data_sha256;  // of the content of the training table, as it is sealed in models

  // Those that are defined and finite.
  void add(const std::string& part, const std::vector<MetricValue>& values);
};

// Options of every command that is kept in the ledger.
struct LedgerOptions {
  std::string file;
  bool off = false;

  void declare(FieldList& options);
};

}  // namespace mlkit::app
