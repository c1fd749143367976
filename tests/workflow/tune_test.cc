#include "mlkit/workflow/tune.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/io/model_file.h"

namespace mlkit {
namespace {

// Two informative columns among `columns`; with `signal` 0 the target is a coin.
Table table_of(std::size_t rows, std::size_t columns, double signal) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::string csv;
  for (std::size_t c = 0; c < columns; ++c) csv += "x" + std::to_string(c) + ",";
  csv += "y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    double z = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = random.normal();
      if (c < 2) z += signal * x;
      csv += std::to_string(x) + ",";
    }
    csv += z + random.normal() > 0 ? "b\n" : "a\n";
  }
  CsvReadOptions options;
  options.types["y"] = {ColumnType::kCategory, false};
  Context context(1);
  return read_csv_bytes(csv, options, context);
}

std::vector<CvModel> penalties(const std::vector<double>& values) {
  std::vector<CvModel> out;
  for (const double C : values) {
    out.push_back({.name = std::to_string(C), .options = {}});
    out.back().options.target = "y";
    out.back().options.logistic.C = C;
  }
  return out;
}

struct Data {
  explicit Data(Table given) : table(std::move(given)) {
    TrainOptions options;
    options.target = "y";
    Context context(1);
    target = read_target(table, options, context);
  }
  Table table;
  Target target;
};

TuneOptions small_search() {
  TuneOptions options;
  options.metric = "log_loss";
  options.folds = 3;
  options.outer_folds = 2;
  return options;
}

double mean_loss(const Table& table, const Target& target, const TrainOptions& options) {
  Context context(1);
  for (const CrossValidated& score : cross_validate(table, target, options, 3, context)) {
    if (score.metric == "log_loss") return score.mean;
  }
  throw std::runtime_error("no log_loss");
}

std::size_t best_by_hand(const Table& table, const Target& target, const std::vector<CvModel>& candidates) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (mean_loss(table, target, candidates[i].options) < mean_loss(table, target, candidates[best].options)) best = i;
  }
  return best;
}

TEST(Tune, FindsWhatTryingAllByHandFindsOnAllRowsAndInEveryOuterFold) {
  const Data data(table_of(120, 6, 0.7));
  const std::vector<CvModel> candidates = penalties({1, 0.001, 0.05, 1000});
  Context context(2);
  const Tuned tuned = tune(data.table, data.target, candidates, small_search(), {}, context);
  EXPECT_EQ(tuned.best, best_by_hand(data.table, data.target, candidates));
  EXPECT_EQ(tuned.ranking.front(), tuned.best);
  ASSERT_EQ(tuned.trials.size(), 4u);
  for (const Trial& trial : tuned.trials) {
    EXPECT_EQ(trial.score, mean_loss(data.table, data.target, candidates[trial.key.candidate].options));
  }
  // The nested score of a fold: the search on its training rows alone, the winner fitted there, its rows scored.
  ASSERT_EQ(tuned.chosen.size(), 2u);
  for (std::size_t fold = 0; fold < 2; ++fold) {
    const FoldRows rows = rows_of_fold(tuned.outer, data.target, 0, fold);
    const Table part = data.table.select_rows(rows.train);
    const Target learned = select_target(data.target, rows.train);
    EXPECT_EQ(tuned.chosen[fold], best_by_hand(part, learned, candidates));
    const TrainedPipeline fitted = train_pipeline(part, learned, candidates[tuned.chosen[fold]].options, context);
    MetricOptions metrics;
    metrics.intervals = false;
    const std::vector<MetricValue> score =
        score_predictions(fitted.pipeline.predict(data.table.select_rows(rows.test), context),
                          select_target(data.target, rows.test), {}, {"log_loss"}, metrics, context);
    EXPECT_EQ(tuned.nested[0].find("log_loss")->folds[fold], *score[0].value);
  }
  EXPECT_EQ(tuned.nested[0].name, "tuned");
  EXPECT_EQ(tuned.nested[1].name, "as given");
  EXPECT_EQ(tuned.nested[2].name, "dummy");
}

TEST(Tune, ARunThatWasStoppedEndsAsOneThatWasNotForAnyNumberOfThreads) {
  const Data data(table_of(700, 4, 0.7));
  const std::vector<CvModel> candidates = penalties({1, 0.001, 0.01, 0.1, 10});
  TuneOptions options = small_search();
  options.halving = true;
  std::map<TrialKey, Trial> journal;
  TuneHooks hooks;
  hooks.finished = [&](const Trial& trial) { journal[trial.key] = trial; };
  Context context(1);
  const Tuned whole = tune(data.table, data.target, candidates, options, hooks, context);
  const std::size_t all = journal.size();
  EXPECT_GT(whole.trials.back().key.rung, 0u);
  EXPECT_EQ(whole.trials.back().rows, 700u);

  std::map<TrialKey, Trial> part;
  for (const auto& [key, trial] : journal) {
    if (key.candidate % 2 == 0) part[key] = trial;
  }
  std::size_t again = 0;
  hooks.known = [&](const TrialKey& key) {
    const auto found = part.find(key);
    return found == part.end() ? std::nullopt : std::optional(found->second);
  };
  hooks.finished = [&](const Trial&) { ++again; };
  Context more(3);
  const Tuned resumed = tune(data.table, data.target, candidates, options, hooks, more);
  EXPECT_EQ(again, all - part.size());
  EXPECT_EQ(resumed.best, whole.best);
  EXPECT_EQ(resumed.ranking, whole.ranking);
  EXPECT_EQ(resumed.chosen, whole.chosen);
  EXPECT_EQ(pipeline_to_bytes(resumed.fitted.pipeline), pipeline_to_bytes(whole.fitted.pipeline));
  for (std::size_t i = 0; i < whole.nested[0].scores.size(); ++i) {
    EXPECT_EQ(resumed.nested[0].scores[i].folds, whole.nested[0].scores[i].folds);
  }
}

// The best of many on rows without signal looks better than a coin; the nested score does not. 120 rows, half of them
// positive: a fold's AUC has a standard error of sqrt((n + 1) / (12 n1 n0)) = 0.075 with 60 rows, the mean of two
// 0.053.
TEST(Tune, WhereThereIsNothingToFindTheNestedScoreSaysSo) {
  const Data data(table_of(120, 30, 0));
  std::vector<CvModel> candidates = penalties({1});
  for (std::size_t c = 0; c < 30; c += 2) {  // any two of the columns
    candidates.push_back(candidates[0]);
    candidates.back().options.features = {"x" + std::to_string(c), "x" + std::to_string(c + 1)};
  }
  TuneOptions options = small_search();
  options.metric = "roc_auc";
  Context context(2);
  const Tuned tuned = tune(data.table, data.target, candidates, options, {}, context);
  double best = 0;
  for (const Trial& trial : tuned.trials) best = std::max(best, *trial.score);
  const double nested = tuned.nested[0].find("roc_auc")->mean;
  EXPECT_GT(best, 0.55);
  EXPECT_NEAR(nested, 0.5, 3 * 0.053);
  EXPECT_GT(best, nested);
}

TEST(Tune, TheNextBestIsTakenForOneThatIsRefused) {
  const Data data(table_of(90, 3, 0.7));
  const std::vector<CvModel> candidates = penalties({1, 0.001, 100});
  TuneOptions options = small_search();
  options.outer_folds = 0;
  Context context(1);
  const std::size_t best = tune(data.table, data.target, candidates, options, {}, context).best;
  std::size_t asked = 0;
  TuneHooks hooks;
  hooks.refuse = [&](const TrainedPipeline&) { return asked++ == 0 ? std::string("too large") : std::string(); };
  const Tuned tuned = tune(data.table, data.target, candidates, options, hooks, context);
  EXPECT_EQ(tuned.ranking[0], best);
  EXPECT_EQ(tuned.best, tuned.ranking[1]);
  ASSERT_EQ(tuned.refused.size(), 1u);
  EXPECT_EQ(tuned.refused[0].second, "too large");
  EXPECT_TRUE(tuned.nested.empty());
  hooks.refuse = [](const TrainedPipeline&) { return std::string("too large"); };
  try {
    tune(data.table, data.target, candidates, options, hooks, context);
    FAIL() << "all were refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFinding);
  }
}

TEST(Tune, TimeThatIsOverLeavesWhatWasScored) {
  const Data data(table_of(90, 3, 0.7));
  double now = 0;
  TuneHooks hooks;
  hooks.clock = [&] { return now += 1; };
  TuneOptions options = small_search();
  options.seconds = 7.5;  // 2.5 a search: it begins at 1, is asked at 2 and 3, and at 4 it is over
  Context context(1);
  const Tuned tuned = tune(data.table, data.target, penalties({1, 0.01, 0.1, 10}), options, hooks, context);
  EXPECT_TRUE(tuned.out_of_time);
  EXPECT_EQ(tuned.trials.size(), 3u);
  EXPECT_EQ(tuned.chosen.size(), 2u);
}

}  // namespace
}  // namespace mlkit
