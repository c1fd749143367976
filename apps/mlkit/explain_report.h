// What `explain` found, as a report for people and as JSON.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/io/json.h"
#include "mlkit/io/report.h"
#include "mlkit/pipeline/explain.h"
#include "mlkit/workflow/permutation_importance.h"

namespace mlkit::app {

struct ImportanceLine {
  std::string column;
  std::optional<double> importance;  // not known: see SealedImportance
  std::optional<double> sd;          // permutation: over the repeats
  bool exact = true;
  // Without rows: what features add, per score.
  std::vector<std::vector<std::pair<std::string, double>>> effects;
};

struct RowReasons {
  std::uint64_t row = 0;  // from 1
  std::string answer;
  std::string towards;  // the class whose score it is; "" for numbers
  double base = 0;
  double score = 0;
  struct Part {
    std::string column;
    std::string value;  // the cell as the table has it; "" for features of two columns
    double contribution = 0;
  };
  std::vector<Part> parts;  // largest first
};

struct ModelExplained {
  std::string file;
  std::string method;  // coefficients, contributions, permutation
  std::string kind;
  std::string target;
  Task task = Task::kBinary;
  std::vector<std::string> classes;
  std::vector<double> bases;          // per score; empty for permutation
  std::vector<ImportanceLine> lines;  // largest first, unknown ones last
  std::uint64_t rows = 0;
  std::optional<double> max_error;  // contributions: of base + sum against the score
  std::optional<PermutationImportance> permutation;
  std::vector<RowReasons> row_reasons;
};

// Largest first; ties keep their order, unknown ones come last.
void sort_by_importance(std::vector<ImportanceLine>& lines);
Json explain_to_json(const ModelExplained& result);
// At most `top` columns in each table.
Report explain_report(const ModelExplained& result, std::size_t top);

}  // namespace mlkit::app
