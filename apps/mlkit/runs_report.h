// Runs of the ledger for people and as JSON; which of them are meant, and which is best.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mlkit/io/json.h"
#include "runs_ledger.h"

namespace mlkit::app {

// {id, command, started, seconds, .., options {}, inputs [], outputs [], metrics {"cv.roc_auc": ..}}
Json run_to_json(const Run& run);
// "2026-05-31 14:02", UTC.
std::string when_text(std::int64_t started_ms, bool seconds = false);

// A figure of a run. `name` is "PART.METRIC", or "METRIC" alone: then the most honest part that has it
// (evaluate before cv before valid; never train).
std::optional<RunMetric> find_run_metric(const Run& run, const std::string& name);
// The figure to show where none was asked for: of the most honest part, the first of roc_auc, accuracy, r2, ..
std::optional<RunMetric> headline(const Run& run);
bool higher_is_better(const std::string& metric);

// The runs for which every condition "KEY=VALUE" (=, !=, <, <=, >, >=) holds. Keys: id, command, model, data, seed,
// mlkit, exit, parent, options, figures. Throws Error(kUsage) for a condition that is none, and for a key that no run
// knows, with the nearest one.
std::vector<Run> select_runs(const std::vector<Run>& runs, const std::vector<std::string>& conditions);

// The best runs by a figure, best first, ties by number. Where `metric` names no part, only runs of the most honest
// part that any run has it in: a figure of cross-validation does not compete with one of a test. `part` says which.
std::vector<Run> rank_runs(const std::vector<Run>& runs, const std::string& metric, std::string& part);

std::string render_run_list(const std::vector<Run>& runs, const std::string& metric);
std::string render_run(const Run& run, const std::vector<Run>& all);
// What is not the same in all of them, one column per run; and their figures.
std::string render_comparison(const std::vector<Run>& runs);
Json comparison_to_json(const std::vector<Run>& runs);

}  // namespace mlkit::app
