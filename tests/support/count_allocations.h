// Counts what operator new gives, for tests that promise to take no memory. Link count_allocations.cc.
#pragma once

#include <cstddef>

namespace mlkit::test {

// Calls of operator new on this thread so far.
std::size_t allocation_count();

}  // namespace mlkit::test
