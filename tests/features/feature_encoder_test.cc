#include "mlkit/features/feature_encoder.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/fit_features.h"

namespace mlkit {
namespace {

// A table with a column of every kind, gaps everywhere.
std::string mixed_csv(std::size_t rows, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::string csv = "start,end,city,flag,note,x,y,target\n";
  const auto gap = [&](const std::string& text) { return random.below(10) == 0 ? std::string() : text; };
  for (std::size_t i = 0; i < rows; ++i) {
    const auto two = [](std::uint64_t n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    const auto time = [&] {
      return "2024-" + two(1 + random.below(12)) + "-" + two(1 + random.below(28)) + " " + two(random.below(24)) + ":" +
             two(random.below(60)) + ":00";
    };
    csv += gap(time()) + "," + gap(time()) + "," + gap("c" + std::to_string(random.below(6))) + "," +
           gap(random.below(2) == 0 ? "true" : "False") + "," +
           gap("word" + std::to_string(random.below(5)) + " and word" + std::to_string(random.below(5))) + "," +
           gap(std::to_string(random.normal())) + "," + gap(std::to_string(random.below(9))) + "," +
           std::to_string(random.below(2)) + "\n";
  }
  return csv;
}

Table read(const std::string& csv, const std::map<std::string, DeclaredType>& types = {}) {
  Context context(1);
  CsvReadOptions options;
  options.types = types;
  return read_csv_bytes(csv, options, context);
}

FeatureFit fit_everything(const Table& table) {
  FeatureOptions options;
  options.target = "target";
  options.encode = {"city=target", "city=onehot", "city=frequency", "city=ordinal", "flag=onehot"};
  options.rare = 2;
  options.text = {"note=tfidf"};
  options.bins = {"y=3"};
  options.scale = "robust";
  options.interactions = {"x:y"};
  Context context(1);
  const std::vector<double>& target = table.column("target").numbers().values;
  const FeatureRecipe recipe = plan_features(table, options, {}, 42);
  return fit_features(recipe, table, {{}, target}, context);
}

CellValue cell_of(const Column& column, std::size_t row) {
  CellValue cell;
  if (column.is_missing(row)) return cell;
  if (column.is_numeric()) {
    cell.kind = CellValue::Kind::kNumber;
    cell.number = column.numbers().values[row];
  } else if (column.is_times()) {
    cell.kind = CellValue::Kind::kTime;
    cell.micros = column.times().micros[row];
  } else {
    cell.kind = CellValue::Kind::kText;
    cell.text = column.is_texts() ? column.texts().at(row)
                                  : std::string_view((*column.categories().levels)[column.categories().codes[row]]);
  }
  return cell;
}

std::uint64_t bits(double x) { return x == x ? std::bit_cast<std::uint64_t>(x) : 0; }

TEST(FeatureEncoder, OneRowIsTheBlockBitForBit) {
  const Table table = read(mixed_csv(300, 5));
  const FeatureFit fitted = fit_everything(table);
  const FeatureEncoder& encoder = fitted.encoder();
  EXPECT_GT(encoder.outputs(), 30u);
  const Table later = read(mixed_csv(200, 6) + "2024-02-03 04:05:06,,unseen,TRUE,nothing known,1e300,1e300,0\n");
  const Table block = encoder.apply(later, Context(2));
  FeatureEncoder::Scratch scratch = encoder.make_scratch();
  std::vector<double> numbers(encoder.outputs());
  for (std::size_t row = 0; row < later.rows(); ++row) {
    std::vector<CellValue> cells;
    for (const ColumnSpec& input : encoder.inputs()) cells.push_back(cell_of(later.column(input.name), row));
    encoder.row(cells, scratch, numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const Column& column = block.column(*block.find(encoder.names()[i]));
      EXPECT_EQ(bits(numbers[i]), bits(column.numbers().values[row])) << encoder.names()[i] << " row " << row;
      EXPECT_EQ(column.is_missing(row), numbers[i] != numbers[i]);
    }
  }
}

TEST(FeatureEncoder, LoadedIsWhatWasSavedByteForByte) {
  const Table table = read(mixed_csv(100, 5));
  const FeatureFit fitted = fit_everything(table);
  BinaryWriter out;
  fitted.encoder().save(out);
  BinaryReader in(out.data(), "recipe");
  const FeatureEncoder loaded = FeatureEncoder::load(in);
  BinaryWriter again;
  loaded.save(again);
  EXPECT_EQ(again.data(), out.data());
  EXPECT_EQ(loaded.names(), fitted.encoder().names());
}

TEST(FeatureEncoder, BytesThatAreCutOrChangedAreRefusedOrHarmless) {
  const Table table = read(mixed_csv(30, 5));
  BinaryWriter out;
  fit_everything(table).encoder().save(out);
  for (std::size_t size = 0; size < out.data().size(); size += 5) {
    BinaryReader in(std::string_view(out.data()).substr(0, size), "recipe");
    EXPECT_THROW(FeatureEncoder::load(in), Error) << size;
  }
  for (std::size_t at = 0; at < out.data().size(); at += 3) {
    std::string bytes = out.data();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    BinaryReader in(bytes, "recipe");
    try {
      const FeatureEncoder loaded = FeatureEncoder::load(in);
      loaded.apply(table, Context(1));
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::kModelFile || error.code() == ErrorCode::kData) << at;
    }
  }
}

TEST(FeatureEncoder, UnknownLevelsAndWordsAreCounted) {
  const Table table = read(mixed_csv(100, 5));
  const FeatureFit fitted = fit_everything(table);
  const Table later = read(
      "start,end,city,flag,note,x,y\n2024-01-01,2024-01-02,zz,true,word1 zz,1,2\n2024-01-01,2024-01-02,c1,true,,1,2\n",
      {{"city", {ColumnType::kCategory}}, {"note", {ColumnType::kText}}});
  const std::size_t steps = fitted.encoder().recipe().steps.size();
  FeatureCounts counts;
  fitted.encoder().apply(later, Context(1), &counts);
  for (std::size_t i = 0; i < steps; ++i) {
    const FeatureStep& step = fitted.encoder().recipe().steps[i];
    EXPECT_EQ(counts.unknown[i], step.column == "city" ? 1u : 0u);
    EXPECT_EQ(counts.unknown_tokens[i], step.is_text() ? 1u : 0u);
    EXPECT_EQ(counts.tokens[i], step.is_text() ? 2u : 0u);
  }
}

TEST(FeatureEncoder, ColumnsOfAnotherTypeAndMissingOnesAreNamed) {
  const Table table = read(mixed_csv(100, 5));
  const FeatureFit fitted = fit_everything(table);
  const auto message = [&](Table later) {
    try {
      fitted.encoder().apply(std::move(later), Context(1));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  Table other = table;
  other.column(*other.find("x")) = make_text_column("x", std::vector<std::string>(other.rows(), "word"));
  EXPECT_NE(message(other).find("expects numeric"), std::string::npos) << message(other);
  Table fewer = table;
  fewer.take_column(*fewer.find("city"));
  EXPECT_NE(message(fewer).find("city"), std::string::npos);
  Table taken = table;
  taken.add_column(make_numeric_column("city_target", std::vector<double>(taken.rows())));
  EXPECT_NE(message(taken).find("name of a feature"), std::string::npos);
}

TEST(FeatureEncoder, AnAllMissingColumnFitsEveryType) {
  const FeatureFit fitted = fit_everything(read(mixed_csv(100, 5)));
  const Table later = read("start,end,city,flag,note,x,y\n,,,,,,\n");
  const Table out = fitted.encoder().apply(later, Context(1));
  EXPECT_TRUE(out.column("start_month").is_missing(0));
  EXPECT_EQ(out.column("city=c1").numbers().values[0], 0);
  EXPECT_FALSE(out.column("city_target").is_missing(0));
}

}  // namespace
}  // namespace mlkit
