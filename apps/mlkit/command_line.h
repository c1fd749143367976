// Arguments to a command that is ready to run. The only place that knows CLI11.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "dependency_file.h"

namespace mlkit::app {

// Either `text` is to be printed (--help, --version) or `command` is to be run.
struct Request {
  std::string text;
  const CommandRow* row = nullptr;
  std::unique_ptr<Command> command;
  GlobalOptions options;
  Dependencies files;         // that the command line names
  Dependencies dependencies;  // what --depfile is to hold
  // Options that differ from their defaults, for the ledger; only of commands that are kept there.
  std::vector<std::pair<std::string, std::string>> settings;
};

// `arguments` without the program's name. Throws Error(kUsage); its hint names the nearest spelling.
// The request points into the table.
Request read_command_line(const std::vector<std::string>& arguments,
                          const std::vector<CommandRow>& table = command_table());

// Whether errors are wanted as JSON: known even where the rest of the command line is wrong.
bool asks_for_json_errors(const std::vector<std::string>& arguments);

// The command that the arguments name, for the "try" line after a usage error; "" where there is none.
std::string named_command(const std::vector<std::string>& arguments);

}  // namespace mlkit::app
