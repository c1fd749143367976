// Texts as vectors of terms: bag of words, TF-IDF, or hashed terms, with scikit-learn's definitions.
//
//   weight of term t in a text = tf * idf_t, then all divided by their L2 norm (a text without terms stays 0)
//   tf    how often t stands in the text; sublinear: 1 + ln of that
//   idf   ln((1 + n) / (1 + df)) + 1 (smooth), or ln(n / df) + 1; df of n texts hold t
//   hash  term -> (hash_term mod size), sign by the highest bit of the hash (unless signed_hash is off); nothing is
//         learned
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/features/text_index.h"
#include "mlkit/features/tokens.h"

namespace mlkit {

struct TermOptions {
  TokenRules tokens;
  bool idf = true;
  bool smooth_idf = true;
  bool sublinear = false;
  bool normalise = true;
  bool signed_hash = true;  // off: hashed terms only add up

  bool operator==(const TermOptions&) const = default;
};

// What was learned from a collection of texts.
struct Vocabulary {
  TermOptions options;
  std::uint64_t documents = 0;
  std::vector<std::string> terms;  // distinct, rising in byte order
  std::vector<double> idf;         // per term; all 1 without idf
};

// Counts in how many texts each term stands: observe texts, merge, finish.
class VocabularyLearner {
 public:
  explicit VocabularyLearner(TermOptions options) : options_(options), tokenizer_(options.tokens) {}
  void observe(std::string_view text);
  // Takes in what was observed on later texts.
  void merge(VocabularyLearner&& later);
  // The terms of at least `least_documents` texts; of more than `most_terms` (0 = no bound) those of the most texts,
  // ties in byte order. `found` gets how many there were.
  Vocabulary finish(std::size_t most_terms = 0, std::uint64_t least_documents = 1, std::size_t* found = nullptr) const;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t term_plus_1 = 0;  // 0 = free
  };
  std::string_view term(std::uint32_t number) const {
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }
  // The number of a term, in the order of first sight; a new one has no texts yet.
  std::uint32_t number_of(std::string_view term);
  void grow();

  TermOptions options_;
  Tokenizer tokenizer_;
  std::uint64_t texts_ = 0;
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::string bytes_;        // the terms, one behind the other
  std::vector<std::size_t> ends_;
  std::vector<std::uint64_t> documents_;  // per term
  std::vector<std::uint64_t> last_;       // number of the last text that was counted
};

// A sparse vector and what went into it; used again from text to text, so that nothing is allocated.
struct TermVector {
  std::vector<std::uint32_t> terms;  // rising
  std::vector<double> weights;
  std::size_t tokens = 0;   // of the text
  std::size_t unknown = 0;  // of these, not in the vocabulary
};

// Weighs texts by a vocabulary. Immutable; every thread brings its own Tokenizer, with the rules of the options.
class TermWeigher {
 public:
  explicit TermWeigher(Vocabulary vocabulary);
  const Vocabulary& vocabulary() const { return vocabulary_; }
  void weigh(std::string_view text, Tokenizer& tokenizer, TermVector& out) const;

 private:
  Vocabulary vocabulary_;
  TextIndex index_;
};

// The same with hashed terms; `size` > 0 entries. options.idf must be false.
void weigh_hashed(std::string_view text, const TermOptions& options, std::uint32_t size, Tokenizer& tokenizer,
                  TermVector& out);

}  // namespace mlkit
