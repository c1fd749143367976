#include "mlkit/features/write_features.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// "," and a number, nothing behind the comma where it is missing.
void append_number(std::string& out, double value) {
  char text[kMaxNumberText + 1];
  text[0] = ',';
  char* end = text + 1;
  if (value >= 0 && value < 10 && value == static_cast<int>(value) && !std::signbit(value)) {
    *end++ = static_cast<char>('0' + static_cast<int>(value));
  } else if (value == value) {
    end = format_number(value, end);
  }
  out.append(text, static_cast<std::size_t>(end - text));
}

// Columns that features of an input must not take the name of.
void check_further_columns(const FeatureEncoder& encoder, const std::vector<std::string>& names) {
  const std::set<std::string> features(encoder.names().begin(), encoder.names().end());
  for (const std::string& name : names) {
    if (!features.contains(name)) continue;
    throw_data("the input has a column \"" + name + "\", which is the name of a feature of the recipe",
               "rename it in the input");
  }
}

FeatureCounts no_counts(const FeatureEncoder& encoder) {
  const std::vector<std::uint64_t> none(encoder.recipe().steps.size());
  return {none, none, none};
}

}  // namespace

FeatureLines::FeatureLines(const FeatureEncoder& encoder, const std::vector<std::string>& names, char delimiter,
                           char quote, const FeatureFit* fit)
    : encoder_(encoder), fit_(fit), same_dialect_(delimiter == ',' && quote == '"'), quote_(quote) {
  const FeatureRecipe& recipe = encoder.recipe();
  check_further_columns(encoder, names);
  std::vector<bool> known(names.size());
  bool complete = true;
  for (const FeatureColumn& column : recipe.columns) {
    const auto found = std::find(names.begin(), names.end(), column.spec.name);
    if (found == names.end()) {
      if (column.spec.name == recipe.target) continue;
      if (recipe.uses(column.spec.name)) column_index(names, column.spec.name);  // throws
      if (column.keep) column_index(names, column.spec.name);
      complete = false;
      continue;
    }
    const auto position = static_cast<std::size_t>(found - names.begin());
    known[position] = true;
    if (column.spec.name != recipe.target) fingerprinted_.push_back(position);
    if (!column.keep) continue;
    kept_.push_back(position);
    kept_names_.push_back(column.spec.name);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (known[i]) continue;
    kept_.push_back(i);
    kept_names_.push_back(names[i]);
  }
  if (!complete) fingerprinted_.clear();
  whole_records_ = same_dialect_ && kept_.size() == names.size() && std::is_sorted(kept_.begin(), kept_.end());
  texts_.resize(recipe.steps.size());
  for (std::size_t step = 0; step < recipe.steps.size(); ++step) make_texts(step);
}

void FeatureLines::make_texts(std::size_t step) {
  const FeatureStep& s = encoder_.recipe().steps[step];
  CodeTexts& texts = texts_[step];
  const std::size_t width = encoder_.width(step);
  std::vector<double> numbers(width);
  const auto add = [&](const double* values) {
    for (std::size_t i = 0; i < width; ++i) append_number(texts.bytes, values[i]);
    if (texts.bytes.size() > kNoLevel) throw_data("the texts of \"" + s.column + "\" are beyond 4 GiB");
    texts.ends.push_back(static_cast<std::uint32_t>(texts.bytes.size()));
  };
  if (s.kind == FeatureKind::kBins) {
    texts.codes = s.edges.size() + 1;
    for (std::size_t bin = 0; bin < texts.codes; ++bin) {
      numbers[0] = static_cast<double>(bin);
      add(numbers.data());
    }
  }
  if (!s.is_encoder()) return;
  texts.codes = s.levels.size() + 2;
  const bool folded = fit_ != nullptr && fit_->is_crossfitted(step);
  for (std::uint32_t fold = 0; fold < (folded ? fit_->folds() : 1); ++fold) {
    for (std::uint32_t code = 0; code < texts.codes; ++code) {
      if (folded) {
        add(fit_->fold_values(step, fold, code));
      } else {
        encoder_.decode(step, code, numbers.data());
        add(numbers.data());
      }
    }
  }
}

std::string FeatureLines::header() const {
  std::string out;
  for (const std::vector<std::string>* names : {&kept_names_, &encoder_.names()}) {
    for (const std::string& name : *names) {
      if (!out.empty()) out += ',';
      append_csv_field(out, name);
    }
  }
  return out + "\n";
}

void FeatureLines::append_kept(std::string& out, std::span<const std::string_view> fields) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (same_dialect_) {
      out += fields[i];
    } else {
      append_csv_field(out, unquote_csv_field(fields[i], quote_));
    }
  }
}

void FeatureLines::append_step(std::string& out, std::size_t step, const BoundFeature& bound, std::size_t row,
                               FeatureEncoder::Scratch& scratch, std::vector<double>& numbers,
                               FeatureCounts& counts) const {
  const FeatureStep& s = encoder_.recipe().steps[step];
  const CodeTexts& texts = texts_[step];
  if (s.is_encoder()) {
    const std::uint32_t* const known = fit_ == nullptr ? nullptr : fit_->codes(step);
    const std::uint32_t code = known != nullptr ? known[row] : bound.code(row);
    if (code == encoder_.unknown_code(step)) ++counts.unknown[step];
    const bool folded = fit_ != nullptr && fit_->is_crossfitted(step);
    out += texts.at(folded ? fit_->fold_of_row()[row] * texts.codes + code : code);
    return;
  }
  bound.evaluate(row, scratch, numbers.data(), &counts);
  if (s.kind == FeatureKind::kBins && numbers[0] == numbers[0]) {
    out += texts.at(static_cast<std::size_t>(numbers[0]));
    return;
  }
  for (std::size_t i = 0; i < encoder_.width(step); ++i) append_number(out, numbers[i]);
}

std::vector<BoundFeature> FeatureLines::bind(const Table& block) const {
  std::vector<BoundFeature> bound;
  for (std::size_t step = 0; step < texts_.size(); ++step) {
    bound.emplace_back(encoder_, step, block);
  }
  return bound;
}

std::string FeatureLines::lines(const std::vector<BoundFeature>& bound, std::size_t begin, std::size_t end,
                                const Kept& kept, FeatureCounts& counts) const {
  constexpr std::size_t kLooked = 16;  // rows from which the size of all is guessed
  FeatureEncoder::Scratch scratch = encoder_.make_scratch();
  std::vector<double> numbers(encoder_.outputs());
  std::string out;
  for (std::size_t row = begin; row < end; ++row) {
    const std::size_t start = out.size();
    append_kept(out, kept(row));
    for (std::size_t step = 0; step < bound.size(); ++step) {
      append_step(out, step, bound[step], row, scratch, numbers, counts);
    }
    if (kept_.empty() && out.size() > start) out.erase(start, 1);  // the comma before the first feature
    if (out.size() == start && columns() > 0) out += "\"\"";
    out += '\n';
    if (row - begin == kLooked) out.reserve(out.size() / kLooked * (end - begin) * 11 / 10);
  }
  return out;
}

void write_training_features(const FeatureFit& fit, const Table& table, OutputFile& out, Context& context) {
  const CsvRecords& records = *table.records;
  const FeatureLines lines(fit.encoder(), table.schema().names(), records.delimiter(), records.quote(), &fit);
  const std::vector<BoundFeature> bound = lines.bind(table);
  out.write(lines.header());
  std::size_t next = 0;
  ordered_stream<std::size_t, std::string>(
      context,
      [&]() -> std::optional<std::size_t> {
        if (next >= table.rows()) return std::nullopt;
        const std::size_t begin = next;
        next += kRowBlock;
        return begin;
      },
      [&](std::size_t begin) {
        std::vector<std::string_view> fields;
        std::vector<std::string_view> kept(lines.whole_records() ? 1 : lines.kept().size());
        FeatureCounts counts = no_counts(fit.encoder());
        const auto kept_fields = [&](std::size_t row) {
          const std::size_t record = table.record_of_row.empty() ? row : table.record_of_row[row];
          if (lines.whole_records()) {
            kept[0] = records.record(record);
          } else {
            records.split(record, fields);
            for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = fields[lines.kept()[i]];
          }
          return std::span<const std::string_view>(kept);
        };
        return lines.lines(bound, begin, std::min(begin + kRowBlock, table.rows()), kept_fields, counts);
      },
      [&](const std::string& text) { out.write(text); });
}

std::string fingerprint_of(const FeatureRecipe& recipe, const Table& table, const Context& context) {
  const CsvRecords& records = *table.records;
  std::vector<std::size_t> positions;
  for (const FeatureColumn& column : recipe.columns) {
    if (column.spec.name == recipe.target) continue;
    const auto found = table.find(column.spec.name);
    if (!found) return {};
    positions.push_back(*found);
  }
  FeatureFingerprint sum;
  std::mutex mutex;
  for_blocks(context, table.rows(), kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<std::string_view> fields;
    std::vector<std::string_view> chosen(positions.size());
    FeatureFingerprint part;
    for (std::size_t row = begin; row < end; ++row) {
      records.split(table.record_of_row.empty() ? row : table.record_of_row[row], fields);
      for (std::size_t i = 0; i < positions.size(); ++i) chosen[i] = fields[positions[i]];
      part.add_row(chosen, records.quote());
    }
    const std::lock_guard lock(mutex);
    sum.add(part);
  });
  return sum.text();
}

CsvReadOptions feature_reading(const FeatureEncoder& encoder, CsvReadOptions csv) {
  csv.only_types_for = true;
  csv.types_for = [&encoder, given = csv.types](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types;
    for (const ColumnSpec& input : encoder.inputs()) {
      const std::string& name = header[column_index(header, input.name)];
      const auto declared = given.find(name);
      types.emplace(name, declared == given.end() ? DeclaredType{input.type, false} : declared->second);
    }
    return types;
  };
  csv.types.clear();
  return csv;
}

namespace {

// Raw fields by column, as rows; `whole`: as the one text from the first to the last of them.
class ChunkFields {
 public:
  ChunkFields(const std::vector<std::vector<std::string_view>>& columns, std::size_t begin, std::size_t size,
              bool whole)
      : columns_(columns), begin_(begin), whole_(whole && size > 0), row_(whole_ ? 1 : size) {}
  std::span<const std::string_view> operator()(std::size_t row) {
    if (whole_) {
      const char* const first = columns_[begin_][row].data();
      const std::string_view last = columns_[begin_ + 1][row];
      row_[0] = {first, static_cast<std::size_t>(last.data() + last.size() - first)};
      return row_;
    }
    for (std::size_t i = 0; i < row_.size(); ++i) row_[i] = columns_[begin_ + i][row];
    return row_;
  }

 private:
  const std::vector<std::vector<std::string_view>>& columns_;
  std::size_t begin_;
  bool whole_;
  std::vector<std::string_view> row_;
};

struct ChunkResult {
  std::string lines;
  std::size_t rows = 0;
  FeatureCounts counts;
  FeatureFingerprint fingerprint;
};

}  // namespace

FeatureStreamReport write_features(const FeatureEncoder& encoder, const std::string& path, const CsvReadOptions& csv,
                                   OutputFile& out, Context& context) {
  CsvStream stream(path, csv, context);
  const FeatureLines lines(encoder, stream.header(), stream.report().delimiter, csv.quote);
  const bool fingerprints = !encoder.recipe().fingerprint.empty() && !lines.fingerprinted().empty();
  // Of whole records the first and the last field say where they are.
  std::vector<std::size_t> wanted = lines.kept();
  if (lines.whole_records() && !wanted.empty()) wanted = {wanted.front(), wanted.back()};
  const std::size_t kept_fields = wanted.size();
  if (fingerprints) wanted.insert(wanted.end(), lines.fingerprinted().begin(), lines.fingerprinted().end());
  out.write(lines.header());
  FeatureStreamReport report;
  report.columns = lines.columns();
  report.counts = no_counts(encoder);
  FeatureFingerprint fingerprint;
  ordered_stream<CsvChunk, ChunkResult>(
      context, [&] { return stream.next_chunk(); },
      [&](const CsvChunk& chunk) {
        const Table table = stream.parse(chunk);
        const std::vector<std::vector<std::string_view>> columns = stream.raw_fields(chunk, wanted);
        ChunkResult result;
        result.rows = table.rows();
        result.counts = no_counts(encoder);
        ChunkFields kept(columns, 0, kept_fields, lines.whole_records());
        result.lines = lines.lines(lines.bind(table), 0, table.rows(), std::ref(kept), result.counts);
        if (fingerprints) {
          ChunkFields sealed(columns, kept_fields, lines.fingerprinted().size(), false);
          for (std::size_t row = 0; row < table.rows(); ++row) result.fingerprint.add_row(sealed(row), csv.quote);
        }
        return result;
      },
      [&](const ChunkResult& result) {
        out.write(result.lines);
        report.rows += result.rows;
        report.counts.add(result.counts);
        fingerprint.add(result.fingerprint);
      });
  if (fingerprints && report.rows == encoder.recipe().rows) report.fingerprint = fingerprint.text();
  return report;
}

}  // namespace mlkit
