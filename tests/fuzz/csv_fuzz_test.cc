// The fuzz target over its seed corpus and small changes of it: nothing crashes, threads do not matter.
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
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MLKIT_SOURCE_DIR) + "/tests/fuzz/corpus/csv")) {
    paths.push_back(entry.path());
  }
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

TEST(CsvFuzz, SeedsAndTheirMutationsAreReadOrRefused) {
  const std::vector<std::string> all = seeds();
  ASSERT_GE(all.size(), 20u);
  RandomStream random(11, RandomPurpose::kSample);
  constexpr std::string_view kBytes("a1,;\"\n\r.\0\xFF-e\xC3", 13);
  for (const std::string& seed : all) {
    for (int choice = 0; choice < 64; choice += 5) run(static_cast<char>(choice) + seed);
    for (int i = 0; i < 20 && !seed.empty(); ++i) {
      std::string mutated = static_cast<char>(random.below(64)) + seed;
      for (auto n = 1 + random.below(3); n > 0; --n) {
        mutated[1 + random.below(mutated.size() - 1)] = kBytes[random.below(kBytes.size())];
      }
      run(mutated);
      run(mutated.substr(0, 1 + random.below(mutated.size())));
    }
  }
}

}  // namespace
}  // namespace mlkit
