#include "mlkit/train/fit_naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// Of the largest variance of a feature, as in scikit-learn: keeps a constant number from dividing by 0.
constexpr double kVarianceFloor = 1e-9;
constexpr double kTwoPi = 6.283185307179586;

// Sums over rows, feature-major, one number per class.
struct Sums {
  std::vector<double> values;
  void merge(Sums&& right) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += right.values[i];
  }
};

class Learner {
 public:
  Learner(const DatasetView& data, std::span<const FeatureGroup> groups, const Context& context)
      : data_(data), groups_(groups), context_(context), classes_(data.classes().size()) {
    for (const FeatureGroup& group : groups) {
      if (group.kind == FeatureGroupKind::kNumber) numbers_.push_back(static_cast<std::uint32_t>(group.first));
    }
  }

  Fitted<NaiveBayesModel> fit(const NaiveBayesOptions& options);

 private:
  void weigh_classes();
  Sums sum_features() const;
  Sums sum_squares() const;
  void check_terms(const Sums& sums) const;
  // log theta of a group of terms or levels; returns what it adds to the log-likelihood.
  double smooth(const FeatureGroup& group, const Sums& sums, double alpha);
  double spread(const Sums& sums);
  // A partial of sparse rows is as wide as the vocabulary: few of them.
  std::size_t block_rows() const { return std::max(kRowBlock, (data_.rows() + 31) / 32); }

  template <class Entry>
  void for_entries(std::size_t row, const Entry& entry) const {
    if (data_.features().is_dense()) {
      const std::span<const double> values = data_.features().dense_row(row);
      for (std::size_t j = 0; j < values.size(); ++j) {
        if (values[j] != 0) entry(j, values[j]);
      }
    } else {
      const CsrMatrix::Row values = data_.features().sparse_row(row);
      for (std::size_t k = 0; k < values.columns.size(); ++k) entry(values.columns[k], values.values[k]);
    }
  }

  const DatasetView& data_;
  std::span<const FeatureGroup> groups_;
  const Context& context_;
  std::size_t classes_;
  std::vector<std::uint32_t> numbers_;
  std::vector<double> weight_;  // per class
  double total_ = 0;
  NaiveBayesParameters out_;
};

void Learner::weigh_classes() {
  weight_.assign(classes_, 0.0);
  if (data_.rows() == 0) throw_data("there are no rows to learn from");
  for (std::size_t i = 0; i < data_.rows(); ++i) {
    const double weight = data_.weight(i);
    if (!(weight >= 0) || !std::isfinite(weight)) {
      throw_data("row " + std::to_string(data_.features().row_index(i) + 1) +
                     " has a weight that is negative or not a finite number",
                 "weights must be 0 or more");
    }
    weight_[data_.label(i)] += weight;
  }
  const auto present = std::count_if(weight_.begin(), weight_.end(), [](double w) { return w > 0; });
  if (present < 2) throw_data("the target has one class only", "a classifier needs rows of at least two classes");
  for (const double weight : weight_) total_ += weight;
  for (const double weight : weight_) {
    out_.absent.push_back(weight > 0 ? 0 : 1);
    out_.log_prior.push_back(weight > 0 ? mlkit::log(weight / total_) : 0.0);
  }
}

Sums Learner::sum_features() const {
  const std::size_t size = data_.cols() * classes_;
  return reduce_blocks(context_, data_.rows(), block_rows(), Sums{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         Sums sums{std::vector<double>(size)};
                         for (std::size_t i = begin; i < end; ++i) {
                           const double weight = data_.weight(i);
                           double* const of_class = sums.values.data() + data_.label(i);
                           for_entries(i, [&](std::size_t j, double x) { of_class[j * classes_] += weight * x; });
                         }
                         return sums;
                       });
}

// Squares about the class means, which need the first sweep.
Sums Learner::sum_squares() const {
  const std::size_t size = numbers_.size() * classes_;
  return reduce_blocks(context_, data_.rows(), block_rows(), Sums{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         Sums sums{std::vector<double>(size)};
                         std::vector<double> row(data_.cols());
                         for (std::size_t i = begin; i < end; ++i) {
                           const std::size_t c = data_.label(i);
                           for_entries(i, [&](std::size_t j, double x) { row[j] = x; });
                           for (std::size_t k = 0; k < numbers_.size(); ++k) {
                             const double d = row[numbers_[k]] - out_.mean[k * classes_ + c];
                             sums.values[k * classes_ + c] += data_.weight(i) * d * d;
                           }
                           for_entries(i, [&](std::size_t j, double) { row[j] = 0; });
                         }
                         return sums;
                       });
}

void Learner::check_terms(const Sums& sums) const {
  for (const FeatureGroup& group : groups_) {
    if (group.kind == FeatureGroupKind::kNumber) continue;
    for (std::size_t i = group.first * classes_; i < (group.first + group.size) * classes_; ++i) {
      if (!(sums.values[i] >= 0) || !std::isfinite(sums.values[i]))
        throw_data("naive Bayes needs terms and levels of 0 or more, not of a sign");
    }
  }
}

double Learner::smooth(const FeatureGroup& group, const Sums& sums, double alpha) {
  double likelihood = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    double all = 0;
    for (std::size_t j = group.first; j < group.first + group.size; ++j) all += sums.values[j * classes_ + c];
    const double log_all = mlkit::log(all + alpha * static_cast<double>(group.size));
    for (std::size_t j = group.first; j < group.first + group.size; ++j) {
      const double count = sums.values[j * classes_ + c];
      const double theta = mlkit::log(count + alpha) - log_all;
      out_.weights[j * classes_ + c] = theta;
      if (count > 0) likelihood += count * theta;
    }
  }
  return likelihood;
}

double Learner::spread(const Sums& sums) {
  for (const std::uint32_t j : numbers_) {
    for (std::size_t c = 0; c < classes_; ++c) {
      out_.mean.push_back(weight_[c] > 0 ? sums.values[j * classes_ + c] / weight_[c] : 0.0);
    }
  }
  const Sums squares = sum_squares();
  // The variance of a number over all rows: within the classes and between them.
  double largest = 0;
  for (std::size_t k = 0; k < numbers_.size(); ++k) {
    double mean = 0, square = 0;
    for (std::size_t c = 0; c < classes_; ++c) mean += weight_[c] / total_ * out_.mean[k * classes_ + c];
    for (std::size_t c = 0; c < classes_; ++c) {
      const double d = out_.mean[k * classes_ + c] - mean;
      square += squares.values[k * classes_ + c] + weight_[c] * d * d;
    }
    largest = std::max(largest, square / total_);
  }
  const double floor = kVarianceFloor * (largest > 0 && std::isfinite(largest) ? largest : 1.0);
  double likelihood = 0;
  for (std::size_t k = 0; k < squares.values.size(); ++k) {
    const double weight = weight_[k % classes_];
    const double variance = (weight > 0 ? squares.values[k] / weight : 0.0) + floor;
    if (!std::isfinite(variance) || !std::isfinite(out_.mean[k]))
      throw_data("the features hold a number that is not finite or too large to square");
    out_.variance.push_back(variance);
    likelihood -= 0.5 * (weight * mlkit::log(kTwoPi * variance) + squares.values[k] / variance);
  }
  return likelihood;
}

Fitted<NaiveBayesModel> Learner::fit(const NaiveBayesOptions& options) {
  weigh_classes();
  out_.inputs = data_.cols();
  out_.weights.assign(data_.cols() * classes_, 0.0);
  out_.numbers = numbers_;
  const Sums sums = sum_features();
  check_terms(sums);
  double likelihood = 0;
  for (std::size_t c = 0; c < classes_; ++c) likelihood += weight_[c] * out_.log_prior[c];
  for (const FeatureGroup& group : groups_) {
    if (group.kind != FeatureGroupKind::kNumber) likelihood += smooth(group, sums, options.nb_alpha);
  }
  if (!numbers_.empty()) likelihood += spread(sums);
  Fitted<NaiveBayesModel> fit;
  fit.report.solver = "counts";
  fit.report.objective = -likelihood;
  fit.report.iterations = 1;
  fit.model = std::make_unique<NaiveBayesModel>(std::move(out_));
  return fit;
}

}  // namespace

Fitted<NaiveBayesModel> fit_naive_bayes(const DatasetView& data, std::span<const FeatureGroup> groups,
                                        const NaiveBayesOptions& options, Context& context) {
  return Learner(data, groups, context).fit(options);
}

}  // namespace mlkit
