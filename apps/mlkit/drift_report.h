// What drift found, as JSON and as text for people.
#pragma once

#include <string>
#include <vector>

#include "mlkit/drift/compare.h"
#include "mlkit/io/json.h"

namespace mlkit::app {

// {drift, missing_reference, missing_current, ks {statistic, p_value, method}, psi {value, label, bound}, chi2 {..},
// wasserstein, jensen_shannon, ..}: what was not measured is left out.
Json column_drift_to_json(const ColumnDrift& column);
Json columns_drift_to_json(const std::vector<ColumnDrift>& columns);

// A table of at most 80 columns: the columns that drifted, then others up to `limit` lines in all.
std::string render_columns_drift(const std::vector<ColumnDrift>& columns, std::size_t limit);

// "<1e-99", "3e-12", "0.0123".
std::string p_text(double p);

// Of those that were compared: "no drift in 5 columns", "2 of 5 columns drifted".
std::string count_drifted(const std::vector<ColumnDrift>& columns);

}  // namespace mlkit::app
