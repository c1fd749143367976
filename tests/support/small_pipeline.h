// Small pipelines with known weights, for tests of what is built around a model.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "mlkit/clean/clean_recipe.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/model/linear_models.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit::test {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// Numbers with gaps and an outlier, a category with gaps, a boolean, dates.
inline Table small_table() {
  Column flag = make_category_column("Is Active", {"true", "false", "true", "true", "false", "true", "true", "false"});
  flag.type = ColumnType::kBoolean;
  Column day;
  day.name = "Day";
  day.type = ColumnType::kDatetime;
  Times times;
  times.date_only = true;
  for (std::int64_t i = 0; i < 8; ++i) times.micros.push_back((19000 + 40 * i) * std::int64_t{86400000000});
  day.storage = std::move(times);
  day.validity = Validity(8);
  day.validity.set_missing(5);
  return Table({make_numeric_column("Total Spend", {1.5, kMissing, 2.25, 3, 1e6, 4, 2, 1}),
                make_category_column("city", {"Graz", "Linz", "", "Wien", "Graz", "Graz", "Linz", "Wien"}), flag, day});
}

inline std::vector<double> made_up_weights(std::size_t count) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < count; ++i) weights.push_back(0.25 * static_cast<double>(i % 7) - 0.6);
  return weights;
}

// `classes` 2 or more, or 0 for regression; `clean` puts the default cleaning before it.
inline Pipeline small_pipeline(std::size_t classes = 2, bool clean = false, const CleanOptions& options = {}) {
  Context context(1);
  Table table = small_table();
  PipelineParts parts;
  parts.inputs = table.schema();
  parts.aliases.resize(parts.inputs.size());
  if (clean) {
    const CleanFit fit = fit_clean(table, options, context);
    table = apply_clean(fit.recipe, table);
    parts.clean = fit.recipe;
    for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
      const CleanColumn& column = fit.recipe.columns[i];
      parts.aliases[i] = column.name == column.source.name ? "" : column.name;
    }
  }
  std::vector<std::size_t> positions(table.column_count());
  std::iota(positions.begin(), positions.end(), 0);
  parts.preprocess = fit_preprocess(table, positions, {}, context);
  const std::size_t inputs = parts.preprocess.outputs();
  if (classes == 0) {
    parts.task = Task::kRegression;
    parts.model = std::make_shared<LinearModel>(0.125, made_up_weights(inputs));
  } else {
    const std::size_t rows = classes == 2 ? 1 : classes;
    parts.task = classes == 2 ? Task::kBinary : Task::kMulticlass;
    parts.model = std::make_shared<LogisticModel>(inputs, classes, std::vector<double>(rows, 0.3),
                                                  made_up_weights(rows * inputs));
    for (std::size_t c = 0; c < classes; ++c) parts.classes.push_back("class " + std::to_string(c));
  }
  parts.target.name = "Label";
  parts.target.type = classes == 0 ? ColumnType::kNumeric : ColumnType::kCategory;
  parts.target.role = ColumnRole::kTarget;
  parts.record.mlkit_version = "0.1.0";
  parts.record.rows = 8;
  parts.record.options = {{"target", "Label"}, {"C", "1"}};
  parts.record.metrics = {{"accuracy", 0.75}};
  parts.record.dummy.assign(classes == 0 ? 1 : classes, classes == 0 ? 2.0 : 1.0 / static_cast<double>(classes));
  const Pipeline pipeline(std::move(parts));
  return pipeline.with_self_test(make_self_test(pipeline));
}

}  // namespace mlkit::test
