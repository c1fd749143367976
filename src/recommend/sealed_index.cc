#include "mlkit/recommend/sealed_index.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/text.h"
#include "mlkit/recommend/search.h"

namespace mlkit {
namespace {

constexpr std::size_t kTestRows = 8;
constexpr std::size_t kTestNeighbours = 5;
constexpr double kTolerance = 1e-9;  // of scores: a later version may compute in another order
constexpr std::uint32_t kLongestGram = 64;
constexpr std::size_t kTextBytes = 8;  // of an empty text in a file

bool is_rising(const std::vector<std::string>& texts) {
  return std::adjacent_find(texts.begin(), texts.end(), std::greater_equal<>()) == texts.end();
}

}  // namespace

IndexSelfTest make_index_self_test(const ItemIndex& index) {
  IndexSelfTest test;
  SearchOptions options;
  options.top = kTestNeighbours;
  Searcher searcher(index, options);
  std::size_t next = 0;
  for (std::size_t i = 0; i < kTestRows; ++i) {
    std::size_t item = std::max(next, index.size() * i / kTestRows);
    while (item < index.size() && !index.has_text(item)) ++item;
    if (item >= index.size()) break;
    next = item + 1;
    const auto viewed = static_cast<std::uint32_t>(item);
    IndexSelfTest::Row row{viewed, {}, {}};
    for (const Recommendation& found : searcher.search(make_profile(index, {&viewed, 1}))) {
      row.neighbours.push_back(found.item);
      row.scores.push_back(found.score);
    }
    test.rows.push_back(std::move(row));
  }
  return test;
}

IndexSelfTestResult replay_index_self_test(const ItemIndex& index, const IndexSelfTest& test) {
  IndexSelfTestResult result;
  SearchOptions options;
  options.top = kTestNeighbours;
  Searcher searcher(index, options);
  for (const IndexSelfTest::Row& row : test.rows) {
    const std::vector<Recommendation>& found = searcher.search(make_profile(index, {&row.item, 1}));
    bool same = found.size() == row.neighbours.size();
    for (std::size_t i = 0; i < std::min(found.size(), row.neighbours.size()); ++i) {
      same = same && found[i].item == row.neighbours[i] && std::abs(found[i].score - row.scores[i]) <= kTolerance;
      result.max_error = std::max(result.max_error, std::abs(found[i].score - row.scores[i]));
    }
    ++result.rows;
    if (same) ++result.passed;
  }
  return result;
}

void save_items(const ItemIndex& index, BinaryWriter& out) {
  const Catalogue& catalogue = index.catalogue();
  out.u64(catalogue.size());
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    out.text(catalogue.ids.at(i));
    out.text(catalogue.titles.at(i));
    out.u32(catalogue.category[i]);
    out.f64(catalogue.prices[i]);
  }
  out.texts(catalogue.categories);
}

Catalogue load_items(BinaryReader& in) {
  Catalogue out;
  constexpr std::size_t kLeastBytes = 2 * kTextBytes + 12;
  const std::uint64_t items = in.count(kLeastBytes);
  for (std::uint64_t i = 0; i < items; ++i) {
    const std::string id = in.text();
    if (id.empty() || out.ids.insert(id) != i) in.fail("has ids that are empty or not distinct");
    out.titles.append(in.text());
    out.category.push_back(in.u32());
    out.prices.push_back(in.f64());
    if (std::isinf(out.prices.back()) || out.prices.back() < 0) in.fail("holds a price that is none");
  }
  out.categories = in.texts();
  if (!is_rising(out.categories)) in.fail("has categories that do not rise");
  for (const std::uint32_t category : out.category) {
    if (category != kNoLevel && category >= out.categories.size()) in.fail("names an unknown category");
  }
  return out;
}

void save_terms(const ItemIndex& index, BinaryWriter& out) {
  out.u8(static_cast<std::uint8_t>(index.options().weighting));
  out.boolean(index.options().sublinear);
  out.u8(static_cast<std::uint8_t>(index.token_rules().unit));
  out.u32(index.token_rules().shortest);
  out.u32(index.token_rules().longest);
  out.texts(index.counts().terms);
}

ItemTerms load_terms(BinaryReader& in, TokenRules& rules, WeighingOptions& options) {
  const std::uint8_t weighting = in.u8();
  if (weighting > static_cast<std::uint8_t>(TermWeighting::kBm25)) in.fail("names an unknown weighting");
  options.weighting = static_cast<TermWeighting>(weighting);
  options.sublinear = in.boolean();
  const std::uint8_t unit = in.u8();
  if (unit > static_cast<std::uint8_t>(TokenUnit::kWordsAndPairs)) in.fail("names an unknown unit of tokens");
  rules.unit = static_cast<TokenUnit>(unit);
  rules.shortest = in.u32();
  rules.longest = in.u32();
  if (rules.shortest == 0 || rules.longest < rules.shortest || rules.longest > kLongestGram) {
    in.fail("has lengths of n-grams that make no sense");
  }
  ItemTerms out;
  out.terms = in.texts();
  if (!is_rising(out.terms)) in.fail("has terms that do not rise");
  return out;
}

void save_counts(const ItemIndex& index, BinaryWriter& out) {
  const ItemTerms& terms = index.counts();
  std::vector<std::uint32_t> sizes;
  for (std::size_t i = 0; i + 1 < terms.begins.size(); ++i) {
    sizes.push_back(static_cast<std::uint32_t>(terms.begins[i + 1] - terms.begins[i]));
  }
  out.u32s(sizes);
  out.u32s(terms.term);
  out.u32s(terms.count);
}

void load_counts(BinaryReader& in, std::size_t items, ItemTerms& terms) {
  const std::vector<std::uint32_t> sizes = in.u32s();
  terms.term = in.u32s();
  terms.count = in.u32s();
  if (sizes.size() != items) in.fail("is not about the items of the file");
  terms.begins = {0};
  for (const std::uint32_t size : sizes) terms.begins.push_back(terms.begins.back() + size);
  if (terms.begins.back() != terms.term.size() || terms.count.size() != terms.term.size()) {
    in.fail("has a wrong number of entries");
  }
  std::vector<bool> seen(terms.terms.size());
  for (std::size_t item = 0; item < items; ++item) {
    for (std::uint64_t i = terms.begins[item]; i < terms.begins[item + 1]; ++i) {
      const bool rises = i == terms.begins[item] || terms.term[i] > terms.term[i - 1];
      if (!rises || terms.term[i] >= seen.size() || terms.count[i] == 0) in.fail("has an entry that makes no sense");
      seen[terms.term[i]] = true;
    }
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) in.fail("leaves out a term");
}

void save_index_record(const IndexRecord& record, BinaryWriter& out) {
  out.text(record.mlkit_version);
  out.texts(record.text_columns);
  out.boolean(record.has_prices);
  out.boolean(record.has_categories);
}

IndexRecord load_index_record(BinaryReader& in) {
  IndexRecord out;
  out.mlkit_version = in.text();
  out.text_columns = in.texts();
  out.has_prices = in.boolean();
  out.has_categories = in.boolean();
  if (escape_controls(out.mlkit_version) != out.mlkit_version) in.fail("holds control characters");
  return out;
}

void save_index_self_test(const IndexSelfTest& test, BinaryWriter& out) {
  out.u64(test.rows.size());
  for (const IndexSelfTest::Row& row : test.rows) {
    out.u32(row.item);
    out.u32s(row.neighbours);
    out.f64s(row.scores);
  }
}

IndexSelfTest load_index_self_test(BinaryReader& in, std::size_t items) {
  IndexSelfTest out;
  constexpr std::size_t kLeastBytes = 4 + 8 + 8;
  for (std::uint64_t left = in.count(kLeastBytes); left > 0; --left) {
    IndexSelfTest::Row row;
    row.item = in.u32();
    row.neighbours = in.u32s();
    row.scores = in.finite_f64s();
    if (row.item >= items || row.neighbours.size() != row.scores.size() || out.rows.size() == kTestRows) {
      in.fail("has rows that make no sense");
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace mlkit
