#include "mlkit/train/fit_pca.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/least_squares.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr int kMostSweeps = 60;
// Rows whose cosine is below this are orthogonal: a few roundings of a dot product.
constexpr double kOrthogonal = 1e-15;

struct TallPart {
  std::size_t rows = 0;
  std::vector<double> mean;
  Triangle triangle{0};

  void merge(TallPart&& right) {
    const auto n1 = static_cast<double>(rows);
    const auto n2 = static_cast<double>(right.rows);
    std::vector<double> between(mean.size());
    const double factor = std::sqrt(n1 * n2 / (n1 + n2));
    for (std::size_t j = 0; j < mean.size(); ++j) {
      between[j] = factor * (right.mean[j] - mean[j]);
      mean[j] += n2 / (n1 + n2) * (right.mean[j] - mean[j]);
    }
    triangle.merge(std::move(right.triangle));
    triangle.absorb(between, 1);
    rows += right.rows;
  }
};

// Mean in two passes, so that what the first loses by rounding is taken out.
std::vector<double> mean_of_rows(const DenseMatrix& x, std::size_t begin, std::size_t end) {
  std::vector<double> mean(x.cols);
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> sums(x.cols);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = 0; j < x.cols; ++j) sums[j] += x.row(i)[j] - mean[j];
    }
    for (std::size_t j = 0; j < x.cols; ++j) mean[j] += sums[j] / static_cast<double>(end - begin);
  }
  return mean;
}

TallPart absorb_rows(const DenseMatrix& x, std::size_t begin, std::size_t end) {
  TallPart part{end - begin, mean_of_rows(x, begin, end), Triangle(x.cols)};
  constexpr std::size_t kRowsAtOnce = 256;  // a column of these stays in the cache
  std::vector<double> block;
  for (std::size_t from = begin; from < end; from += kRowsAtOnce) {
    const std::size_t rows = std::min(kRowsAtOnce, end - from);
    block.resize(rows * x.cols);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < x.cols; ++j) block[j * rows + i] = x.row(from + i)[j] - part.mean[j];
    }
    part.triangle.absorb(block, rows);
  }
  return part;
}

// Rows that span what the centred matrix spans, with its singular values; and the mean.
struct Spanning {
  DenseMatrix rows;
  std::vector<double> mean;
};

Spanning span_of(const DenseMatrix& x, const Context& context) {
  if (x.rows <= x.cols) {
    Spanning out{x, mean_of_rows(x, 0, x.rows)};
    for (std::size_t i = 0; i < x.rows; ++i) {
      for (std::size_t j = 0; j < x.cols; ++j) out.rows.row(i)[j] -= out.mean[j];
    }
    return out;
  }
  const TallPart whole =
      reduce_blocks(context, x.rows, kRowBlock, TallPart{}, [&](std::size_t, std::size_t begin, std::size_t end) {
        context.check_stop();
        return absorb_rows(x, begin, end);
      });
  Spanning out{{x.cols, x.cols, std::vector<double>(x.cols * x.cols)}, whole.mean};
  for (std::size_t i = 0; i < x.cols; ++i) {
    for (std::size_t j = 0; j < x.cols; ++j) out.rows.row(i)[j] = whole.triangle.at(i, j);
  }
  return out;
}

// Rotates two rows until they are orthogonal, the longer one first; whether they were not.
bool rotate(double* a, double* b, std::size_t n) {
  const double aa = dot_product(a, a, n);
  const double bb = dot_product(b, b, n);
  const double ab = dot_product(a, b, n);
  if (std::abs(ab) <= kOrthogonal * std::sqrt(aa) * std::sqrt(bb)) {
    if (bb <= aa) return false;
    std::swap_ranges(a, a + n, b);
    return true;
  }
  const double zeta = (bb - aa) / (2 * ab);
  const double t = (zeta >= 0 ? 1.0 : -1.0) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
  const double c = 1 / std::sqrt(1 + t * t);
  const double s = c * t;
  for (std::size_t j = 0; j < n; ++j) {
    const double x = a[j];
    a[j] = c * x - s * b[j];
    b[j] = s * x + c * b[j];
  }
  if (dot_product(b, b, n) > dot_product(a, a, n)) std::swap_ranges(a, a + n, b);
  return true;
}

// Sweeps over all pairs of rows; returns how many were needed.
int make_orthogonal(DenseMatrix& rows, const Context& context) {
  for (int sweep = 1; sweep <= kMostSweeps; ++sweep) {
    context.check_stop();
    bool rotated = false;
    for (std::size_t p = 0; p + 1 < rows.rows; ++p) {
      for (std::size_t q = p + 1; q < rows.rows; ++q) {
        rotated |= rotate(rows.row(p).data(), rows.row(q).data(), rows.cols);
      }
    }
    if (!rotated) return sweep;
  }
  return kMostSweeps + 1;
}

void make_largest_positive(std::span<double> component) {
  std::size_t largest = 0;
  for (std::size_t j = 1; j < component.size(); ++j) {
    if (std::abs(component[j]) > std::abs(component[largest])) largest = j;
  }
  if (component[largest] >= 0) return;
  for (double& value : component) value = -value;
}

std::size_t components_to_keep(const PcaOptions& options, const std::vector<double>& variances, double total,
                               std::size_t most) {
  if (options.components == 0) return most;
  if (options.components >= 1) {
    const auto wanted = static_cast<std::size_t>(options.components);
    if (wanted > most) {
      throw_data(with_thousands(wanted) + " components of rows that vary along " + std::to_string(most) + " at most",
                 "give --components " + std::to_string(most) + " at most");
    }
    return wanted;
  }
  double share = 0;
  for (std::size_t c = 0; c < most; ++c) {
    share += variances[c] / total;
    if (share >= options.components) return c + 1;
  }
  return most;
}

}  // namespace

PcaFit fit_pca(const DenseMatrix& x, const PcaOptions& options, Context& context) {
  if (x.rows < 2) throw_data("components need two rows at least, here is " + std::to_string(x.rows));
  Spanning spanning = span_of(x, context);
  PcaFit fit;
  const int sweeps = make_orthogonal(spanning.rows, context);
  fit.report.solver = "jacobi_svd";
  fit.report.iterations = sweeps;
  fit.report.converged = sweeps <= kMostSweeps;
  if (!fit.report.converged) fit.report.message = "the components are not orthogonal to the last digit";

  DenseMatrix& rows = spanning.rows;
  std::vector<double> norms(rows.rows);
  for (std::size_t c = 0; c < rows.rows; ++c) {
    norms[c] = std::sqrt(dot_product(rows.row(c).data(), rows.row(c).data(), rows.cols));
  }
  std::vector<std::size_t> order(rows.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return norms[a] > norms[b]; });
  for (const std::size_t c : order) {
    fit.all_variances.push_back(norms[c] / static_cast<double>(x.rows - 1) * norms[c]);
    fit.total_variance += fit.all_variances.back();
  }
  if (!std::isfinite(fit.total_variance)) {
    throw_data("the variance is beyond the range of a double", "--scale standard scales the columns");
  }
  if (!(fit.total_variance > 0)) throw_data("all rows are equal: nothing varies");
  // A direction that does not exist has no variance but rounding.
  const double vanishing = norms[order[0]] * std::numeric_limits<double>::epsilon() * static_cast<double>(x.cols);
  std::size_t most = 0;
  while (most < order.size() && norms[order[most]] > vanishing) ++most;
  most = std::min(most, x.rows - 1);

  PcaModel::Parts parts;
  parts.inputs = x.cols;
  parts.mean = std::move(spanning.mean);
  parts.whiten = options.whiten;
  const std::size_t keep = components_to_keep(options, fit.all_variances, fit.total_variance, most);
  for (std::size_t c = 0; c < keep; ++c) {
    const std::span<double> row = rows.row(order[c]);
    for (double& value : row) value /= norms[order[c]];
    make_largest_positive(row);
    parts.components.insert(parts.components.end(), row.begin(), row.end());
    parts.variance.push_back(fit.all_variances[c]);
    parts.variance_ratio.push_back(fit.all_variances[c] / fit.total_variance);
  }
  fit.report.objective = std::accumulate(parts.variance.begin(), parts.variance.end(), 0.0);
  fit.model = std::make_unique<PcaModel>(std::move(parts));
  return fit;
}

}  // namespace mlkit
