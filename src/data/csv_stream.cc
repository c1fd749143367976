// CsvStream: chunks one after another, converted in parallel, for types that are known.
#include <atomic>
#include <mutex>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_parse.h"
#include "mlkit/data/csv_read.h"

namespace mlkit {

struct CsvStream::State {
  State(const std::string& file, const CsvReadOptions& read_options)
      : path(file),
        chunks(path, read_options),
        options(settle_csv_options(read_options, chunks.header(), chunks.name())),
        rules(options.na, options.quote, options.numbers),
        workers(chunks.header().size(), rules),
        plan(plan_csv_columns(chunks.header(), options, CsvReading::kText)) {}

  std::string path;
  CsvChunkReader chunks;
  CsvReadOptions options;
  CsvCellRules rules;
  CsvWorkerPool workers;
  std::vector<CsvColumnPlan> plan;
  std::atomic<std::uint64_t> rows{0};
  Context* context = nullptr;
  Progress* progress = nullptr;
  bool finished = false;

  std::string count_further(const CsvChunk& chunk, std::size_t column, std::size_t here) const;
};

namespace {

const DeclaredType kPlainText{ColumnType::kText, false};

const DeclaredType& declared_type(const CsvReadOptions& options, const std::string& name) {
  const auto found = options.types.find(name);
  return found == options.types.end() ? kPlainText : found->second;
}

}  // namespace

CsvStream::CsvStream(const std::string& path, const CsvReadOptions& options, Context& context)
    : state_(std::make_unique<State>(path, options)) {
  state_->context = &context;
  state_->progress = context.progress;
  if (state_->progress != nullptr) state_->progress->begin("reading", state_->chunks.size_hint());
}

CsvStream::~CsvStream() {
  if (state_->progress != nullptr) state_->progress->end();
}

const std::vector<std::string>& CsvStream::header() const { return state_->chunks.header(); }

std::optional<CsvChunk> CsvStream::next_chunk() {
  std::optional<CsvChunk> chunk = state_->chunks.next();
  if (chunk && state_->progress != nullptr) state_->progress->advance(chunk->size);
  if (!chunk && !std::exchange(state_->finished, true)) {
    state_->chunks.finish();
    warn_about_bad_rows(state_->chunks, *state_->context);
  }
  return chunk;
}

// How many cells of the column do not fit in the rest of the input: it is read once more, where that
// is possible, so that the message is as complete as read_csv's.
std::string CsvStream::State::count_further(const CsvChunk& chunk, std::size_t column, std::size_t here) const {
  if (!chunks.can_rewind()) return here == 0 ? "" : "at least " + with_thousands(here) + " further in this column";
  CsvReadOptions again = options;
  again.rejects_path.clear();
  CsvChunkReader rest(path, again);
  CsvWorker worker(0, rest.header().size(), rules);
  CsvPiece piece;
  std::size_t further = here;
  while (auto next = rest.next()) {
    if (next->index <= chunk.index) continue;
    if (!worker.index.build(next->bytes(), rest.delimiter(), options.quote, rest.header().size())) break;
    worker.reader.read(worker.index.cells(column), plan[column], worker.dictionaries[column], piece);
    further += piece.misfits.count;
  }
  return further == 0 ? "" : with_thousands(further) + " further in this column";
}

Table CsvStream::parse(const CsvChunk& chunk) const {
  const CsvWorkerPool::Lease worker(state_->workers);
  const CsvChunkReader& chunks = state_->chunks;
  if (!worker->index.build(chunk.bytes(), chunks.delimiter(), state_->options.quote, header().size())) {
    throw chunks.first_error(chunk);
  }
  const std::size_t rows = worker->index.records();
  Table table;
  table.lines = chunk.lines.empty() ? worker->index.lines(chunk.first_line) : chunk.lines;
  std::vector<Column> columns;
  CsvPiece piece;
  CsvMisfits first;
  std::size_t first_column = 0;
  for (std::size_t c = 0; c < header().size(); ++c) {
    const CsvColumnPlan plan = state_->plan[c];
    if (plan.reading == CsvReading::kSkip) continue;
    LevelDictionary& dictionary = worker->dictionaries[c];
    dictionary.clear();
    worker->reader.read(worker->index.cells(c), plan, dictionary, piece);
    CsvColumnBuilder builder;
    builder.append(piece, 0, table.lines);
    if (builder.misfits().count > 0 && (first.count == 0 || builder.misfits().row < first.row)) {
      first = builder.misfits();
      first_column = c;
    }
    const DeclaredType& type = declared_type(state_->options, header()[c]);
    columns.push_back(builder.finish(header()[c], plan, &type, {&dictionary}));
  }
  if (first.count > 0) {
    throw csv_misfit_error(first, header(), first_column, state_->plan[first_column],
                           state_->count_further(chunk, first_column, first.count - 1), chunks.name());
  }
  RowLines lines = std::move(table.lines);
  table = Table(std::move(columns));
  table.set_rows(rows);
  table.lines = std::move(lines);
  state_->rows.fetch_add(rows, std::memory_order_relaxed);
  return table;
}

std::vector<std::vector<std::string_view>> CsvStream::raw_fields(const CsvChunk& chunk,
                                                                 const std::vector<std::size_t>& columns) const {
  std::vector<std::vector<std::string_view>> out(columns.size());
  if (columns.empty()) return out;
  const CsvWorkerPool::Lease worker(state_->workers);
  const CsvChunkReader& chunks = state_->chunks;
  if (!worker->index.build(chunk.bytes(), chunks.delimiter(), state_->options.quote, header().size())) {
    throw chunks.first_error(chunk);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const CsvCells cells = worker->index.cells(columns[i]);
    out[i].reserve(cells.size);
    for (std::size_t row = 0; row < cells.size; ++row) {
      const char* const begin = cells.begin(row);
      out[i].emplace_back(begin, static_cast<std::size_t>(cells.end(row) - begin));
    }
  }
  return out;
}

CsvReadReport CsvStream::report() const {
  return make_read_report(state_->chunks, state_->rows.load(std::memory_order_relaxed));
}

}  // namespace mlkit
