// What the preprocessing learns from training rows. Columns are independent: one thread learns one.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>

#include "hashed_names.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/summary.h"
#include "mlkit/features/column_statistics.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// From so many 0/1 features on a column is named: often it is a number or an identifier in disguise.
constexpr std::size_t kManyOutputs = 1000;

struct LearnedColumn {
  ColumnPlan plan;
  bool constant = false;
  std::size_t levels_left_out = 0;
};

// Center and scale of one feature, and whether it is the same in every row.
bool add_scaling(ColumnPlan& plan, const Moments& moments, bool scale) {
  const bool constant = moments.min == moments.max;
  const double sd = moments.sd_n();
  plan.center.push_back(!scale ? 0.0 : constant ? moments.min : moments.mean);
  plan.scale.push_back(scale && !constant && sd > 0 ? sd : 1.0);
  return constant;
}

[[noreturn]] void throw_missing_number(const Table& table, const Column& column) {
  std::size_t row = 0;
  while (!column.is_missing(row)) ++row;
  throw Error(ErrorCode::kData,
              "a missing number (" + std::to_string(column.validity.missing_count()) + " in the column)",
              {.file = {},
               .line = table.lines.empty() ? 0 : table.lines[row],
               .column = column.name,
               .hint = "--impute median fills them, --exclude " + column.name + " leaves the column out"});
}

void learn_numbers(const Table& table, const Column& column, const PreprocessOptions& options, const Context& context,
                   LearnedColumn& out) {
  ColumnPlan& plan = out.plan;
  plan.encoding = Encoding::kNumber;
  plan.integer = column.numbers().integer;
  if (options.impute == "none" && column.validity.any_missing()) throw_missing_number(table, column);
  const std::vector<double>& values = column.numbers().values;
  plan.fill = learn_fill(values, options.impute, context);
  if (!column.validity.any_missing()) {
    out.constant = add_scaling(plan, compute_moments(values, context), options.scale == "standard");
    return;
  }
  std::vector<double> filled = values;  // scaled as the model will see it, gaps filled
  std::replace_if(
      filled.begin(), filled.end(), [](double x) { return x != x; }, plan.fill);
  out.constant = add_scaling(plan, compute_moments(filled, context), options.scale == "standard");
}

std::int64_t lower_median(const Column& column) {
  std::vector<std::int64_t> present;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) present.push_back(column.times().micros[row]);
  }
  const auto middle = present.begin() + static_cast<std::ptrdiff_t>((present.size() - 1) / 2);
  std::nth_element(present.begin(), middle, present.end());
  return *middle;
}

void learn_times(const Column& column, const PreprocessOptions& options, const Context& context, LearnedColumn& out) {
  ColumnPlan& plan = out.plan;
  plan.encoding = Encoding::kTimeParts;
  plan.date_only = column.times().date_only;
  plan.fill_micros = lower_median(column);
  std::vector<std::vector<double>> values(plan.date_only ? 4 : 6);
  for (std::size_t row = 0; row < column.size(); ++row) {
    const DatetimeParts p = split_datetime(column.is_missing(row) ? plan.fill_micros : column.times().micros[row]);
    const int parts[] = {p.year, p.month, p.day, p.day_of_week, p.hour, p.minute};
    for (std::size_t i = 0; i < values.size(); ++i) values[i].push_back(parts[i]);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Moments moments = compute_moments(values[i], context);
    if (moments.min == moments.max) continue;
    plan.parts.push_back(static_cast<TimePart>(i));
    add_scaling(plan, moments, options.scale == "standard");
  }
  out.constant = plan.parts.empty();
}

using LevelCounts = std::vector<std::pair<std::string, std::uint64_t>>;

// Distinct texts with how often each occurs, in byte order.
LevelCounts count_levels(const Column& column) {
  LevelCounts counts;
  if (column.is_categorical()) {
    const Categories& categories = column.categories();
    std::vector<std::uint64_t> seen(categories.levels->size());
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) ++seen[categories.codes[row]];
    }
    for (std::size_t level = 0; level < seen.size(); ++level) {
      if (seen[level] > 0) counts.emplace_back((*categories.levels)[level], seen[level]);
    }
  } else {
    std::unordered_map<std::string_view, std::uint64_t> seen;  // sorted below
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) ++seen[column.texts().at(row)];
    }
    for (const auto& [text, count] : seen) counts.emplace_back(std::string(text), count);
  }
  std::sort(counts.begin(), counts.end());
  return counts;
}

// true and TRUE are one level, under the spelling that is first in byte order.
LevelCounts merge_spellings(const LevelCounts& counts) {
  std::map<std::string, std::pair<std::string, std::uint64_t>> merged;
  for (const auto& [text, count] : counts) {
    merged.try_emplace(to_lower_ascii(text), text, 0).first->second.second += count;
  }
  LevelCounts out;
  for (const auto& [lower, level] : merged) out.push_back(level);
  std::sort(out.begin(), out.end());
  return out;
}

// Keeps the levels that get an output of their own; returns how many are left out.
std::size_t drop_rare(LevelCounts& counts, std::uint64_t rare) {
  const std::size_t before = counts.size();
  std::erase_if(counts, [&](const auto& level) { return level.second < rare; });
  if (counts.size() > kMaxEncodedLevels) {
    std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    counts.resize(kMaxEncodedLevels);
    std::sort(counts.begin(), counts.end());
  }
  return before - counts.size();
}

void learn_levels(const Column& column, const PreprocessOptions& options, LearnedColumn& out) {
  ColumnPlan& plan = out.plan;
  plan.encoding = Encoding::kOneHot;
  plan.drop_first = options.drop_first;
  LevelCounts counts = count_levels(column);
  if (column.type == ColumnType::kBoolean) counts = merge_spellings(counts);
  out.constant = counts.size() == 1 && !column.validity.any_missing();
  const std::size_t left_out = drop_rare(counts, static_cast<std::uint64_t>(options.rare));
  plan.other = options.rare > 1 && left_out > 0;
  out.levels_left_out = plan.other ? 0 : left_out;
  std::uint64_t most = 0;
  const bool fill = options.impute == "mode" || (options.drop_first && options.impute != "none");
  for (auto& [text, count] : counts) {
    if (fill && count > most) {
      most = count;
      plan.fill_level = static_cast<std::uint32_t>(plan.levels.size());
    }
    plan.levels.push_back(std::move(text));
    plan.counts.push_back(count);
  }
}

bool is_one_text(const Column& column) {
  for (std::size_t row = 1; row < column.size(); ++row) {
    if (text_of_cell(column, row) != text_of_cell(column, 0)) return false;
  }
  return true;
}

LearnedColumn learn_text(const Column& column, const std::string& how, const PreprocessOptions& options,
                         Context& context) {
  LearnedColumn out;
  out.plan.name = column.name;
  out.plan.type = column.type;
  out.plan.encoding = Encoding::kTerms;
  out.plan.missing = column.validity.missing_count();
  out.constant = is_one_text(column);
  std::size_t found = 0;
  out.plan.text = std::make_shared<const TextEncoder>(fit_text_encoder(column, how, options.text, context, &found));
  if (found > out.plan.text->outputs() && !out.plan.text->is_hashed()) {
    context.warn("column \"" + column.name + "\": the " + with_thousands(out.plan.text->outputs()) +
                 " most frequent of " + with_thousands(found) + " terms get a feature (--text-features)");
  }
  return out;
}

// How the texts of each column at `positions` become numbers; "" for columns that --text does not name.
std::vector<std::string> text_rules(const Table& table, std::span<const std::size_t> positions,
                                    const TextOptions& options) {
  std::vector<std::string> rules(positions.size());
  const std::vector<std::size_t> named = text_columns(table, options);
  for (std::size_t rule = 0; rule < named.size(); ++rule) {
    const auto at = std::find(positions.begin(), positions.end(), named[rule]);
    if (at == positions.end()) continue;
    rules[static_cast<std::size_t>(at - positions.begin())] = parse_text_rule(options.text[rule]).how;
  }
  return rules;
}

LearnedColumn learn_column(const Table& table, const Column& column, const PreprocessOptions& options,
                           const Context& context) {
  LearnedColumn out;
  out.plan.name = column.name;
  out.plan.type = column.type;
  out.plan.missing = column.validity.missing_count();
  if (out.plan.missing == column.size()) {
    throw Error(ErrorCode::kData, "no row has a value in this column",
                {.file = {}, .column = column.name, .hint = "leave it out with --exclude " + column.name});
  }
  if (column.is_numeric()) {
    learn_numbers(table, column, options, context, out);
  } else if (column.is_times()) {
    learn_times(column, options, context, out);
  } else {
    learn_levels(column, options, out);
  }
  return out;
}

}  // namespace

std::vector<std::size_t> text_columns(const Table& table, const TextOptions& options) {
  std::vector<std::size_t> out;
  const Schema schema = table.schema();
  for (const std::string& item : options.text) {
    const TextRule rule = parse_text_rule(item);
    const std::size_t equals = rule.column.rfind('=');
    if (equals != std::string::npos && !schema.find(rule.column) && schema.find(rule.column.substr(0, equals))) {
      throw_usage("--text " + rule.column.substr(0, equals) + ": \"" + rule.column.substr(equals + 1) +
                  "\" is none of tfidf, bow, hash");
    }
    const std::size_t position = schema.index_of(rule.column);
    const Column& column = table.column(position);
    if (std::find(out.begin(), out.end(), position) != out.end()) {
      throw_usage("--text names the column \"" + column.name + "\" twice", "name it once");
    }
    if (column.validity.missing_count() == column.size()) {
      throw Error(ErrorCode::kData, "no row has a value in this column",
                  {.file = {}, .column = column.name, .hint = "leave it out of --text"});
    }
    if (!column.is_texts() && !column.is_categorical()) {
      throw Error(ErrorCode::kData,
                  "--text is for texts, and the column is " + std::string(column_type_name(column.type)),
                  {.file = {},
                   .column = column.name,
                   .hint = "leave it out of --text, or read it as text: --types " + column.name + "=text"});
    }
    out.push_back(position);
  }
  return out;
}

Preprocess fit_preprocess(const Table& table, std::span<const std::size_t> positions, const PreprocessOptions& options,
                          Context& context) {
  validate_preprocess_options(options);
  if (options.impute.starts_with("constant=")) learn_fill({}, options.impute, context);  // is V a number?
  if (table.rows() == 0) throw_data("there are no rows to learn from");
  std::vector<LearnedColumn> learned(positions.size());
  const std::vector<std::string> texts = text_rules(table, positions, options.text);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (!texts[i].empty()) learned[i] = learn_text(table.column(positions[i]), texts[i], options, context);
  }
  Context alone(1);  // each other column is one thread's work
  alone.stop = context.stop;
  for_blocks(context, positions.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
    context.check_stop();
    if (!texts[i].empty()) return;
    learned[i] = learn_column(table, table.column(positions[i]), options, alone);
  });
  std::vector<ColumnPlan> plans;
  for (LearnedColumn& column : learned) {
    if (column.constant && table.rows() > 1) {
      context.warn("column \"" + column.plan.name + "\" is constant: it cannot tell rows apart");
    }
    if (column.levels_left_out > 0) {
      context.warn("column \"" + column.plan.name + "\": " + with_thousands(column.levels_left_out) +
                   " levels beyond the " + with_thousands(kMaxEncodedLevels) + " most frequent get no feature");
    }
    const bool many = column.plan.encoding == Encoding::kOneHot && column.plan.outputs() >= kManyOutputs;
    if (many && column.levels_left_out == 0) {
      context.warn("column \"" + column.plan.name + "\" becomes " + with_thousands(column.plan.outputs()) +
                   " 0/1 features, one per text; --rare 10 lets those in fewer rows than that share one, --exclude " +
                   column.plan.name + " leaves the column out");
    }
    plans.push_back(std::move(column.plan));
  }
  if (!internal::hashed_features_fit(plans)) {
    throw_data("the hashed features are too many, or their columns' names too long", "lower --text-features");
  }
  return Preprocess(std::move(plans), options.scale == "standard");
}

}  // namespace mlkit
