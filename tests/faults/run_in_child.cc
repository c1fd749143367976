#include "run_in_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "fault_injection.h"
#include "support/run_program.h"

int mlkit_main(int argc, char** argv);  // apps/mlkit/main.cc under another name

namespace mlkit::test {
namespace {

// What the child tells before it ends.
struct Shared {
  std::uint64_t calls;
};

Shared* shared_page() {
  static Shared* const page = [] {
    void* p = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::runtime_error("no shared page");
    return static_cast<Shared*>(p);
  }();
  return page;
}

int file_in_memory(const char* name) {
  const int descriptor = memfd_create(name, MFD_CLOEXEC);
  if (descriptor < 0) throw std::runtime_error("no file in memory");
  return descriptor;
}

std::string content_of(int descriptor) {
  std::string text(static_cast<std::size_t>(lseek(descriptor, 0, SEEK_END)), '\0');
  const ssize_t got = pread(descriptor, text.data(), text.size(), 0);
  close(descriptor);
  if (got != static_cast<ssize_t>(text.size())) throw std::runtime_error("cannot read what the child said");
  return text;
}

[[noreturn]] void become(std::vector<std::string> words, const ChildOptions& options, int out, int err) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || chdir(options.folder.c_str()) != 0) _exit(126);
  if (options.prepare) options.prepare();
  const int code = mlkit_main(static_cast<int>(words.size()), pointers.data());
  shared_page()->calls = calls_since_armed();
  arm_fault(FaultyCall::kThread, 0, false);
  _exit(options.finish ? options.finish(code) : code);
}

}  // namespace

ChildResult run_in_child(const std::vector<std::string>& arguments, const ChildOptions& options) {
  using Clock = std::chrono::steady_clock;
  constexpr double kMostSeconds = 60;
  std::vector<std::string> words = {"mlkit"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const int out = file_in_memory("out");
  const int err = file_in_memory("err");
  shared_page()->calls = 0;
  const double limit = options.kill_after_seconds > 0 ? options.kill_after_seconds : kMostSeconds;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) become(std::move(words), options, out, err);
  const auto start = Clock::now();
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::duration<double>(Clock::now() - start).count() >= limit) kill(child, SIGKILL);
    const timespec pause = {0, 50'000};
    nanosleep(&pause, nullptr);
  }
  ChildResult result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.calls = shared_page()->calls;
  result.out = content_of(out);
  result.err = content_of(err);
  return result;
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files[entry.path().filename().string()] = entry.is_regular_file() ? read_text(entry.path().string()) : "";
  }
  return files;
}

}  // namespace mlkit::test
