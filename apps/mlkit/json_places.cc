#include "json_places.h"

#include "mlkit/io/json.h"

namespace mlkit::app {
namespace {

// Walks text that is known to be JSON with comments.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  // Calls note(path, offset) for every member and item below the value that comes next.
  template <class Note>
  void value(const std::string& path, const Note& note) {
    skip();
    if (next() == '{') {
      members(path, note);
    } else if (next() == '[') {
      items(path, note);
    } else if (next() == '"') {
      string();
    } else {
      while (at_ < text_.size() && std::string_view(",]} \t\r\n/").find(text_[at_]) == std::string_view::npos) ++at_;
    }
  }

 private:
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (text_.substr(at_, 3) == "\xEF\xBB\xBF") {
        at_ += 3;
      } else {
        return;
      }
    }
  }

  // The text of a string, its escapes as JSON reads them.
  std::string string() {
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + 1, text_.size());
    return parse_json(text_.substr(begin, at_ - begin), "").get<std::string>();
  }

  template <class Note>
  void members(const std::string& path, const Note& note) {
    ++at_;
    for (skip(); next() == '"'; skip()) {
      const std::size_t begin = at_;
      const std::string below = path + "/" + string();
      note(below, begin);
      skip();
      ++at_;  // the colon
      value(below, note);
      skip();
      if (next() == ',') ++at_;
    }
    ++at_;
  }

  template <class Note>
  void items(const std::string& path, const Note& note) {
    ++at_;
    skip();
    for (std::size_t i = 0; at_ < text_.size() && next() != ']'; ++i) {
      const std::string below = path + "/" + std::to_string(i);
      note(below, at_);
      value(below, note);
      skip();
      if (next() == ',') ++at_;
      skip();
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

JsonPlaces::JsonPlaces(std::string_view text, std::string name) : name_(std::move(name)) {
  std::size_t done = 0;
  Place now;
  Walker(text).value("", [&](const std::string& path, std::size_t offset) {
    for (; done < offset; ++done) {
      now.column = text[done] == '\n' ? 1 : now.column + 1;
      now.line += text[done] == '\n' ? 1 : 0;
    }
    places_.emplace(path, now);
  });
}

void JsonPlaces::fail(std::string path, std::string message, std::string hint, ErrorCode code) const {
  ErrorPlace place{.file = name_, .column = {}, .hint = std::move(hint)};
  while (!path.empty() && !places_.contains(path)) path.erase(path.rfind('/'));
  if (const auto found = places_.find(path); found != places_.end()) {
    place.line = found->second.line;
    place.field = found->second.column;
  }
  throw Error(code, std::move(message), std::move(place));
}

}  // namespace mlkit::app
