// How fields are called on the command line: the same in errors, in --help and in the reference.
#pragma once

#include <string>

#include "mlkit/base/fields.h"

namespace mlkit::app {

// "max_iter" -> "--max-iter".
std::string flag_of(std::string name);
// An option without a value.
bool is_flag(const Field& field);
// What stands for a positional argument: its value name, else its name in capitals.
std::string argument_name(const Field& field);

}  // namespace mlkit::app
