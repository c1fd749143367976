// Reference cases of tests/golden, and the NIST data that stay outside of the repository.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "mlkit/io/json.h"

namespace mlkit::test {

inline std::string read_text(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

inline Json golden_cases(const std::string& suite) {
  const std::string path = std::string(MLKIT_SOURCE_DIR) + "/tests/golden/" + suite + ".json";
  return Json::parse(read_text(path)).at("cases");
}

// A file of reference data under its name in the suites ("data/iris.csv"); "" where it is not here.
// The nist_* files are looked for in MLKIT_GOLDEN_DIR, or beside the repository.
inline std::string golden_data(const std::string& name) {
  const char* given = std::getenv("MLKIT_GOLDEN_DIR");
  const std::string root = MLKIT_SOURCE_DIR;
  for (const std::string& folder :
       {root + "/tests/golden", given != nullptr ? std::string(given) : std::string(), root + "/../shared/golden"}) {
    if (folder.empty()) continue;
    for (const std::string& path : {folder + "/" + name, folder + "/data/" + name}) {
      if (std::filesystem::exists(path)) return path;
    }
  }
  return {};
}

}  // namespace mlkit::test
