// resample: a table with other class counts, to look at what train --resample does.
#include <algorithm>

#include "command.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/features/choose_columns.h"
#include "mlkit/resample/resample.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {
namespace {

class Resample : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  CsvReadOptions reading() const;
  void write(const Table& table, const Table& made, const ResamplePlan& plan, OutputFile& out) const;
  void finish(Session& session, const Target& target, const ResamplePlan& plan) const;

  std::string input_;
  std::string output_ = "-";
  std::string target_;
  ResampleOptions options_{.method = "smote"};
  std::string mark_;
  std::vector<std::string> features_;
  std::vector<std::string> exclude_;
  TableInOptions table_in_;
};

void Resample::declare(FieldList& arguments, FieldList& options) {
  arguments.add("in", input_,
                {.help = "training rows (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
  options.add("output", output_,
              {.help = "the rows, those of IN first and as they stand there",
               .value_name = "OUT",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  options.add("target", target_,
              {.help = "the column whose classes are evened out", .value_name = "COL", .required = true});
  options.add("method", options_.method,
              {.help = "smote makes rows up between neighbours, over repeats rows, under leaves rows out",
               .choices = {"smote", "over", "under"}});
  options.add("k_neighbors", options_.k_neighbors,
              {.help = "neighbours that smote makes rows with", .value_name = "K", .range = between(1, 1000)});
  options.add("ratio", options_.ratio,
              {.help = "rows of the smaller classes to those of the largest one",
               .value_name = "R",
               .range = {.min = 0, .max = 1, .min_open = true}});
  options.add("mark", mark_, {.help = "add a column: 1 for made or repeated rows, 0 for others", .value_name = "COL"});
  options.add("features", features_,
              {.help = "columns that say how alike rows are (all but ids)", .value_name = "COLS"});
  options.add("exclude", exclude_, {.help = "columns that do not", .value_name = "COLS"});
  table_in_.declare(options);
}

// Labels keep the text of the file; all of it is kept for the rows that stay.
CsvReadOptions Resample::reading() const {
  CsvReadOptions csv = table_in_.to_csv_options();
  csv.keep_records = true;
  csv.types_for = [this, given = csv.types](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types = given;
    types.emplace(header[column_index(header, target_)], DeclaredType{ColumnType::kCategory, false});
    return types;
  };
  return csv;
}

// Columns that only number or name the rows: made rows have none of it.
std::vector<std::size_t> identifiers(const Table& table, const std::vector<std::size_t>& columns, std::size_t target,
                                     const ColumnChoice& choice) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < table.column_count(); ++c) {
    const std::string& name = table.column(c).name;
    const bool asked = !choice.features.empty() ||
                       std::find(choice.exclude.begin(), choice.exclude.end(), name) != choice.exclude.end();
    if (c != target && !asked && std::find(columns.begin(), columns.end(), c) == columns.end()) out.push_back(c);
  }
  return out;
}

void Resample::write(const Table& table, const Table& rows, const ResamplePlan& plan, OutputFile& out) const {
  const CsvRecords& records = *table.records;
  const char delimiter = records.delimiter();
  std::string end = "\n";
  if (records.size() > 0 && !records.line_end(0).empty()) end = records.line_end(0);
  std::string text;
  const auto close = [&](const char* mark) {
    if (!mark_.empty()) text += delimiter + std::string(mark);
    text += end;
    out.write(text);
    text.clear();
  };
  if (!table_in_.no_header) {
    for (std::size_t c = 0; c < rows.column_count(); ++c) {
      if (c > 0) text += delimiter;
      append_csv_field(text, rows.column(c).name, delimiter);
    }
    if (!mark_.empty()) {
      text += delimiter;
      append_csv_field(text, mark_, delimiter);
    }
    text += end;
  }
  const auto record_of = [&](std::uint32_t row) {
    return records.record(table.record_of_row.empty() ? row : table.record_of_row[row]);
  };
  for (const std::uint32_t row : plan.kept) {
    text += record_of(row);
    close("0");
  }
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    if (plan.made[i].k == 0) {
      text += record_of(plan.made[i].base);
    } else {
      const std::size_t start = text.size();
      for (std::size_t c = 0; c < rows.column_count(); ++c) {
        if (c > 0) text += delimiter;
        append_csv_cell(text, rows.column(c), plan.kept.size() + i, delimiter);
      }
      if (text.size() == start) text += "\"\"";
    }
    close("1");
  }
  out.write(text);
}

int Resample::run(Session& session) {
  session.require_output_beside_json(output_);
  options_.seed = session.seed();
  Table table = read_csv(input_, reading(), session.context());
  Target target;
  ResamplePlan plan;
  Table rows;
  try {
    TrainOptions as_train;
    as_train.target = target_;
    as_train.task = "classification";
    target = read_target(table, as_train, session.context());
    if (!mark_.empty() && table.find(mark_)) {
      throw_data("there is a column \"" + mark_ + "\" already", "give --mark another name");
    }
    if (target.missing > 0) {
      session.context().warn(with_thousands(target.missing) + " rows have no target and are left out");
      const std::vector<std::uint32_t> present = rows_with_target(target);
      table = table.select_rows(present);
      target = select_target(target, present);
    }
    const ColumnChoice choice{features_, exclude_, target.column.name, ""};
    Context quiet(session.context().threads());  // what train says about columns is for train to say
    const std::vector<std::size_t> columns = choose_columns(table, choice, quiet);
    plan = plan_resample(table, columns, target.labels, target.classes, options_, session.context());
    rows = apply_resample(table, columns,
                          identifiers(table, columns, table.schema().index_of(target.column.name), choice), plan);
  } catch (const Error& error) {
    throw error.with_file(input_ == "-" ? "standard input" : input_);
  }
  OutputFile out(output_);
  write(table, rows, plan, out);
  out.commit();
  finish(session, target, plan);
  return 0;
}

void Resample::finish(Session& session, const Target& target, const ResamplePlan& plan) const {
  if (session.json()) {
    Json result;
    result["method"] = options_.method;
    result["rows_in"] = target.labels.size();
    result["rows_out"] = plan.rows();
    for (std::size_t c = 0; c < target.classes.size(); ++c) {
      result["classes"][target.classes[c]] = {{"before", plan.rows_before[c]}, {"after", plan.rows_after[c]}};
    }
    session.result("resample", std::move(result));
    return;
  }
  std::string line = "resample (" + options_.method + "):";
  for (std::size_t c = 0; c < target.classes.size(); ++c) {
    line += (c > 0 ? ", " : " ") + escape_controls(target.classes[c]) + " " + with_thousands(plan.rows_before[c]) +
            " -> " + with_thousands(plan.rows_after[c]);
  }
  session.summary(line + "; to train so: mlkit train " + input_ + " --target " + target_ + " --resample " +
                  options_.method + " -o MODEL");
}

}  // namespace

std::unique_ptr<Command> make_resample() { return std::make_unique<Resample>(); }

}  // namespace mlkit::app
