// The inner loops of reading CSV: where fields end, plain decimals to doubles, counting bytes. Each
// exists for any processor and, chosen at run time, for x86-64 with AVX2; all give the same results.
//
// The masks of 64 bytes at a time, with the inside of quotes by a running exclusive-or, are those of
// Langdale and Lemire, "Parsing gigabytes of JSON per second" (VLDB J. 2019).
#pragma once

#include <cstddef>
#include <cstdint>

namespace mlkit {

// Readable bytes that the kernels ask for before and behind the text they are given. Those behind
// hold blanks.
inline constexpr std::size_t kCsvPadding = 64;

struct CsvIndexTask {
  const char* bytes = nullptr;  // begins with a record and ends with a line end
  std::size_t size = 0;         // below 2^32
  char delimiter = ',';
  char quote = '"';
  std::size_t columns = 0;
  std::uint32_t* ends = nullptr;    // room for size + 64; out: end of each field, row after row
  std::uint32_t* begins = nullptr;  // room for size + 1; out: where each record begins
  std::uint32_t* breaks = nullptr;  // room for size + 64; out: physical line ends that end no record

  std::size_t records = 0;
  bool right = false;  // quotes are well placed and closed; every record has `columns` fields
  bool has_nul = false;
  bool all_ascii = true;
  std::size_t break_count = 0;  // line ends within quotes, and blank lines; CRLF is one line end
};

// Cells of one column: cell i is bytes[begins[i * begin_stride] + begin_offset, ends[i * end_stride]).
struct CsvCells {
  const char* bytes = nullptr;
  const std::uint32_t* begins = nullptr;
  std::size_t begin_stride = 0;
  std::uint32_t begin_offset = 0;
  const std::uint32_t* ends = nullptr;
  std::size_t end_stride = 0;
  std::size_t size = 0;

  const char* begin(std::size_t i) const { return bytes + begins[i * begin_stride] + begin_offset; }
  const char* end(std::size_t i) const { return bytes + ends[i * end_stride]; }
};

struct CsvKernels {
  void (*index)(CsvIndexTask& task);
  // Converts the cells that are plain decimals (no exponent, no leading zeros, at most 15 digits);
  // returns how many are not, with their numbers in `odd` (room for cells.size), in order.
  std::size_t (*plain_numbers)(const CsvCells& cells, double* values, std::uint32_t* odd);
  std::size_t (*count_byte)(const char* bytes, std::size_t size, char byte);
  const char* name;
};

// The fastest that this processor has.
const CsvKernels& csv_kernels();
// All that it has, the portable ones first (for tests).
const CsvKernels* const* all_csv_kernels(std::size_t& count);

namespace internal {
extern const CsvKernels kPortableCsvKernels;
#if defined(__x86_64__)
extern const CsvKernels kAvx2CsvKernels;
#endif
}  // namespace internal

}  // namespace mlkit
