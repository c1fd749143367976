// explain: why a model answers as it does, on the raw columns: over all rows, and row by row.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "command.h"
#include "explain_report.h"
#include "model_report.h"
#include "model_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

class Explain : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train", .value_name = "MODEL", .file = FileUse::kReads});
    arguments.add("input", input_,
                  {.help = "rows to explain (CSV, - is standard input); without, what the model file itself knows",
                   .value_name = "IN",
                   .file = FileUse::kReads});
    options.add("row", row_numbers_,
                {.help = "explain these rows of IN one by one (data rows count from 1)", .value_name = "LIST"});
    options.add("top", top_, {.help = "columns shown", .value_name = "N", .range = between(1, 1000000)});
    options.add("method", method_,
                {.help = "coefficients: from the model file alone; contributions: what columns add to the scores of "
                         "IN; permutation: what the metric loses when a column is shuffled (any model; IN needs "
                         "the target). auto: contributions with IN, else coefficients; permutation where the model "
                         "is not linear",
                 .choices = {"auto", "coefficients", "contributions", "permutation"}});
    options.add(
        "metric", permutation_.metric,
        {.help = "of permutation (roc_auc of two classes, accuracy of more, r2 of numbers)", .value_name = "NAME"});
    options.add("repeats", permutation_.repeats,
                {.help = "permutations of each column", .value_name = "N", .range = between(1, 10000)});
    options.add("weight", weight_,
                {.help = "column with the weight of each row, for permutation", .value_name = "COL"});
    options.add("output", output_,
                {.help = "all columns and their importance as CSV",
                 .value_name = "FILE",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
    options.add("report", report_,
                {.help = "the result as one HTML page", .value_name = "FILE", .file = FileUse::kWrites});
    table_in_.declare(options);
  }

  int run(Session& session) override {
    for (const std::string* output : {&output_, &report_}) {
      if (!output->empty()) session.require_output_beside_json(*output);
    }
    const std::vector<std::uint64_t> rows = parse_rows();
    const Pipeline pipeline = read_model_file(model_);
    require_target(pipeline, "explain");
    ModelExplained result;
    result.file = model_;
    result.method = choose_method(pipeline);
    result.kind = pipeline.parts().model->kind();
    result.target = pipeline.parts().target.name;
    result.task = pipeline.task();
    result.classes = pipeline.classes();
    if (result.method == "permutation") {
      name_file(*input_, [&] { permute(pipeline, session, result); });
    } else if (result.method == "contributions") {
      name_file(*input_, [&] { explain_rows(pipeline, rows, session.context(), result); });
    } else {
      explain_coefficients(Explainer(pipeline), result);
    }
    write_outputs(result);
    if (session.json()) {
      session.result("explain", explain_to_json(result));
    } else {
      session.print(
          render_report_text(explain_report(result, static_cast<std::size_t>(top_)), {.color = session.color()}));
    }
    session.summary(summary_of(result));
    return 0;
  }

 private:
  std::vector<std::uint64_t> parse_rows() const {
    std::vector<std::uint64_t> out;
    for (const std::string& word : row_numbers_) {
      std::uint64_t number = 0;
      const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), number);
      if (problem != std::errc() || end != word.data() + word.size() || number == 0) {
        throw_usage("--row: \"" + word + "\" is not the number of a row", "data rows count from 1");
      }
      out.push_back(number);
    }
    if (!out.empty() && !input_) throw_usage("--row names rows of IN", "give the table as well");
    if (!out.empty() && (method_ == "permutation" || method_ == "coefficients")) {
      throw_usage("--row is explained by contributions", "--method contributions");
    }
    return out;
  }

  std::string choose_method(const Pipeline& pipeline) const {
    if (method_ == "auto") {
      if (Explainer::can_explain(pipeline)) return input_ ? "contributions" : "coefficients";
      if (!input_ || !row_numbers_.empty()) Explainer{pipeline};  // throws, and says what to do
      return "permutation";
    }
    if (method_ != "coefficients" && !input_) throw_usage("--method " + method_ + " needs rows", "give IN as well");
    if (method_ == "coefficients" && input_) {
      throw_usage("--method coefficients takes no rows: it tells what the model file knows",
                  "leave IN out, or --method contributions");
    }
    return method_;
  }

  static void explain_coefficients(const Explainer& explainer, ModelExplained& result) {
    result.lines.resize(explainer.columns().size());
    const auto scores = static_cast<double>(explainer.scores());
    for (std::size_t s = 0; s < explainer.scores(); ++s) {
      result.bases.push_back(explainer.base(s));
      const std::vector<SealedImportance> sealed = explainer.sealed_importance(s);
      for (std::size_t c = 0; c < sealed.size(); ++c) {
        ImportanceLine& line = result.lines[c];
        line.column = explainer.columns()[c].name;
        line.exact = sealed[c].exact;
        if (s == 0) line.importance = 0;
        if (!sealed[c].sd) line.importance.reset();
        if (line.importance) *line.importance += *sealed[c].sd / scores;
        line.effects.push_back(sealed[c].effects);
      }
    }
    sort_by_importance(result.lines);
  }

  void explain_rows(const Pipeline& pipeline, const std::vector<std::uint64_t>& rows, Context& context,
                    ModelExplained& result) const {
    const Explainer explainer(pipeline);
    CsvReadOptions csv = table_in_.to_csv_options(pipeline.parts().na);
    csv.only_types_for = true;
    csv.types_for = [&](const std::vector<std::string>& header) { return pipeline.input_types(header); };
    const Table table = read_csv(*input_, csv, context);
    if (table.rows() == 0) throw_data("there are no rows to explain");
    for (const std::uint64_t row : rows) {
      if (row > table.rows()) {
        throw_data("there is no row " + std::to_string(row) + ": the table has " + count_of(table.rows(), "row"));
      }
    }
    TransformCounts counts;
    const Matrix matrix = pipeline.features(table, context, &counts);
    warn_about_unknown(pipeline, counts, context);
    const MatrixView features(matrix);
    const ContributionSummary summary = summarize_contributions(explainer, features, context);
    result.rows = summary.rows;
    result.max_error = summary.max_error;
    for (std::size_t s = 0; s < explainer.scores(); ++s) result.bases.push_back(explainer.base(s));
    for (std::size_t c = 0; c < explainer.columns().size(); ++c) {
      result.lines.push_back({explainer.columns()[c].name, summary.mean_absolute[c], {}, true, {}});
    }
    sort_by_importance(result.lines);
    const Predictions predictions = pipeline.predict_matrix(features, context);
    for (const std::uint64_t row : rows) {
      result.row_reasons.push_back(reasons_of(pipeline, explainer, table, features, predictions, row - 1));
    }
  }

  static RowReasons reasons_of(const Pipeline& pipeline, const Explainer& explainer, const Table& table,
                               const MatrixView& features, const Predictions& predictions, std::size_t row) {
    RowReasons out;
    out.row = row + 1;
    std::size_t score = 0;
    if (pipeline.is_classification()) {
      const auto label = static_cast<std::size_t>(predictions.labels[row]);
      score = explainer.score_of_label(predictions.labels[row]);
      out.answer =
          pipeline.classes()[label] + ", with probability " + short_number(predictions.probabilities_of(row)[label]);
      out.towards = pipeline.classes()[explainer.scores() == 1 ? 1 : label];
    } else {
      out.answer = format_number(predictions.values[row]);
    }
    std::vector<double> parts(explainer.columns().size());
    out.base = explainer.base(score);
    out.score = explainer.contributions(features, row, score, parts);
    const std::vector<std::size_t> positions = pipeline.bind(table.schema().names());
    for (const std::size_t c : largest_contributions(parts, parts.size())) {
      const ExplainedColumn& column = explainer.columns()[c];
      const bool single = column.inputs.size() == 1;
      const Column* cell = single ? &table.column(positions[column.inputs[0]]) : nullptr;
      out.parts.push_back({column.name,
                           cell == nullptr         ? ""
                           : cell->is_missing(row) ? "(missing)"
                                                   : cell->cell_text(row),
                           parts[c]});
    }
    return out;
  }

  void permute(const Pipeline& pipeline, Session& session, ModelExplained& result) {
    Context& context = session.context();
    const Table table = read_csv(*input_, reading_for_model(pipeline, table_in_, {weight_}), context);
    const Target truth = read_truth(table, pipeline);
    const std::vector<std::uint32_t> rows = rows_with_target(truth);
    if (truth.missing > 0) context.warn(count_of(truth.missing, "row") + " without a true answer left out");
    if (rows.empty()) throw_data("no row has a true answer to score the model by");
    const Table scored = table.select_rows(rows);
    permutation_.seed = session.seed();
    result.permutation = permutation_importance(pipeline, scored, select_target(truth, rows),
                                                read_weights(scored, weight_), permutation_, context);
    result.rows = scored.rows();
    for (const ColumnLoss& loss : result.permutation->columns) {
      result.lines.push_back({loss.column, loss.mean, loss.sd, true, {}});
    }
    sort_by_importance(result.lines);
  }

  void write_outputs(const ModelExplained& result) const {
    if (!output_.empty()) {
      const bool permuted = result.method == "permutation";
      std::string text = permuted ? "column,importance,sd\n" : "column,importance\n";
      for (const ImportanceLine& line : result.lines) {
        append_csv_field(text, line.column);
        text += ',' + (line.importance ? format_number(*line.importance) : std::string());
        if (permuted) text += ',' + format_number(line.sd.value_or(0));
        text += '\n';
      }
      OutputFile out(output_);
      out.write(text);
      out.commit();
    }
    if (report_.empty()) return;
    OutputFile page(report_);
    page.write(render_report_html(explain_report(result, static_cast<std::size_t>(top_))));
    page.commit();
  }

  std::string summary_of(const ModelExplained& result) const {
    std::string out = "explain: " + count_of(result.lines.size(), "column") + " by " + result.method;
    if (!result.lines.empty()) out += ", first " + escape_controls(result.lines[0].column);
    if (result.method == "coefficients") return out + "; next: mlkit explain " + model_ + " IN.csv --row 1";
    return out + (result.method == "contributions" && row_numbers_.empty() ? "; --row N explains one row" : "");
  }

  std::string model_;
  std::optional<std::string> input_;
  std::vector<std::string> row_numbers_;
  std::int64_t top_ = 10;
  std::string method_ = "auto";
  PermutationOptions permutation_;
  std::string weight_;
  std::string output_;
  std::string report_;
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_explain() { return std::make_unique<Explain>(); }

}  // namespace mlkit::app
