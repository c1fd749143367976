// A table's profile as JSON and as a report.
#pragma once

#include <string>
#include <vector>

#include "mlkit/io/json.h"
#include "mlkit/io/report.h"
#include "mlkit/profile/findings.h"
#include "mlkit/profile/profile_csv.h"

namespace mlkit {

// {rows, bytes, duplicate_rows, columns [{name, type, missing, distinct, mean, sd, min, q1, median, q3, max, top [..],
// ..}], findings [..]}. Figures that are not defined are left out; docs/profile.md says what each one is.
Json profile_to_json(const TableProfile& table, const std::vector<Finding>& findings);

// For the page and the terminal. `name` is what the table is called.
Report profile_report(const TableProfile& table, const std::vector<Finding>& findings, const std::string& name,
                      const std::string& footer);

// The terminal's form: findings, then one or two lines for each column; 80 columns.
std::string render_profile_text(const TableProfile& table, const std::vector<Finding>& findings, bool color);

}  // namespace mlkit
