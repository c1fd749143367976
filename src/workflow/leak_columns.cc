#include "leak_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "mlkit/data/hash64.h"
#include "mlkit/data/numbers.h"

namespace mlkit::internal {
namespace {

constexpr std::size_t kFewestRows = 20;
constexpr std::size_t kMostClasses = 20;  // ranked one against the rest

// Ranks from 1, ties in the middle.
std::vector<double> mid_ranks(const std::vector<double>& values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = (static_cast<double>(begin) + static_cast<double>(end) + 1) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

double squared_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / aa * (ab / bb) : 0;
}

// Mean over all pairs of classes of the area under ROC that tells the two apart, either way round (Hand and Till,
// Machine Learning 45, 2001); 0 where fewer than two classes have five rows. With two classes it is the AUC.
double pairwise_auc(const std::vector<double>& scores, const std::vector<std::uint32_t>& classes, std::size_t count) {
  std::vector<double> rows(count);
  for (const std::uint32_t c : classes) ++rows[c];
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b]; });
  std::vector<double> below(count);         // rows of a class with a smaller score
  std::vector<double> here(count);          // with this score
  std::vector<double> wins(count * count);  // pairs (a above b), ties half
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    std::fill(here.begin(), here.end(), 0.0);
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) ++here[classes[order[end]]];
    for (std::size_t a = 0; a < count; ++a) {
      if (here[a] == 0) continue;
      for (std::size_t b = 0; b < count; ++b) wins[a * count + b] += here[a] * (below[b] + 0.5 * here[b]);
    }
    for (std::size_t a = 0; a < count; ++a) below[a] += here[a];
    begin = end;
  }
  constexpr double kFewest = 5;
  double sum = 0;
  double pairs = 0;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (rows[a] < kFewest || rows[b] < kFewest) continue;
      const double auc = wins[a * count + b] / (rows[a] * rows[b]);
      sum += std::max(auc, 1 - auc);
      ++pairs;
    }
  }
  return pairs > 0 ? sum / pairs : 0;
}

std::string cell_key(const Column& column, std::size_t row) { return column.cell_text(row); }

// Each row's score: the share of the class (mean of the target) of its level in the other half of the rows.
std::vector<double> level_scores(std::size_t rows, const std::vector<std::uint64_t>& keys, const LeakTarget& target) {
  struct Sums {
    double count = 0;
    double sum = 0;
  };
  const auto value = [&](std::size_t i) {
    return target.is_class ? static_cast<double>(target.classes[i]) : target.values[i];
  };
  const auto half = [](std::size_t i) { return static_cast<std::size_t>(mix64(i + 1) & 1); };
  std::map<std::uint64_t, Sums> halves[2];
  Sums all[2];
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Sums& level = halves[half(i)][keys[i]];
    level.count += 1;
    level.sum += value(i);
    all[half(i)].count += 1;
    all[half(i)].sum += value(i);
  }
  std::vector<double> scores(rows, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t other = 1 - half(i);
    if (all[other].count == 0) continue;
    const double mean = all[other].sum / all[other].count;
    const auto level = halves[other].find(keys[i]);
    const Sums sums = level == halves[other].end() ? Sums{} : level->second;
    scores[target.rows[i]] = (sums.sum + mean) / (sums.count + 1);
  }
  return scores;
}

}  // namespace

LeakTarget read_leak_target(const Column& column) {
  LeakTarget out;
  constexpr std::size_t kMostIntegerClasses = 20;  // as train --task auto
  std::map<std::string, std::uint32_t> classes;
  out.is_class = !column.is_times();
  if (column.is_numeric()) {
    std::set<double> distinct;
    for (std::size_t row = 0; row < column.size() && distinct.size() <= kMostIntegerClasses; ++row) {
      if (!column.is_missing(row)) distinct.insert(column.numbers().values[row]);
    }
    out.is_class = column.numbers().integer && distinct.size() <= kMostIntegerClasses;
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) continue;
    out.rows.push_back(static_cast<std::uint32_t>(row));
    if (out.is_class) {
      const auto [at, fresh] = classes.emplace(cell_key(column, row), static_cast<std::uint32_t>(classes.size()));
      out.classes.push_back(at->second);
    } else {
      out.values.push_back(column.is_times() ? static_cast<double>(column.times().micros[row])
                                             : column.numbers().values[row]);
    }
  }
  out.names.resize(classes.size());
  for (const auto& [name, code] : classes) out.names[code] = name;
  return out;
}

double ranking_power(const std::vector<double>& scores, const LeakTarget& target) {
  std::vector<double> kept;
  std::vector<std::uint32_t> at;
  for (std::size_t i = 0; i < target.rows.size(); ++i) {
    const double score = scores[target.rows[i]];
    if (score != score) continue;
    kept.push_back(score);
    at.push_back(static_cast<std::uint32_t>(i));
  }
  if (kept.size() < kFewestRows) return 0;
  const std::vector<double> ranks = mid_ranks(kept);
  if (!target.is_class) {
    std::vector<double> values;
    for (const std::uint32_t i : at) values.push_back(target.values[i]);
    return std::max(squared_correlation(kept, values), squared_correlation(ranks, mid_ranks(values)));
  }
  std::vector<std::uint32_t> classes;
  for (const std::uint32_t i : at) classes.push_back(target.classes[i]);
  return pairwise_auc(kept, classes, target.names.size());
}

double levels_power(const Column& column, const LeakTarget& target) {
  if (target.is_class && target.names.size() > kMostClasses) return 0;
  const std::size_t classes = target.is_class ? (target.names.size() == 2 ? 1 : target.names.size()) : 1;
  std::vector<std::uint64_t> keys(target.rows.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::uint32_t row = target.rows[i];
    keys[i] = column.is_missing(row) ? 0 : hash_bytes(column.cell_text(row));
  }
  double sum = 0;
  double judged = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    LeakTarget one = target;  // class c against the rest
    if (target.is_class) {
      one.names = {"rest", "class"};
      for (std::uint32_t& code : one.classes) code = code == c ? 1 : 0;
    }
    const double power = ranking_power(level_scores(column.size(), keys, one), one);
    sum += power;
    judged += power > 0 ? 1 : 0;
  }
  return judged > 0 ? sum / judged : 0;
}

bool is_copy(const Column& column, const Column& target_column, const LeakTarget& target, std::string& detail) {
  std::vector<std::uint32_t> both;
  for (std::size_t i = 0; i < target.rows.size(); ++i) {
    if (!column.is_missing(target.rows[i])) both.push_back(static_cast<std::uint32_t>(i));
  }
  if (both.size() < kFewestRows || both.size() * 2 < target.rows.size()) return false;
  if (!target.is_class && column.is_numeric()) {
    std::vector<double> x;
    std::vector<double> y;
    for (const std::uint32_t i : both) {
      x.push_back(column.numbers().values[target.rows[i]]);
      y.push_back(target.values[i]);
    }
    constexpr double kOnALine = 1e-9;
    if (1 - squared_correlation(x, y) > kOnALine) return false;
    detail = "is the target on another scale: one is a straight line of the other";
    return true;
  }
  // One value here for each there, and back.
  std::map<std::uint64_t, std::uint64_t> there;
  std::map<std::uint64_t, std::uint64_t> back;
  for (const std::uint32_t i : both) {
    const std::uint64_t a = hash_bytes(column.cell_text(target.rows[i]));
    const std::uint64_t b = hash_bytes(target_column.cell_text(target.rows[i]));
    if (there.emplace(a, b).first->second != b || back.emplace(b, a).first->second != a) return false;
    constexpr std::size_t kMostValues = 1000;
    if (there.size() > kMostValues) return false;  // all distinct on both sides is no copy
  }
  if (there.size() < 2 || there.size() * 2 > both.size()) return false;
  detail = "goes one to one with the target (" + std::to_string(there.size()) + " values)";
  return true;
}

}  // namespace mlkit::internal
