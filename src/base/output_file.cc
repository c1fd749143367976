#include "mlkit/base/output_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "encoder.h"
#include "mlkit/base/binary.h"
#include "mlkit/base/error.h"

namespace mlkit {
namespace {

std::atomic<bool> identical_files_stay{false};

constexpr std::size_t kBufferSize = std::size_t{1} << 18;
constexpr int kMaxLinks = 40;

[[noreturn]] void fail(const std::string& path, int error, const std::string& doing) {
  ErrorPlace place{.file = path == "-" ? "standard output" : path, .column = {}, .hint = {}};
  std::string message = "cannot " + doing + ": " + std::generic_category().message(error);
  if (error == EPIPE) throw ClosedPipe(std::move(message), std::move(place));
  throw Error(ErrorCode::kIo, std::move(message), std::move(place));
}

// ---- Temporary files that are open now, for the signal handler: no locks, no allocation. ----

constexpr std::size_t kMaxPath = 4096;  // Linux's PATH_MAX: a longer path cannot be opened

struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<bool> filled{false};  // path may be read
  char path[kMaxPath];
};

std::array<Slot, 32> open_files;

Slot* register_temporary(const std::string& path) {
  if (path.size() >= kMaxPath) return nullptr;
  for (Slot& slot : open_files) {
    bool expected = false;
    if (!slot.taken.compare_exchange_strong(expected, true)) continue;
    std::memcpy(slot.path, path.c_str(), path.size() + 1);
    slot.filled.store(true, std::memory_order_release);
    return &slot;
  }
  return nullptr;  // beyond 32 files at once only the destructors clean up
}

void unregister(Slot* slot) {
  if (slot == nullptr) return;
  slot->filled.store(false, std::memory_order_release);
  slot->taken.store(false, std::memory_order_release);
}

// ---- Temporary files. Each is locked by its writer for as long as it has a name, so that one left behind by a
// writer that was killed can be told from one in use. ----

// Removes a temporary file whose writer is gone. False where it is in use, somebody else's, or cannot be locked here.
bool remove_stale(const std::string& name) {
  const int descriptor = ::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return errno == ENOENT;
  struct stat info {};
  bool gone = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == ::geteuid() &&
              ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  // Only who holds the lock removes the name; without a link, somebody else just did.
  if (gone && ::fstat(descriptor, &info) == 0 && info.st_nlink > 0) gone = ::unlink(name.c_str()) == 0;
  ::close(descriptor);
  return gone;
}

std::string descriptor_path(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

// A file without a name in the folder, of which nothing is left whenever the program ends; -1 where the file system (or
// a system without /proc, through which it gets its name) cannot.
int open_nameless(const std::string& folder) {
#ifdef O_TMPFILE
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) return -1;
  if (::access(descriptor_path(descriptor).c_str(), F_OK) == 0) return descriptor;
  ::close(descriptor);
#else
  (void)folder;
#endif
  return -1;
}

constexpr int kAttempts = 1000;  // so many writers of one file at a time

// ---- Where the bytes go. ----

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {};
  return path.substr(0, slash + 1);
}

// The file that a chain of symbolic links ends at (which need not exist).
std::string follow_links(const std::string& path) {
  std::string target = path;
  for (int i = 0; i < kMaxLinks; ++i) {
    struct stat info {};
    if (::lstat(target.c_str(), &info) != 0 || !S_ISLNK(info.st_mode)) return target;
    char buffer[kMaxPath];
    const ssize_t size = ::readlink(target.c_str(), buffer, sizeof buffer);
    if (size < 0) fail(path, errno, "follow the symbolic link");
    const std::string next(buffer, static_cast<std::size_t>(size));
    target = next.starts_with('/') ? next : folder_of(target) + next;
  }
  fail(path, ELOOP, "follow the symbolic link");
}

bool is_same_inode(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

// The open descriptor that "-", /dev/stdout, /dev/stderr or /dev/fd/N stand for. Opening those names
// again would start at offset 0 of a redirected file, and fails on sockets.
std::optional<int> descriptor_of(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    int number = -1;
    const char* end = path.data() + path.size();
    const auto [stop, status] = std::from_chars(path.data() + prefix.size(), end, number);
    if (status == std::errc() && stop == end && number >= 0) return number;
  }
  return std::nullopt;
}

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      fail(path, errno, "write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Fills the buffer as far as the file goes.
std::size_t read_full(int descriptor, char* buffer, std::size_t size) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(descriptor, buffer + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

bool same_content(const std::string& a, const std::string& b) {
  struct stat info_a {};
  struct stat info_b {};
  if (::stat(a.c_str(), &info_a) != 0 || ::stat(b.c_str(), &info_b) != 0) return false;
  if (!S_ISREG(info_b.st_mode) || info_a.st_size != info_b.st_size) return false;
  const int file_a = ::open(a.c_str(), O_RDONLY | O_CLOEXEC);
  const int file_b = ::open(b.c_str(), O_RDONLY | O_CLOEXEC);
  bool same = file_a >= 0 && file_b >= 0;
  std::string buffer_a(kBufferSize, '\0');
  std::string buffer_b(kBufferSize, '\0');
  while (same) {
    const std::size_t size_a = read_full(file_a, buffer_a.data(), kBufferSize);
    const std::size_t size_b = read_full(file_b, buffer_b.data(), kBufferSize);
    same = size_a == size_b && std::memcmp(buffer_a.data(), buffer_b.data(), size_a) == 0;
    if (size_a == 0) break;
  }
  if (file_a >= 0) ::close(file_a);
  if (file_b >= 0) ::close(file_b);
  return same;
}

}  // namespace

ClosedPipe::ClosedPipe(std::string message, ErrorPlace place)
    : Error(ErrorCode::kIo, std::move(message), std::move(place)) {}

struct OutputFile::State {
  std::string path;       // as given
  std::string target;     // what is renamed over; empty where the bytes go straight through
  std::string temporary;  // name of the temporary file, while it has one
  bool nameless = false;  // it gets its name at the end
  int descriptor = -1;
  bool if_changed = false;
  Slot* slot = nullptr;
  std::string buffer;
  std::unique_ptr<internal::Encoder> encoder;  // null = plain
  std::string encoded;

  ~State() {
    discard();
    if (descriptor >= 0) ::close(descriptor);
  }

  void open();
  void open_temporary(const struct stat* old);
  void add_to_encoder(std::string_view bytes);
  void create_named();
  void give_name();
  void keep_name(std::string name);
  void discard();
  void flush();
  void close_checked();
  void publish();
};

void OutputFile::State::open() {
  if (const auto existing = descriptor_of(path)) {
    descriptor = ::fcntl(*existing, F_DUPFD_CLOEXEC, 3);
    if (descriptor < 0) fail(path, errno, "write");
    return;
  }
  struct stat info {};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (!exists && errno != ENOENT) fail(path, errno, "write");
  if (exists && S_ISDIR(info.st_mode)) fail(path, EISDIR, "write");
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) fail(path, errno, "write");
    return;
  }
  // A file that its owner made read-only is not replaced behind their back.
  if (exists && ::access(path.c_str(), W_OK) != 0) fail(path, errno, "write");
  target = follow_links(path);
  open_temporary(exists ? &info : nullptr);
}

void OutputFile::State::open_temporary(const struct stat* old) {
  descriptor = open_nameless(folder_of(target));
  nameless = descriptor >= 0;
  if (nameless) {
    ::flock(descriptor, LOCK_EX | LOCK_NB);  // file systems without locks leave such files to be found by hand
  } else {
    create_named();
  }
  if (old != nullptr) {
    // The owner first (which clears set-user-id bits); only root can, and need not.
    if (::fchown(descriptor, old->st_uid, old->st_gid) != 0) errno = 0;
    if (::fchmod(descriptor, old->st_mode & 07777) != 0) fail(path, errno, "keep the permissions");
  }
}

void OutputFile::State::create_named() {
  for (int attempt = 0; attempt < kAttempts;) {
    std::string name = temporary_name(target, attempt);
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      if (errno != EEXIST) fail(path, errno, "create a file in its folder");
      if (!remove_stale(name)) ++attempt;
      continue;
    }
    ::flock(descriptor, LOCK_EX | LOCK_NB);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0 || info.st_nlink > 0) return keep_name(std::move(name));
    ::close(std::exchange(descriptor, -1));  // taken for a stale one before it was locked
    ++attempt;
  }
  fail(path, EEXIST, "create a file in its folder");
}

// linkat does not replace, so that the target is reached by way of a name to be renamed.
void OutputFile::State::give_name() {
  for (int attempt = 0; attempt < kAttempts;) {
    std::string name = temporary_name(target, attempt);
    if (::linkat(AT_FDCWD, descriptor_path(descriptor).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      nameless = false;
      return keep_name(std::move(name));
    }
    if (errno != EEXIST) fail(path, errno, "create a file in its folder");
    if (!remove_stale(name)) ++attempt;
  }
  fail(path, EEXIST, "create a file in its folder");
}

// Registered once it is there: before that the name may be another process's.
void OutputFile::State::keep_name(std::string name) {
  slot = register_temporary(name);
  temporary = std::move(name);
}

// The name goes while the file is still locked.
void OutputFile::State::discard() {
  if (!temporary.empty()) ::unlink(temporary.c_str());
  temporary.clear();
  nameless = false;
  unregister(std::exchange(slot, nullptr));
}

void OutputFile::State::flush() {
  write_all(descriptor, buffer, path);
  buffer.clear();
}

// Whole blocks go to the encoder, so that what comes out does not depend on how the bytes were brought.
void OutputFile::State::add_to_encoder(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBufferSize - buffer.size());
    buffer += part;
    bytes.remove_prefix(part.size());
    if (buffer.size() < kBufferSize) return;
    encoder->write(buffer, encoded);
    buffer.clear();
    write_all(descriptor, encoded, path);
    encoded.clear();
  }
}

void OutputFile::State::close_checked() {
  const int closing = std::exchange(descriptor, -1);
  if (::close(closing) != 0 && errno != EINTR) fail(path, errno, "write");
}

void OutputFile::State::publish() {
  // Some file systems cannot sync: that is not a failure to write, but then close may still tell of one.
  const bool synced = ::fsync(descriptor) == 0;
  if (!synced && errno != EINVAL && errno != ENOTSUP) fail(path, errno, "write");
  if (nameless) give_name();
  if (!synced) close_checked();
  if (::rename(temporary.c_str(), target.c_str()) != 0) fail(path, errno, "replace");
  temporary.clear();
  unregister(std::exchange(slot, nullptr));
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));  // the lock was held until here
  const std::string folder = folder_of(target);
  const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

OutputFile::OutputFile(const std::string& path, bool if_changed) : state_(std::make_unique<State>()) {
  state_->encoder = internal::make_encoder(path);
  state_->path = path;
  state_->if_changed = if_changed || identical_files_stay.load(std::memory_order_relaxed);
  state_->open();
  state_->buffer.reserve(kBufferSize);
}

OutputFile::~OutputFile() = default;
OutputFile::OutputFile(OutputFile&&) noexcept = default;

void OutputFile::write(std::string_view bytes) {
  State& state = *state_;
  if (state.encoder) {
    state.add_to_encoder(bytes);
    return;
  }
  if (state.buffer.size() + bytes.size() <= kBufferSize) {
    state.buffer += bytes;
    return;
  }
  state.flush();
  if (bytes.size() >= kBufferSize) {
    write_all(state.descriptor, bytes, state.path);
  } else {
    state.buffer += bytes;
  }
}

void OutputFile::flush() {
  if (!state_->encoder) state_->flush();
}

void OutputFile::commit() {
  State& state = *state_;
  if (state.encoder) {
    state.encoder->write(state.buffer, state.encoded);
    state.encoder->finish(state.encoded);
    state.buffer = std::move(state.encoded);
    state.encoder.reset();
  }
  state.flush();
  if (state.target.empty()) {
    state.close_checked();
  } else if (state.if_changed &&
             same_content(state.nameless ? descriptor_path(state.descriptor) : state.temporary, state.target)) {
    state.discard();
    state.close_checked();
  } else {
    state.publish();
  }
}

std::string temporary_name(const std::string& target, int attempt) {
  const std::size_t slash = target.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = target.substr(0, name) + ".mlkit-";
  const std::uint32_t hash = crc32c(std::string_view(target).substr(name));
  for (int shift = 28; shift >= 0; shift -= 4) out += kHex[(hash >> shift) & 15];
  return out + "-" + std::to_string(attempt) + ".tmp";
}

const std::string& OutputFile::path() const { return state_->path; }

void leave_identical_files(bool leave) { identical_files_stay.store(leave, std::memory_order_relaxed); }

bool is_standard_output(const std::string& path) { return descriptor_of(path) == STDOUT_FILENO; }

void remove_temporary_files() noexcept {
  for (Slot& slot : open_files) {
    if (slot.filled.load(std::memory_order_acquire)) ::unlink(slot.path);
  }
}

bool is_same_file(const std::string& a, const std::string& b) {
  if (a == "-" || b == "-") return false;
  struct stat info_a {};
  struct stat info_b {};
  const int error_a = ::stat(a.c_str(), &info_a) == 0 ? 0 : errno;
  const int error_b = ::stat(b.c_str(), &info_b) == 0 ? 0 : errno;
  if (error_a == 0 && error_b == 0) return S_ISREG(info_a.st_mode) && is_same_inode(info_a, info_b);
  if (error_a != ENOENT || error_b != ENOENT) return false;
  const std::string end_a = follow_links(a);
  const std::string end_b = follow_links(b);
  const std::string folder_a = folder_of(end_a);
  const std::string folder_b = folder_of(end_b);
  if (end_a.substr(folder_a.size()) != end_b.substr(folder_b.size())) return false;
  return ::stat(folder_a.empty() ? "." : folder_a.c_str(), &info_a) == 0 &&
         ::stat(folder_b.empty() ? "." : folder_b.c_str(), &info_b) == 0 && is_same_inode(info_a, info_b);
}

void check_output_is_not_input(const std::string& output, const std::string& input) {
  if (is_same_file(output, input)) {
    throw_usage("the output " + output + " is the input", "give another file name for the output");
  }
}

}  // namespace mlkit
