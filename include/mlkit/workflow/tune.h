// A search among candidates (models with their options), and an honest score of what it finds.
//
// A candidate's score is the mean of the metric over the inner folds, the same for all. The score of the best one
// flatters: it was chosen for it. So the whole search is run anew on the training rows of every outer fold, its winner
// is fitted there and scored on the outer fold's rows, which neither the search nor the fit has seen (nested
// cross-validation; Varma and Simon, BMC Bioinformatics 7, 2006; Cawley and Talbot, JMLR 11, 2010). What that gives is
// the score of "search, then fit", of which the model that is written is one result.
//
// Successive halving (Jamieson and Talwalkar, AISTATS 2016) scores all candidates on few rows, the best third on three
// times as many, and so on to all rows. Rows are drawn within classes; those of a rung are among those of the next.
//
// The same for any number of threads, and for a run that was stopped and taken up again; not under a time budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit {

struct TuneOptions {
  bool halving = false;
  std::string metric;           // candidates are ranked by it
  std::size_t folds = 5;        // inner
  std::size_t outer_folds = 5;  // 0 = no nested evaluation
  std::uint64_t seed = 42;
  double seconds = 0;  // for all searches together, in equal shares; 0 = no limit
};

// Which fit of many: search 0 is that on all rows, 1 + f that inside outer fold f.
struct TrialKey {
  std::size_t search = 0;
  std::size_t rung = 0;
  std::size_t candidate = 0;
  auto operator<=>(const TrialKey&) const = default;
};

struct Trial {
  TrialKey key;
  std::size_t rows = 0;              // that the folds were made of
  std::optional<double> score = {};  // mean over the inner folds; none where it is not defined or the fit failed
  std::optional<double> sd = {};
  std::string failure = {};  // what the fit said
};

// What the caller may want of a search; each may be empty. Called by one thread, in order.
struct TuneHooks {
  // Folds of some of the rows. Empty: draw_folds.
  std::function<FoldPlan(const Table& table, const Target& target, std::size_t folds, Context& context)> make_folds;
  std::function<std::optional<Trial>(const TrialKey& key)> known;  // of a run before
  std::function<void(const Trial& trial)> finished;                // of this run
  std::function<double()> clock;                                   // seconds; needed with TuneOptions::seconds
  // Why a fitted candidate will not do (its size, its speed), or "": then the next best is taken.
  std::function<std::string(const TrainedPipeline& fitted)> refuse;
};

struct Tuned {
  std::vector<Trial> trials;         // of the search on all rows, in order
  std::vector<std::size_t> ranking;  // candidates with a score, best first
  std::size_t best = 0;              // the first of them that was not refused
  std::vector<std::pair<std::size_t, std::string>> refused;
  TrainedPipeline fitted;    // the best one, on all rows
  bool out_of_time = false;  // candidates were left out, in some search
  // Nested evaluation, empty without: "tuned", "as given" (candidate 0) and "dummy" on the same outer folds, and which
  // candidate each outer fold chose.
  FoldPlan outer;
  std::vector<ModelScores> nested;
  std::vector<std::size_t> chosen;
};

// `candidates` are in the order of preference among equals; the first one is what the search is held against. Throws
// Error(kData) where no candidate can be scored (with the first failure), Error(kFinding) where all are refused.
Tuned tune(const Table& table, const Target& target, const std::vector<CvModel>& candidates, const TuneOptions& options,
           const TuneHooks& hooks, Context& context);

// How many fits a search without a time budget makes at most: for the progress, and to be said before it begins.
std::size_t count_fits(std::size_t candidates, std::size_t rows, const TuneOptions& options);

}  // namespace mlkit
