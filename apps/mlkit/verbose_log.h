// What -v adds on standard error: each step with the seconds since the start and, at the end, the
// cost of the run. Nothing is set up while nobody asked for it.
#pragma once

#include <string>

namespace mlkit::app {

void log_detail(const std::string& text);
// Wall-clock and processor time, peak memory.
void log_cost();

}  // namespace mlkit::app
