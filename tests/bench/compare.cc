// Runs programs side by side and prints what each took: bench_compare TASKS RUNS [NAME=VALUE..]
//
// TASKS is a table, tab separated: task, program, probe, command, preparation. {NAME} in a command stands for its
// VALUE. A program whose probe (a shell command; "-" = none) fails is "not installed". Preparations run once,
// untimed. Then every program of a task runs once to warm up and RUNS times counted, the programs taking turns, so
// that a machine that slows down slows down all of them. Times are the system's own for the finished process:
// wall, user + system, peak resident memory; medians of the counted runs. The ratio is the median of the ratios of
// each turn to the first program of the task.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Row {
  std::string task, program, probe, command, preparation;
};

struct Run {
  double wall = 0;
  double cpu = 0;
  double peak_mb = 0;
  bool ok = false;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    if (separator != ' ' || !part.empty()) parts.push_back(part);
  }
  return parts;
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "{" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Standard input is empty, what the program says is thrown away.
Run run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = vfork();
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) dup2(nothing, stream);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  constexpr double kKibPerMb = 1e6 / 1024;
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / kKibPerMb, WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

bool shell(const std::string& command) { return command == "-" || command.empty() || run({"sh", "-c", command}).ok; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

template <class Member>
double median_of(const std::vector<Run>& runs, Member member) {
  std::vector<double> values;
  for (const Run& one : runs) values.push_back(one.*member);
  return median(std::move(values));
}

std::vector<Row> read_tasks(const std::string& path, const std::map<std::string, std::string>& values) {
  std::vector<Row> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells = split(filled(line, values), '\t');
    cells.resize(5);
    rows.push_back({cells[0], cells[1], cells[2], cells[3], cells[4]});
  }
  return rows;
}

void print_program(const Row& row, const std::vector<Run>& runs, const std::vector<Run>& first) {
  const bool ok = std::all_of(runs.begin(), runs.end(), [](const Run& one) { return one.ok; });
  if (!ok) {
    std::printf("%-12s %-22s failed: %s\n", row.task.c_str(), row.program.c_str(), row.command.c_str());
    return;
  }
  std::vector<double> ratios;
  double least = runs[0].wall, most = runs[0].wall;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    ratios.push_back(runs[i].wall / first[i].wall);
    least = std::min(least, runs[i].wall);
    most = std::max(most, runs[i].wall);
  }
  std::printf("%-12s %-22s %8.4f  %7.4f-%-8.4f %8.4f %9.1f %7.2f\n", row.task.c_str(), row.program.c_str(),
              median_of(runs, &Run::wall), least, most, median_of(runs, &Run::cpu), median_of(runs, &Run::peak_mb),
              median(std::move(ratios)));
}

void run_task(const std::vector<Row>& rows, int counted) {
  std::vector<Row> present;
  for (const Row& row : rows) {
    if (!shell(row.probe)) {
      std::printf("%-12s %-22s not installed\n", row.task.c_str(), row.program.c_str());
    } else if (!shell(row.preparation)) {
      std::printf("%-12s %-22s its preparation failed: %s\n", row.task.c_str(), row.program.c_str(),
                  row.preparation.c_str());
    } else {
      present.push_back(row);
    }
  }
  std::vector<std::vector<Run>> runs(present.size());
  for (int turn = 0; turn <= counted; ++turn) {
    for (std::size_t i = 0; i < present.size(); ++i) {
      const Run one = run(split(present[i].command, ' '));
      if (turn > 0) runs[i].push_back(one);
    }
  }
  for (std::size_t i = 0; i < present.size(); ++i) print_program(present[i], runs[i], runs[0]);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int counted = 0;
  const std::string runs = argc > 2 ? argv[2] : "";
  std::from_chars(runs.data(), runs.data() + runs.size(), counted);
  if (counted < 1) {
    std::fputs("usage: bench_compare TASKS RUNS [NAME=VALUE..]\n", stderr);
    return 2;
  }
  std::map<std::string, std::string> values;
  for (int i = 3; i < argc; ++i) {
    const std::string pair = argv[i];
    values[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  const std::vector<Row> rows = read_tasks(argv[1], values);
  std::printf("%-12s %-22s %8s  %16s %8s %9s %7s\n", "task", "program", "wall s", "least-most", "CPU s", "peak MB",
              "x first");
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    while (end < rows.size() && rows[end].task == rows[begin].task) ++end;
    run_task({rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end)},
             counted);
    begin = end;
  }
  return 0;
}
