#include "mlkit/simulate/simulate_products.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "product_words.h"

#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/simulate/row_draws.h"

namespace mlkit {
namespace {

using internal::ProductCategory;
using internal::ProductNoun;

constexpr double kVariantStep = 0.45;  // a size more
constexpr double kBrandStep = 0.09;    // a place further in the list of brands
constexpr double kPriceSpread = 0.12;  // sd of the logarithm of what is left

std::uint64_t titles_of(const ProductCategory& category) {
  std::uint64_t variants = 0;
  for (const ProductNoun& noun : category.nouns) variants += noun.variants.size();
  return variants * category.brands.size() * category.adjectives.size() * category.finishes.size();
}

// One of the titles of all categories, taken apart.
struct Choice {
  const ProductCategory* category = nullptr;
  std::size_t category_index = 0;
  std::size_t brand = 0;
  std::string_view adjective;
  std::string_view finish;
  const ProductNoun* noun = nullptr;
  std::size_t variant = 0;
};

Choice choice_of(std::uint64_t title) {
  Choice out;
  const std::vector<ProductCategory>& all = internal::product_categories();
  while (title >= titles_of(all[out.category_index])) title -= titles_of(all[out.category_index++]);
  out.category = &all[out.category_index];
  const auto take = [&title](std::size_t size) {
    const auto digit = static_cast<std::size_t>(title % size);
    title /= size;
    return digit;
  };
  out.brand = take(out.category->brands.size());
  out.adjective = out.category->adjectives[take(out.category->adjectives.size())];
  out.finish = out.category->finishes[take(out.category->finishes.size())];
  out.noun = &out.category->nouns[0];
  for (const ProductNoun& noun : out.category->nouns) {
    out.noun = &noun;
    if (title < noun.variants.size()) break;
    title -= noun.variants.size();
  }
  out.variant = static_cast<std::size_t>(title);
  return out;
}

std::string title_of(const Choice& choice, std::uint32_t form) {
  const std::string brand(choice.category->brands[choice.brand]);
  const std::string adjective(choice.adjective);
  const std::string finish(choice.finish);
  const std::string noun(choice.noun->name);
  const std::string variant(choice.noun->variants[choice.variant]);
  switch (form) {
    case 0: return brand + " " + adjective + " " + noun + ", " + variant + ", " + finish;
    case 1: return brand + " " + noun + " " + variant + " - " + adjective + ", " + finish;
    case 2: return adjective + " " + noun + " " + finish + " (" + variant + ") by " + brand;
    default: return brand + " " + adjective + " " + noun + " " + finish + " " + variant;
  }
}

double price_of(const Choice& choice, RowDraws& draws) {
  double price = choice.noun->price;
  price *= 1 + kVariantStep * static_cast<double>(choice.variant);
  price *= 1 + kBrandStep * static_cast<double>(choice.brand);
  price *= mlkit::exp(kPriceSpread * draws.normal());
  constexpr double kEndings[] = {0.99, 0.99, 0.99, 0.95, 0.49, 0.49, 0.0, 0.95};
  const double whole = static_cast<double>(static_cast<std::int64_t>(price));
  return std::max(whole + kEndings[draws.below(8)], 0.99);
}

}  // namespace

ProductsSimulation::ProductsSimulation(const ProductsOptions& options) : options_(options) {
  for (const ProductCategory& category : internal::product_categories()) distinct_ += titles_of(category);
  schema_.add({"id", ColumnType::kNumeric, ColumnRole::kId, true});
  schema_.add({"title", ColumnType::kText});
  schema_.add({"category", ColumnType::kCategory});
  schema_.add({"price"});
}

// A permutation of 0 .. distinct_ - 1 keyed by the seed: four Feistel rounds over an even number of bits, again until
// the result is in range.
std::uint64_t ProductsSimulation::shuffle(std::uint64_t index) const {
  std::uint32_t half = 1;
  while ((std::uint64_t{1} << (2 * half)) < distinct_) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = index >> half;
    std::uint64_t right = index & mask;
    for (std::uint32_t round = 0; round < 4; ++round) {
      const std::uint64_t mixed = random_bits(options_.seed, RandomPurpose::kSimulate, right, 0xF0000000u + round);
      const std::uint64_t next = left ^ (mixed & mask);
      left = right;
      right = next;
    }
    index = (left << half) | right;
  } while (index >= distinct_);
  return index;
}

SimulatedBlock ProductsSimulation::make_rows(std::uint64_t begin, std::uint64_t end) const {
  const auto rows = static_cast<std::size_t>(end - begin);
  std::vector<double> ids(rows);
  std::vector<double> prices(rows);
  Texts titles;
  Categories categories;
  for (std::uint64_t row = begin; row < end; ++row) {
    const auto i = static_cast<std::size_t>(row - begin);
    const Choice choice = choice_of(shuffle(row % distinct_));
    RowDraws draws(options_.seed, DrawStream::kFeatures, row);
    std::string title = title_of(choice, draws.below(4));
    if (row >= distinct_) title += " Mk " + std::to_string(row / distinct_ + 1);
    titles.append(title);
    categories.codes.push_back(static_cast<std::uint32_t>(choice.category_index));
    ids[i] = static_cast<double>(row + 1);
    prices[i] = price_of(choice, draws);
    const bool missing =
        options_.missing > 0 && RowDraws(options_.seed, DrawStream::kMissing, row).uniform() < options_.missing;
    if (missing) prices[i] = std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<std::string> names;
  for (const ProductCategory& category : internal::product_categories()) names.emplace_back(category.name);
  SimulatedBlock out;
  out.table.add_column(make_numeric_column("id", std::move(ids)));
  Column title{.name = "title", .type = ColumnType::kText, .storage = std::move(titles), .validity = Validity(rows)};
  out.table.add_column(std::move(title));
  // (Levels rise in byte order.)
  Levels sorted = names;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t& code : categories.codes) {
    code = static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), names[code]) - sorted.begin());
  }
  categories.levels = std::make_shared<const Levels>(std::move(sorted));
  Column category{
      .name = "category", .type = ColumnType::kCategory, .storage = std::move(categories), .validity = Validity(rows)};
  out.table.add_column(std::move(category));
  out.table.add_column(make_numeric_column("price", std::move(prices)));
  out.groups.push_back({.rows = rows});
  return out;
}

}  // namespace mlkit
