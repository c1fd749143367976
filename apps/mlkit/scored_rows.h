// Answers beside the truth, wherever the answers came from: what `evaluate` scores.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"

#include "mlkit/eval/metrics.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {

// Rows that have a truth. Two classes: the last is the positive one.
struct ScoredTable {
  Predictions predictions;  // probabilities may be empty: only labels are known
  Target truth;
  std::vector<double> weights;
  std::vector<MetricValue> baseline;
  std::optional<double> threshold;
  bool are_probabilities = true;  // scores of any scale (outside 0 .. 1) rank, but are no probabilities
};

// `evaluate --scores FILE`: truth and answers are columns of one file.
struct ScoresOptions {
  std::string scores;
  std::string label;
  std::string score;
  std::string prediction;
  std::string task = "classification";
  std::string positive;
  std::string weight;
  std::optional<double> threshold;
};

// One of: --score (two classes), columns probability_CLASS, --prediction (labels; numbers with --task regression).
// Throws Error(kUsage), Error(kData).
ScoredTable read_scores(const ScoresOptions& options, CsvReadOptions csv, Context& context);

}  // namespace mlkit::app
