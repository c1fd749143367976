#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "column_rules.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/clean/duplicates.h"
#include "mlkit/clean/names.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::size_t kNamesShown = 8;

std::string list_names(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) out += (i > 0 ? ", " : "") + names[i];
  if (names.size() > kNamesShown) out += ", .. (" + std::to_string(names.size()) + " columns)";
  return out;
}

// "12.3 %"
std::string percent_text(double share) {
  const auto tenths = static_cast<long>(std::lround(share * 1000));
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " %";
}

// Position of a column by its name in either spelling, or "#position".
std::size_t find_column(const Schema& schema, const std::vector<CleanColumn>& columns, const std::string& name) {
  if (const auto found = schema.find(name)) return *found;
  const std::string_view trimmed = trim_blanks(name);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].name == trimmed) return c;
  }
  return schema.index_of(name);
}

// The rule of train: whole numbers, all distinct, with a name that says what they are for.
bool numbers_the_rows(const Column& column) {
  static const std::unordered_set<std::string> kWords = {"id", "row", "index", "key", "no", "number", "uuid"};
  if (!column.is_numeric() || !column.numbers().integer || column.validity.any_missing()) return false;
  const std::string name = snake_case(column.name);
  const std::size_t last = name.rfind('_');
  if (!kWords.contains(name.substr(0, name.find('_'))) &&
      !kWords.contains(last == std::string::npos ? name : name.substr(last + 1))) {
    return false;
  }
  std::vector<double> sorted = column.numbers().values;
  std::sort(sorted.begin(), sorted.end());
  return sorted.size() > 1 && std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

// Learns a recipe step by step; one object per fit.
class Fitter {
 public:
  Fitter(const Table& table, const CleanOptions& options, Context& context)
      : table_(table), rules_(parse_clean_rules(options)), context_(context) {
    recipe().options = options;
  }

  CleanFit run() {
    fit_.report.rows_in = table_.rows();
    fit_.report.columns_in = table_.column_count();
    name_columns();
    set_roles();
    set_fills();
    if (table_.rows() == 0) {
      context_.warn("there are no data rows: only the names are cleaned");
      return std::move(fit_);
    }
    select_rows();
    drop_columns();
    learn();
    internal::drop_rows_with_outliers(recipe(), match_, table_, fit_.kept, fit_.report);
    fit_.report.rows_out = fit_.kept.size();
    return std::move(fit_);
  }

 private:
  CleanRecipe& recipe() { return fit_.recipe; }
  void name_columns();
  void set_roles();
  void set_fills();
  void check_fill(std::size_t c) const;
  void select_rows();
  void count_conflicts();
  std::size_t missing_in(std::size_t column) const;
  void drop_columns();
  void learn();
  void set_indicators(const std::vector<internal::LearnedColumn>& learned);
  void warn_about_outliers(const std::vector<internal::LearnedColumn>& learned);
  void warn_about_losses(const std::vector<internal::LearnedColumn>& learned);

  const Table& table_;
  CleanRules rules_;
  Context& context_;
  CleanFit fit_;
  internal::ColumnMatch match_;
  std::vector<bool> excluded_;
  std::vector<FillRule> fill_;  // of each column
};

void Fitter::name_columns() {
  const Schema schema = table_.schema();
  const std::vector<std::string> names = recipe().options.keep_names ? schema.names() : clean_names(schema.names());
  for (std::size_t c = 0; c < schema.size(); ++c) {
    recipe().columns.push_back({.source = schema[c], .name = names[c], .fill_text = {}});
    match_.source.push_back(c);
  }
}

void Fitter::set_roles() {
  const Schema schema = table_.schema();
  excluded_.assign(schema.size(), false);
  for (const std::string& name : recipe().options.exclude) {
    excluded_[find_column(schema, recipe().columns, name)] = true;
  }
  if (!recipe().options.target.empty()) {
    recipe().columns[find_column(schema, recipe().columns, recipe().options.target)].source.role = ColumnRole::kTarget;
  }
  for (std::size_t c = 0; c < schema.size(); ++c) {
    ColumnSpec& source = recipe().columns[c].source;
    if (source.role != ColumnRole::kFeature || !numbers_the_rows(table_.column(c))) continue;
    source.role = ColumnRole::kId;
    context_.warn("column \"" + recipe().columns[c].name + "\" numbers the rows: left as it is");
  }
}

// What cannot be done is passed over where it is meant for all columns, and refused where the column is named.
void Fitter::check_fill(std::size_t c) const {
  const Column& column = table_.column(c);
  const FillRule& fill = fill_[c];
  const std::string what = "--impute: column \"" + column.name + "\" is " + std::string(column_type_name(column.type));
  if (fit_.recipe.columns[c].source.role == ColumnRole::kTarget && fill.kind != FillKind::kNone) {
    throw_usage("--impute: \"" + column.name + "\" is the target, which is never filled", "leave it out");
  }
  if (column.is_times() && fill.kind != FillKind::kNone) throw_usage(what + ", which is not filled", "leave it out");
  const bool of_numbers = fill.kind == FillKind::kMedian || fill.kind == FillKind::kMean;
  if (of_numbers && !column.is_numeric()) throw_usage(what + ", not numeric", "mode and constant=V fill texts");
  if (fill.kind == FillKind::kConstant && column.is_numeric() && !fill.constant_number) {
    throw_usage(what + ", and \"" + fill.constant + "\" is no number");
  }
}

void Fitter::set_fills() {
  const Schema schema = table_.schema();
  fill_.assign(schema.size(), rules_.fill);
  std::vector<bool> named(schema.size());
  for (const auto& [name, rule] : rules_.fill_of) {
    const std::size_t c = find_column(schema, recipe().columns, name);
    if (named[c]) throw_usage("--impute names the column \"" + schema[c].name + "\" twice", "name it once");
    named[c] = true;
    fill_[c] = rule;
    check_fill(c);
    if (!table_.column(c).is_numeric()) fill_[c].constant_number.reset();  // "0" for a text is a text
  }
}

void Fitter::select_rows() {
  fit_.kept = internal::all_rows(table_);
  if (!recipe().options.keep_duplicates) internal::drop_duplicates(table_, fit_.kept, context_, fit_.report);
  count_conflicts();
  internal::drop_rows_with_gaps(recipe(), match_, table_, fit_.kept, context_, fit_.report);
  if (fit_.kept.empty()) {
    throw_data("no row is left: every row has too many missing cells", "give a higher --max-row-missing");
  }
}

// Rows that agree with an earlier one in everything but the target: noise that no model can learn.
void Fitter::count_conflicts() {
  std::vector<std::size_t> features;
  std::size_t target = internal::kAbsent;
  for (std::size_t c = 0; c < recipe().columns.size(); ++c) {
    const ColumnRole role = recipe().columns[c].source.role;
    if (role == ColumnRole::kTarget) target = c;
    if (role == ColumnRole::kFeature) features.push_back(c);
  }
  if (target == internal::kAbsent || features.empty()) return;
  const std::size_t only_target[] = {target};
  const std::vector<std::uint32_t> same_features = first_equal_rows(table_, features, context_);
  const std::vector<std::uint32_t> same_target = first_equal_rows(table_, only_target, context_);
  for (const std::uint32_t row : fit_.kept) {
    if (same_target[same_features[row]] != same_target[row]) ++fit_.report.conflicting_duplicates;
  }
  if (fit_.report.conflicting_duplicates > 0) {
    context_.warn(std::to_string(fit_.report.conflicting_duplicates) +
                  " rows have the same features as an earlier row but another \"" + recipe().columns[target].name +
                  "\"; they are kept");
  }
}

std::size_t Fitter::missing_in(std::size_t column) const {
  const Validity& validity = table_.column(column).validity;
  if (!validity.any_missing()) return 0;
  return static_cast<std::size_t>(
      std::count_if(fit_.kept.begin(), fit_.kept.end(), [&](std::uint32_t row) { return validity.is_missing(row); }));
}

void Fitter::drop_columns() {
  const auto& limit = recipe().options.max_col_missing;
  std::vector<std::string> dropped;
  std::vector<std::string> empty;
  for (std::size_t c = 0; c < recipe().columns.size(); ++c) {
    CleanColumn& column = recipe().columns[c];
    if (column.source.role != ColumnRole::kFeature || excluded_[c]) continue;
    const std::size_t missing = missing_in(c);
    const bool all = missing == fit_.kept.size();
    if (limit && (all || static_cast<double>(missing) > *limit * static_cast<double>(fit_.kept.size()) + 1e-9)) {
      column.dropped = true;
      dropped.push_back(column.name);
    } else if (all && fill_[c].kind != FillKind::kNone && fill_[c].kind != FillKind::kConstant) {
      empty.push_back(column.name);
    }
  }
  if (!empty.empty()) {
    throw_data((empty.size() == 1 ? "every cell is missing in column " : "every cell is missing in the columns ") +
                   list_names(empty),
               "--max-col-missing 0.99 drops such columns, --exclude NAME leaves them as they are");
  }
  if (!dropped.empty()) context_.warn("dropped for missing cells: " + list_names(dropped));
}

void Fitter::learn() {
  std::vector<internal::LearnedColumn> learned(recipe().columns.size());
  for_blocks(context_, learned.size(), 1, [&](std::size_t c, std::size_t, std::size_t) {
    CleanColumn& rule = recipe().columns[c];
    if (rule.source.role != ColumnRole::kFeature || rule.dropped || excluded_[c]) return;
    rule.outliers = rules_.outlier_action;
    learned[c] = internal::learn_column(table_.column(c), fit_.kept, fill_[c], rules_.fence_factor, rule);
    for (const double number : {rule.fill_number, rule.low, rule.high, rule.replacement}) {
      if (std::isfinite(number)) continue;
      throw Error(ErrorCode::kData, "what is learned from the column is beyond the range of a double",
                  {.file = {}, .column = rule.name, .hint = "--exclude " + rule.name + " leaves it as it is"});
    }
  });
  if (recipe().options.indicator) set_indicators(learned);
  warn_about_outliers(learned);
  warn_about_losses(learned);
}

void Fitter::set_indicators(const std::vector<internal::LearnedColumn>& learned) {
  std::unordered_set<std::string> names;
  for (const CleanColumn& column : recipe().columns) names.insert(column.name);
  for (std::size_t c = 0; c < learned.size(); ++c) {
    CleanColumn& column = recipe().columns[c];
    if (!internal::fills(column) || learned[c].missing == 0) continue;
    column.indicator = names.insert(column.indicator_name()).second;
    if (!column.indicator)
      context_.warn("there is a column \"" + column.indicator_name() + "\" already: no indicator is added");
  }
}

void Fitter::warn_about_outliers(const std::vector<internal::LearnedColumn>& learned) {
  std::vector<std::string> few;
  std::vector<std::string> flat;
  std::vector<std::string> wide;
  for (std::size_t c = 0; c < learned.size(); ++c) {
    if (learned[c].few_values) few.push_back(recipe().columns[c].name);
    if (learned[c].no_spread) flat.push_back(recipe().columns[c].name);
    if (learned[c].beyond_range) wide.push_back(recipe().columns[c].name);
  }
  if (!few.empty()) context_.warn("at most two distinct values, not searched for outliers: " + list_names(few));
  if (!flat.empty())
    context_.warn("the middle half is one value (IQR 0), not searched for outliers: " + list_names(flat));
  if (!wide.empty())
    context_.warn("the fences are beyond the range of numbers, not searched for outliers: " + list_names(wide));
}

// Fences are made for stragglers. Where they cut off more, the values are more likely a skewed column's own.
void Fitter::warn_about_losses(const std::vector<internal::LearnedColumn>& learned) {
  constexpr double kSuspectShare = 0.05;
  constexpr std::size_t kSuspectCells = 3;
  std::vector<std::string> lost;
  std::vector<std::string> gaps;
  for (std::size_t c = 0; c < learned.size(); ++c) {
    const internal::LearnedColumn& column = learned[c];
    const std::string& name = recipe().columns[c].name;
    if (column.keeps_gaps) gaps.push_back(name);
    const double share =
        static_cast<double>(column.outside) / static_cast<double>(std::max<std::size_t>(1, column.observed));
    if (column.outside < kSuspectCells || share <= kSuspectShare) continue;
    lost.push_back(name + " (" + percent_text(share) + ")");
  }
  if (!gaps.empty()) context_.warn("outliers become missing, so gaps are not filled either: " + list_names(gaps));
  if (lost.empty()) return;
  const std::string& action = recipe().options.outlier_action;
  const std::string becomes = action == "cap"    ? "moved to the fences"
                              : action == "null" ? "made missing"
                              : action == "drop" ? "dropped with their rows"
                                                 : "replaced with the median";
  context_.warn("many observed values count as outliers and are " + becomes + ": " + list_names(lost) +
                "; clean with --outliers none, or --exclude NAME, keeps them");
}

}  // namespace

CleanFit fit_clean(const Table& table, const CleanOptions& options, Context& context) {
  return Fitter(table, options, context).run();
}

const CleanColumn* CleanRecipe::find(std::string_view name) const {
  for (const CleanColumn& column : columns) {
    if (column.source.name == name) return &column;
  }
  for (const CleanColumn& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace mlkit
