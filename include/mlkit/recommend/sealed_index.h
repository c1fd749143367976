// An index of items as it is kept in a file: the index, where it came from, and answers to check it by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/recommend/item_index.h"

namespace mlkit {

struct IndexRecord {
  std::string mlkit_version;
  std::vector<std::string> text_columns;  // of the catalogue
  bool has_prices = false;                // the catalogue had a column of prices, of categories
  bool has_categories = false;
};

// The neighbours of some items, as they were when the index was saved.
struct IndexSelfTest {
  struct Row {
    std::uint32_t item = 0;
    std::vector<std::uint32_t> neighbours;
    std::vector<double> scores;
  };
  std::vector<Row> rows;
};

struct IndexSelfTestResult {
  std::size_t rows = 0;
  std::size_t passed = 0;
  double max_error = 0;  // of the scores
};

struct SealedIndex {
  ItemIndex index;
  IndexRecord record;
  IndexSelfTest self_test;
};

// Neighbours of a few items from all over the catalogue.
IndexSelfTest make_index_self_test(const ItemIndex& index);
IndexSelfTestResult replay_index_self_test(const ItemIndex& index, const IndexSelfTest& test);

// The sections of the file (docs/model-format.md). Loading trusts nothing: Error(kModelFile).
void save_items(const ItemIndex& index, BinaryWriter& out);
void save_terms(const ItemIndex& index, BinaryWriter& out);
void save_counts(const ItemIndex& index, BinaryWriter& out);
void save_index_record(const IndexRecord& record, BinaryWriter& out);
void save_index_self_test(const IndexSelfTest& test, BinaryWriter& out);
Catalogue load_items(BinaryReader& in);
ItemTerms load_terms(BinaryReader& in, TokenRules& rules, WeighingOptions& options);
void load_counts(BinaryReader& in, std::size_t items, ItemTerms& terms);  // completes what load_terms began
IndexRecord load_index_record(BinaryReader& in);
IndexSelfTest load_index_self_test(BinaryReader& in, std::size_t items);

}  // namespace mlkit
