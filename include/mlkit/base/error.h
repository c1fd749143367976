// The one exception of the library, and the place in the user's data that it points at.
//
// The library throws Error and never prints, logs or exits. Three places catch it: main (exit
// code), a request handler (JSON error) and the block runner (which keeps the error of the lowest
// block, so that the message is the same for any number of threads).
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace mlkit {

// The value of each code is the exit code of the program.
enum class ErrorCode : int {
  kFinding = 1,       // ran, and the finding is negative (gate failed, verification failed)
  kUsage = 2,         // an option or argument
  kData = 3,          // input data or schema, or a fit that is not defined on it
  kModelFile = 4,     // a model file that cannot be trusted
  kIo = 5,            // input/output or memory
  kInterrupted = 130  // SIGINT
};

// Stable lower-case name used by --errors-json ("usage", "data", "model_file", "io", ...).
std::string_view error_code_name(ErrorCode code);

// Where and what to do. 0 means "not known" for line and field; both count from 1 and are physical
// (a line break inside quotes counts as a line).
struct ErrorPlace {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t field = 0;
  std::string column;
  std::string hint;
};

class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, ErrorPlace place = {});

  ErrorCode code() const { return code_; }
  // What is wrong, without the place and the hint.
  const std::string& message() const { return message_; }
  const ErrorPlace& place() const { return place_; }
  // "FILE:LINE:FIELD (column): message; hint", control characters escaped.
  const char* what() const noexcept override { return text_.c_str(); }

  // The same error with the file filled in where it was not known.
  Error with_file(const std::string& file) const;

 private:
  ErrorCode code_;
  std::string message_;
  ErrorPlace place_;
  std::string text_;
};

[[noreturn]] void throw_usage(std::string message, std::string hint = {});
[[noreturn]] void throw_data(std::string message, std::string hint = {});

}  // namespace mlkit
