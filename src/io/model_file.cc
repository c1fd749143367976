#include "mlkit/io/model_file.h"

#include <algorithm>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/clean/clean_step.h"
#include "mlkit/data/column_spec_codec.h"
#include "model_container.h"

namespace mlkit {
namespace {

using internal::RawSection;

// Sections that this version writes and reads, in the order of the file. Optional ones may be left out;
// what they hold changes no prediction. One with `is_there` is required where the model has it, and only there.
struct KnownSection {
  std::string_view name;
  std::uint32_t version;
  bool required;
  void (*save)(const PipelineParts& parts, BinaryWriter& out);
  void (*load)(PipelineParts& parts, BinaryReader& in);
  bool (*is_there)(const PipelineParts& parts) = nullptr;
  // The oldest version that can hold these parts, where it is not always the newest: so that models which need nothing
  // new stay readable for older programs.
  std::uint32_t (*least_version)(const PipelineParts& parts) = nullptr;

  bool must_be_there() const { return required && is_there == nullptr; }
};

void save_schema(const PipelineParts& parts, BinaryWriter& out) {
  out.u64(parts.inputs.size());
  for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
    save_column_spec(parts.inputs[i], out);
    out.text(parts.aliases[i]);
  }
  save_column_spec(parts.target, out);
  out.text(parts.target_alias);
  out.text(parts.weight);
}

void load_schema(PipelineParts& parts, BinaryReader& in) {
  constexpr std::size_t kLeastBytes = 19;
  const std::uint64_t count = in.count(kLeastBytes);
  for (std::uint64_t i = 0; i < count; ++i) {
    parts.inputs.add(load_column_spec(in));
    parts.aliases.push_back(in.text());
  }
  parts.target = load_column_spec(in);
  parts.target_alias = in.text();
  parts.weight = in.text();
}

void save_clean(const PipelineParts& parts, BinaryWriter& out) {
  out.boolean(parts.clean.has_value());
  if (parts.clean) CleanStep(*parts.clean).save(out);
}

void load_clean(PipelineParts& parts, BinaryReader& in) {
  if (in.boolean()) parts.clean = CleanStep::load(in)->recipe();
}

bool has_recipe(const PipelineParts& parts) { return parts.recipe != nullptr; }
void save_recipe(const PipelineParts& parts, BinaryWriter& out) { parts.recipe->save(out); }
void load_recipe(PipelineParts& parts, BinaryReader& in) {
  parts.recipe = std::make_shared<const FeatureEncoder>(FeatureEncoder::load(in));
}

void save_features(const PipelineParts& parts, BinaryWriter& out) { parts.preprocess.save(out); }
void load_features(PipelineParts& parts, BinaryReader& in) { parts.preprocess = Preprocess::load(in); }

std::uint32_t features_version(const PipelineParts& parts) { return parts.preprocess.has_texts() ? 2 : 1; }

void save_model(const PipelineParts& parts, BinaryWriter& out) {
  out.text(parts.model->kind());
  parts.model->save(out);
}

void load_model_section(PipelineParts& parts, BinaryReader& in) {
  const std::string kind = in.text();
  parts.model = load_model(kind, in);
}

void save_decision(const PipelineParts& parts, BinaryWriter& out) {
  out.u8(static_cast<std::uint8_t>(parts.task));
  out.texts(parts.classes);
  out.f64(parts.threshold);
}

void load_decision(PipelineParts& parts, BinaryReader& in) {
  const std::uint8_t task = in.u8();
  if (task > static_cast<std::uint8_t>(Task::kReduction)) in.fail("names an unknown task");
  parts.task = static_cast<Task>(task);
  parts.classes = in.texts();
  parts.threshold = in.finite_f64();
}

bool has_calibration(const PipelineParts& parts) { return parts.calibration.has_value(); }
void save_calibration(const PipelineParts& parts, BinaryWriter& out) { parts.calibration->save(out); }
void load_calibration(PipelineParts& parts, BinaryReader& in) { parts.calibration = Calibration::load(in); }

bool has_reading(const PipelineParts& parts) { return parts.na.has_value(); }
void save_reading(const PipelineParts& parts, BinaryWriter& out) { out.texts(*parts.na); }
void load_reading(PipelineParts& parts, BinaryReader& in) { parts.na = in.texts(); }

using NamedNumbers = std::vector<std::pair<std::string, double>>;

void save_numbers(const NamedNumbers& numbers, BinaryWriter& out) {
  out.u64(numbers.size());
  for (const auto& [name, value] : numbers) {
    out.text(name);
    out.f64(value);
  }
}

NamedNumbers load_numbers(BinaryReader& in) {
  NamedNumbers numbers;
  for (std::uint64_t left = in.count(16); left > 0; --left) {
    std::string name = in.text();
    numbers.emplace_back(std::move(name), in.finite_f64());
  }
  return numbers;
}

void save_record(const PipelineParts& parts, BinaryWriter& out) {
  const TrainingRecord& record = parts.record;
  out.text(record.mlkit_version);
  out.u64(record.seed);
  out.text(record.data_sha256);
  out.u64(record.rows);
  out.u64(record.rows_without_target);
  out.u64(record.options.size());
  for (const auto& [name, value] : record.options) {
    out.text(name);
    out.text(value);
  }
  out.text(record.solver);
  out.f64(record.objective);
  out.i64(record.iterations);
  out.boolean(record.converged);
  save_numbers(record.metrics, out);
  save_numbers(record.baseline, out);
  save_numbers(record.valid_metrics, out);
  out.f64s(record.dummy);
  out.texts(record.warnings);
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void load_record(PipelineParts& parts, BinaryReader& in) {
  TrainingRecord& record = parts.record;
  record.mlkit_version = in.text();
  record.seed = in.u64();
  record.data_sha256 = in.text();
  record.rows = in.u64();
  record.rows_without_target = in.u64();
  for (std::uint64_t left = in.count(16); left > 0; --left) {
    std::string name = in.text();
    record.options.emplace_back(std::move(name), in.text());
  }
  record.solver = in.text();
  record.objective = in.finite_f64();
  record.iterations = in.i64();
  record.converged = in.boolean();
  record.metrics = load_numbers(in);
  record.baseline = load_numbers(in);
  record.valid_metrics = load_numbers(in);
  record.dummy = in.finite_f64s();
  record.warnings = in.texts();
  for (const std::string* text : {&record.mlkit_version, &record.solver}) {
    if (escape_controls(*text) != *text) in.fail("holds control characters");
  }
  if (!record.data_sha256.empty() && !is_sha256(record.data_sha256)) in.fail("holds a hash that is not a SHA-256");
}

// Written where there is something to say.
void save_cv(const PipelineParts& parts, BinaryWriter& out) {
  const CvRecord& cv = parts.record.cv;
  if (cv.scores.empty()) return;
  out.text(cv.how);
  out.u64(cv.scores.size());
  for (const CvRecord::Score& score : cv.scores) {
    out.text(score.metric);
    out.f64(score.mean);
    out.boolean(score.sd.has_value());
    out.f64(score.sd.value_or(0));
  }
}

void load_cv(PipelineParts& parts, BinaryReader& in) {
  constexpr std::size_t kLeastBytes = 25;
  CvRecord& cv = parts.record.cv;
  cv.how = in.text();
  for (std::uint64_t left = in.count(kLeastBytes); left > 0; --left) {
    CvRecord::Score score;
    score.metric = in.text();
    score.mean = in.finite_f64();
    const bool has_sd = in.boolean();
    const double sd = in.finite_f64();
    if (has_sd) score.sd = sd;
    if (!has_sd && sd != 0) in.fail("holds a standard deviation that it says is none");
    cv.scores.push_back(std::move(score));
  }
  if (cv.scores.empty()) in.fail("holds no score");
}

void save_self_test(const PipelineParts& parts, BinaryWriter& out) {
  const SelfTest& test = parts.self_test;
  out.u64(test.rows);
  out.u64(test.cells.size());
  for (const SelfTest::Cell& cell : test.cells) {
    out.u8(static_cast<std::uint8_t>(cell.kind));
    switch (cell.kind) {
      case CellValue::Kind::kMissing: break;
      case CellValue::Kind::kNumber: out.f64(cell.number); break;
      case CellValue::Kind::kText: out.text(cell.text); break;
      case CellValue::Kind::kTime: out.i64(cell.micros); break;
    }
  }
  out.f64s(test.expected);
}

void load_self_test(PipelineParts& parts, BinaryReader& in) {
  SelfTest& test = parts.self_test;
  constexpr std::uint64_t kMostRows = 1024;
  test.rows = in.u64();
  const std::uint64_t cells = in.count(1);
  if (test.rows > kMostRows || cells != test.rows * parts.inputs.size()) in.fail("has a wrong number of cells");
  for (std::uint64_t left = cells; left > 0; --left) {
    SelfTest::Cell cell;
    const std::uint8_t kind = in.u8();
    if (kind > static_cast<std::uint8_t>(CellValue::Kind::kTime)) in.fail("holds a cell of an unknown kind");
    cell.kind = static_cast<CellValue::Kind>(kind);
    switch (cell.kind) {
      case CellValue::Kind::kMissing: break;
      case CellValue::Kind::kNumber: cell.number = in.finite_f64(); break;
      case CellValue::Kind::kText: cell.text = in.text(); break;
      case CellValue::Kind::kTime: cell.micros = in.i64(); break;
    }
    if (cell.micros > kMostMicros || cell.micros < -kMostMicros) in.fail("holds a time out of range");
    test.cells.push_back(std::move(cell));
  }
  test.expected = in.finite_f64s();
}

void save_drift(const PipelineParts& parts, BinaryWriter& out) {
  if (parts.drift) parts.drift->save(out);
}

void load_drift(PipelineParts& parts, BinaryReader& in) {
  parts.drift = DriftReference::load(in);
  if (parts.drift->columns.size() != parts.inputs.size()) in.fail("is not about the inputs of the model");
  constexpr std::size_t kMostPredictions = 2;  // labels and scores
  if (parts.drift->predictions.size() > kMostPredictions) in.fail("is not about the answers of the model");
}

constexpr KnownSection kSections[] = {
    {"schema", 1, true, save_schema, load_schema},
    {"clean", 1, true, save_clean, load_clean},
    {"recipe", 1, true, save_recipe, load_recipe, has_recipe},
    {"features", 2, true, save_features, load_features, nullptr, features_version},
    {"model", 1, true, save_model, load_model_section},
    {"calibration", 1, true, save_calibration, load_calibration, has_calibration},
    {"decision", 1, true, save_decision, load_decision},
    {"reading", 1, true, save_reading, load_reading, has_reading},
    {"record", 1, false, save_record, load_record},
    {"self_test", 1, false, save_self_test, load_self_test},
    {"drift", 1, false, save_drift, load_drift},
    {"cv", 1, false, save_cv, load_cv},
};

const KnownSection* find_known(const RawSection& section) {
  for (const KnownSection& known : kSections) {
    if (known.name == section.name && section.version >= 1 && section.version <= known.version) return &known;
  }
  return nullptr;
}

PipelineParts load_parts(const std::vector<RawSection>& sections, ModelFileInfo& info) {
  PipelineParts parts;
  std::size_t order = 0;  // of the known sections: they come in the order of kSections
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const RawSection& section = sections[i];
    const KnownSection* known = find_known(section);
    if (known == nullptr) {
      if (section.required) {
        internal::throw_newer("section \"" + section.name + "\" version " + std::to_string(section.version));
      }
      parts.unknown.push_back({section.name, section.version, std::string(section.bytes)});
      continue;
    }
    const auto position = static_cast<std::size_t>(known - kSections);
    if (position < order) internal::throw_broken("the sections are out of order");
    if (section.required != known->required) internal::throw_broken("section \"" + section.name + "\" has wrong flags");
    for (; order < position; ++order) {
      if (kSections[order].must_be_there())
        internal::throw_broken("section \"" + std::string(kSections[order].name) + "\" is missing");
    }
    ++order;
    BinaryReader in(section.bytes, section.name);
    known->load(parts, in);
    in.expect_end();
    info.sections[i].known = true;
  }
  for (; order < std::size(kSections); ++order) {
    if (kSections[order].must_be_there())
      internal::throw_broken("section \"" + std::string(kSections[order].name) + "\" is missing");
  }
  return parts;
}

}  // namespace

std::string pipeline_to_bytes(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  std::vector<std::string> bytes;
  std::vector<RawSection> sections;
  bytes.reserve(std::size(kSections));  // views into it are kept
  for (const KnownSection& known : kSections) {
    if (known.is_there != nullptr && !known.is_there(parts)) continue;
    // A newer version of this section was read and is kept as it was.
    const auto same_name = [&](const UnknownSection& section) { return section.name == known.name; };
    if (std::any_of(parts.unknown.begin(), parts.unknown.end(), same_name)) continue;
    BinaryWriter out;
    known.save(parts, out);
    if (!known.required && out.data().empty()) continue;  // there is nothing to say
    bytes.push_back(out.take());
    const std::uint32_t version = known.least_version == nullptr ? known.version : known.least_version(parts);
    sections.push_back({std::string(known.name), version, known.required, bytes.back()});
  }
  for (const UnknownSection& section : parts.unknown) {
    sections.push_back({section.name, section.version, false, section.bytes});
  }
  return internal::pack_sections(sections);
}

Pipeline pipeline_from_bytes(std::string_view bytes, const std::string& name, ModelFileInfo* info) {
  try {
    ModelFileInfo found;
    const std::vector<RawSection> sections = internal::unpack_sections(bytes, found);
    if (holds_item_index(bytes)) {
      throw Error(ErrorCode::kModelFile, "this is an index of items, not a model that predicts",
                  {.file = {}, .column = {}, .hint = "ask it with mlkit recommend FILE --viewed IDS"});
    }
    Pipeline pipeline(load_parts(sections, found));
    if (info != nullptr) *info = std::move(found);
    return pipeline;
  } catch (const Error& error) {
    throw error.with_file(name);
  }
}

void write_model_file(const Pipeline& pipeline, const std::string& path, bool if_changed) {
  OutputFile out(path, if_changed);
  out.write(pipeline_to_bytes(pipeline));
  out.commit();
}

bool holds_item_index(std::string_view bytes) {
  constexpr std::string_view kFirst("items\0", 6);
  return bytes.starts_with(internal::kMagic) && bytes.size() >= internal::kHeaderBytes + internal::kEntryBytes &&
         bytes.substr(internal::kHeaderBytes).starts_with(kFirst);
}

std::string read_model_bytes(const std::string& path) {
  std::string bytes;
  try {
    InputFile file(path);
    bytes.resize(internal::kHeaderBytes);
    std::size_t filled = 0;
    const auto fill = [&] {
      while (filled < bytes.size()) {
        const std::size_t got = file.read(bytes.data() + filled, bytes.size() - filled);
        if (got == 0) break;
        filled += got;
      }
    };
    fill();
    const std::uint64_t size = internal::check_header(std::string_view(bytes).substr(0, filled));
    // The size is believed a mebibyte at a time: what is allocated follows what is there.
    constexpr std::uint64_t kStep = 1 << 20;
    while (filled == bytes.size() && filled <= size) {
      bytes.resize(filled + static_cast<std::size_t>(std::min<std::uint64_t>(kStep, size + 1 - filled)));
      fill();
    }
    bytes.resize(filled);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInterrupted) throw;
    if (error.code() == ErrorCode::kModelFile) throw error.with_file(path);
    throw Error(ErrorCode::kModelFile, error.message(), error.place()).with_file(path);
  }
  return bytes;
}

Pipeline read_model_file(const std::string& path, ModelFileInfo* info) {
  return pipeline_from_bytes(read_model_bytes(path), path, info);
}

}  // namespace mlkit
