// What in a table would harm a model, ranked by how much, each with what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/profile/profile_csv.h"

namespace mlkit {

// Problems make a model wrong or worthless, warnings make it worse, notes are good to know.
enum class FindingSeverity : std::uint8_t { kNote = 0, kWarning = 1, kProblem = 2 };
std::string_view severity_name(FindingSeverity severity);  // note, warning, problem

struct Finding {
  std::string kind;  // of finding_kinds()
  FindingSeverity severity = FindingSeverity::kNote;
  std::string column;  // "" = the table
  double rows = 0;     // that show it
  std::string text;    // what is wrong, with the figures
  std::string remedy;  // an mlkit option that mends it, "" where none does
};

// All kinds with one line each on what they mean, in the order of their weight.
struct FindingKind {
  std::string_view name;
  std::string_view meaning;
};
const std::vector<FindingKind>& finding_kinds();

// Ranked: problems first, then by the weight of the kind, then by rows, then in the order of columns. In the
// remedies IN stands for the table.
std::vector<Finding> find_problems(const TableProfile& table);

}  // namespace mlkit
