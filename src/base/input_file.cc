#include "mlkit/base/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#ifdef MLKIT_HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef MLKIT_HAVE_ZSTD
#include <zstd.h>
#endif

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

constexpr std::size_t kCompressedBlock = std::size_t{256} << 10;

[[noreturn]] void throw_io(const std::string& path, const std::string& what, std::string hint = {}) {
  throw Error(ErrorCode::kIo, what, {.file = path, .column = {}, .hint = std::move(hint)});
}

[[noreturn]] void throw_broken(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kData, what, {.file = path, .column = {}, .hint = "copy or download the file again"});
}

// The bytes as they are on disk.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : path_(path), standard_input_(path == "-") {
    fd_ = standard_input_ ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw_io(path_, std::string("cannot open: ") + std::strerror(errno));
    struct stat info {};
    if (::fstat(fd_, &info) != 0) {
      const int reason = errno;
      close();
      throw_io(path_, std::string("cannot read: ") + std::strerror(reason));
    }
    if (S_ISDIR(info.st_mode)) {
      close();
      throw_io(path_, "is a directory", "name a file in it");
    }
    regular_ = S_ISREG(info.st_mode) && !standard_input_;
    if (regular_) size_ = static_cast<std::size_t>(info.st_size);
  }
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  std::size_t read(char* buffer, std::size_t size) {
    for (;;) {
      const ssize_t got = ::read(fd_, buffer, size);
      if (got > 0) {
        position_ += static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (got == 0) {
        if (position_ < size_) throw_broken(path_, "the file became shorter while it was read");
        return 0;
      }
      if (errno != EINTR) throw_io(path_, std::string("cannot read: ") + std::strerror(errno));
    }
  }
  bool regular() const { return regular_; }
  std::size_t size() const { return size_; }
  bool rewind() {
    if (!regular_ || ::lseek(fd_, 0, SEEK_SET) != 0) return false;
    position_ = 0;
    return true;
  }

 private:
  void close() {
    if (fd_ >= 0 && !standard_input_) ::close(fd_);
    fd_ = -1;
  }
  const std::string& path_;
  bool standard_input_;
  int fd_ = -1;
  bool regular_ = false;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
};

// Turns the bytes of a compressed file into what was compressed.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::size_t read(Descriptor& in, char* buffer, std::size_t size) = 0;
  virtual void restart() = 0;
};

#ifdef MLKIT_HAVE_ZLIB
// Gzip members one after another, as gzip -c a b > c.gz makes them.
class GzipDecoder : public Decoder {
 public:
  explicit GzipDecoder(const std::string& path) : path_(path), input_(kCompressedBlock) { open(); }
  ~GzipDecoder() override { inflateEnd(&stream_); }

  std::size_t read(Descriptor& in, char* buffer, std::size_t size) override {
    constexpr std::size_t kLargestStep = std::size_t{1} << 30;
    const std::size_t wanted = std::min(size, kLargestStep);
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0 && !refill(in)) {
        if (!between_members_) throw_broken(path_, "the gzip data is cut off");
        return 0;
      }
      step();
    }
    return wanted - stream_.avail_out;
  }
  void restart() override {
    inflateEnd(&stream_);
    open();
  }

 private:
  void open() {
    stream_ = {};
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw_io(path_, "not enough memory to decompress");
    between_members_ = false;  // at least one member has to be there
    members_ = 0;
  }
  bool refill(Descriptor& in) {
    const std::size_t got = in.read(input_.data(), input_.size());
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
    return got > 0;
  }
  void step() {
    if (between_members_) {
      // Padding with zeros after the last member is common (tapes, block devices).
      while (stream_.avail_in > 0 && *stream_.next_in == 0) ++stream_.next_in, --stream_.avail_in;
      if (stream_.avail_in == 0) return;
      inflateReset(&stream_);
      between_members_ = false;
    }
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      between_members_ = true;
      ++members_;
    } else if (status == Z_MEM_ERROR) {
      throw_io(path_, "not enough memory to decompress");
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw_broken(path_, members_ == 0 && stream_.total_out == 0 ? "named .gz, but this is not gzip data"
                                                                  : "the gzip data is damaged");
    }
  }
  const std::string& path_;
  std::vector<char> input_;
  z_stream stream_{};
  bool between_members_ = false;
  std::size_t members_ = 0;
};
#endif

#ifdef MLKIT_HAVE_ZSTD
class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(const std::string& path) : path_(path), block_(kCompressedBlock), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw_io(path_, "not enough memory to decompress");
    restart();
  }
  ~ZstdDecoder() override { ZSTD_freeDStream(stream_); }

  std::size_t read(Descriptor& in, char* buffer, std::size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0) {
      if (input_.pos == input_.size) {
        input_ = {block_.data(), in.read(block_.data(), block_.size()), 0};
        if (input_.size == 0) {
          if (!between_frames_) throw_broken(path_, "the zstd data is cut off");
          return 0;
        }
      }
      const std::size_t status = ZSTD_decompressStream(stream_, &out, &input_);
      if (ZSTD_isError(status) != 0) throw_broken(path_, "the zstd data is damaged, or this is not zstd data");
      between_frames_ = status == 0;
    }
    return out.pos;
  }
  void restart() override {
    ZSTD_initDStream(stream_);
    input_ = {block_.data(), 0, 0};
    between_frames_ = false;
  }

 private:
  const std::string& path_;
  std::vector<char> block_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer input_{};
  bool between_frames_ = false;
};
#endif

std::unique_ptr<Decoder> make_decoder(const std::string& path) {
  if (path.ends_with(".gz")) {
#ifdef MLKIT_HAVE_ZLIB
    return std::make_unique<GzipDecoder>(path);
#else
    throw_io(path, "this build cannot read gzip", "gzip -dc FILE | mlkit ... -");
#endif
  }
  if (path.ends_with(".zst")) {
#ifdef MLKIT_HAVE_ZSTD
    return std::make_unique<ZstdDecoder>(path);
#else
    throw_io(path, "this build cannot read zstd", "zstd -dc FILE | mlkit ... -");
#endif
  }
  return nullptr;
}

}  // namespace

struct InputFile::State {
  explicit State(const std::string& name) : path(name), file(path), decoder(make_decoder(path)) {}
  std::string path;
  Descriptor file;
  std::unique_ptr<Decoder> decoder;  // null = plain
};

InputFile::InputFile(const std::string& path) : state_(std::make_unique<State>(path)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;

std::size_t InputFile::read(char* buffer, std::size_t size) {
  if (size == 0) return 0;
  return state_->decoder ? state_->decoder->read(state_->file, buffer, size) : state_->file.read(buffer, size);
}

bool InputFile::rewind() {
  if (!state_->file.rewind()) return false;
  if (state_->decoder) state_->decoder->restart();
  return true;
}

bool InputFile::can_rewind() const { return state_->file.regular(); }

std::size_t InputFile::size_hint() const { return state_->decoder ? 0 : state_->file.size(); }

const std::string& InputFile::path() const { return state_->path; }

std::string read_file(const std::string& path, std::size_t limit) {
  InputFile file(path);
  constexpr std::size_t kFirstBlock = std::size_t{64} << 10;
  std::string bytes;
  std::size_t used = 0;
  for (;;) {
    if (used == bytes.size()) bytes.resize(std::max({kFirstBlock, used * 2, file.size_hint() + 1}));
    const std::size_t got = file.read(bytes.data() + used, bytes.size() - used);
    if (got == 0) break;
    used += got;
    if (used > limit) {
      throw Error(ErrorCode::kData, "larger than the " + std::to_string(limit) + " bytes that are read here",
                  {.file = path, .column = {}, .hint = {}});
    }
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace mlkit
