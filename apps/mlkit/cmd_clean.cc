// clean: names, duplicates, gaps and outliers of a table, learned and applied, or replayed from a recipe.
#include <algorithm>

#include "command.h"
#include "standard_streams.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/clean/write_clean.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/clean_json.h"

namespace mlkit::app {
namespace {

class Clean : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  void check_options(const Session& session) const;
  void check_recipe_options() const;
  void check_constants(const CleanRules& rules) const;
  CleanFit learn_or_replay(const CleanRecipe* recipe, const Table& table, Context& context) const;
  std::string report_text(const CleanFit& fit) const;
  std::string next_step(const CleanRecipe& recipe) const;
  void write_outputs(CleanFit& fit, const Table& table, Context& context) const;

  std::string input_;
  std::string output_ = "-";
  CleanOptions options_;
  std::string save_recipe_;
  std::string recipe_;
  std::string report_;
  TableInOptions table_in_;
};

void Clean::declare(FieldList& arguments, FieldList& options) {
  arguments.add("in", input_,
                {.help = "table to clean; - is standard input", .value_name = "IN", .file = FileUse::kReads});
  options.add("output", output_,
              {.help = "cleaned table", .value_name = "OUT", .file = FileUse::kWrites, .short_name = 'o'});
  options.add_struct(options_);
  options.add("save_recipe", save_recipe_,
              {.help = "what was asked for and learned, to be replayed on other rows",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  options.add("recipe", recipe_,
              {.help = "replay a saved recipe: its names, medians and fences; nothing is learned",
               .value_name = "FILE",
               .file = FileUse::kReads});
  options.add("report", report_,
              {.help = "what was done, as text, or as JSON where the name ends in .json",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  table_in_.declare(options);
}

void Clean::check_options(const Session& session) const {
  session.require_output_beside_json(output_);
  check_constants(parse_clean_rules(options_));
  if (!recipe_.empty()) check_recipe_options();
  for (const std::string* output : {&output_, &save_recipe_, &report_}) {
    if (!output->empty()) session.require_output_beside_json(*output);
  }
}

// A gap that is filled with a word for missing is a gap again for whoever reads the table.
void Clean::check_constants(const CleanRules& rules) const {
  const std::vector<std::string> words = table_in_.to_csv_options().na;
  const auto check = [&](const FillRule& fill, const std::string& column) {
    if (fill.kind != FillKind::kConstant) return;
    const std::string written = fill.constant_number ? format_number(*fill.constant_number) : fill.constant;
    for (const std::string& word : words) {
      if (word != written && word != trim_blanks(fill.constant)) continue;
      throw_usage("--impute " + column + "constant=" + fill.constant + ": \"" + word +
                      "\" is a word for missing, so the cells would be missing still",
                  "fill with another value, or list the words for missing without it: --na LIST");
    }
  };
  check(rules.fill, "");
  for (const auto& [column, fill] : rules.fill_of) check(fill, column + "=");
}

// The recipe has the specification: only what acts on rows may be said anew.
void Clean::check_recipe_options() const {
  const CleanOptions defaults;
  const auto refuse = [](bool given, const std::string& option) {
    if (given)
      throw_usage(option + " is part of the recipe and cannot be given with --recipe",
                  "leave it out, or clean without --recipe");
  };
  refuse(options_.keep_names, "--keep-names");
  refuse(options_.max_col_missing.has_value(), "--max-col-missing");
  refuse(options_.impute != defaults.impute, "--impute");
  refuse(options_.indicator, "--indicator");
  refuse(options_.outliers != defaults.outliers, "--outliers");
  refuse(options_.outlier_action != defaults.outlier_action, "--outlier-action");
  refuse(!options_.exclude.empty(), "--exclude");
  refuse(!options_.target.empty(), "--target");
}

CleanFit Clean::learn_or_replay(const CleanRecipe* recipe, const Table& table, Context& context) const {
  if (recipe == nullptr) return fit_clean(table, options_, context);
  CleanFit fit{.recipe = *recipe, .report = {}, .kept = {}};
  fit.recipe.options.keep_duplicates |= options_.keep_duplicates;
  if (options_.max_row_missing != CleanOptions().max_row_missing)
    fit.recipe.options.max_row_missing = options_.max_row_missing;
  fit.report.columns_in = table.column_count();
  fit.kept = select_clean_rows(fit.recipe, table, context, &fit.report);
  return fit;
}

// Cells are read as what the recipe learned from: a word among its numbers is an error with its place.
// What the user declares comes first.
void expect_types_of(const CleanRecipe& recipe, CsvReadOptions& csv) {
  std::map<std::string, DeclaredType> types = csv.types;
  for (const bool original : {true, false}) {
    for (const CleanColumn& column : recipe.columns) {
      if (column.dropped) continue;
      const bool id = column.source.role == ColumnRole::kId && column.source.type == ColumnType::kText;
      types.emplace(original ? column.source.name : column.name, DeclaredType{column.source.type, id});
    }
  }
  csv.types_for = [types = std::move(types)](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> there;
    for (const std::string& name : header) {
      if (const auto found = types.find(name); found != types.end()) there.insert(*found);
    }
    return there;
  };
}

std::string Clean::report_text(const CleanFit& fit) const {
  if (!report_.ends_with(".json")) return render_clean_report(fit.recipe, fit.report);
  return json_text(clean_report_to_json(fit.recipe, fit.report)) + "\n";
}

// Everything is written before anything takes its place.
void Clean::write_outputs(CleanFit& fit, const Table& table, Context& context) const {
  std::optional<OutputFile> recipe;
  std::optional<OutputFile> report;
  if (!save_recipe_.empty()) recipe.emplace(save_recipe_);
  if (!report_.empty()) report.emplace(report_);
  OutputFile data(output_);
  write_clean_csv(fit.recipe, table, fit.kept, data, context, fit.report);
  if (recipe) recipe->write(json_text(clean_recipe_to_json(fit.recipe)) + "\n");
  if (report) report->write(report_text(fit));
  data.commit();
  if (recipe) recipe->commit();
  if (report) report->commit();
}

// Without --target cleaning fills and replaces in the column that is to be predicted as in any other.
std::string Clean::next_step(const CleanRecipe& recipe) const {
  if (output_ == "-") return "";
  const auto target = std::find_if(recipe.columns.begin(), recipe.columns.end(),
                                   [](const CleanColumn& column) { return column.source.role == ColumnRole::kTarget; });
  if (target != recipe.columns.end()) {
    return " in " + output_ + "; next: mlkit train " + output_ + " --target " + target->name + " -o MODEL";
  }
  return " in " + output_ + "; to predict a column, clean with its --target; next: mlkit train " + output_ +
         " --target COL -o MODEL";
}

int Clean::run(Session& session) {
  check_options(session);
  std::optional<CleanRecipe> recipe;
  if (!recipe_.empty()) recipe = read_clean_recipe(recipe_);
  CsvReadOptions csv = recipe ? table_in_.to_csv_options(recipe->na) : table_in_.to_csv_options();
  csv.keep_records = true;
  if (recipe) expect_types_of(*recipe, csv);

  const Table table = read_csv(input_, csv, session.context());
  CleanFit fit;
  try {
    fit = learn_or_replay(recipe ? &*recipe : nullptr, table, session.context());
  } catch (const Error& error) {
    throw error.with_file(input_ == "-" ? "standard input" : input_);
  }
  if (const auto na = table_in_.given_na()) fit.recipe.na = na;
  write_outputs(fit, table, session.context());

  if (session.json()) {
    session.result("clean", clean_report_to_json(fit.recipe, fit.report));
    return 0;
  }
  session.show_warnings();
  if (!session.quiet()) write_standard_error(render_clean_report(fit.recipe, fit.report));
  session.summary("clean: " + with_thousands(fit.report.rows_out) + " rows" + next_step(fit.recipe));
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_clean() { return std::make_unique<Clean>(); }

}  // namespace mlkit::app
