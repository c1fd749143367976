// Where the members of a JSON file stand, so that an error in one of them can name line and column.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "mlkit/base/error.h"

namespace mlkit::app {

class JsonPlaces {
 public:
  // `text` has been read by parse_json (with comments) without an error; `name` is the file.
  JsonPlaces(std::string_view text, std::string name);

  // Throws an error at a member, by its path: "/features/0/scale". Where there is none of that path, at the
  // nearest one around it.
  [[noreturn]] void fail(std::string path, std::string message, std::string hint = {},
                         ErrorCode code = ErrorCode::kUsage) const;
  // Runs body; an Error(kUsage) without a place that comes out of it gets that of the member.
  template <class Body>
  auto at(const std::string& path, const Body& body) const {
    try {
      return body();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kUsage || error.place().line > 0) throw;
      fail(path, error.message(), error.place().hint);
    }
  }

 private:
  struct Place {
    std::uint64_t line = 1;
    std::uint64_t column = 1;
  };
  std::string name_;
  std::map<std::string, Place> places_;
};

}  // namespace mlkit::app
