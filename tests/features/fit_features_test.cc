#include "mlkit/features/fit_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "support/golden.h"

namespace mlkit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Table read(const std::string& csv) {
  Context context(1);
  return read_csv_bytes(csv, {}, context);
}

FeatureOptions nothing() {
  FeatureOptions options;
  options.dates = {"none"};
  options.encode_default = "none";
  return options;
}

FeatureFit fit(const Table& table, const FeatureOptions& options, const FeatureTarget& target = {},
               const std::vector<std::string>& classes = {}, int threads = 1) {
  Context context(threads);
  return fit_features(plan_features(table, options, classes, 42), table, target, context);
}

std::vector<double> column_of(const Table& table, const std::string& name) {
  return table.column(*table.find(name)).numbers().values;
}

std::vector<double> feature(const FeatureFit& fitted, const Table& table, const std::string& name) {
  const Table out = fitted.encoder().apply(table, Context(1));
  return column_of(out, name);
}

Table numbers_table() {
  return Table({make_numeric_column("x", {7.5, 1.25, 3, 3, 9.75, 0.5, 2.25, 8, 3, 6.5, 4.75, 5.5, 3, 1})});
}

const FeatureStep& only_step(const FeatureFit& fitted) { return fitted.encoder().recipe().steps.at(0); }

// numpy 1.24: e = np.quantile(x, ..), np.searchsorted(e, x, side='left'); equal to pandas.qcut for four bins.
TEST(FitFeatures, QuantileBinsAreThoseOfNumpy) {
  FeatureOptions options = nothing();
  options.bins = {"x=4"};
  const Table table = numbers_table();
  const FeatureFit four = fit(table, options);
  EXPECT_EQ(only_step(four).edges, (std::vector<double>{2.4375, 3, 6.25}));
  EXPECT_EQ(feature(four, table, "x_bin"), (std::vector<double>{3, 0, 1, 1, 3, 0, 0, 3, 1, 3, 2, 2, 1, 0}));
  options.bins = {"x=10:quantile"};
  const FeatureFit ten = fit(table, options);  // equal edges are one
  EXPECT_EQ(only_step(ten).edges,
            (std::vector<double>{1.075, 1.85, 2.925, 3, 4.3999999999999995, 5.6, 6.9, 7.8500000000000005}));
  EXPECT_EQ(feature(ten, table, "x_bin"), (std::vector<double>{7, 1, 3, 3, 8, 0, 2, 8, 3, 6, 5, 5, 3, 0}));
}

TEST(FitFeatures, UniformBinsAreThoseOfNumpyAndEndBinsTakeWhatIsOutside) {
  FeatureOptions options = nothing();
  options.bins = {"x=5:uniform"};
  const Table table = numbers_table();
  const FeatureFit fitted = fit(table, options);
  EXPECT_EQ(feature(fitted, table, "x_bin"), (std::vector<double>{3, 0, 1, 1, 4, 0, 0, 4, 1, 3, 2, 2, 1, 0}));
  const Table later({make_numeric_column("x", {-1e300, 1e300, kNaN})});
  const std::vector<double> bins = feature(fitted, later, "x_bin");
  EXPECT_EQ(bins[0], 0);
  EXPECT_EQ(bins[1], 4);
  EXPECT_TRUE(std::isnan(bins[2]));
}

// scikit-learn 1.2.1: StandardScaler, MinMaxScaler, RobustScaler.
TEST(FitFeatures, ScalingIsThatOfScikitLearn) {
  const std::map<std::string, std::vector<double>> expected = {
      {"standard", {1.1963194599494045, -1.079288208432615, -0.44211806128564957}},
      {"minmax", {0.7567567567567568, 0.08108108108108109, 0.2702702702702703}},
      {"robust", {1.180327868852459, -0.45901639344262296, 0.0}}};
  const Table table = numbers_table();
  for (const auto& [how, first] : expected) {
    FeatureOptions options = nothing();
    options.scale = how;
    const std::vector<double> got = feature(fit(table, options), table, "x_" + how);
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(got[i], first[i], 4e-16 * 8) << how;
  }
}

// tests/golden/preprocess.json: exact rationals.
TEST(FitFeatures, ScalingAgreesWithEveryGoldenCase) {
  std::size_t checked = 0;
  for (const Json& golden : test::golden_cases("preprocess")) {
    if (!golden.contains("expected") || !golden.at("expected").contains("min_max")) continue;
    SCOPED_TRACE(golden.at("id").get<std::string>());
    std::vector<double> values;
    for (const Json& value : golden.at("input").at("values"))
      values.push_back(value.is_null() ? kNaN : value.get<double>());
    const Table table({make_numeric_column("x", values)});
    const double rtol = golden.at("tolerance").at("rtol").get<double>();
    const double atol = golden.at("tolerance").at("atol").get<double>();
    const auto near = [&](double got, double wanted) { EXPECT_NEAR(got, wanted, atol + rtol * std::abs(wanted)); };
    FeatureOptions options = nothing();
    options.scale = "minmax";
    const std::vector<double> minmax = feature(fit(table, options), table, "x_minmax");
    options.scale = "standard";
    const std::vector<double> standard = feature(fit(table, options), table, "x_standard");
    std::vector<double> z;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Json& wanted = golden.at("expected").at("min_max")[i];
      EXPECT_EQ(std::isnan(minmax[i]), wanted.is_null());
      if (!wanted.is_null()) near(minmax[i], wanted.get<double>());
      if (!std::isnan(standard[i])) z.push_back(standard[i]);
    }
    if (golden.at("expected").contains("z_scores_sd_n")) {
      for (std::size_t i = 0; i < z.size(); ++i) near(z[i], golden.at("expected").at("z_scores_sd_n")[i].get<double>());
    }
    ++checked;
  }
  EXPECT_GE(checked, 6u);
}

TEST(FitFeatures, MissingNumbersStayMissingUnlessTheyAreToBeFilled) {
  FeatureOptions options = nothing();
  options.scale = "minmax";
  options.bins = {"x=2"};
  const Table table({make_numeric_column("x", {0, kNaN, 4, 10})});
  EXPECT_TRUE(std::isnan(feature(fit(table, options), table, "x_minmax")[1]));
  EXPECT_TRUE(std::isnan(feature(fit(table, options), table, "x_bin")[1]));
  options.impute = "median";
  EXPECT_EQ(feature(fit(table, options), table, "x_minmax")[1], 0.4);
  EXPECT_EQ(feature(fit(table, options), table, "x_bin"), (std::vector<double>{0, 0, 0, 1}));
}

TEST(FitFeatures, FrequencyAndOrdinalGoByCountThenBytes) {
  const Table table = read("c,n\nb,1\na,2\nb,3\nc,4\nNA,5\nB,6\na,7\nb,8\n");
  FeatureOptions options = nothing();
  options.encode = {"c=frequency", "c=ordinal"};
  const FeatureFit fitted = fit(table, options);
  EXPECT_EQ(feature(fitted, table, "c_frequency"),
            (std::vector<double>{0.375, 0.25, 0.375, 0.125, 0.125, 0.125, 0.25, 0.375}));
  const std::vector<double> ordinal = feature(fitted, table, "c_ordinal");
  EXPECT_EQ((std::vector<double>{ordinal[0], ordinal[1], ordinal[3], ordinal[5]}), (std::vector<double>{0, 1, 3, 2}));
  EXPECT_TRUE(std::isnan(ordinal[4]));
  const Table later({make_text_column("c", {"zz", "b"})});
  EXPECT_EQ(feature(fitted, later, "c_frequency"), (std::vector<double>{0, 0.375}));
  EXPECT_EQ(feature(fitted, later, "c_ordinal"), (std::vector<double>{4, 0}));
}

TEST(FitFeatures, OneHotIsInByteOrderAndRareLevelsShareOne) {
  const Table table = read("c,n\nb,1\na,2\nb,3\nc,4\nNA,5\nB,6\na,7\nb,8\n");
  FeatureOptions options = nothing();
  options.encode = {"c=onehot"};
  EXPECT_EQ(fit(table, options).encoder().names(), (std::vector<std::string>{"c=B", "c=a", "c=b", "c=c"}));
  options.rare = 2;
  const FeatureFit rare = fit(table, options);
  EXPECT_EQ(rare.encoder().names(), (std::vector<std::string>{"c=a", "c=b", "c=(rare)"}));
  EXPECT_EQ(feature(rare, table, "c=(rare)"), (std::vector<double>{0, 0, 0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(feature(rare, table, "c=a"), (std::vector<double>{0, 1, 0, 0, 0, 0, 1, 0}));
}

TEST(FitFeatures, PartsOfTimesAreNamedAndConstantOnesDropped) {
  const Table table =
      read("ts,n\n2024-02-29T23:59:59,1\n2024-03-02 00:00:00,2\n2024-12-30 12:30:00,3\nNA,4\n2024-06-05 06:05:00,5\n");
  FeatureOptions options;
  options.encode_default = "none";
  const FeatureFit fitted = fit(table, options);
  EXPECT_EQ(fitted.encoder().names(),
            (std::vector<std::string>{"ts_month", "ts_day", "ts_day_of_week", "ts_hour", "ts_minute", "ts_is_weekend",
                                      "ts_month_sin", "ts_month_cos", "ts_day_of_week_sin", "ts_day_of_week_cos",
                                      "ts_hour_sin", "ts_hour_cos"}));
  const auto at = [&](const std::string& name, std::size_t row) { return feature(fitted, table, name)[row]; };
  EXPECT_EQ(at("ts_day_of_week", 0), 3);  // a Thursday
  EXPECT_EQ(at("ts_day_of_week", 1), 5);
  EXPECT_EQ(at("ts_is_weekend", 1), 1);
  EXPECT_EQ(at("ts_hour", 0), 23);
  EXPECT_EQ(at("ts_minute", 4), 5);
  EXPECT_TRUE(std::isnan(at("ts_month", 3)));
  constexpr double kPi = 3.14159265358979323846;
  for (const std::size_t row : {0u, 1u, 2u, 4u}) {
    const double hour = at("ts_hour", row);
    EXPECT_NEAR(at("ts_hour_sin", row), std::sin(2 * kPi * hour / 24), 1e-15);
    EXPECT_NEAR(at("ts_hour_cos", row), std::cos(2 * kPi * hour / 24), 1e-15);
    const double day = at("ts_day_of_week", row);
    EXPECT_NEAR(at("ts_day_of_week_sin", row), std::sin(2 * kPi * day / 7), 1e-15);
    EXPECT_NEAR(at("ts_day_of_week_cos", row), std::cos(2 * kPi * day / 7), 1e-15);
    const double month = at("ts_month", row) - 1;
    EXPECT_NEAR(at("ts_month_sin", row), std::sin(2 * kPi * month / 12), 1e-15);
    EXPECT_NEAR(at("ts_month_cos", row), std::cos(2 * kPi * month / 12), 1e-15);
  }
}

TEST(FitFeatures, DatesGetNoHourAndTwoOfThemADifference) {
  const Table table = read("a,b\n2024-01-01,2024-01-11\n2023-12-31,2024-03-01\nNA,2024-03-02\n");
  const FeatureFit fitted = fit(table, {});
  for (const std::string& name : fitted.encoder().names()) EXPECT_EQ(name.find("hour"), std::string::npos) << name;
  const std::vector<double> days = feature(fitted, table, "b_minus_a_days");
  EXPECT_EQ(days[0], 10);
  EXPECT_EQ(days[1], 61);
  EXPECT_TRUE(std::isnan(days[2]));
  const Table times = read("a,b\n2024-01-01 00:00,2024-01-01 01:30\n2024-01-02 00:00,2024-01-01 00:00\n");
  FeatureOptions options = nothing();
  options.dates = {"a", "b"};
  options.differences = {"a:b"};
  EXPECT_EQ(feature(fit(times, options), times, "a_minus_b_hours"), (std::vector<double>{-1.5, 24}));
}

TEST(FitFeatures, TextsBecomeTermsAndProductsOfNumbersFeatures) {
  const Table table = read("t,x,y\nred apple,2,3\ngreen apple,4,NA\nred red car,5,7\n");
  FeatureOptions options = nothing();
  options.text = {"t=bow"};
  options.interactions = {"x:y"};
  const FeatureFit fitted = fit(table, options);
  EXPECT_EQ(fitted.encoder().names(), (std::vector<std::string>{"t_apple", "t_car", "t_green", "t_red", "x_x_y"}));
  EXPECT_EQ(feature(fitted, table, "t_red"), (std::vector<double>{1, 0, 2}));
  EXPECT_EQ(feature(fitted, table, "x_x_y")[2], 35);
  EXPECT_TRUE(std::isnan(feature(fitted, table, "x_x_y")[1]));
  options.text = {"t=tfidf"};
  // TfidfVectorizer().fit_transform(["red apple", "green apple", "red red car"]), scikit-learn 1.2.1.
  const std::vector<double> red = feature(fit(table, options), table, "t_red");
  EXPECT_NEAR(red[0], 0.7071067811865476, 1e-15);
  EXPECT_NEAR(red[2], 0.8355915419449176, 1e-15);
  options.text = {"t=hash"};
  options.text_features = 8;
  EXPECT_EQ(fit(table, options).encoder().outputs(), 9u);
}

struct Labelled {
  Table table;
  std::vector<std::uint32_t> labels;
  std::vector<double> numbers;
  std::vector<std::string> groups;
};

Labelled simulate(std::size_t rows, std::uint64_t seed) {
  Labelled out;
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::vector<std::string> levels;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t level = random.below(9);
    levels.push_back(level == 8 ? "" : "l" + std::to_string(level));
    out.labels.push_back(random.uniform() < 0.1 * static_cast<double>(level) ? 1 : 0);
    out.numbers.push_back(1000 + static_cast<double>(level) + random.normal());
    out.groups.push_back("g" + std::to_string(random.below(12)));
  }
  out.table = Table({make_category_column("c", levels), make_category_column("g", out.groups)});
  return out;
}

std::string level_of(const Table& table, std::size_t row) { return table.column(0).cell_text(row); }

// What the documentation says, by going through all rows for every row.
double slow_value(const Labelled& data, const std::vector<double>& y, const std::vector<std::uint32_t>& folds,
                  std::size_t row, double m) {
  double all = 0;
  double count = 0;
  double sum = 0;
  double n = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (folds[i] == folds[row]) continue;
    all += y[i];
    ++count;
    if (level_of(data.table, i) != level_of(data.table, row)) continue;
    sum += y[i];
    ++n;
  }
  const double p = all / count;
  return n == 0 ? p : (sum + m * p) / (n + m);
}

TEST(FitFeatures, TrainingRowsGetWhatTheOtherFoldsSay) {
  const Labelled data = simulate(400, 7);
  std::vector<double> y(data.labels.begin(), data.labels.end());
  FeatureOptions options = nothing();
  options.target = "";
  options.encode = {"c=target"};
  options.smoothing = "3";
  Table table = data.table;
  table.add_column(make_category_column("y", std::vector<std::string>(400, "0")));
  options.target = "y";
  const FeatureFit fitted = fit(table, options, {data.labels, {}}, {"0", "1"});
  const std::vector<double> got = column_of(fitted.apply_training(table, Context(1)), "c_target");
  for (std::size_t row = 0; row < 400; ++row) {
    EXPECT_NEAR(got[row], slow_value(data, y, fitted.fold_of_row(), row, 3), 1e-12) << row;
  }
  const FeatureFit numbers = fit(table, options, {{}, data.numbers});
  const std::vector<double> means = column_of(numbers.apply_training(table, Context(1)), "c_target");
  for (std::size_t row = 0; row < 400; ++row) {
    EXPECT_NEAR(means[row], slow_value(data, data.numbers, numbers.fold_of_row(), row, 3), 1e-9) << row;
  }
}

TEST(FitFeatures, FoldsAreStratifiedAndKeepGroupsTogether) {
  const Labelled data = simulate(600, 3);
  Table table = data.table;
  table.add_column(make_category_column("y", std::vector<std::string>(600, "0")));
  FeatureOptions options = nothing();
  options.target = "y";
  options.encode = {"c=target"};
  const FeatureFit stratified = fit(table, options, {data.labels, {}}, {"0", "1"});
  std::vector<std::size_t> positives(5);
  for (std::size_t row = 0; row < 600; ++row) positives[stratified.fold_of_row()[row]] += data.labels[row];
  const auto [least, most] = std::minmax_element(positives.begin(), positives.end());
  EXPECT_LE(*most - *least, 1u);
  options.group = "g";
  const FeatureFit grouped = fit(table, options, {data.labels, {}}, {"0", "1"});
  std::map<std::string, std::uint32_t> fold_of_group;
  for (std::size_t row = 0; row < 600; ++row) {
    const std::uint32_t fold = grouped.fold_of_row()[row];
    EXPECT_EQ(fold_of_group.try_emplace(data.groups[row], fold).first->second, fold);
  }
}

TEST(FitFeatures, SeveralClassesGetAValueEach) {
  const Table table = read("c,y\na,x\na,y\na,z\nb,x\nb,x\nb,y\nNA,z\nNA,z\n");
  FeatureOptions options = nothing();
  options.target = "y";
  options.encode = {"c=target"};
  options.smoothing = "0";
  const std::vector<std::uint32_t> labels = {0, 1, 2, 0, 0, 1, 2, 2};
  const FeatureFit fitted = fit(table, options, {labels, {}}, {"x", "y", "z"});
  EXPECT_EQ(fitted.encoder().names(), (std::vector<std::string>{"c_target_x", "c_target_y", "c_target_z"}));
  EXPECT_NEAR(feature(fitted, table, "c_target_x")[3], 2.0 / 3, 1e-15);
  EXPECT_EQ(feature(fitted, table, "c_target_z")[6], 1);  // missing is a level of its own
  const Table later({make_text_column("c", {"unseen"})});
  EXPECT_EQ(feature(fitted, later, "c_target_x")[0], 3.0 / 8);
}

TEST(FitFeatures, AutoChoosesByTypeAndCardinalityAndSaysWhy) {
  std::string csv = "when,few,many,id,sentence,flag,x,y\n";
  for (int i = 0; i < 120; ++i) {
    const std::string n = std::to_string(i);
    csv += "2024-01-" + std::string(i % 28 < 9 ? "0" : "") + std::to_string(i % 28 + 1) + ",f" + std::to_string(i % 3) +
           ",m" + std::to_string(i % 40) + ",id" + n + ",the word number " + n + " is new here," +
           (i % 2 == 0 ? "true" : "FALSE") + "," + n + "," + std::to_string(i % 2) + "\n";
  }
  const Table table = read(csv);
  FeatureOptions options;
  options.target = "y";
  const FeatureRecipe recipe = plan_features(table, options, {"0", "1"}, 42);
  std::map<std::string, FeatureKind> kinds;
  for (const FeatureStep& step : recipe.steps) {
    kinds[step.column] = step.kind;
    EXPECT_FALSE(step.why.empty()) << step.column;
  }
  EXPECT_EQ(kinds, (std::map<std::string, FeatureKind>{{"when", FeatureKind::kDates},
                                                       {"few", FeatureKind::kOneHot},
                                                       {"many", FeatureKind::kTarget},
                                                       {"sentence", FeatureKind::kTerms},
                                                       {"flag", FeatureKind::kOneHot}}));
  options.target.clear();
  for (const FeatureStep& step : plan_features(table, options, {}, 42).steps) {
    EXPECT_EQ(step.kind == FeatureKind::kFrequency, step.column == "many");
  }
}

TEST(FitFeatures, OptionsThatDoNotParseAreUsageErrors) {
  const Table table = read("c,x,y\na,1,0\nb,2,1\n");
  const auto code_of = [&](auto&& change) {
    FeatureOptions options = nothing();
    change(options);
    try {
      plan_features(table, options, {}, 42);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kFinding;
  };
  EXPECT_EQ(code_of([](auto& o) { o.encode = {"c=targte"}; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.encode = {"c"}; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.encode = {"c=target"}; }), ErrorCode::kUsage);  // no --target
  EXPECT_EQ(code_of([](auto& o) { o.encode = {"d=onehot"}; }), ErrorCode::kData);
  EXPECT_EQ(code_of([](auto& o) { o.bins = {"x=1"}; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.bins = {"x=4:wide"}; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.bins = {"c=4"}; }), ErrorCode::kData);
  EXPECT_EQ(code_of([](auto& o) { o.smoothing = "-1"; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.smoothing = "nan"; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.text = {"c=tf"}; }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([](auto& o) { o.dates = {"x"}; }), ErrorCode::kData);
  EXPECT_EQ(code_of([](auto& o) { o.target = "y", o.bins = {"y=2"}; }), ErrorCode::kData);
}

TEST(FitFeatures, ThreadsChangeNothing) {
  const Labelled data = simulate(9000, 11);
  Table table = data.table;
  table.add_column(make_numeric_column("x", data.numbers));
  table.add_column(make_category_column("y", std::vector<std::string>(9000, "0")));
  FeatureOptions options = nothing();
  options.target = "y";
  options.encode = {"c=target", "c=frequency", "g=onehot"};
  options.scale = "robust";
  options.bins = {"x=7"};
  std::string first;
  std::vector<double> rows;
  for (const int threads : {1, 2, 3, 8}) {
    const FeatureFit fitted = fit(table, options, {data.labels, {}}, {"0", "1"}, threads);
    BinaryWriter out;
    fitted.encoder().save(out);
    const std::vector<double> got = column_of(fitted.apply_training(table, Context(threads)), "c_target");
    if (threads == 1) {
      first = out.data();
      rows = got;
    }
    EXPECT_EQ(out.data(), first) << threads;
    EXPECT_EQ(got, rows) << threads;
  }
}

TEST(FitFeatures, OneRowAndColumnsWithoutAValue) {
  const Table one = read("c,x,y\na,1,0\n");
  FeatureOptions options = nothing();
  options.target = "y";
  options.encode = {"c=target", "c=onehot"};
  options.scale = "standard";
  Table as_text({make_category_column("c", {"a"}), make_numeric_column("x", {1}), make_category_column("y", {"0"})});
  const std::vector<double> numbers = {4.0};
  const FeatureFit fitted = fit(as_text, options, {{}, numbers});
  EXPECT_EQ(column_of(fitted.apply_training(as_text, Context(1)), "c_target"), std::vector<double>{4.0});
  EXPECT_EQ(feature(fitted, as_text, "x_standard"), std::vector<double>{0});
  options = nothing();
  options.scale = "standard";
  const Table empty({make_numeric_column("x", {kNaN, kNaN})});
  EXPECT_THROW(fit(empty, options), Error);
}

}  // namespace
}  // namespace mlkit
