#include "mlkit/resample/nearest_rows.h"

#include <algorithm>
#include <limits>

#include "mlkit/base/lanes.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

using lanes::kLanes;

constexpr std::size_t kQueryBlock = 64;
constexpr std::size_t kGroupBytes = 64 * 1024;  // of candidates that stay in cache while a block of queries goes by

// Candidates eight by eight: group g holds, for every coordinate, the values of rows 8 g .. 8 g + 7 side by side.
std::vector<double> pack(const RowSpace& space, std::size_t dimensions) {
  std::vector<double> out((space.rows + kLanes - 1) / kLanes * kLanes * dimensions);
  for (std::size_t row = 0; row < space.rows; ++row) {
    double* to = out.data() + row / kLanes * kLanes * dimensions + row % kLanes;
    for (std::size_t d = 0; d < dimensions; ++d) to[d * kLanes] = space.values[row * dimensions + d];
  }
  return out;
}

// Squared distances of one row to the eight of a group; every lane adds up in the order of the coordinates.
template <int W>
MLKIT_INLINE void group_distances(const RowSpace& space, const double* query, const double* group, double* out) {
  lanes::Pack<W> sums;
  for (std::size_t d = 0; d < space.numbers; ++d) {
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kLanes / W; ++v) {
      const lanes::Vector<W> difference = query[d] - lanes::load<W>(group + d * kLanes + v * W);
      sums.part[v] += difference * difference;
    }
  }
  const lanes::Vector<W> penalty = lanes::broadcast<W>(space.penalty * space.penalty);
  for (std::size_t d = space.numbers; d < space.numbers + space.categories; ++d) {
    const lanes::Vector<W> level = lanes::broadcast<W>(query[d]);
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kLanes / W; ++v) {
      const lanes::Mask<W> differs = lanes::load<W>(group + d * kLanes + v * W) != level;
      sums.part[v] += differs ? penalty : lanes::Vector<W>{};
    }
  }
  for (std::size_t v = 0; v < kLanes / W; ++v) lanes::store<W>(out + v * W, sums.part[v]);
}

// The nearest so far of one row, nearest first.
struct Nearest {
  double* distance;
  std::uint32_t* index;
  std::size_t k;

  // Candidates come with rising index, so that an equal distance later does not push out.
  void offer(double d, std::uint32_t candidate) {
    if (!(d < distance[k - 1])) return;
    std::size_t place = k - 1;
    for (; place > 0 && d < distance[place - 1]; --place) {
      distance[place] = distance[place - 1];
      index[place] = index[place - 1];
    }
    distance[place] = d;
    index[place] = candidate;
  }
};

struct Search {
  const RowSpace& space;
  const std::vector<double>& packed;
  std::size_t k;
};

template <int W>
MLKIT_INLINE void search_block(const Search& search, std::size_t begin, std::size_t end, double* distances,
                               std::uint32_t* indices) {
  const std::size_t dimensions = search.space.numbers + search.space.categories;
  const std::size_t groups = (search.space.rows + kLanes - 1) / kLanes;
  const std::size_t chunk = std::max<std::size_t>(1, kGroupBytes / (kLanes * dimensions * sizeof(double)));
  double found[kLanes];
  for (std::size_t first = 0; first < groups; first += chunk) {
    const std::size_t last = std::min(first + chunk, groups);
    for (std::size_t query = begin; query < end; ++query) {
      Nearest nearest{distances + (query - begin) * search.k, indices + (query - begin) * search.k, search.k};
      for (std::size_t g = first; g < last; ++g) {
        group_distances<W>(search.space, search.space.values.data() + query * dimensions,
                           search.packed.data() + g * kLanes * dimensions, found);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const std::size_t candidate = g * kLanes + lane;
          if (found[lane] < nearest.distance[search.k - 1] && candidate != query && candidate < search.space.rows) {
            nearest.offer(found[lane], static_cast<std::uint32_t>(candidate));
          }
        }
      }
    }
  }
}

MLKIT_TARGET_AVX2 void search_avx2(const Search& search, std::size_t begin, std::size_t end, double* distances,
                                   std::uint32_t* indices) {
#ifdef MLKIT_HAVE_AVX2_CLONES
  search_block<4>(search, begin, end, distances, indices);
#else
  search_block<2>(search, begin, end, distances, indices);
#endif
}

void search_portable(const Search& search, std::size_t begin, std::size_t end, double* distances,
                     std::uint32_t* indices) {
  search_block<2>(search, begin, end, distances, indices);
}

}  // namespace

std::vector<std::uint32_t> nearest_rows(const RowSpace& space, std::size_t k, const Context& context) {
  const std::vector<double> packed = pack(space, space.numbers + space.categories);
  std::vector<std::uint32_t> out(space.rows * k);
  const Search search{space, packed, k};
  for_blocks(context, space.rows, kQueryBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<double> distances((end - begin) * k, std::numeric_limits<double>::infinity());
    (lanes::have_avx2() ? search_avx2 : search_portable)(search, begin, end, distances.data(), out.data() + begin * k);
  });
  return out;
}

}  // namespace mlkit
