#include "support/count_allocations.h"

#include <cstdlib>
#include <new>

namespace {
thread_local std::size_t calls = 0;
}

void* operator new(std::size_t size) {
  ++calls;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace mlkit::test {
std::size_t allocation_count() { return calls; }
}  // namespace mlkit::test
