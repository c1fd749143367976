#include "mlkit/workflow/cross_validate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/data/summary.h"
#include "mlkit/parallel/blocks.h"
#include "score_statistics.h"

namespace mlkit {
namespace {

// What one model came to in one fold.
struct FoldOutcome {
  std::vector<MetricValue> scores;
  Predictions predictions;
  std::vector<std::string> warnings;
  bool converged = true;
  std::string message;
};

// The dummy's answers: the same to every row.
Predictions answer_alike(const Model& dummy, std::size_t rows) {
  std::vector<double> answer(dummy.outputs());
  dummy.predict_row(std::vector<double>(dummy.inputs()), answer);
  Predictions out;
  out.task = dummy.task();
  out.rows = rows;
  const bool classes = out.task != Task::kRegression;
  if (classes) out.classes = answer.size();
  std::vector<double>& values = classes ? out.probabilities : out.values;
  for (std::size_t row = 0; row < rows; ++row) values.insert(values.end(), answer.begin(), answer.end());
  if (classes) decide_labels(out, 0.5);
  return out;
}

// Everything that the folds of one call share.
struct Run {
  const Table& table;
  const Target& target;
  const std::vector<CvModel>& models;
  const FoldPlan& plan;
  const CvOptions& options;
  bool add_dummy = false;

  bool keep() const { return options.keep_predictions || plan.pooled; }
  std::size_t names() const { return models.size() + (add_dummy ? 1 : 0); }
};

void score(const Run& run, const Target& truth, const Table& test, const TrainOptions& options, Predictions answers,
           FoldOutcome& out, const Context& context) {
  if (!run.plan.pooled) {
    MetricOptions metrics;
    metrics.intervals = false;
    out.scores =
        score_predictions(answers, truth, read_weights(test, options.weight), run.options.metrics, metrics, context);
  }
  if (run.keep()) out.predictions = std::move(answers);
}

[[noreturn]] void rethrow_named(const Error& error, const Run& run, std::size_t fold, const std::string& model) {
  if (error.code() != ErrorCode::kData) throw error;
  throw Error(error.code(),
              "fold " + std::to_string(fold + 1) + " of " + std::to_string(run.plan.folds) +
                  (run.models.size() > 1 ? " (" + model + ")" : "") + ": " + error.message(),
              error.place());
}

// All models on one fold; one outcome per name.
std::vector<FoldOutcome> run_fold(const Run& run, std::size_t index, const Context& settings, Progress* progress) {
  const std::size_t fold = index % run.plan.folds;
  const FoldRows rows = rows_of_fold(run.plan, run.target, index / run.plan.folds, fold);
  Table train = run.table.select_rows(rows.train);
  const Table test = run.table.select_rows(rows.test);
  const Target learned = select_target(run.target, rows.train);
  const Target truth = select_target(run.target, rows.test);
  std::vector<FoldOutcome> out(run.names());
  for (std::size_t m = 0; m < run.models.size(); ++m) {
    const TrainOptions& options = run.models[m].options_in(index);
    Context quiet(settings.threads());
    quiet.stop = settings.stop;
    try {
      const bool last = m + 1 == run.models.size();
      TrainedPipeline trained = last ? train_pipeline(std::move(train), learned, options, quiet)
                                     : train_pipeline(train, learned, options, quiet);
      score(run, truth, test, options, trained.pipeline.predict(test, quiet), out[m], quiet);
      out[m].warnings = std::move(trained.warnings);
      out[m].converged = trained.report.converged;
      out[m].message = std::move(trained.report.message);
      if (m == 0 && run.add_dummy) {
        score(run, truth, test, options, answer_alike(*trained.dummy, test.rows()), out.back(), quiet);
      }
    } catch (const Error& error) {
      rethrow_named(error, run, fold, run.models[m].name);
    }
    if (progress != nullptr) progress->advance(1);
  }
  return out;
}

// Folds of a small table side by side, each by one thread; of a large one in turn, its rows by all threads, so that
// one fold's rows are held at a time. Either way the same numbers.
std::vector<std::vector<FoldOutcome>> run_folds(const Run& run, const Context& context) {
  constexpr std::size_t kSmallTable = std::size_t{1} << 21;  // cells: 16 MiB of numbers
  std::vector<std::vector<FoldOutcome>> out(run.plan.fits());
  if (context.progress != nullptr) context.progress->begin("cross-validating", out.size() * run.models.size());
  const bool side_by_side = run.table.rows() * run.table.column_count() <= kSmallTable;
  Context turns(side_by_side ? context.threads() : 1);
  turns.stop = context.stop;
  Context inner(side_by_side ? 1 : context.threads());
  inner.stop = context.stop;
  for_blocks(turns, out.size(), 1, [&](std::size_t index, std::size_t, std::size_t) {
    out[index] = run_fold(run, index, inner, context.progress);
  });
  if (context.progress != nullptr) context.progress->end();
  return out;
}

// The answers of the folds of one repeat, in the order of the rows.
OutOfFold gather(const Run& run, const std::vector<std::vector<FoldOutcome>>& folds, std::size_t name,
                 std::size_t repeat) {
  std::vector<std::uint32_t> place(run.table.rows(), kNoLevel);  // of a row among those of its fold
  OutOfFold out;
  const std::vector<std::uint32_t>& fold_of = run.plan.fold_of_row[repeat];
  const std::uint32_t first = run.plan.expanding ? 1 : 0;
  std::vector<std::uint32_t> seen(run.plan.folds);
  for (const std::uint32_t row : rows_with_target(run.target)) {
    if (fold_of[row] < first) continue;
    const std::uint32_t fold = fold_of[row] - first;
    place[out.rows.size()] = seen[fold]++;
    out.rows.push_back(row);
    out.folds.push_back(fold);
  }
  const auto answers_of = [&](std::uint32_t fold) -> const Predictions& {
    return folds[repeat * run.plan.folds + fold][name].predictions;
  };
  Predictions& all = out.predictions;
  all.task = answers_of(0).task;
  all.classes = answers_of(0).classes;
  all.rows = out.rows.size();
  for (std::size_t i = 0; i < all.rows; ++i) {
    const Predictions& part = answers_of(out.folds[i]);
    if (all.classes == 0) {
      all.values.push_back(part.values[place[i]]);
      continue;
    }
    all.labels.push_back(part.labels[place[i]]);
    if (part.probabilities.empty()) continue;
    const std::span<const double> row = part.probabilities_of(place[i]);
    all.probabilities.insert(all.probabilities.end(), row.begin(), row.end());
  }
  return out;
}

// Means over other folds than the rest's must not pass for the same thing. `model` is empty where it is alone.
void warn_about_undefined(const std::string& model, const CrossValidated& score, std::size_t folds, Context& context) {
  constexpr std::size_t kShown = 8;
  if (score.places.size() == folds) return;
  const std::string what = "cross-validation: " + (model.empty() ? "" : model + ": ") + score.metric;
  if (score.places.empty()) {
    context.warn(what + " is not defined in any fold and left out");
    return;
  }
  std::string names;
  std::size_t undefined = 0;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    if (std::binary_search(score.places.begin(), score.places.end(), fold)) continue;
    if (++undefined <= kShown) names += (names.empty() ? "" : ", ") + std::to_string(fold + 1);
  }
  if (undefined > kShown) names += ", ..";
  context.warn(what + " is not defined in " + std::to_string(undefined) + " of " + std::to_string(folds) + " folds (" +
               names + "); " +
               (model.empty() ? "its mean is of the others" : "so it has no mean to hold against other models'"));
}

std::vector<CrossValidated> over_folds(const Run& run, const std::vector<std::vector<FoldOutcome>>& folds,
                                       std::size_t name, const std::string& shown_name, Context& context) {
  std::vector<CrossValidated> out;
  for (const MetricValue& metric : folds.front()[name].scores) out.push_back({.metric = metric.name});
  for (std::size_t index = 0; index < folds.size(); ++index) {
    const std::vector<MetricValue>& scores = folds[index][name].scores;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (!scores[i].value || !std::isfinite(*scores[i].value)) continue;
      out[i].folds.push_back(*scores[i].value);
      out[i].places.push_back(index);
    }
  }
  const double share = internal::test_share(run.plan, run.target);
  for (CrossValidated& score : out) {
    score.undefined = folds.size() - score.folds.size();
    warn_about_undefined(shown_name, score, folds.size(), context);
    const Moments moments = compute_moments(score.folds, context);
    score.mean = moments.mean;
    if (score.folds.size() < 2) continue;
    score.sd = moments.sd_n_minus_1();
    score.interval = internal::corrected_interval(score.mean, *score.sd, score.folds.size(), share);
    internal::cut_off(score.metric, *score.interval);
  }
  std::erase_if(out, [](const CrossValidated& score) { return score.folds.empty(); });
  return out;
}

// Leave-one-out: one score over the answers to all rows.
std::vector<CrossValidated> over_rows(const Run& run, const OutOfFold& answers, const TrainOptions& options,
                                      const std::string& name, Context& context) {
  std::vector<CrossValidated> out;
  const std::vector<double> weights = read_weights(run.table.select_rows(answers.rows), options.weight);
  MetricOptions metrics;
  metrics.seed = options.seed;
  for (const MetricValue& metric : score_predictions(answers.predictions, select_target(run.target, answers.rows),
                                                     weights, run.options.metrics, metrics, context)) {
    if (!metric.value || !std::isfinite(*metric.value)) {
      context.warn("cross-validation: " + name + ": " + metric.name + " is not defined: " + metric.note);
      continue;
    }
    out.push_back({.metric = metric.name, .mean = *metric.value, .interval = metric.interval});
  }
  return out;
}

// Fits that did not converge, and what every fold's fit says in the same words.
void warn_about_fits(const std::vector<std::vector<FoldOutcome>>& folds, std::size_t m, ModelScores& scores,
                     Context& context) {
  std::map<std::string, std::size_t> said;
  std::string message;
  for (const std::vector<FoldOutcome>& fold : folds) {
    for (const std::string& warning : fold[m].warnings) ++said[warning];
    if (fold[m].converged) continue;
    ++scores.not_converged;
    if (message.empty()) message = fold[m].message;
  }
  if (scores.not_converged > 0) {
    context.warn(scores.name + ": " + std::to_string(scores.not_converged) + " of " + std::to_string(folds.size()) +
                 " fits did not converge" + (message.empty() ? "" : ": " + message));
  }
  for (const std::string& warning : folds.front()[m].warnings) {
    if (said[warning] < folds.size() || warning == message) continue;
    context.warn("in every fold: " + warning);
    said[warning] = 0;
  }
}

std::vector<CrossValidated> default_scores(const Table& table, const Target& target, const TrainOptions& options,
                                           const FoldPlan& plan, Context& context) {
  const std::vector<CvModel> models = {{"", options}};
  const CvOptions defaults;
  const Run run{table, target, models, plan, defaults};
  const std::vector<std::vector<FoldOutcome>> folds = run_folds(run, context);
  return over_folds(run, folds, 0, "", context);
}

}  // namespace

const CrossValidated* ModelScores::find(const std::string& metric) const {
  for (const CrossValidated& score : scores) {
    if (score.metric == metric) return &score;
  }
  return nullptr;
}

OutOfFold predict_out_of_fold(const Table& table, const Target& target, const TrainOptions& options,
                              const FoldPlan& plan, Context& context, std::size_t repeat) {
  FoldPlan one = plan;
  one.fold_of_row = {plan.fold_of_row[repeat]};
  one.pooled = true;  // answers, no scores
  const std::vector<CvModel> models = {{"", options}};
  const CvOptions defaults;
  const Run run{table, target, models, one, defaults};
  return gather(run, run_folds(run, context), 0, 0);
}

std::vector<ModelScores> cross_validate_models(const Table& table, const Target& target,
                                               const std::vector<CvModel>& models, const FoldPlan& plan,
                                               const CvOptions& options, Context& context) {
  Run run{table, target, models, plan, options};
  run.add_dummy = options.add_dummy &&
                  std::none_of(models.begin(), models.end(), [](const CvModel& m) { return m.name == "dummy"; });
  std::vector<std::vector<FoldOutcome>> folds = run_folds(run, context);
  std::vector<ModelScores> out(run.names());
  for (std::size_t name = 0; name < out.size(); ++name) {
    const bool is_added = name == models.size();
    const TrainOptions& its_options = models[is_added ? 0 : name].options;
    out[name].name = is_added ? "dummy" : models[name].name;
    for (std::size_t repeat = 0; run.keep() && repeat < plan.repeats(); ++repeat) {
      out[name].out_of_fold.push_back(gather(run, folds, name, repeat));
    }
    out[name].scores = plan.pooled ? over_rows(run, out[name].out_of_fold[0], its_options, out[name].name, context)
                                   : over_folds(run, folds, name, out[name].name, context);
    if (!is_added) warn_about_fits(folds, name, out[name], context);
  }
  return out;
}

std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context) {
  return default_scores(table, target, options, draw_folds(target, table.rows(), folds, 1, options.seed, context),
                        context);
}

std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::span<const std::uint32_t> fold_of_row, Context& context) {
  return default_scores(table, target, options, given_folds(target, {fold_of_row.begin(), fold_of_row.end()}), context);
}

}  // namespace mlkit
