// One column in a reference and in current rows: what was measured between the two, and the verdict.
//
// Numbers: Kolmogorov-Smirnov, PSI on bins frozen from the reference (quantiles, missing cells, cells that are no
// numbers), Wasserstein distance in units of the reference's standard deviation (1 where that is 0), Jensen-Shannon
// distance over the PSI's bins. Categories: chi-square over levels (missing cells left out), PSI and Jensen-Shannon
// over the reference's levels, unseen ones together, and missing cells. Time stamps are compared as numbers.
//
// The verdict of a column (judge_columns): drift if
//   the p-value of its test (KS for numbers, chi-square for categories), corrected for the number of columns tested, is
//   below alpha, and its effect (D, or Cramer's V) is at least min_effect; or
//   its PSI is at least psi_threshold, and above what chance explains: above psi_chance_bound(1 - a) with
//   a = alpha / (10 columns), and Pearson's chi-square on the same bins has p < a, since the bound's chi-square is too
//   optimistic where bins are nearly empty. So PSI adds a tenth of alpha at most to the risk of a false alarm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/fields.h"
#include "mlkit/drift/binned.h"
#include "mlkit/drift/ks_test.h"

namespace mlkit {

struct DriftOptions {
  std::vector<std::string> tests;  // empty = all of ks, chi2, psi, wasserstein, jensen_shannon
  double alpha = 0.05;
  double min_effect = 0.02;
  std::string correction = "holm";
  std::int64_t psi_bins = 10;
  double psi_threshold = 0.2;

  bool wants(const char* test) const;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("tests", tests,
          {.help = "what to measure: ks, chi2, psi, wasserstein, jensen_shannon (all)", .value_name = "LIST"});
    visit("alpha", alpha, {.help = "risk of a false alarm over all columns", .range = strictly_between(0, 1)});
    visit("min_effect", min_effect,
          {.help = "KS statistic or Cramer's V below this is no drift, however small its p-value",
           .range = between(0, 1)});
    visit("correction", correction,
          {.help = "of p-values for the number of columns", .choices = {"holm", "bh", "none"}});
    visit("psi_bins", psi_bins, {.help = "quantile bins of the reference", .range = between(2, 1000)});
    visit("psi_threshold", psi_threshold, {.help = "PSI from which on a column has drifted", .range = above(0)});
  }
};

// Throws Error(kUsage) for a test that there is not; "jensen-shannon" becomes "jensen_shannon".
void validate_drift_options(DriftOptions& options);

// (kText: texts that a model reads word by word, by their length in characters.)
enum class DriftKind : std::uint8_t { kNumeric = 0, kCategory = 1, kTime = 2, kText = 3 };

std::string_view drift_kind_name(DriftKind kind);  // numeric, category, datetime, text

struct PsiDrift {
  double value = 0;
  double bound = 0;      // what chance explains; by judge_columns
  std::size_t bins = 0;  // not empty on both sides
  double chance_p = 1;   // of Pearson's chi-square on the same bins
};

// Shares for a picture of both distributions: bars from edges[i] to edges[i + 1], or one per label.
struct DriftPicture {
  std::vector<double> edges;
  std::vector<std::string> labels;
  std::vector<double> reference;  // shares of all rows
  std::vector<double> current;
};

struct ColumnDrift {
  std::string name;
  DriftKind kind = DriftKind::kNumeric;
  bool tested = true;  // false: only rows and missing cells are counted; `note` says why
  std::string note;
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  std::uint64_t missing_reference = 0;
  std::uint64_t missing_current = 0;
  std::optional<KsResult> ks;
  bool ks_binned = false;  // at the quantiles of a reference that is known by those only: D is a lower bound
  std::optional<ChiSquareResult> chi2;
  std::optional<PsiDrift> psi;
  std::optional<double> wasserstein;
  std::optional<double> jensen_shannon;
  std::optional<double> mean_reference;
  std::optional<double> mean_current;
  std::uint64_t unseen = 0;                // current rows with a level (or a word among numbers) that is new
  std::vector<std::string> unseen_levels;  // some of them, most frequent first
  DriftPicture picture;

  // Filled in by judge_columns.
  std::optional<double> p_adjusted;
  bool test_alarm = false;
  bool psi_alarm = false;
  bool drift = false;

  double missing_share_reference() const;
  double missing_share_current() const;
  // The p-value that decides, and the effect beside it (D or V); nullopt where it was not tested.
  std::optional<double> p_value() const;
  std::optional<double> effect() const;
};

// Present values of one side, and how many rows there are of what else.
struct NumberSample {
  std::vector<double> sorted;
  std::uint64_t rows = 0;     // all
  std::uint64_t missing = 0;  // empty cells
  std::uint64_t words = 0;    // cells that are no numbers
};

struct LevelSample {
  std::vector<std::string> levels;  // distinct, any order
  Counts counts;                    // of each
  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
};

// Both sides counted by the reference's levels. Rows of current levels that the reference has not are counted by
// `unseen_counts` (their names, as far as known, in unseen_levels).
struct LevelCounts {
  std::vector<std::string> levels;
  Counts reference;
  Counts current;
  std::vector<std::string> unseen_levels;
  Counts unseen_counts;
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  std::uint64_t missing_reference = 0;
  std::uint64_t missing_current = 0;
};

ColumnDrift compare_numbers(const NumberSample& reference, const NumberSample& current, const DriftOptions& options);
ColumnDrift compare_levels(const LevelSample& reference, const LevelSample& current, const DriftOptions& options);
ColumnDrift compare_level_counts(const LevelCounts& counts, const DriftOptions& options);

// The PSI and the Jensen-Shannon distance of bins, as far as they are wanted.
void measure_bins(const Counts& reference, const Counts& current, const DriftOptions& options, ColumnDrift& out);

// Corrects the p-values of all columns together and fills in the verdicts. Returns whether any column drifted.
bool judge_columns(std::vector<ColumnDrift>& columns, const DriftOptions& options);

// Columns for people: those that drifted first, by falling effect; then by name order of the input.
std::vector<std::size_t> by_importance(const std::vector<ColumnDrift>& columns);

}  // namespace mlkit
