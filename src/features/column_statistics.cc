#include "mlkit/features/column_statistics.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/summary.h"

namespace mlkit {

double median_of_present(std::span<const double> values) {
  const auto present =
      static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](double x) { return x == x; }));
  if (present == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::size_t positions[] = {(present - 1) / 2, present / 2};
  const std::size_t distinct = present % 2 == 1 ? 1 : 2;
  const std::vector<double> middle = order_statistics(values, std::span(positions).first(distinct));
  const double low = middle.front();
  const double high = middle.back();
  return low == high ? low : 0.5 * low + 0.5 * high;
}

double learn_fill(std::span<const double> values, const std::string& how, const Context& context) {
  if (how == "none") return std::numeric_limits<double>::quiet_NaN();
  if (how.starts_with("constant=")) {
    double value = 0;
    if (parse_number(std::string_view(how).substr(9), value) == NumberStatus::kNumber) return value;
    throw_usage("--impute: \"" + how + "\" does not end in a number", "write constant=0, say");
  }
  if (how == "median") return median_of_present(values);
  std::vector<double> present;
  std::copy_if(values.begin(), values.end(), std::back_inserter(present), [](double x) { return x == x; });
  return how == "mode" ? select_mode(present) : compute_moments(present, context).mean;
}

}  // namespace mlkit
