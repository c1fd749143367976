// Answers beside the truth, wherever the answers came from: what `evaluate` scores.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"

#include "mlkit/eval/metrics.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/io/json.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {

// Rows that have a truth. Two classes: the last is the positive one.
struct ScoredTable {
  Predictions predictions;  // probabilities may be empty: only labels are known
  Target truth;
  std::vector<double> weights;
  std::vector<Column> segments;  // the columns of --by, the same rows
  std::optional<double> threshold;
  std::string unknown_words;      // of a model of texts: how many of their terms it does not know, for people
  Json words = Json::object();    // the same for --json
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
  std::vector<std::string> by;
  std::optional<double> threshold;

  void declare(FieldList& options);
};

// One of: --score (two classes), columns probability_CLASS, --prediction (labels; numbers with --task regression).
// Throws Error(kUsage), Error(kData).
ScoredTable read_scores(const ScoresOptions& options, CsvReadOptions csv, Context& context);

// How rows with known answers are put to a model.
struct ModelRows {
  std::string input;
  std::string weight;
  std::vector<std::string> by;
};

// Reads the rows (errors name the file) and predicts them; rows without a true answer are left out with a warning.
// `sha256`, where asked for, becomes the hash of the table's content.
ScoredTable score_model(const Pipeline& pipeline, const ModelRows& rows, const TableInOptions& table_in,
                        Context& context, std::string* sha256 = nullptr);

// Of two classes: probability of the positive one, and whether it is the truth.
std::vector<double> scores_of_class(const Predictions& predictions, std::size_t c);
std::vector<std::uint8_t> rows_of_class(const Target& truth, std::size_t c);
// Class `c` against the rest.
ThresholdSweep sweep_of_class(const ScoredTable& scored, std::size_t c, const Context& context);

}  // namespace mlkit::app
