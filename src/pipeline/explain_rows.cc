// What is done for every row; how an Explainer is made from a model is in explain.cc.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/parallel/blocks.h"
#include "mlkit/pipeline/explain.h"

namespace mlkit {

double Explainer::contributions(const MatrixView& features, std::size_t i, std::size_t score,
                                std::span<double> out) const {
  const double* const weights = weights_.data() + score * feature_names_.size();
  std::fill(out.begin(), out.end(), 0.0);
  double total = intercepts_[score];
  const auto add = [&](std::size_t feature, double value) {
    const double part = weights[feature] * value;
    out[column_of_[feature]] += part;
    total += part;
  };
  if (features.is_dense()) {
    const std::span<const double> row = features.dense_row(i);
    for (std::size_t f = 0; f < row.size(); ++f) add(f, row[f]);
  } else {
    const CsrMatrix::Row row = features.sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) add(row.columns[k], row.values[k]);
  }
  for (std::size_t c = 0; c < columns_.size(); ++c) out[c] -= offsets_[score * columns_.size() + c];
  return total;
}

std::vector<std::size_t> largest_contributions(std::span<const double> contributions, std::size_t count) {
  std::vector<std::size_t> order(contributions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double x = std::abs(contributions[a]), y = std::abs(contributions[b]);
                      return x != y ? x > y : a < b;
                    });
  order.resize(count);
  return order;
}

namespace {

struct SummaryPart {
  std::vector<double> absolute, signed_sum;
  double max_error = 0;
  void merge(SummaryPart&& right) {
    for (std::size_t i = 0; i < absolute.size(); ++i) absolute[i] += right.absolute[i];
    for (std::size_t i = 0; i < signed_sum.size(); ++i) signed_sum[i] += right.signed_sum[i];
    max_error = std::max(max_error, right.max_error);
  }
};

}  // namespace

ContributionSummary summarize_contributions(const Explainer& explainer, const MatrixView& features,
                                            const Context& context) {
  const std::size_t columns = explainer.columns().size(), scores = explainer.scores();
  SummaryPart none{std::vector<double>(columns), std::vector<double>(columns * scores), 0};
  SummaryPart sums =
      reduce_blocks(context, features.rows(), kRowBlock, none, [&](std::size_t, std::size_t begin, std::size_t end) {
        context.check_stop();
        SummaryPart part = none;
        std::vector<double> row(columns);
        for (std::size_t i = begin; i < end; ++i) {
          for (std::size_t s = 0; s < scores; ++s) {
            const double score = explainer.contributions(features, i, s, row);
            double total = explainer.base(s);
            for (std::size_t c = 0; c < columns; ++c) {
              part.absolute[c] += std::abs(row[c]);
              part.signed_sum[s * columns + c] += row[c];
              total += row[c];
            }
            part.max_error = std::max(part.max_error, std::abs(total - score));
          }
        }
        return part;
      });
  ContributionSummary out{features.rows(), std::move(sums.absolute), std::move(sums.signed_sum), sums.max_error};
  const double rows = static_cast<double>(std::max<std::uint64_t>(out.rows, 1));
  for (double& value : out.mean_absolute) value /= rows * static_cast<double>(scores);
  for (double& value : out.mean) value /= rows;
  return out;
}

}  // namespace mlkit
