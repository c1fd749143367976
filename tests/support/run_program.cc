#include "support/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace mlkit::test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> emulator_words() {
  std::vector<std::string> words;
  std::istringstream stream(MLKIT_EMULATOR);
  for (std::string word; std::getline(stream, word, ';');) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

// In the child: never returns.
[[noreturn]] void become(const std::string& in, const std::string& out, const std::string& err,
                         const std::string& folder, char* const* words, char* const* environment) {
  const auto redirect = [](const std::string& path, int flags, int target) {
    const int descriptor = open(path.c_str(), flags, 0600);
    if (descriptor < 0 || dup2(descriptor, target) < 0) _exit(126);
    if (descriptor != target) close(descriptor);
  };
  redirect(in, O_RDONLY, 0);
  redirect(out, O_WRONLY | O_CREAT | O_TRUNC, 1);
  redirect(err, O_WRONLY | O_CREAT | O_TRUNC, 2);
  if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(126);
  execvpe(words[0], words, environment);
  _exit(127);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mlkit-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

bool is_emulated() { return !emulator_words().empty(); }

std::vector<std::string> mlkit_words(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = emulator_words();
  words.emplace_back(MLKIT_PROGRAM);
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

void make_program_folder(const std::string& folder) {
  std::filesystem::create_directories(folder);
  std::string script = "#!/bin/sh\nexec";
  for (const std::string& word : mlkit_words({})) script += " '" + word + "'";
  write_text(folder + "/mlkit", script + " \"$@\"\n");
  chmod((folder + "/mlkit").c_str(), 0755);
}

RunResult run_program(const std::vector<std::string>& words, const RunOptions& options) {
  const TemporaryFolder folder;
  const std::string in = folder / "in";
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  write_text(in, options.standard_input);
  std::vector<std::string> word_texts = words;
  std::vector<std::string> variable_texts;
  for (const auto& [name, value] : options.environment) variable_texts.push_back(name + "=" + value);
  const std::vector<char*> word_pointers = pointers(word_texts);
  const std::vector<char*> variable_pointers = pointers(variable_texts);

  const Clock::time_point start = Clock::now();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) become(in, out, err, options.folder, word_pointers.data(), variable_pointers.data());

  RunResult result;
  bool interrupted = options.interrupt_after_seconds <= 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (!interrupted && seconds_since(start) >= options.interrupt_after_seconds) {
      kill(child, SIGINT);
      interrupted = true;
    }
    if (seconds_since(start) >= options.stop_after_seconds) kill(child, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  result.seconds = seconds_since(start);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.out = read_text(out);
  result.err = read_text(err);
  return result;
}

}  // namespace mlkit::test
