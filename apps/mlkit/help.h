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
// What stands for a value: FILE, N, or the choices.
std::string value_name_of(const Field& field);
// The help of an option with its choices and its default.
std::string option_help(const Field& field);
// `text` with lines broken at blanks, at most `width` characters, further lines after `indent` blanks.
std::string wrap_text(std::string_view text, std::size_t width, std::size_t indent);
// Every page in Markdown (docs/commands.md).
std::string render_reference();

}  // namespace mlkit::app
