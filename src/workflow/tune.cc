#include "mlkit/workflow/tune.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/split.h"

namespace mlkit {
namespace {

constexpr std::size_t kKeepOneOf = 3;          // of halving
constexpr std::size_t kRowsOfFirstRung = 200;  // at least

std::size_t halving_rungs(std::size_t candidates, std::size_t rows, const TuneOptions& options) {
  if (!options.halving) return 1;
  std::size_t rungs = 1;
  std::size_t least = rows / kKeepOneOf;
  for (std::size_t left = candidates; left > 1 && least >= kRowsOfFirstRung;
       left = (left + kKeepOneOf - 1) / kKeepOneOf) {
    least /= kKeepOneOf;
    ++rungs;
  }
  return rungs;
}

std::size_t left_after(std::size_t candidates) { return (candidates + kKeepOneOf - 1) / kKeepOneOf; }

// A search on some rows.
struct Search {
  std::size_t number = 0;
  const Table& table;
  const Target& target;
};

struct Found {
  std::vector<Trial> trials;
  std::vector<std::size_t> ranking;
  bool out_of_time = false;
};

class Tuner {
 public:
  Tuner(const std::vector<CvModel>& candidates, const TuneOptions& options, const TuneHooks& hooks, Context& context)
      : candidates_(candidates), options_(options), hooks_(hooks), context_(context) {}

  Found search(const Search& search);
  // The best candidate that is not refused, fitted on the rows of the search.
  std::size_t choose(const Search& search, const Found& found, TrainedPipeline* fitted, Context& context,
                     std::vector<std::pair<std::size_t, std::string>>* refused);
  FoldPlan folds_of(const Table& table, const Target& target, std::size_t folds, Context& context) const;

 private:
  std::vector<std::uint32_t> rows_of_rung(const Search& search, std::size_t rungs_left) const;
  Trial run(const TrialKey& key, const Table& table, const Target& target, const FoldPlan& plan);
  void sort(std::vector<Trial>& trials) const;
  bool out_of_time() const { return hooks_.clock && options_.seconds > 0 && hooks_.clock() > deadline_; }
  void advance(std::size_t fits) const {
    if (context_.progress != nullptr) context_.progress->advance(fits);
  }

  const std::vector<CvModel>& candidates_;
  const TuneOptions& options_;
  const TuneHooks& hooks_;
  Context& context_;
  double deadline_ = 0;
};

FoldPlan Tuner::folds_of(const Table& table, const Target& target, std::size_t folds, Context& context) const {
  if (hooks_.make_folds) return hooks_.make_folds(table, target, folds, context);
  return draw_folds(target, table.rows(), folds, 1, options_.seed, context);
}

// All rows on the last rung, a third of those of the next one before; drawn within classes.
std::vector<std::uint32_t> Tuner::rows_of_rung(const Search& search, std::size_t rungs_left) const {
  std::vector<std::uint32_t> rows = rows_with_target(search.target);
  if (rungs_left == 0) return rows;
  double share = 1;
  for (std::size_t i = 0; i < rungs_left; ++i) share /= static_cast<double>(kKeepOneOf);
  const std::size_t classes = std::max<std::size_t>(1, search.target.classes.size());
  std::vector<std::vector<std::uint32_t>> by_class(classes);
  for (const std::uint32_t row : rows)
    by_class[search.target.labels.empty() ? 0 : search.target.labels[row]].push_back(row);
  std::vector<std::uint32_t> out;
  for (std::size_t c = 0; c < classes; ++c) {
    const std::vector<std::uint32_t> order =
        random_permutation(by_class[c].size(), options_.seed, RandomPurpose::kSample, static_cast<std::uint32_t>(c));
    const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(by_class[c].size())));
    const std::size_t taken = std::min(by_class[c].size(), std::max(wanted, options_.folds));
    for (std::size_t i = 0; i < taken; ++i) out.push_back(by_class[c][order[i]]);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Trial Tuner::run(const TrialKey& key, const Table& table, const Target& target, const FoldPlan& plan) {
  Trial trial{.key = key, .rows = target.labels.size() + target.numbers.size()};
  Context quiet(context_.threads());
  quiet.stop = context_.stop;
  CvOptions options;
  options.metrics = {options_.metric};
  options.add_dummy = false;
  try {
    const std::vector<ModelScores> scores =
        cross_validate_models(table, target, {candidates_[key.candidate]}, plan, options, quiet);
    const CrossValidated* score = scores[0].find(options_.metric);
    // Where some folds have no value the mean is one of other folds than the rest's.
    if (score != nullptr && (plan.pooled || score->folds.size() == plan.fits())) {
      trial.score = score->mean;
      trial.sd = score->sd;
    } else {
      trial.failure = options_.metric + " is not defined in every fold";
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kData) throw;
    trial.failure = error.message();
  }
  return trial;
}

// Best first; of equals the one that comes first among the candidates.
void Tuner::sort(std::vector<Trial>& trials) const {
  const bool higher = find_metric(options_.metric).higher_is_better;
  std::sort(trials.begin(), trials.end(), [&](const Trial& a, const Trial& b) {
    if (a.score.has_value() != b.score.has_value()) return a.score.has_value();
    if (a.score && *a.score != *b.score) return higher ? *a.score > *b.score : *a.score < *b.score;
    return a.key.candidate < b.key.candidate;
  });
}

Found Tuner::search(const Search& search) {
  if (hooks_.clock && options_.seconds > 0) {
    deadline_ = hooks_.clock() + options_.seconds / static_cast<double>(options_.outer_folds + 1);
  }
  const std::size_t rungs = halving_rungs(candidates_.size(), rows_with_target(search.target).size(), options_);
  std::vector<std::size_t> left(candidates_.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  Found found;
  for (std::size_t rung = 0; rung < rungs && !found.out_of_time; ++rung) {
    const std::vector<std::uint32_t> rows = rows_of_rung(search, rungs - 1 - rung);
    const bool all_rows = rows.size() == search.table.rows();
    const Table part = all_rows ? Table() : search.table.select_rows(rows);
    const Table& table = all_rows ? search.table : part;
    const Target target = select_target(search.target, rows);
    Context quiet;
    const FoldPlan plan = folds_of(table, target, options_.folds, quiet);
    std::vector<Trial> trials;
    for (const std::size_t candidate : left) {
      // One at least, so that there is something to rank.
      if ((!trials.empty() || rung > 0) && out_of_time()) {
        found.out_of_time = true;
        break;
      }
      const TrialKey key{search.number, rung, candidate};
      std::optional<Trial> trial = hooks_.known ? hooks_.known(key) : std::nullopt;
      if (!trial) {
        trial = run(key, table, target, plan);
        if (hooks_.finished) hooks_.finished(*trial);
      }
      trials.push_back(*trial);
      found.trials.push_back(std::move(*trial));
      advance(plan.fits());
    }
    sort(trials);
    // Ahead of those that earlier rungs had left behind.
    std::vector<std::size_t> ranking;
    for (const Trial& trial : trials) {
      if (trial.score) ranking.push_back(trial.key.candidate);
    }
    for (const std::size_t candidate : found.ranking) {
      if (std::find(ranking.begin(), ranking.end(), candidate) == ranking.end()) ranking.push_back(candidate);
    }
    found.ranking = std::move(ranking);
    left.assign(found.ranking.begin(), found.ranking.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                   found.ranking.size(), left_after(left.size()))));
  }
  if (found.ranking.empty()) {
    throw_data("no candidate can be scored: " + found.trials.front().failure);
  }
  return found;
}

std::size_t Tuner::choose(const Search& search, const Found& found, TrainedPipeline* fitted, Context& context,
                          std::vector<std::pair<std::size_t, std::string>>* refused) {
  if (fitted == nullptr && !hooks_.refuse) return found.ranking.front();
  std::string first_reason;
  for (const std::size_t candidate : found.ranking) {
    Context quiet(context.threads());
    quiet.stop = context.stop;
    TrainedPipeline trained = train_pipeline(search.table, search.target, candidates_[candidate].options, quiet);
    const std::string reason = hooks_.refuse ? hooks_.refuse(trained) : "";
    if (reason.empty()) {
      for (const std::string& warning : trained.warnings) context.warn(warning);
      if (fitted != nullptr) *fitted = std::move(trained);
      return candidate;
    }
    if (first_reason.empty()) first_reason = reason;
    if (refused != nullptr) refused->emplace_back(candidate, reason);
  }
  throw Error(ErrorCode::kFinding, "no candidate is within the limits: " + first_reason,
              {.file = {}, .column = {}, .hint = "allow more, or search among smaller models"});
}

// The search anew in every outer fold, and what it finds scored there.
void evaluate_nested(Tuner& tuner, const Table& table, const Target& target, const std::vector<CvModel>& candidates,
                     Tuned& out, Context& context, std::size_t outer_folds) {
  out.outer = tuner.folds_of(table, target, outer_folds, context);
  CvModel tuned{.name = "tuned", .options = candidates[0].options};
  for (std::size_t fold = 0; fold < out.outer.fits(); ++fold) {
    const FoldRows rows = rows_of_fold(out.outer, target, 0, fold);
    const Table part = table.select_rows(rows.train);
    const Target learned = select_target(target, rows.train);
    const Search search{fold + 1, part, learned};
    const Found found = tuner.search(search);
    out.out_of_time = out.out_of_time || found.out_of_time;
    Context quiet(context.threads());
    quiet.stop = context.stop;
    out.chosen.push_back(tuner.choose(search, found, nullptr, quiet, nullptr));
    tuned.options_of_fold.push_back(candidates[out.chosen.back()].options);
  }
  Context quiet(context.threads());
  quiet.stop = context.stop;
  out.nested = cross_validate_models(table, target, {tuned, {.name = "as given", .options = candidates[0].options}},
                                     out.outer, {}, quiet);
}

}  // namespace

std::size_t count_fits(std::size_t candidates, std::size_t rows, const TuneOptions& options) {
  std::size_t sum = 0;
  for (std::size_t search = 0; search < options.outer_folds + 1; ++search) {
    const std::size_t its_rows = search == 0 ? rows : rows - rows / std::max<std::size_t>(1, options.outer_folds);
    std::size_t left = candidates;
    for (std::size_t rung = halving_rungs(candidates, its_rows, options); rung > 0; --rung) {
      sum += left * options.folds;
      left = left_after(left);
    }
  }
  return sum;
}

Tuned tune(const Table& table, const Target& target, const std::vector<CvModel>& candidates, const TuneOptions& options,
           const TuneHooks& hooks, Context& context) {
  Tuner tuner(candidates, options, hooks, context);
  if (context.progress != nullptr) {
    context.progress->begin("searching", count_fits(candidates.size(), rows_with_target(target).size(), options));
  }
  Tuned out;
  const Search all{0, table, target};
  Found found = tuner.search(all);
  out.out_of_time = found.out_of_time;
  if (options.outer_folds > 0) evaluate_nested(tuner, table, target, candidates, out, context, options.outer_folds);
  if (context.progress != nullptr) context.progress->end();
  out.best = tuner.choose(all, found, &out.fitted, context, &out.refused);
  out.trials = std::move(found.trials);
  out.ranking = std::move(found.ranking);
  return out;
}

}  // namespace mlkit
