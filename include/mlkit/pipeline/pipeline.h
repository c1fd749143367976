// The sealed thing: everything that turns raw rows into predictions, in one value. What `train` makes,
// what a model file holds, and all that predict, evaluate, verify (later serve, export, drift) use.
//
// A Pipeline is immutable once it is made; every const member may be called from several threads.
// Columns are matched by name: other orders and further columns change nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/schema.h"
#include "mlkit/data/table.h"
#include "mlkit/drift/reference.h"
#include "mlkit/features/feature_encoder.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/model/calibration.h"
#include "mlkit/model/model.h"
#include "mlkit/model/predictions.h"

namespace mlkit {

// What cross-validation said about a model before it was fitted on all rows.
struct CvRecord {
  struct Score {
    std::string metric;
    double mean = 0;
    std::optional<double> sd;  // over the folds
  };
  std::string how;  // "5 folds, stratified by class"
  std::vector<Score> scores;
};

// How the model came to be. Values only: no paths, no times.
struct TrainingRecord {
  std::string mlkit_version;
  std::uint64_t seed = 42;
  std::string data_sha256;  // of the table's content (workflow/table_hash.h)
  std::uint64_t rows = 0;   // that the model was fitted on
  std::uint64_t rows_without_target = 0;
  std::vector<std::pair<std::string, std::string>> options;  // name, value as on the command line
  std::string solver;
  double objective = 0;
  std::int64_t iterations = 0;
  bool converged = true;
  std::vector<std::pair<std::string, double>> metrics;        // on the training rows
  std::vector<std::pair<std::string, double>> baseline;       // the dummy's, same rows
  std::vector<std::pair<std::string, double>> valid_metrics;  // on --valid, where given
  std::vector<double> dummy;  // what the dummy answers to every row: class shares, or one number
  std::vector<std::string> warnings;
  CvRecord cv;  // no scores: there was none
};

// Rows made up from medians and frequent levels (never a row of the data) with the answers that the
// model gave when it was saved. `verify` replays them.
struct SelfTest {
  struct Cell {
    CellValue::Kind kind = CellValue::Kind::kMissing;
    double number = 0;
    std::int64_t micros = 0;
    std::string text;
  };
  std::size_t rows = 0;
  std::vector<Cell> cells;       // rows * inputs, row-major
  std::vector<double> expected;  // rows * outputs of the model
};

// A section of a model file that this version does not know and may skip; kept so that saving again
// gives the same bytes.
struct UnknownSection {
  std::string name;
  std::uint32_t version = 0;
  std::string bytes;
};

struct PipelineParts {
  Task task = Task::kBinary;
  Schema inputs;                                 // raw columns that prediction needs, in the order of training
  std::vector<std::string> aliases;              // "" or the name that cleaning gave to the input: accepted too
  ColumnSpec target;                             // name, and its type by content (numeric where every cell is a number)
  std::string target_alias;                      // the name that cleaning gave to it, or ""
  std::string weight;                            // column, "" = none
  std::optional<std::vector<std::string>> na;    // the words for missing, where training was told (CsvReadOptions::na)
  std::optional<CleanRecipe> clean;              // of the columns in `inputs` only
  std::shared_ptr<const FeatureEncoder> recipe;  // derived features, made after cleaning; null = none
  Preprocess preprocess;
  std::shared_ptr<const Model> model;
  std::optional<Calibration> calibration;  // of the model's probabilities, applied to every answer
  std::vector<std::string> classes;        // labels verbatim; of two, the positive one is the last
  double threshold = 0.5;                  // binary: positive where its probability is at least this
  TrainingRecord record;
  SelfTest self_test;
  std::optional<DriftReference> drift;  // what its inputs and answers looked like in training
  std::vector<UnknownSection> unknown;
};

class Pipeline {
 public:
  Pipeline() = default;
  // Checks that the parts fit together (features of the preprocessing = inputs of the model, classes =
  // outputs, names distinct); throws Error(kModelFile) where they do not.
  explicit Pipeline(PipelineParts parts);

  const PipelineParts& parts() const { return parts_; }
  Task task() const { return parts_.task; }
  const Schema& inputs() const { return parts_.inputs; }
  const std::vector<std::string>& classes() const { return parts_.classes; }
  double threshold() const { return parts_.threshold; }
  bool is_classification() const { return parts_.task == Task::kBinary || parts_.task == Task::kMulticlass; }

  // The same pipeline with other attributes.
  Pipeline with_threshold(double threshold) const;
  Pipeline with_record(TrainingRecord record) const;
  Pipeline with_self_test(SelfTest test) const;
  Pipeline with_drift(DriftReference reference) const;
  Pipeline with_na(std::optional<std::vector<std::string>> na) const;

  // Where each input stands among `names`, by its raw name or its alias. Throws Error(kData) naming a column
  // that is missing, with the nearest name there is, and how many more are.
  std::vector<std::size_t> bind(const std::vector<std::string>& names) const;

  // The target by its raw or its cleaned name; nullopt where it is not there.
  std::optional<std::size_t> find_target(const std::vector<std::string>& names) const;

  // Types of the inputs for reading a CSV file with this header, under the file's own spelling of the names.
  std::map<std::string, DeclaredType> input_types(const std::vector<std::string>& header) const;
  // Beside them the target (as text cells, kept verbatim, unless it is a number) and the weight where present.
  std::map<std::string, DeclaredType> declared_types(const std::vector<std::string>& header) const;

  // All rows; labels by the threshold (binary) or the most probable class (the first of equals).
  // Throws Error(kData) where the table does not fit the inputs.
  Predictions predict(const Table& table, const Context& context, TransformCounts* counts = nullptr) const;
  // The same from features made before: the model's answers, calibrated, and the labels.
  Predictions predict_matrix(const MatrixView& features, const Context& context) const;
  // The features that the model sees (the same code path).
  Matrix features(const Table& table, const Context& context, TransformCounts* counts = nullptr) const;

 private:
  PipelineParts parts_;
};

// A pipeline compiled for one row at a time: no allocation in score(). One Scorer per thread; the
// pipeline must outlive it. Gives the bits of Pipeline::predict.
class Scorer {
 public:
  explicit Scorer(const Pipeline& pipeline);
  ~Scorer();
  Scorer(Scorer&&) noexcept;

  std::size_t inputs() const;
  std::size_t outputs() const;
  // One cell per input, in the order of pipeline.inputs(); `out` takes outputs() numbers. Returns the number of
  // levels that training did not see. Throws Error(kData) for a cell of another type or a refused missing one.
  std::size_t score(std::span<const CellValue> cells, std::span<double> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Rows for PipelineParts::self_test, by what the preprocessing learned; deterministic.
SelfTest make_self_test(const Pipeline& pipeline);

struct SelfTestResult {
  std::size_t rows = 0;
  std::size_t passed = 0;  // every output within kSelfTestTolerance
  double max_error = 0;    // largest absolute difference of an output
};

// The same bits are promised for the same version; the tolerance lets a later version compute in another order.
inline constexpr double kSelfTestTolerance = 1e-9;

SelfTestResult replay_self_test(const Pipeline& pipeline);

}  // namespace mlkit
