// What a command that is kept in the ledger of runs (runs_ledger.h) says about itself. The rest - options, files, seed,
// time - is known from its fields.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/fields.h"

namespace mlkit {
struct CrossValidated;
struct MetricValue;
}  // namespace mlkit

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
  std::vector<std::pair<std::string, std::string>> chosen = {};  // by the command itself; kept beside its options

  // Those that are defined and finite.
  void add(const std::string& part, const std::vector<MetricValue>& values);
  // Means over folds, and their standard deviations as NAME_sd; of metrics that are defined in every fold.
  void add(const std::vector<CrossValidated>& scores);
};

// Options of every command that is kept in the ledger.
struct LedgerOptions {
  std::string file;
  bool off = false;

  void declare(FieldList& options);
};

}  // namespace mlkit::app
