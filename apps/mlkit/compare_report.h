// What `compare` found, as a report for people and as JSON.
#pragma once

#include <string>
#include <vector>

#include "mlkit/eval/paired.h"
#include "mlkit/io/json.h"
#include "mlkit/io/report.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit::app {

struct ComparedModel {
  std::string file;  // as it was named: for people
  std::string kind;
  std::string sha256;
};

struct ModelsCompared {
  ComparedModel first;
  ComparedModel second;
  Task task = Task::kBinary;
  std::uint64_t rows = 0;
  std::uint64_t rows_without_target = 0;
  bool weighted = false;
  double confidence = 0.95;
  std::vector<PairedMetric> metrics;   // the first decides
  std::optional<Agreement> agreement;  // of classes
  std::uint64_t other_answers = 0;     // rows to which the two say different things
};

// better, worse, undecided, same, undefined
std::string verdict_word(PairedVerdict verdict);
// One or two sentences: what the first metric says about the second model.
std::string verdict_text(const ModelsCompared& result);
Json compare_to_json(const ModelsCompared& result);
Report compare_report(const ModelsCompared& result);

}  // namespace mlkit::app
