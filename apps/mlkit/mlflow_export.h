// Runs as files in the layout of MLflow's file store, which its own tools read and import:
//   FOLDER/EXPERIMENT/meta.yaml
//   FOLDER/EXPERIMENT/RUN/meta.yaml, params/NAME, metrics/NAME ("milliseconds value step"), tags/NAME, artifacts/
// The same runs give the same files: experiment and run identifiers are made from what they stand for.
#pragma once

#include <string>
#include <vector>

#include "runs_ledger.h"

namespace mlkit::app {

// Writes below `folder` (made where it is not there); files of runs that are there already are replaced. Model files
// that still are what the run wrote go along as artifacts. Throws Error(kIo).
void export_to_mlflow(const std::vector<Run>& runs, const std::string& folder, const std::string& experiment);

}  // namespace mlkit::app
