// Bytes of a file, a pipe, standard input ("-") or a compressed file, in order. One path for all:
// read() in blocks, no memory mapping (a mapping dies by SIGBUS when the file shrinks).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace mlkit {

class InputFile {
 public:
  // Opens for reading; `.gz` (and `.zst` where built in) by suffix. Throws Error(kIo): missing file,
  // a directory, no permission.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(InputFile&&) noexcept;

  // Up to `size` bytes; 0 at the end. Throws Error(kIo), or Error(kData) where the compressed stream
  // is broken or cut off.
  std::size_t read(char* buffer, std::size_t size);
  // Back to the start; false where that is not possible (pipes).
  bool rewind();
  bool can_rewind() const;
  // Size on disk where known (a plain regular file), else 0. For progress.
  std::size_t size_hint() const;
  const std::string& path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The whole of a (small) file; `limit` bytes at most, else Error(kData).
std::string read_file(const std::string& path, std::size_t limit);

}  // namespace mlkit
