// Every metric by name (the names of scikit-learn's scorers), computed from a model's answers. The
// table below is the one list of names: --metrics, --gate, help and the reference page use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/eval/confusion.h"
#include "mlkit/eval/intervals.h"

namespace mlkit {

// What is scored. Spans only; nothing is owned.
struct ScoredRows {
  // Classification: number of classes (the last is the positive one of two); 0 = regression.
  std::size_t classes = 0;
  std::span<const std::uint32_t> labels;    // truth, class index
  std::span<const std::int32_t> predicted;  // class index, by the model's threshold
  // rows * classes, row-major; may be empty (only labels are known): metrics that need them are not defined.
  std::span<const double> probabilities;
  // Regression: truth and answer.
  std::span<const double> targets;
  std::span<const double> values;
  std::span<const double> weights;  // empty = all 1
  // Sweeps made before, or nullptr: of two classes the positive one's, of more one for each class.
  const std::vector<ThresholdSweep>* sweeps = nullptr;

  std::size_t rows() const { return classes == 0 ? targets.size() : labels.size(); }
};

enum class MetricFor : std::uint8_t { kBinary = 1, kMulticlass = 2, kClasses = 3, kNumbers = 4 };

struct MetricInfo {
  std::string name;
  MetricFor applies;
  bool higher_is_better;
  bool by_default;   // shown by `evaluate` without --metrics
  std::string help;  // one line
};

const std::vector<MetricInfo>& metric_table();
// Throws Error(kUsage) with the nearest name where there is none such.
const MetricInfo& find_metric(std::string_view name);
bool metric_applies(const MetricInfo& metric, std::size_t classes);
std::vector<std::string> default_metrics(std::size_t classes);

struct MetricOptions {
  // Wilson for rates, DeLong for AUC, bootstrap otherwise. None where no honest one is known: for calibration
  // errors, for scores of classes at 0 or 1 but the Wilson and DeLong ones, and where all resamples agree.
  bool intervals = true;
  double confidence = 0.95;
  std::int64_t resamples = 1000;        // of the bootstrap
  std::int64_t bootstrap_rows = 20000;  // above this many rows no bootstrap: those intervals are left out
  std::uint64_t seed = 42;
  std::int64_t bins = 10;  // of the calibration error
};

struct MetricValue {
  std::string name;
  // nullopt where the metric is not defined on these rows (AUC of one class): `note` says why.
  std::optional<double> value;
  std::optional<Interval> interval;
  std::string note;  // also set where a 0 / 0 was taken as 0: show it as a warning
};

// One value per name, in the order of `names`. Throws Error(kUsage) for unknown names and for names that do
// not apply to the task; std::invalid_argument where spans differ in length. No rows: Error(kData).
// The same for any number of threads.
std::vector<MetricValue> compute_metrics(const ScoredRows& rows, const std::vector<std::string>& names,
                                         const MetricOptions& options, const Context& context);

}  // namespace mlkit
