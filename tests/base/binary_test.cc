#include "mlkit/base/binary.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

const std::vector<double> kNumbers = {0.0, -0.0, 1.5, -1e308, 5e-324};

// One of everything that a section can hold.
std::string everything() {
  BinaryWriter out;
  out.u8(200);
  out.u32(0xDEADBEEF);
  out.u64(0x0123456789ABCDEFull);
  out.i64(-2);
  out.f64(-0.1);
  out.boolean(true);
  out.text("caf\xC3\xA9");
  out.texts({"", "a", "bc"});
  out.f64s(kNumbers);
  out.u32s(std::vector<std::uint32_t>{7, 8});
  return out.take();
}

void read_everything(std::string_view bytes) {
  BinaryReader in(bytes, "all");
  EXPECT_EQ(in.u8(), 200);
  EXPECT_EQ(in.u32(), 0xDEADBEEF);
  EXPECT_EQ(in.u64(), 0x0123456789ABCDEFull);
  EXPECT_EQ(in.i64(), -2);
  EXPECT_EQ(in.finite_f64(), -0.1);
  EXPECT_TRUE(in.boolean());
  EXPECT_EQ(in.text(), "caf\xC3\xA9");
  EXPECT_EQ(in.texts(), (std::vector<std::string>{"", "a", "bc"}));
  const std::vector<double> numbers = in.finite_f64s();
  ASSERT_EQ(numbers.size(), kNumbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(numbers[i]), std::bit_cast<std::uint64_t>(kNumbers[i]));
  }
  EXPECT_EQ(in.u32s(), (std::vector<std::uint32_t>{7, 8}));
  in.expect_end();
}

template <class Read>
std::string failure_of(std::string_view bytes, Read&& read) {
  BinaryReader in(bytes, "part");
  try {
    read(in);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFile);
    EXPECT_NE(error.message().find("\"part\""), std::string::npos) << error.message();
    return error.message();
  }
  return "";
}

TEST(Binary, ReadsBackWhatWasWritten) { read_everything(everything()); }

TEST(Binary, NumbersAreLittleEndian) {
  BinaryWriter out;
  out.u32(0x01020304);
  out.f64(1.0);
  EXPECT_EQ(out.data(), std::string("\x04\x03\x02\x01\0\0\0\0\0\0\xF0\x3F", 12));
}

TEST(Binary, EveryTruncationIsRefused) {
  const std::string whole = everything();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // In memory of its own, so that a read behind the end is seen by the sanitizers.
    const std::vector<char> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      read_everything({part.data(), part.size()});
      ADD_FAILURE() << size << " of " << whole.size() << " bytes were accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kModelFile) << size;
    }
  }
}

TEST(Binary, BytesTooManyAreRefused) {
  EXPECT_NE(failure_of("x", [](BinaryReader& in) { in.expect_end(); }), "");
  EXPECT_EQ(failure_of("", [](BinaryReader& in) { in.expect_end(); }), "");
}

// A count that promises more than there is must be refused before memory is taken: 2^61 numbers would end the program
// by std::bad_alloc or std::length_error, which is no Error.
TEST(Binary, LyingCountsAreRefusedBeforeMemoryIsTaken) {
  for (const std::uint64_t count :
       {std::uint64_t{9}, std::uint64_t{1} << 32, std::uint64_t{1} << 61, (std::uint64_t{1} << 61) + 1,
        (std::uint64_t{1} << 62) + 1, std::numeric_limits<std::uint64_t>::max()}) {
    BinaryWriter out;
    out.u64(count);
    out.u64(0);  // eight bytes: room for two u32, one of the others, a text of eight
    const std::string_view bytes = out.data();
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.f64s(); }), "") << count;
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.finite_f64s(); }), "") << count;
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.u32s(); }), "") << count;
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.texts(); }), "") << count;
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.text(); }), "") << count;
    EXPECT_NE(failure_of(bytes, [](BinaryReader& in) { in.count(4); }), "") << count;
  }
}

TEST(Binary, ALyingLengthInsideAListIsRefused) {
  BinaryWriter out;
  out.u64(2);
  out.text("ok");
  out.u64(std::numeric_limits<std::uint64_t>::max());
  EXPECT_NE(failure_of(out.data(), [](BinaryReader& in) { in.texts(); }), "");
}

TEST(Binary, ValuesThatNoWriterMakesAreRefused) {
  EXPECT_NE(failure_of("\x02", [](BinaryReader& in) { in.boolean(); }), "");
  BinaryWriter text;
  text.text("\xC3(");
  EXPECT_NE(failure_of(text.data(), [](BinaryReader& in) { in.text(); }), "");
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()}) {
    BinaryWriter out;
    out.f64(value);
    EXPECT_NE(failure_of(out.data(), [](BinaryReader& in) { in.finite_f64(); }), "");
    EXPECT_EQ(failure_of(out.data(), [](BinaryReader& in) { in.f64(); }), "");
    BinaryWriter list;
    list.f64s(std::vector<double>{1, value});
    EXPECT_NE(failure_of(list.data(), [](BinaryReader& in) { in.finite_f64s(); }), "");
  }
}

TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);            // the check value of the catalogue of CRC algorithms
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  EXPECT_EQ(crc32c("6789", crc32c("12345")), 0xE3069283u);
}

}  // namespace
}  // namespace mlkit
