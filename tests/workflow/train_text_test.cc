// Columns of texts on their way through training: sealed, replayed one row at a time, honest about what they leave out.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"
#include "mlkit/workflow/drift_reference.h"

namespace mlkit {
namespace {

Table read(const std::string& csv) {
  Context context(1);
  CsvReadOptions options;
  options.types["y"] = {ColumnType::kCategory, false};
  return read_csv_bytes(csv, options, context);
}

// Messages of 300 words, some of which are more frequent in one class; a number and a category beside them.
std::string mails(std::size_t rows) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::string csv = "y,note,n,city\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const bool spam = random.below(3) == 0;
    csv += spam ? "spam,\"" : "ham,\"";
    const std::uint64_t words = random.below(20);
    for (std::uint64_t k = 0; k < words; ++k) {
      const std::uint64_t word = random.below(4) == 0 ? random.below(10) + (spam ? 0 : 10) : random.below(300);
      csv += "w" + std::to_string(word) + (k % 5 == 4 ? ", " : " ");
    }
    csv += "\"," + std::to_string(random.below(100)) + ",c" + std::to_string(random.below(3)) + "\n";
  }
  return csv;
}

TrainOptions options_for(const std::string& model, const std::string& rule = "note") {
  TrainOptions options;
  options.target = "y";
  options.model = model;
  options.preprocess.text.text = {rule};
  return options;
}

TrainedPipeline train(const Table& table, const TrainOptions& options, int threads = 1) {
  Context context(threads);
  return train_pipeline(table, options, context);
}

double value_of(const std::vector<MetricValue>& metrics, const std::string& name) {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return metric.value.value_or(-1);
  }
  return -1;
}

TEST(TrainText, EveryModelLearnsFromWordsAndThreadsChangeNoBit) {
  const Table table = read(mails(5000));
  for (const std::string model : {"logistic", "nb"}) {
    for (const std::string rule : {"note", "note=bow", "note=hash"}) {
      TrainOptions options = options_for(model, rule);
      options.preprocess.text.text_features = 1000;
      options.logistic.tol = 1e-6;
      const TrainedPipeline trained = train(table, options);
      EXPECT_GT(value_of(trained.metrics, "roc_auc"), 0.85) << model << " " << rule;
      EXPECT_TRUE(trained.pipeline.parts().preprocess.sparse());
      const std::string bytes = pipeline_to_bytes(trained.pipeline);
      EXPECT_EQ(bytes, pipeline_to_bytes(train(table, options, 3).pipeline)) << model << " " << rule;
      const Pipeline loaded = pipeline_from_bytes(bytes, "model");
      EXPECT_EQ(bytes, pipeline_to_bytes(loaded));
      EXPECT_EQ(loaded.predict(table, Context(2)).probabilities,
                trained.pipeline.predict(table, Context(1)).probabilities);
      EXPECT_EQ(replay_self_test(loaded).passed, loaded.parts().self_test.rows);
    }
  }
}

TEST(TrainText, OneRowAtATimeGivesTheBitsOfTheTable) {
  const Table table = read(mails(600));
  for (const std::string model : {"logistic", "nb"}) {
    const Pipeline pipeline = train(table, options_for(model)).pipeline;
    const Predictions expected = pipeline.predict(table, Context(1));
    Scorer scorer(pipeline);
    const std::vector<std::size_t> positions = pipeline.bind(table.schema().names());
    std::vector<CellValue> cells(scorer.inputs());
    std::vector<double> out(2);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const Column& column = table.column(positions[i]);
        cells[i] = {};
        if (column.is_missing(row)) continue;
        if (column.is_numeric()) {
          cells[i] = {CellValue::Kind::kNumber, column.numbers().values[row], {}, 0};
        } else {
          cells[i] = {CellValue::Kind::kText, 0, text_of_cell(column, row), 0};
        }
      }
      scorer.score(cells, out);
      ASSERT_EQ(out[0], expected.probabilities[2 * row]) << model << " row " << row;
      ASSERT_EQ(out[1], expected.probabilities[2 * row + 1]) << model << " row " << row;
    }
  }
}

TEST(TrainText, UnknownWordsAreCountedNotGuessed) {
  const Pipeline pipeline = train(read(mails(300)), options_for("nb")).pipeline;
  const Table later = read("y,note,n,city\nham,w1 w2 never seen,5,c0\nspam,,5,c0\n");
  TransformCounts counts;
  pipeline.predict(later, Context(1), &counts);
  std::uint64_t tokens = 0, unknown = 0;
  for (const std::uint64_t count : counts.tokens) tokens += count;
  for (const std::uint64_t count : counts.unknown_tokens) unknown += count;
  EXPECT_EQ(tokens, 4u);
  EXPECT_EQ(unknown, 2u);
}

// A fold's words are its training rows' own: the dictionary of a fold knows nothing of the rows it is scored on.
TEST(TrainText, WordsOfHeldOutRowsAreNotInTheDictionary) {
  const Table table = read(mails(400));
  std::vector<std::uint32_t> half;
  for (std::uint32_t i = 0; i < 200; ++i) half.push_back(i);
  const Table rows = table.select_rows(half);
  const Pipeline pipeline = train(rows, options_for("logistic")).pipeline;
  for (const ColumnPlan& plan : pipeline.parts().preprocess.columns()) {
    if (plan.encoding != Encoding::kTerms) continue;
    EXPECT_EQ(plan.text->vocabulary().documents, 200u);
  }
}

TEST(TrainText, WhatPeopleWroteIsNotInTheDriftReference) {
  const Table table = read(mails(300));
  const Pipeline pipeline = train(table, options_for("nb")).pipeline;
  const DriftReference reference = learn_drift_reference(pipeline, table, Context(1));
  bool found = false;
  for (const ReferenceColumn& column : reference.columns) {
    if (column.name != "note") continue;
    found = true;
    EXPECT_EQ(column.kind, DriftKind::kText);
    EXPECT_TRUE(column.levels.empty());
    CurrentColumn same(column);
    same.observe(table.column("note"));
    EXPECT_EQ(same.rows(), 300u);
  }
  EXPECT_TRUE(found);
}

TEST(TrainText, AModelWithoutTextsStaysReadableForOlderPrograms) {
  const auto version_of = [](const Pipeline& pipeline) {
    ModelFileInfo info;
    pipeline_from_bytes(pipeline_to_bytes(pipeline), "model", &info);
    for (const SectionInfo& section : info.sections) {
      if (section.name == "features") return section.version;
    }
    return std::uint32_t{0};
  };
  TrainOptions plain = options_for("nb");
  plain.preprocess.text = {};
  plain.exclude = {"note"};
  EXPECT_EQ(version_of(train(read(mails(100)), plain).pipeline), 1u);
  EXPECT_EQ(version_of(train(read(mails(100)), options_for("nb")).pipeline), 2u);
}

TEST(TrainText, BalancedNaiveBayesCallsAtTheShareOfThePositiveClass) {
  const Table table = read(mails(500));
  TrainOptions options = options_for("nb");
  const Predictions honest = train(table, options).pipeline.predict(table, Context(1));
  options.class_weight = "balanced";
  const Pipeline balanced = train(table, options).pipeline;
  EXPECT_EQ(balanced.predict(table, Context(1)).probabilities, honest.probabilities);
  const Target target = [&] {
    Context context(1);
    return read_target(table, options, context);
  }();
  double positive = 0;
  for (const std::uint32_t label : target.labels) positive += label;
  EXPECT_NEAR(balanced.threshold(), positive / 500, 1e-12);
}

TEST(TrainText, ContradictionsAreRefused) {
  const Table table = read(mails(60));
  const auto code_of = [&](const TrainOptions& options) {
    try {
      train(table, options);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInterrupted;
  };
  TrainOptions excluded = options_for("nb");
  excluded.exclude = {"note"};
  EXPECT_EQ(code_of(excluded), ErrorCode::kUsage);
  EXPECT_EQ(code_of(options_for("nb", "y")), ErrorCode::kData);
  EXPECT_EQ(code_of(options_for("nb", "n")), ErrorCode::kData);
  TrainOptions dropped = options_for("nb");
  dropped.preprocess.drop_first = true;
  EXPECT_EQ(code_of(dropped), ErrorCode::kUsage);
  TrainOptions resampled = options_for("nb");
  resampled.resample.method = "over";
  EXPECT_EQ(code_of(resampled), ErrorCode::kUsage);
}

}  // namespace
}  // namespace mlkit
