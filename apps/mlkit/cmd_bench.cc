// bench: how fast this machine reads a table, and in how much memory; or how fast a model answers on it.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "bench_model.h"
#include "command.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

std::string rounded(double value, int decimals) {
  double scale = 1;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  return format_number(static_cast<double>(static_cast<std::int64_t>(value * scale + 0.5)) / scale);
}

bool is_read_once(const std::string& input) {
  std::error_code none;
  return input == "-" || std::filesystem::is_fifo(input, none);
}

struct Reading {
  std::size_t columns = 0;
  CsvReadReport report;
  std::vector<double> seconds;  // of each run, rising
  double median() const {
    const std::size_t half = seconds.size() / 2;
    return seconds.size() % 2 == 1 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
  }
};

class Bench : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("input", input_,
                  {.help = "the table to read; or a model file, with rows for it as the second",
                   .value_name = "IN",
                   .file = FileUse::kReads});
    arguments.add("rows", rows_,
                  {.help = "rows for the model to score", .value_name = "ROWS", .file = FileUse::kReads});
    table_.declare(options);
    options.add("runs", runs_, {.help = "how often to read it; the median counts", .range = between(1, 1e6)});
  }

  int run(Session& session) override {
    if (rows_) return run_model(session);
    if (runs_ > 1 && is_read_once(input_)) throw_usage("--runs above 1 needs a file: a pipe can be read once");
    const Reading reading = read(session.context());
    if (session.json()) {
      session.result("bench", json(reading));
    } else {
      session.print(text(reading));
      session.show_warnings();
    }
    return 0;
  }

 private:
  int run_model(Session& session) {
    Json result = bench_model(input_, *rows_, table_, runs_, session.context());
    result["peak_rss_bytes"] = peak_memory_bytes();
    if (session.json()) {
      session.result("bench", std::move(result));
      return 0;
    }
    std::string out;
    const auto line = [&](const std::string& name, const std::string& value) {
      out += name + std::string(16 - name.size(), ' ') + value + "\n";
    };
    line("rows", with_thousands(result["rows"].get<std::uint64_t>()));
    line("features", with_thousands(result["features"].get<std::uint64_t>()));
    line("model bytes", with_thousands(result["model_bytes"].get<std::uint64_t>()));
    line("loading", rounded(result["load_milliseconds"].get<double>(), 3) + " ms");
    line("one row", rounded(result["row_microseconds"]["median"].get<double>(), 3) +
                        " us (99 %: " + rounded(result["row_microseconds"]["p99"].get<double>(), 3) + " us)");
    line("all at once",
         with_thousands(static_cast<std::uint64_t>(result["batch_rows_per_second"].get<double>())) + " rows/s");
    line("peak memory", rounded(static_cast<double>(peak_memory_bytes()) / 1e6, 1) + " MB");
    session.print(out);
    session.show_warnings();
    return 0;
  }

  Reading read(Context& context) {
    const CsvReadOptions options = table_.to_csv_options();
    Reading reading;
    for (std::int64_t i = 0; i < runs_; ++i) {
      context.take_warnings();  // those of the last run are shown
      const auto start = std::chrono::steady_clock::now();
      const Table table = read_csv(input_, options, context, &reading.report);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      reading.columns = table.column_count();
      reading.seconds.push_back(taken.count());
    }
    std::sort(reading.seconds.begin(), reading.seconds.end());
    return reading;
  }

  Json json(const Reading& reading) const {
    Json object;
    object["input"] = input_;
    object["rows"] = reading.report.rows;
    object["columns"] = reading.columns;
    object["bytes"] = reading.report.bytes;
    object["rows_skipped"] = reading.report.rows_skipped;
    object["rows_padded"] = reading.report.rows_padded;
    object["runs"] = runs_;
    object["seconds"] = reading.median();
    object["seconds_min"] = reading.seconds.front();
    object["seconds_max"] = reading.seconds.back();
    object["rows_per_second"] = static_cast<double>(reading.report.rows) / reading.median();
    object["bytes_per_second"] = static_cast<double>(reading.report.bytes) / reading.median();
    object["peak_rss_bytes"] = peak_memory_bytes();
    return object;
  }

  std::string text(const Reading& reading) const {
    constexpr double kMega = 1e6;
    const double seconds = reading.median();
    std::string out;
    const auto line = [&](const std::string& name, const std::string& value) {
      out += name + std::string(14 - name.size(), ' ') + value + "\n";
    };
    line("rows", with_thousands(reading.report.rows));
    line("columns", with_thousands(reading.columns));
    line("bytes", with_thousands(reading.report.bytes));
    line("seconds", rounded(seconds, 4) + (runs_ == 1 ? ""
                                                      : " (median of " + with_thousands(reading.seconds.size()) +
                                                            ", fastest " + rounded(reading.seconds.front(), 4) + ")"));
    line("rows/s", with_thousands(static_cast<unsigned long long>(static_cast<double>(reading.report.rows) / seconds)));
    line("MB/s", rounded(static_cast<double>(reading.report.bytes) / kMega / seconds, 1));
    if (reading.report.rows_skipped > 0) line("rows skipped", with_thousands(reading.report.rows_skipped));
    if (reading.report.rows_padded > 0) line("rows padded", with_thousands(reading.report.rows_padded));
    line("peak memory", rounded(static_cast<double>(peak_memory_bytes()) / kMega, 1) + " MB");
    return out;
  }

  std::string input_;
  std::optional<std::string> rows_;
  TableInOptions table_;
  std::int64_t runs_ = 1;
};

}  // namespace

std::unique_ptr<Command> make_bench() { return std::make_unique<Bench>(); }

}  // namespace mlkit::app
