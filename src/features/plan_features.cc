// From options to the steps of a recipe: what was asked for, and what is chosen by type and cardinality.
#include <algorithm>
#include <cmath>
#include <set>

#include "coded_column.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"
#include "mlkit/features/fit_features.h"

namespace mlkit {
namespace {

// What `auto` goes by.
constexpr std::size_t kFewLevels = 16;
constexpr std::size_t kMostDifferences = 6;

struct Assignment {
  std::string name;  // before the separator
  std::string value;
};

// "COL=VALUE", cut at the last separator, so that names may hold one.
Assignment parse_assignment(const std::string& text, char separator, const std::string& option,
                            const std::string& form) {
  const std::size_t cut = text.rfind(separator);
  if (cut == std::string::npos || cut == 0 || cut + 1 == text.size())
    throw_usage(option + ": \"" + text + "\" is not of the form " + form);
  return {text.substr(0, cut), text.substr(cut + 1)};
}

[[noreturn]] void throw_unknown_word(const std::string& option, const std::string& word,
                                     const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& known : words) list += (list.empty() ? "" : ", ") + known;
  const std::string near = nearest_name(word, words);
  throw_usage(option + ": \"" + word + "\" is none of " + list, near.empty() ? "" : "did you mean " + near + "?");
}

FeatureKind parse_encoder(const std::string& word, const std::string& option) {
  for (const FeatureKind kind :
       {FeatureKind::kTarget, FeatureKind::kOneHot, FeatureKind::kFrequency, FeatureKind::kOrdinal}) {
    if (word == feature_kind_name(kind)) return kind;
  }
  throw_unknown_word(option, word, {"target", "onehot", "frequency", "ordinal"});
}

std::int64_t parse_whole(const std::string& text, const std::string& option, double least, double most) {
  double value = 0;
  if (parse_number(text, value) == NumberStatus::kNumber && value == std::floor(value) && value >= least &&
      value <= most)
    return static_cast<std::int64_t>(value);
  throw_usage(option + ": \"" + text + "\" is not a whole number from " + format_number(least) + " to " +
              format_number(most));
}

std::optional<double> parse_smoothing(const std::string& text) {
  double value = 0;
  if (text == "auto") return std::nullopt;
  if (parse_number(text, value) == NumberStatus::kNumber && value >= 0) return value;
  throw_usage("--smoothing: \"" + text + "\" is neither auto nor a number from 0 on", "write --smoothing 10, say");
}

bool is_word(const std::vector<std::string>& list, const std::string& word) {
  return list.size() == 1 && list[0] == word;
}

bool is_texts(ColumnType type) {
  return type == ColumnType::kCategory || type == ColumnType::kBoolean || type == ColumnType::kText;
}

class Planner {
 public:
  Planner(const Table& table, const FeatureOptions& options, const std::vector<std::string>& leave_out)
      : table_(table), schema_(table.schema()), options_(options) {
    for (const std::string& name : leave_out) left_out_.insert(schema_.index_of(name));
    if (!options.target.empty()) left_out_.insert(target_ = schema_.index_of(options.target));
    if (!options.group.empty()) left_out_.insert(schema_.index_of(options.group));
  }

  FeatureRecipe plan(const std::vector<std::string>& classes, std::uint64_t seed) {
    recipe_.classes = classes;
    recipe_.seed = seed;
    recipe_.rows = table_.rows();
    if (!options_.target.empty()) recipe_.target = schema_[target_].name;
    if (!options_.group.empty()) recipe_.group = schema_[schema_.index_of(options_.group)].name;
    for (const ColumnSpec& spec : schema_) recipe_.columns.push_back({spec, true, true});
    plan_dates();
    plan_encoders();
    plan_numbers();
    plan_texts();
    plan_interactions();
    choose_kept();
    return std::move(recipe_);
  }

 private:
  FeatureStep& add(FeatureKind kind, std::size_t column, std::string why = {}) {
    if (column == target_)
      throw_data("column \"" + schema_[column].name + "\" is the target: nothing can be made of it");
    FeatureStep& step = recipe_.steps.emplace_back();
    step.kind = kind;
    step.column = schema_[column].name;
    step.why = std::move(why);
    return step;
  }

  void require_type(std::size_t column, bool fits, const std::string& option, const std::string& wanted) const {
    if (fits) return;
    throw Error(
        ErrorCode::kData,
        "the column is " + std::string(column_type_name(schema_[column].type)) + ", and " + option + " needs " + wanted,
        {.file = {}, .column = schema_[column].name, .hint = "--types declares what a column is"});
  }

  // ---- time stamps

  void plan_dates() {
    if (is_word(options_.dates, "none")) return;
    const bool all = is_word(options_.dates, "auto");
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      if (all && schema_[i].type == ColumnType::kDatetime && !left_out_.contains(i)) columns.push_back(i);
    }
    for (const std::string& name : all ? std::vector<std::string>() : options_.dates) {
      columns.push_back(schema_.index_of(name));
      require_type(columns.back(), schema_[columns.back()].type == ColumnType::kDatetime, "--dates", "time stamps");
    }
    for (const std::size_t column : columns) plan_parts(column, all);
    plan_differences(columns);
  }

  std::vector<DatePart> wanted_parts(bool cyclic) const {
    std::vector<DatePart> parts;
    if (is_word(options_.date_parts, "auto")) {
      for (const DatePart part : kDateParts) {
        if (cyclic || part <= DatePart::kIsWeekend) parts.push_back(part);
      }
      return parts;
    }
    std::vector<std::string> names;
    for (const DatePart part : kDateParts) names.emplace_back(date_part_name(part));
    for (const std::string& name : options_.date_parts) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end()) throw_unknown_word("--date-parts", name, names);
      parts.push_back(kDateParts[found - names.begin()]);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    return parts;
  }

  // Parts that are the same in every row are dropped (for dates without a time, the hour and the minute).
  void plan_parts(std::size_t position, bool cyclic) {
    const Column& column = table_.column(position);
    FeatureRecipe one;
    one.columns.push_back({column.spec(), true, true});
    FeatureStep& all = one.steps.emplace_back();
    all.column = column.name;
    all.parts = wanted_parts(cyclic);
    const std::vector<DatePart> wanted = one.steps[0].parts;
    const FeatureEncoder encoder(std::move(one));
    const BoundFeature bound(encoder, 0, table_);
    FeatureEncoder::Scratch scratch = encoder.make_scratch();
    std::vector<double> first;
    std::vector<double> now(wanted.size());
    std::vector<bool> changes(wanted.size());
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (column.is_missing(row)) continue;
      bound.evaluate(row, scratch, now.data(), nullptr);
      if (first.empty()) first = now;
      for (std::size_t i = 0; i < now.size(); ++i) changes[i] = changes[i] || now[i] != first[i];
    }
    std::vector<DatePart> kept;
    std::string constant;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (changes[i]) {
        kept.push_back(wanted[i]);
      } else if (wanted[i] <= DatePart::kIsWeekend) {
        constant += (constant.empty() ? "" : ", ") + std::string(date_part_name(wanted[i]));
      }
    }
    std::string why = cyclic ? "time stamps" : "";
    if (!constant.empty()) why += (why.empty() ? "" : "; ") + ("never changes: " + constant);
    if (kept.empty()) return;
    add(FeatureKind::kDates, position, why).parts = std::move(kept);
  }

  void plan_differences(const std::vector<std::size_t>& columns) {
    if (is_word(options_.differences, "none")) return;
    if (!is_word(options_.differences, "auto")) {
      for (const std::string& pair : options_.differences) {
        const Assignment names = parse_assignment(pair, ':', "--differences", "END:START");
        const std::size_t end = schema_.index_of(names.name);
        const std::size_t start = schema_.index_of(names.value);
        for (const std::size_t i : {end, start})
          require_type(i, schema_[i].type == ColumnType::kDatetime, "--differences", "time stamps");
        add(FeatureKind::kDifference, end).other = schema_[start].name;
      }
      return;
    }
    std::size_t added = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (std::size_t j = i + 1; j < columns.size() && added < kMostDifferences; ++j, ++added) {
        add(FeatureKind::kDifference, columns[j], "two time stamps").other = schema_[columns[i]].name;
      }
    }
  }

  // ---- texts to numbers

  void set_encoder_options(FeatureStep& step) const {
    step.rare = options_.rare;
    step.smoothing = parse_smoothing(options_.smoothing);
  }

  void plan_encoders() {
    parse_smoothing(options_.smoothing);
    std::set<std::size_t> asked;
    for (const std::string& text : options_.text)
      asked.insert(schema_.index_of(parse_assignment(text, '=', "--text", "COL=tfidf").name));
    for (const std::string& item : options_.encode) {
      const Assignment one = parse_assignment(item, '=', "--encode", "COL=target");
      const FeatureKind kind = parse_encoder(one.value, "--encode " + one.name);
      const std::size_t column = schema_.index_of(one.name);
      require_type(column, is_texts(schema_[column].type), "--encode", "texts");
      check_target(kind, "--encode " + item);
      set_encoder_options(add(kind, column));
      asked.insert(column);
    }
    if (options_.encode_default == "none") return;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      if (!is_texts(schema_[i].type) || asked.contains(i) || left_out_.contains(i)) continue;
      if (options_.encode_default == "auto") {
        choose_encoder(i);
      } else if (!names_rows(i)) {
        const FeatureKind kind = parse_encoder(options_.encode_default, "--encode-default");
        check_target(kind, "--encode-default target");
        set_encoder_options(add(kind, i));
      }
    }
  }

  void check_target(FeatureKind kind, const std::string& option) const {
    if (kind == FeatureKind::kTarget && options_.target.empty())
      throw_usage(option + " needs the target to learn from", "name it: --target COL");
  }

  bool names_rows(std::size_t i) const {
    const internal::CodedColumn coded = internal::code_column(table_.column(i));
    return coded.levels.size() < 2 || coded.levels.size() + coded.missing == table_.rows();
  }

  void choose_encoder(std::size_t i) {
    const Column& column = table_.column(i);
    const internal::CodedColumn coded = internal::code_column(column);
    const std::size_t levels = coded.levels.size();
    const std::size_t present = table_.rows() - coded.missing;
    if (levels < 2) return;
    const std::string count = with_thousands(levels) + " levels";
    if (levels * 2 > present && present > kFewLevels && mean_words(column) >= kWordsOfASentence) {
      set_term_options(add(FeatureKind::kTerms, i, "sentences: TF-IDF of their words"), "tfidf");
    } else if (levels == present) {
      return;  // it numbers the rows
    } else if (levels <= kFewLevels) {
      set_encoder_options(add(FeatureKind::kOneHot, i, count + ": one feature each"));
    } else {
      const bool target = !options_.target.empty();
      set_encoder_options(add(target ? FeatureKind::kTarget : FeatureKind::kFrequency, i,
                              count + (target ? ": too many for one feature each" : ", and there is no --target")));
    }
  }

  // ---- numbers

  void plan_numbers() {
    for (const std::string& item : options_.bins) {
      const Assignment one = parse_assignment(item, '=', "--bins", "COL=N, COL=N:quantile or COL=N:uniform");
      const std::size_t colon = one.value.find(':');
      const std::string rule = colon == std::string::npos ? "quantile" : one.value.substr(colon + 1);
      if (rule != "quantile" && rule != "uniform") throw_unknown_word("--bins", rule, {"quantile", "uniform"});
      const std::size_t column = schema_.index_of(one.name);
      require_type(column, schema_[column].type == ColumnType::kNumeric, "--bins", "numbers");
      FeatureStep& step = add(FeatureKind::kBins, column);
      step.bins = parse_whole(one.value.substr(0, colon), "--bins " + one.name, 2, static_cast<double>(kMostBins));
      step.uniform = rule == "uniform";
      step.impute = options_.impute;
    }
    if (options_.scale == "none") return;
    for (std::size_t i = 0; i < schema_.size(); ++i) {
      if (schema_[i].type != ColumnType::kNumeric || left_out_.contains(i)) continue;
      FeatureStep& step = add(FeatureKind::kScale, i);
      for (const ScaleRule rule : kScaleRules) {
        if (options_.scale == scale_rule_name(rule)) step.rule = rule;
      }
      step.impute = options_.impute;
    }
  }

  // ---- texts

  void set_term_options(FeatureStep& step, const std::string& how) const {
    step.most = options_.text_features;
    step.terms.idf = how == "tfidf";
    step.terms.normalise = how != "bow";
    if (options_.text_tokens == "chars") step.terms.tokens = {TokenUnit::kCharacters, 3, 5};
  }

  void plan_texts() {
    for (const std::string& item : options_.text) {
      const Assignment one = parse_assignment(item, '=', "--text", "COL=tfidf, COL=bow or COL=hash");
      if (one.value != "tfidf" && one.value != "bow" && one.value != "hash")
        throw_unknown_word("--text " + one.name, one.value, {"tfidf", "bow", "hash"});
      const std::size_t column = schema_.index_of(one.name);
      require_type(column, is_texts(schema_[column].type), "--text", "texts");
      set_term_options(add(one.value == "hash" ? FeatureKind::kHashedTerms : FeatureKind::kTerms, column), one.value);
    }
  }

  void plan_interactions() {
    for (const std::string& pair : options_.interactions) {
      const Assignment names = parse_assignment(pair, ':', "--interactions", "A:B");
      const std::size_t a = schema_.index_of(names.name);
      const std::size_t b = schema_.index_of(names.value);
      for (const std::size_t i : {a, b}) {
        require_type(i, schema_[i].type == ColumnType::kNumeric, "--interactions", "numbers");
        if (i == target_) throw_data("column \"" + schema_[i].name + "\" is the target: nothing can be made of it");
      }
      add(FeatureKind::kProduct, a).other = schema_[b].name;
    }
  }

  void choose_kept() {
    std::set<std::string> keep;
    for (const std::string& name : options_.keep) keep.insert(schema_[schema_.index_of(name)].name);
    for (FeatureColumn& column : recipe_.columns) {
      if (keep.contains(column.spec.name)) continue;
      const std::string& name = column.spec.name;
      column.keep = !(options_.drop_original && recipe_.uses(name));
      column.in_model = column.keep && std::none_of(recipe_.steps.begin(), recipe_.steps.end(), [&](const auto& step) {
                          return step.replaces() && step.column == name;
                        });
    }
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const Table& table_;
  const Schema schema_;
  const FeatureOptions& options_;
  std::set<std::size_t> left_out_;
  std::size_t target_ = kNone;
  FeatureRecipe recipe_;
};

}  // namespace

std::vector<std::string> text_columns_of(const FeatureOptions& options) {
  std::vector<std::string> names;
  for (const std::string& item : options.encode)
    names.push_back(parse_assignment(item, '=', "--encode", "COL=target").name);
  for (const std::string& item : options.text) names.push_back(parse_assignment(item, '=', "--text", "COL=tfidf").name);
  return names;
}

FeatureRecipe plan_features(const Table& table, const FeatureOptions& options, const std::vector<std::string>& classes,
                            std::uint64_t seed, const std::vector<std::string>& leave_out) {
  return Planner(table, options, leave_out).plan(classes, seed);
}

}  // namespace mlkit
