// Model files that tell the truth about their sizes and checksums, whatever their sections hold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../src/io/model_container.h"
#include "mlkit/base/binary.h"

namespace mlkit::test {

// The sections that the bytes have, taken at face value where they can be: names and versions as they stand, lengths
// cut to what is there. At most kMaxSections, none where the bytes are too short for a table.
inline std::vector<internal::RawSection> lenient_sections(std::string_view bytes) {
  using namespace internal;
  std::vector<RawSection> sections;
  if (bytes.size() < kHeaderBytes) return sections;
  BinaryReader header(bytes.substr(kMagic.size(), kHeaderBytes - kMagic.size()), "header");
  header.u32();
  const std::uint64_t claimed = header.u32();
  const std::uint64_t fit = (bytes.size() - kHeaderBytes) / kEntryBytes;
  const std::uint64_t count = std::min<std::uint64_t>({claimed, fit, kMaxSections});
  const std::size_t end = bytes.size() >= kDigestBytes ? bytes.size() - kDigestBytes : 0;
  std::size_t at = kHeaderBytes + count * kEntryBytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view entry = bytes.substr(kHeaderBytes + i * kEntryBytes, kEntryBytes);
    RawSection section;
    const std::string_view name = entry.substr(0, kNameBytes);
    section.name = std::string(name.substr(0, name.find('\0')));
    BinaryReader in(entry.substr(kNameBytes), "entry");
    section.version = in.u32();
    section.required = (in.u32() & kRequired) != 0;
    in.u64();
    const std::uint64_t left = at < end ? end - at : 0;
    const std::uint64_t length = i + 1 == count ? left : std::min(in.u64(), left);
    section.bytes = left == 0 ? std::string_view() : bytes.substr(at, length);
    at += length;
    sections.push_back(std::move(section));
  }
  return sections;
}

inline std::string repair_model(std::string_view bytes) { return internal::pack_sections(lenient_sections(bytes)); }

// One section, chosen by `seed`, goes through `change`; the rest is repaired.
template <class Change>
std::string with_changed_section(std::string_view bytes, unsigned seed, const Change& change) {
  std::vector<internal::RawSection> sections = lenient_sections(bytes);
  if (sections.empty()) return std::string(bytes);
  internal::RawSection& chosen = sections[seed % sections.size()];
  std::string owned(chosen.bytes);
  change(owned);
  chosen.bytes = owned;
  return internal::pack_sections(sections);
}

}  // namespace mlkit::test
