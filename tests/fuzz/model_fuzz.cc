// Model files. The bytes as they are, and again with sizes, places and checksums repaired (support/repair_model.h), so
// that the readers of the sections are reached. What loads must answer: the self-test is replayed, rows of every
// kind of cell are predicted, and saving, loading and saving again give the same bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/io/item_index_file.h"
#include "mlkit/recommend/search.h"
#include "support/repair_model.h"

namespace mlkit {
namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

Column column_for(const ColumnSpec& spec) {
  constexpr std::size_t kRows = 3;
  Column column;
  column.name = spec.name;
  column.type = spec.type;
  column.validity = Validity(kRows);
  column.validity.set_missing(1);
  switch (spec.type) {
    case ColumnType::kNumeric:
      column.storage = Numbers{{2.5, std::numeric_limits<double>::quiet_NaN(), -1e6}, false};
      break;
    case ColumnType::kDatetime: column.storage = Times{{0, 0, kMostMicros}, false}; break;
    case ColumnType::kText: {
      Texts texts;
      for (const char* text : {"Graz", "", "new"}) texts.append(text);
      column.storage = std::move(texts);
      break;
    }
    case ColumnType::kCategory:
    case ColumnType::kBoolean: {
      const bool boolean = spec.type == ColumnType::kBoolean;
      Levels levels = boolean ? Levels{"false", "true"} : Levels{"Graz", "new"};
      column.storage = Categories{{0, kNoLevel, 1}, std::make_shared<const Levels>(std::move(levels))};
      break;
    }
  }
  return column;
}

Table rows_for(const Pipeline& pipeline) {
  Table table;
  table.set_rows(3);
  for (std::size_t i = 0; i < pipeline.inputs().size(); ++i) table.add_column(column_for(pipeline.inputs()[i]));
  return table;
}

void use(const Pipeline& pipeline) {
  pipeline.parts().model->describe();
  try {
    replay_self_test(pipeline);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kModelFile);
  }
  try {
    const Predictions predictions = pipeline.predict(rows_for(pipeline), Context(1));
    require(predictions.rows == 3);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kData);  // missing cells that this model refuses
  }
}

void check_index(std::string_view bytes) {
  const Context context(1);
  std::string saved;
  try {
    const SealedIndex sealed = item_index_from_bytes(bytes, "fuzz.mlkit", context);
    replay_index_self_test(sealed.index, sealed.self_test);
    Searcher searcher(sealed.index, {});
    for (std::uint32_t item = 0; item < std::min<std::size_t>(sealed.index.size(), 4); ++item) {
      for (const Recommendation& found : searcher.search(make_profile(sealed.index, {&item, 1}))) {
        require(found.item != item && found.score > 0 && found.score <= 1);
      }
    }
    saved = item_index_to_bytes(sealed);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kModelFile);
    return;
  }
  require(item_index_to_bytes(item_index_from_bytes(saved, "again.mlkit", context)) == saved);
}

void check(std::string_view bytes) {
  check_index(bytes);
  std::string saved;
  try {
    const Pipeline pipeline = pipeline_from_bytes(bytes, "fuzz.mlkit");
    use(pipeline);
    saved = pipeline_to_bytes(pipeline);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kModelFile);
    return;
  }
  require(pipeline_to_bytes(pipeline_from_bytes(saved, "again.mlkit")) == saved);
}

}  // namespace
}  // namespace mlkit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  mlkit::check(bytes);
  mlkit::check(mlkit::test::repair_model(bytes));
  return 0;
}

#ifdef MLKIT_LIBFUZZER
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

// Changes one section and repairs the rest: a change of length anywhere else would move every later section.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string changed = mlkit::test::with_changed_section(bytes, seed, [&](std::string& section) {
    std::size_t room = section.size() + (max_size > size ? max_size - size : 0);
    if (room > section.size() + 64) room = section.size() + 64;
    if (room == 0) return;
    const std::size_t old = section.size();
    section.resize(room);
    section.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(section.data()), old, room));
  });
  if (changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), reinterpret_cast<char*>(data));
  return changed.size();
}
#endif
