// Naive Bayes: given the class, the columns are independent, and every column has the distribution that fits its kind.
//
//   log P(c | x) = log prior_c + sum over the columns of log P(column | c), less what makes the classes sum to 1
//   kTerms    a text's terms x_t (counts or TF-IDF weights), multinomial:   sum_t x_t log theta_ct
//   kLevels   0/1 features, one per level, of a category:                   log theta_cl of the level; a missing or
//             unknown level says nothing
//   kNumber   one number, Gaussian:                                         -(x - mean_c)^2 / (2 var_c) - log(2 pi
//   var_c)
//             / 2
//
// All in logarithms, so that long texts neither under- nor overflow. Immutable; predict_row allocates nothing, and a
// sparse row gives the bits of the same row written densely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "mlkit/model/model.h"

namespace mlkit {

// Features [first, first + size) that belong together. Stored in model files: never renumber.
enum class FeatureGroupKind : std::uint8_t { kNumber = 0, kLevels = 1, kTerms = 2 };
struct FeatureGroup {
  FeatureGroupKind kind = FeatureGroupKind::kNumber;
  std::size_t first = 0;
  std::size_t size = 1;  // 1 for kNumber
};

// What was learned; arrays of features are feature-major, one number per class.
struct NaiveBayesParameters {
  std::size_t inputs = 0;
  std::vector<double> log_prior;       // per class; 0 where absent
  std::vector<std::uint8_t> absent;    // per class: no training row, probability always 0
  std::vector<double> weights;         // inputs * classes: log theta; 0 for numbers
  std::vector<std::uint32_t> numbers;  // features that are numbers, rising
  std::vector<double> mean;            // numbers * classes
  std::vector<double> variance;        // the same, positive
};

class NaiveBayesModel : public Model {
 public:
  // Throws std::invalid_argument where sizes do not fit or a number is not finite.
  explicit NaiveBayesModel(NaiveBayesParameters parameters);

  std::string_view kind() const override { return "nb"; }
  Task task() const override { return classes() == 2 ? Task::kBinary : Task::kMulticlass; }
  std::size_t inputs() const override { return parameters_.inputs; }
  std::size_t outputs() const override { return classes(); }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  // Coefficients: how much one more of a feature adds to the log-odds of the last of two classes, or of each class
  // against the mean of all; of numbers, the slope at the mean of the class means. Intercepts likewise, of the priors.
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

  const NaiveBayesParameters& parameters() const { return parameters_; }

 private:
  std::size_t classes() const { return parameters_.log_prior.size(); }
  bool is_absent(std::size_t c) const { return parameters_.absent[c] != 0; }
  void add_number(std::size_t number, double x, std::span<double> out) const;
  void scores_to_probabilities(std::span<double> out) const;

  NaiveBayesParameters parameters_;
  std::vector<double> half_precision_;  // numbers * classes: 1 / (2 var)
  std::vector<double> offset_;          // -log(2 pi var) / 2
};

}  // namespace mlkit
