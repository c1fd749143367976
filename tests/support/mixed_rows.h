// Rows with columns of every kind and targets of every kind, and models of them, for tests of what explains models.
#pragma once

#include <string>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/workflow/drift_reference.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::test {

// Numbers with gaps, a category, a boolean, dates; `y` of three kinds. `noise` has nothing to do with them.
inline std::string mixed_csv(std::size_t rows) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::string csv = "size,weight,city,open,day,noise,number,two,three\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double size = random.normal(), weight = 100 + 20 * random.normal();
    const std::uint64_t city = random.below(4), open = random.below(2), day = random.below(28);
    const double z = 1.5 * size - 0.02 * (weight - 100) + 0.7 * static_cast<double>(city) - 1 + 0.5 * random.normal();
    csv += (i % 7 == 3 ? "" : std::to_string(size)) + "," + std::to_string(weight) + "," +
           (i % 11 == 5 ? "" : "c" + std::to_string(city)) + "," + (open == 0 ? "false" : "true") + ",2024-03-" +
           (day < 9 ? "0" : "") + std::to_string(day + 1) + "," + std::to_string(random.uniform()) + "," +
           std::to_string(z) + "," + (z > 0.2 ? "yes" : "no") + "," +
           (z > 1      ? "high"
            : z > -0.5 ? "mid"
                       : "low") +
           "\n";
  }
  return csv;
}

inline Table read_rows(const std::string& csv) {
  Context context(1);
  return read_csv_bytes(csv, {}, context);
}

inline TrainOptions options_for(const std::string& target) {
  TrainOptions options;
  options.target = target;
  for (const char* other : {"number", "two", "three"}) {
    if (target != other) options.exclude.emplace_back(other);
  }
  return options;
}

inline Pipeline train_model(const Table& table, const TrainOptions& options) {
  Context context(1);
  const Pipeline pipeline = train_pipeline(table, options, context).pipeline;
  return pipeline.with_drift(learn_drift_reference(pipeline, table, context));
}

}  // namespace mlkit::test
