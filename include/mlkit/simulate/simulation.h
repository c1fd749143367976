// A made-up table of which the truth is known. Row i is a pure function of the options (seed included) and i,
// so that a table of any length is made in blocks, in parallel, in bounded memory, with the same bytes on every
// machine and for any number of threads; and a longer table begins with the rows of a shorter one (drift's
// excepted, whose phases share the rows).
//
// Numbers are rounded to six decimals; as text they are exactly that, without trailing zeros.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/output_file.h"
#include "mlkit/data/schema.h"
#include "mlkit/data/table.h"

namespace mlkit {

// What is known about a group of made-up rows: a phase of a drift, or all rows.
struct GroupTally {
  std::uint64_t rows = 0;
  std::uint64_t flipped = 0;      // labels replaced by another one
  std::uint64_t best_right = 0;   // rows whose label before flips is what the best possible rule says
  std::uint64_t first_right = 0;  // drift: the same for the best rule of phase 1
};

struct SimulatedBlock {
  Table table;
  std::vector<GroupTally> groups;
  std::vector<std::uint64_t> flipped;  // row numbers in the table, from 1
};

class Simulation {
 public:
  virtual ~Simulation() = default;
  virtual const Schema& schema() const = 0;
  virtual std::size_t groups() const { return 1; }
  // Rows begin .. end - 1, from 0; thread-safe.
  virtual SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const = 0;
};

struct SimulationTally {
  std::uint64_t rows = 0;  // written
  std::vector<GroupTally> groups;
  std::vector<std::uint64_t> flipped;
};

// Rows 0 .. rows - 1 as CSV, with a header.
SimulationTally write_simulation(const Simulation& simulation, std::uint64_t rows, OutputFile& out, Context& context);
// The same in memory.
Table make_table(const Simulation& simulation, std::uint64_t rows);

// The nearest multiple of 10^-6, halves away from zero; |value| < 10^9.
double round_to_micro(double value);

}  // namespace mlkit
