#include "mlkit/resample/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

const std::vector<std::string> kClasses = {"no", "yes"};

// `few` rows of class 1 among `many` of class 0; two numbers of very different scale.
struct Made {
  Table table;
  std::vector<std::uint32_t> labels;
};

Made two_classes(std::size_t many, std::size_t few, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kSample);
  Made out;
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t row = 0; row < many + few; ++row) {
    out.labels.push_back(row % ((many + few) / few) == 0 && row / ((many + few) / few) < few ? 1 : 0);
    x.push_back(random.normal() + out.labels.back());
    y.push_back(1000 * random.normal());
  }
  out.table.add_column(make_numeric_column("x", std::move(x)));
  out.table.add_column(make_numeric_column("y", std::move(y)));
  return out;
}

const std::vector<std::size_t> kBoth = {0, 1};

ResampleOptions with(const std::string& method, double ratio = 1, std::int64_t k = 5) {
  return {.method = method, .k_neighbors = k, .ratio = ratio, .seed = 11};
}

ResamplePlan plan_of(const Made& made, const ResampleOptions& options) {
  Context context(1);
  return plan_resample(made.table, kBoth, made.labels, kClasses, options, context);
}

// The k nearest rows of the class in standardised units, by sorting all distances.
std::vector<std::uint32_t> brute_neighbours(const Made& made, std::uint32_t base, std::size_t k) {
  std::vector<double> scale;
  for (const std::size_t c : kBoth) {
    const auto& values = made.table.column(c).numbers().values;
    double mean = 0;
    double squares = 0;
    for (const double v : values) mean += v / static_cast<double>(values.size());
    for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
    scale.push_back(std::sqrt(squares));
  }
  std::vector<std::pair<double, std::uint32_t>> all;
  for (std::uint32_t row = 0; row < made.labels.size(); ++row) {
    if (row == base || made.labels[row] != made.labels[base]) continue;
    double sum = 0;
    for (const std::size_t c : kBoth) {
      const auto& values = made.table.column(c).numbers().values;
      const double d = (values[row] - values[base]) / scale[c];
      sum += d * d;
    }
    all.emplace_back(sum, row);
  }
  std::sort(all.begin(), all.end());
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < std::min(k, all.size()); ++i) out.push_back(all[i].second);
  return out;
}

TEST(Smote, EveryMadeRowLiesOnTheWayToOneOfTheNearestRowsOfItsClass) {
  const Made made = two_classes(400, 40, 1);
  const ResamplePlan plan = plan_of(made, with("smote"));
  const Table out = apply_resample(made.table, kBoth, {}, plan);
  ASSERT_EQ(plan.kept.size(), 440u);
  ASSERT_EQ(plan.made.size(), 360u);
  ASSERT_EQ(out.rows(), 800u);
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const MadeRow& row = plan.made[i];
    EXPECT_EQ(plan.labels[440 + i], 1u);
    EXPECT_EQ(made.labels[row.base], 1u);
    const std::vector<std::uint32_t> near = brute_neighbours(made, row.base, 5);
    ASSERT_NE(std::find(near.begin(), near.end(), row.neighbour), near.end());
    EXPECT_GE(row.step, 0);
    EXPECT_LT(row.step, 1);
    for (const std::size_t c : kBoth) {
      const auto& from = made.table.column(c).numbers().values;
      EXPECT_EQ(out.column(c).numbers().values[440 + i],
                from[row.base] + row.step * (from[row.neighbour] - from[row.base]));
    }
  }
}

// The step is recovered from the cells (the way is long compared with rounding), not taken from the plan. Kolmogorov's
// limit law: sqrt(n) D is above 1.95 with probability 0.001; the seed is fixed.
TEST(Smote, StepsAreUniform) {
  const Made made = two_classes(4100, 100, 2);
  const ResamplePlan plan = plan_of(made, with("smote"));
  const Table out = apply_resample(made.table, kBoth, {}, plan);
  std::vector<double> steps;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const auto& from = made.table.column(0).numbers().values;
    const double a = from[plan.made[i].base];
    const double b = from[plan.made[i].neighbour];
    steps.push_back((out.column(0).numbers().values[plan.kept.size() + i] - a) / (b - a));
  }
  std::sort(steps.begin(), steps.end());
  ASSERT_EQ(steps.size(), 4000u);
  double distance = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    distance =
        std::max({distance, steps[i] - static_cast<double>(i) / 4000, static_cast<double>(i + 1) / 4000 - steps[i]});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(4000.0));
}

TEST(Smote, NeighboursAreChosenEvenlyAndBasesEquallyOften) {
  const Made made = two_classes(4130, 100, 3);
  const ResamplePlan plan = plan_of(made, with("smote"));
  std::map<std::uint32_t, int> bases;
  std::vector<double> ranks(5);
  for (const MadeRow& row : plan.made) {
    ++bases[row.base];
    const std::vector<std::uint32_t> near(plan.neighbours.begin() + static_cast<std::ptrdiff_t>(row.neighbours),
                                          plan.neighbours.begin() + static_cast<std::ptrdiff_t>(row.neighbours) + 5);
    ++ranks[static_cast<std::size_t>(std::find(near.begin(), near.end(), row.neighbour) - near.begin())];
  }
  ASSERT_EQ(plan.made.size(), 4030u);
  ASSERT_EQ(bases.size(), 100u);
  int more = 0;
  for (const auto& [base, uses] : bases) {
    EXPECT_TRUE(uses == 40 || uses == 41);
    more += uses - 40;
  }
  EXPECT_EQ(more, 30);
  double chi2 = 0;
  for (const double count : ranks) chi2 += (count - 806) * (count - 806) / 806;
  EXPECT_LT(chi2, 18.47);  // the 0.999 quantile of chi-square with 4 degrees of freedom
}

TEST(Smote, RatioAndSeveralClasses) {
  Made made = two_classes(300, 30, 4);
  for (std::size_t row = 1; row < 200; row += 4) made.labels[row] = made.labels[row] == 1 ? 1 : 2;
  const std::vector<std::string> classes = {"a", "b", "c", "never"};
  Context context(1);
  const ResamplePlan plan = plan_resample(made.table, kBoth, made.labels, classes, with("smote", 0.5), context);
  const std::uint64_t largest = plan.rows_before[0];
  EXPECT_EQ(plan.rows_after, (std::vector<std::uint64_t>{largest, largest / 2, largest / 2, 0}));
  std::vector<std::uint64_t> counted(4);
  for (const std::uint32_t label : plan.labels) ++counted[label];
  EXPECT_EQ(counted, plan.rows_after);
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    EXPECT_EQ(made.labels[plan.made[i].neighbour], made.labels[plan.made[i].base]);
    EXPECT_EQ(plan.labels[plan.kept.size() + i], made.labels[plan.made[i].base]);
  }
  const std::vector<double> weights = resample_weights(plan);
  EXPECT_DOUBLE_EQ(weights[0], 1);
  EXPECT_DOUBLE_EQ(weights[1], static_cast<double>(largest / 2) / static_cast<double>(plan.rows_before[1]));
  EXPECT_DOUBLE_EQ(weights[3], 1);
}

// SMOTE-NC by hand: three rows of the class, one number (sd over all rows 2, so 0, 2, 8 stand at 0, 1, 4), one
// category. The class's sd of the standardised number is sqrt(26) / 3 = 1.7, the penalty; so the nearest row of the
// first is the second (1 apart, other level: sqrt(1 + 2.89) = 1.97), not the third (4 apart, same level).
TEST(SmoteNc, CategoriesCostTheMedianDeviationAndAreVotedOn) {
  Table table;
  table.add_column(make_numeric_column("x", {0, 2, 8, 4, 4, 4, 4, 4, 4, 4, 4, 4}));
  table.add_column(make_category_column("c", {"p", "q", "p", "p", "p", "p", "p", "p", "p", "p", "p", "p"}));
  std::vector<std::uint32_t> labels(12, 0);
  labels[0] = labels[1] = labels[2] = 1;
  Context context(1);
  const ResamplePlan one = plan_resample(table, kBoth, labels, kClasses, with("smote", 1, 1), context);
  EXPECT_EQ(one.neighbours, (std::vector<std::uint32_t>{1, 0, 1}));
  const Table made = apply_resample(table, kBoth, {}, one);
  for (std::size_t i = 0; i < one.made.size(); ++i) {
    const std::string expected = one.made[i].base == 1 ? "p" : "q";  // what the only neighbour has
    EXPECT_EQ(made.column(1).cell_text(12 + i), expected) << one.made[i].base;
  }
  const ResamplePlan two = plan_resample(table, kBoth, labels, kClasses, with("smote", 1, 2), context);
  const Table voted = apply_resample(table, kBoth, {}, two);
  for (std::size_t i = 0; i < two.made.size(); ++i) {
    // Of row 0 the neighbours have q and p: a tie, so its own. Of row 1 both have p. Of row 2: q and p.
    EXPECT_EQ(voted.column(1).cell_text(12 + i), "p");
  }
}

TEST(SmoteNc, WithoutNumbersEveryDifferenceCountsTheSame) {
  Table table;
  table.add_column(make_category_column("a", {"u", "u", "v", "u", "u", "u", "u", "u"}));
  table.add_column(make_category_column("b", {"r", "r", "s", "t", "t", "t", "t", "t"}));
  Context context(1);
  const ResamplePlan plan = plan_resample(table, kBoth, std::vector<std::uint32_t>{1, 1, 1, 0, 0, 0, 0, 0}, kClasses,
                                          with("smote", 1, 1), context);
  EXPECT_EQ(plan.neighbours, (std::vector<std::uint32_t>{1, 0, 0}));
}

TEST(Smote, WholeNumbersStayWholeAndGapsAreThoseOfTheBase) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Table table;
  table.add_column(make_numeric_column("count", {1, 4, 9, 2, 3, 5, 5, 5, 5, 5, 5, 5}));
  table.add_column(make_numeric_column("gappy", {0.5, nan, 2.5, nan, 1, 1, 1, 1, 1, 1, 1, 1}));
  std::vector<std::uint32_t> labels(12, 0);
  labels[0] = labels[1] = labels[2] = 1;
  Context context(1);
  const ResamplePlan plan = plan_resample(table, kBoth, labels, kClasses, with("smote"), context);
  const Table out = apply_resample(table, kBoth, {}, plan);
  EXPECT_FALSE(context.take_warnings().empty());  // three rows have no five neighbours
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const MadeRow& made = plan.made[i];
    const std::size_t row = 12 + i;
    const double count = out.column(0).numbers().values[row];
    EXPECT_EQ(count, std::floor(count));
    if (made.base == 1) {
      EXPECT_TRUE(out.column(1).is_missing(row));
    } else if (made.neighbour == 1) {
      EXPECT_EQ(out.column(1).numbers().values[row], made.base == 0 ? 0.5 : 2.5);
    } else {
      EXPECT_GE(out.column(1).numbers().values[row], 0.5);
      EXPECT_LE(out.column(1).numbers().values[row], 2.5);
    }
  }
}

TEST(Smote, IdentifiersOfMadeRowsAreEmptyAndOtherColumnsThoseOfTheBase) {
  Made made = two_classes(40, 8, 5);
  std::vector<double> ids;
  std::vector<std::string> notes;
  for (std::size_t row = 0; row < 48; ++row) {
    ids.push_back(static_cast<double>(row + 1));
    notes.push_back("note " + std::to_string(row));
  }
  made.table.add_column(make_numeric_column("id", ids));
  made.table.add_column(make_text_column("note", notes));
  const ResamplePlan plan = plan_of(made, with("smote"));
  const Table out = apply_resample(made.table, kBoth, std::vector<std::size_t>{2}, plan);
  for (std::size_t row = 0; row < 48; ++row) EXPECT_EQ(out.column(2).numbers().values[row], ids[row]);
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    EXPECT_TRUE(out.column(2).is_missing(48 + i));
    EXPECT_EQ(out.column(3).cell_text(48 + i), notes[plan.made[i].base]);
  }
}

TEST(RandomOver, RepeatsRowsAsTheyAre) {
  const Made made = two_classes(100, 30, 6);
  const ResamplePlan plan = plan_of(made, with("over"));
  EXPECT_EQ(plan.made.size(), 70u);
  const Table out = apply_resample(made.table, kBoth, std::vector<std::size_t>{0}, plan);
  std::map<std::uint32_t, int> uses;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    ++uses[plan.made[i].base];
    for (const std::size_t c : kBoth) {
      EXPECT_EQ(out.column(c).numbers().values[130 + i], made.table.column(c).numbers().values[plan.made[i].base]);
    }
  }
  for (const auto& [row, count] : uses) EXPECT_TRUE(count == 2 || count == 3) << row;
}

TEST(RandomUnder, KeepsEveryRowOfTheSmallestClassAndDrawsFromTheOthers) {
  const Made made = two_classes(300, 30, 7);
  for (const auto& [ratio, majority] : std::vector<std::pair<double, std::size_t>>{{1, 30}, {0.5, 60}, {0.01, 300}}) {
    const ResamplePlan plan = plan_of(made, with("under", ratio));
    EXPECT_TRUE(plan.made.empty());
    EXPECT_EQ(plan.kept.size(), 30 + majority);
    EXPECT_TRUE(std::is_sorted(plan.kept.begin(), plan.kept.end()));
    EXPECT_EQ(std::set<std::uint32_t>(plan.kept.begin(), plan.kept.end()).size(), plan.kept.size());
    EXPECT_EQ(std::count(plan.labels.begin(), plan.labels.end(), 1), 30);
  }
}

TEST(Resample, SameSeedSamePlanForAnyNumberOfThreads) {
  const Made made = two_classes(500, 90, 8);
  const auto steps = [&](int threads, std::uint64_t seed) {
    Context context(threads);
    ResampleOptions options = with("smote");
    options.seed = seed;
    const ResamplePlan plan = plan_resample(made.table, kBoth, made.labels, kClasses, options, context);
    std::vector<double> out;
    for (const MadeRow& row : plan.made) out.insert(out.end(), {row.base * 1.0, row.neighbour * 1.0, row.step});
    return out;
  };
  EXPECT_EQ(steps(1, 1), steps(3, 1));
  EXPECT_NE(steps(1, 1), steps(1, 2));
}

TEST(Resample, RefusesWhatIsNotDefined) {
  Made made = two_classes(40, 8, 9);
  for (std::size_t row = 0, seen = 0; row < made.labels.size(); ++row) {
    if (made.labels[row] == 1 && ++seen > 1) made.labels[row] = 0;
  }
  EXPECT_THROW(plan_of(made, with("smote")), Error);  // a class of one row
  EXPECT_EQ(plan_of(made, with("over")).made.size(), 46u);
  EXPECT_THROW(plan_of(made, with("tomek")), Error);
}

}  // namespace
}  // namespace mlkit
