// --help: one page for the program, one for each command, written from the table and the fields.
#pragma once

#include <string>

#include "command.h"

namespace mlkit::app {

// All commands with one line each.
std::string render_program_help();
// `command` freshly made: the values of its members are the defaults that are shown.
std::string render_command_help(const CommandRow& row, Command& command);
// "mlkit train IN --target COL [options]"
std::string render_usage(const CommandRow& row, Command& command);
// Every page in Markdown (docs/commands.md).
std::string render_reference();

}  // namespace mlkit::app
