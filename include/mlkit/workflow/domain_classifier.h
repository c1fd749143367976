// All columns together: a classifier that tries to tell current rows from reference rows. Where it cannot (area under
// the ROC curve near 0.5) nothing that it could see has changed; where it can, its weights say what gives the rows
// away.
//
// Numbers enter by their decile in both samples together, categories by their most frequent levels, so that a change
// of spread or of shape is seen as well as one of the mean. The area is cross-validated in five folds.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/eval/intervals.h"
#include "mlkit/workflow/compare_files.h"

namespace mlkit {

struct DomainClassifier {
  std::size_t reference_rows = 0;  // used
  std::size_t current_rows = 0;
  double auc = 0.5;
  Interval interval;                                    // DeLong, 95 %
  std::vector<std::pair<std::string, double>> columns;  // standard deviation of what each adds to the logit, falling
};

inline constexpr std::size_t kDomainRows = 5000;  // of each side at most, drawn by the seed

// Of two tables with the columns of one another. Throws Error(kData) with fewer than ten rows on one side.
DomainClassifier fit_domain_classifier(const Table& reference, const Table& current, std::uint64_t seed,
                                       Context& context);
// Of two files, read once more.
DomainClassifier classify_files(const CompareFilesOptions& options, std::uint64_t seed, Context& context);

}  // namespace mlkit
