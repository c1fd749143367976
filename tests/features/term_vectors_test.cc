#include "mlkit/features/term_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "support/golden.h"

namespace mlkit {
namespace {

Vocabulary learn(const std::vector<std::string>& texts, const TermOptions& options, std::size_t most = 0) {
  VocabularyLearner learner(options);
  for (const std::string& text : texts) learner.observe(text);
  return learner.finish(most);
}

std::vector<double> dense(const TermVector& vector, std::size_t size) {
  std::vector<double> out(size);
  for (std::size_t i = 0; i < vector.terms.size(); ++i) out[vector.terms[i]] = vector.weights[i];
  return out;
}

std::vector<double> weigh(const TermWeigher& weigher, const std::string& text) {
  Tokenizer tokenizer(weigher.vocabulary().options.tokens);
  TermVector out;
  weigher.weigh(text, tokenizer, out);
  return dense(out, weigher.vocabulary().terms.size());
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TermOptions golden_options(const Json& options) {
  TermOptions out;
  out.smooth_idf = options.at("idf") == "ln((1+N)/(1+df))+1";
  out.sublinear = options.at("tf") == "1+ln(count)";
  return out;
}

// tests/golden/tfidf.json: computed with exact sums, and equal to scikit-learn's TfidfVectorizer to 1e-14.
TEST(TermVectors, AgreeWithEveryGoldenCase) {
  std::size_t cases = 0;
  for (const Json& golden : test::golden_cases("tfidf")) {
    SCOPED_TRACE(golden.at("id").get<std::string>());
    const auto texts = golden.at("input").at("documents").get<std::vector<std::string>>();
    const Json& expected = golden.at("expected");
    const double tolerance = golden.at("tolerance").at("atol").get<double>();
    const Vocabulary vocabulary = learn(texts, golden_options(golden.at("options")));
    ASSERT_EQ(vocabulary.terms, expected.at("vocabulary").get<std::vector<std::string>>());
    for (std::size_t i = 0; i < vocabulary.terms.size(); ++i) {
      EXPECT_NEAR(vocabulary.idf[i], expected.at("idf").at(vocabulary.terms[i]).get<double>(), tolerance);
    }
    const TermWeigher weigher(vocabulary);
    const std::vector<double> query = weigh(weigher, expected.at("query").get<std::string>());
    std::vector<std::vector<double>> rows;
    for (const std::string& text : texts) rows.push_back(weigh(weigher, text));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto wanted = expected.at("l2_normalised_matrix")[i].get<std::vector<double>>();
      for (std::size_t j = 0; j < wanted.size(); ++j) EXPECT_NEAR(rows[i][j], wanted[j], tolerance) << i << "," << j;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        EXPECT_NEAR(dot(rows[i], rows[k]), expected.at("cosine")[i][k].get<double>(), tolerance);
      }
      EXPECT_NEAR(dot(rows[i], query), expected.at("query_scores")[i].get<double>(), tolerance);
    }
    ++cases;
  }
  EXPECT_EQ(cases, 4u);
}

TEST(TermVectors, UnknownWordsAreDroppedAndCounted) {
  const TermWeigher weigher(learn({"red apple", "green apple"}, {}));
  Tokenizer tokenizer;
  TermVector out;
  weigher.weigh("red blue car", tokenizer, out);
  EXPECT_EQ(out.tokens, 3u);
  EXPECT_EQ(out.unknown, 2u);
  EXPECT_EQ(out.terms, std::vector<std::uint32_t>{2});
  EXPECT_EQ(out.weights, std::vector<double>{1.0});
}

TEST(TermVectors, TheMostFrequentTermsAreKeptTiesInByteOrder) {
  EXPECT_EQ(learn({"bb cc aa", "cc", "dd cc"}, {}, 2).terms, (std::vector<std::string>{"aa", "cc"}));
}

TEST(TermVectors, PartsObservedApartAndMergedAreTheWhole) {
  const std::vector<std::string> texts = {"aa bb aa", "bb cc", "aa", "cc dd ee", "ee ee"};
  for (std::size_t cut = 0; cut <= texts.size(); ++cut) {
    VocabularyLearner first{TermOptions{}};
    VocabularyLearner second{TermOptions{}};
    for (std::size_t i = 0; i < texts.size(); ++i) (i < cut ? first : second).observe(texts[i]);
    first.merge(std::move(second));
    const Vocabulary merged = first.finish();
    const Vocabulary whole = learn(texts, {});
    EXPECT_EQ(merged.terms, whole.terms);
    EXPECT_EQ(merged.idf, whole.idf);
    EXPECT_EQ(merged.documents, whole.documents);
  }
}

TEST(TermVectors, HashedTermsAreSignedSumsAtTheirPlaces) {
  TermOptions options;
  options.idf = false;
  options.normalise = false;
  const std::string text = "aa bb cc dd aa ee ff gg aa";
  for (const std::uint32_t size : {1u, 3u, 16u, 1000u}) {
    std::vector<double> slow(size);
    for (const std::string token : {"aa", "bb", "cc", "dd", "aa", "ee", "ff", "gg", "aa"}) {
      const std::uint64_t hash = hash_term(token);
      slow[hash % size] += hash >> 63 != 0 ? -1.0 : 1.0;
    }
    Tokenizer tokenizer;
    TermVector out;
    weigh_hashed(text, options, size, tokenizer, out);
    EXPECT_TRUE(std::is_sorted(out.terms.begin(), out.terms.end()));
    EXPECT_EQ(dense(out, size), slow) << size;
  }
}

}  // namespace
}  // namespace mlkit
