// One batch of records turned into accumulators; the memory for that is kept by a worker and used again.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_index.h"
#include "mlkit/profile/column_accumulator.h"
#include "target_link.h"

namespace mlkit::internal {

// What all workers share and nobody changes.
struct ProfilePlan {
  const CsvChunkReader* chunks = nullptr;
  const CsvCellRules* rules = nullptr;
  std::vector<CsvColumnPlan> columns;  // kSkip where nothing is declared
  ProfileLimits limits;
  std::optional<std::size_t> target;
  // What is merged already keeps no hashes from these on, by column. Later looks may see lower ones: the result is the
  // same.
  std::vector<std::atomic<std::uint64_t>>* distinct_bounds = nullptr;
};

struct ProfilePart {
  std::vector<ColumnAccumulator> columns;
  std::vector<LinkAccumulator> links;  // with a target only
  TargetCells target;                  // names and too_many only
  RepeatSketch rows;
  std::uint64_t row_count = 0;
  std::uint64_t bytes = 0;
};

class ProfileWorker {
 public:
  explicit ProfileWorker(const ProfilePlan& plan) : plan_(&plan), reader_(*plan.rules) {}

  // Throws the error of the first record that is not right, or of the first cell that does not fit a declared type.
  // `row_bound`: hashes of rows from there on are not needed.
  ProfilePart observe(const std::vector<CsvChunk>& batch, std::uint64_t row_bound);

 private:
  struct Cells {
    std::vector<double> numbers;
    std::vector<double> times;
    std::vector<std::uint32_t> number_rows;  // with a target only
    LevelDictionary dictionary;
    std::vector<std::uint64_t> counts;  // of the dictionary's texts
    std::vector<std::uint32_t> codes;   // with a target only
    std::vector<std::uint32_t> code_rows;
    bool mixed = false;  // some chunk went through the dictionary
  };
  void observe_rows(const CsvChunk& chunk, RepeatSketch& rows, std::uint64_t bound);
  void observe_column(std::size_t c, ProfilePart& part);
  CsvCellKind first_kind(const CsvCells& cells);
  void take_numbers(Cells& store);
  void take_times(Cells& store, ColumnAccumulator& column);
  void take_texts(const CsvCells& cells, Cells& store, ColumnAccumulator& column);
  void finish_column(std::size_t c, ProfilePart& part);
  void finish_dictionary(std::size_t c, ProfilePart& part);
  void finish_target(ProfilePart& part);

  const ProfilePlan* plan_;
  CsvIndex index_;
  CsvCellReader reader_;
  CsvPiece piece_;
  LevelDictionary unused_;
  std::vector<Cells> cells_;
  std::uint32_t first_row_ = 0;  // of the chunk within the batch
  std::string scratch_;
  std::string row_text_;
  // The first cell of the chunk that does not fit its declared type.
  std::size_t misfit_column_ = 0;
  CsvMisfits misfit_;
};

}  // namespace mlkit::internal
