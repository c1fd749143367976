// `cmake --install`: the tree is whole, may be moved, and a program of its own builds and runs on top of it.
#include <gtest/gtest.h>

#include <filesystem>

#include "command.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

class Install : public testing::Test {
 protected:
  void SetUp() override {
    if (is_emulated()) GTEST_SKIP() << "the compiler here makes programs for another machine";
    if (std::string(MLKIT_SANITIZERS) != "") GTEST_SKIP() << "the library is built with sanitizers";
    if (!fs::exists("/usr/bin/cmake")) GTEST_SKIP() << "no cmake";
    const RunResult result = run("cmake --install '" MLKIT_BINARY_DIR "' --prefix \"$PWD/first\"");
    ASSERT_EQ(result.exit_code, 0) << result.out << result.err;
    fs::rename(folder_ / "first", folder_ / "moved");
  }
  RunResult run(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder_.path()}};
    return run_program({"/bin/bash", "-euo", "pipefail", "-c", script}, options);
  }
  const TemporaryFolder folder_;
};

TEST_F(Install, ProgramPagesAndCompletionsAreThere) {
  const RunResult result =
      run("moved/bin/mlkit --version; find moved -name 'mlkit*.1' | wc -l; find moved -name _mlkit -o "
          "-name mlkit.fish -o -path '*completions/mlkit' | wc -l");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("\n" + std::to_string(app::command_table().size() + 1) + "\n3\n"), std::string::npos)
      << result.out;
}

TEST_F(Install, ExampleBuildsOnTheMovedTreeAndAnswersAsTheProgram) {
  fs::copy(MLKIT_SOURCE_DIR "/docs/examples/library", folder_ / "library");
  fs::copy(MLKIT_SOURCE_DIR "/data/iris.csv", folder_ / "iris.csv");
  const RunResult built = run(
      "cmake -S library -B build -D CMAKE_PREFIX_PATH=\"$PWD/moved\" -D CMAKE_BUILD_TYPE=Debug && cmake --build build");
  ASSERT_EQ(built.exit_code, 0) << built.out << built.err;
  const RunResult scored =
      run("build/score_row iris.csv species iris.mlkit >said; moved/bin/mlkit train iris.csv --target species -o "
          "same.mlkit -q;"
          "moved/bin/mlkit verify iris.mlkit -q; moved/bin/mlkit predict same.mlkit iris.csv --proba | sed -n 2p");
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const std::string said = read_text(folder_ / "said");
  EXPECT_NE(said.find("accuracy 0.9"), std::string::npos) << said;
  // prediction,confidence,..: the example rounds to six digits.
  EXPECT_NE(scored.out.find("setosa,0.984695"), std::string::npos) << scored.out;
  EXPECT_NE(said.find("setosa 0.984696"), std::string::npos) << said;
}

TEST_F(Install, PkgConfigNamesTheTreeThatItStandsIn) {
  if (!fs::exists("/usr/bin/pkg-config")) GTEST_SKIP() << "no pkg-config";
  const RunResult result =
      run("pc=$(dirname $(find moved -name mlkit.pc)); export PKG_CONFIG_PATH=$PWD/$pc; pkg-config --modversion mlkit;"
          "for f in $(pkg-config --variable=includedir mlkit)/mlkit/base/error.h $(pkg-config --variable=libdir "
          "mlkit)/libmlkit.a; do test -f $f; done; pkg-config --libs mlkit");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(result.out.rfind("0.", 0), 0u) << result.out;
  EXPECT_NE(result.out.find("-lmlkit"), std::string::npos);
}

}  // namespace
}  // namespace mlkit::test
