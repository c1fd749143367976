// Strict reading of recipe files: an object whose members are all known. Private to io/.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/io/json.h"

namespace mlkit::internal {

// A JSON object whose members are taken out one by one; what is left over was not known.
class Members {
 public:
  Members(const Json& object, std::string place, std::string file) : place_(std::move(place)), file_(std::move(file)) {
    if (!object.is_object()) fail("is not an object");
    left_ = object;
  }

  bool has(const char* name) const { return left_.contains(name); }
  Json take(const char* name) {
    known_.push_back(name);
    if (!left_.contains(name)) fail("has no \"" + std::string(name) + "\"");
    Json value = left_.at(name);
    left_.erase(name);
    return value;
  }
  std::string text(const char* name) {
    const Json value = take(name);
    if (!value.is_string()) fail(std::string(name) + " is not a text");
    return value.get<std::string>();
  }
  double number(const char* name) {
    const Json value = take(name);
    if (!value.is_number()) fail(std::string(name) + " is not a number");
    return value.get<double>();
  }
  bool flag(const char* name) {
    known_.push_back(name);
    if (!has(name)) return false;
    const Json value = take(name);
    if (!value.is_boolean()) fail(std::string(name) + " is neither true nor false");
    return value.get<bool>();
  }
  std::vector<std::string> texts(const char* name) {
    const Json value = take(name);
    if (!value.is_array() ||
        !std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); })) {
      fail(std::string(name) + " is not a list of texts");
    }
    return value.get<std::vector<std::string>>();
  }
  template <class Enum, std::size_t N, class Name>
  Enum word(const char* member, const Enum (&values)[N], const Name& name_of) {
    const std::string given = text(member);
    std::vector<std::string> names;
    for (const Enum value : values) {
      if (given == name_of(value)) return value;
      names.emplace_back(name_of(value));
    }
    const std::string near = nearest_name(given, names);
    fail(std::string(member) + " \"" + given + "\" is not known", near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  void expect_none_left() const {
    for (const auto& [name, value] : left_.items()) {
      const std::string near = nearest_name(name, known_);
      fail("has a member \"" + name + "\", which is not known", near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
  }
  [[noreturn]] void fail(const std::string& problem, const std::string& hint = {}) const {
    throw Error(ErrorCode::kData, place_ + " " + problem, {.file = file_, .column = {}, .hint = hint});
  }

 private:
  Json left_;
  std::string place_;
  std::string file_;
  std::vector<std::string> known_;
};

}  // namespace mlkit::internal
