#include "bench_model.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostRows = 10000;  // scored one at a time

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

CellValue cell_of(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  if (column.is_numeric()) return {CellValue::Kind::kNumber, column.numbers().values[row], {}, 0};
  if (column.is_times()) return {CellValue::Kind::kTime, 0, {}, column.times().micros[row]};
  if (column.is_texts()) return {CellValue::Kind::kText, 0, column.texts().at(row), 0};
  return {CellValue::Kind::kText, 0, (*column.categories().levels)[column.categories().codes[row]], 0};
}

double at_share(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

std::vector<double> time_rows(const Pipeline& pipeline, const Table& table, std::int64_t runs, const Context& context) {
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(column.name);
  const std::vector<std::size_t> positions = pipeline.bind(names);
  Scorer scorer(pipeline);
  std::vector<CellValue> cells(scorer.inputs());
  std::vector<double> out(scorer.outputs());
  std::vector<double> taken;
  for (std::int64_t run = 0; run < runs; ++run) {
    context.check_stop();
    for (std::size_t row = 0; row < std::min(table.rows(), kMostRows); ++row) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell_of(table.column(positions[i]), row);
      const auto start = Clock::now();
      scorer.score(cells, out);
      taken.push_back(seconds_since(start) * 1e6);
    }
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

Json bench_model(const std::string& model, const std::string& input, const TableInOptions& table_in, std::int64_t runs,
                 Context& context) {
  const auto load_start = Clock::now();
  ModelFileInfo info;
  const Pipeline pipeline = read_model_file(model, &info);
  const double load_seconds = seconds_since(load_start);
  CsvReadOptions csv = table_in.to_csv_options(pipeline.parts().na);
  csv.types_for = [&](const std::vector<std::string>& header) { return pipeline.declared_types(header); };
  const Table table = read_csv(input, csv, context);
  if (table.rows() == 0) throw_data("there are no rows to time");
  const std::vector<double> taken = time_rows(pipeline, table, runs, context);
  std::vector<double> batch;
  for (std::int64_t run = 0; run < runs; ++run) {
    const auto start = Clock::now();
    const Predictions predictions = pipeline.predict(table, context);
    batch.push_back(seconds_since(start));
  }
  std::sort(batch.begin(), batch.end());
  Json out;
  out["rows"] = table.rows();
  out["features"] = pipeline.parts().preprocess.outputs();
  out["model_bytes"] = info.bytes;
  out["load_milliseconds"] = load_seconds * 1e3;
  out["row_microseconds"] = {{"median", at_share(taken, 0.5)}, {"p99", at_share(taken, 0.99)}, {"max", taken.back()}};
  out["batch_rows_per_second"] = static_cast<double>(table.rows()) / batch[batch.size() / 2];
  out["threads"] = context.threads();
  return out;
}

}  // namespace mlkit::app
