#include "mlkit/base/output_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "mlkit/base/input_file.h"

namespace mlkit {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "mlkit_output_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& file) {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
  }
  static void put(const std::string& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    return error.what();
  }
  return "no error";
}

TEST_F(OutputFileTest, AppearsWholeAtCommit) {
  OutputFile out(path("a.csv"));
  out.write("x,y\n");
  EXPECT_FALSE(fs::exists(path("a.csv")));
  out.commit();
  EXPECT_EQ(content(path("a.csv")), "x,y\n");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, WithoutCommitTheOldFileStaysAndNothingIsLeft) {
  put(path("a.csv"), "old");
  {
    OutputFile out(path("a.csv"));
    out.write(std::string(1 << 20, 'x'));
    EXPECT_LE(files(), 2u);  // the temporary file may have no name
  }
  EXPECT_EQ(content(path("a.csv")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, LargeAndSmallWritesKeepTheirOrder) {
  std::string expected;
  OutputFile out(path("a"));
  for (int i = 0; i < 50; ++i) {
    const std::string part(static_cast<std::size_t>(i * i * i * 7), static_cast<char>('a' + i % 26));
    out.write(part);
    expected += part;
  }
  out.commit();
  EXPECT_EQ(content(path("a")), expected);
}

TEST_F(OutputFileTest, KeepsThePermissionsOfTheOldFile) {
  put(path("a"), "old");
  ::chmod(path("a").c_str(), 0640);
  OutputFile out(path("a"));
  out.write("new");
  out.commit();
  struct stat info {};
  ASSERT_EQ(::stat(path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0640u);
  EXPECT_EQ(content(path("a")), "new");
}

TEST_F(OutputFileTest, ReplacesTheTargetOfALinkNotTheLink) {
  fs::create_directory(folder_ / "sub");
  put(path("sub/real"), "old");
  fs::create_symlink("sub/real", path("link"));
  fs::create_symlink("link", path("link_to_link"));
  OutputFile out(path("link_to_link"));
  out.write("new");
  out.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("link_to_link")));
  EXPECT_FALSE(fs::is_symlink(path("sub/real")));
  EXPECT_EQ(content(path("sub/real")), "new");
}

TEST_F(OutputFileTest, CreatesTheTargetOfADanglingLink) {
  fs::create_symlink("later", path("link"));
  OutputFile out(path("link"));
  out.write("new");
  out.commit();
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content(path("later")), "new");
}

TEST_F(OutputFileTest, IfChangedLeavesAnIdenticalFileUntouched) {
  put(path("a"), "same");
  struct stat before {};
  ASSERT_EQ(::stat(path("a").c_str(), &before), 0);
  OutputFile same(path("a"), true);
  same.write("same");
  same.commit();
  struct stat after {};
  ASSERT_EQ(::stat(path("a").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(files(), 1u);
  OutputFile other(path("a"), true);
  other.write("sama");
  other.commit();
  EXPECT_EQ(content(path("a")), "sama");
  ASSERT_EQ(::stat(path("a").c_str(), &after), 0);
  EXPECT_NE(before.st_ino, after.st_ino);
}

TEST_F(OutputFileTest, FullDeviceIsReportedWithTheSystemsReason) {
  const std::string text = error_of([] {
    OutputFile out("/dev/full");
    out.write("x");
    out.commit();
  });
  EXPECT_NE(text.find("No space left on device"), std::string::npos) << text;
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(OutputFileTest, FileThatCannotGrowLeavesTheOldOne) {
  put(path("a"), "old");
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 65536, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string text = error_of([&] {
    OutputFile out(path("a"));
    out.write(std::string(100000, 'x'));
    out.commit();
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_NE(text.find("File too large"), std::string::npos) << text;
  EXPECT_EQ(content(path("a")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, FolderMissingOrPathADirectory) {
  EXPECT_NE(error_of([&] { OutputFile out(path("no/such/a")); }).find("No such file or directory"), std::string::npos);
  EXPECT_NE(error_of([&] { OutputFile out(folder_.string()); }).find("Is a directory"), std::string::npos);
  EXPECT_NE(error_of([&] { OutputFile out(path("a/")); }).find("directory"), std::string::npos);
}

TEST_F(OutputFileTest, PipeIsWrittenStraightThrough) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  OutputFile out(path("pipe"));
  out.write("hello");
  out.flush();
  char buffer[8];
  EXPECT_EQ(::read(reader, buffer, sizeof buffer), 5);
  out.commit();
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

TEST_F(OutputFileTest, ClosedPipeIsAnErrorOfItsOwn) {
  ::signal(SIGPIPE, SIG_IGN);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  OutputFile out(path("pipe"));
  ::close(reader);
  out.write("hello");
  EXPECT_THROW(out.commit(), ClosedPipe);
}

TEST_F(OutputFileTest, SignalHandlerLeavesNothing) {
  OutputFile first(path("a"));
  OutputFile second(path("b"));
  remove_temporary_files();  // tests/faults sees to it that they have names
  EXPECT_EQ(files(), 0u);
}

TEST_F(OutputFileTest, MovedFromFileIsNotCleanedUpTwice) {
  OutputFile first(path("a"));
  first.write("x");
  OutputFile second(std::move(first));
  second.write("y");
  second.commit();
  EXPECT_EQ(content(path("a")), "xy");
}

// Whether this build can write (and read) files of that ending; cross builds come without the libraries.
bool can_compress([[maybe_unused]] const std::string& ending) {
#ifdef MLKIT_HAVE_ZLIB
  if (ending == ".gz") return true;
#endif
#ifdef MLKIT_HAVE_ZSTD
  if (ending == ".zst") return true;
#endif
  return false;
}

TEST_F(OutputFileTest, CompressedNamesAreCompressedOrRefusedNeverPlainText) {
  std::string text;
  for (int i = 0; i < 90000; ++i) text += std::to_string(i * i % 7919) + ",";  // more than one block
  for (const std::string ending : {".gz", ".zst"}) {
    const std::string file = path("a.csv" + ending);
    if (!can_compress(ending)) {
      EXPECT_THROW(OutputFile{file}, Error);
      EXPECT_FALSE(fs::exists(file));
      continue;
    }
    OutputFile out(file);
    out.write(text);
    out.commit();
    EXPECT_LT(fs::file_size(file), text.size() / 2);
    EXPECT_EQ(read_file(file, text.size()), text);
    OutputFile empty(path("empty" + ending));
    empty.commit();
    EXPECT_GT(fs::file_size(path("empty" + ending)), 0u);
    EXPECT_EQ(read_file(path("empty" + ending), 1), "");
  }
}

TEST_F(OutputFileTest, CompressedBytesDependOnTheContentAlone) {
  std::string text;
  for (int i = 0; i < 90000; ++i) text += std::to_string(i * i % 7919) + ",";
  for (const std::string ending : {".gz", ".zst"}) {
    if (!can_compress(ending)) continue;
    OutputFile whole(path("whole" + ending));
    whole.write(text);
    whole.commit();
    OutputFile parts(path("parts" + ending));
    for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size * 3 % 7001 + 1) {
      parts.write(std::string_view(text).substr(at, size));
      if (size % 5 == 0) parts.flush();
    }
    parts.commit();
    EXPECT_EQ(content(path("whole" + ending)), content(path("parts" + ending)));
  }
  if (!can_compress(".gz")) return;
  // RFC 1952: magic, deflate, no flags (so no name), no time, no extra flags, system not known.
  EXPECT_EQ(content(path("whole.gz")).substr(0, 10), std::string("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10));
}

TEST_F(OutputFileTest, CompressedOutputOfAFailureLeavesNothing) {
  if (!can_compress(".gz")) GTEST_SKIP();
  put(path("a.gz"), "old");
  {
    OutputFile out(path("a.gz"));
    out.write(std::string(1 << 20, 'x'));
  }
  EXPECT_EQ(content(path("a.gz")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFileTest, IdenticalFilesStayWhereTheProgramAsksForItOnce) {
  put(path("a"), "same");
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(::stat(path("a").c_str(), &before), 0);
  leave_identical_files(true);
  OutputFile out(path("a"));
  leave_identical_files(false);
  out.write("same");
  out.commit();
  ASSERT_EQ(::stat(path("a").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(OutputFileTest, StandardOutputIsKnownByAllItsNames) {
  for (const char* name : {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) EXPECT_TRUE(is_standard_output(name));
  for (const char* name : {"", "x", "/dev/stderr", "/dev/fd/2", "/dev/null"}) EXPECT_FALSE(is_standard_output(name));
}

TEST_F(OutputFileTest, OutputOverInputIsRefusedHoweverItIsSpelled) {
  put(path("in"), "x");
  fs::create_symlink("in", path("link"));
  fs::create_hard_link(path("in"), path("hard"));
  for (const std::string name : {"in", "link", "hard", "./in"}) {
    try {
      check_output_is_not_input(path(name), path("in"));
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
    }
  }
  check_output_is_not_input(path("other"), path("in"));
  check_output_is_not_input("-", path("in"));
  check_output_is_not_input("/dev/null", "/dev/null");
}

TEST_F(OutputFileTest, FilesToBeMadeAreTheSameByFolderAndName) {
  fs::create_directory(path("folder"));
  fs::create_directory_symlink("folder", path("alias"));
  fs::create_symlink("folder/new", path("link"));
  for (const std::string name : {"folder/new", "./folder/new", "folder/../folder/new", "alias/new", "link"}) {
    EXPECT_TRUE(is_same_file(path(name), path("folder/new"))) << name;
  }
  for (const std::string name : {"new", "folder/other", "nowhere/new", "folder"}) {
    EXPECT_FALSE(is_same_file(path(name), path("folder/new"))) << name;
  }
  EXPECT_FALSE(is_same_file("-", "-"));
}

}  // namespace
}  // namespace mlkit
