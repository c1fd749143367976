// What product titles are made of.
#pragma once

#include <string_view>
#include <vector>

namespace mlkit::internal {

struct ProductNoun {
  std::string_view name;
  double price;                            // of the first variant, plain brand
  std::vector<std::string_view> variants;  // sizes, rising in price
};

struct ProductCategory {
  std::string_view name;
  std::vector<std::string_view> brands;  // plain ones first, dear ones last
  std::vector<std::string_view> adjectives;
  std::vector<std::string_view> finishes;  // colours, scents, flavours
  std::vector<ProductNoun> nouns;
};

const std::vector<ProductCategory>& product_categories();

}  // namespace mlkit::internal
