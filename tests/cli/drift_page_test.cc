#include "drift_page.h"

#include <gtest/gtest.h>

#include <numeric>

#include "mlkit/base/random.h"
#include "mlkit/drift/reference.h"

namespace mlkit::app {
namespace {

NumberSample sample_of(std::vector<double> values, std::uint64_t missing = 0) {
  NumberSample out;
  out.rows = values.size() + missing;
  out.missing = missing;
  std::sort(values.begin(), values.end());
  out.sorted = std::move(values);
  return out;
}

std::vector<double> normals(std::size_t n, double shift, std::uint32_t sub) {
  RandomStream random(5, RandomPurpose::kSimulate, sub);
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(random.normal() + shift);
  return out;
}

// `count` columns of which the first `moved` are shifted.
FileComparison comparison_of(std::size_t count, std::size_t moved, const std::string& name = "x") {
  FileComparison out;
  out.reference_rows = out.current_rows = 300;
  for (std::size_t i = 0; i < count; ++i) {
    ColumnDrift column =
        compare_numbers(sample_of(normals(300, 0, static_cast<std::uint32_t>(2 * i + 1))),
                        sample_of(normals(300, i < moved ? 2 : 0, static_cast<std::uint32_t>(2 * i))), {});
    column.name = name + std::to_string(i + 1);
    out.columns.push_back(std::move(column));
  }
  out.drift = judge_columns(out.columns, {});
  return out;
}

std::vector<Chart> charts_of(const Report& page) {
  std::vector<Chart> out;
  for (const ReportSection& section : page.sections) {
    for (const ReportItem& item : section.items) {
      if (const Chart* chart = std::get_if<Chart>(&item)) out.push_back(*chart);
    }
  }
  return out;
}

const ReportSection* section_of(const Report& page, const std::string& title) {
  for (const ReportSection& section : page.sections) {
    if (section.title == title) return &section;
  }
  return nullptr;
}

TEST(DriftPage, SaysTheVerdictFirstAndRanksDriftedColumnsByEffect) {
  FileComparison found = comparison_of(5, 2);
  std::swap(found.columns[0], found.columns[4]);
  const Report page = drift_page(found, nullptr, {"a.csv", "b.csv"}, {});
  ASSERT_TRUE(page.verdict);
  EXPECT_EQ(page.verdict->kind, NoteKind::kBad);
  EXPECT_EQ(page.verdict->text.find("2 of 5 columns drifted, most of all x"), 0u) << page.verdict->text;
  const auto& table = std::get<ReportTable>(section_of(page, "Columns")->items.at(0));
  EXPECT_EQ(std::get<std::string>(table.rows[0][1]), "drift (test and PSI)");
  EXPECT_EQ(std::get<std::string>(table.rows[2][1]), "no drift");
  for (const std::size_t i : {1u, 3u, 4u}) {
    EXPECT_GE(std::get<double>(table.rows[i - 1][3]), std::get<double>(table.rows[i][3])) << i;
  }
  EXPECT_EQ(section_of(page, "How they moved")->items.size(), 2u);
  EXPECT_FALSE(section_of(page, "How they moved")->folded);
  EXPECT_EQ(section_of(page, "The other columns")->items.size(), 3u);
  EXPECT_TRUE(section_of(page, "The other columns")->folded);
}

TEST(DriftPage, IsGoodNewsWhereNothingDrifted) {
  const Report page = drift_page(comparison_of(3, 0), nullptr, {"a.csv", "b.csv"}, {});
  EXPECT_EQ(page.verdict->kind, NoteKind::kGood);
  EXPECT_EQ(page.verdict->text, "no drift in 3 columns.");
  EXPECT_EQ(page.verdict->remedy, "");
}

TEST(DriftPage, StaysBelow300KilobytesForManyColumnsOfLongNames) {
  for (const std::size_t count : {12u, 25u, 400u}) {
    const std::string html = render_report_html(
        drift_page(comparison_of(count, count / 2, std::string(500, '<')), nullptr, {"a.csv", "b.csv"}, {}));
    EXPECT_LT(html.size(), 300'000u) << count;
  }
}

// Every row is in some bar, however the reference's bins lie: wide, a single value, or beyond what is drawn.
TEST(DriftPage, PicturesAgainstAModelHoldEveryRow) {
  std::vector<double> values = normals(4000, 0, 1);
  for (std::size_t i = 0; i < 1000; ++i) values[i] = 0.25;  // a point within a smooth column
  std::vector<double> now = normals(500, 0.5, 2);
  now[0] = 1e6;
  now[1] = -1e6;
  const ReferenceColumn reference = learn_reference(make_numeric_column("x", values));
  CurrentColumn counted(reference);
  counted.observe_numbers(now);
  ModelComparison found;
  found.columns.push_back(counted.compare(reference, {}));
  found.drift = judge_columns(found.columns, {});
  const std::vector<Chart> charts = charts_of(drift_page(found, {"m.mlkit", "b.csv"}, {}));
  ASSERT_EQ(charts.size(), 1u);
  const auto& histogram = std::get<HistogramChart>(charts[0].body);
  for (const HistogramSeries& series : histogram.series) {
    EXPECT_NEAR(std::accumulate(series.heights.begin(), series.heights.end(), 0.0), 1, 1e-9) << series.name;
  }
  EXPECT_LT(histogram.edges.back(), 10) << "two far values do not flatten the picture";
}

TEST(DriftPage, FewValuesAgainstAModelAreToldOneByOne) {
  std::vector<double> values, now;
  for (int i = 0; i < 600; ++i) values.push_back(i % 3);
  for (int i = 0; i < 600; ++i) now.push_back(i % 2);
  const ReferenceColumn reference = learn_reference(make_numeric_column("x", values));
  CurrentColumn counted(reference);
  counted.observe_numbers(now);
  ModelComparison found;
  found.columns.push_back(counted.compare(reference, {}));
  judge_columns(found.columns, {});
  const std::vector<Chart> charts = charts_of(drift_page(found, {"m.mlkit", "b.csv"}, {}));
  const auto& bars = std::get<BarChart>(charts.at(0).body);
  EXPECT_EQ(bars.labels, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(bars.series[1].values, (std::vector<double>{0.5, 0.5, 0}));
}

TEST(DriftPage, ColumnsWithNothingToDrawAreInTheTableAlone) {
  FileComparison found;
  found.reference_rows = found.current_rows = 2;
  ColumnDrift empty = compare_numbers(sample_of({}, 2), sample_of({}, 2), {});
  empty.name = "empty";
  ColumnDrift skipped;
  skipped.name = "when";
  skipped.tested = false;
  skipped.note = "time stamps move by nature: not compared";
  found.columns = {empty, skipped};
  judge_columns(found.columns, {});
  const Report page = drift_page(found, nullptr, {"a", "b"}, {});
  EXPECT_EQ(charts_of(page).size(), 1u) << "of missing cells";
  EXPECT_EQ(section_of(page, "The other columns"), nullptr);
  EXPECT_EQ(std::get<ReportTable>(section_of(page, "Columns")->items.at(0)).rows.size(), 2u);
  EXPECT_NE(section_of(page, "Not compared"), nullptr);
}

}  // namespace
}  // namespace mlkit::app
