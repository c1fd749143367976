// Commands short of memory, of descriptors and of room on the disk.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "run_in_child.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

constexpr rlim_t kKiB = 1024;

std::string many_rows() {
  std::string text = "a,b,city,y\n";
  for (int i = 0; i < 12000; ++i) {
    text += std::to_string(i * 37 % 1009) + ".25," + std::to_string(i * 13 % 907) + ",city" + std::to_string(i % 12);
    text += (i * 37 % 1009 + i % 400 > 700 ? ",yes\n" : ",no\n");
  }
  return text;
}

void limit(int resource, rlim_t most) {
  const struct rlimit value = {most, most};
  if (setrlimit(resource, &value) != 0) _exit(125);
}

std::vector<std::vector<std::string>> writing_commands() {
  return {{"clean", "in.csv", "-o", "out", "-q"},
          {"split", "in.csv", "--train", "out", "--test", "/dev/null", "-q"},
          {"train", "in.csv", "--target", "y", "-o", "out", "-q"},
          {"predict", "model", "in.csv", "-o", "out", "-q"}};
}

class Limits : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder_ / "in.csv", many_rows());
    ASSERT_EQ(run({"train", "in.csv", "--target", "y", "-o", "model", "-q"}).exit_code, 0);
    write_text(folder_ / "out", "old\n");
  }
  ChildResult run(const std::vector<std::string>& arguments, const std::function<void()>& prepare = {},
                  const std::function<int(int)>& finish = {}) const {
    return run_in_child(arguments,
                        {.folder = folder_.path(), .prepare = prepare, .finish = finish, .kill_after_seconds = 0});
  }
  TemporaryFolder folder_;
};

TEST_F(Limits, SixteenDescriptorsAreEnough) {
  for (const std::vector<std::string>& command : writing_commands()) {
    const ChildResult result = run(command, [] {
      for (int descriptor = 3; descriptor < 16; ++descriptor) close(descriptor);  // those of this test program
      limit(RLIMIT_NOFILE, 16);
    });
    EXPECT_EQ(result.exit_code, 0) << command[0] << ": " << result.err;
  }
}

TEST_F(Limits, TooFewDescriptorsAreSaid) {
  for (const std::vector<std::string>& command : writing_commands()) {
    write_text(folder_ / "out", "old\n");
    const ChildResult result = run(command, [] {
      for (int descriptor = 3; descriptor < 16; ++descriptor) close(descriptor);
      limit(RLIMIT_NOFILE, 3);
    });
    const int missing_model = command[0] == "predict" ? 4 : 5;
    EXPECT_EQ(result.exit_code, missing_model) << command[0] << ": " << result.err;
    EXPECT_NE(result.err.find("Too many open files"), std::string::npos) << result.err;
    EXPECT_EQ(read_text(folder_ / "out"), "old\n");
  }
}

TEST_F(Limits, FilesBeyondTheLimitLeaveTheOldOne) {
  for (const std::vector<std::string>& command : writing_commands()) {
    if (command[0] == "train") continue;  // a model is smaller
    const std::map<std::string, std::string> before = files_in(folder_.path());
    const ChildResult result = run(command, [] { limit(RLIMIT_FSIZE, 64 * kKiB); });
    EXPECT_EQ(result.exit_code, 5) << command[0] << ": " << result.err;
    EXPECT_NE(result.err.find("File too large"), std::string::npos) << result.err;
    EXPECT_TRUE(files_in(folder_.path()) == before) << command[0];
  }
}

TEST_F(Limits, AFileSystemOf64KiBLeavesTheOldOne) {
  constexpr int kNoMount = 77;
  constexpr int kNotAsBefore = 78;
  for (const std::vector<std::string>& command : writing_commands()) {
    if (command[0] == "train") continue;
    std::vector<std::string> arguments = command;
    for (std::string& word : arguments) word = word == "out" ? "disk/out" : word;
    const auto prepare = [] {
      if (mkdir("disk", 0755) != 0 && errno != EEXIST) _exit(kNoMount);
      if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        _exit(kNoMount);
      }
      if (mount("none", "disk", "tmpfs", 0, "size=64k") != 0) _exit(kNoMount);
      write_text("disk/out", "old\n");
    };
    const auto finish = [](int code) {
      const std::map<std::string, std::string> files = files_in("disk");
      return files == std::map<std::string, std::string>{{"out", "old\n"}} ? code : kNotAsBefore;
    };
    const ChildResult result = run(arguments, prepare, finish);
    if (result.exit_code == kNoMount) GTEST_SKIP() << "needs the right to mount a small file system";
    EXPECT_EQ(result.exit_code, 5) << command[0] << ": " << result.err;
    EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
  }
}

// The size of this process and a little more, in steps: what does not fit says so.
TEST_F(Limits, ShortOfAddressSpaceIsSaidOrDone) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizers reserve terabytes of addresses";
#endif
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  ASSERT_GT(pages, 0u);
  const rlim_t now = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  for (const std::vector<std::string>& command : writing_commands()) {
    int done = 0;
    int refused = 0;
    for (rlim_t more = 0; more <= 64 * kKiB * kKiB; more = more * 5 / 4 + 96 * kKiB) {
      write_text(folder_ / "out", "old\n");
      const ChildResult result = run(command, [&] { limit(RLIMIT_AS, now + more); });
      ASSERT_EQ(result.signal, 0) << command[0] << " with " << more << ": " << result.err;
      ASSERT_TRUE(result.exit_code == 0 || result.exit_code == 5) << command[0] << " with " << more << result.err;
      if (result.exit_code == 5) {
        EXPECT_EQ(read_text(folder_ / "out"), "old\n");
      }
      ++(result.exit_code == 0 ? done : refused);
    }
    EXPECT_GT(done, 0) << command[0];
    EXPECT_GT(refused, 0) << command[0];
  }
}

}  // namespace
}  // namespace mlkit::test
