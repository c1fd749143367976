// Text into tokens, as scikit-learn's vectorizers see it: what features, the recommender and models of text share.
//
// Lower case is Unicode's (as Python's str.lower, a final sigma included). A word character is a letter or a number of
// any script, or '_' (Python's \w); everything else, an apostrophe too, ends a word. Bytes that are not UTF-8 end a
// word as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlkit {

// Stored in model files: never renumber.
enum class TokenUnit : std::uint8_t {
  kWords = 0,       // words of at least two characters; n-grams are n words joined by a blank
  kCharacters = 1,  // n characters of one word (of any length) with a blank on both sides, for scripts without spaces
  // Words as kWords (n is 1), but for every script: where it is written without spaces (Han, Kana, Thai, Khmer ..) each
  // run of it is cut into its pairs of neighbouring characters, a lone one stands for itself; marks after a letter
  // (vowel signs of Devanagari, say) belong to its word; joiners of zero width are left out.
  kWordsAndPairs = 2,
};

struct TokenRules {
  TokenUnit unit = TokenUnit::kWords;
  std::uint32_t shortest = 1;  // n-grams of `shortest` to `longest` words or characters
  std::uint32_t longest = 1;

  bool operator==(const TokenRules&) const = default;
};

// Owns the memory that tokens need, so one thread at a time. After some texts, no call allocates.
class Tokenizer {
 public:
  explicit Tokenizer(TokenRules rules = {}) : rules_(rules) {}

  // The tokens of a text; they live until the next call. Words: all of length `shortest` in order, then the longer
  // ones. Characters: word by word; a padded word shorter than n is one token.
  std::span<const std::string_view> tokens(std::string_view text);

 private:
  void lower_words(std::string_view text);
  void lower_words_of_every_script(std::string_view text);
  void join_words();
  void cut_characters();
  void cut_pairs();

  TokenRules rules_;
  std::string lower_;  // words in lower case, a blank before and after each; what follows the last is left over
  std::vector<std::pair<std::size_t, std::size_t>> words_;  // [begin, end) in lower_
  std::vector<std::uint32_t> lengths_;                      // of the words, in characters
  std::vector<bool> spaceless_;                             // kWordsAndPairs: words that are cut into pairs
  std::vector<std::size_t> borders_;
  std::string joined_;
  std::vector<std::pair<std::size_t, std::size_t>> grams_;
  std::vector<std::string_view> tokens_;
};

bool is_word_character(char32_t c);
// A mark that goes with the letter before it.
bool is_mark(char32_t c);
// Of a script that is written without spaces between words.
bool is_spaceless(char32_t c);
// One character to one character (U+0130 becomes 'i', without its dot above).
char32_t to_lower(char32_t c);

}  // namespace mlkit
