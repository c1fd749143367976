#include "mlkit/io/item_index_file.h"

#include <array>
#include <optional>

#include "mlkit/base/error.h"
#include "model_container.h"

namespace mlkit {
namespace {

using internal::RawSection;

struct IndexSection {
  std::string_view name;
  bool required;
};
constexpr std::array<IndexSection, 5> kSections = {
    {{"items", true}, {"terms", true}, {"counts", true}, {"record", false}, {"self_test", false}}};
constexpr std::uint32_t kVersion = 1;

// The bytes of the known sections, in the order of kSections; empty for those that are not there.
std::array<std::optional<std::string_view>, kSections.size()> known_sections(const std::vector<RawSection>& sections,
                                                                             ModelFileInfo& info) {
  std::array<std::optional<std::string_view>, kSections.size()> out;
  std::size_t order = 0;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const RawSection& section = sections[i];
    std::size_t known = 0;
    while (known < kSections.size() && kSections[known].name != section.name) ++known;
    if (known == kSections.size() || section.version != kVersion) {
      if (section.required) {
        internal::throw_newer("section \"" + section.name + "\" version " + std::to_string(section.version));
      }
      continue;
    }
    if (known < order) internal::throw_broken("the sections are out of order");
    if (section.required != kSections[known].required) {
      internal::throw_broken("section \"" + section.name + "\" has wrong flags");
    }
    order = known + 1;
    out[known] = section.bytes;
    info.sections[i].known = true;
  }
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    if (kSections[i].required && !out[i]) {
      internal::throw_broken("section \"" + std::string(kSections[i].name) + "\" is missing");
    }
  }
  return out;
}

SealedIndex load(std::string_view bytes, const Context& context, ModelFileInfo& info) {
  const auto sections = known_sections(internal::unpack_sections(bytes, info), info);
  const auto reader = [&](std::size_t i) { return BinaryReader(*sections[i], std::string(kSections[i].name)); };
  BinaryReader items = reader(0);
  Catalogue catalogue = load_items(items);
  items.expect_end();
  TokenRules rules;
  WeighingOptions options;
  BinaryReader words = reader(1);
  ItemTerms terms = load_terms(words, rules, options);
  words.expect_end();
  BinaryReader counts = reader(2);
  load_counts(counts, catalogue.size(), terms);
  counts.expect_end();
  IndexRecord record;
  if (sections[3]) {
    BinaryReader in = reader(3);
    record = load_index_record(in);
    in.expect_end();
  }
  IndexSelfTest test;
  if (sections[4]) {
    BinaryReader in = reader(4);
    test = load_index_self_test(in, catalogue.size());
    in.expect_end();
  }
  return {ItemIndex(std::move(catalogue), std::move(terms), rules, options, context), std::move(record),
          std::move(test)};
}

}  // namespace

std::string item_index_to_bytes(const SealedIndex& sealed) {
  std::array<BinaryWriter, kSections.size()> writers;
  save_items(sealed.index, writers[0]);
  save_terms(sealed.index, writers[1]);
  save_counts(sealed.index, writers[2]);
  save_index_record(sealed.record, writers[3]);
  save_index_self_test(sealed.self_test, writers[4]);
  std::vector<RawSection> sections;
  for (std::size_t i = 0; i < kSections.size(); ++i) {
    sections.push_back({std::string(kSections[i].name), kVersion, kSections[i].required, writers[i].data()});
  }
  return internal::pack_sections(sections);
}

SealedIndex item_index_from_bytes(std::string_view bytes, const std::string& name, const Context& context,
                                  ModelFileInfo* info) {
  try {
    if (!bytes.empty() && bytes.starts_with(internal::kMagic) && !holds_item_index(bytes)) {
      internal::check_header(bytes.substr(0, internal::kHeaderBytes));
      throw Error(ErrorCode::kModelFile, "this model predicts; it is no index of items",
                  {.file = {}, .column = {}, .hint = "make one with mlkit recommend CATALOGUE --index-out FILE"});
    }
    ModelFileInfo found;
    SealedIndex sealed = load(bytes, context, found);
    if (info != nullptr) *info = std::move(found);
    return sealed;
  } catch (const Error& error) {
    throw error.with_file(name);
  }
}

}  // namespace mlkit
