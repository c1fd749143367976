// Exit codes: 0 done, 1 a negative finding, 2 usage, 3 input data or schema, 4 model file,
// 5 input/output or memory, 130 interrupted (ErrorCode). This is the only place that exits.
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "command.h"
#include "command_line.h"
#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "run_request.h"
#include "standard_streams.h"

namespace {

using mlkit::Error;
using mlkit::ErrorCode;
using mlkit::Json;

void say_as_json(const Error& error) {
  Json object;
  object["code"] = std::string(mlkit::error_code_name(error.code()));
  object["exit"] = static_cast<int>(error.code());
  object["message"] = error.message();
  object["file"] = error.place().file;
  object["line"] = error.place().line;
  object["column"] = error.place().column;
  object["field"] = error.place().field;
  object["hint"] = error.place().hint;
  mlkit::app::write_standard_error(mlkit::json_text(object, -1) + "\n");
}

int say(const Error& error, const std::vector<std::string>& arguments) {
  if (mlkit::app::asks_for_json_errors(arguments)) {
    say_as_json(error);
  } else {
    std::string text = std::string("mlkit: ") + error.what() + "\n";
    if (error.code() == ErrorCode::kUsage) {
      const std::string command = mlkit::app::named_command(arguments);
      text += "try: mlkit " + command + (command.empty() ? "" : " ") + "--help\n";
    }
    mlkit::app::write_standard_error(text);
  }
  return static_cast<int>(error.code());
}

int run(const std::vector<std::string>& arguments) {
  const mlkit::app::Request request = mlkit::app::read_command_line(arguments);
  int code = 0;
  if (request.command == nullptr) {
    mlkit::app::write_standard_output(request.text);
  } else {
    code = mlkit::app::run_request(request, arguments);
  }
  mlkit::app::close_standard_output();
  return code;
}

// Every exception becomes an exit code; what it says must not need memory where there is none.
int run_and_say(int argc, char** argv) {
  constexpr int kIoExit = static_cast<int>(ErrorCode::kIo);
  std::vector<std::string> arguments;
  try {
    arguments.assign(argv + (argc > 0 ? 1 : 0), argv + argc);
    return run(arguments);
  } catch (const Error& error) {
    return say(error, arguments);
  } catch (const std::bad_alloc&) {
    mlkit::app::write_standard_error("mlkit: out of memory; fewer --threads or fewer columns need less\n");
    return kIoExit;
  } catch (const std::system_error& error) {
    return say(Error(ErrorCode::kIo, error.what()), arguments);
  } catch (const std::exception& error) {
    return say(Error(ErrorCode::kIo, std::string("internal error: ") + error.what()), arguments);
  }
}

// An exception that cannot get out: the JSON library's destructors take memory, and there may be none.
[[noreturn]] void end_at_once() noexcept {
  mlkit::remove_temporary_files();
  try {
    if (const std::exception_ptr problem = std::current_exception()) std::rethrow_exception(problem);
    mlkit::app::write_standard_error("mlkit: internal error\n");
  } catch (const std::bad_alloc&) {
    mlkit::app::write_standard_error("mlkit: out of memory\n");
  } catch (...) {
    mlkit::app::write_standard_error("mlkit: internal error: an exception where none is allowed\n");
  }
  std::_Exit(static_cast<int>(ErrorCode::kIo));
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(end_at_once);
  mlkit::app::prepare_standard_streams();
  try {
    return run_and_say(argc, argv);
  } catch (...) {  // no memory even for the message
    mlkit::app::write_standard_error("mlkit: out of memory\n");
    return static_cast<int>(ErrorCode::kIo);
  }
}
