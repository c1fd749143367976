// predict: streams rows through a sealed model, in bounded memory and in their order.
#include <algorithm>
#include <cmath>
#include <mutex>

#include "command.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/pipeline/explain.h"

namespace mlkit::app {
namespace {

// How a block of rows becomes lines of CSV.
class LineFormat {
 public:
  // `explainer` may be null; else each row ends with its `reasons` largest contributions.
  LineFormat(const Pipeline& pipeline, std::vector<std::string> keep, bool probabilities, const Explainer* explainer,
             std::size_t reasons)
      : pipeline_(pipeline), keep_(std::move(keep)), probabilities_(probabilities), explainer_(explainer) {
    if (explainer_ != nullptr) reasons_ = std::min(reasons, explainer_->columns().size());
    for (std::size_t i = 0; i < (explainer_ == nullptr ? 0 : explainer_->columns().size()); ++i) {
      columns_.emplace_back();
      append_csv_field(columns_.back(), explainer_->columns()[i].name);
    }
    for (const std::string& label : pipeline.classes()) {
      labels_.emplace_back();
      append_csv_field(labels_.back(), label);
    }
  }

  std::string header() const {
    const std::vector<std::string> answers = answer_names();
    std::string out;
    for (const std::string& name : keep_) {
      if (std::find(answers.begin(), answers.end(), name) != answers.end()) {
        throw_usage("--keep \"" + name + "\": a column of the output has this name",
                    "rename it in the input, or leave it out");
      }
      append_csv_field(out, name);
      out += ',';
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_field(out, answers[i]);
    }
    return out + "\n";
  }

  // `kept` holds the raw fields of the kept columns, written with `quote` in the input.
  std::string lines(const std::vector<std::vector<std::string_view>>& kept, char quote, const MatrixView& features,
                    const Predictions& predictions) const {
    std::string out;
    out.reserve(predictions.rows * (24 + 20 * (probabilities_ ? predictions.classes : 0) + 36 * reasons_));
    std::vector<double> contributions(columns_.size());
    for (std::size_t row = 0; row < predictions.rows; ++row) {
      for (const std::vector<std::string_view>& fields : kept) {
        append_raw_field(out, fields[row], quote);
        out += ',';
      }
      append_answer(out, predictions, row);
      if (reasons_ > 0) append_reasons(out, features, predictions, row, contributions);
      out += '\n';
    }
    return out;
  }

 private:
  std::vector<std::string> answer_names() const {
    if (pipeline_.task() == Task::kClustering) return {"cluster", "distance"};
    std::vector<std::string> names;
    if (pipeline_.task() == Task::kReduction) {
      for (std::size_t c = 1; c <= pipeline_.parts().model->outputs(); ++c) names.push_back("pc" + std::to_string(c));
      return names;
    }
    names.emplace_back("prediction");
    if (pipeline_.is_classification()) names.emplace_back("confidence");
    if (probabilities_) {
      for (const std::string& label : pipeline_.classes()) names.push_back("probability_" + label);
    }
    for (std::size_t i = 1; i <= reasons_; ++i) {
      names.push_back("reason_" + std::to_string(i));
      names.push_back("contribution_" + std::to_string(i));
    }
    return names;
  }

  // The field as it stands in the input, quoted anew only where its quotes or the delimiter were others.
  static void append_raw_field(std::string& out, std::string_view raw, char quote) {
    if (quote == '"' && raw.starts_with('"')) {
      out += raw;
    } else {
      append_csv_field(out, unquote_csv_field(raw, quote));
    }
  }

  static void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) throw_data("a prediction is beyond the range of a double");
    char text[kMaxNumberText];
    out.append(text, format_number(value, text));
  }

  void append_answer(std::string& out, const Predictions& predictions, std::size_t row) const {
    if (pipeline_.task() == Task::kClustering) {
      out += std::to_string(predictions.labels[row]);
      out += ',';
    }
    if (!pipeline_.is_classification()) {
      const std::size_t width = std::max<std::size_t>(1, predictions.components);
      for (std::size_t c = 0; c < width; ++c) {
        if (c > 0) out += ',';
        append_number(out, predictions.values[row * width + c]);
      }
      return;
    }
    const auto label = static_cast<std::size_t>(predictions.labels[row]);
    const std::span<const double> shares = predictions.probabilities_of(row);
    out += labels_[label];
    out += ',';
    append_number(out, shares[label]);
    if (!probabilities_) return;
    for (const double share : shares) {
      out += ',';
      append_number(out, share);
    }
  }

  void append_reasons(std::string& out, const MatrixView& features, const Predictions& predictions, std::size_t row,
                      std::vector<double>& contributions) const {
    const std::size_t score = predictions.labels.empty() ? 0 : explainer_->score_of_label(predictions.labels[row]);
    explainer_->contributions(features, row, score, contributions);
    for (const std::size_t column : largest_contributions(contributions, reasons_)) {
      out += ',';
      out += columns_[column];
      out += ',';
      append_number(out, contributions[column]);
    }
  }

  const Pipeline& pipeline_;
  std::vector<std::string> keep_;
  bool probabilities_;
  const Explainer* explainer_;
  std::size_t reasons_ = 0;
  std::vector<std::string> columns_;  // of the explainer, as CSV fields
  std::vector<std::string> labels_;   // as CSV fields
};

class Predict : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train", .value_name = "MODEL", .file = FileUse::kReads});
    arguments.add("input", input_,
                  {.help = "rows to predict (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
    options.add("output", output_,
                {.help = "where the predictions go (standard output)",
                 .value_name = "OUT",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
    options.add("proba", proba_, {.help = "also the probability of every class"});
    options.add("keep", keep_, {.help = "columns of the input to copy before the prediction", .value_name = "COLS"});
    options.add("threshold", threshold_,
                {.help = "positive where its probability is at least this, instead of the model's own threshold",
                 .range = between(0, 1)});
    options.add("explain", explain_,
                {.help = "the N columns that moved each answer most, from an average training row, and by how much "
                         "(logistic and linear models)",
                 .value_name = "N",
                 .range = between(1, 1000)});
    options.add("line_buffered", line_buffered_,
                {.help = "answer rows as they come, for pipes that stay open; costs speed on files"});
    table_in_.declare(options);
  }

  void name_outputs() override {
    if (output_.empty()) output_ = "-";  // so that --rejects - is seen to go there, too
  }

  int run(Session& session) override {
    session.require_output_beside_json(output_);
    Pipeline pipeline = read_model_file(model_);
    if (threshold_) {
      if (pipeline.task() != Task::kBinary) throw_usage("--threshold is for models of two classes");
      pipeline = pipeline.with_threshold(*threshold_);
    }
    if (proba_ && !pipeline.is_classification())
      throw_usage("--proba is for models of classes, this one is for " + std::string(task_name(pipeline.task())));
    TransformCounts counts;
    std::uint64_t rows = 0;
    name_file(input_, [&] { rows = stream_rows(session, pipeline, counts); });
    warn_about_unknown(pipeline, counts, session.context());
    if (session.json()) {
      Json unknown = Json::object();
      for (std::size_t i = 0; i < counts.unknown.size(); ++i) {
        if (counts.unknown[i] > 0) unknown[pipeline.parts().preprocess.columns()[i].name] = counts.unknown[i];
      }
      for (std::size_t i = 0; i < counts.derived.size(); ++i) {
        if (counts.derived[i] > 0) unknown[pipeline.parts().recipe->recipe().steps[i].column] = counts.derived[i];
      }
      Json result = {{"rows", rows}, {"unknown_levels", unknown}};
      const Json words = unknown_words_to_json(pipeline, counts);
      if (!words.empty()) result["words"] = words;
      session.result("predict", std::move(result));
    }
    const bool has_truth = pipeline.is_classification() || pipeline.task() == Task::kRegression;
    const std::string words = rows == 0 ? "" : render_unknown_words(pipeline, counts);
    session.summary(count_of(rows, "row") + " predicted" + (words.empty() ? "" : ", " + words) +
                    (output_ == "-" || !has_truth ? "" : "; next: mlkit evaluate " + model_ + " TEST.csv"));
    return 0;
  }

 private:
  // The columns to read: what the model needs, as it needs it. Kept ones are copied, not read.
  CsvReadOptions reading(const Pipeline& pipeline) const {
    CsvReadOptions csv = table_in_.to_csv_options(pipeline.parts().na);
    csv.only_types_for = true;
    csv.as_it_comes = line_buffered_;
    csv.types_for = [&](const std::vector<std::string>& header) { return pipeline.input_types(header); };
    return csv;
  }

  void find_kept(const std::vector<std::string>& header) {
    for (std::string& name : keep_) {
      const std::size_t position = column_index(header, name);
      if (std::find(kept_.begin(), kept_.end(), position) != kept_.end()) {
        throw_usage("--keep names the column \"" + header[position] + "\" twice", "name it once");
      }
      kept_.push_back(position);
      name = header[position];
    }
  }

  std::uint64_t stream_rows(Session& session, const Pipeline& pipeline, TransformCounts& counts) {
    const CsvReadOptions csv = reading(pipeline);
    CsvStream stream(input_, csv, session.context());
    find_kept(stream.header());
    const std::optional<Explainer> explainer = explain_ ? std::optional<Explainer>(pipeline) : std::nullopt;
    const LineFormat format(pipeline, keep_, proba_, explainer ? &*explainer : nullptr,
                            static_cast<std::size_t>(explain_.value_or(0)));
    const std::string header = format.header();
    OutputFile out(output_);
    out.write(header);
    if (line_buffered_) out.flush();
    Context one(1);  // a chunk is one thread's work; the chunks run in parallel
    one.stop = session.context().stop;
    std::mutex mutex;
    std::uint64_t rows = 0;
    ordered_stream<CsvChunk, std::string>(
        session.context(), [&] { return stream.next_chunk(); },
        [&](const CsvChunk& chunk) {
          const Table table = stream.parse(chunk);
          TransformCounts seen;
          const Matrix matrix = pipeline.features(table, one, &seen);
          const MatrixView features(matrix);
          const Predictions predictions = pipeline.predict_matrix(features, one);
          {
            const std::lock_guard lock(mutex);
            counts.add(seen);
            rows += table.rows();
          }
          return format.lines(stream.raw_fields(chunk, kept_), csv.quote, features, predictions);
        },
        [&](const std::string& lines) {
          out.write(lines);
          if (line_buffered_) out.flush();
        });
    out.commit();
    return rows;
  }

  std::string model_;
  std::string input_;
  std::string output_;
  bool proba_ = false;
  std::vector<std::string> keep_;
  std::vector<std::size_t> kept_;  // their positions in the header
  std::optional<double> threshold_;
  std::optional<std::int64_t> explain_;
  bool line_buffered_ = false;
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_predict() { return std::make_unique<Predict>(); }

}  // namespace mlkit::app
