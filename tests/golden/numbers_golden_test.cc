// tests/golden/numbers.json: text to double, bit for bit, and back.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

nlohmann::json golden_case(const std::string& id) {
  std::ifstream file(std::string(MLKIT_SOURCE_DIR) + "/tests/golden/numbers.json");
  const nlohmann::json all = nlohmann::json::parse(file);
  for (const auto& one : all.at("cases")) {
    if (one.at("id") == id) return one.at("expected");
  }
  throw std::runtime_error("numbers.json has no case " + id);
}

TEST(NumbersGolden, ReadsEveryTextToTheExpectedBits) {
  const auto cases = golden_case("numbers");
  ASSERT_GE(cases.size(), 30u);
  for (const auto& one : cases) {
    const std::string text = one.at("text");
    double value = 0;
    ASSERT_EQ(parse_number(text, value), NumberStatus::kNumber) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::stoull(one.at("bits").get<std::string>(), nullptr, 16)) << text;
  }
}

TEST(NumbersGolden, WritesTheFewestDigitsThatReadBack) {
  for (const auto& one : golden_case("numbers")) {
    double value = 0;
    parse_number(one.at("text").get<std::string>(), value);
    std::string shortest = one.at("shortest");  // Python's repr: the same but for the ".0"
    if (shortest.ends_with(".0")) shortest.resize(shortest.size() - 2);
    EXPECT_EQ(format_number(value), shortest);
  }
}

TEST(NumbersGolden, RefusesWhatIsNoNumber) {
  for (const auto& text : golden_case("not_numbers")) {
    double value = 0;
    EXPECT_EQ(parse_number(text.get<std::string>(), value), NumberStatus::kNotANumber) << text;
  }
}

TEST(NumbersGolden, NamesWhatIsNotFiniteAndLetsUnderflowBeZero) {
  double value = 1;
  for (const char* text : {"1e400", "-1e400", "inf", "Infinity", "-inf", "+INF"}) {
    EXPECT_EQ(parse_number(text, value), NumberStatus::kNotFinite) << text;
  }
  EXPECT_EQ(parse_number("1e-400", value), NumberStatus::kNumber);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), 0u);
  EXPECT_EQ(parse_number("-1e-400", value), NumberStatus::kNumber);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::uint64_t{1} << 63);
}

}  // namespace
}  // namespace mlkit
