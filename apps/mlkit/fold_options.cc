#include "fold_options.h"

#include <algorithm>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/folds_file.h"

namespace mlkit::app {

void FoldOptions::declare(FieldList& options) {
  options.add(
      "folds", folds_,
      {.help = "number of folds (5), of equal shares of the classes where there are classes; or a file of given "
               "ones (row,fold; split --folds writes them)",
       .value_name = "K|FILE"});
  options.add("folds_file", folds_file_,
              {.help = "the file that --folds names", .value_name = "FILE", .file = FileUse::kReads, .hidden = true});
  options.add("repeats", repeats_,
              {.help = "draw the folds that many times", .value_name = "N", .range = between(1, 1000)});
  options.add("loocv", loocv_, {.help = "leave one row out at a time: as many fits as rows"});
  declare_ways(options);
}

void FoldOptions::declare_ways(FieldList& options) {
  options.add(
      "group", group_,
      {.help = "rows with the same value here stay in one fold (and the column is no feature)", .value_name = "COL"});
  options.add("time", time_,
              {.help = "score what comes after: rows in order of this column, each fold learned from all before it",
               .value_name = "COL"});
}

// A number, or what looks like one, is the number of folds.
bool names_folds_file(const std::string& folds) {
  const std::string folded = to_lower_ascii(folds);
  if (folded.empty() || folded == "nan" || folded == "inf" || folded == "infinity") return false;
  const std::size_t dot = folded.rfind('.');
  const bool has_ending = dot != std::string::npos && dot + 1 < folded.size() && folded[dot + 1] >= 'a';
  const bool like_number = std::string("0123456789+-. ").find(folded[0]) != std::string::npos;
  return !like_number || has_ending || folded.find('/') != std::string::npos || folded == "-";
}

void FoldOptions::name_file() {
  if (folds_ && names_folds_file(*folds_)) folds_file_ = *folds_;
}

std::size_t FoldOptions::count() const {
  if (!folds_) return 5;
  std::int64_t number = 0;
  FieldList list;
  list.add("folds", number, {.help = "", .range = between(2, 1000000)});
  set_field(list.all()[0], *folds_, "--folds");
  return static_cast<std::size_t>(number);
}

void FoldOptions::check() const {
  if (!group_.empty() && !time_.empty()) throw_usage("--group and --time are two ways to make folds", "give one");
  if (loocv_ && (folds_ || !group_.empty() || !time_.empty() || repeats_ > 1)) {
    throw_usage("--loocv is a way to make folds by itself", "leave --folds, --repeats, --group and --time out");
  }
  if (!folds_file_.empty() && (!group_.empty() || !time_.empty() || repeats_ > 1)) {
    throw_usage("--folds FILE names the folds, and --group, --time and --repeats draw them", "keep one of the two");
  }
  if (!time_.empty() && repeats_ > 1) throw_usage("--time makes the same folds each time", "leave --repeats out");
  if (folds_file_.empty()) count();
}

FoldPlan FoldOptions::draw(const TrainingRows& rows, Session& session) const {
  if (!folds_file_.empty()) return given_folds(rows.target, read_folds(folds_file_, rows.table.rows()));
  if (loocv_) return leave_one_out(rows.target, rows.table.rows());
  if (!time_.empty()) return time_folds(rows.target, rows.table.column(time_), count());
  const auto repeats = static_cast<std::size_t>(repeats_);
  if (!group_.empty()) {
    return draw_group_folds(rows.target, rows.table.column(group_), count(), repeats, session.seed());
  }
  return draw_folds(rows.target, rows.table.rows(), count(), repeats, session.seed(), session.context());
}

FoldPlan FoldOptions::draw(const Table& table, const Target& target, std::size_t folds, std::uint64_t seed,
                           Context& context) const {
  if (!group_.empty()) return draw_group_folds(target, table.column(group_), folds, 1, seed);
  if (!time_.empty()) return time_folds(target, table.column(time_), folds);
  return draw_folds(target, table.rows(), folds, 1, seed, context);
}

void FoldOptions::leave_group_out(const Table& table, TrainOptions& options) const {
  if (group_.empty()) return;
  const std::string& name = table.column(group_).name;
  const auto named = [&](const std::vector<std::string>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& item) { return table.column(item).name == name; });
  };
  if (!named(options.features) && !named(options.exclude)) options.exclude.push_back(name);
}

}  // namespace mlkit::app
