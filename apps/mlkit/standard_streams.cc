#include "standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"

namespace mlkit::app {
namespace {

constexpr int kInterruptedExit = static_cast<int>(ErrorCode::kInterrupted);

// Async-signal-safe throughout.
void on_interrupt(int) {
  remove_temporary_files();
  if (isatty(STDERR_FILENO) != 0) {
    const ssize_t ignored = write(STDERR_FILENO, "\r\x1b[K", 4);  // a progress line, half drawn
    (void)ignored;
  }
  _exit(kInterruptedExit);
}

void on_closed_pipe(int signal_number) {
  remove_temporary_files();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void set_handler(int signal_number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | SA_NODEFER;
  sigaction(signal_number, &action, nullptr);
}

// A program started with SIGHUP or SIGINT ignored (nohup, a background job) keeps ignoring it.
void set_handler_unless_ignored(int signal_number, void (*handler)(int)) {
  struct sigaction old = {};
  if (sigaction(signal_number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) return;
  set_handler(signal_number, handler);
}

// The descriptor's number with the wrong direction: reading or writing it fails with EBADF.
void fill_if_closed(int descriptor, int flags) {
  if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) return;
  const int opened = open("/dev/null", flags);
  if (opened == descriptor || opened < 0) return;
  dup2(opened, descriptor);
  close(opened);
}

// 0, or the reason why not all of it could be written.
int write_all(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      struct pollfd wait = {descriptor, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

[[noreturn]] void throw_output_error(int reason) {
  throw Error(ErrorCode::kIo, std::string("cannot write: ") + std::strerror(reason),
              {.file = "standard output", .column = {}, .hint = {}});
}

}  // namespace

void prepare_standard_streams() {
  fill_if_closed(STDIN_FILENO, O_WRONLY);
  fill_if_closed(STDOUT_FILENO, O_RDONLY);
  fill_if_closed(STDERR_FILENO, O_WRONLY);
  set_handler_unless_ignored(SIGINT, on_interrupt);
  set_handler_unless_ignored(SIGHUP, on_interrupt);
  set_handler(SIGTERM, on_interrupt);
  set_handler(SIGPIPE, on_closed_pipe);
  set_handler(SIGXFSZ, SIG_IGN);  // a file beyond `ulimit -f` is an error of write (EFBIG), which cleans up
}

void write_standard_output(std::string_view text) {
  const int reason = write_all(STDOUT_FILENO, text);
  if (reason != 0) throw_output_error(reason);
}

void write_standard_error(std::string_view text) noexcept { write_all(STDERR_FILENO, text); }

void close_standard_output() {
  // EBADF: an output to "-" was closed (and checked) by its writer.
  if (close(STDOUT_FILENO) != 0 && errno != EBADF && errno != EINTR) throw_output_error(errno);
}

bool standard_error_is_terminal() { return isatty(STDERR_FILENO) != 0; }
bool standard_output_is_terminal() { return isatty(STDOUT_FILENO) != 0; }

int terminal_columns() {
  struct winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace mlkit::app
