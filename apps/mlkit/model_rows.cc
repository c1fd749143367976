#include "model_rows.h"

#include "mlkit/base/error.h"

namespace mlkit::app {

void require_target(const Pipeline& pipeline, const std::string& command) {
  if (pipeline.task() != Task::kClustering && pipeline.task() != Task::kReduction) return;
  throw_usage(
      command + " is for models that predict a target: this one is for " + std::string(task_name(pipeline.task())),
      "mlkit inspect shows what is in it");
}

CsvReadOptions reading_for_model(const Pipeline& pipeline, const TableInOptions& table_in,
                                 const std::vector<std::string>& numbers) {
  CsvReadOptions csv = table_in.to_csv_options(pipeline.parts().na);
  csv.types_for = [&pipeline, numbers](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types = pipeline.declared_types(header);
    for (const std::string& name : numbers) {
      if (!name.empty()) types[header[column_index(header, name)]] = {ColumnType::kNumeric, false};
    }
    return types;
  };
  return csv;
}

}  // namespace mlkit::app
