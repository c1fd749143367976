#include "cv_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? short_number(interval->low) + " .. " + short_number(interval->high) : "-";
}

std::string p_text(const std::optional<double>& p) {
  if (!p) return "-";
  return *p < 1e-4 ? "<0.0001" : fmt::format("{:.4f}", *p);
}

// "3 of 5": how many of all have no value.
std::string folds_without(const CrossValidated& score, const std::string& of) {
  return std::to_string(score.undefined) + of + std::to_string(score.undefined + score.folds.size());
}

std::string mean_and_sd(const CrossValidated* score) {
  if (score == nullptr) return "-";
  if (!score->everywhere()) return "not in " + folds_without(*score, "/") + " folds";
  return short_number(score->mean) + (score->sd ? " (" + short_number(*score->sd) + ")" : "");
}

}  // namespace

Json scores_to_json(const std::vector<CrossValidated>& scores) {
  Json out = Json::object();
  for (const CrossValidated& score : scores) {
    Json& entry = out[score.metric];
    if (score.everywhere()) entry["mean"] = score.mean;
    entry["folds"] = score.folds;
    entry["defined"] = score.folds.size();
    if (!score.everywhere()) {  // which folds they are, from 1, and nothing that could pass for a mean over all
      Json& places = entry["places"] = Json::array();
      for (const std::size_t place : score.places) places.push_back(place + 1);
      continue;
    }
    if (score.sd) entry["sd"] = *score.sd;
    if (score.interval) entry["interval"] = {score.interval->low, score.interval->high};
  }
  return out;
}

Json comparisons_to_json(const std::vector<PairedComparison>& comparisons) {
  Json out = Json::array();
  for (const PairedComparison& c : comparisons) {
    Json entry = {
        {"model", c.model}, {"other", c.other}, {"difference", c.difference}, {"wins", c.wins}, {"folds", c.folds}};
    if (c.interval) entry["interval"] = {c.interval->low, c.interval->high};
    if (c.p_value) entry["p_adjusted"] = *c.p_value;
    out.push_back(std::move(entry));
  }
  return out;
}

std::string render_scores(const std::vector<ModelScores>& models, const std::string& metric, const std::string& best) {
  std::string out = fit_text(metric, 32) + fmt::format(" {:>10} {:>10} {:>22}\n", "mean", "sd", "95 % interval");
  for (const ModelScores& model : models) {
    const CrossValidated* score = model.find(metric);
    out += (model.name == best ? "* " : "  ") + fit_text(model.name, 30);
    if (score == nullptr) {
      out += " not defined\n";
    } else if (!score->everywhere()) {
      out += fmt::format(" {:>10}   {}\n", "-", "not defined in " + folds_without(*score, " of ") + " folds");
    } else {
      out += fmt::format(" {:>10} {:>10} {:>22}\n", short_number(score->mean),
                         score->sd ? short_number(*score->sd) : "-", interval_text(score->interval));
    }
  }
  return out;
}

std::string render_other_scores(const std::vector<ModelScores>& models, const std::string& metric) {
  constexpr std::size_t kModelsALine = 3;
  std::vector<std::string> names;
  for (const ModelScores& model : models) {
    for (const CrossValidated& score : model.scores) {
      if (score.metric != metric && std::find(names.begin(), names.end(), score.metric) == names.end())
        names.push_back(score.metric);
    }
  }
  if (names.empty()) return "";
  std::string out;
  for (std::size_t first = 0; first < models.size(); first += kModelsALine) {
    const std::size_t end = std::min(models.size(), first + kModelsALine);
    std::string line = fit_text(models[0].scores.empty() || !models[0].scores[0].sd ? "value" : "mean (sd)", 20);
    for (std::size_t m = first; m < end; ++m) line += " " + pad_display(models[m].name, 18, true);
    out += "\n" + line + "\n";
    for (const std::string& name : names) {
      out += fit_text(name, 20);
      for (std::size_t m = first; m < end; ++m) out += fmt::format(" {:>18}", mean_and_sd(models[m].find(name)));
      out += "\n";
    }
  }
  return out;
}

std::string render_comparisons(const std::vector<PairedComparison>& comparisons, const std::string& metric) {
  if (comparisons.empty()) return "";
  std::string out = "\n" + fit_text(metric + ": * minus", 26) +
                    fmt::format(" {:>10} {:>22} {:>8} {:>9}\n", "difference", "95 % interval", "p", "folds won");
  for (const PairedComparison& c : comparisons) {
    out += "  " + fit_text(c.other, 24) +
           fmt::format(" {:>10} {:>22} {:>8} {:>9}\n", short_number(c.difference), interval_text(c.interval),
                       p_text(c.p_value), std::to_string(c.wins) + "/" + std::to_string(c.folds));
  }
  return out;
}

std::string interval_note(const FoldPlan& plan) {
  if (plan.pooled) return "scores and intervals are over the answers to all rows, each by a model of the others\n";
  return "intervals and p are corrected for folds that share their training rows\n"
         "(Nadeau-Bengio t; p also for the number of comparisons): good approximations,\n"
         "no more, for exact ones do not exist\n";
}

CvRecord cv_record(const std::vector<CrossValidated>& scores, const std::string& how) {
  CvRecord record{how, {}};
  for (const CrossValidated& score : scores) {
    if (score.everywhere()) record.scores.push_back({score.metric, score.mean, score.sd});
  }
  return record;
}

}  // namespace mlkit::app
