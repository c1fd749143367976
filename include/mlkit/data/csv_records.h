// The records of a CSV file as they stood in it, for commands that must give back untouched what
// they did not change. Filled by read_csv with CsvReadOptions::keep_records; record r is row r of
// the table that was read. (A record that `--on-bad-row pad` repaired is kept as repaired.)
//
// Immutable after reading, so any number of threads may look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

class CsvRecords {
 public:
  CsvRecords(char delimiter, char quote, bool plain_numbers = true)
      : delimiter_(delimiter), quote_(quote), plain_numbers_(plain_numbers) {}

  std::size_t size() const { return size_; }
  char delimiter() const { return delimiter_; }
  char quote() const { return quote_; }
  // False where numbers are written in another way than mlkit writes them (NumberForm).
  bool plain_numbers() const { return plain_numbers_; }

  // The bytes of record r without its line end; they live as long as this object.
  std::string_view record(std::size_t r) const;
  // What ends record r in the file: LF, CRLF, CR, or nothing at the end of the file.
  std::string_view line_end(std::size_t r) const;
  // The fields of record r as they stand there, quotes included: `fields` is overwritten. As many as
  // the file has columns. Cheap; meant for going through records in order.
  void split(std::size_t r, std::vector<std::string_view>& fields) const;

  // For the reader: `begins` are the offsets of the records in `bytes`, which end (line ends
  // included) where the next one begins, the last at `size`. `storage` owns the bytes.
  void append_block(std::shared_ptr<const char[]> storage, const char* bytes, std::size_t size,
                    std::vector<std::uint32_t> begins);
  std::size_t memory() const { return memory_; }  // bytes held

 private:
  struct Block {
    std::shared_ptr<const char[]> storage;
    const char* bytes = nullptr;
    std::size_t size = 0;
    std::vector<std::uint32_t> begins;
    std::size_t first_record = 0;
  };
  char delimiter_;
  char quote_;
  bool plain_numbers_;
  std::size_t size_ = 0;
  std::size_t memory_ = 0;
  std::vector<Block> blocks_;
};

// A raw field without its quotes: doubled quotes become one. Unquoted fields come back as they are.
std::string unquote_csv_field(std::string_view raw, char quote = '"');

}  // namespace mlkit
