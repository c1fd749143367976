// Standard streams and signals as the system gives them (RELIABILITY: full disk, closed descriptors, pipes).
#include <gtest/gtest.h>
#include <signal.h>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

RunResult run_shell(const std::string& script, std::map<std::string, std::string> environment = {}) {
  const TemporaryFolder program;
  make_program_folder(program.path());
  RunOptions options;
  environment.emplace("PATH", program.path() + ":/usr/bin:/bin");
  options.environment = std::move(environment);
  return run_program({"/bin/bash", "-c", script}, options);
}

TEST(Streams, FullDiskIsReportedByWhateverPrints) {
  for (const char* command :
       {"mlkit --help", "mlkit --version", "mlkit doctor", "mlkit doctor --json", "mlkit doctor --help"}) {
    const RunResult result = run_shell(std::string(command) + " >/dev/full");
    EXPECT_EQ(result.exit_code, 5) << command;
    EXPECT_NE(result.err.find("No space left on device"), std::string::npos) << result.err;
  }
}

TEST(Streams, AFileBeyondTheSizeLimitIsAnErrorThatLeavesNothing) {
  const RunResult result = run_shell(
      "cd \"$(mktemp -d)\" && { echo n; seq 200000; } > in.csv && ulimit -f 100 && mlkit clean in.csv -o out.csv; "
      "code=$?; ls -A; rm -r \"$PWD\"; exit $code");
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_NE(result.err.find("File too large"), std::string::npos) << result.err;
  EXPECT_EQ(result.out, "in.csv\n");
}

TEST(Streams, ClosedDescriptorsAreErrorsNotAccidents) {
  const RunResult closed = run_shell("mlkit --version >&-");
  EXPECT_EQ(closed.exit_code, 5);
  EXPECT_NE(closed.err.find("standard output"), std::string::npos);
  EXPECT_EQ(run_shell("mlkit --version <&-").exit_code, 0);
  EXPECT_EQ(run_shell("mlkit --version 2>&-").out.substr(0, 6), "mlkit ");
  EXPECT_EQ(run_shell("mlkit --bogus 2>&-").exit_code, 2);
}

TEST(Streams, AClosedPipeEndsQuietly) {
  const RunResult result = run_shell("mlkit --help | true; exit ${PIPESTATUS[0]}");
  EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 128 + SIGPIPE) << result.exit_code;
  EXPECT_EQ(result.err, "");
}

TEST(Streams, UsageErrorsStayOffStandardOutputAndShort) {
  for (const char* command : {"mlkit", "mlkit trian", "mlkit doctor --sead 1", "mlkit doctor --seed nan",
                              "mlkit doctor x", "mlkit -", "mlkit --", "mlkit $'\\e[31m'"}) {
    const RunResult result = run_shell(command);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_EQ(result.out, "") << command;
    EXPECT_LE(std::count(result.err.begin(), result.err.end(), '\n'), 5) << command;
    EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << "terminal escapes must not pass";
  }
}

TEST(Streams, EnvironmentMayBeEmptyAndTheLocaleIsIgnored) {
  EXPECT_EQ(run_shell("env -i \"$(command -v mlkit)\" doctor >/dev/null").exit_code, 0);
  const std::string plain = run_shell("mlkit --help").out;
  EXPECT_EQ(run_shell("mlkit --help", {{"LC_ALL", "de_DE.UTF-8"}}).out, plain);
}

TEST(Streams, ErrorsAsJsonAreOneObject) {
  EXPECT_EQ(run_shell("mlkit doctor --errors-json --sead 1").err,
            "{\"code\": \"usage\", \"exit\": 2, \"message\": \"doctor has no option --sead\", \"file\": \"\", "
            "\"line\": 0, \"column\": \"\", \"field\": 0, \"hint\": \"did you mean --seed?\"}\n");
}

}  // namespace
}  // namespace mlkit::test
