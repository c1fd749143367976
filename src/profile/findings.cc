#include "mlkit/profile/findings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/id_names.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

using enum FindingSeverity;

constexpr double kMostlyDates = 0.8;

// For texts that people paste into a shell.
std::string quoted(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_-./") == std::string::npos;
  if (plain) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// A column's name within a comma separated list, as in CSV.
std::string list_item(const std::string& name) {
  if (name.find_first_of(",\"") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string shown(const std::string& text) {
  constexpr std::size_t kShown = 40;
  if (text.size() <= kShown) return "\"" + text + "\"";
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "\"" + text.substr(0, end) + "..\"";
}

std::string percent(double share) {
  const double tenths = std::round(share * 1000);
  if (share > 0 && tenths == 0) return "under 0.1 %";
  return format_number(tenths / 10) + " %";
}

std::string count_text(double rows) { return with_thousands(static_cast<unsigned long long>(std::llround(rows))); }

std::string short_value(double value) {
  const double scaled = std::round(value * 1000) / 1000;
  return format_number(std::fabs(value) < 1e9 && scaled != 0 ? scaled : value);
}

class Finder {
 public:
  explicit Finder(const TableProfile& table) : table_(table) {}

  std::vector<Finding> run() {
    table_findings();
    for (const ColumnProfile& column : table_.columns) column_findings(column);
    std::map<std::string, std::size_t, std::less<>> weight;
    for (std::size_t i = 0; i < finding_kinds().size(); ++i) weight[std::string(finding_kinds()[i].name)] = i;
    std::stable_sort(out_.begin(), out_.end(), [&](const Finding& a, const Finding& b) {
      if (a.severity != b.severity) return a.severity > b.severity;
      if (a.kind != b.kind) return weight[a.kind] < weight[b.kind];
      return a.rows > b.rows;
    });
    return std::move(out_);
  }

 private:
  void add(std::string kind, FindingSeverity severity, const ColumnProfile& column, double rows,
           const std::string& text, std::string remedy) {
    out_.push_back(
        {std::move(kind), severity, column.name, rows, "column " + shown(column.name) + " " + text, std::move(remedy)});
  }
  std::string exclude(const ColumnProfile& column) const {
    if (column.name == table_.target) return "";
    return train("--exclude " + quoted(list_item(column.name)));
  }
  // Commands run as they are printed, once IN (and COL, where no target is known) are filled in.
  std::string train(const std::string& options) const {
    return "mlkit train " + file_ + " --target " + (table_.target.empty() ? "COL" : quoted(table_.target)) + " " +
           options + " -o model.mlkit";
  }
  std::string features(const std::string& options) const {
    return "mlkit features fit " + file_ +
           (table_.target.empty() ? std::string() : " --target " + quoted(table_.target)) + " --recipe features.json " +
           options;
  }
  static std::string assigned(const ColumnProfile& column, const std::string& value) {
    return quoted(list_item(column.name + "=" + value));
  }
  double rows() const { return static_cast<double>(table_.rows); }

  void table_findings() {
    if (table_.rows == 0) {
      out_.push_back({"no_rows", kProblem, "", 0, "the table has no data rows: nothing can be learned from it", ""});
    }
    if (table_.rows > 0 && table_.repeated_rows > 0) {
      const std::string about = table_.repeated_exact ? "" : "about ";
      out_.push_back({"duplicates", kWarning, "", table_.repeated_rows,
                      about + count_text(table_.repeated_rows) + (table_.repeated_rows == 1 ? " row (" : " rows (") +
                          percent(table_.repeated_rows / rows()) +
                          (table_.repeated_rows == 1 ? ") repeats" : ") repeat") +
                          " an earlier row: a split puts the same row on both sides",
                      "mlkit clean " + file_ + " -o clean.csv (drops them), before mlkit split"});
    }
    if (table_.rows > 0 && rows() < static_cast<double>(table_.columns.size())) {
      out_.push_back({"few_rows", kWarning, "", rows(),
                      "fewer rows (" + count_text(rows()) + ") than columns (" + std::to_string(table_.columns.size()) +
                          "): a model can learn them by heart",
                      "mlkit reduce, or mlkit train --model logistic --C 0.1"});
    }
  }

  void column_findings(const ColumnProfile& column) {
    const double present = static_cast<double>(column.present());
    const bool target = column.name == table_.target;
    if (column.rows == 0) return;
    if (column.present() == 0) {
      add("empty", kProblem, column, rows(), "has no value at all", exclude(column));
      return;
    }
    if (target) target_findings(column);
    if (column.distinct == 1) {
      const bool flag = column.missing > 0;
      add("constant", target ? kProblem : kWarning, column, present,
          std::string("holds one value only, ") + shown(column.top.empty() ? "" : column.top[0].text) +
              (flag ? ", where it is not missing" : ""),
          exclude(column));
    }
    missing_findings(column, target);
    leak_finding(column);
    if (!target) id_finding(column);
    if (column.numbers && column.type == ColumnType::kNumeric) number_findings(column, target);
    text_findings(column);
    if (!target) near_constant_finding(column);
  }

  void target_findings(const ColumnProfile& column) {
    if (column.missing > 0) {
      add("target_missing", kWarning, column, static_cast<double>(column.missing),
          "is the target and is missing in " + count_text(static_cast<double>(column.missing)) +
              " rows: train leaves them out",
          "");
    }
    if (!table_.target_is_class || column.distinct < 2 || column.distinct > 64 || column.top.size() < 2) return;
    const bool all_shown = static_cast<double>(column.top.size()) == column.distinct;
    const ValueCount& rarest = column.top.back();
    const double fair = 1 / column.distinct;
    const double share = static_cast<double>(rarest.count) / static_cast<double>(column.present());
    if (all_shown && share < fair / 5) {
      add("imbalance", kWarning, column, static_cast<double>(rarest.count),
          "is the target, and class " + shown(rarest.text) + " has " + percent(share) +
              " of its rows: look at average_precision or mcc, not at accuracy",
          train("--class-weight balanced"));
    }
    if (all_shown && rarest.count < 10) {
      add("rare_class", kProblem, column, static_cast<double>(rarest.count),
          "is the target, and class " + shown(rarest.text) + " has only " + std::to_string(rarest.count) +
              " rows: too few for five folds and a test part",
          "");
    }
  }

  void missing_findings(const ColumnProfile& column, bool target) {
    const double share = static_cast<double>(column.missing) / static_cast<double>(column.rows);
    if (target || column.missing == 0) return;
    if (share > 0.5) {
      add("mostly_missing", kWarning, column, static_cast<double>(column.missing),
          "is missing in " + percent(share) + " of the rows",
          "mlkit clean " + file_ + " --max-col-missing 0.5 -o clean.csv");
    } else if (share > 0.05) {
      add("missing", kNote, column, static_cast<double>(column.missing),
          "is missing in " + percent(share) + " of the rows",
          "mlkit clean " + file_ + " --impute median --indicator -o clean.csv");
    }
  }

  void leak_finding(const ColumnProfile& column) {
    if (!column.link || column.distinct <= 1) return;
    constexpr double kTooGood = 0.98;
    const double value = std::fabs(column.link->value);
    if (value < kTooGood) return;
    add("leak_suspect", kProblem, column, static_cast<double>(column.present()),
        "nearly tells the target by itself (" + column.link->measure + " " + short_value(column.link->value) +
            "): is it known before the target is?",
        exclude(column));
  }

  void id_finding(const ColumnProfile& column) {
    const double present = static_cast<double>(column.present());
    if (present < 2) return;
    // Three standard errors below all distinct; where counting was exact, all of them.
    const bool all_distinct = column.distinct >= present * (1 - 3 * column.distinct_error);
    if (!all_distinct) {
      level_finding(column, present);
      return;
    }
    const bool text = column.type == ColumnType::kText || column.type == ColumnType::kCategory;
    const bool counts_up = column.integer && column.numbers && column.numbers->rising && present > 20;
    if (text || (column.integer && is_id_name(column.name)) || counts_up) {
      const std::string why = text        ? "has another text in every row"
                              : counts_up ? "counts up from row to row"
                                          : "has another number in every row and is named like an identifier";
      add("id_like", kWarning, column, present, why + ": it names rows and says nothing of new ones", exclude(column));
    }
  }

  // A column of very many levels. A mean of the target by level says something where levels come again, and nothing of
  // dates, whose next level is a new one.
  void level_finding(const ColumnProfile& column, double present) {
    constexpr double kManyTexts = 1000;
    constexpr double kNearUnique = 0.5;
    const bool text = column.type == ColumnType::kText && column.distinct > kManyTexts;
    if (!text && !(column.type == ColumnType::kCategory && column.distinct > 100)) return;
    const auto dates = static_cast<double>(column.texts.forms[static_cast<std::size_t>(TextForm::kDateLike)]);
    if (dates > kMostlyDates * present) return;  // dates_as_text says so
    const FindingSeverity severity = text ? kWarning : kNote;
    const std::string count = "has " + count_text(column.distinct) + (text ? " different texts" : " levels");
    if (column.distinct > kNearUnique * present) {
      add("near_unique", severity, column, present,
          count + " in " + count_text(present) + " rows: few come again" +
              (text ? " (prose: --text of mlkit train)" : ""),
          exclude(column));
      return;
    }
    add("high_cardinality", severity, column, present,
        count + ": one-hot columns would be as many" + (text ? " (prose: --text of mlkit train)" : ""),
        features("--encode " + assigned(column, table_.target.empty() ? "frequency" : "target")));
  }

  // Values that stand for "missing": -1 and 99.. far from the others, often repeated.
  void sentinel_finding(const ColumnProfile& column) {
    static constexpr double kUsual[] = {-1,        99,    999,  9999,  99999,      999999,        9999999,  99999999,
                                        999999999, -9,    -99,  -999,  -9999,      -99999,        -999999,  -9999999,
                                        -99999999, -1e30, 1e30, 65535, 2147483647, -2147483648.0, 88888888, 123456789};
    const NumberProfile& numbers = *column.numbers;
    const double iqr = numbers.q3 - numbers.q1;
    for (const ValueCount& top : column.top) {
      double value = 0;
      if (parse_number(top.text, value) != NumberStatus::kNumber) continue;
      if (std::find(std::begin(kUsual), std::end(kUsual), value) == std::end(kUsual)) continue;
      const double share = static_cast<double>(top.count) / static_cast<double>(column.present());
      const bool at_end = value == numbers.min || value == numbers.max;
      // Far from the middle half of the column; -1 beside nothing but counts is far enough.
      const bool far =
          value == -1 ? numbers.min == -1 && numbers.q1 >= 0 && column.distinct > 3 && numbers.negative == top.count
                      : std::fabs(value - numbers.median) > std::max(10 * iqr, 3 * std::fabs(numbers.median)) &&
                            column.distinct > 3;
      if (!at_end || !far || top.count < 2) continue;
      add("sentinel", share > 0.001 ? kProblem : kWarning, column, static_cast<double>(top.count),
          "holds " + top.text + " in " + count_text(static_cast<double>(top.count)) + " rows (" + percent(share) +
              "), far from all others: a word for missing?",
          "mlkit clean " + file_ + " --na 'NA,N/A,NaN,nan,null,NULL," + top.text + "' -o clean.csv");
    }
  }

  void number_findings(const ColumnProfile& column, bool target) {
    const NumberProfile& numbers = *column.numbers;
    sentinel_finding(column);
    if (target || column.distinct <= 2) return;
    const double present = static_cast<double>(column.present());
    if (numbers.outlier_share > 0.01) {
      add("outliers", kNote, column, std::round(numbers.outlier_share * present),
          "has " + percent(numbers.outlier_share) +
              " of its values more than 1.5 interquartile ranges outside of the middle half",
          "mlkit clean " + file_ + " --outliers iqr --outlier-action cap -o clean.csv");
    }
    if (std::fabs(numbers.skewness) > 3) {
      add("skewed", kNote, column, present,
          "is skewed (" + short_value(numbers.skewness) + "): linear models see its tail alone, trees do not mind",
          features("--bins " + assigned(column, "10")));
    }
  }

  void text_findings(const ColumnProfile& column) {
    const TextFigures& texts = column.texts;
    if (texts.count == 0 || column.declared) return;
    const double present = static_cast<double>(column.present());
    const auto form = [&](TextForm f) { return static_cast<double>(texts.forms[static_cast<std::size_t>(f)]); };
    const auto example = [&](TextForm f) { return shown(texts.example[static_cast<std::size_t>(f)]); };
    const double numbers = static_cast<double>(column.number_cells);
    const double words = form(TextForm::kWord);
    const double number_like = form(TextForm::kNumberLike);
    const double dates = form(TextForm::kDateLike);
    const double codes = form(TextForm::kCode);
    constexpr std::size_t kFewWords = 8;  // more are no words for missing
    if (number_like > 0.5 * present) {
      add("numbers_as_text", kProblem, column, number_like,
          "holds numbers written otherwise, like " + example(TextForm::kNumberLike) + ", and is read as text",
          "take thousands separators, signs of currency and percent out; decimal points, not commas");
    } else if (numbers + number_like > 0.5 * present && words > 0 && texts.frequent.entries().size() <= kFewWords) {
      add("mixed_types", kProblem, column, words,
          "is numbers but for " + count_text(words) + " cells like " + example(TextForm::kWord) +
              ", and is read as text",
          "mlkit clean " + file_ + " --na " + quoted(na_list(column)) + " -o clean.csv");
    } else if (numbers > 0 && words > 0 && numbers > 0.05 * present) {
      add("mixed_types", kWarning, column, numbers, "mixes texts with " + count_text(numbers) + " numbers", "");
    }
    if (dates > kMostlyDates * present) {
      const bool unclear = texts.ambiguous_dates > 0 && (texts.day_first_dates > 0) == (texts.month_first_dates > 0);
      if (unclear) {
        add("ambiguous_dates", kProblem, column, static_cast<double>(texts.ambiguous_dates),
            "holds dates like " + example(TextForm::kDateLike) + " in which day and month can change places" +
                (texts.day_first_dates > 0 ? ", and some come in each order" : ""),
            "write dates as YYYY-MM-DD");
      } else {
        add("dates_as_text", kWarning, column, dates,
            "holds dates as text, like " + example(TextForm::kDateLike) + ": their parts are lost",
            "write dates as YYYY-MM-DD, then --types " + assigned(column, "datetime"));
      }
    }
    if (codes > 0 && codes + numbers == present) {
      add("codes", kNote, column, codes,
          "holds numbers with leading zeros or more than 15 digits, like " + example(TextForm::kCode) +
              ", and is kept as text",
          "--types " + assigned(column, "numeric") + " where they are quantities");
    }
    if (form(TextForm::kNotFinite) > 0) {
      add("not_finite", kWarning, column, form(TextForm::kNotFinite),
          "holds " + example(TextForm::kNotFinite) + ", which no model takes", "");
    }
    if (texts.blank_ends > 0) {
      add("blanks", kWarning, column, static_cast<double>(texts.blank_ends),
          "has blanks before or behind " + count_text(static_cast<double>(texts.blank_ends)) +
              " texts: equal words count as different levels",
          "");
    }
    case_finding(column);
  }

  static std::string na_list(const ColumnProfile& column) {
    std::string out = "NA,N/A,NaN,nan,null,NULL";
    for (const auto& [text, count] : column.texts.frequent.top(4)) out += "," + list_item(text);
    return out;
  }

  // Levels that are one but for capitals and blanks.
  void case_finding(const ColumnProfile& column) {
    if (column.type != ColumnType::kCategory || !column.texts.frequent.exact()) return;
    std::map<std::string, std::vector<std::pair<std::string, std::uint64_t>>> folded;
    for (const auto& [text, count] : column.texts.frequent.entries()) {
      folded[to_lower_ascii(trim_blanks(text))].emplace_back(text, count);
    }
    double rows = 0;
    std::string example;
    for (const auto& [fold, variants] : folded) {
      if (variants.size() < 2) continue;
      std::uint64_t most = 0;
      std::uint64_t all = 0;
      for (const auto& [text, count] : variants) {
        most = std::max(most, count);
        all += count;
      }
      rows += static_cast<double>(all - most);
      if (example.empty()) example = shown(variants[0].first) + " and " + shown(variants[1].first);
    }
    if (rows == 0) return;
    add("case_variants", kWarning, column, rows,
        "spells the same level in several ways, like " + example + ": they count as different levels", "");
  }

  void near_constant_finding(const ColumnProfile& column) {
    if (column.distinct < 2 || column.top.empty()) return;
    const double share = static_cast<double>(column.top[0].count) / static_cast<double>(column.present());
    constexpr double kNear = 0.99;
    if (share < kNear || column.present() < 100) return;
    add("near_constant", kNote, column, static_cast<double>(column.top[0].count),
        "holds " + shown(column.top[0].text) + " in " + percent(share) + " of its rows", exclude(column));
  }

  const TableProfile& table_;
  const std::string file_ = "IN";
  std::vector<Finding> out_;
};

}  // namespace

std::string_view severity_name(FindingSeverity severity) {
  constexpr std::string_view kNames[] = {"note", "warning", "problem"};
  return kNames[static_cast<std::size_t>(severity)];
}

const std::vector<FindingKind>& finding_kinds() {
  static const std::vector<FindingKind> kinds = {
      {"no_rows", "a header and nothing below it"},
      {"leak_suspect", "a column that nearly tells the target by itself"},
      {"rare_class", "a class with fewer than ten rows"},
      {"sentinel", "a number such as 999 that stands for missing"},
      {"mixed_types", "numbers with words among them, read as text"},
      {"numbers_as_text", "numbers written with separators, currency or percent signs"},
      {"ambiguous_dates", "dates whose day and month can change places"},
      {"empty", "a column without any value"},
      {"id_like", "a column that names rows"},
      {"duplicates", "rows that repeat an earlier row"},
      {"target_missing", "rows without a target"},
      {"imbalance", "a class with less than a fifth of its fair share of rows"},
      {"constant", "a column of one value"},
      {"mostly_missing", "a column missing in more than half of the rows"},
      {"near_unique", "a column of very many different texts, few of which come again"},
      {"high_cardinality", "a column of very many different texts"},
      {"dates_as_text", "dates that are not written as ISO 8601"},
      {"not_finite", "inf or numbers beyond a double"},
      {"case_variants", "levels that differ in capitals or blanks only"},
      {"blanks", "texts with blanks before or behind"},
      {"few_rows", "fewer rows than columns"},
      {"missing", "a column missing in more than a twentieth of the rows"},
      {"outliers", "more than a hundredth of the values far outside of the middle half"},
      {"skewed", "a long tail on one side"},
      {"near_constant", "one value in nearly all rows"},
      {"codes", "digits that are kept as text"},
  };
  return kinds;
}

std::vector<Finding> find_problems(const TableProfile& table) { return Finder(table).run(); }

}  // namespace mlkit
