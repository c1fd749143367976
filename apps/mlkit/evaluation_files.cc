// The figures behind the curves in full, as CSV.
#include <cmath>

#include "evaluation.h"

#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

void append_number(std::string& out, double value) { out += std::isinf(value) ? "inf" : format_number(value); }

// A column "class" comes first where there is a curve for every class.
template <class Row>
std::string csv_of_classes(const Evaluation& evaluation, const std::string& header, const Row& rows_of) {
  const bool several = evaluation.sweeps.size() > 1;
  std::string out = (several ? "class," : "") + header + "\n";
  for (std::size_t c = 0; c < evaluation.sweeps.size(); ++c) {
    std::string start;
    if (several) {
      append_csv_field(start, evaluation.classes()[c]);
      start += ',';
    }
    rows_of(evaluation.sweeps[c], [&](std::initializer_list<double> values) {
      out += start;
      const char* separator = "";
      for (const double value : values) {
        out += separator;
        append_number(out, value);
        separator = ",";
      }
      out += '\n';
    });
  }
  return out;
}

}  // namespace

std::string roc_csv(const Evaluation& evaluation) {
  return csv_of_classes(evaluation, "threshold,fpr,tpr", [](const ThresholdSweep& sweep, const auto& add) {
    if (!sweep.both_classes()) return;
    for (const RocPoint& point : roc_curve(sweep)) add({point.threshold, point.fpr, point.tpr});
  });
}

std::string pr_csv(const Evaluation& evaluation) {
  return csv_of_classes(evaluation, "threshold,precision,recall", [](const ThresholdSweep& sweep, const auto& add) {
    if (!(sweep.positives > 0)) return;
    for (const PrPoint& point : pr_curve(sweep)) add({point.threshold, point.precision, point.recall});
  });
}

std::string threshold_csv(const Evaluation& evaluation) {
  const std::string header = "threshold,depth,precision,recall,f1,fpr,gain,lift,tp,fp,fn,tn";
  return csv_of_classes(evaluation, header, [](const ThresholdSweep& sweep, const auto& add) {
    for (const SweepPoint& point : sweep.points) {
      const OperatingPoint at{point.threshold, point.true_positives, point.false_positives, sweep.positives,
                              sweep.negatives};
      add({at.threshold, at.depth(), at.precision().value, at.recall().value, at.f1().value,
           at.false_positive_rate().value, at.recall().value, at.lift().value, at.true_positives, at.false_positives,
           at.false_negatives(), at.negatives - at.false_positives});
    }
  });
}

std::string reliability_csv(const Evaluation& evaluation) {
  std::string out = "low,high,rows,weight,mean_probability,mean_truth\n";
  for (const ReliabilityBin& bin : evaluation.reliability) {
    const char* separator = "";
    for (const double value :
         {bin.low, bin.high, static_cast<double>(bin.rows), bin.weight, bin.mean_probability, bin.mean_truth}) {
      out += separator;
      append_number(out, value);
      separator = ",";
    }
    out += '\n';
  }
  return out;
}

std::string residual_csv(const Evaluation& evaluation) {
  const std::vector<double>& truth = evaluation.scored.truth.numbers;
  const std::vector<double>& predicted = evaluation.scored.predictions.values;
  std::string out = "truth,prediction,residual\n";
  for (std::size_t row = 0; row < truth.size(); ++row) {
    append_number(out, truth[row]);
    out += ',';
    append_number(out, predicted[row]);
    out += ',';
    append_number(out, truth[row] - predicted[row]);
    out += '\n';
  }
  return out;
}

}  // namespace mlkit::app
