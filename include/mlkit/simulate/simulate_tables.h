// Tables for supervised learning and clustering: what scikit-learn's make_classification, make_regression and
// make_blobs are for, with the truth in closed form.
//
//   classification  A row's class is drawn by the weights, its cluster evenly among those of the class; the
//                   informative features are N(centre, I). So the log odds of two classes with one cluster each are
//                   linear in the features, and a logistic regression finds their coefficients.
//   regression      Informative features are N(0, I); target = intercept + coefficients . x + noise N(0, noise^2).
//   blobs           As classification, but the answer is the cluster, and `noise` is the share of rows scattered evenly
//                   over the box around the centres (3 sd wider), whose cluster is -1.
//
// Columns: x1, x2, ..: the informative features first, then the redundant ones (linear combinations of the informative
// ones, coefficient vectors of length 1), then N(0, 1) that say nothing; c1, c2, .. categories; then the answer,
// `target` or `cluster`. Levels of categories are drawn by the class (classification; their log odds add to those of
// the features), independently of everything (with an effect on the target in regression; without in blobs). Centres:
// `centres` drawn evenly in a cube, each the best of 16 candidates (farthest from those before; Mitchell 1991), scaled
// so that the smallest distance between two is `separation`, their mean at 0.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mlkit/simulate/simulation.h"

namespace mlkit {

inline constexpr std::int64_t kMostSimulatedColumns = 100000;
inline constexpr std::int64_t kMostSimulatedCentres = 1000;

// A category column of the truth: levels in byte order.
struct LevelTruth {
  std::vector<std::string> levels;
  // classification: log P(level | class), a list per class; regression: one list, what the level adds to the target.
  std::vector<std::vector<double>> effects;
};

struct ClassificationOptions {
  std::uint64_t seed = 42;
  std::int64_t features = 10;
  std::int64_t informative = 5;
  std::int64_t redundant = 2;
  std::int64_t classes = 2;
  std::int64_t clusters = 1;         // per class
  std::vector<double> weights = {};  // one per class, > 0; empty = even
  double noise = 0;                  // share of labels replaced by one of the other classes
  double separation = 2;             // smallest distance between two centres, in sd of a cluster
  double missing = 0;                // share of feature cells, at random
  std::int64_t categories = 0;
};

struct ClassificationTruth {
  std::vector<double> weights;                 // sum 1
  std::vector<std::vector<double>> centres;    // class 0's clusters first
  std::vector<std::vector<double>> redundant;  // one list of coefficients of the informative features each
  std::vector<LevelTruth> categories;
  // Two classes of one cluster: log odds of class 1 without categories, and how often its sign is right (without
  // categories, gaps and flips).
  std::vector<double> coefficients;
  double intercept = 0;
  double best_accuracy = 0;
};

struct RegressionOptions {
  std::uint64_t seed = 42;
  std::int64_t features = 10;
  std::int64_t informative = 5;
  std::int64_t redundant = 2;
  double noise = 1;  // sd
  double missing = 0;
  std::int64_t categories = 0;
};

struct RegressionTruth {
  double intercept = 0;
  std::vector<double> coefficients;  // of the informative features
  std::vector<std::vector<double>> redundant;
  std::vector<LevelTruth> categories;
};

struct BlobsOptions {
  std::uint64_t seed = 42;
  std::int64_t features = 2;
  std::int64_t clusters = 3;
  std::vector<double> weights = {};  // one per cluster
  double noise = 0;
  double separation = 6;
  double missing = 0;
};

struct BlobsTruth {
  std::vector<double> weights;
  std::vector<std::vector<double>> centres;
};

// All three throw Error(kUsage) for options that do not fit together.
class ClassificationSimulation : public Simulation {
 public:
  explicit ClassificationSimulation(const ClassificationOptions& options);
  const Schema& schema() const override { return schema_; }
  SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const override;
  const ClassificationTruth& truth() const { return truth_; }

 private:
  double class_score(std::size_t label, const std::vector<double>& x, const std::vector<std::uint32_t>& levels) const;

  ClassificationOptions options_;
  ClassificationTruth truth_;
  std::vector<double> log_weights_;
  Schema schema_;
};

class RegressionSimulation : public Simulation {
 public:
  explicit RegressionSimulation(const RegressionOptions& options);
  const Schema& schema() const override { return schema_; }
  SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const override;
  const RegressionTruth& truth() const { return truth_; }

 private:
  RegressionOptions options_;
  RegressionTruth truth_;
  Schema schema_;
};

class BlobsSimulation : public Simulation {
 public:
  explicit BlobsSimulation(const BlobsOptions& options);
  const Schema& schema() const override { return schema_; }
  SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const override;
  const BlobsTruth& truth() const { return truth_; }

 private:
  BlobsOptions options_;
  BlobsTruth truth_;
  std::vector<double> low_;  // of the box for noise rows
  std::vector<double> high_;
  Schema schema_;
};

}  // namespace mlkit
