// Least squares on wide sparse data by conjugate gradients (CGLS; Bjorck, Numerical Methods for Least Squares
// Problems, 1996, section 7.4), on parameters scaled so that the second derivatives are 1 on the diagonal and the
// features are centred; only parameters and gradients are mapped, never the data. One pass over the non-zeros an
// iteration. Stops where the gradient is 1e-11 of what it was at the start, or after max_iter.
#pragma once

#include "mlkit/train/fit_linear.h"

namespace mlkit {

// The objective of fit_linear.h. No standard errors; `rank` is the number of columns. Data must be sparse.
LinearFit fit_sparse_least_squares(const DatasetView& data, const LinearOptions& options, Context& context);

}  // namespace mlkit
