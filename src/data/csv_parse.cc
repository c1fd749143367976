#include "mlkit/data/csv_parse.h"

#include <algorithm>
#include <utility>

#include "mlkit/base/text.h"

namespace mlkit {
namespace {

CsvReading reading_of(ColumnType type) {
  switch (type) {
    case ColumnType::kNumeric: return CsvReading::kNumber;
    case ColumnType::kDatetime: return CsvReading::kTime;
    case ColumnType::kText: return CsvReading::kText;
    case ColumnType::kCategory:
    case ColumnType::kBoolean: break;
  }
  return CsvReading::kLevels;
}

void check_columns_exist(const std::vector<std::string>& header, const CsvReadOptions& options,
                         const std::string& file) {
  const auto check = [&](const std::string& name) {
    if (std::find(header.begin(), header.end(), name) != header.end()) return;
    throw Error(ErrorCode::kData, "there is no column \"" + name + "\"",
                {.file = file, .column = {}, .hint = missing_column_hint(name, header)});
  };
  for (const auto& [name, type] : options.types) check(name);
  if (options.columns) std::for_each(options.columns->begin(), options.columns->end(), check);
}

}  // namespace

std::vector<CsvColumnPlan> plan_csv_columns(const std::vector<std::string>& header, const CsvReadOptions& options,
                                            CsvReading otherwise) {
  std::vector<std::string> wanted = options.columns.value_or(std::vector<std::string>());
  std::sort(wanted.begin(), wanted.end());
  std::vector<CsvColumnPlan> plan(header.size());
  for (std::size_t c = 0; c < header.size(); ++c) {
    if (options.columns && !std::binary_search(wanted.begin(), wanted.end(), header[c])) continue;
    const auto declared = options.types.find(header[c]);
    if (declared != options.types.end()) {
      plan[c] = {reading_of(declared->second.type), true};
    } else {
      plan[c] = {otherwise, false};
    }
  }
  return plan;
}

CsvReadOptions settle_csv_options(CsvReadOptions options, const std::vector<std::string>& header,
                                  const std::string& file) {
  if (options.types_for) {
    std::map<std::string, DeclaredType> types;
    try {
      types = options.types_for(header);
    } catch (const Error& error) {
      throw error.with_file(file);
    }
    if (options.only_types_for) {
      options.columns.emplace();
      for (const auto& [name, type] : types) options.columns->push_back(name);
    }
    for (const auto& [name, type] : types) options.types[name] = type;
  }
  check_columns_exist(header, options, file);
  return options;
}

Error csv_misfit_error(const CsvMisfits& misfits, const std::vector<std::string>& header, std::size_t column,
                       const CsvColumnPlan& plan, const std::string& further, const std::string& file) {
  std::string message = "\"" + misfits.text + "\" is ";
  if (plan.reading == CsvReading::kTime) {
    message += "not a date or time stamp (YYYY-MM-DD, YYYY-MM-DD HH:MM:SS)";
  } else if (misfits.kind == CsvCellKind::kNotFinite) {
    message += "not a finite number";
  } else {
    message += "not a number";
  }
  std::string hint = "correct the cell, or name its text in --na where it means missing";
  if (plan.reading == CsvReading::kNumber && misfits.kind == CsvCellKind::kWord) {
    if (const std::string options = number_form_options(trim_blanks(misfits.text)); !options.empty()) {
      hint = options + " reads numbers that are written so";
    }
  }
  if (!further.empty()) message += " (" + further + ")";
  return Error(
      ErrorCode::kData, std::move(message),
      {.file = file, .line = misfits.line, .field = column + 1, .column = header[column], .hint = std::move(hint)});
}

CsvWorker* CsvWorkerPool::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    free_.reserve(workers_.size() + 1);  // giving back must not need memory
    workers_.push_back(std::make_unique<CsvWorker>(workers_.size(), columns_, *rules_));
    return workers_.back().get();
  }
  CsvWorker* const worker = free_.back();
  free_.pop_back();
  return worker;
}

void CsvWorkerPool::give_back(CsvWorker* worker) {
  const std::lock_guard lock(mutex_);
  free_.push_back(worker);
}

CsvReadReport make_read_report(const CsvChunkReader& chunks, std::uint64_t rows) {
  return {.bytes = chunks.bytes_read(),
          .rows = rows,
          .rows_skipped = chunks.rows_skipped(),
          .rows_padded = chunks.rows_padded(),
          .delimiter = chunks.delimiter()};
}

void warn_about_bad_rows(const CsvChunkReader& chunks, Context& context) {
  const auto warn = [&](std::uint64_t rows, const std::string& what) {
    if (rows > 0) context.warn(chunks.name() + ": " + with_thousands(rows) + (rows == 1 ? " row " : " rows ") + what);
  };
  std::string lines;
  for (const std::uint64_t line : chunks.skipped_lines()) lines += (lines.empty() ? "" : ", ") + std::to_string(line);
  if (chunks.rows_skipped() > chunks.skipped_lines().size()) lines += ", ..";
  warn(chunks.rows_skipped(), "could not be read and left out (line" +
                                  std::string(chunks.rows_skipped() == 1 ? " " : "s ") + lines +
                                  "); --rejects FILE keeps them");
  const std::uint64_t other_length = chunks.rows_of_other_length();
  warn(other_length,
       "of another length than the header made to fit (--on-bad-row pad); --rejects FILE keeps those with cells "
       "dropped");
  warn(chunks.rows_padded() - other_length, "with stray quotes read as text (--on-bad-row pad)");
}

}  // namespace mlkit
