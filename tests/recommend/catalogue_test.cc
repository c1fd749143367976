#include "mlkit/recommend/catalogue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "mlkit/features/term_vectors.h"
#include "support/small_catalogue.h"

namespace mlkit {
namespace {

std::vector<std::string> in_order_of_ids(const std::vector<std::string>& ids) {
  TextSet set;
  for (const std::string& id : ids) set.insert(id);
  const std::vector<std::uint32_t> ranks = rank_ids(set);
  std::vector<std::string> out(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) out[ranks[i]] = ids[i];
  return out;
}

using Ids = std::vector<std::string>;

TEST(RankIds, NumbersWhereAllAreNumbersElseBytes) {
  EXPECT_EQ(in_order_of_ids({"10", "9", "100"}), (Ids{"9", "10", "100"}));
  EXPECT_EQ(in_order_of_ids({"10", "9", "1.5", "-3"}), (Ids{"-3", "1.5", "9", "10"}));
  EXPECT_EQ(in_order_of_ids({"10", "9", "x"}), (Ids{"10", "9", "x"}));
  EXPECT_EQ(in_order_of_ids({"x", "10", "9"}), (Ids{"10", "9", "x"}));
}

TEST(RankIds, WholeNumbersBeyondDoublesKeepTheirOrder) {
  EXPECT_EQ(in_order_of_ids({"90071992547409931", "90071992547409930", "8"}),
            (Ids{"8", "90071992547409930", "90071992547409931"}));
  EXPECT_EQ(in_order_of_ids({"7", "007", "8"}), (Ids{"007", "7", "8"}));
}

TEST(TextSet, NumbersTextsAsTheyComeAndFindsThemAgain) {
  TextSet set;
  EXPECT_EQ(set.find("a"), kNoLevel);
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(set.insert(std::to_string(i)), static_cast<std::uint32_t>(i));
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(set.insert(std::to_string(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(set.size(), 5000u);
  EXPECT_EQ(set.at(4711), "4711");
  EXPECT_EQ(set.find("5000"), kNoLevel);
}

TEST(ParsePrice, NumbersWithOrWithoutACurrency) {
  EXPECT_EQ(parse_price("4.99"), 4.99);
  EXPECT_EQ(parse_price(" 0 "), 0);
  EXPECT_EQ(parse_price("$4.99"), 4.99);
  EXPECT_EQ(parse_price("€ 5"), 5);
  EXPECT_EQ(parse_price("Rs. 20"), 20);
  EXPECT_EQ(parse_price("12.50 EUR"), 12.5);
}

TEST(ParsePrice, EverythingElseIsNone) {
  for (const char* text : {"", "-5", "-$5", "free", "call us", "5%", "inf", "1e400", "5-6", "1,234.50", "($5)",
                           "2 for 5", "$5 a piece", "nan"}) {
    EXPECT_TRUE(std::isnan(parse_price(text))) << text;
  }
}

// Two implementations of one definition: features/term_vectors.h learns and weighs text by text.
TEST(ItemIndex, VectorsAreThoseOfTermVectorsBitForBit) {
  const std::vector<test::CatalogueRow> rows = test::zipf_rows(300, 5, 80);
  for (const bool sublinear : {false, true}) {
    const ItemIndex index = test::make_index(rows, {.weighting = TermWeighting::kTfIdf, .sublinear = sublinear});
    VocabularyLearner learner({.tokens = {}, .sublinear = sublinear});
    for (const test::CatalogueRow& row : rows) learner.observe(row.title);
    const TermWeigher weigher(learner.finish());
    ASSERT_EQ(weigher.vocabulary().terms, index.counts().terms);
    Tokenizer tokenizer;
    TermVector vector;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      weigher.weigh(rows[i].title, tokenizer, vector);
      const auto terms = index.item_terms(i);
      const auto weights = index.item_weights(i);
      EXPECT_EQ(vector.terms, std::vector<std::uint32_t>(terms.begin(), terms.end()));
      EXPECT_EQ(vector.weights, std::vector<double>(weights.begin(), weights.end()));
      EXPECT_EQ(index.has_text(i), !vector.terms.empty());
    }
  }
}

// By hand: 3 items of 2, 1 and 1 tokens, mean length 4/3; "a" in two of them, "b" in one.
//   idf_a = ln(1 + 1.5 / 2.5), idf_b = ln(1 + 2.5 / 1.5); both have tf 1 in the first, so its weights are in the
//   ratio idf_a : idf_b.
TEST(ItemIndex, Bm25WeighsByItsFormula) {
  const ItemIndex index = test::make_index({{"1", "aa bb"}, {"2", "aa"}, {"3", "cc"}}, {TermWeighting::kBm25, false});
  const auto weights = index.item_weights(0);
  const double a = std::log(1.6);
  const double b = std::log(1 + 2.5 / 1.5);
  EXPECT_NEAR(weights[0], a / std::sqrt(a * a + b * b), 1e-15);
  EXPECT_NEAR(weights[1], b / std::sqrt(a * a + b * b), 1e-15);
  EXPECT_EQ(index.item_weights(1)[0], 1);
  // Counts saturate, with the length: 3 of 4 tokens, mean length 2.5.
  const ItemIndex other = test::make_index({{"1", "aa aa aa bb"}, {"2", "cc"}}, {TermWeighting::kBm25, false});
  const double damp = 1.2 * (0.25 + 0.75 * 4 / 2.5);
  const double ratio = (3 * 2.2 / (3 + damp)) / (2.2 / (1 + damp));
  EXPECT_NEAR(other.item_weights(0)[0] / other.item_weights(0)[1], ratio, 1e-14);
}

TEST(ItemIndex, PostingsAreTheVectorsTurnedRound) {
  const ItemIndex index = test::make_index(test::zipf_rows(500, 3, 60));
  std::size_t entries = 0;
  for (std::size_t term = 0; term < index.term_count(); ++term) {
    float largest = 0;
    for (std::size_t i = 0; i < index.posting_items(term).size(); ++i, ++entries) {
      const std::uint32_t item = index.posting_items(term)[i];
      const auto terms = index.item_terms(item);
      const auto found = std::lower_bound(terms.begin(), terms.end(), term);
      ASSERT_TRUE(found != terms.end() && *found == term);
      const double weight = index.item_weights(item)[static_cast<std::size_t>(found - terms.begin())];
      EXPECT_EQ(index.posting_weights(term)[i], static_cast<float>(weight));
      largest = std::max(largest, static_cast<float>(weight));
    }
    EXPECT_EQ(index.largest_weight(term), largest);
  }
  EXPECT_EQ(entries, index.counts().term.size());
}

TEST(ItemTerms, ThreadsChangeNothing) {
  std::vector<std::string> texts;
  for (const test::CatalogueRow& row : test::zipf_rows(20000, 9, 3000)) texts.push_back(row.title);
  const Column column = make_text_column("title", texts);
  const ItemTerms one = count_item_terms({&column}, texts.size(), {}, Context(1));
  for (const int threads : {2, 3, 8}) {
    const ItemTerms many = count_item_terms({&column}, texts.size(), {}, Context(threads));
    EXPECT_EQ(many.terms, one.terms);
    EXPECT_EQ(many.begins, one.begins);
    EXPECT_EQ(many.term, one.term);
    EXPECT_EQ(many.count, one.count);
  }
}

}  // namespace
}  // namespace mlkit
