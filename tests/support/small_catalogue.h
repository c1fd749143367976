// Catalogues for tests: from texts, or made up with words as frequent as Zipf's law has them.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/recommend/item_index.h"

namespace mlkit::test {

struct CatalogueRow {
  std::string id;
  std::string title;
  std::string category = "";
  double price = std::numeric_limits<double>::quiet_NaN();
};

inline ItemIndex make_index(const std::vector<CatalogueRow>& rows, const WeighingOptions& options = {},
                            const TokenRules& rules = {TokenUnit::kWordsAndPairs, 1, 1}, int threads = 1) {
  Catalogue catalogue;
  std::vector<std::string> titles;
  for (const CatalogueRow& row : rows) {
    if (!row.category.empty()) catalogue.categories.push_back(row.category);
    titles.push_back(row.title);
  }
  std::sort(catalogue.categories.begin(), catalogue.categories.end());
  catalogue.categories.erase(std::unique(catalogue.categories.begin(), catalogue.categories.end()),
                             catalogue.categories.end());
  for (const CatalogueRow& row : rows) {
    catalogue.ids.insert(row.id);
    catalogue.titles.append(row.title);
    const auto found = std::lower_bound(catalogue.categories.begin(), catalogue.categories.end(), row.category);
    catalogue.category.push_back(
        row.category.empty() ? kNoLevel : static_cast<std::uint32_t>(found - catalogue.categories.begin()));
    catalogue.prices.push_back(row.price);
  }
  const Column title = make_text_column("title", titles);
  const Context context(threads);
  ItemTerms terms = count_item_terms({&title}, rows.size(), rules, context);
  return ItemIndex(std::move(catalogue), std::move(terms), rules, options, context);
}

inline std::vector<CatalogueRow> zipf_rows(std::size_t count, std::uint64_t seed, std::size_t words) {
  RandomStream draws(seed, RandomPurpose::kSimulate);
  std::vector<CatalogueRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    CatalogueRow row;
    row.id = std::to_string((i * 7919) % 100003);  // not in the order of the rows
    const std::size_t length = draws.below(8);
    for (std::size_t k = 0; k < length; ++k) {
      const double u = draws.uniform();
      row.title += "w" + std::to_string(static_cast<std::size_t>(u * u * u * static_cast<double>(words))) + " ";
    }
    row.category = "c" + std::to_string(draws.below(5));
    if (draws.below(10) > 0) row.price = static_cast<double>(1 + draws.below(100));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace mlkit::test
