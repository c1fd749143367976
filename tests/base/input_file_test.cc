#include "mlkit/base/input_file.h"

#include <sys/stat.h>
#include <unistd.h>

#ifdef MLKIT_HAVE_ZLIB
#include <zlib.h>
#endif

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

namespace fs = std::filesystem;

class InputFiles : public testing::Test {
 protected:
  InputFiles() : folder_(fs::temp_directory_path() / ("mlkit_input_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~InputFiles() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string written(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  fs::path folder_;
};

// Everything, asked for in pieces of `step` bytes.
std::string read_in_steps(InputFile& file, std::size_t step) {
  std::string out;
  std::string piece(step, '\0');
  while (const std::size_t got = file.read(piece.data(), step)) {
    EXPECT_LE(got, step);
    out.append(piece, 0, got);
  }
  EXPECT_EQ(file.read(piece.data(), step), 0u) << "the end is not the end";
  return out;
}

ErrorCode code_of(const std::string& path, std::size_t limit = std::size_t{1} << 24) {
  try {
    read_file(path, limit);
  } catch (const Error& error) {
    EXPECT_EQ(error.place().file, path);
    return error.code();
  }
  return ErrorCode::kInterrupted;  // was read
}

// A fixed text that does not compress well, longer than one block of the decoders.
std::string many_bytes(std::size_t size) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::string out;
  while (out.size() < size) out += static_cast<char>(random.below(200));
  return out;
}

TEST_F(InputFiles, GiveTheSameBytesHoweverTheyAreAskedFor) {
  const std::string bytes = many_bytes(100003);
  const std::string name = written("plain", bytes);
  for (const std::size_t step : {1, 7, 4096, 100003, 1 << 20}) {
    InputFile file(name);
    EXPECT_EQ(file.size_hint(), bytes.size());
    EXPECT_TRUE(read_in_steps(file, step) == bytes) << step;
  }
  EXPECT_TRUE(read_file(name, bytes.size()) == bytes);
}

TEST_F(InputFiles, RewindStartsAgainFromAnywhere) {
  const std::string name = written("plain", "0123456789");
  InputFile file(name);
  ASSERT_TRUE(file.can_rewind());
  char some[4];
  ASSERT_EQ(file.read(some, 4), 4u);
  ASSERT_TRUE(file.rewind());
  EXPECT_EQ(read_in_steps(file, 3), "0123456789");
  ASSERT_TRUE(file.rewind());
  EXPECT_EQ(read_in_steps(file, 100), "0123456789");
}

TEST_F(InputFiles, PipesGiveWhatArrivesAndCannotRewind) {
  const std::string name = path("pipe");
  ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
  const std::string bytes = many_bytes(3000);
  std::thread writer([&] {
    std::ofstream out(name, std::ios::binary);
    for (const char c : bytes) out.put(c).flush();
  });
  InputFile file(name);
  EXPECT_FALSE(file.can_rewind());
  EXPECT_EQ(file.size_hint(), 0u);
  EXPECT_TRUE(read_in_steps(file, 4096) == bytes);  // short reads, one write at a time
  EXPECT_FALSE(file.rewind());
  writer.join();
}

TEST_F(InputFiles, WhatCannotBeOpenedIsAnInputError) {
  EXPECT_EQ(code_of(path("nothing")), ErrorCode::kIo);
  EXPECT_EQ(code_of(folder_.string()), ErrorCode::kIo);
  EXPECT_EQ(code_of(path("nothing.gz")), ErrorCode::kIo);
}

TEST_F(InputFiles, TheLimitOfReadFileIsExact) {
  const std::string name = written("ten", "0123456789");
  EXPECT_EQ(read_file(name, 10), "0123456789");
  EXPECT_EQ(code_of(name, 9), ErrorCode::kData);
  EXPECT_EQ(read_file(written("empty", ""), 0), "");
}

TEST_F(InputFiles, AFileThatShrinksIsNotTakenForWhole) {
  const std::string name = written("shrinks", many_bytes(10000));
  InputFile file(name);
  std::string some(100, '\0');
  ASSERT_EQ(file.read(some.data(), 100), 100u);
  fs::resize_file(name, 50);
  EXPECT_THROW(read_in_steps(file, 100), Error);
}

#ifdef MLKIT_HAVE_ZLIB
std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  constexpr int kGzip = 16;
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + kGzip, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_F(InputFiles, GzipGivesWhatWasCompressedAndRewinds) {
  const std::string bytes = many_bytes(700001);
  InputFile file(written("a.gz", gzipped(bytes)));
  EXPECT_EQ(file.size_hint(), 0u);  // of what comes out nothing is known
  EXPECT_TRUE(read_in_steps(file, 4099) == bytes);
  ASSERT_TRUE(file.rewind());
  std::string some(1000, '\0');
  ASSERT_GT(file.read(some.data(), some.size()), 0u);
  ASSERT_TRUE(file.rewind());
  EXPECT_TRUE(read_in_steps(file, 1 << 20) == bytes);
}

TEST_F(InputFiles, GzipMembersFollowOneAnotherAndZerosAfterThemAreNothing) {
  const std::string two = gzipped("one,") + gzipped("") + gzipped("two") + std::string(512, '\0');
  EXPECT_EQ(read_file(written("two.gz", two), 100), "one,two");
  EXPECT_EQ(read_file(written("empty.gz", gzipped("")), 100), "");
}

TEST_F(InputFiles, EveryCutOfAGzipFileIsSaid) {
  const std::string whole = gzipped("a,b\n1,2\n3,4\n");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(code_of(written("cut.gz", whole.substr(0, size))), ErrorCode::kData) << size;
  }
  std::string damaged = whole;
  damaged[whole.size() - 6] = static_cast<char>(damaged[whole.size() - 6] ^ 1);  // in the checksum
  EXPECT_EQ(code_of(written("damaged.gz", damaged)), ErrorCode::kData);
  EXPECT_EQ(code_of(written("plain.gz", "a,b\n1,2\n")), ErrorCode::kData);
}
#endif

}  // namespace
}  // namespace mlkit
