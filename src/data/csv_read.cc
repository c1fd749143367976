#include "mlkit/data/csv_read.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_parse.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// A chunk and what became of it; used again and again.
struct Parsed {
  CsvChunk chunk;
  bool right = false;
  std::size_t worker = 0;
  std::size_t records = 0;
  RowLines lines;
  std::vector<std::uint32_t> begins;
  std::vector<CsvPiece> pieces;
};

class ParsedPool {
 public:
  std::unique_ptr<Parsed> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Parsed>();
    std::unique_ptr<Parsed> parsed = std::move(free_.back());
    free_.pop_back();
    return parsed;
  }
  void give_back(std::unique_ptr<Parsed> parsed) {
    parsed->chunk = {};
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(parsed));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Parsed>> free_;
};

// Ends what was begun, whatever happens between.
class ProgressTask {
 public:
  ProgressTask(Progress* progress, std::uint64_t total) : progress_(progress) {
    if (progress_ != nullptr) progress_->begin("reading", total);
  }
  ~ProgressTask() {
    if (progress_ != nullptr) progress_->end();
  }
  ProgressTask(const ProgressTask&) = delete;
  ProgressTask& operator=(const ProgressTask&) = delete;
  void advance(std::uint64_t bytes) {
    if (progress_ != nullptr) progress_->advance(bytes);
  }

 private:
  Progress* progress_;
};

class TableReader {
 public:
  TableReader(CsvChunkReader& chunks, Context& context)
      : chunks_(chunks),
        options_(settle_csv_options(chunks.options(), chunks.header(), chunks.name())),
        context_(context),
        rules_(options_.na, options_.quote, options_.numbers),
        workers_(chunks.header().size(), rules_),
        builders_(chunks.header().size()),
        abandoned_(chunks.header().size()),
        to_text_(chunks.header().size()) {}

  Table read() {
    warn_about_delimiter();
    plan_ = plan_csv_columns(header(), options_, CsvReading::kNumber);
    if (options_.keep_records)
      records_ = std::make_shared<CsvRecords>(chunks_.delimiter(), options_.quote, options_.numbers.is_plain());
    guess();
    final_plan_ = plan_;
    pass(true);
    for (int again = 0; prepare_next_pass(again); ++again) pass(false);
    chunks_.finish();
    throw_misfits();
    return finish();
  }

 private:
  const std::vector<std::string>& header() const { return chunks_.header(); }
  const DeclaredType* declared(std::size_t column) const {
    const auto found = options_.types.find(header()[column]);
    return found == options_.types.end() ? nullptr : &found->second;
  }

  void warn_about_delimiter() {
    if (header().size() != 1) return;
    for (const char other : {',', ';', '\t', '|'}) {
      if (other == chunks_.delimiter() || header()[0].find(other) == std::string::npos) continue;
      const std::string name = other == '\t' ? "a tab" : std::string("\"") + other + "\"";
      context_.warn("there is one column only, \"" + escape_controls(header()[0]) + "\"; if " + name +
                    " separates fields, use --delimiter '" + (other == '\t' ? "\\t" : std::string(1, other)) + "'");
      return;
    }
  }

  // Looks at the first chunk, which stays to be read.
  void guess() {
    first_ = chunks_.next();
    if (!first_) return;
    const CsvWorkerPool::Lease worker(workers_);
    if (!worker->index.build(first_->bytes(), chunks_.delimiter(), options_.quote, header().size())) return;
    for (std::size_t c = 0; c < plan_.size(); ++c) {
      if (plan_[c].reading == CsvReading::kSkip || plan_[c].declared) continue;
      plan_[c].reading = guess_csv_reading(worker->index.cells(c), rules_);
    }
  }

  std::optional<CsvChunk> next_chunk() {
    if (first_) return std::exchange(first_, std::nullopt);
    if (!replaying_) return chunks_.next();
    return replay_at_ < kept_.size() ? std::optional<CsvChunk>(kept_[replay_at_++]) : std::nullopt;
  }

  void pass(bool first_pass) {
    rows_ = 0;
    ProgressTask progress(context_.progress, chunks_.size_hint());
    ordered_stream<CsvChunk, std::unique_ptr<Parsed>>(
        context_, [&] { return next_chunk(); }, [&](CsvChunk chunk) { return parse(std::move(chunk), first_pass); },
        [&](std::unique_ptr<Parsed> parsed) {
          progress.advance(parsed->chunk.size);
          consume(*parsed, first_pass);
          pool_.give_back(std::move(parsed));
        });
  }

  std::unique_ptr<Parsed> parse(CsvChunk chunk, bool first_pass) {
    std::unique_ptr<Parsed> parsed = pool_.take();
    const CsvWorkerPool::Lease worker(workers_);
    CsvIndex& index = worker->index;
    parsed->chunk = std::move(chunk);
    parsed->worker = worker->id;
    parsed->right = index.build(parsed->chunk.bytes(), chunks_.delimiter(), options_.quote, header().size());
    if (!parsed->right) return parsed;
    parsed->records = index.records();
    parsed->lines = parsed->chunk.lines.empty() ? index.lines(parsed->chunk.first_line) : parsed->chunk.lines;
    if (first_pass && records_) parsed->begins.assign(index.begins(), index.begins() + index.records());
    parsed->pieces.resize(header().size());
    for (std::size_t c = 0; c < header().size(); ++c) parse_column(*worker, c, parsed->pieces[c]);
    return parsed;
  }

  void parse_column(CsvWorker& worker, std::size_t c, CsvPiece& piece) {
    CsvColumnPlan plan = plan_[c];
    if (abandoned_[c].load(std::memory_order_relaxed)) plan.reading = CsvReading::kSkip;
    if (plan.reading == CsvReading::kLevels && to_text_[c].load(std::memory_order_relaxed)) {
      plan.reading = CsvReading::kText;
    }
    LevelDictionary& dictionary = worker.dictionaries[c];
    worker.reader.read(worker.index.cells(c), plan, dictionary, piece);
    if (piece.failed) abandoned_[c].store(true, std::memory_order_relaxed);
    if (!plan.declared && dictionary.size() > kMaxLevels) to_text_[c].store(true, std::memory_order_relaxed);
  }

  void consume(Parsed& parsed, bool first_pass) {
    if (!parsed.right) throw chunks_.first_error(parsed.chunk);
    if (first_pass) {
      if (rows_ == 0) reserve(parsed);
      if (!chunks_.can_rewind()) kept_.push_back(parsed.chunk);
      if (records_) {
        const CsvChunk& chunk = parsed.chunk;
        records_->append_block(chunk.storage, chunk.begin, chunk.size, std::move(parsed.begins));
      }
      lines_.append(parsed.lines);
    }
    for (std::size_t c = 0; c < builders_.size(); ++c) {
      builders_[c].append(parsed.pieces[c], parsed.worker, parsed.lines);
    }
    rows_ += parsed.records;
  }

  // Room for the whole table, as the first chunk lets expect: what is not used costs no memory.
  void reserve(const Parsed& parsed) {
    const std::uint64_t bytes = chunks_.size_hint();
    if (bytes <= parsed.chunk.size || parsed.chunk.size == 0) return;
    const double chunks = static_cast<double>(bytes) / static_cast<double>(parsed.chunk.size);
    constexpr double kSpare = 1.04;
    const double expected = chunks * static_cast<double>(parsed.records);
    const auto rows = static_cast<std::size_t>(expected * kSpare) + 1024;
    for (std::size_t c = 0; c < builders_.size(); ++c) {
      const double text_bytes = chunks * kSpare * static_cast<double>(parsed.pieces[c].texts.bytes.size());
      builders_[c].reserve(plan_[c].reading, rows, static_cast<std::size_t>(text_bytes));
    }
  }

  // Columns whose guess proved wrong are read again, alone. False where there are none.
  bool prepare_next_pass(int again) {
    std::vector<CsvColumnPlan> next(plan_.size());
    bool any = false;
    for (std::size_t c = 0; c < plan_.size(); ++c) {
      if (!abandoned_[c].exchange(false)) continue;
      any = true;
      next[c].reading = again == 0 ? builders_[c].next_reading() : CsvReading::kLevels;
      final_plan_[c] = next[c];
      builders_[c] = CsvColumnBuilder();
      builders_[c].reserve(next[c].reading, rows_);
    }
    if (!any) return false;
    plan_ = std::move(next);
    replay_at_ = 0;
    replaying_ = !chunks_.can_rewind();
    if (!replaying_ && !chunks_.rewind()) {
      throw Error(ErrorCode::kIo, "cannot be read a second time", {.file = chunks_.name(), .column = {}, .hint = {}});
    }
    return true;
  }

  void throw_misfits() const {
    std::size_t worst = builders_.size();
    for (std::size_t c = 0; c < builders_.size(); ++c) {
      if (builders_[c].misfits().count == 0) continue;
      if (worst == builders_.size() || builders_[c].misfits().row < builders_[worst].misfits().row) worst = c;
    }
    if (worst == builders_.size()) return;
    const CsvMisfits& misfits = builders_[worst].misfits();
    const std::size_t further = misfits.count - 1;
    throw csv_misfit_error(misfits, header(), worst, final_plan_[worst],
                           further == 0 ? "" : with_thousands(further) + " further in this column", chunks_.name());
  }

  Table finish() {
    std::vector<std::size_t> wanted;
    for (std::size_t c = 0; c < final_plan_.size(); ++c) {
      if (final_plan_[c].reading == CsvReading::kSkip) continue;
      if (builders_[c].rows() != rows_) {
        throw Error(ErrorCode::kData, "the file changed while it was read",
                    {.file = chunks_.name(), .column = {}, .hint = {}});
      }
      wanted.push_back(c);
    }
    kept_.clear();
    std::vector<Column> columns(wanted.size());
    std::vector<std::string> warnings(wanted.size());
    for_blocks(context_, wanted.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
      const std::size_t c = wanted[i];
      std::vector<const LevelDictionary*> dictionaries;
      for (const auto& worker : workers_.all()) dictionaries.push_back(&worker->dictionaries[c]);
      columns[i] = builders_[c].finish(header()[c], final_plan_[c], declared(c), dictionaries);
      if (!final_plan_[c].declared) warnings[i] = column_warning(columns[i], lines_, rules_);
    });
    for (std::string& warning : warnings) {
      if (!warning.empty()) context_.warn(std::move(warning));
    }
    Table table(std::move(columns));
    table.set_rows(rows_);
    table.lines = std::move(lines_);
    table.records = std::move(records_);
    return table;
  }

  CsvChunkReader& chunks_;
  const CsvReadOptions options_;
  Context& context_;
  CsvCellRules rules_;
  CsvWorkerPool workers_;
  ParsedPool pool_;
  std::vector<CsvColumnPlan> plan_;        // of the pass under way
  std::vector<CsvColumnPlan> final_plan_;  // how each column was read at last
  std::vector<CsvColumnBuilder> builders_;
  std::vector<std::atomic<bool>> abandoned_;
  std::vector<std::atomic<bool>> to_text_;
  std::optional<CsvChunk> first_;
  std::vector<CsvChunk> kept_;  // of an input that cannot be rewound
  bool replaying_ = false;
  std::size_t replay_at_ = 0;
  std::size_t rows_ = 0;
  RowLines lines_;
  std::shared_ptr<CsvRecords> records_;
};

Table read_chunks(CsvChunkReader& chunks, Context& context, CsvReadReport* report) {
  Table table = TableReader(chunks, context).read();
  warn_about_bad_rows(chunks, context);
  if (report != nullptr) *report = make_read_report(chunks, table.rows());
  return table;
}

}  // namespace

Table read_csv(const std::string& path, const CsvReadOptions& options, Context& context, CsvReadReport* report) {
  CsvChunkReader chunks(path, options);
  return read_chunks(chunks, context, report);
}

Table read_csv_bytes(std::string_view bytes, const CsvReadOptions& options, Context& context, const std::string& name,
                     CsvReadReport* report) {
  CsvChunkReader chunks(bytes, name, options);
  return read_chunks(chunks, context, report);
}

}  // namespace mlkit
