// Where k-means starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"

namespace mlkit::internal {

// Rows to start from, distinct ones: fewer than k where the data have no more. `start` numbers the draws of one seed.
std::vector<std::uint32_t> draw_kmeans_start(const DenseMatrix& x, std::size_t k, const std::string& init,
                                             std::uint64_t seed, std::uint32_t start, const Context& context);

}  // namespace mlkit::internal
