#include "mlkit/workflow/monitor_log.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_set>
#include <utility>

#include "mlkit/base/binary.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/workflow/compare_model.h"

namespace mlkit {
namespace {

constexpr std::string_view kStateMagic = "mlkit monitor 1\n";
constexpr std::size_t kMostPending = 100'000;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string first_of(const std::vector<std::string>& header, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (contains(header, name)) return name;
  }
  return {};
}

bool same_answer(const std::string& a, const std::string& b) {
  if (a == b) return true;
  double x = 0, y = 0;
  return parse_number(a, x) == NumberStatus::kNumber && parse_number(b, y) == NumberStatus::kNumber && x == y;
}

// A row whose answer is not there yet.
struct Pending {
  std::uint64_t row = 0;
  std::string id;
  std::string prediction;
};

// One column of the log that windows are compared by.
struct Watched {
  std::string column;  // in the log; "" = the positive class's probability
  std::string alarm;
  ReferenceColumn reference;
  bool known = false;       // else the first window is the reference
  bool rises_only = false;  // latency
  bool is_score = false;    // made from prediction and confidence
};

}  // namespace

struct LogMonitor::State {
  MonitorOptions options;
  const Pipeline* model = nullptr;
  const DriftReference* reference = nullptr;
  std::unordered_map<std::string, std::string> labels;
  std::unordered_set<std::string> matched;  // ids of labels
  AnswerCounts answer_counts;

  std::string confidence, latency, label;
  std::vector<Watched> watched;
  bool classes = true;
  double scale = 0;  // of errors of numbers

  std::vector<std::unique_ptr<StreamDetector>> detectors;
  Adwin confidence_detector;
  bool watches_confidence = false;  // ADWIN was asked for
  std::uint64_t rows = 0;
  std::deque<Pending> pending;
  std::map<std::string, std::uint64_t> last_alarm;  // "alarm detector": the window of the last one

  // The window under way.
  std::vector<CurrentColumn> counted;
  std::vector<Table> first_rows;  // while some column has no reference: the window's rows themselves
  std::uint64_t in_window = 0;
  double confidence_sum = 0, latency_sum = 0, error_sum = 0;
  std::uint64_t confidences = 0, latencies = 0, errors = 0;

  std::uint64_t window_of(std::uint64_t row) const {
    return (row - 1) / static_cast<std::uint64_t>(options.window) + 1;
  }
  // One of a kind in a window: more would say the same again.
  void raise(std::string alarm, std::string detector, std::uint64_t row, double value, MonitorStep& out) {
    std::uint64_t& last = last_alarm[alarm + " " + detector];
    if (last == window_of(row)) return;
    last = window_of(row);
    out.alarms.push_back({std::move(alarm), std::move(detector), row, last, value});
  }
  void see_error(double error, std::uint64_t row, MonitorStep& out);
  std::optional<double> error_of(const std::string& prediction, const std::string& answer) const;
  const std::string* find_label(const std::string& id);
  void count_answer(const std::string& answer, bool used);
  std::vector<double> scores_of(const Table& rows) const;
  void count_rows(const Table& rows);
  void see_rows(const Table& rows, MonitorStep& out);
  void close_window(MonitorStep& out);
  void learn_missing_references();
  void start_window();
};

LogMonitor::LogMonitor(MonitorOptions options, const Pipeline* model, const std::string& model_file,
                       std::unordered_map<std::string, std::string> labels)
    : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->model = model;
  state_->labels = std::move(labels);
  if (model != nullptr) {
    state_->reference = &drift_reference_of(*model, model_file);
    state_->classes = model->is_classification();
    if (!state_->classes && !state_->reference->predictions.empty()) {
      state_->scale = state_->reference->predictions[0].sd;
    }
  }
  for (const std::string& name : state_->options.detectors) {
    state_->detectors.push_back(make_stream_detector(name));
    if (state_->detectors.back() == nullptr) {
      throw_usage("--detector: there is no detector \"" + name + "\"", "there are adwin, ddm, page-hinkley");
    }
    state_->watches_confidence = state_->watches_confidence || state_->detectors.back()->name() == "adwin";
  }
}

LogMonitor::~LogMonitor() = default;

std::uint64_t LogMonitor::rows() const { return state_->rows; }
std::uint64_t LogMonitor::rows_in_window() const { return state_->in_window; }

AnswerCounts LogMonitor::answers() const {
  AnswerCounts out = state_->answer_counts;
  for (const auto& [id, answer] : state_->labels) {
    if (state_->matched.contains(id)) continue;
    if (out.unmatched_ids++ == 0 || id < out.unmatched_id) out.unmatched_id = id;
  }
  return out;
}

std::map<std::string, DeclaredType> LogMonitor::columns_for(const std::vector<std::string>& header) {
  State& s = *state_;
  const auto require = [&](const std::string& name, const std::string& hint) {
    if (contains(header, name)) return;
    throw_data("there is no column \"" + name + "\"", hint);
  };
  require("prediction", "a log is what serve --log writes, or predict --keep ID");
  if (!s.options.id.empty()) require(s.options.id, missing_column_hint(s.options.id, header));
  s.label = s.options.label;
  if (!s.label.empty()) require(s.label, missing_column_hint(s.label, header));
  if (s.label.empty() && s.model != nullptr && !s.options.joined_only) {
    if (const auto target = s.model->find_target(header)) s.label = header[*target];
  }
  s.confidence = first_of(header, {"confidence"});
  s.latency = first_of(header, {"latency_ms", "latency_us", "latency", "duration_ms"});
  if (s.model == nullptr) {
    s.classes = s.options.task == "classification" || (s.options.task == "auto" && !s.confidence.empty());
  }

  std::map<std::string, DeclaredType> types;
  const DeclaredType text{ColumnType::kCategory, false}, number{ColumnType::kNumeric, false};
  const auto watch = [&](const std::string& column, std::string alarm, const ReferenceColumn* reference) {
    Watched watched;
    watched.column = column;
    watched.alarm = std::move(alarm);
    watched.known = reference != nullptr;
    if (reference != nullptr) watched.reference = *reference;
    s.watched.push_back(std::move(watched));
  };
  if (s.model != nullptr) {
    const PipelineParts& parts = s.model->parts();
    for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
      const std::string name = contains(header, parts.inputs[i].name) ? parts.inputs[i].name : parts.aliases[i];
      if (name.empty() || !contains(header, name) || parts.inputs[i].type == ColumnType::kDatetime) continue;
      if (name == "prediction" || name == s.confidence || name == s.latency || name == s.options.id) continue;
      types[name] = {parts.inputs[i].type, false};
      watch(name, "input:" + parts.inputs[i].name, &s.reference->columns[i]);
    }
  }
  const auto answers = s.reference != nullptr ? &s.reference->predictions : nullptr;
  types["prediction"] = s.classes ? text : number;
  watch("prediction", "prediction", answers != nullptr && !answers->empty() ? &(*answers)[0] : nullptr);
  if (!s.confidence.empty()) {
    types[s.confidence] = number;
    watch(s.confidence, "score", answers != nullptr && answers->size() == 2 ? &(*answers)[1] : nullptr);
    s.watched.back().is_score = s.model != nullptr && s.model->classes().size() == 2;
  }
  if (!s.latency.empty()) {
    types[s.latency] = number;
    watch(s.latency, "latency", nullptr);
    s.watched.back().rises_only = true;
  }
  if (!s.options.id.empty()) types[s.options.id] = text;
  if (!s.label.empty()) types[s.label] = text;
  s.start_window();
  return types;
}

void LogMonitor::State::start_window() {
  counted.clear();
  for (const Watched& column : watched) counted.emplace_back(column.reference);
  first_rows.clear();
  in_window = 0;
  confidence_sum = latency_sum = error_sum = 0;
  confidences = latencies = errors = 0;
}

void LogMonitor::State::see_error(double error, std::uint64_t row, MonitorStep& out) {
  for (const auto& detector : detectors) {
    if (detector->name() == "ddm" && !classes) continue;  // for errors of 0 and 1
    if (detector->add(error)) raise("error", std::string(detector->name()), row, detector->value(), out);
  }
}

std::optional<double> LogMonitor::State::error_of(const std::string& prediction, const std::string& answer) const {
  if (classes) return same_answer(prediction, answer) ? 0.0 : 1.0;
  double x = 0, y = 0;
  if (!(scale > 0) || parse_number(prediction, x) != NumberStatus::kNumber ||
      parse_number(answer, y) != NumberStatus::kNumber) {
    return std::nullopt;
  }
  return std::min(1.0, std::fabs(x - y) / scale);
}

const std::string* LogMonitor::State::find_label(const std::string& id) {
  const auto found = labels.find(id);
  if (found == labels.end()) return nullptr;
  matched.insert(id);
  return &found->second;
}

void LogMonitor::State::count_answer(const std::string& answer, bool used) {
  answer_counts.used += used ? 1 : 0;
  double number = 0;
  if (!classes && parse_number(answer, number) != NumberStatus::kNumber) {
    if (answer_counts.not_numbers++ == 0) answer_counts.not_number = answer;
  }
  if (!classes || model == nullptr) return;
  const std::vector<std::string>& known = model->classes();
  if (contains(known, answer) ||
      std::any_of(known.begin(), known.end(), [&](const std::string& name) { return same_answer(name, answer); })) {
    return;
  }
  if (answer_counts.unknown++ == 0) answer_counts.unknown_class = answer;
}

// The positive class's probability, from the confidence in the class that was answered.
std::vector<double> LogMonitor::State::scores_of(const Table& rows_in) const {
  const Column& predictions = rows_in.column(std::string_view("prediction"));
  const Column& shares = rows_in.column(confidence);
  std::vector<double> out;
  for (std::size_t row = 0; row < rows_in.rows(); ++row) {
    if (shares.is_missing(row)) continue;
    const double share = shares.numbers().values[row];
    out.push_back(predictions.cell_text(row) == model->classes()[1] ? share : 1 - share);
  }
  return out;
}

void LogMonitor::State::count_rows(const Table& rows_in) {
  bool keep = false;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    keep = keep || !watched[i].known;
    if (!watched[i].known) continue;
    if (watched[i].is_score) {
      counted[i].observe_numbers(scores_of(rows_in));
    } else {
      counted[i].observe(rows_in.column(watched[i].column));
    }
  }
  if (keep) first_rows.push_back(rows_in);
  const auto add = [&](const std::string& name, double& sum, std::uint64_t& count) {
    if (name.empty()) return;
    for (const double value : rows_in.column(name).numbers().values) {
      if (value != value) continue;
      sum += value;
      ++count;
    }
  };
  add(confidence, confidence_sum, confidences);
  add(latency, latency_sum, latencies);
  in_window += rows_in.rows();
}

void LogMonitor::State::see_rows(const Table& table, MonitorStep& out) {
  const Column& predictions = table.column(std::string_view("prediction"));
  const Column* const ids = options.id.empty() ? nullptr : &table.column(options.id);
  const Column* const answers = label.empty() ? nullptr : &table.column(label);
  const Column* const shares = confidence.empty() ? nullptr : &table.column(confidence);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ++rows;
    if (watches_confidence && shares != nullptr && !shares->is_missing(row) &&
        confidence_detector.add(shares->numbers().values[row])) {
      raise("confidence", "adwin", rows, confidence_detector.value(), out);
    }
    std::optional<std::string> answer;
    if (answers != nullptr && !answers->is_missing(row)) {
      answer = answers->cell_text(row);
    } else if (ids != nullptr && !ids->is_missing(row)) {
      const std::string id = ids->cell_text(row);
      if (const std::string* const found = find_label(id)) {
        answer = *found;
      } else {
        pending.push_back({rows, id, predictions.cell_text(row)});
        if (pending.size() > kMostPending) pending.pop_front();
      }
    }
    if (!answer) continue;
    const std::optional<double> error = error_of(predictions.cell_text(row), *answer);
    count_answer(*answer, error.has_value());
    if (!error) continue;
    error_sum += *error;
    ++errors;
    see_error(*error, rows, out);
  }
  count_rows(table);
}

// Columns without a reference take this window as theirs.
void LogMonitor::State::learn_missing_references() {
  for (Watched& column : watched) {
    if (column.known) continue;
    std::vector<std::string> words;
    std::vector<double> numbers;
    const bool levels = column.column == "prediction" && classes;
    for (const Table& part : first_rows) {
      const Column& cells = part.column(column.column);
      for (std::size_t row = 0; row < part.rows(); ++row) {
        if (levels) {
          words.push_back(cells.cell_text(row));
        } else if (!cells.is_missing(row)) {
          numbers.push_back(cells.numbers().values[row]);
        }
      }
    }
    column.reference = levels ? learn_reference(make_category_column("prediction", words))
                              : learn_reference_of_numbers(column.column, std::move(numbers));
    if (column.column == "prediction" && !classes && !(scale > 0)) scale = column.reference.sd;
    column.known = true;
  }
}

void LogMonitor::State::close_window(MonitorStep& out) {
  WindowReport report;
  report.last_row = rows;
  report.first_row = rows - in_window + 1;
  report.window = window_of(rows);
  const auto mean = [](double sum, std::uint64_t count) -> std::optional<double> {
    if (count == 0) return std::nullopt;
    return sum / static_cast<double>(count);
  };
  report.confidence = mean(confidence_sum, confidences);
  report.latency = mean(latency_sum, latencies);
  report.error = mean(error_sum, errors);
  report.labelled = errors;
  std::vector<ColumnDrift> found;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (!watched[i].known) continue;
    places.push_back(i);
    found.push_back(counted[i].compare(watched[i].reference, options.drift));
  }
  judge_columns(found, options.drift);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const Watched& column = watched[places[k]];
    const ColumnDrift& drift = found[k];
    if (!drift.drift) continue;
    if (column.rises_only && !(drift.mean_current.value_or(0) > drift.mean_reference.value_or(0))) continue;
    const std::string detector = !drift.test_alarm ? "psi" : drift.ks ? "ks" : "chi2";
    const double value = !drift.test_alarm ? drift.psi->value : drift.effect().value_or(0);
    raise(column.alarm, detector, rows, value, out);
    report.drifted.push_back(column.alarm);
  }
  learn_missing_references();
  out.windows.push_back(std::move(report));
  start_window();
}

MonitorStep LogMonitor::join_late_labels() {
  State& s = *state_;
  MonitorStep out;
  std::deque<Pending> still;
  for (Pending& pending : s.pending) {
    const std::string* const found = s.find_label(pending.id);
    if (found == nullptr) {
      still.push_back(std::move(pending));
      continue;
    }
    const std::optional<double> error = s.error_of(pending.prediction, *found);
    s.count_answer(*found, error.has_value());
    if (error) s.see_error(*error, pending.row, out);
  }
  s.pending = std::move(still);
  return out;
}

MonitorStep LogMonitor::observe(const Table& table) {
  State& s = *state_;
  MonitorStep out;
  const auto window = static_cast<std::uint64_t>(s.options.window);
  for (std::size_t from = 0; from < table.rows();) {
    const std::size_t to = std::min<std::size_t>(table.rows(), from + static_cast<std::size_t>(window - s.in_window));
    std::vector<std::uint32_t> part;
    for (std::size_t row = from; row < to; ++row) part.push_back(static_cast<std::uint32_t>(row));
    s.see_rows(part.size() == table.rows() ? table : table.select_rows(part), out);
    if (s.in_window == window) s.close_window(out);
    from = to;
  }
  return out;
}

void LogMonitor::refill(const Table& table) { state_->count_rows(table); }

std::string LogMonitor::state(const std::vector<std::string>& unfinished) const {
  const State& s = *state_;
  BinaryWriter out;
  out.bytes(kStateMagic);
  out.i64(s.options.window);
  out.u64(s.rows);
  out.f64(s.scale);
  out.f64s(s.confidence_detector.state());
  out.u64(s.detectors.size());
  for (const auto& detector : s.detectors) {
    out.text(detector->name());
    out.f64s(detector->state());
  }
  DriftReference references;
  std::vector<std::string> names;
  for (const Watched& column : s.watched) {
    names.push_back(column.alarm);
    if (column.known) references.columns.push_back(column.reference);
    out.boolean(column.known);
  }
  out.texts(names);
  references.save(out);
  out.u64(s.pending.size());
  for (const Pending& pending : s.pending) {
    out.u64(pending.row);
    out.text(pending.id);
    out.text(pending.prediction);
  }
  out.u64(s.last_alarm.size());
  for (const auto& [kind, window] : s.last_alarm) {
    out.text(kind);
    out.u64(window);
  }
  out.texts(unfinished);
  out.u32(crc32c(out.data()));
  return out.take();
}

std::vector<std::string> LogMonitor::restore(const std::string& bytes, const std::string& file) {
  State& s = *state_;
  const auto refuse = [&](const std::string& what) {
    throw Error(
        ErrorCode::kData, what,
        {.file = file, .column = {}, .hint = "give the same options as before, or begin with another --state file"});
  };
  constexpr std::size_t kChecksum = 4;
  if (!bytes.starts_with(kStateMagic) || bytes.size() < kStateMagic.size() + kChecksum ||
      BinaryReader(std::string_view(bytes).substr(bytes.size() - kChecksum), "state").u32() !=
          crc32c(std::string_view(bytes).substr(0, bytes.size() - kChecksum))) {
    refuse("this is not a state of monitor, or it is damaged");
  }
  std::vector<std::string> unfinished;
  try {
    BinaryReader in(std::string_view(bytes).substr(kStateMagic.size(), bytes.size() - kStateMagic.size() - kChecksum),
                    "state");
    if (in.i64() != s.options.window) refuse("the state is one of another --window");
    s.rows = in.u64();
    s.scale = in.finite_f64();
    if (!s.confidence_detector.restore(in.f64s())) refuse("the state is damaged");
    if (in.count(16) != s.detectors.size()) refuse("the state is one of other detectors");
    for (const auto& detector : s.detectors) {
      if (in.text() != detector->name()) refuse("the state is one of other detectors");
      if (!detector->restore(in.f64s())) refuse("the state is damaged");
    }
    std::vector<std::string> names;
    for (Watched& column : s.watched) {
      column.known = in.boolean();
      names.push_back(column.alarm);
    }
    if (in.texts() != names) refuse("the state is one of a log with other columns");
    const DriftReference references = DriftReference::load(in);
    std::size_t next = 0;
    for (Watched& column : s.watched) {
      if (!column.known) continue;
      if (next == references.columns.size()) refuse("the state is damaged");
      column.reference = references.columns[next++];
    }
    s.pending.clear();
    for (std::uint64_t left = in.count(24); left > 0; --left) {
      Pending pending;
      pending.row = in.u64();
      pending.id = in.text();
      pending.prediction = in.text();
      s.pending.push_back(std::move(pending));
    }
    s.last_alarm.clear();
    for (std::uint64_t left = in.count(16); left > 0; --left) {
      const std::string kind = in.text();
      s.last_alarm[kind] = in.u64();
    }
    unfinished = in.texts();
    in.expect_end();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kModelFile) refuse("the state does not fit this log, or it is damaged");
    throw;
  }
  s.start_window();
  return unfinished;
}

}  // namespace mlkit
