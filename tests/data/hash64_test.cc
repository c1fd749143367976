#include "mlkit/data/hash64.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <string>

namespace mlkit {
namespace {

TEST(Hash64, EqualNumbersHashAlike) {
  EXPECT_EQ(hash_number(0.0), hash_number(-0.0));
  EXPECT_NE(hash_number(1.0), hash_number(-1.0));
}

TEST(Hash64, TextsOfAnyLengthAreToldApart) {
  std::set<std::uint64_t> seen;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(seen.insert(hash_bytes(text)).second) << i << " zero bytes";
    text += '\0';
  }
  EXPECT_NE(hash_bytes("abcdefgh1"), hash_bytes("abcdefgh2"));
  EXPECT_NE(hash_bytes("abcdefgh1"), hash_bytes("bbcdefgh1"));
}

// Of 64 bits each should be set in about half of 4,096 hashes of similar inputs: 2,048 +- 6 standard deviations of 32.
TEST(Hash64, EveryBitIsMixed) {
  int text_bits[64] = {};
  int number_bits[64] = {};
  for (int i = 0; i < 4096; ++i) {
    const std::uint64_t text = hash_bytes("user_" + std::to_string(i));
    const std::uint64_t number = hash_number(i);
    for (int b = 0; b < 64; ++b) {
      text_bits[b] += static_cast<int>(text >> b & 1);
      number_bits[b] += static_cast<int>(number >> b & 1);
    }
  }
  for (int b = 0; b < 64; ++b) {
    EXPECT_NEAR(text_bits[b], 2048, 192) << b;
    EXPECT_NEAR(number_bits[b], 2048, 192) << b;
  }
}

}  // namespace
}  // namespace mlkit
