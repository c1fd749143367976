#include "mlkit/workflow/cross_validate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/clean/clean_step.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/split.h"
#include "support/golden.h"
#include "support/run_program.h"

namespace mlkit {
namespace {

constexpr std::size_t kFolds = 4;

Table read(const std::string& text) {
  CsvReadOptions options;
  options.types["y"] = {ColumnType::kCategory, false};
  Context context(1);
  return read_csv_bytes(text, options, context);
}

// Draws 0 .. below - 1 for one cell; every column has its own `sub`.
std::uint64_t draw(std::size_t row, std::uint32_t sub, std::uint64_t below) {
  return random_bits(23, RandomPurpose::kSample, row, sub) % below;
}

std::string class_of(std::size_t row) { return draw(row, 0, 1000) + 400 * draw(row, 1, 2) > 700 ? "yes" : "no"; }

// The fold of every row, as cross-validation draws them: they follow from the labels and the seed alone, so that
// data can be made up that differ from fold to fold.
std::vector<std::uint32_t> folds_of(std::size_t rows, std::uint64_t seed) {
  std::vector<std::uint32_t> labels;
  for (std::size_t i = 0; i < rows; ++i) labels.push_back(class_of(i) == "yes" ? 1 : 0);
  const std::vector<std::string> names = {"no", "yes"};
  return folds_stratified(labels, names, kFolds, seed);
}

// What is learned by peeking shows here: fold 0 alone has numbers far off the others, which move median, fences,
// mean and deviation; fold 1 alone has the level "only"; gaps are filled by what was learned.
std::string telling_csv(std::size_t rows, std::uint64_t seed) {
  const std::vector<std::uint32_t> folds = folds_of(rows, seed);
  std::string text = "n,m,city,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t n = draw(i, 0, 1000) + (folds[i] == 0 ? 700 : 0);
    const std::string number = i % 41 == 0 ? "1000000" : std::to_string(n);
    const std::string city = folds[i] == 1 && i % 2 == 0 ? "only" : "city" + std::to_string(draw(i, 1, 2));
    text += (i % 9 == 0 ? "" : number) + "," + std::to_string(draw(i, 3, 5000)) + "," + city + "," + class_of(i) + "\n";
  }
  return text;
}

TrainOptions options_with_cleaning() {
  TrainOptions options;
  options.target = "y";
  options.clean.emplace();
  options.clean->target = "y";
  options.clean->outliers = "iqr";
  return options;
}

std::vector<std::uint32_t> rows_of_fold(const std::vector<std::uint32_t>& folds, std::uint32_t fold, bool inside) {
  const Split split = fold_split(folds, fold);
  return inside ? split.test : split.train;
}

using Scores = std::vector<MetricValue>;

Scores score_on(const TrainedPipeline& trained, const Table& table, const Target& target,
                const std::vector<std::uint32_t>& rows, const Context& context) {
  MetricOptions metrics;
  metrics.intervals = false;
  return score_predictions(trained.pipeline.predict(table.select_rows(rows), context), select_target(target, rows), {},
                           {}, metrics, context);
}

// The scores of every fold, where train(rows) makes the pipeline that is scored on the other rows.
template <class Train>
std::vector<Scores> scores_by_fold(const Table& table, const Target& target, std::uint64_t seed, Train&& train) {
  const std::vector<std::uint32_t> folds = folds_of(table.rows(), seed);
  Context context(1);
  std::vector<Scores> out;
  for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
    out.push_back(score_on(train(rows_of_fold(folds, fold, false), context), table, target,
                           rows_of_fold(folds, fold, true), context));
  }
  return out;
}

double score_named(const Scores& scores, const std::string& name) {
  for (const MetricValue& score : scores) {
    if (score.name == name) return score.value.value();
  }
  throw std::runtime_error("no metric " + name);
}

TEST(CrossValidate, EveryFoldIsThePipelineTrainedOnTheOtherRowsBitForBit) {
  const TrainOptions options = options_with_cleaning();
  const Table table = read(telling_csv(400, options.seed));
  Context context(2);
  const Target target = read_target(table, options, context);
  const std::vector<CrossValidated> got = cross_validate(table, target, options, kFolds, context);
  const std::vector<Scores> expected =
      scores_by_fold(table, target, options.seed, [&](const std::vector<std::uint32_t>& rows, Context& quiet) {
        return train_pipeline(table.select_rows(rows), select_target(target, rows), options, quiet);
      });
  ASSERT_EQ(got.size(), expected[0].size());
  ASSERT_GE(got.size(), 5u);
  for (const CrossValidated& score : got) {
    ASSERT_EQ(score.folds.size(), kFolds) << score.metric;
    double sum = 0, squares = 0;
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      EXPECT_EQ(score.folds[fold], score_named(expected[fold], score.metric)) << score.metric << " of fold " << fold;
      sum += score.folds[fold];
    }
    for (const double x : score.folds) squares += (x - sum / kFolds) * (x - sum / kFolds);
    EXPECT_NEAR(score.mean, sum / kFolds, 1e-14) << score.metric;  // a few roundings of numbers about 1
    EXPECT_NEAR(score.sd.value(), std::sqrt(squares / (kFolds - 1)), 1e-14) << score.metric;
  }
}

// The test above says something only while peeking at the rows of a fold gives other scores on these data: once for
// a model that was trained on all rows, and once for cleaning alone that was learned from all rows.
TEST(CrossValidate, PeekingWouldShowInTheScoresOfTheseData) {
  const TrainOptions options = options_with_cleaning();
  const Table table = read(telling_csv(400, options.seed));
  Context context(1);
  const Target target = read_target(table, options, context);
  const std::vector<CrossValidated> honest = cross_validate(table, target, options, kFolds, context);
  const auto loss = std::find_if(honest.begin(), honest.end(), [](const auto& s) { return s.metric == "log_loss"; });
  ASSERT_NE(loss, honest.end());

  const auto trained_on_all = scores_by_fold(
      table, target, options.seed,
      [&](const std::vector<std::uint32_t>&, Context& quiet) { return train_pipeline(table, target, options, quiet); });
  CleanStep clean(*options.clean);
  clean.observe(table, context);
  clean.finish(context);
  const Table cleaned = clean.apply(table);
  TrainOptions rest = options;
  rest.clean.reset();
  const std::vector<CrossValidated> cleaned_first = cross_validate(cleaned, target, rest, kFolds, context);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    EXPECT_NE(loss->folds[fold], score_named(trained_on_all[fold], "log_loss")) << fold;
    const auto same =
        std::find_if(cleaned_first.begin(), cleaned_first.end(), [](const auto& s) { return s.metric == "log_loss"; });
    EXPECT_GT(std::abs(loss->folds[fold] - same->folds[fold]), 1e-6) << fold;
  }
}

// Under targets that have nothing to do with the columns, the area under the curve of a fold with p rows of one class
// and q of the other has the mean 1/2 and the variance (p + q + 1) / (12 p q) (Mann and Whitney, 1947); the mean of k
// folds a k-th of that. Four standard errors: 6e-5 of all draws would fail, and this draw is fixed.
TEST(CrossValidate, PermutedTargetsScoreByChance) {
  constexpr std::size_t kRows = 1200;
  const std::vector<std::uint32_t> order = random_permutation(kRows, 77, RandomPurpose::kShuffle);
  std::istringstream lines(telling_csv(kRows, 42));
  std::string header;
  std::getline(lines, header);
  std::vector<std::string> cells;
  for (std::string line; std::getline(lines, line);) cells.push_back(line.substr(0, line.rfind(',') + 1));
  ASSERT_EQ(cells.size(), kRows);
  const auto area_of = [&](bool permuted) {
    std::string text = header + "\n";
    for (std::size_t i = 0; i < kRows; ++i) text += cells[i] + class_of(permuted ? order[i] : i) + "\n";
    test::TemporaryFolder folder;
    test::write_text(folder / "data.csv", text);
    const test::RunResult run =
        test::run_program(test::mlkit_words({"train", folder / "data.csv", "--target", "y", "--clean", "--impute",
                                             "mean", "--cv", "5", "-o", folder / "m.mlkit", "--json"}));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return parse_json(run.out, "train --json").at("cv").at("roc_auc").at("mean").get<double>();
  };
  double p = 0, q = 0;
  for (std::size_t i = 0; i < kRows; ++i) ++(class_of(i) == "yes" ? p : q);
  p /= 5, q /= 5;
  const double standard_error = std::sqrt((p + q + 1) / (12 * p * q) / 5);
  EXPECT_NEAR(area_of(true), 0.5, 4 * standard_error);
  EXPECT_GT(area_of(false), 0.5 + 8 * standard_error);  // what was permuted away
}

TEST(CrossValidate, AnswersOutOfFoldAreThoseOfThePipelineTrainedOnTheOtherFolds) {
  const TrainOptions options = options_with_cleaning();
  std::string text = telling_csv(300, options.seed);
  text += "5,5,city0,\n";  // a row without a target is in no fold
  const Table table = read(text);
  Context context(3);
  const Target target = read_target(table, options, context);
  const FoldPlan plan = draw_folds(target, table.rows(), kFolds, 2, options.seed, context);
  for (std::size_t repeat = 0; repeat < 2; ++repeat) {
    const OutOfFold got = predict_out_of_fold(table, target, options, plan, context, repeat);
    ASSERT_EQ(got.rows.size(), 300u);
    ASSERT_EQ(got.predictions.probabilities.size(), 600u);
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      const FoldRows rows = rows_of_fold(plan, target, repeat, fold);
      const Predictions expected =
          train_pipeline(table.select_rows(rows.train), select_target(target, rows.train), options, context)
              .pipeline.predict(table.select_rows(rows.test), context);
      for (std::size_t i = 0; i < rows.test.size(); ++i) {
        const std::size_t at = rows.test[i];  // every one of the first 300 rows was scored
        ASSERT_EQ(got.rows[at], rows.test[i]);
        EXPECT_EQ(got.folds[at], fold);
        EXPECT_EQ(got.predictions.labels[at], expected.labels[i]);
        EXPECT_EQ(got.predictions.probabilities[2 * at], expected.probabilities[2 * i]);
      }
    }
  }
}

// Rows of one value of `column` in order, as many as drawn.
Table grouped_table(std::size_t rows) {
  std::string text = "group,when,x,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    text += "g" + std::to_string(draw(i, 4, 20)) + ",2024-01-" + std::to_string(10 + draw(i, 5, 20)) + "," +
            std::to_string(draw(i, 3, 5000)) + "," + (i % 31 == 7 ? "" : class_of(i)) + "\n";
  }
  return read(text);
}

TEST(FoldPlan, NoGroupIsInTwoFoldsAndRepeatsDiffer) {
  const Table table = grouped_table(300);
  Context context(1);
  TrainOptions options;
  options.target = "y";
  const Target target = read_target(table, options, context);
  const FoldPlan plan = draw_group_folds(target, table.column("group"), 4, 3, 42);
  ASSERT_EQ(plan.repeats(), 3u);
  for (std::size_t repeat = 0; repeat < 3; ++repeat) {
    std::map<std::string, std::uint32_t> fold_of_group;
    for (const std::uint32_t row : rows_with_target(target)) {
      const std::uint32_t fold = plan.fold_of_row[repeat][row];
      EXPECT_LT(fold, 4u);
      EXPECT_EQ(fold_of_group.emplace(table.column("group").cell_text(row), fold).first->second, fold);
    }
  }
  EXPECT_NE(plan.fold_of_row[0], plan.fold_of_row[1]);
  EXPECT_THROW(draw_group_folds(target, table.column("group"), 21, 1, 42), Error);  // there are 20 groups
}

TEST(FoldPlan, ByTimeEveryFoldComesAfterAllItIsLearnedFrom) {
  const Table table = grouped_table(300);
  Context context(1);
  TrainOptions options;
  options.target = "y";
  const Target target = read_target(table, options, context);
  const FoldPlan plan = time_folds(target, table.column("when"), 4);
  const std::vector<std::int64_t>& times = table.column("when").times().micros;
  std::size_t learned = 0;
  for (std::size_t fold = 0; fold < 4; ++fold) {
    const FoldRows rows = rows_of_fold(plan, target, 0, fold);
    ASSERT_FALSE(rows.test.empty());
    ASSERT_GT(rows.train.size(), learned);
    std::int64_t last = times[rows.train[0]];
    for (const std::uint32_t row : rows.train) last = std::max(last, times[row]);
    for (const std::uint32_t row : rows.test) EXPECT_GT(times[row], last);
    if (fold > 0) {
      EXPECT_EQ(rows.train.size(), learned + rows_of_fold(plan, target, 0, fold - 1).test.size());
    }
    learned = rows.train.size();
  }
  EXPECT_EQ(learned + rows_of_fold(plan, target, 0, 3).test.size(), rows_with_target(target).size());
  EXPECT_THROW(time_folds(target, table.column("when"), 20), Error);  // there are 20 days
}

Table iris() {
  Context context(1);
  CsvReadOptions csv;
  csv.types["species"] = {ColumnType::kCategory, false};
  return read_csv(MLKIT_SOURCE_DIR "/data/iris.csv", csv, context);
}

std::vector<CvModel> two_penalties() {
  CvModel strong{.name = "strong", .options = {}};
  strong.options.target = "species";
  strong.options.logistic.C = 0.1;
  CvModel weak = strong;
  weak.name = "weak";
  weak.options.logistic.C = 10;
  return {strong, weak};
}

// scikit-learn 1.2.1, row i in fold i % 5: StandardScaler and LogisticRegression(C, solver="newton-cg", tol=1e-9),
// log_loss and accuracy_score per fold; scipy 1.10's t for intervals and p by the formulas of the header. With the
// gradient's largest entry below 1e-7 on either side and a curvature of the objective of at least 1/C = 0.1, the
// coefficients are within 1e-6 of each other, and so is the loss of standardised rows, of which |x| is below 4: 1e-5.
TEST(CrossValidate, ScoresIntervalsAndComparisonAreThoseOfScikitLearnAndScipy) {
  const Table table = iris();
  const std::vector<CvModel> models = two_penalties();
  std::vector<std::uint32_t> fold_of_row;
  for (std::uint32_t row = 0; row < table.rows(); ++row) fold_of_row.push_back(row % 5);
  Context context(2);
  const Target target = read_target(table, models[0].options, context);
  const FoldPlan plan = given_folds(target, fold_of_row);
  CvOptions options;
  options.metrics = {"log_loss", "accuracy"};
  const std::vector<ModelScores> got = cross_validate_models(table, target, models, plan, options, context);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2].name, "dummy");
  EXPECT_NEAR(got[2].find("log_loss")->mean, std::log(3.0), 1e-12);  // a third each, in every fold
  constexpr double kTolerance = 1e-5;
  const std::vector<double> expected[] = {
      {0.32414497042382145, 0.4715589166885633, 0.3147211414198804, 0.35982357182265046, 0.3464090572097373},
      {0.05303040932711019, 0.08218646419554032, 0.07804876953811199, 0.12982547156684363, 0.08018844201337622}};
  for (std::size_t m = 0; m < 2; ++m) {
    const CrossValidated& loss = *got[m].find("log_loss");
    ASSERT_EQ(loss.folds.size(), 5u);
    for (std::size_t fold = 0; fold < 5; ++fold) EXPECT_NEAR(loss.folds[fold], expected[m][fold], kTolerance) << fold;
  }
  const std::vector<double> accuracy = {29.0 / 30, 30.0 / 30, 28.0 / 30, 28.0 / 30, 29.0 / 30};
  EXPECT_EQ(got[1].find("accuracy")->folds, accuracy);
  const CrossValidated& weak = *got[1].find("log_loss");
  EXPECT_NEAR(weak.mean, 0.08465591132819647, kTolerance);
  EXPECT_NEAR(*weak.sd, 0.027884459483857725, 2 * kTolerance);
  EXPECT_NEAR(weak.interval->low, 0.03272121715247997, 6 * kTolerance);  // t sqrt(1/5 + 1/4) is 1.9
  EXPECT_NEAR(weak.interval->high, 0.13659060550391297, 6 * kTolerance);
  const std::vector<PairedComparison> compared = compare_scores(got, "log_loss", plan, target);
  ASSERT_EQ(compared.size(), 2u);
  EXPECT_EQ(compared[0].model, "weak");
  EXPECT_EQ(compared[0].other, "strong");
  EXPECT_EQ(compared[0].wins, 5u);
  EXPECT_NEAR(compared[0].difference, -0.27867562018473413, kTolerance);
  EXPECT_NEAR(compared[0].interval->low, -0.39865802309913234, 6 * kTolerance);
  EXPECT_NEAR(compared[0].interval->high, -0.15869321727033595, 6 * kTolerance);
  // The dummy's p is the smaller one, so Holm leaves this one as it is. Beyond t = 6, p falls as t^-4, and t is off by
  // 4e-5 for the difference and 4e-4 for its sd.
  EXPECT_LT(*compared[1].p_value, *compared[0].p_value);
  EXPECT_NEAR(*compared[0].p_value, 0.0029762315784989325, 2e-3 * 0.0029762315784989325);
}

TEST(CrossValidate, LeaveOneOutIsScoredOverAllRowsTogether) {
  std::vector<std::uint32_t> some;
  for (std::uint32_t row = 0; row < 150; row += 6) some.push_back(row);
  const Table table = iris().select_rows(some);
  const std::vector<CvModel> models = two_penalties();
  Context context(2);
  const Target target = read_target(table, models[0].options, context);
  const std::vector<ModelScores> got =
      cross_validate_models(table, target, models, leave_one_out(target, table.rows()), {}, context);
  double right = 0;
  for (std::uint32_t row = 0; row < table.rows(); ++row) {
    std::vector<std::uint32_t> others;
    for (std::uint32_t other = 0; other < table.rows(); ++other) {
      if (other != row) others.push_back(other);
    }
    const TrainedPipeline trained =
        train_pipeline(table.select_rows(others), select_target(target, others), models[0].options, context);
    const std::uint32_t one[] = {row};
    right += trained.pipeline.predict(table.select_rows(one), context).labels[0] ==
                     static_cast<std::int32_t>(target.labels[row])
                 ? 1
                 : 0;
  }
  EXPECT_EQ(got[0].find("accuracy")->mean, right / static_cast<double>(table.rows()));
  EXPECT_TRUE(got[0].find("accuracy")->folds.empty());
  ASSERT_EQ(got[0].out_of_fold.size(), 1u);
  EXPECT_EQ(got[0].out_of_fold[0].rows.size(), table.rows());
}

TEST(CrossValidate, ModelsSideBySideScoreAsAloneWithAnyNumberOfThreads) {
  const Table table = iris();
  const std::vector<CvModel> models = two_penalties();
  Context context(1);
  const Target target = read_target(table, models[0].options, context);
  const FoldPlan plan = draw_folds(target, table.rows(), 5, 2, 42, context);
  const std::vector<ModelScores> together = cross_validate_models(table, target, models, plan, {}, context);
  for (const int threads : {2, 3, 8}) {
    Context more(threads);
    for (std::size_t m = 0; m < 2; ++m) {
      const std::vector<ModelScores> alone = cross_validate_models(table, target, {models[m]}, plan, {}, more);
      ASSERT_EQ(alone.size(), 2u);
      ASSERT_EQ(alone[0].scores.size(), together[m].scores.size());
      for (std::size_t i = 0; i < alone[0].scores.size(); ++i) {
        EXPECT_EQ(alone[0].scores[i].folds, together[m].scores[i].folds);
        EXPECT_EQ(alone[1].scores[i].folds, together[2].scores[i].folds);  // the dummy
      }
    }
  }
}

TEST(CrossValidate, AMeanOverSomeFoldsOnlyIsNeitherRankedNorCompared) {
  const auto model = [](const std::string& name, std::vector<double> folds, std::vector<std::size_t> places) {
    CrossValidated score{.metric = "log_loss"};
    for (const double value : folds) score.mean += value / static_cast<double>(folds.size());
    score.undefined = 3 - folds.size();
    score.folds = std::move(folds);
    score.places = std::move(places);
    return ModelScores{.name = name, .scores = {score}, .out_of_fold = {}, .not_converged = 0};
  };
  // The one with the least mean has it of the two folds that went well.
  const std::vector<ModelScores> models = {model("some", {0.1, 0.1}, {0, 2}), model("all", {0.3, 0.4, 0.5}, {0, 1, 2}),
                                           model("worse", {0.4, 0.5, 0.7}, {0, 1, 2})};
  EXPECT_EQ(best_model(models, "log_loss"), std::optional<std::size_t>(1));
  EXPECT_EQ(best_model({models[0]}, "log_loss"), std::nullopt);
  const Table table = read("x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n");
  Context context(1);
  TrainOptions options;
  options.target = "y";
  const Target target = read_target(table, options, context);
  const FoldPlan plan = given_folds(target, {0, 0, 1, 1, 2, 2});
  const std::vector<PairedComparison> compared = compare_scores(models, "log_loss", plan, target);
  ASSERT_EQ(compared.size(), 1u);
  EXPECT_EQ(compared[0].other, "worse");
  EXPECT_EQ(compared[0].folds, 3u);
  EXPECT_TRUE(compare_scores(models, "log_loss", plan, target, 0).empty());
}

TEST(CrossValidate, FoldsWithoutAValueAreCounted) {
  const Table table = read("x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,b\n8,b\n");
  Context context(1);
  CvModel model{.name = "logistic", .options = {}};
  model.options.target = "y";
  const Target target = read_target(table, model.options, context);
  CvOptions options;
  options.metrics = {"roc_auc", "accuracy"};
  const FoldPlan plan = given_folds(target, {0, 0, 2, 2, 0, 2, 1, 1});  // one class in the second fold
  const std::vector<ModelScores> got = cross_validate_models(table, target, {model}, plan, options, context);
  EXPECT_EQ(got[0].find("roc_auc")->undefined, 1u);
  EXPECT_FALSE(got[0].find("roc_auc")->everywhere());
  EXPECT_EQ(got[0].find("roc_auc")->places, (std::vector<std::size_t>{0, 2}));
  EXPECT_TRUE(got[0].find("accuracy")->everywhere());
  EXPECT_EQ(best_model(got, "roc_auc"), std::nullopt);
}

TEST(CrossValidate, AModelOfTheOtherKindOfTargetIsRefused) {
  const Table table = iris();
  std::vector<CvModel> models = two_penalties();
  Context context(1);
  const Target target = read_target(table, models[0].options, context);
  models[1].options.model = "linear";
  EXPECT_THROW(cross_validate(table, target, models[1].options, 3, context), Error);
  const FoldPlan plan = draw_folds(target, table.rows(), 3, 1, 42, context);
  EXPECT_THROW(cross_validate_models(table, target, models, plan, {}, context), Error);
}

TEST(CrossValidate, AClassWithOneRowIsRefused) {
  const Table table = read("x,y\n1,a\n2,a\n3,a\n4,a\n5,b\n");
  Context context(1);
  TrainOptions options;
  options.target = "y";
  EXPECT_THROW(cross_validate(table, read_target(table, options, context), options, 2, context), Error);
}

}  // namespace
}  // namespace mlkit
