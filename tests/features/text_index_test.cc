#include "mlkit/features/text_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/data/column.h"

namespace mlkit {
namespace {

TEST(TextIndex, FindsEveryTextAtItsPlaceAndNoOther) {
  std::vector<std::string> texts = {"", std::string("a\0b", 3)};
  for (int i = 0; i < 3000; ++i) texts.push_back("t" + std::to_string(i * 7));
  const TextIndex index(texts);
  ASSERT_EQ(index.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(index.find(texts[i]), i);
  EXPECT_EQ(index.find("t1"), kNoLevel);
  EXPECT_EQ(index.find("a"), kNoLevel);
}

// Of every length, texts that differ in one byte at any place.
TEST(TextIndex, OneByteOfDifferenceIsSeenWhereverItIs) {
  std::vector<std::string> texts;
  for (std::size_t length = 0; length <= 40; ++length) {
    const std::string plain(length, 'x');
    texts.push_back(plain);
    for (std::size_t at = 0; at < length; at += 2) {
      texts.push_back(plain);
      texts.back()[at] = '\xFF';
    }
  }
  const TextIndex index(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(index.find(texts[i]), i) << texts[i];
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t at = 1; at < length; at += 2) {
      std::string other(length, 'x');
      other[at] = '\xFF';
      EXPECT_EQ(index.find(other), kNoLevel) << length << " " << at;
    }
  }
}

TEST(TextIndex, AnEmptyOneFindsNothing) {
  EXPECT_EQ(TextIndex().find("a"), kNoLevel);
  EXPECT_EQ(TextIndex(std::vector<std::string>{}).find(""), kNoLevel);
}

// Computed by an independent program in Python from the two published algorithms.
TEST(TextIndex, TheHashNeverChanges) {
  EXPECT_EQ(hash_term(""), 0xEFD01F60BA992926u);
  EXPECT_EQ(hash_term("hello"), 0xE9C562C0FDB23244u);
}

}  // namespace
}  // namespace mlkit
