// One chunk to converted columns: what read_csv and CsvStream share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_index.h"

namespace mlkit {

// The plan from what is declared; columns that are not (and are wanted) get `otherwise`.
std::vector<CsvColumnPlan> plan_csv_columns(const std::vector<std::string>& header, const CsvReadOptions& options,
                                            CsvReading otherwise);
// The options for an input with this header: types_for asked and merged into `types`. Throws with the file what
// it throws, and Error(kData) where a wanted or declared column is not in the header.
CsvReadOptions settle_csv_options(CsvReadOptions options, const std::vector<std::string>& header,
                                  const std::string& file);
// The error for cells that do not fit the declared type of column `column`; `further` of them follow.
Error csv_misfit_error(const CsvMisfits& misfits, const std::vector<std::string>& header, std::size_t column,
                       const CsvColumnPlan& plan, const std::string& further, const std::string& file);

// What was read so far.
CsvReadReport make_read_report(const CsvChunkReader& chunks, std::uint64_t rows);

// Warns of rows that --on-bad-row left out or completed; call once, at the end of the input.
void warn_about_bad_rows(const CsvChunkReader& chunks, Context& context);

// The memory that one thread needs to parse chunks.
struct CsvWorker {
  CsvWorker(std::size_t number, std::size_t columns, const CsvCellRules& rules)
      : id(number), reader(rules), dictionaries(columns) {}
  std::size_t id;
  CsvIndex index;
  CsvCellReader reader;
  std::vector<LevelDictionary> dictionaries;  // by column; codes of one worker keep their meaning
};

// Workers, made as they are needed: as many as there are threads at work.
class CsvWorkerPool {
 public:
  CsvWorkerPool(std::size_t columns, const CsvCellRules& rules) : columns_(columns), rules_(&rules) {}

  // Lends a worker for as long as the lease lives.
  class Lease {
   public:
    explicit Lease(CsvWorkerPool& pool) : pool_(pool), worker_(pool.take()) {}
    ~Lease() { pool_.give_back(worker_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    CsvWorker& operator*() const { return *worker_; }
    CsvWorker* operator->() const { return worker_; }

   private:
    CsvWorkerPool& pool_;
    CsvWorker* worker_;
  };
  const std::vector<std::unique_ptr<CsvWorker>>& all() const { return workers_; }

 private:
  CsvWorker* take();
  void give_back(CsvWorker* worker);
  std::size_t columns_;
  const CsvCellRules* rules_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CsvWorker>> workers_;
  std::vector<CsvWorker*> free_;
};

}  // namespace mlkit
