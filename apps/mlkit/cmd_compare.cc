// compare: two models on the same rows, and which rows flip.
#include <algorithm>
#include <cmath>

#include "command.h"
#include "compare_report.h"
#include "model_report.h"
#include "model_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/display.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {
namespace {

// Beyond, fewer resamples do: the work of so many rows.
constexpr std::int64_t kMostResampledRows = 100'000'000;
constexpr std::int64_t kLeastResamples = 200;

// The answers of a model in the order of another's classes, of which they are all.
void reorder_classes(Predictions& predictions, const Pipeline& from, const Pipeline& to) {
  const std::vector<std::string>& wanted = to.classes();
  if (from.classes() == wanted) return;
  std::vector<std::size_t> place;
  for (const std::string& label : from.classes()) {
    const auto found = std::find(wanted.begin(), wanted.end(), label);
    if (found == wanted.end() || from.classes().size() != wanted.size()) {
      throw_usage("the two models know different classes: \"" + label + "\" is one of the second's only",
                  "compare models that were trained on the same target");
    }
    place.push_back(static_cast<std::size_t>(found - wanted.begin()));
  }
  const std::vector<double> old = predictions.probabilities;
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    for (std::size_t c = 0; c < place.size(); ++c) {
      predictions.probabilities[row * place.size() + place[c]] = old[row * place.size() + c];
    }
    predictions.labels[row] = static_cast<std::int32_t>(place[static_cast<std::size_t>(predictions.labels[row])]);
  }
}

ScoredRows scored_rows(const Predictions& predictions, const Target& truth, const std::vector<double>& weights) {
  ScoredRows rows;
  rows.classes = predictions.classes;
  rows.weights = weights;
  rows.labels = truth.labels;
  rows.targets = truth.numbers;
  rows.predicted = predictions.labels;
  rows.probabilities = predictions.probabilities;
  rows.values = predictions.values;
  return rows;
}

bool answers_differ(const Predictions& a, const Predictions& b, std::size_t row) {
  if (a.classes == 0) return a.values[row] != b.values[row];
  const std::span<const double> p = a.probabilities_of(row), q = b.probabilities_of(row);
  return a.labels[row] != b.labels[row] || !std::equal(p.begin(), p.end(), q.begin());
}

class Compare : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("first", first_,
                  {.help = "the model there is, made by train", .value_name = "FIRST", .file = FileUse::kReads});
    arguments.add("second", second_,
                  {.help = "the one that may take its place", .value_name = "SECOND", .file = FileUse::kReads});
    arguments.add("input", input_,
                  {.help = "rows with known answers that neither learned from (CSV, - is standard input)",
                   .value_name = "IN",
                   .file = FileUse::kReads});
    options.add("metric", metrics_,
                {.help = "which ones, the first decides (roc_auc of two classes, accuracy of more, rmse; then the "
                         "other usual ones)",
                 .value_name = "LIST"});
    options.add("test", test_,
                {.help = "auto: McNemar for accuracy, DeLong for roc_auc of two classes, else the paired bootstrap",
                 .choices = {"auto", "mcnemar", "delong", "bootstrap"}});
    options.add("resamples", resamples_,
                {.help = "of the bootstrap (1000; fewer above 100,000 rows)",
                 .value_name = "N",
                 .range = between(50, 1000000)});
    options.add("ci", paired_.confidence,
                {.help = "confidence of the intervals, and 1 - the level of the tests",
                 .value_name = "SHARE",
                 .range = {.min = 0.5, .max = 1, .max_open = true}});
    options.add("weight", weight_, {.help = "column with the weight of each row", .value_name = "COL"});
    options.add(
        "fail_if_worse", fail_if_worse_,
        {.help = "exit 1 where the second is worse beyond chance in the metric that decides, or that is not defined"});
    options.add("output", output_,
                {.help = "the rows that flip (regression: all rows with other answers), as CSV",
                 .value_name = "FILE",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
    options.add("keep", keep_, {.help = "columns of IN to copy into that file", .value_name = "COLS"});
    options.add("report", report_,
                {.help = "the result as one HTML page", .value_name = "FILE", .file = FileUse::kWrites});
    table_in_.declare(options);
  }

  int run(Session& session) override {
    for (const std::string* output : {&output_, &report_}) {
      if (!output->empty()) session.require_output_beside_json(*output);
    }
    if (!keep_.empty() && output_.empty()) throw_usage("--keep copies columns into the file of -o", "give -o FILE");
    ModelFileInfo first_info, second_info;
    const Pipeline first = read_model_file(first_, &first_info);
    const Pipeline second = read_model_file(second_, &second_info);
    check_models(first, second);
    Rows rows;
    name_file(input_, [&] { rows = read_rows(first, second, session.context()); });
    ModelsCompared result = compare_rows(rows, first, session);
    result.first = {first_, std::string(first.parts().model->kind()), first_info.sha256};
    result.second = {second_, std::string(second.parts().model->kind()), second_info.sha256};
    if (!output_.empty()) write_flips(rows, first);
    const Report report = compare_report(result);
    if (!report_.empty()) {
      OutputFile page(report_);
      page.write(render_report_html(report));
      page.commit();
    }
    const PairedVerdict verdict = result.metrics.front().verdict;
    const bool failed = verdict == PairedVerdict::kWorse || verdict == PairedVerdict::kUndefined;
    if (session.json()) {
      session.result("compare", compare_to_json(result));
    } else {
      session.print(render_report_text(report, {.color = session.color()}));
    }
    session.summary(summary_of(result));
    return fail_if_worse_ && failed ? 1 : 0;
  }

 private:
  struct Rows {
    Table table;                         // as the first model reads it, rows with a true answer
    std::vector<std::uint32_t> numbers;  // of these rows in the file, from 0
    Target truth;
    std::vector<double> weights;
    Predictions first;
    Predictions second;
  };

  static void check_models(const Pipeline& first, const Pipeline& second) {
    require_target(first, "compare");
    require_target(second, "compare");
    if (first.is_classification() != second.is_classification()) {
      throw_usage("one of the models predicts classes and the other numbers", "compare models for the same target");
    }
  }

  // One reading does for both models where they need the same columns as the same types.
  Rows read_rows(const Pipeline& first, const Pipeline& second, Context& context) {
    bool other_types = false;
    CsvReadOptions csv = reading_for_model(first, table_in_, {weight_});
    csv.types_for = [&, base = csv.types_for](const std::vector<std::string>& header) {
      std::map<std::string, DeclaredType> types = base(header);
      check_targets(first, second, header);
      for (const auto& [name, type] : second.declared_types(header)) {
        other_types |= types.emplace(name, type).first->second.type != type.type;
      }
      for (const std::string& name : keep_) {
        types.emplace(header[column_index(header, name)], DeclaredType{ColumnType::kText, false});
      }
      return types;
    };
    const Table table = read_csv(input_, csv, context);
    Rows rows;
    rows.truth = read_truth(table, first);
    rows.numbers = rows_with_target(rows.truth);
    if (rows.truth.missing > 0) context.warn(count_of(rows.truth.missing, "row") + " without a true answer left out");
    if (rows.numbers.empty()) throw_data("no row has a true answer to compare with");
    const std::uint64_t missing = rows.truth.missing;
    rows.truth = select_target(rows.truth, rows.numbers);
    rows.truth.missing = missing;
    rows.table = table.select_rows(rows.numbers);
    rows.weights = read_weights(rows.table, weight_);
    rows.first = predict(first, rows.table, context);
    const bool again = other_types || first.parts().na != second.parts().na;
    rows.second =
        again ? predict(second, read_again(second, rows.numbers), context) : predict(second, rows.table, context);
    reorder_classes(rows.second, second, first);
    return rows;
  }

  static void check_targets(const Pipeline& first, const Pipeline& second, const std::vector<std::string>& header) {
    const auto a = first.find_target(header), b = second.find_target(header);
    if (a && b && *a != *b) {
      throw_usage("the models predict different columns: \"" + header[*a] + "\" and \"" + header[*b] + "\"",
                  "compare models for the same target");
    }
  }

  Table read_again(const Pipeline& second, const std::vector<std::uint32_t>& rows) const {
    if (input_ == "-") {
      throw_usage("the two models read a column as different types, and standard input can be read once only",
                  "name a file");
    }
    CsvReadOptions csv = reading_for_model(second, table_in_, {});
    csv.only_types_for = true;
    csv.rejects_path.clear();
    Context quiet;
    return read_csv(input_, csv, quiet).select_rows(rows);
  }

  static Predictions predict(const Pipeline& pipeline, const Table& table, Context& context) {
    TransformCounts counts;
    Predictions out = pipeline.predict(table, context, &counts);
    warn_about_unknown(pipeline, counts, context);
    return out;
  }

  std::vector<std::string> metric_names(std::size_t classes) const {
    if (!metrics_.empty()) return metrics_;
    if (test_ == "mcnemar") return {"accuracy"};
    if (test_ == "delong") return {"roc_auc"};
    const std::string main = classes == 0 ? "rmse" : classes == 2 ? "roc_auc" : "accuracy";
    std::vector<std::string> names = {main};
    for (const std::string& name : default_metrics(classes)) {
      if (name != main) names.push_back(name);
    }
    return names;
  }

  ModelsCompared compare_rows(const Rows& rows, const Pipeline& first, Session& session) {
    paired_.test = test_ == "mcnemar"     ? PairedTest::kMcNemar
                   : test_ == "delong"    ? PairedTest::kDeLong
                   : test_ == "bootstrap" ? PairedTest::kBootstrap
                                          : PairedTest::kAuto;
    paired_.seed = session.seed();
    const auto n = static_cast<std::int64_t>(rows.first.rows);
    paired_.resamples = resamples_.value_or(
        std::clamp(kMostResampledRows / std::max<std::int64_t>(n, 1), kLeastResamples, std::int64_t{1000}));
    ModelsCompared result;
    result.task = first.task();
    result.rows = rows.first.rows;
    result.rows_without_target = rows.truth.missing;
    result.weighted = !rows.weights.empty();
    result.confidence = paired_.confidence;
    result.metrics = compare_metrics(scored_rows(rows.first, rows.truth, rows.weights),
                                     scored_rows(rows.second, rows.truth, rows.weights),
                                     metric_names(rows.first.classes), paired_, session.context());
    if (rows.first.classes > 0) {
      result.agreement = count_agreement(rows.truth.labels, rows.first.labels, rows.second.labels);
    }
    for (std::size_t row = 0; row < rows.first.rows; ++row) {
      if (answers_differ(rows.first, rows.second, row)) ++result.other_answers;
    }
    return result;
  }

  void write_flips(const Rows& rows, const Pipeline& first) const {
    const bool classes = first.is_classification();
    std::vector<std::size_t> kept;
    std::string text = "row";
    for (const std::string& name : keep_) {
      kept.push_back(rows.table.schema().index_of(name));
      text += ',';
      append_csv_field(text, rows.table.column(kept.back()).name);
    }
    text += classes ? ",target,first,second,first_confidence,second_confidence,change\n" : ",target,first,second\n";
    OutputFile out(output_);
    for (std::size_t row = 0; row < rows.first.rows; ++row) {
      const bool flips = classes ? rows.first.labels[row] != rows.second.labels[row]
                                 : rows.first.values[row] != rows.second.values[row];
      if (!flips) continue;
      text += std::to_string(rows.numbers[row] + std::uint64_t{1});
      for (const std::size_t column : kept) {
        text += ',';
        append_csv_cell(text, rows.table.column(column), row);
      }
      classes ? append_classes(text, rows, first, row) : append_numbers(text, rows, row);
      text += '\n';
      out.write(text);
      text.clear();
    }
    out.write(text);
    out.commit();
  }

  static void append_classes(std::string& text, const Rows& rows, const Pipeline& first, std::size_t row) {
    const auto a = static_cast<std::size_t>(rows.first.labels[row]);
    const auto b = static_cast<std::size_t>(rows.second.labels[row]);
    const std::size_t truth = rows.truth.labels[row];
    for (const std::size_t label : {truth, a, b}) {
      text += ',';
      append_csv_field(text, first.classes()[label]);
    }
    text += ',' + format_number(rows.first.probabilities_of(row)[a]);
    text += ',' + format_number(rows.second.probabilities_of(row)[b]);
    text += b == truth ? ",mended" : a == truth ? ",broken" : ",wrong either way";
  }

  static void append_numbers(std::string& text, const Rows& rows, std::size_t row) {
    for (const double value : {rows.truth.numbers[row], rows.first.values[row], rows.second.values[row]}) {
      if (!std::isfinite(value)) throw_data("a prediction is beyond the range of a double");
      text += ',' + format_number(value);
    }
  }

  std::string summary_of(const ModelsCompared& result) const {
    const std::string& metric = result.metrics.front().name;
    std::string out = "compare: ";
    switch (result.metrics.front().verdict) {
      case PairedVerdict::kSame: out += "the same " + metric; break;
      case PairedVerdict::kBetter: out += "the second is better in " + metric; break;
      case PairedVerdict::kWorse: out += "the second is worse in " + metric; break;
      case PairedVerdict::kUndecided: out += "neither is better beyond chance in " + metric; break;
      case PairedVerdict::kUndefined: out += metric + " is not defined on these rows"; break;
    }
    if (result.agreement) out += "; flips: " + count_of(result.agreement->flips(), "row");
    if (!output_.empty()) return out + "; wrote " + output_;
    return out + (result.other_answers > 0 ? "; -o FILE lists the rows" : "");
  }

  std::string first_;
  std::string second_;
  std::string input_;
  std::vector<std::string> metrics_;
  std::string test_ = "auto";
  std::optional<std::int64_t> resamples_;
  PairedOptions paired_;
  std::string weight_;
  bool fail_if_worse_ = false;
  std::string output_;
  std::vector<std::string> keep_;
  std::string report_;
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_compare() { return std::make_unique<Compare>(); }

}  // namespace mlkit::app
