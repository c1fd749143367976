// Every command with its n-th allocation, read, write, .. failing: no signal, an exit code that says why, every output
// wholly old or wholly new, and no other file. MLKIT_FAULTS=N looks at up to N calls of each kind (else 40).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "fault_injection.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "run_in_child.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kFewCalls = 6;
#else
constexpr std::uint64_t kFewCalls = 40;
#endif

struct Command {
  std::string name;  // of the test
  std::vector<std::string> arguments;
  std::vector<std::string> outputs;
  bool reads_model = false;
};

std::vector<Command> commands() {
  return {
      {"Clean",
       {"clean", "in.csv", "-o", "out1", "--save-recipe", "out2", "--report", "out3"},
       {"out1", "out2", "out3"}},
      {"CleanRecipe", {"clean", "in.csv", "--recipe", "recipe.json", "-o", "out1", "--if-changed"}, {"out1"}},
      {"CleanPad", {"clean", "bad.csv", "--on-bad-row", "pad", "-o", "out1", "--rejects", "out2"}, {"out1", "out2"}},
      {"CleanToStandardOutput", {"clean", "in.csv", "--threads", "1"}, {}},
      {"Split", {"split", "in.csv", "--target", "won", "--train", "out1", "--test", "out2"}, {"out1", "out2"}},
      {"Folds", {"split", "in.csv", "--target", "won", "--folds", "out1"}, {"out1"}},
      {"Train", {"train", "in.csv", "--target", "won", "-o", "out1", "--clean", "--trace", "out2"}, {"out1", "out2"}},
      {"TrainLinear", {"train", "in.csv", "--target", "amount", "-o", "out1", "--cv", "2", "--json"}, {"out1"}},
      {"TrainConfig", {"train", "in.csv", "--config", "config.json", "-o", "out1", "--valid", "in.csv"}, {"out1"}},
      {"Predict", {"predict", "model", "in.csv", "-o", "out1", "--proba", "--keep", "city"}, {"out1"}, true},
      {"PredictToStandardOutput", {"predict", "model", "in.csv"}, {}, true},
      {"Evaluate", {"evaluate", "model", "in.csv", "--roc", "out1", "--pr", "out2", "--json"}, {"out1", "out2"}, true},
      {"Drift", {"drift", "in.csv", "in.csv", "--report", "out1", "--json"}, {"out1"}},
      {"DriftModel", {"drift", "model", "in.csv", "--report", "out1"}, {"out1"}, true},
      {"Monitor", {"monitor", "log.csv", "--model", "model", "--label", "won", "--window", "20"}, {}, true},
      {"Inspect", {"inspect", "model", "--weights", "--json"}, {}, true},
      {"Verify", {"verify", "model"}, {}, true},
  };
}

std::string table_text() {
  std::string text = "Total Spend,city,Is Active,Day,won,amount\n";
  constexpr const char* kCities[] = {"Graz", "Linz", "", "Wien"};
  for (int i = 0; i < 40; ++i) {
    const int spend = i * 7 % 23;
    const bool won = (spend + i % 3 * 5 + (i % 4 == 0 ? 6 : 0)) % 20 > 9;
    text += (i % 9 == 4 ? "" : std::to_string(spend) + ".5") + "," + kCities[i % 4] + ",";
    text += (i % 2 == 0 ? "true" : "false") + std::string(",2024-03-") + std::to_string(10 + i % 19) + ",";
    text += (won ? "yes," : "no,") + std::to_string(spend * 3 + i % 5) + ".25\n";
  }
  return text;
}

class FailingCalls : public testing::TestWithParam<Command> {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    write_text(*folder_ / "in.csv", table_text());
    write_text(*folder_ / "bad.csv", table_text() + "1,2\n1,\"a\"b,true,2024-03-01,yes,2\n9,x,y,z,no,4,5\n");
    write_text(*folder_ / "config.json", "{\"target\": \"won\", \"train\": {\"C\": 0.5}}");
    ASSERT_EQ(run({"train", "in.csv", "--target", "won", "-o", "model"}).exit_code, 0);
    ASSERT_EQ(run({"clean", "in.csv", "-o", "cleaned.csv", "--save-recipe", "recipe.json"}).exit_code, 0);
    ASSERT_EQ(run({"predict", "model", "in.csv", "-o", "log.csv", "--keep", "won,city"}).exit_code, 0);
    known_ = files_in(folder_->path());
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static ChildResult run(const std::vector<std::string>& arguments, const std::function<void()>& prepare = {}) {
    return run_in_child(arguments,
                        {.folder = folder_->path(), .prepare = prepare, .finish = {}, .kill_after_seconds = 0});
  }

  void put_old_outputs() const {
    for (const std::string& name : GetParam().outputs) write_text(*folder_ / name, "old " + name + "\n");
  }

  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(folder_->path())) {
      if (!known_.contains(entry.path().filename().string())) fs::remove(entry.path());
    }
    put_old_outputs();
    whole_ = run(GetParam().arguments);
    ASSERT_EQ(whole_.exit_code, 0) << whole_.err;
    new_ = files_in(folder_->path());
  }

  // Up to `most` numbers of 1..count: the first ones, then evenly spread.
  static std::vector<std::uint64_t> chosen(std::uint64_t count) {
    const char* const asked = std::getenv("MLKIT_FAULTS");
    double most = kFewCalls;
    if (asked != nullptr) parse_number(asked, most);
    const auto limit = static_cast<std::uint64_t>(most);
    std::vector<std::uint64_t> numbers;
    const std::uint64_t first = count <= limit ? count : limit / 2;
    for (std::uint64_t n = 1; n <= first; ++n) numbers.push_back(n);
    if (first == count) return numbers;
    for (std::uint64_t i = 1; i <= limit - first; ++i) numbers.push_back(first + (count - first) * i / (limit - first));
    return numbers;
  }

  bool is_right_code(FaultyCall call, const ChildResult& result) const {
    if (result.exit_code == 5) return true;
    // A model file that cannot be read is a fault of the model file.
    return result.exit_code == 4 && GetParam().reads_model && call != FaultyCall::kAllocate;
  }

  void check(FaultyCall call, std::uint64_t nth, bool all_later) const {
    put_old_outputs();
    const ChildResult result = run(GetParam().arguments, [&] { arm_fault(call, nth, all_later); });
    const std::string what = std::string(name_of(call)) + " " + std::to_string(nth) + (all_later ? " on: " : ": ") +
                             std::to_string(result.exit_code) + " " + result.err;
    ASSERT_EQ(result.signal, 0) << what;
    const std::map<std::string, std::string> files = files_in(folder_->path());
    if (result.exit_code == 0) {
      ASSERT_TRUE(files == new_) << what;  // too long to be shown
      ASSERT_EQ(result.out, whole_.out) << what;
      return;
    }
    ASSERT_TRUE(is_right_code(call, result)) << what;
    if (call != FaultyCall::kPrint) {
      ASSERT_TRUE(result.err.rfind("mlkit: ", 0) == 0 || result.err.find("\nmlkit: ") != std::string::npos) << what;
      ASSERT_EQ(result.err.find("internal error"), std::string::npos) << what;
    }
    for (const auto& [name, text] : files) {
      ASSERT_TRUE(new_.contains(name)) << what << "leaves " << name;
      const bool output = std::count(GetParam().outputs.begin(), GetParam().outputs.end(), name) > 0;
      ASSERT_TRUE(text == new_.at(name) || (output && text == "old " + name + "\n")) << what << "spoils " << name;
    }
  }

  static TemporaryFolder* folder_;
  static std::map<std::string, std::string> known_;
  ChildResult whole_;
  std::map<std::string, std::string> new_;
};

TemporaryFolder* FailingCalls::folder_ = nullptr;
std::map<std::string, std::string> FailingCalls::known_;

TEST_P(FailingCalls, EndInAnErrorWithOldOutputsOrInSuccessWithNewOnes) {
  std::uint64_t failing = 0;
  for (const FaultyCall call : kFaultyCalls) {
    put_old_outputs();
    const ChildResult counted = run(GetParam().arguments, [&] { arm_fault(call, 0, false); });
    ASSERT_EQ(counted.exit_code, 0);
    for (const std::uint64_t nth : chosen(counted.calls)) {
      for (const bool all_later : {false, true}) {
        check(call, nth, all_later);
        if (HasFatalFailure()) return;
        ++failing;
      }
    }
  }
  EXPECT_GT(failing, 40u);
}

INSTANTIATE_TEST_SUITE_P(Every, FailingCalls, testing::ValuesIn(commands()),
                         [](const testing::TestParamInfo<Command>& one) { return one.param.name; });

}  // namespace
}  // namespace mlkit::test
