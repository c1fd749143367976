// The catalogue as unit vectors of weighted terms, and from every term back to the items that hold it.
//
// The weight of term t in an item, before its vector is divided by its L2 norm (an item without terms stays 0):
//
//   tfidf   tf idf_t      idf_t = ln((1 + n) / (1 + df)) + 1, tf = how often t stands in the text; sublinear: 1 + ln tf
//   bm25    idf_t tf (k1 + 1) / (tf + k1 (1 - b + b l / mean l))      k1 = 1.2, b = 0.75,
//           idf_t = ln(1 + (n - df + 0.5) / (df + 0.5)), l = tokens of the item (Robertson, Zaragoza 2009)
//
// where df of the n items hold t. With tfidf the vectors are those of features/term_vectors.h, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/features/tokens.h"
#include "mlkit/recommend/catalogue.h"
#include "mlkit/recommend/item_terms.h"

namespace mlkit {

// Stored in files: never renumber.
enum class TermWeighting : std::uint8_t { kTfIdf = 0, kBm25 = 1 };

struct WeighingOptions {
  TermWeighting weighting = TermWeighting::kTfIdf;
  bool sublinear = false;  // of tfidf only

  bool operator==(const WeighingOptions&) const = default;
};

// Immutable: any number of threads may search it. Fewer than 2^32 - 1 items and terms.
class ItemIndex {
 public:
  // `terms` has an entry in begins for every item of the catalogue.
  ItemIndex(Catalogue catalogue, ItemTerms terms, const TokenRules& rules, const WeighingOptions& options,
            const Context& context);

  const Catalogue& catalogue() const { return catalogue_; }
  const ItemTerms& counts() const { return terms_; }
  const TokenRules& token_rules() const { return rules_; }
  const WeighingOptions& options() const { return options_; }
  std::size_t size() const { return catalogue_.size(); }
  std::size_t term_count() const { return terms_.terms.size(); }

  std::span<const std::uint32_t> item_terms(std::size_t item) const {
    return std::span(terms_.term).subspan(terms_.begins[item], terms_.begins[item + 1] - terms_.begins[item]);
  }
  std::span<const double> item_weights(std::size_t item) const {
    return std::span(weights_).subspan(terms_.begins[item], terms_.begins[item + 1] - terms_.begins[item]);
  }
  // The items that hold a term, rising, and the term's weights in them, rounded to single precision.
  std::span<const std::uint32_t> posting_items(std::size_t term) const {
    return std::span(posting_items_).subspan(posting_begins_[term], posting_begins_[term + 1] - posting_begins_[term]);
  }
  std::span<const float> posting_weights(std::size_t term) const {
    return std::span(posting_weights_)
        .subspan(posting_begins_[term], posting_begins_[term + 1] - posting_begins_[term]);
  }
  // The largest of posting_weights.
  float largest_weight(std::size_t term) const { return largest_weights_[term]; }
  // Place of an item in the order of ids (rank_ids).
  std::uint32_t id_rank(std::size_t item) const { return id_ranks_[item]; }
  bool has_text(std::size_t item) const { return terms_.begins[item] < terms_.begins[item + 1]; }

  // Cosine of two items.
  double similarity(std::size_t a, std::size_t b) const;

 private:
  void weigh(const Context& context);
  void post();

  Catalogue catalogue_;
  ItemTerms terms_;
  TokenRules rules_;
  WeighingOptions options_;
  std::vector<std::uint64_t> posting_begins_;  // terms + 1
  std::vector<double> weights_;
  std::vector<std::uint32_t> posting_items_;
  std::vector<float> posting_weights_;
  std::vector<float> largest_weights_;
  std::vector<std::uint32_t> id_ranks_;
};

}  // namespace mlkit
