// reduce: rows in fewer columns, the principal components.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "command.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/fit_pca.h"
#include "mlkit/workflow/unsupervised.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kComponentsShown = 10;
constexpr std::size_t kLoadingsShown = 3;
// One column with more of the unscaled variance than this decides the first component alone.
constexpr double kDominates = 0.9;

class Reduce : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  static void warn_about_scale(const UnsupervisedRows& rows, const PcaFit& fit, Context& context);
  void write_rows(const Predictions& coordinates, const Context& context) const;
  void write_loadings(const PcaModel& model, const std::vector<std::string>& features) const;
  void write_model(const Table& table, const UnsupervisedRows& rows, std::shared_ptr<const Model> model,
                   const FitReport& report, Context& context) const;
  Json to_json(const PcaModel& model, const PcaFit& fit, const UnsupervisedRows& rows, std::size_t count) const;
  static std::string to_text(const PcaModel& model, const UnsupervisedRows& rows);

  std::string input_;
  std::string output_;
  UnsupervisedOptions rows_;
  std::optional<double> components_;
  bool whiten_ = false;
  std::string loadings_;
  std::string model_out_;
  TableInOptions table_in_;
};

void Reduce::declare(FieldList& arguments, FieldList& options) {
  arguments.add("input", input_,
                {.help = "rows to reduce (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
  options.add("output", output_,
              {.help = "where the components of every row go (standard output)",
               .value_name = "OUT",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  options.add("components", components_,
              {.help = "how many, or below 1: as few as explain this share of the variance (all)",
               .value_name = "N|SHARE",
               .range = {.min = 0, .max = 1e9, .min_open = true}});
  options.add("whiten", whiten_, {.help = "divide each component by its standard deviation"});
  options.add("loadings", loadings_,
              {.help = "writes the components: one row each, one column per feature, and the variance",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  options.add(
      "features", rows_.features,
      {.help = "only these columns, also if they hold words (one-hot) or look like identifiers", .value_name = "COLS"});
  options.add("exclude", rows_.exclude, {.help = "leave these columns out", .value_name = "COLS"});
  options.add("model_out", model_out_,
              {.help = "saves the reduction as a model for predict", .value_name = "FILE", .file = FileUse::kWrites});
  options.add_struct(rows_.preprocess);
  table_in_.declare(options);
}

// Unscaled columns in different units: the one with the largest numbers is the first component.
void Reduce::warn_about_scale(const UnsupervisedRows& rows, const PcaFit& fit, Context& context) {
  if (rows.preprocess.scaled() || rows.x.cols < 2) return;
  const std::span<const double> first = fit.model->component(0);
  const auto largest = std::max_element(first.begin(), first.end(), [](double a, double b) { return a * a < b * b; });
  const double share = fit.all_variances[0] / fit.total_variance * *largest * *largest;
  if (share <= kDominates) return;
  const std::string& name = rows.preprocess.feature_names()[static_cast<std::size_t>(largest - first.begin())];
  context.warn(
      fmt::format("\"{}\" alone has about {:.0f} % of the variance of these unscaled columns, by its unit: "
                  "leave out --scale none unless all are in one unit",
                  name, 100 * share));
}

void Reduce::write_rows(const Predictions& coordinates, const Context& context) const {
  OutputFile out(output_.empty() ? "-" : output_);
  std::string header;
  for (std::size_t c = 1; c <= coordinates.components; ++c) header += (c == 1 ? "pc" : ",pc") + std::to_string(c);
  out.write(header + "\n");
  std::size_t next = 0;
  ordered_stream<std::size_t, std::string>(
      context,
      [&]() -> std::optional<std::size_t> {
        if (next >= coordinates.rows) return std::nullopt;
        const std::size_t begin = next;
        next += kRowBlock;
        return begin;
      },
      [&](std::size_t begin) {
        std::string lines;
        char text[kMaxNumberText];
        for (std::size_t i = begin; i < std::min(begin + kRowBlock, coordinates.rows); ++i) {
          for (std::size_t c = 0; c < coordinates.components; ++c) {
            if (c > 0) lines += ',';
            lines.append(text, format_number(coordinates.values[i * coordinates.components + c], text));
          }
          lines += '\n';
        }
        return lines;
      },
      [&](const std::string& lines) { out.write(lines); });
  out.commit();
}

void Reduce::write_loadings(const PcaModel& model, const std::vector<std::string>& features) const {
  OutputFile out(loadings_);
  std::string text = "component,variance,variance_ratio";
  for (const std::string& feature : features) {
    text += ',';
    append_csv_field(text, feature);
  }
  text += '\n';
  for (std::size_t c = 0; c < model.outputs(); ++c) {
    text += "pc" + std::to_string(c + 1) + "," + format_number(model.parts().variance[c]) + "," +
            format_number(model.parts().variance_ratio[c]);
    for (const double value : model.component(c)) text += "," + format_number(value);
    text += '\n';
  }
  out.write(text);
  out.commit();
}

void Reduce::write_model(const Table& table, const UnsupervisedRows& rows, std::shared_ptr<const Model> model,
                         const FitReport& report, Context& context) const {
  TrainingRecord record;
  record.solver = report.solver;
  record.objective = report.objective;
  record.iterations = report.iterations;
  record.converged = report.converged;
  record.options = {{"components", components_ ? format_number(*components_) : "all"},
                    {"whiten", whiten_ ? "true" : "false"}};
  write_model_file(seal_unsupervised(table, rows, std::move(model), std::move(record), rows_, context), model_out_);
}

Json Reduce::to_json(const PcaModel& model, const PcaFit& fit, const UnsupervisedRows& rows, std::size_t count) const {
  Json out;
  out["rows"] = count;
  out["features"] = rows.preprocess.feature_names();
  out["components"] = model.outputs();
  out["explained_variance"] = model.parts().variance;
  out["explained_variance_ratio"] = model.parts().variance_ratio;
  out["total_variance"] = fit.total_variance;
  out["whiten"] = whiten_;
  out["scale"] = rows_.preprocess.scale;
  out["mean"] = model.parts().mean;
  out["loadings"] = Json::array();
  for (std::size_t c = 0; c < model.outputs(); ++c) {
    const std::span<const double> component = model.component(c);
    out["loadings"].push_back(std::vector<double>(component.begin(), component.end()));
  }
  return out;
}

std::string loadings_text(std::span<const double> component, const std::vector<std::string>& features) {
  std::vector<std::size_t> order(component.size());
  for (std::size_t j = 0; j < order.size(); ++j) order[j] = j;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::abs(component[a]) > std::abs(component[b]); });
  std::string out;
  for (std::size_t i = 0; i < std::min(kLoadingsShown, order.size()); ++i) {
    std::string name = escape_controls(features[order[i]]);
    if (name.size() > 16) name = name.substr(0, 14) + "..";
    out += fmt::format("{}{} {:+.2f}", i == 0 ? "" : ", ", name, component[order[i]]);
  }
  return out;
}

std::string Reduce::to_text(const PcaModel& model, const UnsupervisedRows& rows) {
  const std::vector<double>& ratio = model.parts().variance_ratio;
  double kept = 0;
  for (const double share : ratio) kept += share;
  std::string out = fmt::format("{} of {}: {:.1f} % of the variance\n", count_of(model.outputs(), "component"),
                                count_of(rows.x.cols, "feature"), 100 * kept);
  double share = 0;
  for (std::size_t c = 0; c < std::min(kComponentsShown, model.outputs()); ++c) {
    share += ratio[c];
    out += fmt::format("  pc{:<3} {:>5.1f} % {:>6.1f} %  {}\n", c + 1, 100 * ratio[c], 100 * share,
                       loadings_text(model.component(c), rows.preprocess.feature_names()));
  }
  if (model.outputs() > kComponentsShown) out += fmt::format("  .. (--loadings FILE has all)\n");
  return out;
}

int Reduce::run(Session& session) {
  for (const std::string* output : {&output_, &model_out_, &loadings_}) {
    if (output == &output_ || !output->empty()) session.require_output_beside_json(*output);
  }
  validate_preprocess_options(rows_.preprocess);
  if (components_ && *components_ > 1 && *components_ != std::floor(*components_)) {
    throw_usage("--components " + format_number(*components_) + " is neither a whole number nor a share below 1");
  }
  rows_.seed = session.seed();
  const Table table = read_csv(input_, table_in_.to_csv_options(), session.context());
  UnsupervisedRows rows;
  PcaFit fit;
  name_file(input_, [&] {
    rows = prepare_unsupervised(table, rows_, session.context());
    fit = fit_pca(rows.x, {components_.value_or(0), whiten_}, session.context());
  });
  if (!fit.report.converged) session.context().warn(fit.report.message);
  warn_about_scale(rows, fit, session.context());
  const std::shared_ptr<const PcaModel> model = std::move(fit.model);
  const Matrix matrix = std::move(rows.x);
  rows.x.rows = table.rows();
  rows.x.cols = model->inputs();
  write_rows(predict_rows(*model, MatrixView(matrix), session.context()), session.context());
  if (!loadings_.empty()) write_loadings(*model, rows.preprocess.feature_names());
  if (!model_out_.empty()) write_model(table, rows, model, fit.report, session.context());

  const bool to_file = !output_.empty() && !is_standard_output(output_);
  if (session.json()) {
    session.result("reduce", to_json(*model, fit, rows, table.rows()));
  } else if (!session.quiet() && to_file) {
    session.print(to_text(*model, rows));
  }
  session.summary(count_of(table.rows(), "row") + " in " + count_of(model->outputs(), "component") +
                  (to_file ? ", wrote " + output_ : "") +
                  (model_out_.empty() ? "; next: --model-out FILE saves the reduction for mlkit predict"
                                      : "; next: mlkit predict " + model_out_ + " NEW.csv"));
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_reduce() { return std::make_unique<Reduce>(); }

}  // namespace mlkit::app
