// Model files: a pipeline as bytes and back. The format is docs/model-format.md; in short: a header, a
// table of sections (name, version, required or not, place, CRC-32C), the sections, and a SHA-256 of all
// that. Little-endian, data only: no code, no paths, no times.
//
// Reading trusts nothing. Whatever is wrong with the bytes is Error(kModelFile): nothing is allocated
// before its size was checked against the file, and a file with one changed bit is refused.
// save -> load -> save gives the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

inline constexpr std::uint32_t kModelFormatVersion = 1;

struct SectionInfo {
  std::string name;
  std::uint32_t version = 0;
  bool required = false;
  bool known = false;
  std::uint64_t bytes = 0;
  std::uint32_t crc32c = 0;
};

struct ModelFileInfo {
  std::uint32_t format = kModelFormatVersion;
  std::uint64_t bytes = 0;
  std::string sha256;  // of everything before it: what identifies the model
  std::vector<SectionInfo> sections;
};

std::string pipeline_to_bytes(const Pipeline& pipeline);
// `name` stands for the file in messages.
Pipeline pipeline_from_bytes(std::string_view bytes, const std::string& name, ModelFileInfo* info = nullptr);

// Written whole or not at all. Throws Error(kIo).
void write_model_file(const Pipeline& pipeline, const std::string& path, bool if_changed = false);
// The bytes of a model file of any kind: pipeline or index of items (item_index_file.h). Throws Error(kModelFile), also
// where the file does not exist; a file that is not a model is refused after its first bytes.
std::string read_model_bytes(const std::string& path);
// Whether the first section is that of an index of items. The bytes may be anything.
bool holds_item_index(std::string_view bytes);
// read_model_bytes and pipeline_from_bytes.
Pipeline read_model_file(const std::string& path, ModelFileInfo* info = nullptr);

}  // namespace mlkit
