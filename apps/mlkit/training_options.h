// What every command that fits a pipeline asks for alike (train, and what fits many of them): the target, columns and
// model, how it is fitted, what is learned before it, and how the training rows are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"

#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {

class TrainingOptions {
 public:
  void declare(FieldList& options);
  // Checks the options and reads the recipes they name: first thing in run().
  void take(const Session& session);

  // How the training rows are read. Class labels keep the text of the file ("1.0" stays "1.0"): the target is read as
  // text, unless numbers are asked for.
  CsvReadOptions reading() const;
  // How rows for a fitted pipeline are read, its target and weight included.
  CsvReadOptions reading_for(const Pipeline& pipeline) const;
  // The words for missing that were given: to be sealed.
  const std::optional<std::vector<std::string>>& na() const { return na_; }

  TrainOptions train;
  LedgerOptions ledger;

 private:
  void declare_columns(FieldList& options);
  void declare_classes(FieldList& options);
  void take_clean_recipe();

  void take_threshold();

  std::optional<std::string> threshold_;
  std::optional<std::string> clean_;
  std::string recipe_;
  std::optional<std::vector<std::string>> na_;
  TableInOptions table_in_;
};

// The training rows, read once, and what a model keeps of them.
struct TrainingRows {
  std::string path;
  Table table;
  Target target;
  std::string sha256;  // of the table's content
  Table reference;     // the rows that its drift reference is learned from
};

// Reads `path` and its target; a weight column given by position gets its name. Errors name the file.
TrainingRows read_training_rows(const std::string& path, TrainingOptions& options, Session& session);

// What is written as the model file: the pipeline with the hash of its rows, its words for missing, its drift
// reference, and its scores on other rows, where there are any.
Pipeline seal(const TrainedPipeline& trained, const TrainingRows& rows, const TrainingOptions& options,
              const std::vector<MetricValue>& valid, Session& session);

}  // namespace mlkit::app
