// Model files of every version that was handed out: they load, verify, and predict what was recorded then.
// Files here are never changed or removed; a new version adds some (write_models.sh).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "mlkit/base/context.h"
#include "mlkit/io/model_file.h"
#include "support/run_program.h"

namespace mlkit {
namespace {

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  const std::filesystem::path folder = std::string(MLKIT_SOURCE_DIR) + "/tests/golden/models";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".mlkit") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class OldModel : public testing::TestWithParam<std::string> {
 protected:
  std::string base() const { return std::string(MLKIT_SOURCE_DIR) + "/tests/golden/models/" + GetParam(); }
};

TEST_P(OldModel, StillAnswersItsSelfTest) {
  const SelfTestResult result = replay_self_test(read_model_file(base() + ".mlkit"));
  EXPECT_GT(result.rows, 0u);
  EXPECT_EQ(result.passed, result.rows) << result.max_error;
}

TEST_P(OldModel, PredictsWhatWasRecorded) {
  const test::RunResult run =
      test::run_program(test::mlkit_words({"predict", base() + ".mlkit", base() + ".csv", "--quiet"}));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, test::read_text(base() + ".predictions.csv"));
}

std::string model_name(const testing::TestParamInfo<std::string>& info_of_model) { return info_of_model.param; }

INSTANTIATE_TEST_SUITE_P(Versions, OldModel, testing::ValuesIn(model_names()), model_name);

}  // namespace
}  // namespace mlkit
