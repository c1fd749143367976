// A feature recipe compiled for use: derived features of tables, of blocks of a stream, and of one row at a time. One
// arithmetic for all three, so that they agree bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/features/feature_recipe.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/features/text_index.h"

namespace mlkit {

// What happened to cells on the way through; sums, so the order of rows is nothing. Per step.
struct FeatureCounts {
  std::vector<std::uint64_t> unknown;  // encoders: cells with a text that training did not see
  std::vector<std::uint64_t> tokens;   // texts: tokens, and those that are not in the vocabulary
  std::vector<std::uint64_t> unknown_tokens;
  void add(const FeatureCounts& other);
};

// Immutable, so any number of threads may use one.
class FeatureEncoder {
 public:
  // Throws Error(kData) as validate_feature_recipe does.
  explicit FeatureEncoder(FeatureRecipe recipe);

  const FeatureRecipe& recipe() const { return recipe_; }
  // Derived features, in the order of the steps; of step i they begin at first_output(i).
  const std::vector<std::string>& names() const { return names_; }
  std::size_t outputs() const { return names_.size(); }
  std::size_t first_output(std::size_t step) const { return first_output_[step]; }
  std::size_t width(std::size_t step) const { return widths_[step]; }
  // The columns that steps are made of, in the order of the recipe.
  const Schema& inputs() const { return inputs_; }

  // Of an encoder: position of a cell among the rows of `values` (levels, then missing, then unknown).
  std::uint32_t code_of(std::size_t step, const CellValue& cell) const;
  std::uint32_t missing_code(std::size_t step) const { return static_cast<std::uint32_t>(levels_[step].size()); }
  std::uint32_t unknown_code(std::size_t step) const { return missing_code(step) + 1; }
  // The numbers of such a code (NaN = missing), width(step) of them.
  void decode(std::size_t step, std::uint32_t code, double* out) const;

  // Memory that one thread needs for texts.
  struct Scratch {
    std::vector<Tokenizer> tokenizers;  // per step
    TermVector vector;
  };
  Scratch make_scratch() const;

  // The numbers of any step for one row: `a` and `b` are the cells of its columns (b for two-column steps only).
  void evaluate(std::size_t step, const CellValue& a, const CellValue& b, Scratch& scratch, double* out,
                FeatureCounts* counts) const;

  // One row: cells in the order of inputs(), to outputs() numbers, NaN = missing. Throws Error(kData) for a cell of
  // another type. Returns the number of unknown levels. After some rows, no allocation.
  std::size_t row(std::span<const CellValue> cells, Scratch& scratch, std::span<double> out) const;

  // The table with the derived columns behind its own (of the same names or an extra column that has the name of a
  // feature: Error(kData)). Columns are found by name; types must be those of the recipe.
  Table apply(Table table, const Context& context, FeatureCounts* counts = nullptr) const;

  void save(BinaryWriter& out) const;
  // Throws Error(kModelFile), also for a recipe that does not validate.
  static FeatureEncoder load(BinaryReader& in);

 private:
  FeatureRecipe recipe_;
  std::vector<std::string> names_;
  std::vector<std::size_t> first_output_;
  std::vector<std::size_t> widths_;
  std::vector<TextIndex> levels_;                          // per step; empty for others than encoders
  std::vector<std::shared_ptr<const TextEncoder>> texts_;  // per step; null for others than texts
  std::vector<bool> boolean_;                              // per step: levels are compared in lower case
  Schema inputs_;
  std::vector<std::size_t> first_input_;   // per step: position in inputs_
  std::vector<std::size_t> second_input_;  // the same for `other`
};

// The columns of a step in a table (or a block of a stream), ready for its rows.
class BoundFeature {
 public:
  // Throws Error(kData) where a column is missing or of another type (an all-missing one fits every type).
  BoundFeature(const FeatureEncoder& encoder, std::size_t step, const Table& table);

  CellValue first(std::size_t row) const { return cell(a_, a_missing_, row); }
  CellValue second(std::size_t row) const { return cell(b_, b_missing_, row); }
  // Of an encoder; texts of a category column are looked up once.
  std::uint32_t code(std::size_t row) const;
  void evaluate(std::size_t row, FeatureEncoder::Scratch& scratch, double* out, FeatureCounts* counts) const;

 private:
  static CellValue cell(const Column* column, bool missing, std::size_t row);
  const FeatureEncoder* encoder_;
  std::size_t step_;
  const Column* a_ = nullptr;
  const Column* b_ = nullptr;
  bool a_missing_ = false;  // all of it
  bool b_missing_ = false;
  std::vector<std::uint32_t> code_of_level_;
};

}  // namespace mlkit
