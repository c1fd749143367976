// Standard input, output and error as the system gives them: closed, full, a pipe that nobody reads
// any more; and the signals that end the program.
#pragma once

#include <string_view>

namespace mlkit::app {

// Call first in main. Descriptors 0-2 that came closed are filled with ones that fail when used,
// so that no file opened later takes their place. SIGINT, SIGTERM and SIGHUP remove temporary files and
// exit with 130; SIGPIPE removes them and ends the program quietly, as it would by itself.
void prepare_standard_streams();

// All of `text`, or Error(kIo) with the system's reason.
void write_standard_output(std::string_view text);
// Failures are ignored: there is nowhere to report them.
void write_standard_error(std::string_view text) noexcept;
// Reports what only shows at close (network file systems).
void close_standard_output();

bool standard_error_is_terminal();
bool standard_output_is_terminal();
// Columns of the terminal behind standard error, 80 where it does not say.
int terminal_columns();

}  // namespace mlkit::app
