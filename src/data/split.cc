#include "mlkit/data/split.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

struct PartSizes {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t test = 0;
};

// The product of a share and a count may lie a rounding error above a whole number.
std::size_t rows_of_share(std::size_t rows, double share) {
  constexpr double kRounding = 1e-9;
  return static_cast<std::size_t>(std::ceil(std::max(0.0, static_cast<double>(rows) * share - kRounding)));
}

PartSizes part_sizes(std::size_t rows, const SplitSizes& sizes) {
  PartSizes out{.test = rows_of_share(rows, sizes.test)};
  out.valid = rows_of_share(rows, sizes.valid);
  if (out.test + out.valid >= rows) {
    throw_data("no row would be left for training: " + std::to_string(rows) + " rows, of them " +
                   std::to_string(out.test) + " for the test and " + std::to_string(out.valid) + " for validation",
               "give a smaller --test-size");
  }
  out.train = rows - out.test - out.valid;
  return out;
}

std::size_t part_count(const SplitSizes& sizes) { return 1 + (sizes.test > 0 ? 1u : 0u) + (sizes.valid > 0 ? 1u : 0u); }

// Which part a row is in; lists are built from it, so that they rise.
enum : std::uint8_t { kTrain = 0, kValid = 1, kTest = 2 };

Split split_of(std::span<const std::uint8_t> part) {
  Split out;
  for (std::uint32_t row = 0; row < part.size(); ++row) {
    (part[row] == kTrain ? out.train : part[row] == kValid ? out.valid : out.test).push_back(row);
  }
  return out;
}

std::vector<std::size_t> count_labels(std::span<const std::uint32_t> labels, std::size_t classes) {
  std::vector<std::size_t> counts(classes);
  for (const std::uint32_t label : labels) ++counts[label];
  return counts;
}

void check_class_sizes(std::span<const std::size_t> counts, std::span<const std::string> names, std::size_t at_least,
                       const std::string& what) {
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0 || counts[c] >= at_least || names[c].empty()) continue;
    throw_data("class \"" + names[c] + "\" has only " + std::to_string(counts[c]) +
                   (counts[c] == 1 ? " row" : " rows") + ", too few for " + what,
               "add rows of that class, leave it out, or split without regard to classes (--no-stratify)");
  }
}

// Rows of each class in the order of one random permutation of all rows.
std::vector<RowList> shuffled_by_class(std::span<const std::uint32_t> labels, std::size_t classes, std::uint64_t seed,
                                       RandomPurpose purpose, std::uint32_t sub) {
  std::vector<RowList> out(classes);
  for (const std::uint32_t row : random_permutation(labels.size(), seed, purpose, sub)) out[labels[row]].push_back(row);
  return out;
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

void check_folds(std::size_t items, std::size_t k, const std::string& what) {
  if (k < 2) throw_usage("at least 2 folds are needed, not " + std::to_string(k));
  if (items < k) {
    throw_data(std::to_string(k) + " folds need at least " + std::to_string(k) + " " + what + ", there are " +
                   std::to_string(items),
               "give fewer folds");
  }
}

}  // namespace

std::vector<std::size_t> largest_remainder(std::size_t total, std::span<const std::size_t> weights) {
  const std::uint64_t sum = std::accumulate(weights.begin(), weights.end(), std::uint64_t{0});
  std::vector<std::size_t> seats(weights.size());
  std::vector<std::uint64_t> remainder(weights.size());
  std::size_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::uint64_t product = std::uint64_t{total} * weights[i];
    seats[i] = static_cast<std::size_t>(product / sum);
    remainder[i] = product % sum;
    given += seats[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; given < total; ++i, ++given) ++seats[order[i]];
  return seats;
}

Split split_random(std::size_t rows, const SplitSizes& sizes, std::uint64_t seed) {
  const PartSizes parts = part_sizes(rows, sizes);
  const std::vector<std::uint32_t> order = random_permutation(rows, seed, RandomPurpose::kSplit);
  std::vector<std::uint8_t> part(rows, kTrain);
  for (std::size_t i = 0; i < parts.test + parts.valid; ++i) part[order[i]] = i < parts.test ? kTest : kValid;
  return split_of(part);
}

Split split_stratified(std::span<const std::uint32_t> labels, std::span<const std::string> class_names,
                       const SplitSizes& sizes, std::uint64_t seed) {
  const std::size_t classes = class_names.size();
  const PartSizes parts = part_sizes(labels.size(), sizes);
  std::vector<std::size_t> left = count_labels(labels, classes);
  check_class_sizes(left, class_names, part_count(sizes),
                    "a stratified split into " + std::to_string(part_count(sizes)) + " parts");
  const std::vector<std::size_t> test = largest_remainder(parts.test, left);
  for (std::size_t c = 0; c < classes; ++c) left[c] -= test[c];
  const std::vector<std::size_t> valid = largest_remainder(parts.valid, left);
  const std::vector<RowList> rows = shuffled_by_class(labels, classes, seed, RandomPurpose::kSplit, 0);
  std::vector<std::uint8_t> part(labels.size(), kTrain);
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < test[c] + valid[c]; ++i) part[rows[c][i]] = i < test[c] ? kTest : kValid;
  }
  return split_of(part);
}

Split split_groups(std::span<const std::uint32_t> groups, std::size_t group_count, const SplitSizes& sizes,
                   std::uint64_t seed) {
  const PartSizes parts = part_sizes(groups.size(), sizes);
  if (group_count < part_count(sizes)) {
    throw_data("there are " + std::to_string(group_count) + " groups for " + std::to_string(part_count(sizes)) +
               " parts, and no group may be on two sides");
  }
  const std::vector<std::size_t> counts = count_labels(groups, group_count);
  std::vector<std::uint32_t> waiting = random_permutation(group_count, seed, RandomPurpose::kSplit);
  std::vector<std::uint8_t> part_of_group(group_count, kTrain);
  const auto fill = [&](std::uint8_t part, std::size_t wanted, std::size_t keep_groups) {
    if (wanted == 0) return;
    std::size_t have = 0;
    std::vector<std::uint32_t> rest;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      const std::size_t with = have + counts[waiting[i]];
      const bool nearer = with <= wanted || with - wanted < wanted - std::min(have, wanted);
      const bool enough_left = rest.size() + (waiting.size() - i - 1) >= keep_groups;
      if (have < wanted && nearer && enough_left) {
        part_of_group[waiting[i]] = part;
        have = with;
      } else {
        rest.push_back(waiting[i]);
      }
    }
    if (have == 0) {  // every group is larger than twice the part: the smallest will do
      const auto smallest = std::min_element(rest.begin(), rest.end(), [&](std::uint32_t a, std::uint32_t b) {
        return counts[a] != counts[b] ? counts[a] < counts[b] : a < b;
      });
      part_of_group[*smallest] = part;
      rest.erase(smallest);
    }
    waiting = std::move(rest);
  };
  fill(kTest, parts.test, parts.valid > 0 ? 2 : 1);
  fill(kValid, parts.valid, 1);
  std::vector<std::uint8_t> part(groups.size());
  for (std::size_t row = 0; row < groups.size(); ++row) part[row] = part_of_group[groups[row]];
  return split_of(part);
}

Split split_by_time(std::span<const std::int64_t> times, const SplitSizes& sizes) {
  const PartSizes parts = part_sizes(times.size(), sizes);
  std::vector<std::int64_t> sorted(times.begin(), times.end());
  std::sort(sorted.begin(), sorted.end());
  // The first `train` instants are before every later row, unless the boundary cuts an instant.
  const auto boundary = [&](std::size_t position) {
    return static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), sorted[position]) - sorted.begin());
  };
  const std::size_t test_begin = parts.test > 0 ? boundary(times.size() - parts.test) : times.size();
  std::size_t valid_begin = test_begin;
  if (parts.valid > 0 && test_begin > parts.valid) valid_begin = boundary(test_begin - parts.valid);
  if (valid_begin == 0 || (parts.valid > 0 && test_begin <= parts.valid)) {
    throw_data("no row would be left for training: too many rows share the earliest times",
               "give a smaller --test-size, or a finer time column");
  }
  std::vector<std::uint8_t> part(times.size(), kTrain);
  for (std::size_t row = 0; row < times.size(); ++row) {
    if (test_begin < sorted.size() && times[row] >= sorted[test_begin]) {
      part[row] = kTest;
    } else if (valid_begin < test_begin && times[row] >= sorted[valid_begin]) {
      part[row] = kValid;
    }
  }
  return split_of(part);
}

Split split_by_hash(std::span<const std::string> keys, const SplitSizes& sizes, std::uint64_t seed) {
  std::vector<std::uint8_t> part(keys.size(), kTrain);
  for (std::size_t row = 0; row < keys.size(); ++row) {
    const double draw = random_uniform(seed, RandomPurpose::kSplit, fnv1a(keys[row]));
    if (draw < sizes.test) {
      part[row] = kTest;
    } else if (draw < sizes.test + sizes.valid) {
      part[row] = kValid;
    }
  }
  return split_of(part);
}

std::vector<std::uint32_t> folds_random(std::size_t rows, std::size_t k, std::uint64_t seed, std::uint32_t repeat) {
  check_folds(rows, k, "rows");
  const std::vector<std::uint32_t> order = random_permutation(rows, seed, RandomPurpose::kFolds, repeat);
  std::vector<std::uint32_t> folds(rows);
  for (std::size_t i = 0; i < rows; ++i) folds[order[i]] = static_cast<std::uint32_t>(i % k);
  return folds;
}

std::vector<std::uint32_t> folds_stratified(std::span<const std::uint32_t> labels,
                                            std::span<const std::string> class_names, std::size_t k, std::uint64_t seed,
                                            std::uint32_t repeat) {
  check_folds(labels.size(), k, "rows");
  check_class_sizes(count_labels(labels, class_names.size()), class_names, 2, "stratified folds");
  // Dealt round robin, class after class without starting again: so both the classes' and the folds'
  // counts differ by at most one.
  std::vector<std::uint32_t> folds(labels.size());
  std::size_t next = 0;
  for (const RowList& rows : shuffled_by_class(labels, class_names.size(), seed, RandomPurpose::kFolds, repeat)) {
    for (const std::uint32_t row : rows) folds[row] = static_cast<std::uint32_t>(next++ % k);
  }
  return folds;
}

std::vector<std::uint32_t> folds_groups(std::span<const std::uint32_t> groups, std::size_t group_count, std::size_t k,
                                        std::uint64_t seed, std::uint32_t repeat) {
  check_folds(group_count, k, "groups");
  const std::vector<std::size_t> counts = count_labels(groups, group_count);
  std::vector<std::uint32_t> order = random_permutation(group_count, seed, RandomPurpose::kFolds, repeat);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return counts[a] > counts[b]; });
  std::vector<std::size_t> sizes(k);
  std::vector<std::uint32_t> fold_of_group(group_count);
  for (const std::uint32_t group : order) {
    const auto fold = static_cast<std::size_t>(std::min_element(sizes.begin(), sizes.end()) - sizes.begin());
    fold_of_group[group] = static_cast<std::uint32_t>(fold);
    sizes[fold] += counts[group];
  }
  std::vector<std::uint32_t> folds(groups.size());
  for (std::size_t row = 0; row < groups.size(); ++row) folds[row] = fold_of_group[groups[row]];
  return folds;
}

void require_no_gaps(const Column& column, const std::string& option) {
  if (!column.validity.any_missing()) return;
  throw_data(std::to_string(column.validity.missing_count()) + " rows have no value in column \"" + column.name +
                 "\" (" + option + ")",
             "fill or drop these rows first");
}

std::vector<std::int64_t> times_of(const Column& column, const std::string& option) {
  require_no_gaps(column, option);
  if (column.is_times()) return column.times().micros;
  if (!column.is_numeric()) {
    throw_data("column \"" + column.name + "\" is " + std::string(column_type_name(column.type)) +
                   ", neither times nor numbers",
               "write times as 2024-05-31 or 2024-05-31T14:00:00");
  }
  std::vector<double> sorted = column.numbers().values;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> out;
  out.reserve(sorted.size());
  for (const double value : column.numbers().values) {
    out.push_back(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin());
  }
  return out;
}

Split fold_split(std::span<const std::uint32_t> folds, std::uint32_t fold) {
  Split out;
  for (std::uint32_t row = 0; row < folds.size(); ++row) (folds[row] == fold ? out.test : out.train).push_back(row);
  return out;
}

}  // namespace mlkit
