// Principal components: orthonormal directions along which the rows vary most, the variance along each falling.
// With the centred matrix X = U S V^T the components are the columns of V, the variances S^2 / (n - 1); of each
// component the entry of largest absolute value (the first of equals) is positive.
//
// Nothing is squared on the way, so small variances beside large ones keep their digits. Tall matrices are absorbed
// block by block into the triangle R of X = Q R, each block centred by its own mean; two blocks merge through one
// more row, sqrt(n1 n2 / (n1 + n2)) (mean2 - mean1), so one pass over the rows is enough and R never grows. The rows
// of R (or, with fewer rows than columns, of X itself) are then rotated against each other until they are
// orthogonal: one-sided Jacobi (Hestenes, 1958; Demmel and Veselic, 1992), their norms are S, their directions V.
// Cost 2 n d^2 + sweeps * 3 min(n, d)^2 d, memory d^2 per thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/pca_model.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct PcaOptions {
  // 1 or more: so many components (never more than rows - 1, or than columns); below 1: as few as explain this share
  // of the variance; 0: all.
  double components = 0;
  bool whiten = false;
};

struct PcaFit {
  std::unique_ptr<PcaModel> model;
  FitReport report;                   // iterations: sweeps of Jacobi rotations
  std::vector<double> all_variances;  // of every component, falling
  double total_variance = 0;          // of all features
};

// Throws Error(kData): fewer than two rows, no variance at all, more components than there are.
PcaFit fit_pca(const DenseMatrix& x, const PcaOptions& options, Context& context);

}  // namespace mlkit
