#include "mlkit/drift/stream_detectors.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"

namespace mlkit {
namespace {

constexpr std::size_t kMostBuckets = 5;
constexpr std::uint64_t kEvery = 32;
constexpr double kLeastSide = 5;
constexpr double kLeastWindow = 10;
constexpr double kFirst = 30;  // of DDM and Page-Hinkley

bool all_finite(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

double size_of(std::size_t row) { return std::ldexp(1.0, static_cast<int>(row)); }

}  // namespace

double Adwin::value() const { return count_ > 0 ? sum_ / count_ : 0; }

void Adwin::insert(double x) {
  if (rows_.empty()) rows_.emplace_back();
  rows_[0].insert(rows_[0].begin(), Bucket{x, 0});
  if (count_ > 0) {
    const double off = x - sum_ / count_;
    squares_ += off * off * count_ / (count_ + 1);
  }
  count_ += 1;
  sum_ += x;
  compress();
}

// Where a size has more buckets than it may, its two oldest become one of the next size.
void Adwin::compress() {
  for (std::size_t row = 0; row < rows_.size() && rows_[row].size() > kMostBuckets; ++row) {
    if (row + 1 == rows_.size()) rows_.emplace_back();
    const Bucket older = rows_[row].back();
    rows_[row].pop_back();
    const Bucket newer = rows_[row].back();
    rows_[row].pop_back();
    const double n = size_of(row);
    const double off = older.sum / n - newer.sum / n;
    rows_[row + 1].insert(rows_[row + 1].begin(),
                          Bucket{older.sum + newer.sum, older.squares + newer.squares + off * off * n / 2});
  }
}

void Adwin::drop_oldest() {
  const double n = size_of(rows_.size() - 1);
  const Bucket oldest = rows_.back().back();
  rows_.back().pop_back();
  count_ -= n;
  sum_ -= oldest.sum;
  if (count_ > 0) {
    const double off = oldest.sum / n - sum_ / count_;
    squares_ = std::max(0.0, squares_ - oldest.squares - off * off * n * count_ / (n + count_));
  } else {
    sum_ = squares_ = 0;
  }
  while (!rows_.empty() && rows_.back().empty()) rows_.pop_back();
}

// Whether the window differs between the two sides of any border between buckets, from the oldest on.
bool Adwin::cut() {
  const double confidence = mlkit::log(2 * mlkit::log(count_) / delta_);
  const double variance = squares_ / count_;
  double n0 = 0, sum0 = 0;
  for (std::size_t row = rows_.size(); row-- > 0;) {
    for (std::size_t i = rows_[row].size(); i-- > 0;) {
      n0 += size_of(row);
      sum0 += rows_[row][i].sum;
      const double n1 = count_ - n0;
      if (n1 < kLeastSide) return false;
      if (n0 < kLeastSide) continue;
      const double inverse = 1 / n0 + 1 / n1;
      const double bound = std::sqrt(2 * inverse * variance * confidence) + 2.0 / 3 * inverse * confidence;
      if (std::fabs(sum0 / n0 - (sum_ - sum0) / n1) > bound) return true;
    }
  }
  return false;
}

bool Adwin::add(double x) {
  insert(x);
  ++seen_;
  bool changed = false;
  if (seen_ % kEvery != 0) return false;
  while (count_ > kLeastWindow && cut()) {
    changed = true;
    drop_oldest();
  }
  return changed;
}

std::vector<double> Adwin::state() const {
  std::vector<double> out = {static_cast<double>(seen_), count_, sum_, squares_, static_cast<double>(rows_.size())};
  for (const std::vector<Bucket>& row : rows_) {
    out.push_back(static_cast<double>(row.size()));
    for (const Bucket& bucket : row) out.insert(out.end(), {bucket.sum, bucket.squares});
  }
  return out;
}

bool Adwin::restore(const std::vector<double>& state) {
  constexpr std::size_t kHead = 5;
  constexpr double kMostRows = 50;
  if (state.size() < kHead || !all_finite(state) || !(state[0] >= 0 && state[0] < 9e15)) return false;
  if (!(state[4] >= 0 && state[4] <= kMostRows)) return false;
  std::vector<std::vector<Bucket>> rows(static_cast<std::size_t>(state[4]));
  std::size_t at = kHead;
  double count = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (at >= state.size() || !(state[at] >= 0 && state[at] <= kMostBuckets)) return false;
    const auto buckets = static_cast<std::size_t>(state[at++]);
    if (state.size() - at < 2 * buckets) return false;
    for (std::size_t i = 0; i < buckets; ++i, at += 2) rows[row].push_back({state[at], state[at + 1]});
    count += size_of(row) * static_cast<double>(buckets);
  }
  if (at != state.size() || count != state[1] || state[3] < 0) return false;
  rows_ = std::move(rows);
  seen_ = static_cast<std::uint64_t>(state[0]);
  count_ = count;
  sum_ = state[2];
  squares_ = state[3];
  return true;
}

bool Ddm::add(double x) {
  n_ += 1;
  p_ += (x - p_) / n_;
  const double s = std::sqrt(p_ * (1 - p_) / n_);
  if (n_ < kFirst) return false;
  if (p_ > 0 && p_ + s <= p_min_ + s_min_) {
    p_min_ = p_;
    s_min_ = s;
  }
  if (!(p_min_ <= 1) || !(p_ + s > p_min_ + 3 * s_min_)) return false;
  const double at_alarm = p_;
  *this = Ddm();
  at_alarm_ = at_alarm;
  return true;
}

bool Ddm::restore(const std::vector<double>& state) {
  if (state.size() != 4 || !all_finite(state) || state[0] < 0 || !(state[1] >= 0 && state[1] <= 1)) return false;
  n_ = state[0];
  p_ = state[1];
  p_min_ = state[2];
  s_min_ = state[3];
  return true;
}

bool PageHinkley::add(double x) {
  constexpr double kTolerance = 0.005;
  constexpr double kLimit = 50;
  constexpr double kForget = 0.9999;
  n_ += 1;
  mean_ += (x - mean_) / n_;
  sum_ = kForget * sum_ + (x - mean_ - kTolerance);
  least_ = std::min(least_, sum_);
  if (n_ < kFirst || !(sum_ - least_ > kLimit)) return false;
  const double at_alarm = mean_;
  *this = PageHinkley();
  at_alarm_ = at_alarm;
  return true;
}

bool PageHinkley::restore(const std::vector<double>& state) {
  if (state.size() != 4 || !all_finite(state) || state[0] < 0) return false;
  n_ = state[0];
  mean_ = state[1];
  sum_ = state[2];
  least_ = state[3];
  return true;
}

std::unique_ptr<StreamDetector> make_stream_detector(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '-', '_');
  if (plain == "adwin") return std::make_unique<Adwin>();
  if (plain == "ddm") return std::make_unique<Ddm>();
  if (plain == "page_hinkley") return std::make_unique<PageHinkley>();
  return nullptr;
}

}  // namespace mlkit
