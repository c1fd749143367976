#include "mlkit/data/csv_chunks.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

// The records that must not be cut, each with a trap: a quoted line end, a quoted delimiter, doubled quotes, CRLF, CR.
const std::vector<std::string> kRecords = {"1,\"two\nlines\"\n", "2,\"a \"\"quote\"\"\"\r\n",
                                           "3,\"\r\n\"\r",       "4,\"comma, inside\"\r\n",
                                           "5,plain\n",          "6,\"\"\n"};

// A header and `padding` bytes of plain rows, so that the first border falls `padding` bytes into the traps.
std::string text_with_border(std::size_t offset) {
  std::string traps;
  for (const std::string& record : kRecords) traps += record;
  std::string text = "n,text\n";
  const std::size_t before = kCsvChunkBytes - offset;  // traps begin here
  while (text.size() + 200 < before) text += "0," + std::string(97, 'p') + "\n";
  text += "0," + std::string(before - text.size() - 3, 'q') + "\n";
  EXPECT_EQ(text.size(), before);
  return text + traps + traps;
}

std::vector<CsvRecord> records_of(std::string_view text, std::uint64_t first_line) {
  CsvRecordScanner scanner(text, ',', '"', first_line);
  std::vector<CsvRecord> out;
  for (CsvRecord record; scanner.next(record);) out.push_back(record);
  return out;
}

// Cells and line of every row, by chunks.
std::vector<std::string> rows_by_chunks(CsvChunkReader& reader, std::size_t& chunks) {
  std::vector<std::string> out;
  chunks = 0;
  while (const auto chunk = reader.next()) {
    EXPECT_EQ(chunk->index, chunks++);
    EXPECT_TRUE(chunk->size > 0 && (chunk->bytes().back() == '\n' || chunk->bytes().back() == '\r'));
    for (const CsvRecord& record : records_of(chunk->bytes(), chunk->first_line)) {
      EXPECT_EQ(record.fault, CsvFault::kNone) << "a record was cut";
      EXPECT_EQ(record.fields.size(), 2u);
      out.push_back(std::to_string(record.line) + ":" + record.fields.at(0) + "|" + record.fields.at(1));
    }
  }
  return out;
}

// The same from the whole text, read byte by byte.
std::vector<std::string> rows_at_once(const std::string& text) {
  std::vector<std::string> out;
  for (const CsvRecord& record : records_of(text, 1)) {
    out.push_back(std::to_string(record.line) + ":" + record.fields.at(0) + "|" + record.fields.at(1));
  }
  out.erase(out.begin());  // the header
  return out;
}

TEST(CsvChunks, ABorderAtEveryByteCutsNoRecord) {
  std::size_t length = 0;
  for (const std::string& record : kRecords) length += record.size();
  for (const BadRowAction action : {BadRowAction::kError, BadRowAction::kSkip, BadRowAction::kPad}) {
    for (std::size_t offset = 0; offset <= length; ++offset) {
      const std::string text = text_with_border(offset);
      CsvReadOptions options;
      options.on_bad_row = action;
      CsvChunkReader reader(text, "in.csv", options);
      std::size_t chunks = 0;
      ASSERT_TRUE(rows_by_chunks(reader, chunks) == rows_at_once(text))
          << "border " << offset << " bytes into the traps";
      EXPECT_EQ(chunks, 2u);
      EXPECT_EQ(reader.rows_skipped() + reader.rows_padded(), 0u);
    }
  }
}

TEST(CsvChunks, RewindGivesTheSameChunksAgain) {
  const std::string text = text_with_border(20);
  CsvChunkReader reader(text, "in.csv", {});
  std::size_t chunks = 0;
  const std::vector<std::string> first = rows_by_chunks(reader, chunks);
  ASSERT_TRUE(reader.rewind());
  EXPECT_TRUE(rows_by_chunks(reader, chunks) == first);
}

TEST(CsvChunks, ARecordLongerThanAChunkIsOneChunk) {
  const std::string cell(3 * kCsvChunkBytes, 'x');
  const std::string text = "n,text\n1,\"" + cell + "\n\"\n2,b";
  CsvChunkReader reader(text, "in.csv", {});
  std::size_t chunks = 0;
  EXPECT_TRUE(rows_by_chunks(reader, chunks) == (std::vector<std::string>{"2:1|" + cell + "\n", "4:2|b"}));
}

TEST(CsvChunks, AnEmptyInputIsRefusedAndAHeaderAloneHasNoChunk) {
  EXPECT_THROW(CsvChunkReader("", "in.csv", CsvReadOptions{}), Error);
  CsvChunkReader reader("n,text\n", "in.csv", {});
  EXPECT_EQ(reader.header(), (std::vector<std::string>{"n", "text"}));
  EXPECT_FALSE(reader.next().has_value());
}

}  // namespace
}  // namespace mlkit
