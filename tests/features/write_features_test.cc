#include "mlkit/features/write_features.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "support/run_program.h"

namespace mlkit {
namespace {

constexpr const char* kCsv =
    "when,city,x,y\n"
    "2024-01-02 03:04:05,\"a, b\",1.50,0\n"
    "2024-05-02 23:04:05,c,,1\n"
    "2024-01-02 03:04:05,c,2e0,1\n"
    "2024-02-03 04:05:06,\"a, b\",7,0\n";

class WriteFeatures : public testing::Test {
 protected:
  std::string path(const std::string& name) { return folder_ / name; }
  std::string put(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  FeatureFit fit(const std::string& csv, FeatureOptions options, int threads = 1, Table* table = nullptr) {
    Context context(threads);
    CsvReadOptions reading;
    reading.keep_records = true;
    Table read = read_csv_bytes(csv, reading, context);
    FeatureRecipe recipe = plan_features(read, options, {}, 42);
    recipe.fingerprint = fingerprint_of(recipe, read, context);
    std::vector<double> target;
    if (!options.target.empty()) target = read.column(options.target).numbers().values;
    FeatureFit fitted = fit_features(std::move(recipe), read, {{}, target}, context);
    if (table != nullptr) *table = std::move(read);
    return fitted;
  }

  std::string trained(const FeatureFit& fitted, const Table& table, int threads = 1) {
    Context context(threads);
    OutputFile out(path("out.csv"));
    write_training_features(fitted, table, out, context);
    out.commit();
    return test::read_text(path("out.csv"));
  }

  std::string applied(const FeatureEncoder& encoder, const std::string& csv, int threads = 1,
                      FeatureStreamReport* report = nullptr, CsvReadOptions reading = {}) {
    Context context(threads);
    const std::string in = put("in.csv", csv);
    OutputFile out(path("out.csv"));
    FeatureStreamReport got = write_features(encoder, in, feature_reading(encoder, reading), out, context);
    out.commit();
    if (report != nullptr) *report = got;
    return test::read_text(path("out.csv"));
  }

  test::TemporaryFolder folder_;
};

FeatureOptions some_features() {
  FeatureOptions options;
  options.dates = {"when"};
  options.date_parts = {"month", "hour"};
  options.encode = {"city=frequency"};
  options.encode_default = "none";
  options.bins = {"x=2"};
  return options;
}

TEST_F(WriteFeatures, FieldsKeepTheirTextAndNumbersAreTheShortest) {
  Table table;
  const FeatureFit fitted = fit(kCsv, some_features(), 1, &table);
  const std::string expected =
      "when,city,x,y,when_month,when_hour,city_frequency,x_bin\n"
      "2024-01-02 03:04:05,\"a, b\",1.50,0,1,3,0.5,0\n"
      "2024-05-02 23:04:05,c,,1,5,23,0.5,\n"
      "2024-01-02 03:04:05,c,2e0,1,1,3,0.5,0\n"
      "2024-02-03 04:05:06,\"a, b\",7,0,2,4,0.5,1\n";
  EXPECT_EQ(trained(fitted, table), expected);
  EXPECT_EQ(applied(fitted.encoder(), kCsv), expected);  // nothing is cross-fitted here
}

TEST_F(WriteFeatures, AnotherDialectAndOrderGiveTheSameTable) {
  const FeatureFit fitted = fit(kCsv, some_features());
  CsvReadOptions semicolons;
  semicolons.delimiter = ';';
  EXPECT_EQ(applied(fitted.encoder(), "y;x;extra;city;when\r\n0;'1';\"e,\";a, b;2024-01-02 03:04:05\r\n", 1, nullptr,
                    [&] {
                      semicolons.quote = '\'';
                      return semicolons;
                    }()),
            "when,city,x,y,extra,when_month,when_hour,city_frequency,x_bin\n"
            "2024-01-02 03:04:05,\"a, b\",1,0,\"\"\"e,\"\"\",1,3,0.5,0\n");
}

TEST_F(WriteFeatures, OriginalsCanBeLeftOutAndTheTargetMayBeMissing) {
  FeatureOptions options = some_features();
  options.target = "y";
  options.drop_original = true;
  options.keep = {"city"};
  const FeatureFit fitted = fit(kCsv, options);
  EXPECT_EQ(applied(fitted.encoder(), "when,city,x\n2024-01-02 03:04:05,c,1\n"),
            "city,when_month,when_hour,city_frequency,x_bin\nc,1,3,0.5,0\n");
}

TEST_F(WriteFeatures, AMissingValueAloneOnALineIsQuoted) {
  FeatureOptions options;
  options.bins = {"x=2"};
  options.drop_original = true;
  const FeatureFit fitted = fit("x\n1\n2\n3\n", options);
  EXPECT_EQ(applied(fitted.encoder(), "x\n5\n\"\"\n"), "x_bin\n1\n\"\"\n");
}

std::string many_rows(std::size_t rows) {
  RandomStream random(1, RandomPurpose::kSimulate);
  std::string csv = "city,x,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    csv += "c" + std::to_string(random.below(50)) + "," + std::to_string(random.normal()) + "," +
           std::to_string(random.below(7)) + "\n";
  }
  return csv;
}

TEST_F(WriteFeatures, ThreadsAndChunksChangeNothing) {
  const std::string csv = many_rows(40000);  // more than one chunk
  FeatureOptions options;
  options.target = "y";
  options.encode = {"city=target", "city=ordinal"};
  options.scale = "standard";
  Table table;
  const FeatureFit fitted = fit(csv, options, 1, &table);
  const std::string training = trained(fitted, table);
  const std::string later = applied(fitted.encoder(), csv);
  EXPECT_NE(training, later);
  for (const int threads : {2, 3, 8}) {
    EXPECT_EQ(trained(fit(csv, options, threads), table, threads), training);
    EXPECT_EQ(applied(fitted.encoder(), csv, threads), later);
  }
}

TEST_F(WriteFeatures, TrainingRowsAreKnownAgainHoweverTheyAreWritten) {
  FeatureOptions options = some_features();
  options.target = "y";
  options.encode = {"city=target"};
  const FeatureFit fitted = fit(kCsv, options);
  const std::string sealed = fitted.encoder().recipe().fingerprint;
  EXPECT_EQ(sealed.size(), 32u);
  FeatureStreamReport report;
  applied(fitted.encoder(), kCsv, 1, &report);
  EXPECT_EQ(report.fingerprint, sealed);
  // Another order, quoted, without the target.
  applied(fitted.encoder(),
          "x,city,when\r\n\"7\",\"a, b\",2024-02-03 04:05:06\r\n,c,2024-05-02 23:04:05\r\n"
          "2e0,\"c\",2024-01-02 03:04:05\r\n1.50,\"a, b\",2024-01-02 03:04:05\r\n",
          1, &report);
  EXPECT_EQ(report.fingerprint, sealed);
  applied(fitted.encoder(),
          "x,city,when\n7,\"a, b\",2024-02-03 04:05:06\n,c,2024-05-02 23:04:05\n"
          "2e0,c,2024-01-02 03:04:05\n1.5,\"a, b\",2024-01-02 03:04:05\n",
          1, &report);
  EXPECT_NE(report.fingerprint, sealed);
}

TEST_F(WriteFeatures, ColumnsThatAreMissingOrTakenAreNamed) {
  const FeatureFit fitted = fit(kCsv, some_features());
  const auto message = [&](const std::string& csv) {
    try {
      applied(fitted.encoder(), csv);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kData);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message("when,citty,x,y\n2024-01-02,c,1,0\n").find("did you mean \"citty\"?"), std::string::npos);
  EXPECT_NE(message("when,city,x,y,x_bin\n2024-01-02,c,1,0,2\n").find("name of a feature"), std::string::npos);
  EXPECT_NE(message("when,city,x,y\n2024-01-02,c,word,0\n").find("not a number"), std::string::npos);
}

}  // namespace
}  // namespace mlkit
