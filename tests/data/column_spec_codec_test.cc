#include "mlkit/data/column_spec_codec.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

std::string bytes_of(const ColumnSpec& spec) {
  BinaryWriter out;
  save_column_spec(spec, out);
  return out.take();
}

TEST(ColumnSpecCodec, EveryTypeAndRoleComesBack) {
  for (const ColumnType type :
       {ColumnType::kNumeric, ColumnType::kCategory, ColumnType::kBoolean, ColumnType::kText, ColumnType::kDatetime}) {
    for (const ColumnRole role : {ColumnRole::kFeature, ColumnRole::kTarget, ColumnRole::kWeight, ColumnRole::kId}) {
      const ColumnSpec spec{.name = "na\xC3\xAFve, \"x\"", .type = type, .role = role, .integer = true};
      const std::string bytes = bytes_of(spec);
      BinaryReader in(bytes, "test");
      EXPECT_EQ(load_column_spec(in), spec);
      in.expect_end();
    }
  }
}

TEST(ColumnSpecCodec, UnknownTypesAndRolesAreRefused) {
  std::string bytes = bytes_of({.name = "x"});
  for (const std::size_t back : {3u, 2u}) {  // the type and the role stand before the flag
    std::string wrong = bytes;
    wrong[wrong.size() - back] = 9;
    BinaryReader in(wrong, "test");
    EXPECT_THROW(load_column_spec(in), Error) << back;
  }
}

}  // namespace
}  // namespace mlkit
