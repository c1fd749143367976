// What would make a model look better in its test than it will be: rows on both sides of a split, columns that know
// the target, groups and times that the split tears apart. docs/leak.md says how each check decides.
//
// Both tables are in memory; columns are matched by name. Results do not depend on threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

struct LeakOptions {
  std::string target = {};  // "" = checks that need one are left out
  std::string group = {};
  std::string time = {};
  // A single column that tells the classes apart better than this (area under ROC, the mean over pairs of classes; for
  // numbers: explains more of their variance than this) is suspect.
  double auc_limit = 0.98;
};

// kind: duplicates, near_duplicates, target_copy, single_column, id_like, missingness, group_overlap, time_order.
struct LeakFinding {
  std::string kind;
  std::string column;      // "" = whole rows
  std::uint64_t rows = 0;  // that show it
  std::string detail;
};

struct LeakReport {
  std::uint64_t train_rows = 0;
  std::uint64_t test_rows = 0;
  std::vector<LeakFinding> findings;
  std::vector<std::string> checks;  // that were made
  // Seen and found natural, e.g. repeated rows of a table of few combinations.
  std::vector<std::string> notes;
};

// `test` may be null. Throws Error(kData) for tables without rows, unknown columns, and for a group or time column that
// the test table lacks.
LeakReport audit_leaks(const Table& train, const Table* test, const LeakOptions& options, const Context& context);

}  // namespace mlkit
