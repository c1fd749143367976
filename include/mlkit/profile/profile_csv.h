// A table looked at in one pass and bounded memory: types, gaps, different values, moments, quantiles, frequent
// values, histograms, repeated rows, and how each column goes with a target.
//
// The input is read in batches of about 2 MiB of whole records, which do not depend on threads; what batches give is
// merged in their order, so the result is the same bytes for any number of threads, for files and for pipes.
//
// Types are those that read_csv infers (data/csv_read.h), from all cells. (One corner differs: texts that are numbers
// are told apart by value, so a column that mixes words with several spellings of the same number is a category where
// read_csv may count one level more.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/profile/column_accumulator.h"

namespace mlkit {

struct ValueCount {
  std::string text;
  std::uint64_t count = 0;  // too small by at most ColumnProfile::top_error
};

// Of a numeric column, or of a datetime one (microseconds since 1970).
struct NumberProfile {
  double mean = 0;
  double sd = 0;  // divides by n - 1; NaN for one value
  double min = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double max = 0;
  double skewness = 0;  // NaN where all are equal
  std::uint64_t zeros = 0;
  std::uint64_t negative = 0;
  bool rising = false;          // every value is larger than the one in the row before
  double quantile_error = 0;    // in ranks, as a share of the rows; 0 = exact
  double outlier_share = 0;     // outside of q1 - 1.5 iqr .. q3 + 1.5 iqr; 0 where iqr is 0
  std::vector<double> edges;    // of the histogram
  std::vector<double> heights;  // rows in each bin
  double below_histogram = 0;   // rows left of and right of it, where a few values lie far out
  double above_histogram = 0;
};

// How a column goes with the target: a number in [-1, 1] (pearson, point_biserial) or [0, 1].
struct TargetLink {
  std::string measure;  // pearson, point_biserial, correlation_ratio, cramers_v
  double value = 0;
};

struct ColumnProfile {
  std::string name;
  ColumnType type = ColumnType::kNumeric;
  bool integer = false;
  bool date_only = false;
  bool declared = false;  // by --types or --schema
  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
  double distinct = 0;
  double distinct_error = 0;  // standard error as a share of `distinct`; 0 = exact
  std::optional<NumberProfile> numbers;
  std::vector<ValueCount> top;  // at most 10
  std::uint64_t top_error = 0;
  std::optional<TargetLink> link;

  // Kinds of present cells, for columns of more than one.
  std::uint64_t number_cells = 0;
  std::uint64_t time_cells = 0;
  TextFigures texts{ProfileLimits{}};  // of the others

  std::uint64_t present() const { return rows - missing; }
};

struct TableProfile {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_skipped = 0;
  double repeated_rows = 0;  // rows that came before already
  bool repeated_exact = true;
  std::string target;            // "" = none
  bool target_is_class = false;  // as `train --task auto` would take it
  std::vector<ColumnProfile> columns;
};

// `target` is a column's name or "#position", or "". Throws as read_csv, and Error(kData) for an unknown target.
TableProfile profile_csv(const std::string& path, const CsvReadOptions& options, const std::string& target,
                         Context& context);

}  // namespace mlkit
