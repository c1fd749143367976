// Output that is written whole or not at all.
//
// A regular file is written to a temporary file in the same folder, synced and renamed over the
// old one at commit(), with the old one's permissions; a symbolic link's target is replaced, not
// the link. Devices, pipes and "-" (standard output) are written straight through. Without commit()
// (an error, an exception) nothing is left behind and the old file is as it was. Where the system has
// files without a name (O_TMPFILE), not even kill -9 leaves anything; elsewhere the next writer of the
// same file removes what was left (temporary_name), which it knows by its lock being free.
//
// A name that ends in .gz or .zst is written compressed (gzip level 6, zstd level 3 with a checksum), on its way and in
// bounded memory. The same content gives the same bytes: no time and no name stands in the header.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "mlkit/base/error.h"

namespace mlkit {

// The reader of a pipe went away (EPIPE): the program ends quietly, without a message. main() must
// ignore SIGPIPE for this to be seen, so that the temporary files of other outputs are removed.
class ClosedPipe : public Error {
 public:
  ClosedPipe(std::string message, ErrorPlace place);
};

class OutputFile {
 public:
  // `if_changed`: commit() leaves a file that has the same content untouched, its time stamp included.
  // Throws Error(kIo) where the folder cannot be written or the path is a directory, Error(kUsage) where the
  // name is one of a compressed file (.gz, .zst) and this build cannot compress so.
  explicit OutputFile(const std::string& path, bool if_changed = false);
  ~OutputFile();
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;

  // Throws Error(kIo) with the system's reason ("No space left on device").
  void write(std::string_view bytes);
  // Hands what is buffered to the system (a reader at the other end of a pipe sees it now). Compressed bytes come when
  // a block of them is ready: nothing happens then.
  void flush();
  // Flush, sync, rename; also reports what only shows at close.
  void commit();

  const std::string& path() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// From now on every OutputFile is one with `if_changed`: a program's own option, set once before it writes.
void leave_identical_files(bool leave);

// The name of the temporary file for a target (its links followed), on the `attempt`-th try: .mlkit-HASH-N.tmp beside
// it. The same in every process, so that whoever writes the target next finds what a killed writer left.
std::string temporary_name(const std::string& target, int attempt);

// Removes temporary files that are still open; async-signal-safe, for the SIGINT/SIGTERM handler.
void remove_temporary_files() noexcept;

// Whether bytes for `path` go to standard output: "-", /dev/stdout, /dev/fd/1.
bool is_standard_output(const std::string& path);

// Whether two names stand for the same regular file: by device and inode, or, where neither is there yet, by folder and
// name once symbolic links are followed. "-" (a standard stream), devices and pipes are never the same file.
bool is_same_file(const std::string& a, const std::string& b);

// Throws Error(kUsage) where an output would overwrite an input (is_same_file).
void check_output_is_not_input(const std::string& output, const std::string& input);

}  // namespace mlkit
