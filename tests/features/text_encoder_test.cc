#include "mlkit/features/text_encoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/features/preprocess.h"

namespace mlkit {
namespace {

// Texts of some words that repeat, some empty, some missing.
Column texts(std::size_t rows) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < rows; ++i) {
    std::string text;
    for (std::size_t k = 0; k < i % 7; ++k) text += "Word" + std::to_string((i * 31 + k * k * 17) % 400) + ", ";
    cells.push_back(i % 50 == 3 ? "?" : text);
  }
  return make_text_column("note", cells, "?");
}

TextEncoder encoder(const Column& column, const std::string& how, TextOptions options = {}, int threads = 1) {
  std::size_t found = 0;
  return fit_text_encoder(column, how, options, Context(threads), &found);
}

std::string bytes_of(const TextEncoder& text) {
  BinaryWriter out;
  text.save(out);
  return out.take();
}

PreprocessOptions text_options(const std::string& rule) {
  PreprocessOptions options;
  options.text.text = {rule};
  return options;
}

TEST(TextEncoder, RulesAreAColumnAndAWay) {
  EXPECT_EQ(parse_text_rule("note").how, "tfidf");
  EXPECT_EQ(parse_text_rule("note=bow").column, "note");
  EXPECT_EQ(parse_text_rule("note=bow").how, "bow");
  EXPECT_EQ(parse_text_rule("a=b").column, "a=b");
  EXPECT_EQ(parse_text_rule("a=b=hash").column, "a=b");
}

TEST(TextEncoder, ThreadsDoNotChangeABit) {
  const Column column = texts(20000);
  const std::string one = bytes_of(encoder(column, "tfidf"));
  for (const int threads : {2, 3, 8}) EXPECT_EQ(one, bytes_of(encoder(column, "tfidf", {}, threads)));
}

// All rows at once is what learning in blocks must equal.
TEST(TextEncoder, BlocksMergeIntoTheVocabularyOfAllRows) {
  const Column column = texts(9000);
  VocabularyLearner learner(TermOptions{});
  for (std::size_t row = 0; row < column.size(); ++row) learner.observe(text_of_cell(column, row));
  const Vocabulary expected = learner.finish();
  const Vocabulary found = encoder(column, "tfidf").vocabulary();
  EXPECT_EQ(found.terms, expected.terms);
  EXPECT_EQ(found.idf, expected.idf);
  EXPECT_EQ(found.documents, 9000u);
}

TEST(TextEncoder, SavedIsWhatIsLoaded) {
  TextOptions pairs;
  pairs.text_ngrams = 2;
  TextOptions unsigned_places;
  unsigned_places.text_features = 64;
  unsigned_places.signed_hash = false;
  const Column column = texts(300);
  for (const TextEncoder& text :
       {encoder(column, "tfidf", pairs), encoder(column, "bow"), encoder(column, "hash", unsigned_places)}) {
    const std::string bytes = bytes_of(text);
    BinaryReader in(bytes, "text");
    const TextEncoder loaded = TextEncoder::load(in);
    EXPECT_EQ(bytes, bytes_of(loaded));
    EXPECT_EQ(loaded.how(), text.how());
    EXPECT_EQ(loaded.outputs(), text.outputs());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      BinaryReader cut(std::string_view(bytes).substr(0, size), "text");
      EXPECT_THROW(TextEncoder::load(cut), Error) << size;
    }
  }
}

TEST(TextEncoder, RareTermsGoAndTheMostFrequentStay) {
  const Column column = make_text_column("t", {"aa bb", "aa cc", "aa bb dd"});
  TextOptions options;
  options.text_min_rows = 2;
  EXPECT_EQ(encoder(column, "tfidf", options).vocabulary().terms, (std::vector<std::string>{"aa", "bb"}));
  options.text_min_rows = 1;
  options.text_features = 1;
  EXPECT_EQ(encoder(column, "tfidf", options).vocabulary().terms, (std::vector<std::string>{"aa"}));
  options.text_min_rows = 4;
  EXPECT_THROW(encoder(column, "tfidf", options), Error);
}

TEST(TextEncoder, WithoutASignHashedTermsOnlyAddUp) {
  TextOptions options;
  options.signed_hash = false;
  options.text_features = 16;
  const TextEncoder text = encoder(texts(10), "hash", options);
  Tokenizer tokenizer;
  TermVector out;
  text.encode("one two three four five six seven eight nine ten", tokenizer, out);
  for (const double weight : out.weights) EXPECT_GT(weight, 0);
}

// Dense (few terms) and sparse, in a table, and one row at a time.
TEST(TextPreprocess, OneRowAtATimeGivesTheBitsOfTheTable) {
  for (const std::size_t rows : {40u, 5000u}) {
    const Table table({make_numeric_column("n", std::vector<double>(rows, 2.5)), texts(rows)});
    const std::vector<std::size_t> positions = {0, 1};
    for (const std::string rule : {"note", "note=bow", "note=hash"}) {
      PreprocessOptions options = text_options(rule);
      options.text.text_features = rows == 40 ? 200 : 2000;
      Context context(1);
      const Preprocess preprocess = fit_preprocess(table, positions, options, context);
      EXPECT_EQ(preprocess.sparse(), rows != 40) << rule;
      TransformCounts counts;
      const Matrix matrix = preprocess.transform(table, positions, Context(3), &counts);
      EXPECT_EQ(counts.unknown_tokens[1], 0u);
      EXPECT_GT(counts.tokens[1], rows);
      Preprocess::SparseRow sparse;
      Preprocess::Scratch scratch;
      std::vector<double> dense(preprocess.outputs());
      for (std::size_t row = 0; row < rows; row += 1 + rows / 200) {
        const Column& note = table.column(1);
        const CellValue text = {note.is_missing(row) ? CellValue::Kind::kMissing : CellValue::Kind::kText, 0,
                                text_of_cell(note, row), 0};
        const CellValue cells[] = {{CellValue::Kind::kNumber, 2.5, {}, 0}, text};
        preprocess.transform_row(cells, dense, scratch);
        if (!preprocess.sparse()) {
          const auto expected = std::get<DenseMatrix>(matrix).row(row);
          ASSERT_TRUE(std::equal(expected.begin(), expected.end(), dense.begin())) << row;
          continue;
        }
        preprocess.transform_sparse_row(cells, sparse);
        const CsrMatrix::Row expected = std::get<CsrMatrix>(matrix).row(row);
        ASSERT_EQ(sparse.size, expected.columns.size()) << row;
        for (std::size_t i = 0; i < sparse.size; ++i) {
          ASSERT_EQ(sparse.columns[i], expected.columns[i]);
          ASSERT_EQ(sparse.values[i], expected.values[i]);
          ASSERT_EQ(dense[sparse.columns[i]], expected.values[i]);
        }
      }
    }
  }
}

TEST(TextPreprocess, SavedIsWhatIsLoadedAndNamesTellTheWord) {
  const Table table(
      {make_text_column("note", {"good day", "bad day", "bad"}), make_numeric_column("note_bad", {1, 2, 3})});
  const std::vector<std::size_t> positions = {0, 1};
  Context context(1);
  const Preprocess preprocess = fit_preprocess(table, positions, text_options("note=bow"), context);
  EXPECT_EQ(preprocess.feature_names(), (std::vector<std::string>{"note_bad", "note_day", "note_good", "note_bad_2"}));
  BinaryWriter out;
  preprocess.save(out);
  BinaryReader in(out.data(), "features");
  const Preprocess loaded = Preprocess::load(in);
  BinaryWriter again;
  loaded.save(again);
  EXPECT_EQ(out.data(), again.data());
  EXPECT_EQ(std::get<DenseMatrix>(loaded.transform(table, positions, context)).values,
            std::get<DenseMatrix>(preprocess.transform(table, positions, context)).values);
}

// A few bytes must not ask for memory without end.
TEST(TextPreprocess, MoreHashedPlacesThanFitAreRefused) {
  PreprocessOptions options;
  options.text.text_features = 1'000'000;
  std::vector<Column> columns;
  for (const std::string name : {"a", "b"}) {
    columns.push_back(make_text_column(name, {"x"}));
    options.text.text.push_back(name + "=hash");
  }
  const Table table(std::move(columns));
  const std::vector<std::size_t> both = {0, 1};
  Context context(1);
  EXPECT_THROW(fit_preprocess(table, both, options, context), Error);
  BinaryWriter out;
  out.boolean(true);
  out.u64(2);
  for (const std::string name : {"a", "b"}) {
    out.text(name);
    out.u8(static_cast<std::uint8_t>(ColumnType::kText));
    out.u8(static_cast<std::uint8_t>(Encoding::kTerms));
    out.u64(0);
    TextEncoder::hashed(TermOptions{}, 1'000'000).save(out);
  }
  BinaryReader in(out.data(), "features");
  EXPECT_THROW(Preprocess::load(in), Error);
}

TEST(TextPreprocess, WrongColumnsAreNamed) {
  const Table table({make_text_column("note", {"good day", "bad"}), make_numeric_column("n", {1, 2}),
                     make_text_column("dots", {"...", "!"})});
  const std::vector<std::size_t> positions = {0, 1, 2};
  const auto code_of = [&](const std::vector<std::string>& rules) {
    PreprocessOptions options;
    options.text.text = rules;
    Context context(1);
    try {
      fit_preprocess(table, positions, options, context);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInterrupted;
  };
  EXPECT_EQ(code_of({"n"}), ErrorCode::kData);
  EXPECT_EQ(code_of({"nite"}), ErrorCode::kData);
  EXPECT_EQ(code_of({"dots"}), ErrorCode::kData);
  EXPECT_EQ(code_of({"note=tfdif"}), ErrorCode::kUsage);
  EXPECT_EQ(code_of({"note", "note=bow"}), ErrorCode::kUsage);
}

}  // namespace
}  // namespace mlkit
