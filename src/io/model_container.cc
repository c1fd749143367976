#include "model_container.h"

#include <set>

#include "mlkit/base/binary.h"
#include "mlkit/base/error.h"
#include "mlkit/base/sha256.h"
#include "mlkit/base/text.h"

namespace mlkit::internal {
namespace {

std::string raw_digest(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  const auto digest = hash.finish();
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string read_name(std::string_view field) {
  const std::size_t end = field.find_last_not_of('\0');
  const std::string_view name = field.substr(0, end == std::string_view::npos ? 0 : end + 1);
  for (const char c : name) {
    if (!(c >= 'a' && c <= 'z') && c != '_') throw_broken("a section has a name that is not one");
  }
  if (name.empty()) throw_broken("a section has no name");
  return std::string(name);
}

}  // namespace

void throw_broken(const std::string& problem) {
  throw Error(ErrorCode::kModelFile, problem,
              {.file = {}, .column = {}, .hint = "the file is damaged; copy it again or train the model again"});
}

void throw_newer(const std::string& what) {
  throw Error(ErrorCode::kModelFile, "the model needs " + what + ", which this mlkit does not know",
              {.file = {}, .column = {}, .hint = "it was written by a newer mlkit: use that version or a later one"});
}

std::string pack_sections(const std::vector<RawSection>& sections) {
  BinaryWriter table;
  std::uint64_t offset = kHeaderBytes + kEntryBytes * sections.size();
  for (const RawSection& section : sections) {
    std::string name = section.name;
    name.resize(kNameBytes, '\0');
    table.bytes(name);
    table.u32(section.version);
    table.u32(section.required ? kRequired : 0);
    table.u64(offset);
    table.u64(section.bytes.size());
    table.u32(crc32c(section.bytes));
    table.u32(0);
    offset += section.bytes.size();
  }
  BinaryWriter out;
  out.bytes(kMagic);
  out.u32(kModelFormatVersion);
  out.u32(static_cast<std::uint32_t>(sections.size()));
  out.u64(offset + kDigestBytes);
  out.u32(crc32c(table.data()));
  out.u32(crc32c(out.data()));
  out.bytes(table.data());
  for (const RawSection& section : sections) out.bytes(section.bytes);
  out.bytes(raw_digest(out.data()));
  return out.take();
}

std::uint64_t check_header(std::string_view header) {
  if (header.empty()) throw_broken("the file is empty");
  if (!header.starts_with(kMagic.substr(0, std::min(header.size(), kMagic.size())))) {
    throw Error(ErrorCode::kModelFile, "this is not a model file",
                {.file = {}, .column = {}, .hint = "model files are made by `mlkit train -o MODEL`"});
  }
  if (header.size() < kHeaderBytes) throw_broken("the file is cut off");
  BinaryReader in(header.substr(kMagic.size(), kHeaderBytes - kMagic.size()), "header");
  const std::uint32_t format = in.u32();
  const std::uint32_t sections = in.u32();
  const std::uint64_t size = in.u64();
  in.u32();
  if (in.u32() != crc32c(header.substr(0, kHeaderBytes - 4))) throw_broken("the header's checksum is wrong");
  if (format > kModelFormatVersion) throw_newer("format version " + std::to_string(format));
  if (format == 0 || sections == 0 || sections > kMaxSections) throw_broken("the header makes no sense");
  if (size < kHeaderBytes + kEntryBytes * sections + kDigestBytes) throw_broken("the header makes no sense");
  return size;
}

std::vector<RawSection> unpack_sections(std::string_view file, ModelFileInfo& info) {
  const std::uint64_t size = check_header(file.substr(0, kHeaderBytes));
  if (file.size() < size) throw_broken("the file is cut off");
  if (file.size() > size) throw_broken("the file goes on after its end");
  BinaryReader header(file.substr(kMagic.size(), kHeaderBytes - kMagic.size()), "header");
  info.format = header.u32();
  const std::uint32_t count = header.u32();
  header.u64();
  const std::string_view table = file.substr(kHeaderBytes, kEntryBytes * count);
  if (header.u32() != crc32c(table)) throw_broken("the checksum of the table of sections is wrong");
  if (raw_digest(file.substr(0, size - kDigestBytes)) != file.substr(size - kDigestBytes)) {
    throw_broken("the file's SHA-256 is wrong");
  }
  info.bytes = size;
  info.sha256 = hex_text(file.substr(size - kDigestBytes));

  std::vector<RawSection> sections;
  std::set<std::string> names;
  std::uint64_t expected_offset = kHeaderBytes + kEntryBytes * count;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view entry = table.substr(i * kEntryBytes, kEntryBytes);
    RawSection section;
    section.name = read_name(entry.substr(0, kNameBytes));
    BinaryReader in(entry.substr(kNameBytes), "table of sections");
    section.version = in.u32();
    const std::uint32_t flags = in.u32();
    const std::uint64_t offset = in.u64();
    const std::uint64_t length = in.u64();
    const std::uint32_t checksum = in.u32();
    if (flags > kRequired || in.u32() != 0) throw_broken("section \"" + section.name + "\" has unknown flags");
    section.required = flags == kRequired;
    if (offset != expected_offset || length > size - kDigestBytes - offset) {
      throw_broken("section \"" + section.name + "\" is not where it should be");
    }
    section.bytes = file.substr(offset, length);
    if (crc32c(section.bytes) != checksum) throw_broken("section \"" + section.name + "\" has a wrong checksum");
    if (!names.insert(section.name).second) throw_broken("section \"" + section.name + "\" comes twice");
    expected_offset += length;
    info.sections.push_back({section.name, section.version, section.required, false, length, checksum});
    sections.push_back(std::move(section));
  }
  if (expected_offset != size - kDigestBytes) throw_broken("there are bytes between the sections");
  return sections;
}

}  // namespace mlkit::internal
