#include "coded_column.h"

#include <algorithm>
#include <numeric>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_columns.h"

namespace mlkit::internal {
namespace {

// Codes into `texts` (distinct or not, in any order) become codes into rising, distinct levels that occur.
CodedColumn sort_levels(std::vector<std::string> texts, std::vector<std::uint32_t> codes) {
  std::vector<std::uint64_t> seen(texts.size());
  for (const std::uint32_t code : codes) {
    if (code != kNoLevel) ++seen[code];
  }
  std::vector<std::uint32_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
  CodedColumn out;
  std::vector<std::uint32_t> level_of(texts.size());
  for (const std::uint32_t i : order) {
    if (seen[i] == 0) continue;
    if (out.levels.empty() || out.levels.back() != texts[i]) {
      out.levels.push_back(std::move(texts[i]));
      out.counts.push_back(0);
    }
    level_of[i] = static_cast<std::uint32_t>(out.levels.size() - 1);
    out.counts.back() += seen[i];
  }
  for (std::uint32_t& code : codes) {
    out.missing += code == kNoLevel ? 1 : 0;
    code = code == kNoLevel ? static_cast<std::uint32_t>(out.levels.size()) : level_of[code];
  }
  out.codes = std::move(codes);
  return out;
}

}  // namespace

CodedColumn code_column(const Column& column) {
  if (column.is_categorical()) {
    std::vector<std::string> texts = *column.categories().levels;
    if (column.type == ColumnType::kBoolean) {
      for (std::string& text : texts) text = to_lower_ascii(text);
    }
    return sort_levels(std::move(texts), column.categories().codes);
  }
  if (!column.is_texts()) {  // all missing
    return sort_levels({}, std::vector<std::uint32_t>(column.size(), kNoLevel));
  }
  LevelDictionary dictionary;
  std::vector<std::uint32_t> codes(column.size(), kNoLevel);
  for (std::size_t row = 0; row < codes.size(); ++row) {
    if (!column.is_missing(row)) codes[row] = dictionary.code_of(column.texts().at(row));
  }
  std::vector<std::string> texts;
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) texts.emplace_back(dictionary.text(code));
  return sort_levels(std::move(texts), std::move(codes));
}

}  // namespace mlkit::internal
