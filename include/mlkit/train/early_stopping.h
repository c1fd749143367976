// Early stopping (Prechelt, "Early stopping - but when?", 1998): some training rows are set apart; after every
// iteration of a solver their mean log loss is taken, and where it has not reached a new low for `patience` iterations
// the fit ends. The parameters of the lowest are kept.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "mlkit/data/dataset.h"
#include "mlkit/train/fit_report.h"
#include "mlkit/train/logistic_objective.h"

namespace mlkit {

struct CarvedRows {
  std::vector<std::uint32_t> fitted, apart;  // rows of the underlying matrix; the order of the view is kept
};

// Of every class the share `fraction`, rounded, is set apart by a seeded draw, but never its last row. Throws
// Error(kData) where that leaves nothing to set apart.
CarvedRows carve_validation(const DatasetView& data, double fraction, std::uint64_t seed);

class EarlyStopping {
 public:
  // `on_apart` is the objective without penalty on the rows set apart (LogisticObjective::on_rows); it must outlive
  // this.
  EarlyStopping(const LogisticObjective& on_apart, std::int64_t patience) : loss_(on_apart), patience_(patience) {}

  // An IterationHook: false once patience is over.
  bool observe(std::int64_t iteration, std::span<const double> parameters);

  const std::vector<double>& best() const { return best_; }
  EarlyStopReport report() const;
  void fill(std::vector<FitTraceLine>& trace) const;

 private:
  const LogisticObjective& loss_;
  std::int64_t patience_;
  std::vector<double> best_;
  double best_loss_ = std::numeric_limits<double>::infinity();
  std::int64_t best_iteration_ = 0;
  std::vector<std::pair<std::int64_t, double>> losses_;
};

}  // namespace mlkit
