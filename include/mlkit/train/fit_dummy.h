// The baseline: class shares, or the mean (or median) of the targets, whatever the features say.
#pragma once

#include <string>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/linear_models.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct DummyOptions {
  // mean minimises the squared error, median the absolute one; ignored for classes.
  std::string strategy = "mean";

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("strategy", strategy, {.help = "what a numeric target is predicted as", .choices = {"mean", "median"}});
  }
};

// Row weights count. The objective is the log loss (classes), half the squared error (mean) or the
// absolute error (median), summed over the rows. Throws Error(kData) where there are no rows of positive weight.
Fitted<DummyModel> fit_dummy(const DatasetView& data, const DummyOptions& options, Context& context);

}  // namespace mlkit
