// What a model file remembers of its training rows, so that later rows can be compared with them without those rows:
// per column about 1 KB of numbers, never a row of the data. Numbers are known at 99 quantiles, categories by the
// counts of their most frequent levels.
//
// Later rows are counted block by block (CurrentColumn: observe, merge), in bounded memory. What is measured then:
//   KS over the quantiles: D is the largest difference there (a lower bound of the full one), its p-value that of
//   tied data and therefore on the safe side (exact for few rows, given the bins);
//   PSI and Jensen-Shannon over the same bins as with the table at hand;
//   Wasserstein with both distributions taken as even within a bin: approximate.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/drift/compare.h"

namespace mlkit {

inline constexpr std::size_t kReferenceQuantiles = 99;  // at i / 100
inline constexpr std::size_t kReferenceRows = 50'000;   // at most; more are thinned out (sample_rows)

struct ReferenceColumn {
  std::string name;
  DriftKind kind = DriftKind::kNumeric;
  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
  // Numbers, time stamps (microseconds) and texts (their lengths in characters):
  std::vector<double> quantiles;  // kReferenceQuantiles rising, equal ones allowed; empty where all cells are missing
  Counts counts;                  // of reference_edges().size() + 1 bins
  double mean = 0;
  double sd = 0;  // denominator n
  double min = 0;
  double max = 0;
  // Categories: the most frequent levels, falling; rows of all others together.
  std::vector<std::string> levels;
  Counts level_counts;
  std::uint64_t other_rows = 0;
  std::uint64_t other_levels = 0;
};

// Where the bins of a column of numbers end (edge[i-1] < x <= edge[i]): at its quantiles, at its largest value, and
// just below its least one and below every value that several quantiles share, so that such a value is a bin alone
// and what lies below it is told apart.
std::vector<double> reference_edges(const ReferenceColumn& column);

struct DriftReference {
  std::vector<ReferenceColumn> columns;      // one per input of the pipeline, in its order
  std::vector<ReferenceColumn> predictions;  // of the model on the same rows: numbers, or labels and scores

  void save(BinaryWriter& out) const;
  static DriftReference load(BinaryReader& in);  // throws Error(kModelFile)
};

// At most kReferenceRows of `rows` rows, one drawn from each of so many even stretches; rising.
std::vector<std::uint32_t> sample_rows(std::size_t rows, std::uint64_t seed);

// Learned from a column; numbers stay numbers, time stamps are kTime, everything else are levels.
ReferenceColumn learn_reference(const Column& column);
// Of a column of texts that are read word by word, by their lengths: what people wrote is not kept.
ReferenceColumn learn_reference_of_texts(const Column& column);
ReferenceColumn learn_reference_of_numbers(std::string name, std::vector<double> values);
ReferenceColumn learn_reference_of_labels(std::string name, const std::vector<std::string>& classes,
                                          std::span<const std::int32_t> labels);

// Current rows, counted by what a ReferenceColumn knows. Blocks merge from left to right.
class CurrentColumn {
 public:
  explicit CurrentColumn(const ReferenceColumn& reference);

  // Cells of a column of the reference's type (texts or categories for levels).
  void observe(const Column& column);
  void observe_numbers(std::span<const double> values);
  void observe_labels(const std::vector<std::string>& classes, std::span<const std::int32_t> labels);
  void merge(const CurrentColumn& right);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t missing() const { return missing_; }
  // `reference` as given to the constructor. psi_bins must divide 100.
  ColumnDrift compare(const ReferenceColumn& reference, const DriftOptions& options) const;

 private:
  void add_number(double value);
  void add_level(std::string_view level, std::uint64_t rows);
  ColumnDrift compare_numbers(const ReferenceColumn& reference, const DriftOptions& options) const;
  ColumnDrift compare_levels(const ReferenceColumn& reference, const DriftOptions& options) const;

  DriftKind kind_;
  std::uint64_t rows_ = 0;
  std::uint64_t missing_ = 0;
  std::vector<double> edges_;
  Counts counts_;
  double sum_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
  std::map<std::string, std::size_t, std::less<>> places_;
  Counts level_counts_;
  std::map<std::string, std::uint64_t, std::less<>> unseen_;  // the first kMostUnseen of them
  std::uint64_t unseen_rows_ = 0;
};

}  // namespace mlkit
