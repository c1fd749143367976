// Rows without a target on their way to clusters or components: which columns count, how they become numbers, and
// the sealed pipeline that does the same to later rows.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/data/table.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

struct UnsupervisedOptions {
  std::vector<std::string> features;  // only these; texts and time stamps only when named here
  std::vector<std::string> exclude;
  PreprocessOptions preprocess;
  std::uint64_t seed = 42;
};

struct UnsupervisedRows {
  std::vector<std::size_t> columns;  // of the table
  Preprocess preprocess;
  DenseMatrix x;             // what models see, finite
  std::uint64_t filled = 0;  // missing numbers that were filled
};

// Numeric columns (or those named), learned and transformed. Warnings: columns left out, constant columns, cells
// that were filled, one row. Throws Error(kData): no column, no rows, more than 2^32 - 1 rows, a matrix
// of more than 2^31 numbers out of one-hot columns.
UnsupervisedRows prepare_unsupervised(const Table& table, const UnsupervisedOptions& options, Context& context);

// The pipeline with its self-test. `record` comes with solver, objective and options of the fit; rows, version, seed
// and data hash are filled in here.
Pipeline seal_unsupervised(const Table& table, const UnsupervisedRows& rows, std::shared_ptr<const Model> model,
                           TrainingRecord record, const UnsupervisedOptions& options, Context& context);

}  // namespace mlkit
