// A declared pipeline: a JSON file (with // and /* */) that becomes a list of plain command lines of mlkit.
//
//   {"data": "all.csv", "target": "y",                 what there is, and what is to be predicted
//    "split": {..}, or "test": "test.csv", or "split": false
//    "clean": true or {..}, "features": [groups] or {..}, "exclude": [..]
//    "train": {..}, "models": [..], "cv": {..}         models, and how the best is chosen
//    "evaluate": {..}, "then": [{"command": .., ..}],  what is done with it
//    "folder": "out", "seed": 1}
//
// The members of a section are the options of the command of that name, checked as on the command line. Files that are
// read are named from where the pipeline's file is, files that are written go into the folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"

namespace mlkit::app {

struct PipelineStep {
  std::string name;                // split, clean, features, train, cv, evaluate, or the command of "then"
  std::vector<std::string> words;  // the command line, without the program
  std::string result;              // the file that takes standard output: the object of --json
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;  // with `result`
  std::uint64_t seed = 0;            // that it runs with, whatever says so

  // The command, ready to run (each time a new one). Throws Error(kUsage).
  Request request() const;
};

struct PipelinePlan {
  std::string file;
  std::string folder;  // of the outputs
  std::string model;   // the file
  std::vector<PipelineStep> steps;

  const PipelineStep* find(const std::string& name) const;
};

// Throws Error(kIo), Error(kData) for what is no JSON, Error(kUsage) with line and column for members, options and
// values that are not known, and for files that two steps write. `seed`: instead of the file's.
PipelinePlan read_pipeline(const std::string& path, const std::optional<std::int64_t>& seed = std::nullopt);

}  // namespace mlkit::app
