#include "mlkit/recommend/item_index.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr double kSaturation = 1.2;    // k1
constexpr double kLengthShare = 0.75;  // b

std::vector<double> idf_of(const std::vector<std::uint64_t>& begins, std::size_t items, TermWeighting weighting) {
  const auto n = static_cast<double>(items);
  std::vector<double> out;
  out.reserve(begins.size() - 1);
  std::vector<double> known;  // few counts of items come again and again
  for (std::size_t t = 0; t + 1 < begins.size(); ++t) {
    const std::uint64_t documents = begins[t + 1] - begins[t];
    const auto df = static_cast<double>(documents);
    if (documents < known.size() && known[documents] != 0) {
      out.push_back(known[documents]);
      continue;
    }
    out.push_back(weighting == TermWeighting::kTfIdf ? mlkit::log((1.0 + n) / (1.0 + df)) + 1.0
                                                     : mlkit::log(1.0 + (n - df + 0.5) / (df + 0.5)));
    constexpr std::size_t kKnown = 4096;
    if (documents < kKnown) {
      known.resize(std::max<std::size_t>(known.size(), documents + 1));
      known[documents] = out.back();
    }
  }
  return out;
}

}  // namespace

ItemIndex::ItemIndex(Catalogue catalogue, ItemTerms terms, const TokenRules& rules, const WeighingOptions& options,
                     const Context& context)
    : catalogue_(std::move(catalogue)),
      terms_(std::move(terms)),
      rules_(rules),
      options_(options),
      posting_begins_(terms_.terms.size() + 1),
      id_ranks_(rank_ids(catalogue_.ids)) {
  for (const std::uint32_t term : terms_.term) ++posting_begins_[term + 1];
  for (std::size_t t = 0; t < term_count(); ++t) posting_begins_[t + 1] += posting_begins_[t];
  weigh(context);
  post();
}

void ItemIndex::weigh(const Context& context) {
  const std::vector<double> idf = idf_of(posting_begins_, size(), options_.weighting);
  std::uint64_t tokens = 0;
  for (const std::uint32_t count : terms_.count) tokens += count;
  const double mean_length = static_cast<double>(tokens) / static_cast<double>(std::max<std::size_t>(size(), 1));
  weights_.resize(terms_.term.size());
  for_blocks(context, size(), kRowBlock, [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t item = first; item < last; ++item) {
      const std::uint64_t begin = terms_.begins[item];
      const std::uint64_t end = terms_.begins[item + 1];
      double length = 0;
      for (std::uint64_t i = begin; i < end; ++i) length += static_cast<double>(terms_.count[i]);
      double squares = 0;
      for (std::uint64_t i = begin; i < end; ++i) {
        double tf = static_cast<double>(terms_.count[i]);
        if (options_.weighting == TermWeighting::kBm25) {
          tf = tf * (kSaturation + 1) / (tf + kSaturation * (1 - kLengthShare + kLengthShare * length / mean_length));
        } else if (options_.sublinear && tf > 1) {
          tf = 1.0 + mlkit::log(tf);
        }
        weights_[i] = tf * idf[terms_.term[i]];
        squares += weights_[i] * weights_[i];
      }
      const double norm = std::sqrt(squares);
      for (std::uint64_t i = begin; i < end; ++i) weights_[i] /= norm;
    }
  });
}

void ItemIndex::post() {
  posting_items_.resize(terms_.term.size());
  posting_weights_.resize(terms_.term.size());
  largest_weights_.assign(term_count(), 0);
  std::vector<std::uint64_t> next(posting_begins_.begin(), posting_begins_.end() - 1);
  for (std::size_t item = 0; item < size(); ++item) {
    for (std::uint64_t i = terms_.begins[item]; i < terms_.begins[item + 1]; ++i) {
      const std::uint32_t term = terms_.term[i];
      const auto weight = static_cast<float>(weights_[i]);
      posting_items_[next[term]] = static_cast<std::uint32_t>(item);
      posting_weights_[next[term]++] = weight;
      largest_weights_[term] = std::max(largest_weights_[term], weight);
    }
  }
}

double ItemIndex::similarity(std::size_t a, std::size_t b) const {
  const auto a_terms = item_terms(a);
  const auto b_terms = item_terms(b);
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < a_terms.size() && j < b_terms.size();) {
    if (a_terms[i] == b_terms[j]) {
      sum += item_weights(a)[i++] * item_weights(b)[j++];
    } else {
      ++(a_terms[i] < b_terms[j] ? i : j);
    }
  }
  return sum;
}

}  // namespace mlkit
