#include "mlkit/recommend/catalogue.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_whole(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

// Whole numbers of any length by their digits, so that ids beyond 2^53 keep their order.
bool whole_less(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    const std::size_t first = text.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  };
  const std::string_view x = digits(a);
  const std::string_view y = digits(b);
  if (x.size() != y.size()) return x.size() < y.size();
  return x != y ? x < y : a < b;
}

// (Most catalogues are in order already.)
template <class Less>
void sort_where_needed(std::vector<std::uint32_t>& order, const Less& less) {
  if (!std::is_sorted(order.begin(), order.end(), less)) std::sort(order.begin(), order.end(), less);
}

}  // namespace

std::vector<std::uint32_t> rank_ids(const TextSet& ids) {
  const std::size_t n = ids.size();
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0u);
  std::size_t whole = 0;
  std::size_t numbers = 0;
  for (; whole < n && is_whole(ids.at(whole));) ++whole;
  std::vector<double> values(whole < n ? n : 0);
  if (whole < n) {
    while (numbers < n && parse_number(ids.at(numbers), values[numbers]) == NumberStatus::kNumber) ++numbers;
  }
  if (whole == n) {
    sort_where_needed(order, [&](auto a, auto b) { return whole_less(ids.at(a), ids.at(b)); });
  } else if (numbers == n) {
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return values[a] != values[b] ? values[a] < values[b] : ids.at(a) < ids.at(b); });
  } else {
    sort_where_needed(order, [&](auto a, auto b) { return ids.at(a) < ids.at(b); });
  }
  std::vector<std::uint32_t> rank(n);
  for (std::size_t place = 0; place < n; ++place) rank[order[place]] = static_cast<std::uint32_t>(place);
  return rank;
}

double parse_price(std::string_view text) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  constexpr std::size_t kLongestCurrency = 4;
  text = trim_blanks(text);
  double value = 0;
  if (parse_number(text, value) != NumberStatus::kNumber) {
    const std::size_t first = text.find_first_of("0123456789");
    if (first == std::string_view::npos) return kNone;
    const std::size_t last = text.find_last_of("0123456789") + 1;
    // A sign or a dot at the border would change the number: "-$5" is no price, "Rs. 20" is one.
    const std::string_view before = trim_blanks(text.substr(0, first));
    const std::string_view behind = trim_blanks(text.substr(last));
    if (before.size() > kLongestCurrency || behind.size() > kLongestCurrency || (!before.empty() && !behind.empty())) {
      return kNone;
    }
    if (before.find_first_of("+-(") != std::string_view::npos ||
        behind.find_first_of("%-)") != std::string_view::npos) {
      return kNone;
    }
    if (parse_number(text.substr(first, last - first), value) != NumberStatus::kNumber) return kNone;
  }
  return value < 0 ? kNone : value;
}

}  // namespace mlkit
