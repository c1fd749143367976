// Watching a log of predictions: errors, confidence, latency, answers and inputs, in windows of rows and as streams.
//
// The log has a column `prediction`, and as far as it has them: `confidence`, a latency (latency_ms, latency_us,
// latency, duration_ms), the model's input columns, the true answer. Answers that come later are joined by an id.
//
// Streams: every detector (drift/stream_detectors.h) sees the errors, row by row in the order of the log, or, for
// answers that come later, in the order of the log once they are there; ADWIN, where it is one of them, also sees the
// confidence. The error of a class is 0 or 1, of a number |prediction - answer| / scale, at most 1, with the standard
// deviation of the model's predictions in training (without a model: in the first window) as the scale.
//
// Windows: when one is full, its columns are judged together as by `drift` (drift/compare.h): against the model's
// reference, or without a model against the first window. Latency is always compared with the first window, and only
// a rise is an alarm.
//
// Of alarms of one kind by one detector, the first in a window is reported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mlkit/data/csv_read.h"
#include "mlkit/data/table.h"
#include "mlkit/drift/compare.h"
#include "mlkit/drift/reference.h"
#include "mlkit/drift/stream_detectors.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

struct MonitorOptions {
  std::string task = "auto";  // classification, regression; auto: of the model, else classes where confidence is there
  std::int64_t window = 1000;
  std::vector<std::string> detectors = {"adwin", "page_hinkley"};  // ddm alarms for nothing too often
  std::string id;                                                  // column that labels are joined by; "" = none
  std::string label;         // column of the log with the true answer; "" = the model's target, if the log has it
  bool joined_only = false;  // answers come by `id` alone: no column of the log is one
  DriftOptions drift{.tests = {}, .alpha = 0.001, .min_effect = 0.05};
};

struct Alarm {
  std::string alarm;         // error, confidence, latency, prediction, score, input:COLUMN
  std::string detector;      // adwin, ddm, page_hinkley, ks, chi2, psi
  std::uint64_t row = 0;     // of the log, from 1: where it was noticed
  std::uint64_t window = 0;  // from 1: the one that the row is in
  double value = 0;          // the detector's mean, D, Cramer's V or PSI
};

struct WindowReport {
  std::uint64_t window = 0;
  std::uint64_t first_row = 0;
  std::uint64_t last_row = 0;
  std::optional<double> confidence;  // means
  std::optional<double> latency;
  std::optional<double> error;  // of the rows whose answers are known
  std::uint64_t labelled = 0;
  std::vector<std::string> drifted;
};

struct MonitorStep {
  std::vector<Alarm> alarms;
  std::vector<WindowReport> windows;
};

// What became of the answers.
struct AnswerCounts {
  std::uint64_t used = 0;           // errors were made of them
  std::uint64_t not_numbers = 0;    // of numbers: answers that are none, and are not used
  std::string not_number;           // the first of them
  std::uint64_t unknown = 0;        // of classes: answers that no class of the model is, each an error
  std::string unknown_class;        // the first of them
  std::uint64_t unmatched_ids = 0;  // of `labels`: no row seen by this monitor has them
  std::string unmatched_id;         // the first of them, by name
};

class LogMonitor {
 public:
  // `model` may be null and must outlive this; `labels` are the answers known by now, by id. Throws Error(kUsage) for
  // a detector that there is not, Error(kModelFile) for a model without a reference.
  LogMonitor(MonitorOptions options, const Pipeline* model, const std::string& model_file,
             std::unordered_map<std::string, std::string> labels);
  ~LogMonitor();

  // Which columns of a log with this header are read, and as what. Throws Error(kData) where `prediction`, the id or
  // the label column is not there. Call once, before observe.
  std::map<std::string, DeclaredType> columns_for(const std::vector<std::string>& header);

  // The answers that came since the rows were seen (after restore): in the order of the log.
  MonitorStep join_late_labels();
  // The next rows of the log.
  MonitorStep observe(const Table& rows);
  // Rows of a window that was not full when the state was saved: counted for the window only.
  void refill(const Table& rows);

  std::uint64_t rows() const;            // seen
  AnswerCounts answers() const;          // so far, without those before restore
  std::uint64_t rows_in_window() const;  // of them in the window that is not full

  // All that is known, with the records (UTF-8) of the rows of the window that is not full; and back: what restore
  // returns is to be given to refill. restore throws Error(kData) for bytes that are no state, or one of other
  // detectors, window or columns.
  std::string state(const std::vector<std::string>& unfinished) const;
  std::vector<std::string> restore(const std::string& bytes, const std::string& file);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlkit
