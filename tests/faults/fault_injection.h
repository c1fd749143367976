// Calls that fail on demand: memory and the system calls that move bytes to and from files. The test program's linker
// sends every such call of the library, the program and the static libraries here (`--wrap`, tests.cmake), so nothing
// of this is in what is handed out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mlkit::test {

enum class FaultyCall : int {
  kAllocate,  // operator new, malloc, calloc, realloc: no memory
  kRead,      // EIO
  kWrite,     // ENOSPC, to files (the streams 0-2 count as kPrint)
  kPrint,     // ENOSPC, to standard output and standard error
  kOpen,      // EMFILE
  kClose,     // EIO (the descriptor is closed, as Linux does)
  kSync,      // EIO
  kRename,    // EACCES; also giving a nameless file its name
  kStatus,    // EIO, of stat, lstat and fstat
  kThread,    // EAGAIN
};
inline constexpr FaultyCall kFaultyCalls[] = {
    FaultyCall::kAllocate, FaultyCall::kRead, FaultyCall::kWrite,  FaultyCall::kPrint,  FaultyCall::kOpen,
    FaultyCall::kClose,    FaultyCall::kSync, FaultyCall::kRename, FaultyCall::kStatus, FaultyCall::kThread};
std::string_view name_of(FaultyCall call);

// From now on the `nth` (from 1) such call fails, and with `all_later` every one after it. `nth` = 0 counts only.
void arm_fault(FaultyCall call, std::uint64_t nth, bool all_later);
// How many such calls there were since arm_fault.
std::uint64_t calls_since_armed();

}  // namespace mlkit::test
