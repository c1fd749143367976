#include "encoder.h"

#ifdef MLKIT_HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef MLKIT_HAVE_ZSTD
#include <zstd.h>
#endif

#include "mlkit/base/error.h"

namespace mlkit::internal {
namespace {

[[maybe_unused]] constexpr std::size_t kStep = std::size_t{64} << 10;  // room made at a time

[[noreturn, maybe_unused]] void throw_no_memory(const std::string& path) {
  throw Error(ErrorCode::kIo, "not enough memory to compress", {.file = path, .column = {}, .hint = {}});
}

[[noreturn, maybe_unused]] void throw_not_built(const std::string& path, std::string_view ending,
                                                const std::string& program) {
  const std::string plain = path.substr(0, path.size() - ending.size());
  throw_usage("cannot write " + path + ": this build was made without the library for " + std::string(ending),
              "write " + (plain.empty() || plain.ends_with('/') ? "a plain file" : plain) +
                  " and compress it, or -o - | " + program);
}

#ifdef MLKIT_HAVE_ZLIB
class GzipEncoder : public Encoder {
 public:
  explicit GzipEncoder(std::string path) : path_(std::move(path)) {
    constexpr int kGzip = 16;
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, MAX_WBITS + kGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw_no_memory(path_);
    }
    header_.os = 255;  // not known: the same on every system; no time, no name
    deflateSetHeader(&stream_, &header_);
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  void write(std::string_view bytes, std::string& out) override { run(bytes, Z_NO_FLUSH, out); }
  void finish(std::string& out) override { run({}, Z_FINISH, out); }

 private:
  void run(std::string_view bytes, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int status = Z_OK;
    do {
      const std::size_t used = out.size();
      out.resize(used + kStep);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + used);
      stream_.avail_out = static_cast<uInt>(kStep);
      status = deflate(&stream_, flush);
      out.resize(out.size() - stream_.avail_out);
    } while (stream_.avail_out == 0 || (flush == Z_FINISH && status == Z_OK));
    if (status == Z_STREAM_ERROR) throw_no_memory(path_);
  }

  std::string path_;
  z_stream stream_{};
  gz_header header_{};
};
#endif

#ifdef MLKIT_HAVE_ZSTD
class ZstdEncoder : public Encoder {
 public:
  explicit ZstdEncoder(std::string path) : path_(std::move(path)), stream_(ZSTD_createCStream()) {
    if (stream_ == nullptr) throw_no_memory(path_);
    ZSTD_CCtx_setParameter(stream_, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdEncoder() override { ZSTD_freeCStream(stream_); }
  ZstdEncoder(const ZstdEncoder&) = delete;
  ZstdEncoder& operator=(const ZstdEncoder&) = delete;

  void write(std::string_view bytes, std::string& out) override { run(bytes, ZSTD_e_continue, out); }
  void finish(std::string& out) override { run({}, ZSTD_e_end, out); }

 private:
  void run(std::string_view bytes, ZSTD_EndDirective directive, std::string& out) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t left = 0;
    do {
      const std::size_t used = out.size();
      out.resize(used + kStep);
      ZSTD_outBuffer room{out.data() + used, kStep, 0};
      left = ZSTD_compressStream2(stream_, &room, &in, directive);
      out.resize(used + room.pos);
      if (ZSTD_isError(left) != 0) throw_no_memory(path_);
    } while (in.pos < in.size || (directive == ZSTD_e_end && left > 0));
  }

  std::string path_;
  ZSTD_CStream* stream_;
};
#endif

}  // namespace

std::unique_ptr<Encoder> make_encoder(const std::string& path) {
  if (path.ends_with(".gz")) {
#ifdef MLKIT_HAVE_ZLIB
    return std::make_unique<GzipEncoder>(path);
#else
    throw_not_built(path, ".gz", "gzip");
#endif
  }
  if (path.ends_with(".zst")) {
#ifdef MLKIT_HAVE_ZSTD
    return std::make_unique<ZstdEncoder>(path);
#else
    throw_not_built(path, ".zst", "zstd");
#endif
  }
  return nullptr;
}

}  // namespace mlkit::internal
