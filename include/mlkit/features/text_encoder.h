// A column of texts as sparse numbers: the one encoder of the sealed preprocessing and of feature recipes.
//
//   tfidf  terms of the training rows, TF-IDF, each text of length 1 (L2)
//   bow    terms of the training rows, counted
//   hash   terms hashed to a fixed number of places, counted (with a sign), each text of length 1; learns nothing
//
// Terms are words of two or more characters in lower case, runs of words (n-grams), or 3 to 5 characters of a word
// (features/tokens.h). Terms that training did not see are dropped and counted. A missing text has no terms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/column.h"
#include "mlkit/features/term_vectors.h"

namespace mlkit {

// More places than this are no use, and a damaged file must not ask for more.
inline constexpr std::size_t kMostTextFeatures = 1'000'000;

struct TextOptions {
  std::vector<std::string> text;  // COL, COL=tfidf, COL=bow or COL=hash
  std::string text_tokens = "words";
  std::int64_t text_ngrams = 1;
  std::int64_t text_features = 100'000;
  std::int64_t text_min_rows = 1;
  // Hashed terms count +1 or -1, a text has length 1; off: plain counts. The model's kind decides, not people.
  bool signed_hash = true;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("text", text,
          {.help = "texts whose words become features: COL or COL=tfidf, COL=bow (counts), COL=hash (no dictionary)",
           .value_name = "LIST",
           .group = "Text"});
    visit("text_tokens", text_tokens,
          {.help = "terms of a text: words, or chars (3 to 5 characters of a word: bears typing errors, and scripts "
                   "without spaces)",
           .choices = {"words", "chars"},
           .group = "Text"});
    visit("text_ngrams", text_ngrams,
          {.help = "also runs of up to N words: 2 takes \"not good\" as a term of its own",
           .value_name = "N",
           .range = between(1, 5),
           .group = "Text"});
    visit("text_features", text_features,
          {.help = "the most frequent terms of a text column that get a feature; with hash, the places",
           .value_name = "N",
           .range = between(1, static_cast<double>(kMostTextFeatures)),
           .group = "Text"});
    visit("text_min_rows", text_min_rows,
          {.help = "terms in fewer training rows than this get none",
           .value_name = "N",
           .range = at_least(1),
           .group = "Text"});
  }
};

struct TextRule {
  std::string column;
  std::string how = "tfidf";  // tfidf, bow, hash
};

// "COL=bow" taken apart; without one of the three words behind its last '=' the item is a column.
TextRule parse_text_rule(const std::string& item);
// Throws Error(kUsage) where options contradict each other.
void validate_text_options(const TextOptions& options);

class TextEncoder {
 public:
  // Throws Error(kData) for a vocabulary that is not distinct and rising, or more than kMostTextFeatures features.
  explicit TextEncoder(Vocabulary vocabulary);
  static TextEncoder hashed(TermOptions options, std::uint32_t places);

  bool is_hashed() const { return weigher_ == nullptr; }
  const TermOptions& options() const { return options_; }
  std::size_t outputs() const { return is_hashed() ? places_ : weigher_->vocabulary().terms.size(); }
  // Not of a hashed one.
  const Vocabulary& vocabulary() const { return weigher_->vocabulary(); }
  // The term, or the number of the place.
  std::string output_name(std::size_t output) const;
  std::string_view how() const;  // tfidf, bow, hash

  // Rising outputs with their weights. The tokenizer is of options().tokens, one thread's own.
  void encode(std::string_view text, Tokenizer& tokenizer, TermVector& out) const;

  void save(BinaryWriter& out) const;
  static TextEncoder load(BinaryReader& in);  // throws Error(kModelFile)

 private:
  TextEncoder() = default;
  TermOptions options_;
  std::uint32_t places_ = 0;
  std::shared_ptr<const TermWeigher> weigher_;
};

// The cell of a column of texts or categories; "" where it is missing.
std::string_view text_of_cell(const Column& column, std::size_t row);

// Words in a text of the column, over its first 1,000 present ones; from kWordsOfASentence on they are sentences.
double mean_words(const Column& column);
inline constexpr double kWordsOfASentence = 4;

// Terms of all rows of a column of texts or categories; missing cells count as texts without terms. Blocks of rows in
// parallel; the result depends on the cells alone. `found` gets the number of terms before `most_terms` cut them.
Vocabulary learn_vocabulary(const Column& column, const TermOptions& options, std::size_t most_terms,
                            std::uint64_t least_documents, const Context& context, std::size_t* found);

// By `how` and the options. Throws Error(kData) where no term is left.
TextEncoder fit_text_encoder(const Column& column, const std::string& how, const TextOptions& options,
                             const Context& context, std::size_t* found);

}  // namespace mlkit
