#include "mlkit/workflow/monitor_log.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// A log with errors of 5 % up to row 1,500 and of 60 % after, whose confidence falls from 0.9 to 0.6 there.
Table log_rows(std::size_t rows) {
  RandomStream random(31, RandomPurpose::kSimulate);
  std::vector<std::string> id, prediction, truth;
  std::vector<double> confidence, latency;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool late = i >= 1500;
    id.push_back("r" + std::to_string(i));
    prediction.push_back(random.uniform() < 0.5 ? "yes" : "no");
    const bool wrong = random.uniform() < (late ? 0.6 : 0.05);
    truth.push_back((prediction.back() == "yes") != wrong ? "yes" : "no");
    confidence.push_back((late ? 0.6 : 0.9) + 0.05 * random.uniform());
    latency.push_back(1 + random.uniform());
  }
  return Table({make_text_column("id", id), make_category_column("prediction", prediction),
                make_numeric_column("confidence", confidence), make_numeric_column("latency_ms", latency),
                make_category_column("truth", truth)});
}

MonitorOptions options_for(const std::string& label) {
  MonitorOptions options;
  options.window = 500;
  options.label = label;
  options.detectors = {"adwin", "ddm", "page_hinkley"};
  return options;
}

std::vector<std::string> header() { return {"id", "prediction", "confidence", "latency_ms", "truth"}; }

Table part(const Table& table, std::size_t from, std::size_t to) {
  std::vector<std::uint32_t> rows;
  for (std::size_t row = from; row < to; ++row) rows.push_back(static_cast<std::uint32_t>(row));
  return table.select_rows(rows);
}

std::vector<std::string> texts(const MonitorStep& step) {
  std::vector<std::string> out;
  for (const Alarm& alarm : step.alarms) {
    out.push_back(alarm.alarm + " " + alarm.detector + " " + std::to_string(alarm.row) + " " +
                  std::to_string(alarm.window) + " " + std::to_string(alarm.value));
  }
  return out;
}

bool has(const MonitorStep& step, const std::string& alarm, const std::string& detector, std::uint64_t from,
         std::uint64_t to) {
  for (const Alarm& found : step.alarms) {
    if (found.alarm == alarm && found.detector == detector && found.row > from && found.row <= to) return true;
  }
  return false;
}

TEST(MonitorLog, OnlyDetectorsThatAreAskedForAlarm) {
  MonitorOptions options = options_for("truth");
  options.detectors = {"page-hinkley"};
  LogMonitor monitor(options, nullptr, "", {});
  monitor.columns_for(header());
  const MonitorStep step = monitor.observe(log_rows(3000));
  EXPECT_TRUE(has(step, "error", "page_hinkley", 1500, 1700));
  for (const Alarm& alarm : step.alarms) EXPECT_NE(alarm.detector, "adwin") << alarm.alarm;
}

TEST(MonitorLog, FindsTheChangeAndNothingBefore) {
  LogMonitor monitor(options_for("truth"), nullptr, "", {});
  monitor.columns_for(header());
  const MonitorStep step = monitor.observe(log_rows(3000));
  for (const char* detector : {"adwin", "ddm", "page_hinkley"}) {
    EXPECT_TRUE(has(step, "error", detector, 1500, 1700)) << detector;
    if (std::string(detector) == "ddm") continue;  // alarms for nothing now and then
    EXPECT_FALSE(has(step, "error", detector, 0, 1500)) << detector;
  }
  EXPECT_TRUE(has(step, "confidence", "adwin", 1500, 1600));
  EXPECT_TRUE(has(step, "score", "ks", 1999, 2000));  // of the first window after the change
  EXPECT_FALSE(has(step, "score", "ks", 0, 1500));
  EXPECT_FALSE(has(step, "latency", "ks", 0, 3000));
  ASSERT_EQ(step.windows.size(), 6u);
  EXPECT_EQ(step.windows[1].first_row, 501u);
  EXPECT_EQ(step.windows[1].labelled, 500u);
  EXPECT_LT(*step.windows[2].error, 0.1);
  EXPECT_GT(*step.windows[3].error, 0.5);
}

TEST(MonitorLog, AnswersThatDoNotJoinAreCounted) {
  MonitorOptions options = options_for("");
  options.id = "id";
  options.joined_only = true;
  options.task = "regression";
  LogMonitor monitor(options, nullptr, "", {{"a", "1"}, {"b", "many"}, {"x", "2"}, {"w", "3"}});
  monitor.columns_for({"id", "prediction"});
  const std::vector<std::string> ids = {"a", "b", "c"};
  monitor.observe(Table({make_text_column("id", ids), make_numeric_column("prediction", {1, 2, 3})}));
  const AnswerCounts counts = monitor.answers();
  EXPECT_EQ(counts.not_numbers, 1u);
  EXPECT_EQ(counts.not_number, "many");
  EXPECT_EQ(counts.unmatched_ids, 2u);
  EXPECT_EQ(counts.unmatched_id, "w");
  EXPECT_EQ(counts.unknown, 0u);
}

TEST(MonitorLog, BatchesAreNothing) {
  const Table table = log_rows(2600);
  LogMonitor whole(options_for("truth"), nullptr, "", {}), parts(options_for("truth"), nullptr, "", {});
  whole.columns_for(header());
  parts.columns_for(header());
  const std::vector<std::string> expected = texts(whole.observe(table));
  std::vector<std::string> got;
  for (std::size_t from = 0; from < table.rows(); from += 37) {
    for (const std::string& text : texts(parts.observe(part(table, from, std::min(from + 37, table.rows()))))) {
      got.push_back(text);
    }
  }
  EXPECT_EQ(got, expected);
}

TEST(MonitorLog, GoesOnFromItsStateAsIfNothingHadHappened) {
  const Table table = log_rows(2600);
  LogMonitor whole(options_for("truth"), nullptr, "", {});
  whole.columns_for(header());
  const std::vector<std::string> expected = texts(whole.observe(table));
  for (const std::size_t at : {250u, 1333u, 2000u}) {
    LogMonitor first(options_for("truth"), nullptr, "", {}), second(options_for("truth"), nullptr, "", {});
    first.columns_for(header());
    second.columns_for(header());
    std::vector<std::string> got = texts(first.observe(part(table, 0, at)));
    const std::string state = first.state({"a record\n"});
    EXPECT_EQ(second.restore(state, "s"), (std::vector<std::string>{"a record\n"}));
    second.refill(part(table, at - first.rows_in_window(), at));
    EXPECT_EQ(second.state({"a record\n"}), state);
    for (const std::string& text : texts(second.observe(part(table, at, table.rows())))) got.push_back(text);
    EXPECT_EQ(got, expected) << at;
  }
}

TEST(MonitorLog, LabelsThatComeLaterAreJoinedByTheirId) {
  const Table table = log_rows(2600);
  std::unordered_map<std::string, std::string> answers;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    answers[table.column(0).cell_text(row)] = table.column(4).cell_text(row);
  }
  MonitorOptions options = options_for("");
  options.id = "id";
  LogMonitor before(options, nullptr, "", {});
  before.columns_for(header());
  const MonitorStep blind = before.observe(table);
  EXPECT_FALSE(has(blind, "error", "adwin", 0, 2600));
  LogMonitor after(options, nullptr, "", answers);
  after.columns_for(header());
  after.restore(before.state({}), "s");
  EXPECT_TRUE(has(after.join_late_labels(), "error", "adwin", 1500, 1700));
  EXPECT_TRUE(after.join_late_labels().alarms.empty());  // each answer counts once
}

TEST(MonitorLog, StatesThatAreDamagedOrOfAnotherLogAreRefused) {
  LogMonitor monitor(options_for("truth"), nullptr, "", {});
  monitor.columns_for(header());
  monitor.observe(log_rows(700));
  const std::string state = monitor.state({});
  for (std::size_t at = 0; at < state.size(); at += 7) {
    std::string broken = state;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    LogMonitor other(options_for("truth"), nullptr, "", {});
    other.columns_for(header());
    EXPECT_THROW(other.restore(broken, "s"), Error);
  }
  MonitorOptions options = options_for("truth");
  options.window = 400;
  LogMonitor other(options, nullptr, "", {});
  other.columns_for(header());
  EXPECT_THROW(other.restore(state, "s"), Error);
  LogMonitor fewer(options_for("truth"), nullptr, "", {});
  fewer.columns_for({"prediction", "confidence", "truth"});
  EXPECT_THROW(fewer.restore(state, "s"), Error);
}

TEST(MonitorLog, WhatItNeedsIsNamed) {
  LogMonitor monitor({}, nullptr, "", {});
  EXPECT_THROW(monitor.columns_for({"x"}), Error);
  LogMonitor with_id(options_for("nope"), nullptr, "", {});
  EXPECT_THROW(with_id.columns_for(header()), Error);
  MonitorOptions options;
  options.detectors = {"cusum"};
  EXPECT_THROW(LogMonitor(options, nullptr, "", {}), Error);
}

}  // namespace
}  // namespace mlkit
