// What cleaning is asked to do. Part of a recipe: everything here changes the result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlkit/base/fields.h"

namespace mlkit {

struct CleanOptions {
  bool keep_names = false;
  bool keep_duplicates = false;
  double max_row_missing = 0.5;
  std::optional<double> max_col_missing;
  std::string impute = "median";
  bool indicator = false;
  std::string outliers = "iqr";
  std::string outlier_action = "median";
  std::vector<std::string> exclude;
  std::string target;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("keep_names", keep_names, {.help = "leave the column names as they are"});
    visit("keep_duplicates", keep_duplicates, {.help = "keep rows that repeat an earlier row exactly"});
    visit("max_row_missing", max_row_missing,
          {.help = "drop rows with more than this share of their cells missing (1: none); target and id do not count",
           .value_name = "SHARE",
           .range = between(0, 1)});
    visit("max_col_missing", max_col_missing,
          {.help = "drop columns with more than this share of their cells missing (all-missing ones at any value)",
           .value_name = "SHARE",
           .range = between(0, 1)});
    visit("impute", impute,
          {.help = "fill gaps: median or mean (numbers), mode (any column), constant=V (numbers when V is one, else "
                   "texts), none; other columns otherwise: median,age=mean,city=mode,zip=constant=none",
           .value_name = "HOW[,COL=HOW..]"});
    visit("indicator", indicator, {.help = "add a column NAME_missing (0/1) for each column that is filled"});
    visit("outliers", outliers,
          {.help = "iqr, iqr:K for fences at K times the IQR (1.5), or none", .value_name = "RULE"});
    visit("outlier_action", outlier_action,
          {.help = "what a value outside the fences becomes: the median, the nearer fence, missing (such a column "
                   "keeps its gaps, too); or its row is "
                   "dropped, or a column NAME_outlier (0/1) is added",
           .choices = {"median", "cap", "null", "drop", "flag"}});
    visit("exclude", exclude,
          {.help = "columns that are not filled and not searched for outliers", .value_name = "COLS"});
    visit("target", target, {.help = "the column to be predicted: never filled or changed", .value_name = "COL"});
  }
};

enum class FillKind : std::uint8_t { kNone = 0, kMedian = 1, kMean = 2, kMode = 3, kConstant = 4 };
enum class OutlierAction : std::uint8_t { kNone = 0, kMedian = 1, kCap = 2, kNull = 3, kDrop = 4, kFlag = 5 };

std::string_view fill_kind_name(FillKind kind);              // none, median, mean, mode, constant
std::string_view outlier_action_name(OutlierAction action);  // none, median, cap, null, drop, flag

// What gaps are filled with.
struct FillRule {
  FillKind kind = FillKind::kMedian;
  std::string constant;  // FillKind::kConstant
  std::optional<double> constant_number;
};

// The texts of the options, understood.
struct CleanRules {
  FillRule fill;
  std::vector<std::pair<std::string, FillRule>> fill_of;  // columns that are filled otherwise
  OutlierAction outlier_action = OutlierAction::kMedian;  // kNone: outliers are not looked for
  double fence_factor = 1.5;
};

// Throws Error(kUsage) naming the option.
CleanRules parse_clean_rules(const CleanOptions& options);

}  // namespace mlkit
