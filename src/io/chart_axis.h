// Where values stand along an axis, and which of them are written beside it.
#pragma once

#include <string>
#include <vector>

#include "mlkit/io/charts.h"

namespace mlkit::internal {

struct Tick {
  double value;
  std::string label;
};

struct AxisLayout {
  double low = 0;
  double high = 1;
  AxisScale scale = AxisScale::kLinear;
  std::vector<Tick> ticks;

  // 0 at the low end, 1 at the high end; NaN for what the axis cannot show.
  double position(double value) const;
};

// The least and largest finite value seen (that the scale can show).
struct Extent {
  double low = 0;
  double high = 0;
  bool any = false;
  void add(double value, AxisScale scale = AxisScale::kLinear);
  void add_all(const std::vector<double>& values, AxisScale scale);
};

// An axis over `extent` with about `wanted` ticks. `tight`: ends where the data end, else at round numbers.
AxisLayout lay_out_axis(const Axis& axis, Extent extent, std::size_t wanted, bool tight);

// A value as it is written on this axis, in full precision for people.
std::string axis_value_text(const Axis& axis, double value);

// The points of a series that are drawn (indexes, rising): all, or at most about kMostDrawnPoints of them.
std::vector<std::size_t> drawn_points(const Series& series);

}  // namespace mlkit::internal
