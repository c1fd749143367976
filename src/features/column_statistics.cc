#include "mlkit/features/column_statistics.h"

#include <algorithm>
#include <limits>
#include <vector>

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

}  // namespace mlkit
