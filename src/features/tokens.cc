#include "mlkit/features/tokens.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace mlkit {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};
struct CaseRun {
  char32_t first;
  char32_t last;
  std::int32_t stride;
  std::int32_t delta;
};

#include "unicode_tables.inc"

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kDottedCapitalI = 0x130;
constexpr char32_t kNoCharacter = 0xFFFFFFFF;
constexpr std::uint32_t kShortestWord = 2;
constexpr char32_t kNonJoiner = 0x200C;
constexpr char32_t kJoiner = 0x200D;

// The character at `at`, which moves behind it; kNoCharacter for a byte that is not UTF-8.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at++);
  if (lead < 0x80) return lead;
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC2 ? 1 : 0;
  if (more == 0 || lead > 0xF4 || at + more > text.size()) return kNoCharacter;
  char32_t c = lead & (0x3Fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kNoCharacter;
    c = c << 6 | (byte(at + i) & 0x3Fu);
  }
  at += more;
  return c;
}

// The character in UTF-8 at `at`; returns where it ends.
std::size_t write_character(char* out, std::size_t at, char32_t c) {
  if (c < 0x80) {
    out[at++] = static_cast<char>(c);
    return at;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  constexpr char32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out[at++] = static_cast<char>(kLead[more] | c >> (6 * more));
  for (int i = more - 1; i >= 0; --i) out[at++] = static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
  return at;
}

// Whether rising ranges hold a character.
bool is_in(std::span<const CodeRange> ranges, char32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](char32_t wanted, const CodeRange& range) { return wanted < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

// Word characters of ASCII in lower case; 0 for all other bytes.
constexpr std::array<char, 256> kAsciiLower = [] {
  std::array<char, 256> out = {};
  for (char c = 'a'; c <= 'z'; ++c) out[static_cast<std::size_t>(c)] = out[static_cast<std::size_t>(c - 32)] = c;
  for (char c = '0'; c <= '9'; ++c) out[static_cast<std::size_t>(c)] = c;
  out['_'] = '_';
  return out;
}();

// A sigma that ends a word of several letters is written in its final form.
bool ends_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  const char32_t next = next_character(text, at);
  return next == kNoCharacter || !is_word_character(next);
}

}  // namespace

bool is_word_character(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  return is_in(kWordRanges, c);
}

bool is_mark(char32_t c) { return is_in(kMarkRanges, c); }
bool is_spaceless(char32_t c) { return c >= kSpacelessRanges[0].first && is_in(kSpacelessRanges, c); }

char32_t to_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c == kDottedCapitalI) return 'i';
  // Runs with stride 2 interleave with their neighbours, so the last one that begins before is not always the right
  // one.
  auto run = std::upper_bound(std::begin(kLowerRuns), std::end(kLowerRuns), c,
                              [](char32_t wanted, const CaseRun& r) { return wanted < r.first; });
  for (int looked = 0; looked < 2 && run != std::begin(kLowerRuns); ++looked) {
    --run;
    if (c <= run->last && (c - run->first) % static_cast<char32_t>(run->stride) == 0) {
      return static_cast<char32_t>(static_cast<std::int32_t>(c) + run->delta);
    }
  }
  return c;
}

void Tokenizer::lower_words(std::string_view text) {
  words_.clear();
  lengths_.clear();
  // A character is at most half as long again in lower case; every word is followed by one blank of its own.
  if (lower_.size() < 2 * text.size() + 2) lower_.resize(2 * text.size() + 2);
  char* const lower = lower_.data();
  lower[0] = ' ';
  std::size_t begin = 1;  // of the word that is being read
  std::size_t out = 1;
  std::uint32_t length = 0;  // of that word, in characters
  const auto end_word = [&] {
    if (length == 0) return;
    words_.emplace_back(begin, out);
    lengths_.push_back(length);
    lower[out++] = ' ';
    begin = out;
    length = 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      ++at;
      if (kAsciiLower[byte] == 0) {
        end_word();
      } else {
        lower[out++] = kAsciiLower[byte];
        ++length;
      }
      continue;
    }
    const char32_t c = next_character(text, at);
    if (c == kNoCharacter || !is_word_character(c)) {
      end_word();
      continue;
    }
    const bool final_sigma = c == kCapitalSigma && length > 0 && ends_word(text, at);
    out = write_character(lower, out, final_sigma ? kFinalSigma : to_lower(c));
    ++length;
    if (c == kDottedCapitalI) end_word();  // its lower case is an i and a combining dot, which is no word character
  }
  end_word();
}

void Tokenizer::lower_words_of_every_script(std::string_view text) {
  lower_.clear();
  words_.clear();
  lengths_.clear();
  spaceless_.clear();
  std::uint32_t length = 0;  // of the word that is being read
  bool spaceless = false;    // its script
  const auto end_word = [&] {
    if (length == 0) return;
    words_.emplace_back(words_.empty() ? 1 : words_.back().second + 1, lower_.size());
    lengths_.push_back(length);
    spaceless_.push_back(spaceless);
    lower_ += ' ';
    length = 0;
  };
  lower_ += ' ';
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {  // most of most catalogues
      const std::size_t begin = at;
      while (at < text.size() && kAsciiLower[static_cast<unsigned char>(text[at])] != 0) ++at;
      if (at == begin) {
        end_word();
        ++at;
        continue;
      }
      if (spaceless) end_word();
      spaceless = false;
      const std::size_t place = lower_.size();
      lower_.append(text, begin, at - begin);
      for (std::size_t i = place; i < lower_.size(); ++i)
        lower_[i] = kAsciiLower[static_cast<unsigned char>(lower_[i])];
      length += static_cast<std::uint32_t>(at - begin);
      continue;
    }
    const char32_t c = next_character(text, at);
    if (length > 0 && (c == kNonJoiner || c == kJoiner)) continue;
    const bool mark = length > 0 && c != kNoCharacter && is_mark(c);
    if (!mark && (c == kNoCharacter || !is_word_character(c))) {
      end_word();
      continue;
    }
    if (!mark && is_spaceless(c) != spaceless) {
      end_word();
      spaceless = !spaceless;
    }
    const bool final_sigma = c == kCapitalSigma && length > 0 && ends_word(text, at);
    char bytes[4];
    lower_.append(bytes, write_character(bytes, 0, final_sigma ? kFinalSigma : to_lower(c)));
    ++length;
  }
  end_word();
}

void Tokenizer::cut_pairs() {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::string_view word = std::string_view(lower_).substr(words_[i].first, words_[i].second - words_[i].first);
    if (!spaceless_[i] || lengths_[i] == 1) {
      if (spaceless_[i] || lengths_[i] >= kShortestWord) tokens_.push_back(word);
      continue;
    }
    borders_.clear();
    for (std::size_t at = 0; at < word.size(); ++at) {
      if ((static_cast<unsigned char>(word[at]) & 0xC0) != 0x80) borders_.push_back(at);
    }
    borders_.push_back(word.size());
    for (std::size_t k = 0; k + 2 < borders_.size(); ++k) {
      tokens_.push_back(word.substr(borders_[k], borders_[k + 2] - borders_[k]));
    }
  }
}

void Tokenizer::join_words() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (lengths_[i] >= kShortestWord) words_[kept++] = words_[i];
  }
  words_.resize(kept);
  joined_.clear();
  grams_.clear();
  for (std::size_t n = rules_.shortest; n <= rules_.longest; ++n) {
    for (std::size_t i = 0; i + n <= words_.size(); ++i) {
      if (n == 1) {
        tokens_.push_back(std::string_view(lower_).substr(words_[i].first, words_[i].second - words_[i].first));
        continue;
      }
      const std::size_t begin = joined_.size();
      for (std::size_t k = i; k < i + n; ++k) {
        if (k > i) joined_ += ' ';
        joined_.append(lower_, words_[k].first, words_[k].second - words_[k].first);
      }
      grams_.emplace_back(begin, joined_.size());
    }
  }
  for (const auto& [begin, end] : grams_) tokens_.push_back(std::string_view(joined_).substr(begin, end - begin));
}

void Tokenizer::cut_characters() {
  for (const auto& [first, last] : words_) {
    borders_.clear();  // where the characters of the padded word begin, and its end
    for (std::size_t at = first - 1; at < last + 1; ++at) {
      if ((static_cast<unsigned char>(lower_[at]) & 0xC0) != 0x80) borders_.push_back(at);
    }
    borders_.push_back(last + 1);
    const std::size_t characters = borders_.size() - 1;
    for (std::size_t n = rules_.shortest; n <= rules_.longest; ++n) {
      const std::size_t size = std::min(n, characters);
      for (std::size_t i = 0; i + size <= characters; ++i) {
        tokens_.push_back(std::string_view(lower_).substr(borders_[i], borders_[i + size] - borders_[i]));
      }
      if (n >= characters) break;  // longer ones would be the whole word again
    }
  }
}

std::span<const std::string_view> Tokenizer::tokens(std::string_view text) {
  tokens_.clear();
  if (rules_.unit == TokenUnit::kWordsAndPairs) {
    lower_words_of_every_script(text);
    cut_pairs();
    return tokens_;
  }
  lower_words(text);
  if (rules_.unit == TokenUnit::kWords) {
    join_words();
  } else {
    cut_characters();
  }
  return tokens_;
}

}  // namespace mlkit
