#include "index_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kTermsShown = 12;
constexpr std::size_t kCategoriesShown = 10;

struct IndexFigures {
  std::size_t without_text = 0;
  std::size_t priced = 0;
  double cheapest = 0;
  double dearest = 0;
  std::vector<std::size_t> category_sizes;
  std::vector<std::uint32_t> frequent_terms;  // those of the most items first, ties in byte order
};

IndexFigures figures_of(const ItemIndex& index) {
  IndexFigures out;
  out.category_sizes.resize(index.catalogue().categories.size());
  for (std::size_t item = 0; item < index.size(); ++item) {
    out.without_text += index.has_text(item) ? 0 : 1;
    const std::uint32_t category = index.catalogue().category[item];
    if (category != kNoLevel) ++out.category_sizes[category];
    const double price = index.catalogue().prices[item];
    if (std::isnan(price)) continue;
    out.cheapest = out.priced == 0 ? price : std::min(out.cheapest, price);
    out.dearest = out.priced == 0 ? price : std::max(out.dearest, price);
    ++out.priced;
  }
  out.frequent_terms.resize(index.term_count());
  std::iota(out.frequent_terms.begin(), out.frequent_terms.end(), 0u);
  const std::size_t shown = std::min(kTermsShown, index.term_count());
  std::partial_sort(out.frequent_terms.begin(), out.frequent_terms.begin() + static_cast<std::ptrdiff_t>(shown),
                    out.frequent_terms.end(), [&](std::uint32_t a, std::uint32_t b) {
                      const std::size_t in_a = index.posting_items(a).size();
                      const std::size_t in_b = index.posting_items(b).size();
                      return in_a != in_b ? in_a > in_b : a < b;
                    });
  out.frequent_terms.resize(shown);
  return out;
}

std::string weighting_of(const ItemIndex& index) {
  if (index.options().weighting == TermWeighting::kBm25) return "bm25";
  return index.options().sublinear ? "tfidf, sublinear" : "tfidf";
}

}  // namespace

Json index_to_json(const SealedIndex& sealed) {
  const ItemIndex& index = sealed.index;
  const IndexFigures figures = figures_of(index);
  Json out = {{"items", index.size()},
              {"items_without_text", figures.without_text},
              {"terms", index.term_count()},
              {"entries", index.counts().term.size()},
              {"weighting", index.options().weighting == TermWeighting::kBm25 ? "bm25" : "tfidf"},
              {"sublinear", index.options().sublinear},
              {"tokens", index.token_rules().unit == TokenUnit::kCharacters ? "chars" : "words"},
              {"text_columns", sealed.record.text_columns}};
  if (figures.priced > 0) {
    out["prices"] = {{"items", figures.priced}, {"min", figures.cheapest}, {"max", figures.dearest}};
  }
  out["categories"] = Json::object();
  for (std::size_t i = 0; i < figures.category_sizes.size(); ++i) {
    out["categories"][index.catalogue().categories[i]] = figures.category_sizes[i];
  }
  out["frequent_terms"] = Json::array();
  for (const std::uint32_t term : figures.frequent_terms) {
    out["frequent_terms"].push_back(
        {{"term", index.counts().terms[term]}, {"items", index.posting_items(term).size()}});
  }
  out["made_by"] = sealed.record.mlkit_version;
  return out;
}

std::string index_to_text(const SealedIndex& sealed) {
  const ItemIndex& index = sealed.index;
  const IndexFigures figures = figures_of(index);
  std::string columns;
  for (const std::string& name : sealed.record.text_columns) {
    columns += (columns.empty() ? "" : ", ") + escape_controls(name);
  }
  std::string out = fmt::format("index of {}, {} from {}\n", count_of(index.size(), "item"),
                                count_of(index.term_count(), "term"), cut_display(columns, 40));
  out += "weighting  " + weighting_of(index) + "\n";
  out += std::string("tokens     ") +
         (index.token_rules().unit == TokenUnit::kCharacters ? "3 and 4 characters" : "words (pairs without spaces)") +
         "\n";
  if (figures.without_text > 0) out += "without a word to go by: " + count_of(figures.without_text, "item") + "\n";
  if (figures.priced > 0) {
    out += fmt::format("prices     {} of them, {} to {}\n", with_thousands(figures.priced),
                       display_number(figures.cheapest), display_number(figures.dearest));
  }
  out += "\nfrequent terms\n";
  for (const std::uint32_t term : figures.frequent_terms) {
    out += "  " + pad_display(index.counts().terms[term], 40) +
           fmt::format("{:>12}\n", with_thousands(index.posting_items(term).size()));
  }
  const std::vector<std::string>& categories = index.catalogue().categories;
  if (!categories.empty()) out += "\ncategories (" + with_thousands(categories.size()) + ")\n";
  for (std::size_t i = 0; i < std::min(kCategoriesShown, categories.size()); ++i) {
    out += "  " + pad_display(categories[i], 40) + fmt::format("{:>12}\n", with_thousands(figures.category_sizes[i]));
  }
  if (categories.size() > kCategoriesShown) out += "  ..\n";
  return out;
}

}  // namespace mlkit::app
