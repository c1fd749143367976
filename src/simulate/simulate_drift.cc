#include "mlkit/simulate/simulate_drift.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "feature_columns.h"

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"

namespace mlkit {
namespace {

// sin and cos of a quarter turn times `quarters` (>= 0), by whole quarters and Taylor's series of the rest.
struct Turn {
  double cos = 1;
  double sin = 0;
};

Turn turn_by(double quarters) {
  const double whole = std::floor(quarters);
  const double t = (quarters - whole) * 1.57079632679489661923;
  Turn out{0, 0};
  double term = 1;
  for (int n = 0; n < 30; ++n) {
    (n % 2 == 0 ? out.cos : out.sin) += (n / 2) % 2 == 0 ? term : -term;
    term = term * t / (n + 1);
  }
  for (auto left = static_cast<int>(std::fmod(whole, 4.0)); left > 0; --left) out = {-out.sin, out.cos};
  return out;
}

void validate(const DriftSimulationOptions& options) {
  if (options.informative > options.features) throw_usage("--informative is more than --features");
  if (options.shifted > options.features) throw_usage("--shifted is more than --features");
  if (options.kind == "concept" && options.informative < 2) {
    throw_usage("--kind concept turns the boundary between two informative features", "give --informative 2 or more");
  }
  if (options.only_phase > options.phases) throw_usage("--only-phase is more than --phases");
}

// A unit vector whose components are all of some size.
std::vector<double> draw_direction(std::size_t size, RowDraws& draws) {
  std::vector<double> out(size);
  double squares = 0;
  for (double& value : out) {
    value = (draws.uniform() < 0.5 ? -1 : 1) * (0.5 + 0.5 * draws.uniform());
    squares += value * value;
  }
  for (double& value : out) value /= std::sqrt(squares);
  return out;
}

// A unit vector at right angles to `direction`.
std::vector<double> draw_across(const std::vector<double>& direction, RowDraws& draws) {
  std::vector<double> out = draw_direction(direction.size(), draws);
  double along = 0;
  for (std::size_t j = 0; j < out.size(); ++j) along += out[j] * direction[j];
  if (out.size() == 1 || 1 - along * along < 1e-6) {  // (nearly) the same line: a turn in the first two
    out.assign(direction.size(), 0);
    if (out.size() > 1) {
      out[0] = -direction[1];
      out[1] = direction[0];
    }
    along = 0;
  }
  double squares = 0;
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] -= along * direction[j];
    squares += out[j] * out[j];
  }
  for (double& value : out) value = squares > 0 ? value / std::sqrt(squares) : 0;
  return out;
}

double log_odds(const PhaseTruth& phase, const std::vector<double>& x) {
  double sum = phase.intercept;
  for (std::size_t j = 0; j < phase.coefficients.size(); ++j) sum += phase.coefficients[j] * x[j];
  return sum;
}

}  // namespace

DriftSimulation::DriftSimulation(const DriftSimulationOptions& options)
    : options_(options),
      segments_(static_cast<std::uint64_t>(options.phases * (options.transition == "recurring" ? options.cycles : 1))),
      from_inputs_(options.kind == "covariate" || options.kind == "concept"),
      schema_(internal::feature_schema(options.features, 0, "target")) {
  validate(options);
  if (options.only_phase == 0) schema_.add({"phase"});
  RowDraws draws(options.seed, DrawStream::kFeatures, kParameterRow);
  const std::vector<double> direction = draw_direction(static_cast<std::size_t>(options.informative), draws);
  set_phases(direction, draw_across(direction, draws));
  set_changes();
}

void DriftSimulation::set_phases(const std::vector<double>& direction, const std::vector<double>& across) {
  const std::vector<double> shares = internal::shares_of(options_.weights, 2, "classes");
  const double prior = mlkit::log(shares[1] / shares[0]);
  const bool moves = options_.kind == "gaussian" || options_.kind == "covariate";
  for (std::int64_t k = 0; k < options_.phases; ++k) {
    PhaseTruth phase;
    const double amount = options_.shift * static_cast<double>(k);
    const double odds = options_.kind == "prior" ? prior + amount : prior;
    const Turn turn = turn_by(options_.kind == "concept" ? amount : 0);
    phase.intercept = odds;
    for (std::size_t j = 0; j < static_cast<std::size_t>(options_.features); ++j) {
      const double u = j < direction.size() ? direction[j] : 0;
      const double offset = moves && j < static_cast<std::size_t>(options_.shifted) ? (u < 0 ? -amount : amount) : 0;
      phase.centre_0.push_back(offset - options_.separation / 2 * u);
      phase.centre_1.push_back(offset + options_.separation / 2 * u);
      if (j >= direction.size()) continue;
      phase.coefficients.push_back(options_.separation * (turn.cos * u + turn.sin * across[j]));
      if (options_.kind == "gaussian") phase.intercept -= phase.coefficients.back() * offset;
    }
    input_share_.push_back(mlkit::sigmoid(odds));
    const bool closed = !from_inputs_ || k == 0;
    phase.positive_share = closed ? input_share_.back() : std::numeric_limits<double>::quiet_NaN();
    truth_.phases.push_back(std::move(phase));
  }
  if (moves && options_.shift != 0 && options_.phases > 1) {
    for (std::int64_t j = 1; j <= options_.shifted; ++j) truth_.shifted.push_back("x" + std::to_string(j));
  }
}

std::uint64_t DriftSimulation::segment_begin(std::uint64_t segment) const {
  // rows * segment / segments without overflow
  return options_.rows / segments_ * segment + options_.rows % segments_ * segment / segments_;
}

void DriftSimulation::set_changes() {
  const auto phases = static_cast<std::uint64_t>(options_.phases);
  for (std::uint64_t s = 1; s < segments_; ++s) {
    ChangePoint change;
    const std::uint64_t begin = segment_begin(s);
    change.row = begin + 1;
    change.from = change.to = change.row;
    if (options_.transition == "gradual") {
      const double half = options_.width / 2 * static_cast<double>(options_.rows) / static_cast<double>(segments_);
      change.from = begin + 1 - std::min(begin, static_cast<std::uint64_t>(half));
      change.to = std::min(begin + 1 + static_cast<std::uint64_t>(half), options_.rows);
    }
    change.old_phase = (s - 1) % phases + 1;
    change.new_phase = s % phases + 1;
    truth_.changes.push_back(change);
  }
}

std::size_t DriftSimulation::phase_of_row(std::uint64_t row) const {
  std::uint64_t segment = 0;
  while (segment + 1 < segments_ && row >= segment_begin(segment + 1)) ++segment;
  if (options_.transition == "gradual") {
    const double u = RowDraws(options_.seed, DrawStream::kLevels, row).uniform();
    const double length = static_cast<double>(options_.rows) / static_cast<double>(segments_);
    const double width = options_.width * length;
    // The nearest change decides: transitions are at most as wide as a segment.
    const double behind = static_cast<double>(row) - static_cast<double>(segment_begin(segment));
    if (segment > 0 && behind < width / 2 && u >= 0.5 + behind / width) {
      --segment;
    } else if (segment + 1 < segments_) {
      const double ahead = static_cast<double>(segment_begin(segment + 1)) - static_cast<double>(row);
      if (ahead < width / 2 && u < 0.5 - ahead / width) ++segment;
    }
  }
  return static_cast<std::size_t>(segment % static_cast<std::uint64_t>(options_.phases));
}

SimulatedBlock DriftSimulation::make_rows(std::uint64_t begin, std::uint64_t end) const {
  std::vector<std::uint64_t> rows;
  std::vector<std::size_t> phases;
  for (std::uint64_t row = begin; row < end; ++row) {
    const std::size_t phase = phase_of_row(row);
    if (options_.only_phase != 0 && phase + 1 != static_cast<std::size_t>(options_.only_phase)) continue;
    rows.push_back(row);
    phases.push_back(phase);
  }
  SimulatedBlock out;
  out.groups.resize(truth_.phases.size());
  internal::FeatureColumns columns(schema_, rows);
  std::vector<double> x(static_cast<std::size_t>(options_.features));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PhaseTruth& phase = truth_.phases[phases[i]];
    RowDraws labels(options_.seed, DrawStream::kLabels, rows[i]);
    bool positive = labels.uniform() < input_share_[phases[i]];
    const std::vector<double>& centre = positive ? phase.centre_1 : phase.centre_0;
    RowDraws draws(options_.seed, DrawStream::kFeatures, rows[i]);
    for (std::size_t j = 0; j < x.size(); ++j) x[j] = centre[j] + draws.normal();
    const double odds = log_odds(phase, x);
    if (from_inputs_) positive = labels.uniform() < mlkit::sigmoid(odds);
    GroupTally& tally = out.groups[phases[i]];
    ++tally.rows;
    tally.best_right += (odds > 0) == positive ? 1 : 0;
    tally.first_right += (log_odds(truth_.phases[0], x) > 0) == positive ? 1 : 0;
    if (options_.noise > 0 && RowDraws(options_.seed, DrawStream::kNoise, rows[i]).uniform() < options_.noise) {
      positive = !positive;
      ++tally.flipped;
      out.flipped.push_back(rows[i] + 1);
    }
    columns.set_features(i, x);
    columns.set_answer(i, positive ? 1 : 0);
  }
  out.table = columns.finish(options_.seed, options_.missing, {});
  if (options_.only_phase == 0) {
    out.table.add_column(make_numeric_column("phase", std::vector<double>(phases.begin(), phases.end())));
    for (double& value : out.table.column(out.table.column_count() - 1).numbers().values) value += 1;
  }
  return out;
}

}  // namespace mlkit
