#include "mlkit/features/text_encoder.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kLongestGram = 8;
// A partial vocabulary is as large as the words of its rows: not too many of them.
constexpr std::size_t kMostBlocks = 32;

TermOptions term_options(const std::string& how, const TextOptions& options) {
  TermOptions terms;
  terms.idf = how == "tfidf";
  // (Models of counts take hashed terms as counts: without a sign and as long as the text is.)
  terms.normalise = how == "tfidf" || (how == "hash" && options.signed_hash);
  terms.signed_hash = options.signed_hash;
  terms.tokens.longest = static_cast<std::uint32_t>(options.text_ngrams);
  if (options.text_tokens == "chars") terms.tokens = {TokenUnit::kCharacters, 3, 5};
  return terms;
}

void check_vocabulary(const Vocabulary& vocabulary) {
  if (vocabulary.terms.size() != vocabulary.idf.size()) throw_data("another number of weights than of terms");
  if (vocabulary.terms.size() > kMostTextFeatures) throw_data("too many terms");
  for (std::size_t i = 0; i < vocabulary.terms.size(); ++i) {
    if (i > 0 && !(vocabulary.terms[i - 1] < vocabulary.terms[i])) throw_data("terms are not distinct and rising");
    if (!std::isfinite(vocabulary.idf[i]) || vocabulary.idf[i] < 0) throw_data("a term has a weight below 0");
  }
}

}  // namespace

TextRule parse_text_rule(const std::string& item) {
  const std::size_t equals = item.rfind('=');
  if (equals != std::string::npos && equals > 0) {
    const std::string how = item.substr(equals + 1);
    if (how == "tfidf" || how == "bow" || how == "hash") return {item.substr(0, equals), how};
  }
  return {.column = item};
}

void validate_text_options(const TextOptions& options) {
  const TextOptions usual;
  const bool others = options.text_tokens != usual.text_tokens || options.text_ngrams != usual.text_ngrams ||
                      options.text_features != usual.text_features || options.text_min_rows != usual.text_min_rows;
  if (options.text.empty() && others) {
    throw_usage("--text-tokens, --text-ngrams, --text-features and --text-min-rows say how --text reads a column",
                "name columns in --text");
  }
  if (options.text_tokens == "chars" && options.text_ngrams > 1) {
    throw_usage("--text-ngrams joins words, and --text-tokens chars takes characters", "keep one of the two");
  }
}

TextEncoder::TextEncoder(Vocabulary vocabulary) : options_(vocabulary.options) {
  check_vocabulary(vocabulary);
  weigher_ = std::make_shared<const TermWeigher>(std::move(vocabulary));
}

TextEncoder TextEncoder::hashed(TermOptions options, std::uint32_t places) {
  if (places == 0 || places > kMostTextFeatures) throw_data("hashed terms need 1 to 1,000,000 places");
  TextEncoder out;
  options.idf = false;
  out.options_ = options;
  out.places_ = places;
  return out;
}

std::string TextEncoder::output_name(std::size_t output) const {
  return is_hashed() ? std::to_string(output) : vocabulary().terms[output];
}

std::string_view TextEncoder::how() const { return is_hashed() ? "hash" : options_.idf ? "tfidf" : "bow"; }

void TextEncoder::encode(std::string_view text, Tokenizer& tokenizer, TermVector& out) const {
  if (weigher_) {
    weigher_->weigh(text, tokenizer, out);
  } else {
    weigh_hashed(text, options_, places_, tokenizer, out);
  }
}

void TextEncoder::save(BinaryWriter& out) const {
  out.u8(static_cast<std::uint8_t>(options_.tokens.unit));
  out.u32(options_.tokens.shortest);
  out.u32(options_.tokens.longest);
  for (const bool flag : {options_.idf, options_.smooth_idf, options_.sublinear, options_.normalise}) out.boolean(flag);
  out.boolean(options_.signed_hash);
  out.boolean(is_hashed());
  if (is_hashed()) {
    out.u32(places_);
    return;
  }
  out.u64(vocabulary().documents);
  out.texts(vocabulary().terms);
  if (options_.idf) out.f64s(vocabulary().idf);
}

TextEncoder TextEncoder::load(BinaryReader& in) {
  TermOptions options;
  const std::uint8_t unit = in.u8();
  if (unit > static_cast<std::uint8_t>(TokenUnit::kCharacters)) in.fail("names an unknown kind of terms");
  options.tokens.unit = static_cast<TokenUnit>(unit);
  options.tokens.shortest = in.u32();
  options.tokens.longest = in.u32();
  if (options.tokens.shortest < 1 || options.tokens.longest < options.tokens.shortest ||
      options.tokens.longest > kLongestGram) {
    in.fail("has terms of an impossible length");
  }
  options.idf = in.boolean();
  options.smooth_idf = in.boolean();
  options.sublinear = in.boolean();
  options.normalise = in.boolean();
  options.signed_hash = in.boolean();
  try {
    if (in.boolean()) return hashed(options, in.u32());
    Vocabulary vocabulary;
    vocabulary.options = options;
    vocabulary.documents = in.u64();
    vocabulary.terms = in.texts();
    vocabulary.idf = options.idf ? in.finite_f64s() : std::vector<double>(vocabulary.terms.size(), 1.0);
    return TextEncoder(std::move(vocabulary));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kModelFile) throw;
    in.fail("has a broken dictionary: " + error.message());
  }
}

std::string_view text_of_cell(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  if (column.is_texts()) return column.texts().at(row);
  return (*column.categories().levels)[column.categories().codes[row]];
}

double mean_words(const Column& column) {
  constexpr std::size_t kLooked = 1000;
  Tokenizer tokenizer;
  std::size_t texts = 0;
  std::size_t words = 0;
  for (std::size_t row = 0; row < column.size() && texts < kLooked; ++row) {
    if (column.is_missing(row)) continue;
    words += tokenizer.tokens(text_of_cell(column, row)).size();
    ++texts;
  }
  return texts == 0 ? 0 : static_cast<double>(words) / static_cast<double>(texts);
}

Vocabulary learn_vocabulary(const Column& column, const TermOptions& options, std::size_t most_terms,
                            std::uint64_t least_documents, const Context& context, std::size_t* found) {
  const std::size_t rows = column.size();
  const std::size_t block = std::max(kRowBlock, (rows + kMostBlocks - 1) / kMostBlocks);
  const VocabularyLearner all = reduce_blocks(context, rows, block, VocabularyLearner(options),
                                              [&](std::size_t, std::size_t begin, std::size_t end) {
                                                VocabularyLearner learner(options);
                                                for (std::size_t row = begin; row < end; ++row) {
                                                  learner.observe(text_of_cell(column, row));
                                                }
                                                return learner;
                                              });
  return all.finish(most_terms, least_documents, found);
}

TextEncoder fit_text_encoder(const Column& column, const std::string& how, const TextOptions& options,
                             const Context& context, std::size_t* found) {
  const TermOptions terms = term_options(how, options);
  const auto most = static_cast<std::size_t>(options.text_features);
  if (how == "hash") return TextEncoder::hashed(terms, static_cast<std::uint32_t>(most));
  Vocabulary vocabulary =
      learn_vocabulary(column, terms, most, static_cast<std::uint64_t>(options.text_min_rows), context, found);
  if (!vocabulary.terms.empty()) return TextEncoder(std::move(vocabulary));
  const bool rare = options.text_min_rows > 1;
  const std::string what = options.text_tokens == "chars" ? "a word" : "a word of two characters or more";
  throw Error(ErrorCode::kData,
              rare ? "no term is in " + std::to_string(options.text_min_rows) + " rows of this column"
                   : "no row of this column has " + what,
              {.file = {},
               .column = column.name,
               .hint = rare ? "lower --text-min-rows" : "leave it out with --exclude " + column.name});
}

}  // namespace mlkit
