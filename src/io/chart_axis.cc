#include "chart_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

#include "mlkit/base/math.h"
#include "mlkit/data/datetime.h"
#include "mlkit/io/display.h"

namespace mlkit::internal {
namespace {

constexpr double kLn10 = 2.302585092994046;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

double power_of_ten(int exponent) {
  double out = 1;
  for (int i = 0; i < std::abs(exponent); ++i) out *= 10;
  return exponent < 0 ? 1 / out : out;
}

// Steps of 1, 2, 2.5 and 5 times a power of ten; multiples are computed so that 0.3 is 0.3.
struct Step {
  int tenths;    // 10, 20, 25, 50
  int exponent;  // the step is tenths / 10 * 10^exponent

  double times(double n) const {
    const double scaled = n * tenths;
    const int shift = exponent - 1;
    return shift < 0 ? scaled / power_of_ten(-shift) : scaled * power_of_ten(shift);
  }
  int decimals() const { return std::max(0, -exponent + (tenths == 25 ? 1 : 0)); }
};

// The smallest step of which at most `wanted` fit into `range`.
Step round_step(double range, std::size_t wanted) {
  const double least = range / static_cast<double>(std::max<std::size_t>(wanted, 1));
  int exponent = static_cast<int>(std::floor(log(least) / kLn10)) - 1;
  for (;; ++exponent) {
    for (const int tenths : {10, 20, 25, 50}) {
      const Step step{tenths, exponent};
      if (step.times(1) >= least * (1 - 1e-9)) return step;
    }
  }
}

std::string tick_text(double value, const Step& step, bool percent, double largest) {
  if (value == 0) return percent ? "0 %" : "0";
  if (percent) {
    const int decimals = std::max(0, step.decimals() - 2);
    return fmt::format("{:.{}f} %", value * 100, decimals);
  }
  if (largest >= 1e15 || largest < 1e-4) return fmt::format("{:.3g}", value);
  struct Unit {
    double size;
    int digits;
    const char* sign;
  };
  for (const Unit unit : {Unit{1e12, 12, "T"}, Unit{1e9, 9, "G"}, Unit{1e6, 6, "M"}, Unit{1e3, 3, "k"}}) {
    if (largest < unit.size * (unit.digits == 3 ? 10 : 1)) continue;
    const int decimals = std::max(0, unit.digits - step.exponent + (step.tenths == 25 ? 1 : 0));
    if (decimals > 3) break;  // a narrow range far from 0: in full
    std::string text = fmt::format("{:.{}f}", value / unit.size, decimals);
    if (decimals > 0) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
    }
    return text + unit.sign;
  }
  return fmt::format("{:.{}f}", value, step.decimals());
}

void linear_ticks(AxisLayout& axis, std::size_t wanted, bool percent, bool tight_low, bool tight_high) {
  const Step step = round_step(axis.high - axis.low, wanted);
  const double unit = step.times(1);
  double first = std::floor(axis.low / unit + 1e-9);
  double last = std::ceil(axis.high / unit - 1e-9);
  if (tight_low) first = std::ceil(axis.low / unit - 1e-9);
  if (tight_high) last = std::floor(axis.high / unit + 1e-9);
  const double largest = std::max(std::fabs(step.times(first)), std::fabs(step.times(last)));
  constexpr int kEnough = 64;
  for (int i = 0; i < kEnough && first + i <= last; ++i) {
    const double value = step.times(first + i);
    if (!axis.ticks.empty() && value <= axis.ticks.back().value) break;  // doubles are no finer here
    axis.ticks.push_back({value + 0.0, tick_text(value, step, percent, largest)});
  }
  if (axis.ticks.empty()) return;
  if (!tight_low) axis.low = std::min(axis.low, axis.ticks.front().value);
  if (!tight_high) axis.high = std::max(axis.high, axis.ticks.back().value);
}

void log_ticks(AxisLayout& axis, std::size_t wanted, bool tight) {
  const int low = static_cast<int>(std::floor(log(axis.low) / kLn10 + 1e-9));
  const int high = static_cast<int>(std::ceil(log(axis.high) / kLn10 - 1e-9));
  const int every = std::max(1, (high - low) / static_cast<int>(std::max<std::size_t>(wanted, 1)));
  const bool few = high - low <= 2;
  for (int exponent = low; exponent <= high; exponent += every) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && !few) continue;
      const double value = factor * power_of_ten(exponent);
      if (tight && (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9))) continue;
      if (!tight && factor > 1 && exponent == high) continue;
      axis.ticks.push_back({value, display_number(value)});
    }
  }
  if (axis.ticks.empty()) axis.ticks = {{axis.low, display_number(axis.low)}, {axis.high, display_number(axis.high)}};
  if (tight) return;
  axis.low = std::min(axis.low, power_of_ten(low));
  axis.high = std::max(axis.high, power_of_ten(high));
}

std::int64_t month_start(std::int64_t months_since_1970) {
  const auto year = static_cast<int>(months_since_1970 >= 0 ? months_since_1970 / 12 : (months_since_1970 - 11) / 12);
  const auto month = static_cast<unsigned>(months_since_1970 - std::int64_t{year} * 12) + 1;
  const std::chrono::year_month_day day{std::chrono::year(1970 + year), std::chrono::month(month), std::chrono::day(1)};
  return std::chrono::sys_days(day).time_since_epoch().count() * kDay;
}

std::string time_text(std::int64_t micros, std::int64_t step) {
  const std::string text = format_datetime(micros, step >= kDay);
  if (step >= 360 * kDay) return text.substr(0, text.find('-', 1));
  if (step >= 28 * kDay) return text.substr(0, text.rfind('-'));
  if (step >= kDay) return text;
  const std::size_t clock = text.find('T') + 1;
  return step >= 60 * kSecond ? text.substr(clock, 5) : text.substr(clock);
}

void time_ticks(AxisLayout& axis, std::size_t wanted) {
  const double least = (axis.high - axis.low) / static_cast<double>(std::max<std::size_t>(wanted, 1));
  constexpr std::int64_t kMinute = 60 * kSecond;
  constexpr std::int64_t kHour = 60 * kMinute;
  for (const std::int64_t step :
       {kSecond, 5 * kSecond, 15 * kSecond, 30 * kSecond, kMinute, 5 * kMinute, 15 * kMinute, 30 * kMinute, kHour,
        3 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay, 7 * kDay, 14 * kDay}) {
    if (static_cast<double>(step) < least) continue;
    auto at = static_cast<std::int64_t>(std::ceil(axis.low / static_cast<double>(step))) * step;
    for (; static_cast<double>(at) <= axis.high; at += step) {
      axis.ticks.push_back({static_cast<double>(at), time_text(at, step)});
    }
    return;
  }
  constexpr double kMonth = 30.436875 * static_cast<double>(kDay);
  for (std::int64_t months : {1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000}) {
    if (static_cast<double>(months) * kMonth < least && months < 12000) continue;
    std::int64_t at = static_cast<std::int64_t>(std::floor(axis.low / kMonth / static_cast<double>(months))) * months;
    for (;; at += months) {
      const auto micros = static_cast<double>(month_start(at));
      if (micros > axis.high) return;
      if (micros >= axis.low) {
        axis.ticks.push_back({micros, time_text(static_cast<std::int64_t>(micros), months * 30 * kDay)});
      }
    }
  }
}

}  // namespace

double AxisLayout::position(double value) const {
  if (!std::isfinite(value)) return std::numeric_limits<double>::quiet_NaN();
  if (scale != AxisScale::kLog) {
    // Halved first: the difference of two doubles may be beyond a double.
    return (value / 2 - low / 2) / (high / 2 - low / 2);
  }
  if (value <= 0) return std::numeric_limits<double>::quiet_NaN();
  return (log(value) - log(low)) / (log(high) - log(low));
}

void Extent::add(double value, AxisScale scale) {
  if (!std::isfinite(value) || (scale == AxisScale::kLog && value <= 0)) return;
  low = any ? std::min(low, value) : value;
  high = any ? std::max(high, value) : value;
  any = true;
}

void Extent::add_all(const std::vector<double>& values, AxisScale scale) {
  for (const double value : values) add(value, scale);
}

AxisLayout lay_out_axis(const Axis& axis, Extent extent, std::size_t wanted, bool tight) {
  AxisLayout out;
  out.scale = axis.scale;
  out.low = axis.min.value_or(extent.any ? extent.low : (axis.scale == AxisScale::kLog ? 1 : 0));
  out.high = axis.max.value_or(extent.any ? extent.high : out.low + 1);
  if (axis.scale == AxisScale::kLog && out.low <= 0) out.low = extent.any ? extent.low : 1;
  if (!(out.low < out.high)) {  // one value only: room on both sides
    const double room = axis.scale == AxisScale::kTime  ? static_cast<double>(kDay)
                        : axis.scale == AxisScale::kLog ? out.low * 0.5
                        : out.low == 0                  ? 1
                                                        : std::fabs(out.low) * 0.1;
    out.high = out.low + room;
    out.low -= room;
  }
  // Beyond these, steps could not be counted.
  constexpr double kWidest = 1e300;
  constexpr double kNarrowest = 1e-290;
  if (axis.scale == AxisScale::kLog) {
    out.low = std::max(out.low, kNarrowest);
    out.high = std::max(out.high, out.low * 2);
  } else if (out.high / 2 - out.low / 2 < kNarrowest) {
    out.low -= kNarrowest;
    out.high += kNarrowest;
  }
  if (out.low < -kWidest || out.high > kWidest) {
    out.ticks = {{out.low, display_number(out.low)}, {out.high, display_number(out.high)}};
  } else if (axis.scale == AxisScale::kLog) {
    log_ticks(out, wanted, tight || (axis.min.has_value() && axis.max.has_value()));
  } else if (axis.scale == AxisScale::kTime) {
    time_ticks(out, wanted);
  } else {
    linear_ticks(out, wanted, axis.percent, tight || axis.min.has_value(), tight || axis.max.has_value());
  }
  return out;
}

std::string axis_value_text(const Axis& axis, double value) {
  if (axis.scale == AxisScale::kTime && std::isfinite(value)) {
    return format_datetime(static_cast<std::int64_t>(value), false);
  }
  return axis.percent ? display_percent(value) : display_number(value);
}

std::vector<std::size_t> drawn_points(const Series& series) {
  const std::size_t points = std::min(series.x.size(), series.y.size());
  std::vector<std::size_t> out;
  if (points <= kMostDrawnPoints) {
    for (std::size_t i = 0; i < points; ++i) out.push_back(i);
    return out;
  }
  constexpr std::size_t kPerStretch = 4;
  constexpr std::size_t kStretches = kMostDrawnPoints / kPerStretch;
  for (std::size_t s = 0; s < kStretches; ++s) {
    const std::size_t begin = points * s / kStretches;
    const std::size_t end = points * (s + 1) / kStretches;
    std::size_t kept[kPerStretch] = {begin, begin, begin, end - 1};
    for (std::size_t i = begin; i < end; ++i) {
      if (series.y[i] < series.y[kept[1]]) kept[1] = i;
      if (series.y[i] > series.y[kept[2]]) kept[2] = i;
    }
    std::sort(std::begin(kept), std::end(kept));
    for (const std::size_t i : kept) {
      if (out.empty() || out.back() < i) out.push_back(i);
    }
  }
  return out;
}

}  // namespace mlkit::internal
