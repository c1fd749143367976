// The outer form of a model file: header, table of sections, sections, digest. Private to io/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/io/model_file.h"

namespace mlkit::internal {

// Bytes 0-31. The first eight change when a file is sent as text or loses its eighth bit.
inline constexpr std::string_view kMagic = "\x89MLKIT\r\n";
inline constexpr std::size_t kHeaderBytes = 32;
inline constexpr std::size_t kEntryBytes = 48;
inline constexpr std::size_t kNameBytes = 16;
inline constexpr std::size_t kDigestBytes = 32;
inline constexpr std::uint32_t kMaxSections = 64;
inline constexpr std::uint32_t kRequired = 1;  // flag bit 0

struct RawSection {
  std::string name;
  std::uint32_t version = 1;
  bool required = true;
  std::string_view bytes;  // into the file's bytes, when read
};

std::string pack_sections(const std::vector<RawSection>& sections);

// Checks the first kHeaderBytes and returns the size that the file says it has.
std::uint64_t check_header(std::string_view header);
// Checks everything: sizes, places, checksums, digest.
std::vector<RawSection> unpack_sections(std::string_view file, ModelFileInfo& info);

[[noreturn]] void throw_broken(const std::string& problem);
[[noreturn]] void throw_newer(const std::string& what);

}  // namespace mlkit::internal
