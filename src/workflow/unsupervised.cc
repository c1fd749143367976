#include "mlkit/workflow/unsupervised.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/features/choose_columns.h"
#include "mlkit/workflow/table_hash.h"

namespace mlkit {
namespace {

constexpr std::size_t kMostNumbers = std::size_t{1} << 31;  // 16 GiB of doubles

// Of the columns chosen by themselves, the numeric ones; the others are named in a warning.
std::vector<std::size_t> keep_numeric(const Table& table, const std::vector<std::size_t>& chosen, Context& context) {
  std::vector<std::size_t> numeric;
  std::string left_out;
  for (const std::size_t i : chosen) {
    const Column& column = table.column(i);
    if (column.is_numeric()) {
      numeric.push_back(i);
      continue;
    }
    left_out +=
        (left_out.empty() ? "\"" : ", \"") + column.name + "\" (" + std::string(column_type_name(column.type)) + ")";
  }
  if (numeric.empty()) throw_data("no column holds numbers", "name columns in --features to use words one-hot");
  if (!left_out.empty()) {
    context.warn("columns that hold no numbers are left out: " + left_out +
                 "; list all columns in --features to use these one-hot, or --exclude them");
  }
  return numeric;
}

DenseMatrix to_dense(Matrix matrix) {
  if (auto* dense = std::get_if<DenseMatrix>(&matrix)) return std::move(*dense);
  const CsrMatrix& sparse = std::get<CsrMatrix>(matrix);
  if (sparse.cols > kMostNumbers / std::max<std::size_t>(1, sparse.rows)) {
    throw_data("the one-hot columns make " + with_thousands(sparse.cols) + " features of " +
                   with_thousands(sparse.rows) + " rows: more than fit",
               "leave out columns with many levels, or join rare ones with --rare");
  }
  DenseMatrix out{sparse.rows, sparse.cols, std::vector<double>(sparse.rows * sparse.cols)};
  for (std::size_t i = 0; i < sparse.rows; ++i) {
    const CsrMatrix::Row row = sparse.row(i);
    for (std::size_t e = 0; e < row.columns.size(); ++e) out.row(i)[row.columns[e]] = row.values[e];
  }
  return out;
}

void warn_about_gaps(const Table& table, UnsupervisedRows& rows, const std::string& impute, Context& context) {
  std::size_t columns = 0;
  for (const std::size_t i : rows.columns) {
    if (!table.column(i).is_numeric() || !table.column(i).validity.any_missing()) continue;
    rows.filled += table.column(i).validity.missing_count();
    ++columns;
  }
  if (rows.filled == 0) return;
  context.warn(with_thousands(rows.filled) + " missing numbers in " + std::to_string(columns) +
               (columns == 1 ? " column" : " columns") + " are filled (--impute " + impute +
               "); --impute none refuses them");
}

void check_finite(const UnsupervisedRows& rows) {
  for (std::size_t i = 0; i < rows.x.values.size(); ++i) {
    if (!std::isfinite(rows.x.values[i])) {
      throw Error(ErrorCode::kData, "a value is beyond the range of a double once it is scaled",
                  {.file = {},
                   .column = rows.preprocess.feature_names()[i % rows.x.cols],
                   .hint = "--exclude the column, or bring it to another unit"});
    }
  }
}

}  // namespace

UnsupervisedRows prepare_unsupervised(const Table& table, const UnsupervisedOptions& options, Context& context) {
  if (table.rows() == 0) throw_data("there are no data rows");
  if (table.rows() >= std::numeric_limits<std::uint32_t>::max()) throw_data("there are more rows than 2^32 - 2");
  UnsupervisedRows out;
  out.columns = choose_columns(table, {options.features, options.exclude, "", ""}, context);
  if (options.features.empty()) out.columns = keep_numeric(table, out.columns, context);
  out.preprocess = fit_preprocess(table, out.columns, options.preprocess, context);
  warn_about_gaps(table, out, options.preprocess.impute, context);
  out.x = to_dense(out.preprocess.transform(table, out.columns, context));
  if (out.x.cols == 0) throw_data("no feature is left: every column is constant", "see --features");
  check_finite(out);
  if (table.rows() == 1) context.warn("there is one row only");
  return out;
}

Pipeline seal_unsupervised(const Table& table, const UnsupervisedRows& rows, std::shared_ptr<const Model> model,
                           TrainingRecord record, const UnsupervisedOptions& options, Context& context) {
  PipelineParts parts;
  parts.task = model->task();
  for (const std::size_t i : rows.columns) {
    parts.inputs.add(table.column(i).spec());
    parts.inputs[parts.inputs.size() - 1].role = ColumnRole::kFeature;
    parts.aliases.emplace_back();
  }
  parts.preprocess = rows.preprocess;
  parts.model = std::move(model);
  record.mlkit_version = MLKIT_VERSION;
  record.seed = options.seed;
  record.rows = table.rows();
  record.data_sha256 = table_sha256(table, context);
  record.options.emplace_back("scale", options.preprocess.scale);
  record.options.emplace_back("impute", options.preprocess.impute);
  parts.record = std::move(record);
  const Pipeline pipeline(std::move(parts));
  return pipeline.with_self_test(make_self_test(pipeline));
}

}  // namespace mlkit
