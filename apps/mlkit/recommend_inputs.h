// What recommend reads: a catalogue or the file of its index, lists of items, logs of views.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"

#include "mlkit/recommend/evaluate_views.h"
#include "mlkit/recommend/sealed_index.h"

namespace mlkit::app {

// How a catalogue becomes an index. All are optional, so that the ones given can be refused for an index that is made.
struct CatalogueOptions {
  std::optional<std::string> id_col;
  std::vector<std::string> text_cols;
  std::optional<std::string> price_col;
  std::optional<std::string> category_col;
  std::optional<std::string> duplicate_ids;
  std::optional<std::string> weighting;
  std::optional<std::string> tokens;
  bool sublinear = false;

  void declare(FieldList& options);
  // The name of one that was given, or nullptr.
  const char* first_given() const;
};

struct CatalogueReport {
  std::size_t repeated = 0;       // rows left out because their id stood before
  std::size_t without_text = 0;   // items
  std::size_t without_price = 0;  // items, of a catalogue with prices
};

// Whether the file begins as model files do (standard input and pipes: never).
bool is_model_file(const std::string& path);

SealedIndex read_catalogue(const std::string& path, const CatalogueOptions& options, const TableInOptions& table_in,
                           CatalogueReport& report, Context& context);
SealedIndex read_item_index(const std::string& path, CatalogueReport& report, const Context& context);

// Positions of ids in a file, one a line (a header of one column or none); one that comes again is a warning.
std::vector<std::uint32_t> read_item_list(const std::string& path, const ItemIndex& index, Context& context);
// user_col and item_col: empty = found by their usual names.
ViewLog read_views(const std::string& path, const std::string& user_col, const std::string& item_col,
                   const ItemIndex& index, const TableInOptions& table_in, Context& context);

// Positions of the ids; unknown ones are a warning, or an error where there are no others.
std::vector<std::uint32_t> find_items(const std::vector<std::string>& ids, const ItemIndex& index, Context& context);

}  // namespace mlkit::app
