// Commands that are killed, and several that write the same file.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "fault_injection.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/random.h"
#include "run_in_child.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

std::string rows(int count, int step) {
  std::string text = "a,b,y\n";
  for (int i = 0; i < count; ++i) {
    const int a = i * step % 101;
    const int b = i * 13 % 47;
    text += std::to_string(a) + "," + std::to_string(b) + "," + ((a + b + i % 11) % 90 > 40 ? "yes\n" : "no\n");
  }
  return text;
}

class Killed : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder_ / "old.csv", rows(200, 7));
    write_text(folder_ / "new.csv", rows(3000, 29));
    ASSERT_EQ(train("old.csv").exit_code, 0);
    old_ = read_text(folder_ / "m");
    ASSERT_EQ(train("new.csv").exit_code, 0);
    new_ = read_text(folder_ / "m");
    ASSERT_NE(old_, new_);
  }
  ChildResult train(const std::string& input, double kill_after = 0) const {
    return run_in_child({"train", input, "--target", "y", "-o", "m", "-q", "--threads", "2"},
                        {.folder = folder_.path(), .prepare = {}, .finish = {}, .kill_after_seconds = kill_after});
  }
  std::vector<std::string> leftovers() const {
    std::vector<std::string> names;
    for (const auto& [name, text] : files_in(folder_.path())) {
      if (name.find(".tmp") != std::string::npos) names.push_back(name);
    }
    return names;
  }

  TemporaryFolder folder_;
  std::string old_;
  std::string new_;
};

TEST_F(Killed, AtAnyMomentLeavesTheOldModelOrTheNew) {
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(train("new.csv").exit_code, 0);
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  RandomStream random(7, RandomPurpose::kSample);
  int kept = 0;
  int killed = 0;
  for (int i = 0; i < 200; ++i) {
    write_text(folder_ / "m", old_);
    const ChildResult result = train("new.csv", 1e-6 + random.uniform() * whole);
    killed += result.signal == SIGKILL ? 1 : 0;
    const std::string model = read_text(folder_ / "m");
    ASSERT_TRUE(model == old_ || model == new_) << i;
    kept += model == old_ ? 1 : 0;
  }
  EXPECT_GT(killed, 20);
  EXPECT_GT(kept, 20);
  // The next writer finds what there may be of the killed ones.
  ASSERT_EQ(train("new.csv").exit_code, 0);
  EXPECT_EQ(leftovers(), std::vector<std::string>{});
  EXPECT_EQ(read_text(folder_ / "m"), new_);
}

TEST_F(Killed, TemporaryFilesOfTheDeadAreRemovedAndThoseOfTheLivingAreNot) {
  // What a writer of "m" leaves that is killed between naming and renaming.
  const std::string stale = temporary_name(folder_ / "m", 0);
  write_text(stale, "half");
  ASSERT_EQ(train("new.csv").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(stale));

  write_text(stale, "being written");
  const int descriptor = open(stale.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(descriptor, LOCK_EX | LOCK_NB), 0);
  ASSERT_EQ(train("new.csv").exit_code, 0);
  EXPECT_EQ(read_text(stale), "being written");
  EXPECT_EQ(read_text(folder_ / "m"), new_);
  close(descriptor);
}

// Where the system has no files without a name.
TEST(NamedTemporaries, AreLockedReplaceTheTargetAndGoWithASignal) {
  const TemporaryFolder folder;
  const std::string target = folder / "m";
  const auto open_named = [&] {
    arm_fault(FaultyCall::kOpen, 1, false);  // O_TMPFILE
    return OutputFile(target);
  };
  OutputFile first = open_named();
  OutputFile second = open_named();
  arm_fault(FaultyCall::kOpen, 0, false);
  EXPECT_TRUE(std::filesystem::exists(temporary_name(target, 0)));
  EXPECT_TRUE(std::filesystem::exists(temporary_name(target, 1))) << "the first is not stale";
  first.write("first");
  first.commit();
  EXPECT_EQ(read_text(target), "first");
  second.write("second");
  second.commit();
  EXPECT_EQ(read_text(target), "second");
  EXPECT_EQ(files_in(folder.path()).size(), 1u);

  const OutputFile third = open_named();
  EXPECT_EQ(files_in(folder.path()).size(), 2u);
  remove_temporary_files();
  EXPECT_EQ(files_in(folder.path()).size(), 1u);
}

TEST_F(Killed, TwoWritersAtATimeGiveOneOfTheTwoResults) {
  for (int i = 0; i < 20; ++i) {
    std::thread other;
    const RunOptions options{.folder = folder_.path(), .environment = {}, .standard_input = {}};
    RunResult second;
    other = std::thread([&] {
      second = run_program({MLKIT_PROGRAM, "train", "old.csv", "--target", "y", "-o", "m", "-q"}, options);
    });
    const RunResult first = run_program({MLKIT_PROGRAM, "train", "new.csv", "--target", "y", "-o", "m", "-q"}, options);
    other.join();
    ASSERT_EQ(first.exit_code, 0) << first.err;
    ASSERT_EQ(second.exit_code, 0) << second.err;
    const std::string model = read_text(folder_ / "m");
    ASSERT_TRUE(model == old_ || model == new_);
  }
  EXPECT_EQ(leftovers(), std::vector<std::string>{});
}

TEST_F(Killed, InterruptedAtAnyMomentSays130OrIsDone) {
  RandomStream random(8, RandomPurpose::kSample);
  for (int i = 0; i < 40; ++i) {
    write_text(folder_ / "m", old_);
    RunOptions options{.folder = folder_.path(), .environment = {}, .standard_input = {}};
    options.interrupt_after_seconds = 0.002 + 0.02 * random.uniform();
    const RunResult result =
        run_program({MLKIT_PROGRAM, "train", "new.csv", "--target", "y", "-o", "m", "-q"}, options);
    // Before main has set its handler, the signal itself ends the program.
    ASSERT_TRUE(result.exit_code == 130 || result.exit_code == 0 || result.signal == SIGINT) << result.exit_code;
    const std::string model = read_text(folder_ / "m");
    ASSERT_TRUE(model == old_ || model == new_) << i;
    ASSERT_EQ(leftovers(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace mlkit::test
