// The report of drift: the verdict in words, every measure of every column, distributions over each other, gaps, the
// model's answers, what all columns together give away.
#pragma once

#include <string>

#include "mlkit/io/report.h"
#include "mlkit/workflow/compare_files.h"
#include "mlkit/workflow/compare_model.h"
#include "mlkit/workflow/domain_classifier.h"

namespace mlkit::app {

// What is compared, as people know it: names without folders.
struct DriftPageNames {
  std::string reference;
  std::string current;
};

// `domain` may be null.
Report drift_page(const FileComparison& found, const DomainClassifier* domain, const DriftPageNames& names,
                  const DriftOptions& options);
Report drift_page(const ModelComparison& found, const DriftPageNames& names, const DriftOptions& options);

}  // namespace mlkit::app
