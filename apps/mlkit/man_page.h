// Man pages (roff) and shell completions, written from the table of commands and its fields, as --help is.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "command.h"

namespace mlkit::app {

// Every exit code of the program and what it means, rising: the table of the man pages.
const std::vector<std::pair<int, std::string>>& exit_codes();

// mlkit(1): the commands, what all of them share, exit codes, environment.
std::string render_program_page();
// mlkit-NAME(1). `command` freshly made: the values of its members are the defaults that are shown.
std::string render_command_page(const CommandRow& row, Command& command);

// A script that completes commands, options, choices and file names. `shell` is bash, zsh or fish.
std::string render_completion(const std::string& shell);

}  // namespace mlkit::app
