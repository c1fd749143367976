#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "mlkit/resample/resample.h"

namespace mlkit {
namespace {

constexpr std::int64_t kDayMicros = std::int64_t{86'400'000'000};

// Rows of the plan as rows of the table: kept ones, then the bases of the made ones.
std::vector<std::uint32_t> base_rows(const ResamplePlan& plan) {
  std::vector<std::uint32_t> out = plan.kept;
  out.reserve(plan.rows());
  for (const MadeRow& made : plan.made) out.push_back(made.base);
  return out;
}

void interpolate_numbers(const Column& from, const ResamplePlan& plan, Column& to) {
  const std::vector<double>& values = from.numbers().values;
  std::vector<double>& out = to.numbers().values;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const MadeRow& made = plan.made[i];
    if (made.k == 0 || from.is_missing(made.base) || from.is_missing(made.neighbour)) continue;
    const double a = values[made.base];
    const double b = values[made.neighbour];
    double value = a + made.step * (b - a);
    if (!std::isfinite(value)) value = (1 - made.step) * a + made.step * b;  // b - a is beyond a double
    if (from.numbers().integer) value = std::floor(value + 0.5);
    out[plan.kept.size() + i] = value;
  }
}

// a + step (b - a) in whole microseconds, or days.
std::int64_t between_times(std::int64_t a, std::int64_t b, double step, std::int64_t unit) {
  const auto units = static_cast<double>((b - a) / unit);
  return a + static_cast<std::int64_t>(std::floor(step * units + 0.5)) * unit;
}

void interpolate_times(const Column& from, const ResamplePlan& plan, Column& to) {
  const Times& times = from.times();
  auto& out = std::get<Times>(to.storage).micros;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    const MadeRow& made = plan.made[i];
    if (made.k == 0 || from.is_missing(made.base) || from.is_missing(made.neighbour)) continue;
    out[plan.kept.size() + i] = between_times(times.micros[made.base], times.micros[made.neighbour], made.step,
                                              times.date_only ? kDayMicros : 1);
  }
}

// The level that most of the neighbours have; kNoLevel (missing) is one of them.
std::uint32_t vote(const std::vector<std::uint32_t>& codes, const MadeRow& made, const ResamplePlan& plan) {
  std::map<std::uint32_t, std::uint32_t> votes;
  for (std::uint32_t i = 0; i < made.k; ++i) ++votes[codes[plan.neighbours[made.neighbours + i]]];
  std::uint32_t best = votes.begin()->first;
  for (const auto& [code, count] : votes) {
    if (count > votes[best] || (count == votes[best] && code == codes[made.base])) best = code;
  }
  return best;
}

void vote_levels(const Column& from, const ResamplePlan& plan, Column& to) {
  const std::vector<std::uint32_t>& codes = from.categories().codes;
  for (std::size_t i = 0; i < plan.made.size(); ++i) {
    if (plan.made[i].k == 0) continue;
    const std::size_t row = plan.kept.size() + i;
    const std::uint32_t code = vote(codes, plan.made[i], plan);
    to.categories().codes[row] = code;
    code == kNoLevel ? to.validity.set_missing(row) : to.validity.set_valid(row);
  }
}

// Texts that are compared are few: as levels they are voted on, and come back as texts.
Column vote_texts(const Column& from, const ResamplePlan& plan, const std::vector<std::uint32_t>& rows) {
  const Column categories = to_category_column(from);
  Column voted = categories.select(rows);
  vote_levels(categories, plan, voted);
  Column out{.name = from.name, .type = from.type, .role = from.role, .storage = Texts{}, .validity = voted.validity};
  for (std::size_t row = 0; row < voted.size(); ++row) {
    std::get<Texts>(out.storage)
        .append(voted.is_missing(row) ? "" : (*voted.categories().levels)[voted.categories().codes[row]]);
  }
  return out;
}

void make_blank(Column& column, std::size_t first) {
  for (std::size_t row = first; row < column.size(); ++row) {
    if (column.is_missing(row)) continue;
    column.validity.set_missing(row);
    if (column.is_numeric()) column.numbers().values[row] = std::numeric_limits<double>::quiet_NaN();
    if (column.is_categorical()) column.categories().codes[row] = kNoLevel;
  }
  if (!column.is_texts()) return;
  Texts texts;
  for (std::size_t row = 0; row < column.size(); ++row) texts.append(row < first ? column.texts().at(row) : "");
  column.storage = std::move(texts);
}

bool contains(std::span<const std::size_t> list, std::size_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Table apply_resample(const Table& table, std::span<const std::size_t> columns, std::span<const std::size_t> blank,
                     const ResamplePlan& plan) {
  const std::vector<std::uint32_t> rows = base_rows(plan);
  const bool repeated = plan.neighbours.empty();
  Table out;
  for (std::size_t c = 0; c < table.column_count(); ++c) {
    const Column& from = table.column(c);
    if (contains(columns, c) && from.is_texts() && !repeated) {
      out.add_column(vote_texts(from, plan, rows));
      continue;
    }
    Column to = from.select(rows);
    if (!repeated && contains(blank, c)) make_blank(to, plan.kept.size());
    if (!repeated && contains(columns, c)) {
      if (from.is_numeric()) interpolate_numbers(from, plan, to);
      if (from.is_times()) interpolate_times(from, plan, to);
      if (from.is_categorical()) vote_levels(from, plan, to);
    }
    out.add_column(std::move(to));
  }
  out.set_rows(plan.rows());
  return out;
}

}  // namespace mlkit
