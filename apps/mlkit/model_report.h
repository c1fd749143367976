// Models and metrics as JSON and as text for people, shared by train, evaluate and inspect.
#pragma once

#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/eval/metrics.h"
#include "mlkit/io/json.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit::app {

// {kind, task, classes, intercept, coefficients {feature: value}, scale {feature: {center, scale}}}; with more than two
// classes intercept and coefficients are per class. `raw`: in the units of the columns instead of the scaled ones.
Json model_to_json(const Pipeline& pipeline, bool raw = false);

// {name: value}; metrics that are not defined are left out.
Json metrics_to_json(const std::vector<MetricValue>& metrics);
Json intervals_to_json(const std::vector<MetricValue>& metrics);

// A table of names and values; `baseline` may be empty.
std::string render_metrics(const std::vector<MetricValue>& metrics, const std::vector<MetricValue>& baseline,
                           double confidence = 0.95);

// The coefficients with the largest absolute values, at most `limit` lines; "" where the model has none.
std::string render_coefficients(const Pipeline& pipeline, std::size_t limit, bool raw = false);
// The terms with the largest weights for every class (or for larger and smaller answers); "" without text columns.
// Unless all are asked for, render_coefficients leaves them to this.
std::string render_words(const Pipeline& pipeline, std::size_t limit);

// The centres of clusters or the components of a reduction, at most `limit` of them; "" where the model has none.
std::string render_points(const Pipeline& pipeline, std::size_t limit, bool raw = false);

// "n rows", "1 row".
std::string count_of(std::uint64_t count, const std::string& singular);
// Four significant digits, for reading only.
std::string short_number(double value);
// So many significant digits, with a sign also where it is positive: for differences. 0 is "0".
std::string signed_number(double value, int digits = 3);
// The same without a plus.
std::string rounded_number(double value, int digits);
// Cut to `width` columns with "..", control characters escaped; padded on the right.
std::string fit_text(const std::string& text, std::size_t width);

// Runs body; what it throws about the data names the file.
template <class Body>
void name_file(const std::string& file, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kData) throw;
    throw error.with_file(file);
  }
}

// Warnings about cells that fell outside of what training saw.
void warn_about_unknown(const Pipeline& pipeline, const TransformCounts& counts, Context& context);
// How many of the terms of each text column the model does not know, for the summary line and --json; "" and {}
// without text columns (hashed ones know every term).
std::string render_unknown_words(const Pipeline& pipeline, const TransformCounts& counts);
Json unknown_words_to_json(const Pipeline& pipeline, const TransformCounts& counts);

}  // namespace mlkit::app
