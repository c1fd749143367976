#include "mlkit/workflow/train_pipeline.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"
#include "mlkit/workflow/shared_rows.h"
#include "mlkit/workflow/table_hash.h"

namespace mlkit {
namespace {

// A table as `train` reads it: the target's cells as texts.
Table read(const std::string& text, const std::string& target = "y") {
  CsvReadOptions options;
  options.types[target] = {ColumnType::kCategory, false};
  Context context(1);
  return read_csv_bytes(text, options, context);
}

// Rows with two numbers (with gaps), a category, dates, and a class that depends on them.
std::string some_csv(std::size_t rows) {
  std::string text = "n,m,city,day,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t draw = random_bits(11, RandomPurpose::kSample, i);
    const double n = random_uniform(11, RandomPurpose::kSample, i, 1);
    const bool yes = n + 0.3 * static_cast<double>(draw % 3) + random_uniform(11, RandomPurpose::kSample, i, 2) > 1.3;
    text += (draw % 10 == 0 ? "" : std::to_string(n)) + "," + std::to_string(draw % 50) + ",city" +
            std::to_string(draw % 3) + ",2024-0" + std::to_string(1 + draw % 9) + "-1" + std::to_string(draw % 10) +
            "," + (yes ? "yes" : "no") + "\n";
  }
  return text;
}

TrainOptions options_for(const std::string& target = "y") {
  TrainOptions options;
  options.target = target;
  return options;
}

struct Trained {
  TrainedPipeline result;
  std::vector<std::string> warnings;
};

Trained train(const Table& table, const TrainOptions& options, int threads = 1) {
  Context context(threads);
  TrainedPipeline result = train_pipeline(table, options, context);
  return {std::move(result), context.take_warnings()};
}

std::string error_of(const std::string& csv, TrainOptions options = options_for()) {
  try {
    train(read(csv, options.target), options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData) << error.what();
    return std::string(error.what()) + " " + error.place().hint;
  }
  return "";
}

bool warns(const Trained& trained, const std::string& part) {
  for (const std::string& warning : trained.warnings) {
    if (warning.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<double> coefficients_of(const TrainedPipeline& trained) {
  const ModelDescription description = trained.pipeline.parts().model->describe();
  std::vector<double> out = description.intercepts;
  for (const auto& row : description.coefficients) out.insert(out.end(), row.begin(), row.end());
  return out;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

TEST(ReadTarget, TheTaskFollowsFromTheCells) {
  const auto task_of = [](const std::string& cells) {
    Context context(1);
    return read_target(read("x,y\n" + cells), options_for(), context).task;
  };
  EXPECT_EQ(task_of("1,a\n2,b\n"), Task::kBinary);
  EXPECT_EQ(task_of("1,a\n2,b\n3,c\n"), Task::kMulticlass);
  EXPECT_EQ(task_of("1,true\n2,false\n"), Task::kBinary);
  EXPECT_EQ(task_of("1,0\n2,1\n"), Task::kBinary);
  EXPECT_EQ(task_of("1,0.5\n2,1\n"), Task::kRegression);
  EXPECT_EQ(task_of("1,007\n2,008\n"), Task::kBinary);
  std::string twenty;
  for (int i = 0; i < 20; ++i) twenty += "1," + std::to_string(i) + "\n";
  EXPECT_EQ(task_of(twenty), Task::kMulticlass);
  EXPECT_EQ(task_of(twenty + "1,20\n"), Task::kRegression);
}

TEST(ReadTarget, LabelsStayAsTheyAreWritten) {
  const auto classes_of = [](const std::string& cells) {
    Context context(1);
    return read_target(read("x,y\n" + cells), options_for(), context).classes;
  };
  using Labels = std::vector<std::string>;
  EXPECT_EQ(classes_of("1,1.0\n2,0.0\n3,1.0\n"), (Labels{"0.0", "1.0"}));
  EXPECT_EQ(classes_of("1,yes\n2,no\n"), (Labels{"no", "yes"}));
  EXPECT_EQ(classes_of("1,10\n2,9\n"), (Labels{"9", "10"}));  // numbers by their value
  EXPECT_EQ(classes_of("1,True\n2,False\n"), (Labels{"False", "True"}));
}

TEST(ReadTarget, TwoSpellingsOfOneNumberAreRefusedByName) {
  Context context(1);
  CsvReadOptions verbatim;
  verbatim.types["y"] = {ColumnType::kCategory, false};
  const std::string text = "x,y\n1,1\n2,1.0\n3,2\n";
  try {
    read_target(read_csv_bytes(text, verbatim, context), options_for(), context);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    EXPECT_EQ(error.message(), "the classes \"1\" and \"1.0\" are the same number");
  }
  CsvReadOptions numbers;
  numbers.types["y"] = {ColumnType::kNumeric, false};
  EXPECT_EQ(read_target(read_csv_bytes(text, numbers, context), options_for(), context).classes,
            (std::vector<std::string>{"1", "2"}));
}

TEST(ReadTarget, ThePositiveClassIsTheLastUnlessAskedFor) {
  Context context(1);
  TrainOptions options = options_for();
  options.positive = "no";
  const Target target = read_target(read("x,y\n1,no\n2,yes\n"), options, context);
  EXPECT_EQ(target.classes, (std::vector<std::string>{"yes", "no"}));
  EXPECT_EQ(target.labels, (std::vector<std::uint32_t>{1, 0}));
}

TEST(TrainPipeline, WhatCannotBeLearnedFromIsNamed) {
  EXPECT_NE(error_of("x,y\n").find("no data rows"), std::string::npos);
  EXPECT_NE(error_of("x,yy\n1,2\n", options_for("y")).find("no column \"y\""), std::string::npos);
  EXPECT_NE(error_of("x,y\n1,a\n2,a\n").find("same class \"a\""), std::string::npos);
  EXPECT_NE(error_of("x,z,y\n1,,a\n2,,b\n").find("--exclude z"), std::string::npos);
  EXPECT_NE(error_of("x,y\n1,\n2,\n").find("no row has a value"), std::string::npos);
  EXPECT_NE(error_of("x,y\n1,\"a\x1b[2J\"\n2,b\n").find("control characters"), std::string::npos);
  TrainOptions linear = options_for();
  linear.model = "linear";
  EXPECT_NE(error_of("x,y\n1,a\n2,b\n", linear).find("needs numbers"), std::string::npos);
  TrainOptions also = options_for();
  also.features = {"x", "y"};
  EXPECT_NE(error_of("x,y\n1,a\n2,b\n", also).find("is the target"), std::string::npos);
}

TEST(TrainPipeline, OptionsThatContradictEachOtherAreUsageErrors) {
  TrainOptions options = options_for();
  options.model = "linear";
  options.task = "classification";
  try {
    train(read("x,y\n1,0\n2,1\n"), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
  }
}

TEST(TrainPipeline, WarnsAboutWhatIsOddAndGoesOn) {
  const Trained gaps = train(read("x,y\n1,a\n2,\n3,b\n4,a\n"), options_for());
  EXPECT_TRUE(warns(gaps, "1 of 4 rows have no target"));
  EXPECT_EQ(gaps.result.pipeline.parts().record.rows, 3u);
  EXPECT_EQ(gaps.result.pipeline.parts().record.rows_without_target, 1u);
  EXPECT_TRUE(warns(train(read("x,k,y\n1,5,a\n2,5,b\n4,5,a\n"), options_for()), "\"k\" is constant"));
  EXPECT_TRUE(warns(train(read("a,b,c,d,y\n1,2,1,3,a\n2,1,1,2,b\n1,2,2,2,b\n"), options_for()), "fewer rows (3)"));
  EXPECT_TRUE(warns(train(read("x,y\n3,0.5\n"), options_for()), "only one row"));
  std::string copies = "n,copy,y\n";
  for (int i = 0; i < 30; ++i) copies += std::to_string(i % 7) + "," + (i % 3 == 0 ? "p,a\n" : "q,b\n");
  EXPECT_TRUE(warns(train(read(copies), options_for()), "\"copy\" says what the target is"));
  TrainOptions logistic = options_for();
  logistic.model = "logistic";
  std::string many = "x,y\n";
  for (int i = 0; i < 60; ++i) many += std::to_string(i % 11) + "," + std::to_string(i / 2) + "\n";
  EXPECT_TRUE(warns(train(read(many), logistic), "--model linear"));
}

TEST(TrainPipeline, ThreadsDoNotChangeAByteOfTheModel) {
  const Table table = read(some_csv(9000));
  for (const bool clean : {false, true}) {
    TrainOptions options = options_for();
    if (clean) options.clean = CleanOptions{};
    const std::string one = pipeline_to_bytes(train(table, options, 1).result.pipeline);
    for (const int threads : {2, 3, 8}) {
      EXPECT_TRUE(one == pipeline_to_bytes(train(table, options, threads).result.pipeline)) << threads << " " << clean;
    }
  }
}

// Two thirds "no": at 0.5 the baseline never says "yes", at 0.2 always, as the model is asked to.
TEST(TrainPipeline, TheBaselineAnswersAtTheThresholdOfTheModel) {
  std::string csv = "x,y\n";
  for (int i = 0; i < 90; ++i) csv += std::to_string(i * 7 % 13) + (i % 3 == 0 ? ",yes\n" : ",no\n");
  const auto baseline_recall = [&](double threshold) {
    TrainOptions options = options_for();
    options.threshold = threshold;
    for (const MetricValue& metric : train(read(csv), options).result.baseline) {
      if (metric.name == "recall") return metric.value.value_or(-1);
    }
    return -1.0;
  };
  EXPECT_EQ(baseline_recall(0.5), 0);
  EXPECT_EQ(baseline_recall(0.2), 1);
}

TEST(TrainPipeline, SealedCleaningSeesRawRowsAndGivesTheTrainingScores) {
  const Table table = read(some_csv(3000));
  TrainOptions options = options_for();
  options.clean = CleanOptions{};
  options.clean->keep_duplicates = true;
  const Trained trained = train(table, options);
  const Pipeline loaded = pipeline_from_bytes(pipeline_to_bytes(trained.result.pipeline), "m");
  Context context(1);
  MetricOptions metrics;
  metrics.intervals = false;
  const std::vector<MetricValue> again =
      score_predictions(loaded.predict(table, context), read_truth(table, loaded), {}, {}, metrics, context);
  ASSERT_EQ(again.size(), trained.result.metrics.size());
  for (std::size_t i = 0; i < again.size(); ++i)
    EXPECT_EQ(again[i].value, trained.result.metrics[i].value) << again[i].name;
}

// Newton's last step squares the error that is left, so that both fits end at the optimum but for the rounding of sums
// over 2,000 rows: about 2,000 * 1.1e-16 of coefficients near 1, far below the 1e-8 that is promised.
TEST(TrainPipeline, OrderOfRowsAndNamesOfClassesDoNotMatter) {
  const Table table = read(some_csv(2000));
  const std::vector<double> straight = coefficients_of(train(table, options_for()).result);
  const std::vector<std::uint32_t> order = random_permutation(table.rows(), 3, RandomPurpose::kShuffle);
  expect_close(straight, coefficients_of(train(table.select_rows(order), options_for()).result), 1e-8);
  std::string renamed = some_csv(2000);
  for (std::size_t at = 0; (at = renamed.find(",no\n", at)) != std::string::npos;) renamed.replace(at, 4, ",zz\n");
  std::vector<double> flipped = coefficients_of(train(read(renamed), options_for()).result);
  for (double& x : flipped) x = -x;
  expect_close(straight, flipped, 1e-8);
}

TEST(TrainPipeline, WeightTwoIsTheRowTwice) {
  const Table table = read(some_csv(500));
  std::vector<double> weights(500);
  std::vector<std::uint32_t> twice;
  for (std::uint32_t i = 0; i < 500; ++i) {
    weights[i] = i % 3 == 0 ? 2 : 1;
    twice.insert(twice.end(), i % 3 == 0 ? 2 : 1, i);
  }
  TrainOptions options = options_for();
  options.preprocess.scale = "none";  // scaling counts rows, not weights
  options.preprocess.impute = "constant=0";
  options.exclude = {"w"};
  Table repeated = table.select_rows(twice);
  repeated.add_column(make_numeric_column("w", std::vector<double>(twice.size(), 1)));
  const std::vector<double> by_rows = coefficients_of(train(repeated, options).result);
  Table weighted = table;
  weighted.add_column(make_numeric_column("w", weights));
  options.exclude = {};
  options.weight = "w";
  expect_close(by_rows, coefficients_of(train(weighted, options).result), 1e-7);
}

TEST(CrossValidate, FoldsWithoutAMetricAreNamedAndNotCountedAsZero) {
  // Three rows of "b" in five folds: two folds are of one class, where an area is not defined.
  std::string text = "x,y\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(i % 7) + (i % 10 == 9 ? ",b\n" : ",a\n");
  const Table table = read(text);
  Context context(1);
  const TrainOptions options = options_for();
  const std::vector<CrossValidated> scores =
      cross_validate(table, read_target(table, options, context), options, 5, context);
  const auto auc = std::find_if(scores.begin(), scores.end(), [](const auto& s) { return s.metric == "roc_auc"; });
  ASSERT_NE(auc, scores.end());
  EXPECT_EQ(auc->folds.size(), 3u);
  EXPECT_EQ(auc->places.size(), 3u);
  double sum = 0;
  for (const double score : auc->folds) sum += score;
  EXPECT_NEAR(auc->mean, sum / 3, 1e-12);
  std::string warnings;
  for (const std::string& warning : context.take_warnings()) warnings += warning + "\n";
  EXPECT_NE(warnings.find("roc_auc is not defined in 2 of 5 folds"), std::string::npos) << warnings;
  EXPECT_NE(warnings.find("more folds (5) than rows of \"b\" (3)"), std::string::npos) << warnings;
}

TEST(CrossValidate, AMetricThatNoFoldDefinesIsLeftOut) {
  std::string text = "x,y\n";
  for (int i = 0; i < 12; ++i) text += std::to_string(i % 5) + (i % 2 == 0 ? ",b\n" : ",a\n");
  const Table table = read(text);
  Context context(1);
  const TrainOptions options = options_for();
  for (const auto& score : cross_validate(table, read_target(table, options, context), options, 12, context)) {
    EXPECT_NE(score.metric, "roc_auc");
    EXPECT_FALSE(score.folds.empty()) << score.metric;
  }
}

TEST(TrainPipeline, BalancedClassesKeepHonestProbabilitiesAndTheWeightedLabels) {
  // One row in twenty or so is "yes".
  std::string text = "x,y\n";
  double positives = 0;
  constexpr int kRows = 4000;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double x = 4 * random_uniform(3, RandomPurpose::kSample, i, 1) - 2;
    const bool yes = random_uniform(3, RandomPurpose::kSample, i, 2) < 1 / (1 + std::exp(3.5 - x));
    positives += yes ? 1 : 0;
    text += std::to_string(x) + (yes ? ",yes\n" : ",no\n");
  }
  const Table table = read(text);
  TrainOptions options = options_for();
  options.class_weight = "balanced";
  const Trained balanced = train(table, options);
  Context context(1);
  const Predictions answers = balanced.result.pipeline.predict(table, context);
  double mean = 0, called = 0;
  for (std::size_t i = 0; i < answers.rows; ++i) {
    mean += answers.probabilities_of(i)[1] / kRows;
    called += answers.labels[i] == 1 ? 1 : 0;
  }
  const double share = positives / kRows;
  EXPECT_NEAR(mean, share, 1e-9);
  EXPECT_GT(called, 4 * positives);  // of the weighted fit, about half of the range of x
  // About w0 / (w0 + w1) with w_c = n / (2 n_c), which is the share; the intercept fitted again moves it a little.
  EXPECT_NEAR(balanced.result.pipeline.threshold(), share, 0.2 * share);
  options.threshold = 0.5;
  EXPECT_EQ(train(table, options).result.pipeline.threshold(), 0.5);
}

TEST(TableHash, DependsOnTheCellsAndNotOnHowTheyWereWritten) {
  const Context context(2);
  const std::string plain = table_sha256(read("a,b,y\n1,u,no\n2,v,yes\n"), context);
  EXPECT_EQ(plain, table_sha256(read("\xEF\xBB\xBF\"a\",b,y\r\n\"1\",u,no\r\n2,\"v\",yes"), context));
  EXPECT_EQ(plain, table_sha256(read("y,b,a\nno,u,1\nyes,v,2\n"), context));
  EXPECT_NE(plain, table_sha256(read("a,b,y\n1,u,no\n2,v,no\n"), context));
  EXPECT_NE(plain, table_sha256(read("a,b,y\n1,u,no\n,v,yes\n"), context));
  EXPECT_NE(plain, table_sha256(read("a,c,y\n1,u,no\n2,v,yes\n"), context));
}

TEST(SharedRows, AreCountedByTheirCells) {
  const Table before = read("a,b,y\n1,u,no\n2,v,yes\n,u,no\n");
  const Table after = read("a,b,y\n2,v,no\n1,v,no\n,u,yes\n");
  EXPECT_EQ(count_shared_rows(before, after, {"a", "b"}), 2u);
  EXPECT_EQ(count_shared_rows(before, after, {"a", "b", "y"}), 0u);
}

TEST(TrainPipeline, ATableThatIsUsedUpGivesTheSameModel) {
  for (const bool clean : {false, true}) {
    // A row without a target as well.
    Table table = read(some_csv(700) + "1.5,3,city0,2024-01-11,\n");
    TrainOptions options = options_for();
    if (clean) options.clean.emplace();
    Context context(2);
    const Target target = read_target(table, options, context);
    const TrainedPipeline kept = train_pipeline(table, target, options, context);
    const TrainedPipeline used_up = train_pipeline(std::move(table), target, options, context);
    EXPECT_EQ(pipeline_to_bytes(kept.pipeline), pipeline_to_bytes(used_up.pipeline));
    EXPECT_EQ(kept.warnings, used_up.warnings);
  }
}

// A class whose probability the fit is told wrongly: every row that is "yes" counts ten times.
Table overconfident(std::size_t rows, std::uint32_t sub) {
  std::string text = "x,w,y\n";
  RandomStream random(17, RandomPurpose::kSample, sub);
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = random.normal();
    const bool yes = random.uniform() < mlkit::sigmoid(x - 1);
    text += std::to_string(x) + "," + (yes ? "10" : "1") + "," + (yes ? "yes" : "no") + "\n";
  }
  return read(text);
}

double metric_of(const std::vector<MetricValue>& metrics, const std::string& name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return metric.value.value_or(-1);
  }
  return -1;
}

TEST(Calibrate, MakesProbabilitiesComeTrueOnRowsThatWereNotLearnedFrom) {
  // A penalty so strong that every answer is nearly the share of the class: the order is right, the spread is not.
  const Table table = overconfident(1500, 1);
  const Table later = overconfident(1500, 2);
  TrainOptions options = options_for();
  options.exclude = {"w"};
  options.logistic.C = 1e-3;
  const Trained plain = train(table, options);
  const auto brier = [&](const TrainedPipeline& trained) {
    const Predictions answers = trained.pipeline.predict(later, Context(1));
    MetricOptions metrics;
    metrics.intervals = false;
    return *score_predictions(answers, read_truth(later, trained.pipeline), {}, {"brier"}, metrics, Context(1))[0]
                .value;
  };
  for (const char* kind : {"sigmoid", "isotonic"}) {
    options.calibrate = kind;
    const Trained calibrated = train(table, options);
    ASSERT_TRUE(calibrated.result.decision.has_value());
    const DecisionReport& report = *calibrated.result.decision;
    EXPECT_EQ(report.folds, 5u);
    EXPECT_EQ(report.rows, 1500u);
    EXPECT_LT(metric_of(report.after, "brier"), metric_of(report.before, "brier")) << kind;
    EXPECT_LT(metric_of(report.after, "ece"), metric_of(report.before, "ece")) << kind;
    EXPECT_LT(brier(calibrated.result), brier(plain.result)) << kind;
    // What is learned from all rows is the same model.
    EXPECT_EQ(coefficients_of(calibrated.result), coefficients_of(plain.result));
    const std::string bytes = pipeline_to_bytes(calibrated.result.pipeline);
    const Pipeline loaded = pipeline_from_bytes(bytes, "m");
    EXPECT_EQ(pipeline_to_bytes(loaded), bytes);
    EXPECT_EQ(loaded.predict(later, Context(2)).probabilities,
              calibrated.result.pipeline.predict(later, Context(1)).probabilities);
    EXPECT_EQ(replay_self_test(loaded).passed, replay_self_test(loaded).rows);
    EXPECT_EQ(pipeline_to_bytes(train(table, options, 3).result.pipeline), bytes) << "threads";
  }
}

TEST(BestThreshold, IsThatOfTheOutOfFoldAnswers) {
  const Table table = overconfident(600, 3);
  TrainOptions options = options_for();
  options.exclude = {"w"};
  Context context(1);
  const Target target = read_target(table, options, context);
  const OutOfFold answers = predict_out_of_fold(table, target, options,
                                                draw_folds(target, table.rows(), 5, 1, options.seed, context), context);
  double best = -1;
  double threshold = 0;
  for (std::size_t i = 0; i < answers.rows.size(); ++i) {
    const double tried = answers.predictions.probabilities_of(i)[1];
    double hits = 0, called = 0, yes = 0;
    for (std::size_t k = 0; k < answers.rows.size(); ++k) {
      const bool is = target.labels[answers.rows[k]] == 1;
      const bool says = answers.predictions.probabilities_of(k)[1] >= tried;
      hits += is && says ? 1 : 0;
      called += says ? 1 : 0;
      yes += is ? 1 : 0;
    }
    const double f1 = 2 * hits / (called + yes);
    if (f1 > best || (f1 == best && tried > threshold)) best = f1, threshold = tried;
  }
  options.best_threshold = "f1";
  EXPECT_EQ(train(table, options).result.pipeline.threshold(), threshold);
}

TEST(BestThreshold, IsRefusedForNumbersAndBesideAThreshold) {
  TrainOptions options = options_for();
  options.best_threshold = "f1";
  options.threshold = 0.4;
  EXPECT_THROW(train(overconfident(100, 4), options), Error);
  TrainOptions numbers = options_for("x");
  numbers.calibrate = "sigmoid";
  EXPECT_THROW(train(overconfident(100, 4), numbers), Error);
}

}  // namespace
}  // namespace mlkit
