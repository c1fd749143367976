#include "fault_injection.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace mlkit::test {
namespace {

std::atomic<int> armed_call{-1};
std::atomic<std::uint64_t> fail_at{0};
std::atomic<bool> fail_later{false};
std::atomic<std::uint64_t> calls{0};

// Whether this call is to fail.
bool fails(FaultyCall call) {
  if (armed_call.load(std::memory_order_relaxed) != static_cast<int>(call)) return false;
  const std::uint64_t number = calls.fetch_add(1, std::memory_order_relaxed) + 1;
  const std::uint64_t nth = fail_at.load(std::memory_order_relaxed);
  return nth != 0 && (number == nth || (number > nth && fail_later.load(std::memory_order_relaxed)));
}

bool fails_with(FaultyCall call, int reason) {
  if (!fails(call)) return false;
  errno = reason;
  return true;
}

}  // namespace

std::string_view name_of(FaultyCall call) {
  constexpr std::string_view kNames[] = {"allocate", "read", "write",  "print",  "open",
                                         "close",    "sync", "rename", "status", "thread"};
  return kNames[static_cast<std::size_t>(call)];
}

void arm_fault(FaultyCall call, std::uint64_t nth, bool all_later) {
  fail_at = nth;
  fail_later = all_later;
  calls = 0;
  armed_call = static_cast<int>(call);
}

std::uint64_t calls_since_armed() { return calls; }

}  // namespace mlkit::test

using mlkit::test::fails;
using mlkit::test::fails_with;
using mlkit::test::FaultyCall;

// ---- What the linker puts in the place of the system's functions (ld, --wrap). ----

extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* old, std::size_t size);
void* __wrap_malloc(std::size_t size) {
  return fails_with(FaultyCall::kAllocate, ENOMEM) ? nullptr : __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  return fails_with(FaultyCall::kAllocate, ENOMEM) ? nullptr : __real_calloc(count, size);
}
void* __wrap_realloc(void* old, std::size_t size) {
  return fails_with(FaultyCall::kAllocate, ENOMEM) ? nullptr : __real_realloc(old, size);
}

ssize_t __real_read(int descriptor, void* buffer, std::size_t size);
ssize_t __wrap_read(int descriptor, void* buffer, std::size_t size) {
  return fails_with(FaultyCall::kRead, EIO) ? -1 : __real_read(descriptor, buffer, size);
}
ssize_t __wrap___read_chk(int descriptor, void* buffer, std::size_t size, std::size_t) {
  return __wrap_read(descriptor, buffer, size);
}

ssize_t __real_write(int descriptor, const void* bytes, std::size_t size);
ssize_t __wrap_write(int descriptor, const void* bytes, std::size_t size) {
  const FaultyCall call = descriptor <= STDERR_FILENO ? FaultyCall::kPrint : FaultyCall::kWrite;
  return fails_with(call, ENOSPC) ? -1 : __real_write(descriptor, bytes, size);
}

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return fails_with(FaultyCall::kOpen, EMFILE) ? -1 : __real_open(path, flags, mode);
}
int __wrap___open_2(const char* path, int flags) { return __wrap_open(path, flags); }

int __real_close(int descriptor);
int __wrap_close(int descriptor) {
  const int result = __real_close(descriptor);
  return fails_with(FaultyCall::kClose, EIO) ? -1 : result;
}

int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor) { return fails_with(FaultyCall::kSync, EIO) ? -1 : __real_fsync(descriptor); }

int __real_rename(const char* from, const char* to);
int __wrap_rename(const char* from, const char* to) {
  return fails_with(FaultyCall::kRename, EACCES) ? -1 : __real_rename(from, to);
}
int __real_linkat(int from_folder, const char* from, int to_folder, const char* to, int flags);
int __wrap_linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  return fails_with(FaultyCall::kRename, EACCES) ? -1 : __real_linkat(from_folder, from, to_folder, to, flags);
}

int __real_stat(const char* path, struct stat* info);
int __wrap_stat(const char* path, struct stat* info) {
  return fails_with(FaultyCall::kStatus, EIO) ? -1 : __real_stat(path, info);
}
int __real_lstat(const char* path, struct stat* info);
int __wrap_lstat(const char* path, struct stat* info) {
  return fails_with(FaultyCall::kStatus, EIO) ? -1 : __real_lstat(path, info);
}
int __real_fstat(int descriptor, struct stat* info);
int __wrap_fstat(int descriptor, struct stat* info) {
  return fails_with(FaultyCall::kStatus, EIO) ? -1 : __real_fstat(descriptor, info);
}

int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument) {
  return fails(FaultyCall::kThread) ? EAGAIN : __real_pthread_create(thread, attributes, body, argument);
}

}  // extern "C"

void* operator new(std::size_t size) {
  if (!fails(FaultyCall::kAllocate)) {
    if (void* p = __real_malloc(size == 0 ? 1 : size)) return p;
  }
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return fails(FaultyCall::kAllocate) ? nullptr : __real_malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
