#include "command.h"

#include <set>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kLargestSchemaFile = 64 << 20;
const std::vector<std::string> kTypeNames = {"numeric", "category", "boolean", "text", "datetime", "id"};

char single_byte(const std::string& text, const std::string& option) {
  if (text.size() != 1) throw_usage(option + " is one character, not \"" + text + "\"");
  if (text[0] == '\n' || text[0] == '\r' || text[0] == '\0') throw_usage(option + " cannot be a line break");
  return text[0];
}

char delimiter_of(const std::string& text) {
  if (text.empty()) return 0;
  const std::string name = to_lower_ascii(text);
  if (name == "tab" || text == "\\t") return '\t';
  if (name == "comma") return ',';
  if (name == "semicolon") return ';';
  if (name == "pipe") return '|';
  if (name == "space") return ' ';
  return single_byte(text, "--delimiter");
}

DeclaredType type_of(const std::string& name, const std::string& place) {
  const std::string folded = to_lower_ascii(trim_blanks(name));
  if (folded == "id") return {.type = ColumnType::kText, .id = true};
  const auto type = parse_column_type(folded);
  if (!type) {
    const std::string near = nearest_name(folded, kTypeNames);
    throw_usage(place + ": unknown type \"" + name + "\" (numeric, category, boolean, text, datetime, id)",
                near.empty() ? "" : "did you mean " + near + "?");
  }
  return {.type = *type, .id = false};
}

// "price=numeric,code=text"; items are quoted as in CSV where a name holds a comma.
void add_types(const std::string& list, std::map<std::string, DeclaredType>& types) {
  std::set<std::string> named;  // a schema file may name them too: the option comes first
  for (const std::string& item : split_list(list)) {
    const std::size_t equals = item.rfind('=');
    if (equals == std::string::npos || equals == 0) throw_usage("--types: \"" + item + "\" is not COLUMN=TYPE");
    const std::string name = item.substr(0, equals);
    if (!named.insert(name).second) throw_usage("--types gives the type of \"" + name + "\" twice", "give it once");
    types[name] = type_of(item.substr(equals + 1), "--types");
  }
}

// One JSON object: column name -> type name.
void add_schema_file(const std::string& path, std::map<std::string, DeclaredType>& types) {
  const Json object = parse_json(read_file(path, kLargestSchemaFile), path, true);
  const auto complain = [&](const std::string& what) {
    throw Error(ErrorCode::kUsage, what, {.file = path, .column = {}, .hint = {}});
  };
  if (!object.is_object()) complain("a schema is one JSON object: {\"column\": \"type\", ..}");
  for (const auto& [name, type] : object.items()) {
    if (!type.is_string()) complain("the type of \"" + name + "\" is not a text");
    types[name] = type_of(type.get<std::string>(), path + ": \"" + name + "\"");
  }
}

NumberForm number_form_of(const std::string& decimal, const std::string& thousands) {
  NumberForm form;
  const std::string name = to_lower_ascii(decimal);
  if (name == "," || name == "comma") {
    form.decimal = ',';
  } else if (name != "." && name != "point") {
    throw_usage("--decimal is . or , not \"" + decimal + "\"");
  }
  if (thousands.empty() || to_lower_ascii(thousands) == "none") return form;
  const std::string mark = to_lower_ascii(thousands);
  form.thousands = mark == "comma"   ? ','
                   : mark == "point" ? '.'
                   : mark == "space" ? ' '
                                     : single_byte(thousands, "--thousands");
  if (form.thousands == form.decimal) throw_usage("--decimal and --thousands are the same character");
  if (std::string_view(".,' _").find(form.thousands) == std::string_view::npos) {
    throw_usage("--thousands is one of . , ' _ or a blank, not \"" + thousands + "\"");
  }
  return form;
}

BadRowAction bad_row_action(const std::string& name) {
  if (name == "skip") return BadRowAction::kSkip;
  return name == "pad" ? BadRowAction::kPad : BadRowAction::kError;
}

}  // namespace

void TableInOptions::declare(FieldList& options) {
  const std::string group = "How the table is read";
  options.add("delimiter", delimiter,
              {.help = "between fields (, ; tab | are found by themselves)", .value_name = "CHAR", .group = group});
  options.add("quote", quote, {.help = "around fields", .value_name = "CHAR", .group = group});
  options.add("no_header", no_header,
              {.help = "the first line is data; columns are named column_1 and so on", .group = group});
  options.add("skip_lines", skip_lines,
              {.help = "lines above the header (or the first row) that are no part of the table",
               .value_name = "N",
               .range = between(0, 1e9),
               .group = group});
  options.add("decimal", decimal,
              {.help = "what stands before the fraction of a number: . or ,", .value_name = "CHAR", .group = group});
  options.add("thousands", thousands,
              {.help = "what stands between groups of three digits, as in 1,234,567 (nothing); a blank is the no-break "
                       "space, too",
               .value_name = "CHAR",
               .group = group});
  options.add("na", na,
              {.help = "words for missing, instead of NA,N/A,NaN,nan,null,NULL (an empty cell always is); train and "
                       "clean keep them in the model and the recipe",
               .value_name = "LIST",
               .group = group});
  options.add("types", types,
              {.help = "what columns are: numeric, category, boolean, text, datetime or id",
               .value_name = "COL=TYPE,..",
               .group = group});
  options.add("schema", schema_file,
              {.help = "the same from a JSON file: {\"column\": \"type\"}",
               .value_name = "FILE",
               .group = group,
               .file = FileUse::kReads});
  options.add(
      "on_bad_row", on_bad_row,
      {.help = "what to do with a row that cannot be read", .choices = {"error", "skip", "pad"}, .group = group});
  options.add("rejects", rejects,
              {.help = "the raw bytes of rows that were not read go here",
               .value_name = "FILE",
               .group = group,
               .file = FileUse::kWrites});
}

CsvReadOptions TableInOptions::to_csv_options() const {
  CsvReadOptions out;
  out.delimiter = delimiter_of(delimiter);
  out.quote = single_byte(quote, "--quote");
  if (out.delimiter == out.quote) throw_usage("--delimiter and --quote are the same character");
  out.header = !no_header;
  out.skip_lines = static_cast<std::uint64_t>(skip_lines);
  out.numbers = number_form_of(decimal, thousands);
  if (na) out.na = split_list(*na);
  if (!schema_file.empty()) add_schema_file(schema_file, out.types);
  add_types(types, out.types);
  out.on_bad_row = bad_row_action(on_bad_row);
  out.rejects_path = rejects;
  return out;
}

CsvReadOptions TableInOptions::to_csv_options(const std::optional<std::vector<std::string>>& sealed_na) const {
  CsvReadOptions out = to_csv_options();
  if (sealed_na && !na) out.na = *sealed_na;
  return out;
}

std::optional<std::vector<std::string>> TableInOptions::given_na() const {
  if (!na) return std::nullopt;
  return split_list(*na);
}

}  // namespace mlkit::app
