// Options and results described once. A struct lists its members in
//
//   template <class Visitor> void fields(Visitor&& visit) {
//     visit("max_iter", max_iter, {.help = "iterations at most", .range = at_least(1)});
//   }
//
// and from that list come the command-line flags (`--max-iter`), the configuration file (same
// names), the JSON in results and model files, and the generated reference page. Members may be of
// the types of FieldTarget. Names use '_'; flags show '-'; both are accepted.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mlkit {

// Allowed values of a number. NaN is never allowed; infinity only where `allow_inf` says so.
struct NumberRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_open = false;  // min itself is not allowed
  bool max_open = false;
  bool allow_inf = false;
};

inline NumberRange at_least(double min) { return {.min = min}; }
inline NumberRange above(double min) { return {.min = min, .min_open = true}; }
inline NumberRange between(double min, double max) { return {.min = min, .max = max}; }
inline NumberRange strictly_between(double min, double max) {
  return {.min = min, .max = max, .min_open = true, .max_open = true};
}

// What a command does with the file that a value names. A file that is written must be neither read nor written by
// another field of the same command line.
enum class FileUse : std::uint8_t { kNone, kReads, kWrites };

struct FieldInfo {
  std::string help;             // one line, lower case, no full stop
  std::string value_name = {};  // what stands for the value in --help, e.g. FILE, COL
  NumberRange range = {};
  std::vector<std::string> choices = {};  // for texts; '_' and '-' are alike
  std::string group = {};                 // heading in --help; "" = the command's own options
  FileUse file = FileUse::kNone;
  bool hidden = false;
  char short_name = 0;  // -o for --output
  // The value of an option that stands alone ("--clean" beside "--clean RECIPE"); nullopt: a value is needed.
  std::optional<std::string> if_bare = {};
  bool required = false;  // an option that must be given (arguments are required unless optional or lists)
};

using FieldTarget = std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<std::string>*,
                                 std::optional<std::int64_t>*, std::optional<double>*, std::optional<std::string>*>;

struct Field {
  std::string name;
  FieldTarget target;
  FieldInfo info;
};

// A list of fields, collected from structs with fields() and from single variables.
class FieldList {
 public:
  template <class T>
  void add(std::string name, T& member, FieldInfo info) {
    fields_.push_back({std::move(name), FieldTarget(&member), std::move(info)});
  }
  template <class Struct>
  void add_struct(Struct& object) {
    object.fields([this](const char* name, auto& member, FieldInfo info) { add(name, member, std::move(info)); });
  }
  const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

// Sets a field from text with the strict rules of the command line: whole text a decimal number
// (no nan, no 0x1F; "010" is ten), in range; choices with '-' and '_' alike (stored as declared);
// booleans true/false; lists comma separated as in CSV. Throws Error(kUsage) naming `shown_name`.
void set_field(const Field& field, const std::string& text, const std::string& shown_name);

}  // namespace mlkit
