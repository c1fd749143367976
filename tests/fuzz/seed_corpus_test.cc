// A fuzz target over its seed corpus and small changes of it, as a plain test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mlkit/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mlkit {
namespace {

std::vector<std::string> seeds() {
  std::vector<std::filesystem::path> paths;
  const std::string folder = std::string(MLKIT_SOURCE_DIR) + "/tests/fuzz/corpus/" + MLKIT_FUZZ_NAME;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> all;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return all;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// Mutations of each seed. Other processors are mostly emulated, some fifty times as slow.
#ifdef __x86_64__
constexpr int kMutations = 200;
#else
constexpr int kMutations = 10;
#endif

TEST(SeedCorpus, SeedsAndTheirMutationsAreReadOrRefused) {
  const std::vector<std::string> all = seeds();
  ASSERT_GE(all.size(), 5u);
  RandomStream random(11, RandomPurpose::kSample);
  for (const std::string& seed : all) {
    run(seed);
    for (int i = 0; i < kMutations && !seed.empty(); ++i) {
      std::string mutated = seed;
      for (auto n = 1 + random.below(3); n > 0; --n) {
        mutated[random.below(mutated.size())] = static_cast<char>(random.below(256));
      }
      run(mutated);
      run(mutated.substr(0, random.below(mutated.size() + 1)));
      run(mutated + seed.substr(random.below(seed.size())));
    }
  }
}

}  // namespace
}  // namespace mlkit
