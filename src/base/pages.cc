#include "mlkit/base/pages.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include <cstdint>

namespace mlkit {
namespace {

#if defined(__linux__)
std::uintptr_t page_bytes() {
  const long page = sysconf(_SC_PAGESIZE);
  return page > 0 ? static_cast<std::uintptr_t>(page) : 4096;
}
#endif

}  // namespace

void advise_large_pages(const void* begin, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  if (bytes < kLargePage) return;
  // Outwards to whole pages: neighbours in the address space that are advised alike then share large pages.
  const std::uintptr_t page = page_bytes();
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(begin) / page * page;
  const std::uintptr_t last = (reinterpret_cast<std::uintptr_t>(begin) + bytes + page - 1) / page * page;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)begin, (void)bytes;
#endif
}

void release_pages(void* begin, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_DONTNEED)
  const std::uintptr_t page = page_bytes();
  const std::uintptr_t first = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
  const std::uintptr_t last = (reinterpret_cast<std::uintptr_t>(begin) + bytes) / page * page;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
#else
  (void)begin, (void)bytes;
#endif
}

}  // namespace mlkit
