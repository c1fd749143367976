// Cleaning recipes as readable JSON files, and what cleaning did as JSON and as text for a terminal.
#pragma once

#include <string>

#include "mlkit/clean/clean_recipe.h"
#include "mlkit/io/json.h"

namespace mlkit {

// The recipe file: {"recipe": "clean", "version": 1, "options": {..}, "columns": [{"name", "as", "type",
// "role", "fill", "outliers", ..}]}. Options are the specification, columns hold the fitted values.
Json clean_recipe_to_json(const CleanRecipe& recipe);
// Unknown members, unknown words and impossible values are refused. Throws Error(kData) naming `name`.
CleanRecipe clean_recipe_from_json(const Json& json, const std::string& name);

// Reads a recipe file. Throws Error(kIo), Error(kData).
CleanRecipe read_clean_recipe(const std::string& path);

// rows_in, rows_out, columns_in, columns_out, renamed, dropped, imputed, outliers (CLI.md). Columns by
// their names in the output; `imputed` has the columns in which a cell was filled, `outliers` those
// that were searched.
Json clean_report_to_json(const CleanRecipe& recipe, const CleanReport& report);

// The same for people: at most 80 columns wide, ends in a line break.
std::string render_clean_report(const CleanRecipe& recipe, const CleanReport& report);

}  // namespace mlkit
