#include "mlkit/data/column_spec_codec.h"

namespace mlkit {

void save_column_spec(const ColumnSpec& spec, BinaryWriter& out) {
  out.text(spec.name);
  out.u8(static_cast<std::uint8_t>(spec.type));
  out.u8(static_cast<std::uint8_t>(spec.role));
  out.boolean(spec.integer);
}

ColumnSpec load_column_spec(BinaryReader& in) {
  ColumnSpec spec;
  spec.name = in.text();
  const std::uint8_t type = in.u8();
  const std::uint8_t role = in.u8();
  if (type > static_cast<std::uint8_t>(ColumnType::kDatetime)) in.fail("names an unknown column type");
  if (role > static_cast<std::uint8_t>(ColumnRole::kId)) in.fail("names an unknown column role");
  spec.type = static_cast<ColumnType>(type);
  spec.role = static_cast<ColumnRole>(role);
  spec.integer = in.boolean();
  return spec;
}

}  // namespace mlkit
