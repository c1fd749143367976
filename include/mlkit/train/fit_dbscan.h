// DBSCAN (Ester, Kriegel, Sander, Xu, KDD 1996): a row with at least min_samples rows within eps of it (itself counted)
// is a core row; core rows within eps of each other are in one cluster; other rows belong to the cluster of a core row
// within eps, or are noise. Exact: neighbours come out of a tree of boxes (model/kd_tree.h).
//
// Clusters are numbered by their first core row; a row within eps of core rows of several clusters gets the lowest
// number. That is scikit-learn's numbering, and depends on nothing but the order of the rows.
// Cost n log n in few columns, n^2 in many; memory of the order of the data.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/cluster_models.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct DbscanOptions {
  double eps = 0;  // 0: suggest_eps
  std::size_t min_samples = 5;
  std::uint64_t seed = 42;  // for the sample of suggest_eps
};

struct DbscanFit {
  std::unique_ptr<NearestRowModel> model;
  FitReport report;
  std::vector<std::int32_t> labels;  // -1: noise
  std::vector<std::uint64_t> sizes;
  std::uint64_t core_rows = 0;
  double eps = 0;
};

// Throws Error(kData): no rows; eps 0 where all rows are equal (any eps would do).
DbscanFit fit_dbscan(const DenseMatrix& x, const DbscanOptions& options, Context& context);

// The distance to the min_samples-th row (itself counted) at the knee of its sorted curve: the point of the curve
// that is farthest from the line between its ends. Where the largest is less than three times the median no row stands
// out, and the largest is taken. From 10,000 rows drawn by the seed, where there are more.
// 0 where no such distance is above 0.
double suggest_eps(const DenseMatrix& x, std::size_t min_samples, std::uint64_t seed, const Context& context);

}  // namespace mlkit
