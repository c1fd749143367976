// What a CsvChunkReader is made of, for its two sources: csv_chunks.cc cuts an input into chunks, csv_chunks_repair.cc
// deals with rows that are not right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_index.h"
#include "mlkit/data/csv_lenient.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {

inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// After the last line end outside quotes, in a text that has more behind it; 0 where there is none.
std::size_t last_record_end(std::string_view text, char quote, bool ends_inside);

// Storage that goes back to be used again: fresh memory costs more than filling it.
class StoragePool : public std::enable_shared_from_this<StoragePool> {
 public:
  StoragePool() { free_.reserve(kKept); }  // giving back must not need memory
  std::shared_ptr<char[]> take() {
    std::unique_ptr<char[]> memory;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        memory = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!memory) memory = std::make_unique_for_overwrite<char[]>(kStorageBytes);
    return {memory.release(), [pool = shared_from_this()](char* p) { pool->give_back(p); }};
  }
  static constexpr std::size_t kStorageBytes = kCsvChunkBytes + 2 * kCsvPadding + 1;

 private:
  static constexpr std::size_t kKept = 16;
  void give_back(char* memory) noexcept {
    std::unique_ptr<char[]> owned(memory);
    const std::lock_guard lock(mutex_);
    if (free_.size() < kKept) free_.push_back(std::move(owned));
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> free_;
};

// A chunk in the making: `size` bytes from `begin` on, room up to `limit`.
struct Buffer {
  std::shared_ptr<char[]> storage;
  char* begin = nullptr;
  char* limit = nullptr;
  std::size_t size = 0;

  std::string_view text() const { return {begin, size}; }
};

struct CsvChunkReader::State {
  CsvReadOptions options;
  std::string name;
  std::unique_ptr<InputFile> file;  // null = memory
  std::string_view memory;
  std::size_t memory_position = 0;

  std::shared_ptr<StoragePool> pool = std::make_shared<StoragePool>();
  Buffer buffer;
  bool at_end = false;
  std::uint64_t line = 1;  // of buffer.begin
  std::uint64_t next_index = 0;
  std::uint64_t bytes_read = 0;
  char delimiter = ',';
  std::vector<std::string> header;

  bool replaying = false;  // after rewind(): nothing is counted or rejected again
  std::uint64_t rows_skipped = 0;
  std::vector<std::uint64_t> skipped_lines;  // of the first of them
  std::uint64_t rows_padded = 0;
  std::uint64_t rows_of_other_length = 0;
  std::unique_ptr<OutputFile> rejects;
  CsvIndex index;  // for the check of whole chunks in lenient modes

  void reserve(std::size_t bytes);
  void fill();
  void open();
  void skip_preamble();
  char find_delimiter() const;
  bool has_records_to_give() const;
  void read_header();
  bool header_is_complete(const CsvRecordScanner& scanner) const;
  CsvChunk cut(std::size_t size);
  void check_growth();
  bool grow_for_more();
  std::optional<CsvChunk> next_strict();
  std::optional<CsvChunk> next_lenient();
  bool is_right(std::size_t size);
  struct Repair;
  std::optional<CsvChunk> repair();
  CsvChunk repaired_chunk(std::string_view text, RowLines lines);
  void reject(std::string_view raw, std::uint64_t at_line);
  void repair_record(const LenientRecord& record, Repair& out);
  void skip_blank_lines();
  [[noreturn]] void throw_endless_record() const;
  [[noreturn]] void throw_record_error(CsvRecord record) const;
};

}  // namespace mlkit
