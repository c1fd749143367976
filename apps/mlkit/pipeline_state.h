// What has been done of a pipeline, by content: a step is up to date where the same program ran the same words on files
// of the same bytes, and what it wrote is still there. Times of files mean nothing.
#pragma once

#include <map>
#include <string>

#include "mlkit/io/json.h"
#include "pipeline_file.h"

namespace mlkit::app {

// SHA-256 of files, each read once until it is written.
class FileHashes {
 public:
  // "" where it is not there.
  const std::string& of(const std::string& path);
  void forget(const std::string& path) { known_.erase(path); }

 private:
  std::map<std::string, std::string> known_;
};

class PipelineState {
 public:
  // Reads FOLDER/pipeline_state.json; one that cannot be read is as none: everything is done again.
  explicit PipelineState(const PipelinePlan& plan);

  // "" where the step is up to date, else why not: "never ran", "all.csv changed", "out/m.mlkit is missing", ..
  std::string why(const PipelineStep& step, FileHashes& hashes) const;
  // The step ended well. Written to the file at once, so that a killed run goes on from here. Throws Error(kIo).
  void done(const PipelineStep& step, FileHashes& hashes);
  void undone(const PipelineStep& step);

 private:
  void save() const;
  std::string path_;
  Json steps_ = Json::object();
};

// The pipeline as a Makefile: the same command lines, in rules that say what is made from what. Throws Error(kUsage)
// where make cannot name a file.
std::string render_makefile(const PipelinePlan& plan);

// A command line as a shell reads it back.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace mlkit::app
