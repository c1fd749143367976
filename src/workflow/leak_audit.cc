#include "mlkit/workflow/leak_audit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "leak_columns.h"
#include "leak_rows.h"
#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/text.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/hash64.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

using internal::Coincidences;
using internal::LeakTarget;

// Equal rows are suspect where there are this many times as many as columns that know nothing of each other would
// give.
constexpr double kBeyondChance = 10;
// Of the rows, what is worth a finding by itself.
constexpr double kNotableShare = 0.01;
// Across a split against within the training rows: above this the split put them there.
constexpr double kBeyondWithin = 3;
// So few test rows that training has not seen come about with a chance of e^-10 at most.
constexpr double kUnlikely = 10;
constexpr double kMissingnessLimit = 0.9;
constexpr double kIdLimit = 0.9;

std::string percent(double share) {
  const auto tenths = static_cast<long long>(std::llround(share * 1000));
  return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " %";
}

std::string three_digits(double value) {
  const auto thousandths = static_cast<int>(std::floor(value * 1000 + 1e-9));
  std::string digits = std::to_string(thousandths % 1000);
  return std::to_string(thousandths / 1000) + "." + std::string(3 - digits.size(), '0') + digits;
}

class Audit {
 public:
  Audit(const Table& train, const Table* test, const LeakOptions& options, const Context& context)
      : train_(train), test_(test), options_(options), context_(context) {
    if (!options.target.empty()) target_ = train.schema().index_of(options.target);
  }

  LeakReport run() {
    report_.train_rows = train_.rows();
    report_.test_rows = test_ != nullptr ? test_->rows() : 0;
    rows();
    if (target_) columns();
    if (!options_.group.empty()) groups();
    if (!options_.time.empty()) times();
    return std::move(report_);
  }

 private:
  void find(std::string kind, std::string column, std::uint64_t rows, std::string detail) {
    report_.findings.push_back({std::move(kind), std::move(column), rows, std::move(detail)});
  }

  // Sums of cell hashes over the columns that both tables have.
  struct RowHashes {
    std::vector<std::uint64_t> train;
    std::vector<std::uint64_t> test;
  };

  void rows() {
    std::vector<std::pair<std::size_t, std::size_t>> shared;  // (in train, in test)
    for (std::size_t c = 0; c < train_.column_count(); ++c) {
      const auto there = test_ != nullptr ? test_->find(train_.column(c).name) : std::optional(c);
      if (there) shared.emplace_back(c, *there);
    }
    if (shared.empty() || train_.rows() == 0) return;
    const std::size_t n = shared.size();
    std::vector<RowHashes> cells(n);
    RowHashes whole{std::vector<std::uint64_t>(train_.rows()), std::vector<std::uint64_t>(report_.test_rows)};
    RowHashes rounded = whole;
    std::vector<double> agree(n);
    for_blocks(context_, n, 1, [&](std::size_t i, std::size_t, std::size_t) {
      const Column& here = train_.column(shared[i].first);
      const Column& there = test_ != nullptr ? test_->column(shared[i].second) : here;
      const bool as_text = here.type != there.type && here.storage.index() != there.storage.index();
      cells[i].train = internal::cell_hashes(here, i, as_text, false);
      if (test_ != nullptr) cells[i].test = internal::cell_hashes(there, i, as_text, false);
      agree[i] = internal::agreement(cells[i].train);
    });
    double chance = 1;
    for (std::size_t i = 0; i < n; ++i) {
      add(whole, cells[i]);
      chance *= agree[i];
    }
    // One column of several, a class say, may well be equal on both sides.
    exact_rows(whole, chance, n > 1 || train_.column_count() == 1);
    if (test_ == nullptr) return;
    for (std::size_t i = 0; i < n; ++i) {
      const Column& here = train_.column(shared[i].first);
      const Column& there = test_->column(shared[i].second);
      if (here.is_numeric() && there.is_numeric()) {  // all others are equal to themselves
        add(rounded, {internal::cell_hashes(here, i, false, true), internal::cell_hashes(there, i, false, true)});
      } else {
        add(rounded, cells[i]);
      }
    }
    near_rows(whole, rounded, cells, agree, chance);
  }

  static void add(RowHashes& sums, const RowHashes& cells) {
    for (std::size_t r = 0; r < sums.train.size(); ++r) sums.train[r] += cells.train[r];
    for (std::size_t r = 0; r < sums.test.size(); ++r) sums.test[r] += cells.test[r];
  }

  double pairs_within() const {
    const auto n = static_cast<double>(train_.rows());
    return n * (n - 1) / 2;
  }
  double pairs_across() const { return static_cast<double>(train_.rows()) * static_cast<double>(report_.test_rows); }

  // Whether so many equal pairs across are more than chance, and than what is natural within the training rows.
  bool is_planted(const Coincidences& pairs, double chance) const {
    const auto across = static_cast<double>(pairs.across);
    if (pairs.test_rows < 2 || across <= kBeyondChance * chance * pairs_across()) return false;
    const double natural = pairs_within() > 0 ? static_cast<double>(pairs.within) / pairs_within() : 0;
    return across > kBeyondWithin * natural * pairs_across();
  }

  // Whether most of the test rows that a split at random would leave unseen are training rows. A test row has an equal
  // training row as often as a training row has an equal one beside it; how likely it is to see so few others is
  // bounded as by Chernoff for a Poisson variable.
  bool is_seen(const Coincidences& pairs) const {
    const auto test_rows = static_cast<double>(report_.test_rows);
    const double expected = test_rows * (1 - static_cast<double>(pairs.twins) / static_cast<double>(train_.rows()));
    const double unseen = test_rows - static_cast<double>(pairs.test_rows);
    if (unseen >= 0.5 * expected) return false;
    return expected - unseen + (unseen > 0 ? unseen * mlkit::log(unseen / expected) : 0) > kUnlikely;
  }

  static bool are_same_rows(const RowHashes& rows) {
    if (rows.train.size() != rows.test.size()) return false;
    std::vector<std::uint64_t> train = rows.train;
    std::vector<std::uint64_t> test = rows.test;
    std::sort(train.begin(), train.end());
    std::sort(test.begin(), test.end());
    return train == test;
  }

  void exact_rows(const RowHashes& whole, double chance, bool tell_rows) {
    report_.checks.emplace_back("duplicates");
    const Coincidences pairs = internal::count_coincidences(whole.train, whole.test);
    const auto repeated_share = static_cast<double>(pairs.repeated) / static_cast<double>(train_.rows());
    if (pairs.repeated > 0) {
      const bool natural = static_cast<double>(pairs.within) <= kBeyondChance * chance * pairs_within();
      const std::string text = with_thousands(pairs.repeated) + " of " + with_thousands(train_.rows()) + " rows (" +
                               percent(repeated_share) + ") repeat an earlier row";
      if (repeated_share >= kNotableShare && !natural) {
        find("duplicates", "", pairs.repeated,
             text + (test_ != nullptr ? " of the training table" : ": a split would put the same row on both sides") +
                 "; mlkit clean drops them");
      } else {
        report_.notes.push_back(text + (natural ? ", as many as so few combinations give by chance" : ""));
      }
    }
    if (test_ == nullptr || pairs.test_rows == 0) return;
    const auto share = static_cast<double>(pairs.test_rows) / static_cast<double>(report_.test_rows);
    const bool chance_only = static_cast<double>(pairs.across) <= kBeyondChance * chance * pairs_across();
    const std::string text = with_thousands(pairs.test_rows) + " of " + with_thousands(report_.test_rows) +
                             " test rows (" + percent(share) + ") are training rows, too";
    if (tell_rows && are_same_rows(whole)) {
      find("duplicates", "", pairs.test_rows,
           "the test rows are the training rows, all " + with_thousands(report_.test_rows) +
               " of them: test with rows that training has not seen (mlkit split)");
    } else if (is_seen(pairs)) {
      find("duplicates", "", pairs.test_rows,
           text + ", more than repeated rows explain: test with rows that training has not seen (mlkit split)");
    } else if ((share >= kNotableShare && !chance_only) || is_planted(pairs, chance)) {
      find("duplicates", "", pairs.test_rows,
           text + "; drop repeated rows before splitting (mlkit clean, mlkit split)");
    } else {
      report_.notes.push_back(text + ", no more than within the training rows or by chance");
    }
  }

  // Test rows that equal a training row but for one cell, or but for digits behind the third.
  void near_rows(const RowHashes& whole, const RowHashes& rounded, const std::vector<RowHashes>& cells,
                 const std::vector<double>& agree, double chance) {
    report_.checks.emplace_back("near_duplicates");
    std::unordered_set<std::uint64_t> exact(whole.train.begin(), whole.train.end());
    std::vector<bool> is_exact(report_.test_rows);
    for (std::size_t r = 0; r < is_exact.size(); ++r) is_exact[r] = exact.contains(whole.test[r]);
    std::vector<bool> near(report_.test_rows, false);
    std::string how;
    const auto check = [&](const std::vector<std::uint64_t>& train, const std::vector<std::uint64_t>& test,
                           double by_chance, const std::string& what) {
      std::vector<std::uint64_t> others;
      for (std::size_t r = 0; r < test.size(); ++r) {
        if (!is_exact[r]) others.push_back(test[r]);
      }
      // Pairs within that are equal in everything are no near pairs.
      Coincidences pairs = internal::count_coincidences(train, others);
      if (pairs.test_rows == 0 || !is_planted(pairs, by_chance)) return;
      const std::unordered_set<std::uint64_t> known(train.begin(), train.end());
      for (std::size_t r = 0; r < test.size(); ++r) {
        if (!is_exact[r] && known.contains(test[r])) near[r] = true;
      }
      how += (how.empty() ? "" : ", ") + what;
    };
    check(rounded.train, rounded.test, chance, "numbers changed behind the third digit");
    constexpr std::size_t kMostLeftOut = 200;  // columns
    for (std::size_t c = 0; c < cells.size() && cells.size() > 2 && c < kMostLeftOut; ++c) {
      RowHashes without = whole;
      for (std::size_t r = 0; r < without.train.size(); ++r) without.train[r] -= cells[c].train[r];
      for (std::size_t r = 0; r < without.test.size(); ++r) without.test[r] -= cells[c].test[r];
      check(without.train, without.test, agree[c] > 0 ? chance / agree[c] : chance,
            "another \"" + train_.column(c).name + "\"");
    }
    const auto count = static_cast<std::uint64_t>(std::count(near.begin(), near.end(), true));
    if (count == 0) return;
    find("near_duplicates", "", count,
         with_thousands(count) + " of " + with_thousands(report_.test_rows) + " test rows are training rows but for " +
             how);
  }

  void columns() {
    const Column& target_column = train_.column(*target_);
    const LeakTarget target = internal::read_leak_target(target_column);
    if (target.rows.size() < 20 || (target.is_class && target.names.size() < 2)) {
      report_.notes.emplace_back("too few rows with a target, or one class only: columns were not held against it");
      return;
    }
    for (const char* check : {"target_copy", "single_column", "id_like", "missingness"})
      report_.checks.emplace_back(check);
    std::vector<std::vector<LeakFinding>> found(train_.column_count());
    for_blocks(context_, train_.column_count(), 1, [&](std::size_t c, std::size_t, std::size_t) {
      if (c != *target_) found[c] = one_column(train_.column(c), target_column, target);
    });
    for (auto& list : found) {
      for (LeakFinding& finding : list) report_.findings.push_back(std::move(finding));
    }
  }

  std::vector<LeakFinding> one_column(const Column& column, const Column& target_column,
                                      const LeakTarget& target) const {
    std::vector<LeakFinding> out;
    const auto present = static_cast<std::uint64_t>(column.size() - column.validity.missing_count());
    std::string detail;
    if (internal::is_copy(column, target_column, target, detail)) {
      out.push_back({"target_copy", column.name, present, std::move(detail)});
    } else if (!single_column(column, target, present, out)) {
      id_column(column, target, present, out);
    }
    missingness(column, target, out);
    return out;
  }

  std::string power_name(const LeakTarget& target) const { return target.is_class ? "AUC " : "R2 "; }

  static std::vector<double> scores_of(const Column& column) {
    std::vector<double> scores(column.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < scores.size(); ++row) {
      if (column.is_missing(row)) continue;
      scores[row] =
          column.is_numeric() ? column.numbers().values[row] : static_cast<double>(column.times().micros[row]);
    }
    return scores;
  }

  bool single_column(const Column& column, const LeakTarget& target, std::uint64_t present,
                     std::vector<LeakFinding>& out) const {
    const bool ordered = column.is_numeric() || column.is_times();
    double power = ordered ? internal::ranking_power(scores_of(column), target) : 0;
    // Levels, also where they are whole numbers: codes need not rise with the target.
    if (!ordered || (column.is_numeric() && column.numbers().integer)) {
      power = std::max(power, internal::levels_power(column, target));
    }
    if (power <= options_.auc_limit) return false;
    out.push_back({"single_column", column.name, present,
                   "tells the target by itself: " + power_name(target) + three_digits(power) + " is above " +
                       three_digits(options_.auc_limit) + "; is it known before the target is?"});
    return true;
  }

  // A number that is another in every row and still knows the target: the rows were sorted or numbered by it.
  void id_column(const Column& column, const LeakTarget& target, std::uint64_t present,
                 std::vector<LeakFinding>& out) const {
    if (!column.is_numeric() || !column.numbers().integer || column.validity.any_missing()) return;
    std::vector<double> sorted = column.numbers().values;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return;
    const double power = internal::ranking_power(scores_of(column), target);
    if (power <= kIdLimit) return;
    out.push_back({"id_like", column.name, present,
                   "numbers the rows, and the order of its numbers tells the target (" + power_name(target) +
                       three_digits(power) + ")"});
  }

  void missingness(const Column& column, const LeakTarget& target, std::vector<LeakFinding>& out) const {
    if (!column.validity.any_missing() || column.validity.missing_count() == column.size()) return;
    std::vector<double> scores(column.size());
    for (std::size_t row = 0; row < scores.size(); ++row) scores[row] = column.is_missing(row) ? 1 : 0;
    const double power = internal::ranking_power(scores, target);
    if (power <= std::min(kMissingnessLimit, options_.auc_limit)) return;
    out.push_back({"missingness", column.name, column.validity.missing_count(),
                   "whether it is missing tells the target (" + power_name(target) + three_digits(power) +
                       "): it is filled in after the target is known"});
  }

  const Column& test_column(const std::string& name, const char* option) const {
    const auto at = test_->find(name);
    if (!at) throw_data("the test table has no column \"" + name + "\"", std::string("see ") + option);
    return test_->column(*at);
  }

  void groups() {
    const Column& here = train_.column(options_.group);
    if (test_ == nullptr) throw_usage("--group needs --test: groups are compared across the split");
    const Column& there = test_column(here.name, "--group");
    report_.checks.emplace_back("group_overlap");
    std::unordered_set<std::string> known;
    for (std::size_t row = 0; row < here.size(); ++row) {
      if (!here.is_missing(row)) known.insert(here.cell_text(row));
    }
    std::unordered_set<std::string> shared;
    std::uint64_t rows = 0;
    for (std::size_t row = 0; row < there.size(); ++row) {
      if (there.is_missing(row)) continue;
      std::string key = there.cell_text(row);
      if (!known.contains(key)) continue;
      ++rows;
      shared.insert(std::move(key));
    }
    if (rows == 0) return;
    find("group_overlap", here.name, rows,
         with_thousands(rows) + " test rows are of " + with_thousands(shared.size()) +
             (shared.size() == 1 ? " group" : " groups") + " that training has, too; split with --group " + here.name);
  }

  void times() {
    const Column& here = train_.column(options_.time);
    if (test_ == nullptr) throw_usage("--time needs --test: times are compared across the split");
    const Column& there = test_column(here.name, "--time");
    for (const Column* column : {&here, &there}) {
      if (column->is_numeric() || column->is_times()) continue;
      throw_data("column \"" + here.name + "\" is neither a time stamp nor a number",
                 "write it as YYYY-MM-DD or YYYY-MM-DD HH:MM:SS");
    }
    if (here.is_times() != there.is_times()) {
      throw_data("column \"" + here.name + "\" is a time stamp in one table and a number in the other");
    }
    report_.checks.emplace_back("time_order");
    const std::vector<double> before = scores_of(here);
    double earliest = std::numeric_limits<double>::infinity();
    for (const double time : scores_of(there)) earliest = time < earliest ? time : earliest;
    const auto rows =
        static_cast<std::uint64_t>(std::count_if(before.begin(), before.end(), [&](double t) { return t > earliest; }));
    if (rows == 0) return;
    const std::string when =
        here.is_times() ? " (" + format_datetime(static_cast<std::int64_t>(earliest), false) + ")" : "";
    find("time_order", here.name, rows,
         with_thousands(rows) + " training rows are later than the first test row" + when +
             ": training sees the future; split with --time " + here.name);
  }

  const Table& train_;
  const Table* test_;
  const LeakOptions& options_;
  const Context& context_;
  std::optional<std::size_t> target_;
  LeakReport report_;
};

}  // namespace

LeakReport audit_leaks(const Table& train, const Table* test, const LeakOptions& options, const Context& context) {
  if (train.rows() == 0) throw_data("there are no data rows", "nothing can be said of an empty table");
  if (test != nullptr && test->rows() == 0) throw_data("there are no data rows in the test table");
  return Audit(train, test, options, context).run();
}

}  // namespace mlkit
