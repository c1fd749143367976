#include "tune_journal.h"

#include <cmath>
#include <filesystem>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/io/json.h"

namespace mlkit::app {
namespace {

constexpr const char* kFormat = "mlkit_tune_journal";
constexpr const char* kRemedy = "remove the file to begin anew, or name another";

Json to_json(const Trial& trial) {
  Json out = {
      {"search", trial.key.search}, {"rung", trial.key.rung}, {"candidate", trial.key.candidate}, {"rows", trial.rows}};
  if (trial.score) out["score"] = *trial.score;
  if (trial.sd) out["sd"] = *trial.sd;
  if (!trial.failure.empty()) out["failure"] = trial.failure;
  return out;
}

std::size_t count_in(const Json& line, const char* name) { return line.at(name).get<std::size_t>(); }

Trial from_json(const Json& line) {
  Trial trial;
  trial.key = {count_in(line, "search"), count_in(line, "rung"), count_in(line, "candidate")};
  trial.rows = count_in(line, "rows");
  if (line.contains("score")) trial.score = line.at("score").get<double>();
  if (line.contains("sd")) trial.sd = line.at("sd").get<double>();
  if (line.contains("failure")) trial.failure = line.at("failure").get<std::string>();
  return trial;
}

}  // namespace

TuneJournal::TuneJournal(std::string path, std::string key) : path_(std::move(path)), key_(std::move(key)) {
  if (path_.empty() || !std::filesystem::exists(path_)) return;
  constexpr std::size_t kMostBytes = std::size_t{1} << 28;
  read_lines(read_file(path_, kMostBytes));
  read_ = trials_.size();
}

void TuneJournal::read_lines(const std::string& text) {
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const ErrorPlace place{.file = path_, .line = ++number, .column = {}, .hint = kRemedy};
    try {
      const Json line = parse_json(std::string_view(text).substr(begin, end - begin), path_);
      if (number == 1) {
        if (line.at(kFormat).get<int>() != 1) throw Error(ErrorCode::kData, "is a newer journal", place);
        if (line.at("key").get<std::string>() != key_) {
          throw Error(ErrorCode::kData, "is the journal of another search (other rows, options or version)", place);
        }
      } else {
        const Trial trial = from_json(line);
        trials_[trial.key] = trial;
      }
    } catch (const Error&) {
      throw;
    } catch (const std::exception&) {  // a member is missing or of another type
      throw Error(ErrorCode::kData, "is no line of a journal of mlkit tune", place);
    }
    begin = end + 1;
  }
  if (number == 0)
    throw Error(ErrorCode::kData, "is empty, and no journal", {.file = path_, .column = {}, .hint = kRemedy});
}

std::optional<Trial> TuneJournal::find(const TrialKey& key) const {
  const auto found = trials_.find(key);
  return found == trials_.end() ? std::nullopt : std::optional(found->second);
}

void TuneJournal::add(const Trial& trial) {
  constexpr auto kEvery = std::chrono::milliseconds(500);
  if (path_.empty()) return;
  trials_[trial.key] = trial;
  changed_ = true;
  if (std::chrono::steady_clock::now() - flushed_ >= kEvery) flush();
}

void TuneJournal::flush() {
  if (path_.empty() || !changed_) return;
  OutputFile out(path_);
  out.write(json_text(Json{{kFormat, 1}, {"key", key_}}, -1) + "\n");
  for (const auto& [key, trial] : trials_) out.write(json_text(to_json(trial), -1) + "\n");
  out.commit();
  changed_ = false;
  flushed_ = std::chrono::steady_clock::now();
}

}  // namespace mlkit::app
