#include "mlkit/features/tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mlkit {
namespace {

using Words = std::vector<std::string>;

Words tokens(const std::string& text, TokenRules rules = {}) {
  Tokenizer tokenizer(rules);
  const auto found = tokenizer.tokens(text);
  return {found.begin(), found.end()};
}

// The expected lists are scikit-learn 1.2.1's: CountVectorizer(..).build_analyzer()(text).
TEST(Tokens, WordsAreScikitLearnsInAnyScript) {
  EXPECT_EQ(tokens("Don't STOP: Ελλάς ΟΔΟΣ ΣΑΣ, naïve café_2 x y2 ½ Ⅷ²"),
            (Words{"don", "stop", "ελλάς", "οδος", "σας", "naïve", "café_2", "y2", "ⅷ²"}));
  EXPECT_EQ(tokens("İstanbul'da STRASSE ẞ ßa"), (Words{"stanbul", "da", "strasse", "ßa"}));
  EXPECT_EQ(tokens("日本語の本 и Ёлка 東京"), (Words{"日本語の本", "ёлка", "東京"}));
  EXPECT_EQ(tokens("A b cd"), (Words{"cd"}));
  EXPECT_TRUE(tokens("").empty());
  EXPECT_TRUE(tokens("! ? -").empty());
}

TEST(Tokens, WordsJoinToNGramsShortOnesFirst) {
  EXPECT_EQ(tokens("to be or not 2b x", {.unit = TokenUnit::kWords, .shortest = 1, .longest = 3}),
            (Words{"to", "be", "or", "not", "2b", "to be", "be or", "or not", "not 2b", "to be or", "be or not",
                   "or not 2b"}));
}

TEST(Tokens, CharactersAreCutWithinPaddedWords) {
  EXPECT_EQ(tokens("AB é xyz", {.unit = TokenUnit::kCharacters, .shortest = 2, .longest = 4}),
            (Words{" a", "ab", "b ", " ab", "ab ", " ab ", " é", "é ", " é ", " x", "xy", "yz", "z ", " xy", "xyz",
                   "yz ", " xyz", "xyz "}));
}

TEST(Tokens, WordsAndPairsCutScriptsWithoutSpaces) {
  const TokenRules rules{.unit = TokenUnit::kWordsAndPairs};
  EXPECT_EQ(tokens("iPhone手机壳 2个装 x", rules), (Words{"iphone", "手机", "机壳", "个装"}));
  EXPECT_EQ(tokens("茶", rules), (Words{"茶"}));
  EXPECT_EQ(tokens("ワイヤレス", rules), (Words{"ワイ", "イヤ", "ヤレ", "レス"}));
  EXPECT_EQ(tokens("หูฟัง", rules), (Words{"หู", "ูฟ", "ฟั", "ัง"}));
  // Vowel signs belong to their words (Python's \w ends a word there); joiners are left out.
  EXPECT_EQ(tokens("किताब नई", rules), (Words{"किताब", "नई"}));
  EXPECT_EQ(tokens("می\u200cخواهم", rules), (Words{"میخواهم"}));
  EXPECT_EQ(tokens("한국어 İstanbul'da ΟΔΟΣ", rules), (Words{"한국어", "istanbul", "da", "οδος"}));
  EXPECT_TRUE(tokens("! \xFF a", rules).empty());
}

TEST(Tokens, WordsAndPairsAreWordsWhereThereAreSpaces) {
  for (const char* text : {"Don't STOP: Ελλάς ΟΔΟΣ ΣΑΣ, naïve café_2 x y2 ½ Ⅷ²", "Ёлка и 12 x 5b", "_ __ a_b"}) {
    EXPECT_EQ(tokens(text, {.unit = TokenUnit::kWordsAndPairs}), tokens(text)) << text;
  }
}

TEST(Tokens, BytesThatAreNotUtf8EndAWord) {
  EXPECT_EQ(tokens("ab\xFF"
                   "cd\xC3"),
            (Words{"ab", "cd"}));
  EXPECT_EQ(tokens("ab\xE2\x82"), (Words{"ab"}));
}

TEST(Tokens, LowerCaseFollowsUnicode) {
  EXPECT_EQ(to_lower(U'Ä'), U'ä');
  EXPECT_EQ(to_lower(U'Ā'), U'ā');
  EXPECT_EQ(to_lower(U'ā'), U'ā');
  EXPECT_EQ(to_lower(U'Ÿ'), U'ÿ');
  EXPECT_EQ(to_lower(U'Ǆ'), U'ǆ');
  EXPECT_EQ(to_lower(U'ǅ'), U'ǆ');
  EXPECT_EQ(to_lower(U'Ⴀ'), U'ⴀ');
  EXPECT_EQ(to_lower(0x10400), 0x10428u);
  EXPECT_EQ(to_lower(U'ß'), U'ß');
}

// Counted with Python 3.11 (Unicode 14): sum(c.isalnum() or c == '_'), sum(len(c.lower()) == 1 and c.lower() != c).
TEST(Tokens, WordCharactersAndCapitalsAreAsManyAsUnicodeHas) {
  std::size_t words = 0;
  std::size_t capitals = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    words += is_word_character(c) ? 1 : 0;
    capitals += to_lower(c) != c ? 1 : 0;
  }
  EXPECT_EQ(words, 133548u);
  EXPECT_EQ(capitals, 1432u + 1u);  // with U+0130
}

}  // namespace
}  // namespace mlkit
