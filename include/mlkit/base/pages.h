// Advice to the operating system about memory that is large: what it is for, and when it is done with.
// Advice only: nothing depends on whether it is taken, and there is none where the system knows no such thing.
#pragma once

#include <cstddef>

namespace mlkit {

// These bytes will be filled, nearly all: large pages mean fewer page faults for the same memory. (Less than one large
// page is left as it is.)
void advise_large_pages(const void* begin, std::size_t bytes);

// Gives the whole pages among these bytes back to the system, though the block stays allocated: a later read finds
// anything, a later write works. For a block that is used up from front to back.
void release_pages(void* begin, std::size_t bytes);

}  // namespace mlkit
