// Trains a small model, saves it, loads it again and scores one row: the library without the program.
//
//   score_row flowers.csv species flowers.mlkit
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <mlkit/base/context.h>
#include <mlkit/base/error.h>
#include <mlkit/data/csv_read.h>
#include <mlkit/io/model_file.h>
#include <mlkit/pipeline/pipeline.h>
#include <mlkit/workflow/train_pipeline.h>

namespace {

// What the CSV reader gives for a cell, as the Scorer takes it.
mlkit::CellValue cell_of(const mlkit::Column& column, std::size_t row) {
  using Kind = mlkit::CellValue::Kind;
  if (column.is_missing(row)) return {};
  if (column.is_numeric()) return {Kind::kNumber, column.numbers().values[row], {}, 0};
  if (column.is_times()) return {Kind::kTime, 0, {}, column.times().micros[row]};
  if (column.is_texts()) return {Kind::kText, 0, column.texts().at(row), 0};
  const auto& categories = column.categories();
  return {Kind::kText, 0, (*categories.levels)[categories.codes[row]], 0};
}

void train(const std::string& csv, const std::string& target, const std::string& model, mlkit::Context& context) {
  mlkit::TrainOptions options;
  options.target = target;
  const mlkit::Table table = mlkit::read_csv(csv, {}, context);
  const mlkit::TrainedPipeline trained = mlkit::train_pipeline(table, options, context);
  for (const mlkit::MetricValue& metric : trained.metrics) {
    if (metric.value) std::printf("%s %.4f\n", metric.name.c_str(), *metric.value);
  }
  mlkit::write_model_file(trained.pipeline, model);
}

void score_first_row(const std::string& csv, const std::string& model, mlkit::Context& context) {
  const mlkit::Pipeline pipeline = mlkit::read_model_file(model);
  mlkit::CsvReadOptions reading;
  reading.types_for = [&](const std::vector<std::string>& header) { return pipeline.declared_types(header); };
  const mlkit::Table table = mlkit::read_csv(csv, reading, context);

  mlkit::Scorer scorer(pipeline);
  std::vector<mlkit::CellValue> cells;
  std::vector<std::string> names;
  for (const mlkit::Column& column : table.columns()) names.push_back(column.name);
  for (const std::size_t position : pipeline.bind(names)) cells.push_back(cell_of(table.column(position), 0));
  std::vector<double> answer(scorer.outputs());
  scorer.score(cells, answer);
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const std::string label = pipeline.is_classification() ? pipeline.classes()[i] : "prediction";
    std::printf("%s %.6f\n", label.c_str(), answer[i]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: score_row TABLE.csv TARGET MODEL\n");
    return 2;
  }
  try {
    mlkit::Context context;
    train(argv[1], argv[2], argv[3], context);
    score_first_row(argv[1], argv[3], context);
    for (const std::string& warning : context.take_warnings()) std::fprintf(stderr, "%s\n", warning.c_str());
  } catch (const mlkit::Error& error) {  // its code is the exit code that mlkit itself would have
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 5;
  }
  return 0;
}
