#include <algorithm>
#include <cstdlib>

#include "command.h"
#include "help.h"
#include "progress.h"
#include "standard_streams.h"
#include "verbose_log.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

bool colors_wanted(const GlobalOptions& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return !options.no_color && (no_color == nullptr || *no_color == '\0') && terminal != nullptr &&
         std::string(terminal) != "dumb" && standard_output_is_terminal();
}

}  // namespace

Session::Session(const GlobalOptions& options)
    : options_(options), context_(static_cast<int>(options.threads)), color_(colors_wanted(options)) {
  if (!options.quiet && standard_error_is_terminal()) {
    progress_ = std::make_unique<TerminalProgress>();
    context_.progress = progress_.get();
  }
}

void Session::result(const std::string& command, Json object) {
  collect_warnings();
  Json full;
  full["command"] = command;
  full["mlkit"] = MLKIT_VERSION;
  full["schema"] = 1;
  for (auto& [key, value] : object.items()) full[key] = std::move(value);
  Json& list = full["warnings"];
  if (!list.is_array()) list = Json::array();
  for (const std::string& warning : warnings_) {
    if (std::find(list.begin(), list.end(), Json(warning)) == list.end()) list.push_back(warning);
  }
  print(json_text(full) + "\n");
}

void Session::print(const std::string& text) {
  if (progress_) progress_->end();
  if (captured_ != nullptr) {
    *captured_ += text;
  } else {
    write_standard_output(text);
  }
}

void Session::summary(const std::string& line) {
  show_warnings();
  if (!options_.quiet) write_standard_error(escape_controls(line) + "\n");
}

void Session::detail(const std::string& text) {
  if (!options_.verbose) return;
  if (progress_) progress_->end();
  log_detail(text);
}

void Session::collect_warnings() {
  for (std::string& warning : context_.take_warnings()) warnings_.push_back(std::move(warning));
}

void Session::show_warnings() {
  collect_warnings();
  if (progress_) progress_->end();
  for (; shown_warnings_ < warnings_.size(); ++shown_warnings_) {
    // In a file or a log a warning is one line.
    std::string text = "mlkit: warning: " + escape_controls(warnings_[shown_warnings_]);
    if (standard_error_is_terminal()) text = wrap_text(text, static_cast<std::size_t>(terminal_columns()), 7);
    write_standard_error(text + "\n");
  }
}

void Session::require_output_beside_json(const std::string& output) const {
  if (options_.json && (output.empty() || is_standard_output(output))) {
    throw_usage("--json prints its object on standard output, where the data would go too",
                output.empty() || output == "-" ? "name a file with -o" : "name another file than " + output);
  }
}

}  // namespace mlkit::app
