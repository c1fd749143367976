#include "mlkit/train/fit_kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fixed_sums.h"
#include "kmeans_assign.h"
#include "kmeans_start.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/sample.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

using internal::FixedPoint;
using internal::FixedSums;
using internal::KMeansBounds;
using internal::kUnassigned;

struct Sum {
  double value = 0;
  void merge(Sum&& right) { value += right.value; }
};

// What is the same for every start on one matrix.
struct Prepared {
  const DenseMatrix& x;
  FixedPoint fixed;
  double reach = 0;       // no two rows are farther apart
  double negligible = 0;  // squared distances up to this are rounding
  double variance = 0;    // mean over the columns
};

// Per column: sums (of values, or of squared deviations), the largest absolute value.
struct ColumnSums {
  std::vector<double> sums;
  std::vector<double> largest;
  void merge(ColumnSums&& right) {
    for (std::size_t j = 0; j < sums.size(); ++j) {
      sums[j] += right.sums[j];
      largest[j] = std::max(largest[j], right.largest[j]);
    }
  }
};

template <class Term>
ColumnSums sum_columns(const DenseMatrix& x, const Context& context, const Term& term) {
  const ColumnSums none{std::vector<double>(x.cols), std::vector<double>(x.cols)};
  return reduce_blocks(context, x.rows, kRowBlock, none, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    ColumnSums part = none;
    for (std::size_t i = begin; i < end; ++i) {
      const double* row = x.values.data() + i * x.cols;
      for (std::size_t j = 0; j < x.cols; ++j) {
        part.sums[j] += term(row[j], j);
        part.largest[j] = std::max(part.largest[j], std::abs(row[j]));
      }
    }
    return part;
  });
}

double mean_variance(const DenseMatrix& x, const std::vector<double>& sums, const Context& context) {
  const auto n = static_cast<double>(x.rows);
  const ColumnSums squares = sum_columns(x, context, [&](double value, std::size_t j) {
    const double difference = value - sums[j] / n;
    return difference * difference;
  });
  double total = 0;
  for (const double sum : squares.sums) total += sum / n;
  return total / static_cast<double>(x.cols);
}

// `variance`: whether the tolerance needs it.
Prepared prepare(const DenseMatrix& x, bool variance, const Context& context) {
  const ColumnSums columns = sum_columns(x, context, [](double value, std::size_t) { return value; });
  Prepared out{x, FixedPoint(columns.largest, x.rows)};
  for (const double largest : columns.largest) {
    out.reach += 4 * largest * largest;
    const double rounding = 4 * std::numeric_limits<double>::epsilon() * largest;
    out.negligible += rounding * rounding;
  }
  out.reach = std::sqrt(out.reach);
  if (!std::isfinite(out.reach)) {
    throw_data("squared distances between the rows are beyond the range of a double", "--scale standard scales them");
  }
  if (variance) out.variance = mean_variance(x, columns.sums, context);
  return out;
}

// Blocks of rows: sums are exact, so their number may follow the data; few enough that merging costs nothing.
std::size_t block_rows(std::size_t rows) {
  return std::max(kRowBlock, (rows / 64 + kRowBlock - 1) / kRowBlock * kRowBlock);
}

class Lloyd {
 public:
  Lloyd(const Prepared& data, std::vector<double> centroids, std::int64_t max_iter, bool bounds, const Context& context)
      : data_(data),
        x_(data.x),
        context_(context),
        k_(centroids.size() / data.x.cols),
        max_iter_(max_iter),
        centroids_(std::move(centroids)),
        labels_(data.x.rows, kUnassigned),
        sums_(k_, data.x.cols),
        bounds_(data.x.rows, (k_ + lanes::kLanes - 1) / lanes::kLanes, bounds) {
    double far = data.reach;
    for (const double v : centroids_) far = std::max(far, std::abs(v));
    far_ = far;
  }

  // Iterations until one of the rules of the header says stop. May be called again with a smaller tolerance.
  void run(double tolerance) {
    while (!fixed_point_ && iterations_ < max_iter_) {
      ++iterations_;
      const bool changed = assign();
      fixed_point_ = !changed;
      if (fixed_point_) break;
      if (update() <= tolerance) {
        converged_ = true;
        break;
      }
    }
    converged_ |= fixed_point_;
  }

  // The rows to the centroids as they are now, every cluster with a row where there are rows enough.
  void settle() {
    if (fixed_point_) return;
    for (std::size_t tries = 0; tries <= k_; ++tries) {
      assign_only();
      if (!fill_empty()) break;
      update();
    }
  }

  double inertia() const {
    return reduce_blocks(context_, x_.rows, kRowBlock, Sum{},
                         [&](std::size_t, std::size_t begin, std::size_t end) {
                           Sum sum;
                           for (std::size_t i = begin; i < end; ++i) sum.value += squared_to_own(i);
                           return sum;
                         })
        .value;
  }

  std::int64_t iterations() const { return iterations_; }
  bool converged() const { return converged_; }
  bool fixed_point() const { return fixed_point_; }
  const std::vector<double>& centroids() const { return centroids_; }
  const std::vector<std::uint32_t>& labels() const { return labels_; }
  std::int64_t count(std::size_t c) const { return sums_.count(c); }
  std::size_t clusters() const { return k_; }

 private:
  struct Changes {
    FixedSums sums;
    std::uint64_t rows = 0;
    void merge(Changes&& right) {
      if (right.rows == 0) return;
      if (rows == 0) {
        *this = std::move(right);
        return;
      }
      sums.merge(std::move(right.sums));
      rows += right.rows;
    }
  };

  double squared_to_own(std::size_t i) const {
    const double* row = x_.values.data() + i * x_.cols;
    const double* own = centroids_.data() + labels_[i] * x_.cols;
    double sum = 0;
    for (std::size_t j = 0; j < x_.cols; ++j) {
      const double difference = row[j] - own[j];
      sum += difference * difference;
    }
    return sum;
  }

  bool assign() {
    const bool changed = assign_only();
    return fill_empty() || changed;
  }

  // Whether any row changed its cluster.
  bool assign_only() {
    context_.check_stop();
    const CentroidPacks packs(centroids_, k_, x_.cols);
    const double rounding = 16 * std::numeric_limits<double>::epsilon() *
                            static_cast<double>(x_.cols + static_cast<std::size_t>(max_iter_) + k_ + 64);
    bounds_.slack = rounding * (far_ + longest_way_) + 1e-150;
    const internal::KMeansRows rows{x_.values.data(), x_.cols, labels_.data()};
    Changes changes = reduce_blocks(context_, x_.rows, block_rows(x_.rows), Changes{},
                                    [&](std::size_t, std::size_t begin, std::size_t end) {
                                      Changes part;
                                      std::vector<std::uint32_t> before(std::min(kRowBlock, end - begin));
                                      for (std::size_t from = begin; from < end; from += kRowBlock) {
                                        const std::size_t to = std::min(from + kRowBlock, end);
                                        assign_rows(packs, rows, bounds_, from, to, before.data());
                                        collect(from, to, before.data(), part);
                                      }
                                      return part;
                                    });
    if (changes.rows > 0) sums_.merge(std::move(changes.sums));
    return changes.rows > 0;
  }

  void collect(std::size_t begin, std::size_t end, const std::uint32_t* before, Changes& part) const {
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t from = before[i - begin];
      const std::uint32_t to = labels_[i];
      if (from == to) continue;
      if (part.rows++ == 0) part.sums = FixedSums(k_, x_.cols);
      const double* row = x_.values.data() + i * x_.cols;
      if (from != kUnassigned) part.sums.add(data_.fixed, from, row, -1);
      part.sums.add(data_.fixed, to, row, 1);
    }
  }

  // Empty clusters take the rows that are farthest from their centroids; whether any did.
  bool fill_empty() {
    bool filled = false;
    for (std::size_t c = 0; c < k_; ++c) {
      if (sums_.count(c) > 0) continue;
      std::size_t farthest = x_.rows;
      double most = data_.negligible;
      for (std::size_t i = 0; i < x_.rows; ++i) {
        if (sums_.count(labels_[i]) < 2) continue;
        const double squared = squared_to_own(i);
        if (squared > most) {
          most = squared;
          farthest = i;
        }
      }
      if (farthest == x_.rows) return filled;
      const double* row = x_.values.data() + farthest * x_.cols;
      sums_.add(data_.fixed, labels_[farthest], row, -1);
      sums_.add(data_.fixed, c, row, 1);
      labels_[farthest] = static_cast<std::uint32_t>(c);
      bounds_.forget(farthest);
      filled = true;
    }
    return filled;
  }

  // Centroids to the means of their rows; returns the sum of the squared moves.
  double update() {
    double total = 0;
    std::vector<double> group_longest(bounds_.groups);
    for (std::size_t c = 0; c < k_; ++c) {
      if (sums_.count(c) == 0) continue;
      double squared = 0;
      for (std::size_t j = 0; j < x_.cols; ++j) {
        const double mean = sums_.mean(data_.fixed, c, j);
        double& at = centroids_[c * x_.cols + j];
        squared += (mean - at) * (mean - at);
        at = mean;
      }
      total += squared;
      if (bounds_.groups == 0) continue;
      const double length = std::sqrt(squared);
      bounds_.moved[c] += length;
      longest_way_ = std::max(longest_way_, bounds_.moved[c]);
      double& longest = group_longest[bounds_.group_of(c)];
      longest = std::max(longest, length);
    }
    for (std::size_t g = 0; g < bounds_.groups; ++g) {
      bounds_.group_moved[g] += group_longest[g];
      longest_way_ = std::max(longest_way_, bounds_.group_moved[g]);
    }
    return total;
  }

  const Prepared& data_;
  const DenseMatrix& x_;
  const Context& context_;
  std::size_t k_;
  std::int64_t max_iter_;
  std::vector<double> centroids_;
  std::vector<std::uint32_t> labels_;
  FixedSums sums_;
  KMeansBounds bounds_;
  double far_ = 0;
  double longest_way_ = 0;
  std::int64_t iterations_ = 0;
  bool converged_ = false;
  bool fixed_point_ = false;
};

std::vector<double> rows_of(const DenseMatrix& x, const std::vector<std::uint32_t>& rows) {
  std::vector<double> out;
  for (const std::uint32_t row : rows) out.insert(out.end(), x.row(row).begin(), x.row(row).end());
  return out;
}

struct Best {
  std::vector<double> centroids;  // where its run began, or, on a sample, where it ended
  double inertia = std::numeric_limits<double>::infinity();
  std::int64_t iterations = 0;
};

constexpr double kDefaultTolerance = 1e-4;

// The start of least inertia. Its first centroids are kept, or its last ones.
Best best_start(const Prepared& data, const KMeansOptions& options, std::int64_t starts, bool keep_last,
                const Context& context) {
  Best best;
  const double tolerance = options.tol.value_or(kDefaultTolerance) * data.variance;
  for (std::int64_t start = 0; start < starts; ++start) {
    std::vector<double> centroids =
        rows_of(data.x, internal::draw_kmeans_start(data.x, options.k, options.init, options.seed,
                                                    static_cast<std::uint32_t>(start), context));
    if (starts == 1 && !keep_last) return {std::move(centroids), 0, 0};
    Lloyd lloyd(data, centroids, options.max_iter, options.bounds, context);
    lloyd.run(tolerance);
    lloyd.settle();
    const double inertia = lloyd.inertia();
    if (best.centroids.empty() || inertia < best.inertia) {
      best = {keep_last ? lloyd.centroids() : std::move(centroids), inertia, lloyd.iterations()};
    }
  }
  return best;
}

// The centroids to run all rows from.
std::vector<double> find_start(const Prepared& data, const KMeansOptions& options, std::int64_t& starts,
                               const Context& context) {
  starts = 1;
  if (options.centers) return options.centers->values;
  const std::size_t rows = data.x.rows;
  starts = options.n_init.value_or(std::clamp<std::int64_t>(static_cast<std::int64_t>((1u << 20) / rows), 10, 100));
  if (options.k == 1) starts = 1;
  const bool sampled = rows > KMeansOptions::kSampledRows && options.k <= KMeansOptions::kSampledRows / 16;
  if (options.n_init || !sampled) {
    return best_start(data, options, starts, false, context).centroids;
  }
  const std::vector<std::uint32_t> drawn =
      draw_rows(rows, KMeansOptions::kSampledRows, options.seed, RandomPurpose::kSample);
  const DenseMatrix sample{drawn.size(), data.x.cols, rows_of(data.x, drawn)};
  const Prepared prepared = prepare(sample, options.tol != 0.0, context);
  std::vector<double> centroids = best_start(prepared, options, starts, true, context).centroids;
  if (centroids.size() == options.k * data.x.cols) return centroids;
  starts = 1;  // the sample has fewer distinct rows than clusters
  return best_start(data, options, starts, false, context).centroids;
}

// Clusters without rows are left out (fewer distinct rows than clusters).
KMeansFit collect(const Lloyd& lloyd, std::size_t cols) {
  KMeansFit fit;
  std::vector<std::int32_t> number(lloyd.clusters(), -1);
  std::vector<double> centroids;
  for (std::size_t c = 0; c < lloyd.clusters(); ++c) {
    if (lloyd.count(c) == 0) continue;
    number[c] = static_cast<std::int32_t>(fit.sizes.size());
    fit.sizes.push_back(static_cast<std::uint64_t>(lloyd.count(c)));
    const auto at = lloyd.centroids().begin() + static_cast<std::ptrdiff_t>(c * cols);
    centroids.insert(centroids.end(), at, at + static_cast<std::ptrdiff_t>(cols));
  }
  fit.labels.reserve(lloyd.labels().size());
  for (const std::uint32_t label : lloyd.labels()) fit.labels.push_back(number[label]);
  fit.model = std::make_unique<CentroidModel>(cols, std::move(centroids));
  return fit;
}

void check_kmeans(const DenseMatrix& x, const KMeansOptions& options) {
  if (x.rows == 0) throw_data("there are no rows to cluster");
  if (options.k > x.rows) {
    throw_data("k = " + with_thousands(options.k) + " clusters of " + with_thousands(x.rows) +
                   (x.rows == 1 ? " row" : " rows"),
               "give --k " + std::to_string(x.rows) + " at most");
  }
}

}  // namespace

internal::FixedPoint::FixedPoint(const std::vector<double>& largest, std::size_t rows) {
  int row_bits = 0;
  while ((std::uint64_t{1} << row_bits) < rows + 1) ++row_bits;
  bits = std::min(50, 61 - row_bits);
  low_unit = std::ldexp(1.0, bits);
  for (const double value : largest) {
    int exponent = 0;
    std::frexp(value, &exponent);  // value < 2^exponent
    units.push_back(value == 0 ? 1.0 : std::ldexp(1.0, std::min(bits - exponent, 1000)));
  }
}

KMeansFit fit_kmeans(const DenseMatrix& x, const KMeansOptions& options, Context& context) {
  check_kmeans(x, options);
  const Prepared data = prepare(x, options.tol != 0.0, context);
  std::int64_t starts = 1;
  Lloyd lloyd(data, find_start(data, options, starts, context), options.max_iter, options.bounds, context);
  lloyd.run(options.tol.value_or(kDefaultTolerance) * data.variance);
  if (!options.tol && x.rows <= KMeansOptions::kSampledRows) lloyd.run(-1);
  lloyd.settle();
  KMeansFit fit = collect(lloyd, x.cols);
  fit.inertia = lloyd.inertia();
  if (!std::isfinite(fit.inertia)) throw_data("the inertia is beyond the range of a double");
  fit.starts = starts;
  fit.report.solver = "lloyd";
  fit.report.objective = fit.inertia;
  fit.report.iterations = lloyd.iterations();
  fit.report.converged = lloyd.converged();
  if (!fit.report.converged) {
    fit.report.message =
        "k-means stopped at --max-iter " + std::to_string(options.max_iter) + " with rows still changing cluster";
  }
  if (fit.sizes.size() < options.k) {
    const std::size_t found = fit.sizes.size();
    fit.report.warnings.push_back(
        (found == 1 ? "all rows are equal" : "only " + with_thousands(found) + " rows are distinct") +
        std::string(" as far as squared distances tell: k is ") + std::to_string(found) + ", not " +
        std::to_string(options.k));
  }
  return fit;
}

}  // namespace mlkit
