#include "mlkit/profile/column_accumulator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

TextForm form_of(const std::string& text) {
  bool ambiguous = false;
  return text_form(text, ambiguous);
}

bool is_ambiguous(const std::string& text) {
  bool ambiguous = false;
  text_form(text, ambiguous);
  return ambiguous;
}

TEST(TextForm, DatesThatAreNotIsoAreKnown) {
  for (const char* text : {"31/12/2024", "12.31.24", "2024/12/31", "1-2-2024", "31 Dec 2024", "December 31, 2024",
                           "31/12/2024 14:05", "31-Dec-24"}) {
    EXPECT_EQ(form_of(text), TextForm::kDateLike) << text;
  }
  for (const char* text : {"31/13/2024", "may be", "marc 5 x", "1.2.3.4", "12/2024", "maybe 5", "10.5", "Decent 5"}) {
    EXPECT_NE(form_of(text), TextForm::kDateLike) << text;
  }
}

TEST(TextForm, DayAndMonthAreAmbiguousWhereBothCouldBeEither) {
  EXPECT_TRUE(is_ambiguous("03/04/2024"));
  EXPECT_FALSE(is_ambiguous("03/03/2024"));
  EXPECT_FALSE(is_ambiguous("13/04/2024"));
  EXPECT_FALSE(is_ambiguous("2024/03/04"));
}

TEST(TextForm, NumbersWrittenOtherwise) {
  for (const char* text : {"$5", "1,234.5", "12 %", "0x1F", "\xE2\x82\xAC 3"}) {
    EXPECT_EQ(form_of(text), TextForm::kNumberLike) << text;
  }
  for (const char* text : {"5 apples", "v1.2", "$", "%"}) EXPECT_EQ(form_of(text), TextForm::kWord) << text;
}

// Against the definitions on the whole, in long double.
TEST(NumberFigures, PartsTogetherAreTheWhole) {
  RandomStream random(4, RandomPurpose::kSample);
  std::vector<double> all;
  NumberFigures merged{ProfileLimits{}};
  for (int part = 0; part < 7; ++part) {
    std::vector<double> block;
    for (int i = 0; i < 40 * (part + 1); ++i) block.push_back(1e6 + std::floor(std::exp(random.normal()) * 100));
    all.insert(all.end(), block.begin(), block.end());
    NumberFigures figures{ProfileLimits{}};
    figures.add_block(block);
    merged.merge(std::move(figures));
  }
  long double mean = 0;
  for (const double x : all) mean += x;
  mean /= static_cast<long double>(all.size());
  long double squares = 0;
  long double cubes = 0;
  for (const double x : all) {
    squares += (x - mean) * (x - mean);
    cubes += (x - mean) * (x - mean) * (x - mean);
  }
  const auto n = static_cast<long double>(all.size());
  EXPECT_NEAR(merged.moments.mean, static_cast<double>(mean), 1e-9);
  EXPECT_NEAR(merged.moments.squares / static_cast<double>(squares), 1, 1e-12);
  EXPECT_NEAR(merged.skewness(), static_cast<double>(cubes / n / std::pow(squares / n, 1.5L)), 1e-9);
  EXPECT_TRUE(merged.whole);
  EXPECT_EQ(merged.moments.count, all.size());
}

TEST(NumberFigures, RisingHoldsAcrossBlocksOnly) {
  NumberFigures figures{ProfileLimits{}};
  std::vector<double> first = {1, 2, 3};
  std::vector<double> next = {4, 5};
  std::vector<double> again = {5, 6};
  figures.add_block(first);
  figures.add_block(next);
  EXPECT_TRUE(figures.rising);
  figures.add_block(again);
  EXPECT_FALSE(figures.rising);
}

TEST(ProfileLimits, ShrinkWithTheNumberOfColumns) {
  EXPECT_GE(profile_limits(10).exact_numbers, 200'000u);
  EXPECT_LE(profile_limits(5000).exact_numbers * 5000 * sizeof(double), std::size_t{96} << 20);
  EXPECT_EQ(profile_limits(192).distinct, 32769u) << "the type of a text column is exact";
  EXPECT_LT(profile_limits(5000).distinct, 2000u);
}

}  // namespace
}  // namespace mlkit
