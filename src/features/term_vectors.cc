#include "mlkit/features/term_vectors.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/data/column.h"
#include "short_texts.h"

namespace mlkit {
namespace {

// Sorted positions of tokens to rising terms with their counts.
void count_terms(TermVector& out) {
  std::sort(out.terms.begin(), out.terms.end());
  out.weights.clear();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.terms.size();) {
    std::size_t end = i + 1;
    while (end < out.terms.size() && out.terms[end] == out.terms[i]) ++end;
    out.weights.push_back(static_cast<double>(end - i));
    out.terms[kept++] = out.terms[i];
    i = end;
  }
  out.terms.resize(kept);
}

double damped(double count) {
  const double tf = 1.0 + mlkit::log(std::abs(count));
  return count < 0 ? -tf : tf;
}

void normalise(std::vector<double>& weights) {
  double squares = 0;
  for (const double w : weights) squares += w * w;
  const double norm = std::sqrt(squares);
  if (norm == 0) return;
  for (double& w : weights) w /= norm;
}

}  // namespace

std::uint32_t VocabularyLearner::number_of(std::string_view wanted) {
  if (slots_.size() < 2 * (ends_.size() + 1)) grow();
  const std::uint32_t hash = internal::hash_short(wanted);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].term_plus_1 != 0; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && internal::same_text(term(slot.term_plus_1 - 1), wanted)) return slot.term_plus_1 - 1;
  }
  if (ends_.size() >= kNoLevel - 1) throw_data("the texts have more different terms than 2^32 - 2");
  bytes_ += wanted;
  ends_.push_back(bytes_.size());
  documents_.push_back(0);
  last_.push_back(0);
  slots_[at] = {hash, static_cast<std::uint32_t>(ends_.size())};
  return static_cast<std::uint32_t>(ends_.size() - 1);
}

void VocabularyLearner::grow() {
  constexpr std::size_t kFirstSlots = 1024;
  std::vector<Slot> old(slots_.empty() ? kFirstSlots : 2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.term_plus_1 == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].term_plus_1 != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

void VocabularyLearner::observe(std::string_view text) {
  ++texts_;
  for (const std::string_view token : tokenizer_.tokens(text)) {
    const std::uint32_t number = number_of(token);
    if (last_[number] == texts_) continue;
    last_[number] = texts_;
    ++documents_[number];
  }
}

void VocabularyLearner::merge(VocabularyLearner&& later) {
  texts_ += later.texts_;
  for (std::uint32_t i = 0; i < later.ends_.size(); ++i) {
    const std::uint32_t number = number_of(later.term(i));
    documents_[number] += later.documents_[i];
    last_[number] = 0;  // no text to come has this number
  }
}

Vocabulary VocabularyLearner::finish(std::size_t most_terms, std::uint64_t least_documents,
                                     std::size_t* found_terms) const {
  std::vector<std::pair<std::string_view, std::uint64_t>> found;
  for (std::uint32_t i = 0; i < ends_.size(); ++i) {
    if (documents_[i] >= least_documents) found.emplace_back(term(i), documents_[i]);
  }
  if (found_terms != nullptr) *found_terms = found.size();
  if (most_terms > 0 && found.size() > most_terms) {
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    found.resize(most_terms);
  }
  std::sort(found.begin(), found.end());
  Vocabulary out;
  out.options = options_;
  out.documents = texts_;
  const auto n = static_cast<double>(texts_);
  for (const auto& [term, documents] : found) {
    const auto df = static_cast<double>(documents);
    out.terms.emplace_back(term);
    const double ratio = options_.smooth_idf ? (1.0 + n) / (1.0 + df) : n / df;
    out.idf.push_back(options_.idf ? mlkit::log(ratio) + 1.0 : 1.0);
  }
  return out;
}

TermWeigher::TermWeigher(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)), index_(vocabulary_.terms) {}

void TermWeigher::weigh(std::string_view text, Tokenizer& tokenizer, TermVector& out) const {
  out.terms.clear();
  out.unknown = 0;
  const std::span<const std::string_view> tokens = tokenizer.tokens(text);
  out.tokens = tokens.size();
  for (const std::string_view token : tokens) {
    const std::uint32_t term = index_.find(token);
    if (term == kNoLevel) {
      ++out.unknown;
    } else {
      out.terms.push_back(term);
    }
  }
  count_terms(out);
  const TermOptions& options = vocabulary_.options;
  for (std::size_t i = 0; i < out.terms.size(); ++i) {
    if (options.sublinear) out.weights[i] = damped(out.weights[i]);
    out.weights[i] *= vocabulary_.idf[out.terms[i]];
  }
  if (options.normalise) normalise(out.weights);
}

void weigh_hashed(std::string_view text, const TermOptions& options, std::uint32_t size, Tokenizer& tokenizer,
                  TermVector& out) {
  out.terms.clear();
  out.unknown = 0;
  const std::span<const std::string_view> tokens = tokenizer.tokens(text);
  out.tokens = tokens.size();
  // A token is its place and its sign, the sign in the lowest bit; tokens of one place are neighbours once sorted.
  for (const std::string_view token : tokens) {
    const std::uint64_t hash = hash_term(token);
    const auto sign = options.signed_hash ? static_cast<std::uint32_t>(hash >> 63) : 0;
    out.terms.push_back(static_cast<std::uint32_t>(hash % size) << 1 | sign);
  }
  count_terms(out);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.terms.size();) {
    const std::uint32_t place = out.terms[i] >> 1;
    double sum = 0;
    for (; i < out.terms.size() && out.terms[i] >> 1 == place; ++i) {
      sum += (out.terms[i] & 1) != 0 ? -out.weights[i] : out.weights[i];
    }
    if (sum == 0) continue;  // two terms of one place took each other away
    out.terms[kept] = place;
    out.weights[kept++] = options.sublinear ? damped(sum) : sum;
  }
  out.terms.resize(kept);
  out.weights.resize(kept);
  if (options.normalise) normalise(out.weights);
}

}  // namespace mlkit
