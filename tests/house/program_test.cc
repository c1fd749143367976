// What the program that is handed out promises as a file: hardened, and small enough. Read from its ELF headers, so
// that it holds for other processors, too. (Release builds; sanitizers have their own ways.)
#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mlkit {
namespace {

struct Segment {
  std::uint32_t type;
  std::uint32_t flags;
  std::uint64_t offset;
  std::uint64_t bytes;
};

struct Program {
  std::string bytes;
  std::uint16_t type = 0;
  std::vector<Segment> segments;
  std::uint64_t flags = 0;    // DT_FLAGS
  std::uint64_t flags_1 = 0;  // DT_FLAGS_1
  bool is_static = true;      // no PT_INTERP

  const Segment* find(std::uint32_t wanted) const {
    const auto found =
        std::find_if(segments.begin(), segments.end(), [&](const Segment& s) { return s.type == wanted; });
    return found == segments.end() ? nullptr : &*found;
  }
};

template <class T>
T read_at(const std::string& bytes, std::uint64_t offset) {
  T value{};
  if (offset + sizeof(T) <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

template <class Header, class ProgramHeader, class Dynamic>
void read_headers(Program& program) {
  const auto header = read_at<Header>(program.bytes, 0);
  program.type = header.e_type;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto entry = read_at<ProgramHeader>(program.bytes, header.e_phoff + i * sizeof(ProgramHeader));
    program.segments.push_back({entry.p_type, entry.p_flags, entry.p_offset, entry.p_filesz});
    program.is_static = program.is_static && entry.p_type != PT_INTERP;
  }
  const Segment* const dynamic = program.find(PT_DYNAMIC);
  if (dynamic == nullptr) return;
  for (std::uint64_t at = 0; at + sizeof(Dynamic) <= dynamic->bytes; at += sizeof(Dynamic)) {
    const auto entry = read_at<Dynamic>(program.bytes, dynamic->offset + at);
    if (entry.d_tag == DT_FLAGS) program.flags = entry.d_un.d_val;
    if (entry.d_tag == DT_FLAGS_1) program.flags_1 = entry.d_un.d_val;
  }
}

Program read_program() {
  Program program;
  std::ifstream file(MLKIT_PROGRAM, std::ios::binary);
  program.bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (program.bytes.size() < EI_NIDENT) return program;
  if (program.bytes[EI_CLASS] == ELFCLASS64) {
    read_headers<Elf64_Ehdr, Elf64_Phdr, Elf64_Dyn>(program);
  } else {
    read_headers<Elf32_Ehdr, Elf32_Phdr, Elf32_Dyn>(program);
  }
  return program;
}

class ProgramFile : public testing::Test {
 protected:
  void SetUp() override {
#ifndef MLKIT_HARDENED
    GTEST_SKIP() << "a build for development";
#endif
    ASSERT_EQ(program_.bytes.substr(0, 4),
              "\x7F"
              "ELF");
  }
  const Program program_ = read_program();
};

TEST_F(ProgramFile, IsPositionIndependent) {
  EXPECT_EQ(program_.type, ET_DYN);
  EXPECT_NE(program_.flags_1 & DF_1_PIE, 0u);
}

TEST_F(ProgramFile, HasReadOnlyRelocationsAndNothingBoundLater) {
  EXPECT_NE(program_.find(PT_GNU_RELRO), nullptr);
  EXPECT_TRUE((program_.flags & DF_BIND_NOW) != 0 || (program_.flags_1 & DF_1_NOW) != 0);
}

TEST_F(ProgramFile, HasNoMemoryThatIsWritableAndExecutable) {
  const Segment* const stack = program_.find(PT_GNU_STACK);
  ASSERT_NE(stack, nullptr);
  EXPECT_EQ(stack->flags & PF_X, 0u);
  for (const Segment& segment : program_.segments) {
    if (segment.type == PT_LOAD) {
      EXPECT_NE(segment.flags & (PF_W | PF_X), static_cast<std::uint32_t>(PF_W | PF_X));
    }
  }
}

TEST_F(ProgramFile, ChecksStacksAndBuffers) {
  EXPECT_NE(program_.bytes.find("__stack_chk_fail"), std::string::npos);
  EXPECT_NE(program_.bytes.find("__memcpy_chk"), std::string::npos);
}

// What strip would leave: the segments that are loaded. (Of the 8 MB, the ledger's SQLite and zstd are 1.5.)
TEST_F(ProgramFile, StaysBelowEightMegabytes) {
  if (!program_.is_static) GTEST_SKIP() << "linked with shared libraries";
  std::uint64_t end = 0;
  for (const Segment& segment : program_.segments) {
    if (segment.type == PT_LOAD) end = std::max(end, segment.offset + segment.bytes);
  }
  EXPECT_GT(end, 500'000u);
  EXPECT_LT(end, 8'000'000u);
}

}  // namespace
}  // namespace mlkit
