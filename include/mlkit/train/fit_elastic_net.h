// Linear least squares with an L1 penalty: lasso (l1_ratio 1) and elastic net. With r = l1_ratio:
//   sum_i v_i (y_i - b - w . x_i)^2 + alpha (2 r |w|_1 + (1 - r) |w|^2)
// which is ridge for r = 0, and scikit-learn's ElasticNet(alpha = alpha / n, l1_ratio = r) for all weights 1.
//
// While (features)^2 * rows stays below some 2e10 the products of the centred features are summed once and the minimum
// is found on them (train/l1_quadratic.h), then once more from the residuals of the data themselves. Wider data are
// left to accelerated proximal gradient (train/gradient_descent.h), two passes over the non-zeros an iteration.
#pragma once

#include "mlkit/train/fit_linear.h"

namespace mlkit {

// options.l1_ratio > 0, options.alpha > 0. No standard errors; the rank is the number of non-zeros. Throws as
// fit_linear.
LinearFit fit_elastic_net(const DatasetView& data, const LinearOptions& options, Context& context);

}  // namespace mlkit
