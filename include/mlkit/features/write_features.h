// Rows with their derived features as lines of CSV: fields of the input that stay are its own text, derived numbers are
// the shortest text that reads back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/output_file.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/feature_fingerprint.h"
#include "mlkit/features/fit_features.h"

namespace mlkit {

// Made once for an input with the header `names`; immutable, so any number of threads may format blocks of rows.
class FeatureLines {
 public:
  // The columns of the output: those of the recipe that stay (in its order), further columns of the input, features.
  // With `fit`, rows are its training rows. Throws Error(kData) for a column that is missing (the target may be) or a
  // further one with the name of a feature.
  FeatureLines(const FeatureEncoder& encoder, const std::vector<std::string>& names, char delimiter, char quote,
               const FeatureFit* fit = nullptr);

  // Positions in `names` of the fields that stay, in the order of the output.
  const std::vector<std::size_t>& kept() const { return kept_; }
  // Positions of the recipe's columns but the target, for the fingerprint; empty where one is not there.
  const std::vector<std::size_t>& fingerprinted() const { return fingerprinted_; }
  std::string header() const;
  std::size_t columns() const { return kept_.size() + encoder_.outputs(); }

  // All fields of the input stay, in their order and as they are: a row's is one stretch of the input.
  bool whole_records() const { return whole_records_; }

  // The steps of a block of rows.
  std::vector<BoundFeature> bind(const Table& block) const;
  // Lines of the rows [begin, end) of the block (with `fit`, of the training table). `kept(row)` gives the raw fields
  // that stay, or where whole_records() the one text that they are in.
  using Kept = std::function<std::span<const std::string_view>(std::size_t row)>;
  std::string lines(const std::vector<BoundFeature>& bound, std::size_t begin, std::size_t end, const Kept& kept,
                    FeatureCounts& counts) const;

 private:
  // The text of every code of a step (per fold where it is cross-fitted), with a comma before each number.
  struct CodeTexts {
    std::string bytes;
    std::vector<std::uint32_t> ends;
    std::size_t codes = 0;  // per fold
    std::string_view at(std::size_t i) const {
      const std::uint32_t begin = i == 0 ? 0 : ends[i - 1];
      return std::string_view(bytes).substr(begin, ends[i] - begin);
    }
  };
  void make_texts(std::size_t step);
  void append_kept(std::string& out, std::span<const std::string_view> fields) const;
  void append_step(std::string& out, std::size_t step, const BoundFeature& bound, std::size_t row,
                   FeatureEncoder::Scratch& scratch, std::vector<double>& numbers, FeatureCounts& counts) const;

  const FeatureEncoder& encoder_;
  const FeatureFit* fit_;
  bool same_dialect_;
  char quote_;
  std::vector<std::size_t> kept_;
  std::vector<std::string> kept_names_;
  bool whole_records_ = false;  // all fields of the input stay, in their order
  std::vector<std::size_t> fingerprinted_;
  std::vector<CodeTexts> texts_;  // per step; without codes where rows are formatted one by one
};

// The training table (read with its records) with its features.
void write_training_features(const FeatureFit& fit, const Table& table, OutputFile& out, Context& context);

// The fingerprint of a table that was read with its records; "" where a column is missing.
std::string fingerprint_of(const FeatureRecipe& recipe, const Table& table, const Context& context);

struct FeatureStreamReport {
  std::uint64_t rows = 0;
  std::size_t columns = 0;
  FeatureCounts counts;
  std::string fingerprint;  // of the rows, where the recipe has one
};

// Options for reading such an input: the recipe's sources with their types (`csv.types` comes first).
CsvReadOptions feature_reading(const FeatureEncoder& encoder, CsvReadOptions csv);

// Streams an input through the recipe in bounded memory. The caller commits `out`, or not.
FeatureStreamReport write_features(const FeatureEncoder& encoder, const std::string& path, const CsvReadOptions& csv,
                                   OutputFile& out, Context& context);

}  // namespace mlkit
