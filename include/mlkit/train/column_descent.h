// Coordinate descent on the quadratic model of the logistic loss, column by column of the data: for wide data, where
// a Hessian would not fit (newGLMNET: Yuan, Ho, Lin, "An improved GLMNET for L1-regularized logistic regression", JMLR
// 13, 2012; for several classes with the whole multinomial curvature diag(p) - p p^T of each row).
//
// Minimises g . d + d^T H d / 2 + sum_k t_k |w_k + d_k| over steps d, H the Hessian of the objective at w: the row
// products u_i = x_i . d are kept up to date, so that a coordinate costs the non-zeros of its column (times one). Only
// parameters that are not 0 or want to leave 0 take part. After every five passes the five steps are combined into one
// beyond them (Anderson extrapolation; Bertrand and Massias, "Anderson acceleration of coordinate descent", AISTATS
// 2021), which is kept where the model is lower there: correlated columns cost tens of passes instead of thousands.
//
// Memory: a copy of the features by columns, and 2 * rows * outputs numbers. One thread but for the probabilities.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/logistic_objective.h"

namespace mlkit {

class ColumnDescent {
 public:
  ColumnDescent(const LogisticObjective& objective, const Context& context);

  struct Model {
    std::span<const double> gradient;    // of the objective at `parameters`
    std::span<const double> parameters;  // w
    std::span<const double> thresholds;  // t
    double accuracy = 0;                 // stop where no subgradient entry exceeds this, or after kMaxPasses passes
  };
  static constexpr int kMaxPasses = 300;

  std::vector<double> minimise_model(const Model& model);

 private:
  struct Column {
    bool ones = false;                    // the intercept's
    std::span<const std::uint32_t> rows;  // sparse data only; dense columns have a value in every row
    std::span<const double> values;
  };
  struct Coordinate {
    std::size_t output, column;
    double lambda;     // L2 penalty
    double curvature;  // second derivative
    double start;      // the parameter before the step
    double gradient;   // there
    double threshold;
    std::size_t at;  // index of the parameter
  };
  std::vector<Coordinate> take_active(const Model& model) const;
  double pass(const std::vector<Coordinate>& active, std::vector<double>& step);
  void shift_features(const std::vector<Coordinate>& active, std::vector<double>& step) const;
  void set_step(const std::vector<Coordinate>& active, const std::vector<double>& step);
  double value(const std::vector<Coordinate>& active, const std::vector<double>& step) const;
  static std::vector<double> extrapolate(const std::vector<std::vector<double>>& steps);
  void accelerate(const std::vector<Coordinate>& active, const std::vector<std::vector<double>>& steps,
                  std::vector<double>& step);
  void copy_columns();
  Column column(std::size_t j) const;
  template <class Visit>
  void for_values(const Column& column, const Visit& visit) const;
  void find_probabilities(std::span<const double> parameters);
  double curvature(std::size_t output, const Column& column) const;
  double slope(std::size_t output, const Column& column) const;
  void move(std::size_t output, const Column& column, double delta);

  const LogisticObjective& objective_;
  const Context& context_;
  std::size_t rows_;
  bool sparse_;
  std::vector<double> values_;  // column after column; empty for sparse data, whose columns the objective holds
  std::vector<double> weight_;
  std::vector<double> p_;     // binary: v p (1 - p) of each row; else p, output after output
  std::vector<double> u_;     // x . d, output after output
  std::vector<double> mean_;  // sum over the outputs of p u, several classes only
};

}  // namespace mlkit
