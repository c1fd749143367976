// A stream of classified rows whose law changes from phase to phase, in the order of time.
//
// In phase 1 the classes 0 and 1 are Gaussians N(-+ (separation / 2) u, I), where u is a unit vector over the
// informative features; further features are N(0, 1) in both. With k = phase - 1:
//   gaussian    both Gaussians move together: `shift` k sd in each shifted column (towards class 1 in the informative
//               ones), so the inputs drift and a boundary learned before is wrong
//   covariate   the inputs move as above, but what an input says of the class stays as in phase 1: P(x) changes,
//               P(y | x) does not, and a model that has the right form stays right
//   prior       the log odds of class 1 grow by `shift` k: P(y) changes, P(x | y) does not
//   concept     the boundary turns by `shift` k quarter turns (2: the classes change places): P(y | x) changes, P(x)
//   does
//               not (nor, with even classes, P(y)), so the inputs say nothing
// Transitions: sudden, at the change point; gradual, where the chance of the new phase grows from 0 to 1 over `width`
// of a segment's rows around the change point; recurring, phases 1 .. P in turn, `cycles` times, each time suddenly.
// All segments (one per phase, or phases x cycles) have the same number of rows, up to one.
//
// Columns: x1 .., target, phase (from 1; left out with only_phase).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/simulate/simulation.h"

namespace mlkit {

struct DriftSimulationOptions {
  std::uint64_t seed = 42;
  std::uint64_t rows = 1000;  // in all phases
  std::int64_t features = 5;
  std::int64_t informative = 3;
  std::int64_t shifted = 3;  // columns x1 .. that move (gaussian, covariate)
  std::int64_t phases = 2;
  double shift = 1;
  std::string kind = "gaussian";      // gaussian, covariate, prior, concept
  std::string transition = "sudden";  // sudden, gradual, recurring
  double width = 0.5;                 // gradual
  std::int64_t cycles = 2;            // recurring
  std::vector<double> weights = {};   // shares of the two classes in phase 1
  double separation = 2;
  double noise = 0;             // share of labels swapped
  double missing = 0;           // share of input cells, at random
  std::int64_t only_phase = 0;  // only the rows of this phase; 0 = all
};

struct ChangePoint {
  std::uint64_t row = 0;   // the first row of the new segment, from 1; gradual: where both are as likely
  std::uint64_t from = 0;  // gradual: the first and last row of the transition
  std::uint64_t to = 0;
  std::uint64_t old_phase = 0;
  std::uint64_t new_phase = 0;
};

struct PhaseTruth {
  double positive_share = 0;     // P(target = 1) before swaps; NaN where it has no closed form
  std::vector<double> centre_0;  // of the inputs' two Gaussians (of the classes, but for covariate and concept)
  std::vector<double> centre_1;
  std::vector<double> coefficients;  // log odds of class 1 given the informative features
  double intercept = 0;
};

struct DriftTruth {
  std::vector<PhaseTruth> phases;
  std::vector<ChangePoint> changes;
  std::vector<std::string> shifted;  // columns whose distribution changes over time
};

class DriftSimulation : public Simulation {
 public:
  // Throws Error(kUsage) for options that do not fit together.
  explicit DriftSimulation(const DriftSimulationOptions& options);
  const Schema& schema() const override { return schema_; }
  std::size_t groups() const override { return truth_.phases.size(); }
  SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const override;
  const DriftTruth& truth() const { return truth_; }

 private:
  std::size_t phase_of_row(std::uint64_t row) const;  // from 0
  std::uint64_t segment_begin(std::uint64_t segment) const;
  void set_phases(const std::vector<double>& direction, const std::vector<double>& across);
  void set_changes();

  DriftSimulationOptions options_;
  DriftTruth truth_;
  std::vector<double> input_share_;  // per phase: of the Gaussian of class 1 among the inputs
  std::uint64_t segments_ = 0;
  bool from_inputs_ = false;  // the class is drawn after the inputs, from their log odds
  Schema schema_;
};

}  // namespace mlkit
