// Small data sets with fixed seeds for the tests of trainers.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/random.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/model.h"

namespace mlkit::test {

// Uniform numbers only: the same bits on every machine.
inline double centred(RandomStream& random) { return 2.0 * random.uniform() - 1.0; }

// Classes that overlap: scores of a random affine map plus noise decide. Targets are the first score.
inline Dataset random_data(std::size_t rows, std::size_t cols, std::size_t classes, std::uint32_t sub,
                           double share_of_zeros = 0.0) {
  RandomStream random(5, RandomPurpose::kSimulate, sub);
  std::vector<double> map(cols * classes);
  for (double& v : map) v = centred(random);
  Dataset data;
  DenseMatrix x{rows, cols, std::vector<double>(rows * cols)};
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& v : x.row(i)) v = random.uniform() < share_of_zeros ? 0.0 : 3.0 * centred(random);
    std::uint32_t best = 0;
    double most = -1e300, first = 0;
    for (std::size_t c = 0; c < classes; ++c) {
      double score = 4.0 * centred(random);
      for (std::size_t j = 0; j < cols; ++j) score += map[c * cols + j] * x.row(i)[j];
      if (c == 0) first = score;
      if (score > most) most = score, best = static_cast<std::uint32_t>(c);
    }
    data.labels.push_back(best);
    data.targets.push_back(first);
  }
  for (std::size_t c = 0; c < classes; ++c) data.classes.push_back("class" + std::to_string(c));
  for (std::size_t j = 0; j < cols; ++j) data.feature_names.push_back("x" + std::to_string(j));
  data.features = std::move(x);
  return data;
}

inline Dataset as_regression(Dataset data) {
  data.classes.clear();
  data.labels.clear();
  return data;
}

inline Dataset as_sparse(Dataset data) {
  const DenseMatrix& dense = std::get<DenseMatrix>(data.features);
  CsrMatrix sparse;
  sparse.rows = dense.rows;
  sparse.cols = dense.cols;
  for (std::size_t i = 0; i < dense.rows; ++i) {
    for (std::size_t j = 0; j < dense.cols; ++j) {
      if (dense.row(i)[j] == 0) continue;
      sparse.columns.push_back(static_cast<std::uint32_t>(j));
      sparse.values.push_back(dense.row(i)[j]);
    }
    sparse.starts.push_back(sparse.values.size());
  }
  data.features = std::move(sparse);
  return data;
}

// Rows `order` (with repetitions) of dense data.
inline Dataset take_rows(const Dataset& data, const std::vector<std::uint32_t>& order) {
  const DenseMatrix& from = std::get<DenseMatrix>(data.features);
  Dataset out = data;
  DenseMatrix x{order.size(), from.cols, {}};
  out.labels.clear(), out.targets.clear(), out.weights.clear();
  for (const std::uint32_t i : order) {
    x.values.insert(x.values.end(), from.row(i).begin(), from.row(i).end());
    if (!data.labels.empty()) out.labels.push_back(data.labels[i]);
    out.targets.push_back(data.targets[i]);
    if (!data.weights.empty()) out.weights.push_back(data.weights[i]);
  }
  out.features = std::move(x);
  return out;
}

inline std::string bytes_of(const Model& model) {
  BinaryWriter out;
  model.save(out);
  return out.take();
}

}  // namespace mlkit::test
