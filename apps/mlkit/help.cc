#include "help.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "dependency_file.h"
#include "field_names.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kHelpColumn = 28;

// Appends `text` from column `at` on, lines broken at blanks and continued at `indent`.
void append_wrapped(std::string& out, std::size_t at, std::size_t indent, std::string_view text) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    if (!first && at + 1 + word.size() > kWidth - 1) {
      out += '\n';
      out.append(indent, ' ');
      at = indent;
    } else if (!first) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
    first = false;
  }
  out += '\n';
}

void append_entry(std::string& out, const std::string& left, std::string_view help) {
  out += left;
  std::size_t at = left.size();
  if (at + 2 > kHelpColumn) {
    out += '\n';
    at = 0;
  }
  out.append(kHelpColumn - at, ' ');
  append_wrapped(out, kHelpColumn, kHelpColumn, help);
}

std::string joined(const std::vector<std::string>& items, std::string_view between) {
  std::string all;
  for (const std::string& item : items) {
    if (!all.empty()) all += between;
    all += item;
  }
  return all;
}

std::string number_text(double value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[40];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

// The value that a member has without the option; "" where there is nothing to say.
std::string default_of(const Field& field) {
  return std::visit(
      [](const auto* target) -> std::string {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, std::int64_t>)
          return std::to_string(*target);
        else if constexpr (std::is_same_v<T, double>)
          return number_text(*target);
        else if constexpr (std::is_same_v<T, std::string>)
          return *target;
        else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          return joined(*target, ",");
        } else
          return "";
      },
      field.target);
}

std::string left_of(const Field& field) {
  std::string left = field.info.short_name != 0 ? std::string("  -") + field.info.short_name + ", " : "      ";
  left += flag_of(field.name);
  if (is_flag(field)) return left;
  const std::string value = value_name_of(field);
  return left + (field.info.if_bare ? " [" + value + "]" : " " + value);
}

void append_options(std::string& out, const std::string& heading, const FieldList& options, const std::string& group) {
  bool any = false;
  for (const Field& field : options.all()) {
    if (field.info.hidden || field.info.group != group) continue;
    if (!any) out += "\n" + heading + ":\n";
    any = true;
    append_entry(out, left_of(field), option_help(field));
  }
}

void append_all_options(std::string& out, const FieldList& options) {
  append_options(out, "Options", options, "");
  std::vector<std::string> groups;
  for (const Field& field : options.all()) {
    const std::string& group = field.info.group;
    bool known = group.empty();
    for (const std::string& seen : groups) known = known || seen == group;
    if (!known) groups.push_back(group);
  }
  for (const std::string& group : groups) append_options(out, group, options, group);
}

void append_example(std::string& out, std::string_view example) {
  out += "\nExample:\n";
  while (!example.empty()) {
    const std::size_t end = example.find('\n');
    out += "  " + std::string(example.substr(0, end)) + "\n";
    example = end == std::string_view::npos ? std::string_view() : example.substr(end + 1);
  }
}

}  // namespace

std::string value_name_of(const Field& field) {
  if (!field.info.value_name.empty()) return field.info.value_name;
  if (!field.info.choices.empty()) return joined(field.info.choices, "|");
  return std::visit(
      [](const auto* target) -> std::string {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::optional<std::int64_t>>) return "N";
        if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) return "X";
        if constexpr (std::is_same_v<T, std::vector<std::string>>) return "LIST";
        return "TEXT";
      },
      field.target);
}

std::string option_help(const Field& field) {
  std::string text = field.info.help;
  if (!field.info.choices.empty() && !field.info.value_name.empty()) text += ": " + joined(field.info.choices, ", ");
  const std::string standard = default_of(field);
  if (!standard.empty() && !field.info.required) text += " (default " + standard + ")";
  if (field.info.required) text += " (needed)";
  return text;
}

std::string wrap_text(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t at = 0;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
    const auto length = static_cast<std::size_t>(std::count_if(
        word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
    if (at > 0 && at + 1 + length > width) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at > 0) {
      out += ' ';
      ++at;
    }
    out += word;
    at += length;
  }
  return out;
}

void GlobalOptions::declare(const FieldList& arguments, FieldList& options) {
  if (writes_files(arguments, options)) {
    const std::string group = "Files written";
    options.add(
        "if_changed", if_changed,
        {.help = "leave an output that would hold the same bytes untouched, time stamp included", .group = group});
    options.add("depfile", depfile,
                {.help = "also write a make rule that says which files the outputs were made from",
                 .value_name = "FILE",
                 .group = group,
                 .file = FileUse::kWrites});
    options.add("depfile_target", depfile_target,
                {.help = "what that rule names in the place of the outputs, e.g. where the shell writes the file",
                 .value_name = "NAME",
                 .group = group});
  }
  declare(options);
}

void GlobalOptions::declare(FieldList& options) {
  const std::string group = "Every command";
  options.add("json", json, {.help = "the result as one JSON object on standard output", .group = group});
  options.add("errors_json", errors_json, {.help = "an error as one JSON object on standard error", .group = group});
  options.add("quiet", quiet, {.help = "no progress, no closing line", .group = group, .short_name = 'q'});
  options.add("verbose", verbose, {.help = "say more on standard error", .group = group, .short_name = 'v'});
  options.add("no_color", no_color, {.help = "no colours (also with NO_COLOR set)", .group = group});
  options.add(
      "threads", threads,
      {.help = "threads, 0 for all processors; never changes a result", .range = between(0, 1024), .group = group});
  options.add("seed", seed, {.help = "of everything that is drawn by chance", .range = at_least(0), .group = group});
  options.add("config", config,
              {.help = "options from a JSON file, same names; flags win over MLKIT_SEED and MLKIT_THREADS, these "
                       "over the file",
               .value_name = "FILE",
               .group = group,
               .file = FileUse::kReads});
  options.add("help", help, {.help = "this page", .group = group, .short_name = 'h'});
  options.add("version", version, {.help = "the version", .group = group});
}

std::string render_usage(const CommandRow& row, Command& command) {
  FieldList arguments;
  FieldList options;
  command.declare(arguments, options);
  std::string out = "mlkit " + row.name;
  for (const Field& field : arguments.all()) {
    const bool needed = std::holds_alternative<std::string*>(field.target);
    const bool list = std::holds_alternative<std::vector<std::string>*>(field.target);
    out += needed ? " " + argument_name(field) : " [" + argument_name(field) + (list ? " ..]" : "]");
  }
  for (const Field& field : options.all()) {
    if (!field.info.required) continue;
    out += field.info.short_name != 0 ? std::string(" -") + field.info.short_name : " " + flag_of(field.name);
    out += " " + value_name_of(field);
  }
  return out + " [options]";
}

std::string render_command_help(const CommandRow& row, Command& command) {
  FieldList arguments;
  FieldList options;
  command.declare(arguments, options);
  GlobalOptions globals;
  globals.declare(arguments, options);
  std::string out;
  append_wrapped(out, 0, 0, "mlkit " + row.name + ": " + row.summary);
  out += "\nUsage: ";
  append_wrapped(out, 7, 9, render_usage(row, command));
  if (!arguments.all().empty()) out += "\nArguments:\n";
  for (const Field& field : arguments.all()) append_entry(out, "  " + argument_name(field), field.info.help);
  append_all_options(out, options);
  append_example(out, row.example);
  return out;
}

std::string render_program_help() {
  std::string out =
      "mlkit: from a dirty CSV to a watched model, in one program\n"
      "\nUsage: mlkit COMMAND [arguments] [options]\n"
      "       mlkit COMMAND --help\n";
  std::string group;
  for (const CommandRow& row : command_table()) {
    if (row.group != group) out += "\n" + row.group + ":\n";
    group = row.group;
    std::string left = "  " + row.name;
    left.resize(std::max<std::size_t>(14, left.size() + 2), ' ');
    out += left;
    append_wrapped(out, left.size(), 14, row.summary);
  }
  GlobalOptions globals;
  FieldList options;
  globals.declare(options);
  append_all_options(out, options);
  append_example(out, "mlkit clean dirty.csv -o clean.csv");
  out +=
      "\nExit codes: 0 done, 1 a negative finding, 2 usage, 3 input data, 4 model file,\n"
      "5 input/output or memory, 130 interrupted.\n";
  return out;
}

std::string render_reference() {
  std::string out = "# mlkit: every command\n\nWritten by `./dev docs` from the table of commands.\n";
  out += "\n## mlkit\n\n```\n" + render_program_help() + "```\n";
  for (const CommandRow& row : command_table()) {
    out += "\n## " + row.name + "\n\n```\n" + render_command_help(row, *row.make()) + "```\n";
  }
  return out;
}

}  // namespace mlkit::app
