// The preprocessing as bytes of a model file (docs/model-format.md, section "features").
#include <cmath>
#include <limits>

#include "hashed_names.h"
#include "mlkit/base/error.h"
#include "mlkit/features/preprocess.h"

namespace mlkit {
namespace {

constexpr std::size_t kLeastColumnBytes = 16;

void save_column(const ColumnPlan& plan, BinaryWriter& out) {
  out.text(plan.name);
  out.u8(static_cast<std::uint8_t>(plan.type));
  out.u8(static_cast<std::uint8_t>(plan.encoding));
  out.u64(plan.missing);
  switch (plan.encoding) {
    case Encoding::kNumber: {
      const bool fills = std::isfinite(plan.fill);
      out.boolean(plan.integer);
      out.boolean(fills);
      out.f64(fills ? plan.fill : 0.0);
      break;
    }
    case Encoding::kTimeParts:
      out.boolean(plan.date_only);
      out.i64(plan.fill_micros);
      out.u64(plan.parts.size());
      for (const TimePart part : plan.parts) out.u8(static_cast<std::uint8_t>(part));
      break;
    case Encoding::kOneHot:
      out.boolean(plan.drop_first);
      out.boolean(plan.other);
      out.u32(plan.fill_level);
      out.texts(plan.levels);
      for (const std::uint64_t count : plan.counts) out.u64(count);
      return;
    case Encoding::kTerms: plan.text->save(out); return;
  }
  out.f64s(plan.center);
  out.f64s(plan.scale);
}

void load_times(ColumnPlan& plan, BinaryReader& in) {
  plan.date_only = in.boolean();
  plan.fill_micros = in.i64();
  if (plan.fill_micros > kMostMicros || plan.fill_micros < -kMostMicros) in.fail("holds a time out of range");
  const std::uint64_t parts = in.count(1);
  if (parts > 6) in.fail("has too many parts of a time");
  for (std::uint64_t i = 0; i < parts; ++i) {
    const std::uint8_t part = in.u8();
    if (part > static_cast<std::uint8_t>(TimePart::kMinute)) in.fail("names an unknown part of a time");
    if (!plan.parts.empty() && part <= static_cast<std::uint8_t>(plan.parts.back()))
      in.fail("parts of a time do not rise");
    plan.parts.push_back(static_cast<TimePart>(part));
  }
}

void load_levels(ColumnPlan& plan, BinaryReader& in) {
  plan.drop_first = in.boolean();
  plan.other = in.boolean();
  plan.fill_level = in.u32();
  plan.levels = in.texts();
  if (plan.levels.size() > kMaxEncodedLevels) in.fail("has too many levels");
  for (std::size_t i = 1; i < plan.levels.size(); ++i) {
    if (!(plan.levels[i - 1] < plan.levels[i])) in.fail("levels are not distinct and rising");
  }
  if (plan.fill_level != kNoLevel && plan.fill_level >= plan.levels.size())
    in.fail("fills with a level that is not there");
  for (std::size_t i = 0; i < plan.levels.size(); ++i) plan.counts.push_back(in.u64());
}

void load_scaling(ColumnPlan& plan, BinaryReader& in) {
  plan.center = in.finite_f64s();
  plan.scale = in.finite_f64s();
  if (plan.center.size() != plan.outputs() || plan.scale.size() != plan.outputs())
    in.fail("has a wrong number of scales");
  for (const double scale : plan.scale) {
    if (!(scale > 0)) in.fail("has a scale that is not positive");
  }
}

ColumnPlan load_column(BinaryReader& in) {
  ColumnPlan plan;
  plan.name = in.text();
  const std::uint8_t type = in.u8();
  const std::uint8_t encoding = in.u8();
  if (type > static_cast<std::uint8_t>(ColumnType::kDatetime)) in.fail("names an unknown column type");
  if (encoding > static_cast<std::uint8_t>(Encoding::kTerms)) in.fail("names an unknown encoding");
  plan.type = static_cast<ColumnType>(type);
  plan.encoding = static_cast<Encoding>(encoding);
  const Encoding natural = plan.type == ColumnType::kNumeric    ? Encoding::kNumber
                           : plan.type == ColumnType::kDatetime ? Encoding::kTimeParts
                                                                : Encoding::kOneHot;
  const bool of_texts = natural == Encoding::kOneHot && plan.encoding == Encoding::kTerms;
  if (plan.encoding != natural && !of_texts) in.fail("encodes a column in a way that its type does not have");
  plan.missing = in.u64();
  switch (plan.encoding) {
    case Encoding::kNumber: {
      plan.integer = in.boolean();
      const bool fills = in.boolean();
      plan.fill = in.finite_f64();
      if (!fills) plan.fill = std::numeric_limits<double>::quiet_NaN();
      break;
    }
    case Encoding::kTimeParts: load_times(plan, in); break;
    case Encoding::kOneHot: load_levels(plan, in); return plan;
    case Encoding::kTerms: plan.text = std::make_shared<const TextEncoder>(TextEncoder::load(in)); return plan;
  }
  load_scaling(plan, in);
  return plan;
}

}  // namespace

void Preprocess::save(BinaryWriter& out) const {
  out.boolean(scaled_);
  out.u64(columns_.size());
  for (const ColumnPlan& plan : columns_) save_column(plan, out);
}

Preprocess Preprocess::load(BinaryReader& in) {
  const bool scaled = in.boolean();
  const std::uint64_t count = in.count(kLeastColumnBytes);
  std::vector<ColumnPlan> columns;
  for (std::uint64_t i = 0; i < count; ++i) columns.push_back(load_column(in));
  in.expect_end();
  if (!internal::hashed_features_fit(columns)) in.fail("has more hashed features than fit");
  return Preprocess(std::move(columns), scaled);
}

}  // namespace mlkit
