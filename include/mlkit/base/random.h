// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). A draw is a pure function of (seed, purpose, index), so
// that what a row gets does not depend on which thread handles it, or on what else was drawn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlkit {

// What a stream of draws is for. Values are part of "same seed, same result": never renumber.
enum class RandomPurpose : std::uint32_t {
  kSplit = 1,
  kFolds = 2,
  kShuffle = 3,
  kInit = 4,
  kSimulate = 5,
  kSample = 6,
  kBootstrap = 7,
  kResample = 8,
  kSelfTest = 9,
};

// The raw block function: four 32-bit words of key `key` at counter `counter`.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// 64 random bits for element `index` of the stream (seed, purpose); `sub` numbers further draws of
// the same element.
std::uint64_t random_bits(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index, std::uint32_t sub = 0);

// Uniform on [0, 1), a multiple of 2^-53.
double random_uniform(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index, std::uint32_t sub = 0);

// A sequential generator over one stream, for code that draws an unknown number of times.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint32_t sub = 0)
      : seed_(seed), purpose_(purpose), sub_(sub) {}

  std::uint64_t bits() { return random_bits(seed_, purpose_, next_++, sub_); }
  double uniform();
  // Uniform on {0, .., bound - 1}, without bias (Lemire's multiply with rejection). bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Standard normal (Box-Muller over mlkit::log and a fixed sine polynomial; two uniforms a draw).
  double normal();

 private:
  std::uint64_t seed_;
  RandomPurpose purpose_;
  std::uint32_t sub_;
  std::uint64_t next_ = 0;
};

// A uniform permutation of 0 .. n-1 (Fisher-Yates from the end). n < 2^32.
std::vector<std::uint32_t> random_permutation(std::size_t n, std::uint64_t seed, RandomPurpose purpose,
                                              std::uint32_t sub = 0);

}  // namespace mlkit
