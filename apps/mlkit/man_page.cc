#include "man_page.h"

#include <algorithm>

#include "field_names.h"
#include "help.h"
#include "mlkit/base/error.h"

namespace mlkit::app {
namespace {

// A text as roff prints it: signs that it would take otherwise escaped.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\(rs";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '`') {
      out += "\\(ga";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

// No date: the same program writes the same page.
std::string title(const std::string& name, const std::string& summary) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return ".TH " + upper + " 1 \"\" \"mlkit " MLKIT_VERSION "\" \"User Commands\"\n.SH NAME\n" + roff(name) + " \\- " +
         roff(summary) + "\n";
}

std::string entry(const std::string& tag, const std::string& text) { return ".TP\n" + tag + "\n" + roff(text) + "\n"; }

std::string option_tag(const Field& field) {
  std::string tag = field.info.short_name != 0 ? bold(std::string("-") + field.info.short_name) + ", " : "";
  tag += bold(flag_of(field.name));
  if (is_flag(field)) return tag;
  const std::string value = italic(value_name_of(field));
  return tag + (field.info.if_bare ? " [" + value + "]" : " " + value);
}

std::string option_sections(const FieldList& options) {
  std::vector<std::string> groups = {""};
  for (const Field& field : options.all()) {
    if (std::find(groups.begin(), groups.end(), field.info.group) == groups.end()) groups.push_back(field.info.group);
  }
  std::string out = ".SH OPTIONS\n";
  for (const std::string& group : groups) {
    std::string entries;
    for (const Field& field : options.all()) {
      if (!field.info.hidden && field.info.group == group) entries += entry(option_tag(field), option_help(field));
    }
    if (!entries.empty() && !group.empty()) out += ".SS " + roff(group) + "\n";
    out += entries;
  }
  return out;
}

std::string exit_section() {
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_codes()) out += entry(bold(std::to_string(code)), meaning);
  return out;
}

std::string example_section(const std::string& example) { return ".SH EXAMPLE\n.nf\n" + roff(example) + "\n.fi\n"; }

}  // namespace

const std::vector<std::pair<int, std::string>>& exit_codes() {
  static const std::vector<std::pair<int, std::string>> table = {
      {0, "done"},
      {static_cast<int>(ErrorCode::kFinding), "ran, and the finding is negative (a gate or a verification failed)"},
      {static_cast<int>(ErrorCode::kUsage), "usage: an option or argument"},
      {static_cast<int>(ErrorCode::kData), "input data or schema, or a fit that is not defined on it"},
      {static_cast<int>(ErrorCode::kModelFile), "a model file that cannot be trusted"},
      {static_cast<int>(ErrorCode::kIo), "input, output or memory"},
      {static_cast<int>(ErrorCode::kInterrupted), "interrupted"},
  };
  return table;
}

std::string render_program_page() {
  std::string out = title("mlkit", "from a dirty CSV to a watched model, in one program");
  out += ".SH SYNOPSIS\n.B mlkit\n.I COMMAND\n[arguments] [options]\n.br\n.B mlkit\n.I COMMAND\n.B \\-\\-help\n";
  out +=
      ".SH DESCRIPTION\nData goes to standard output, everything else to standard error; \\- stands for standard input "
      "or output wherever a file is named.\nEvery output file is written whole or not at all. The same input, options "
      "and seed give the same bytes, for any number of threads.\nNames that end in .gz or .zst are read and written "
      "compressed.\n.SH COMMANDS\n";
  std::string group;
  for (const CommandRow& row : command_table()) {
    if (row.group != group) out += ".SS " + roff(row.group) + "\n";
    group = row.group;
    out += entry("\\fBmlkit\\-" + roff(row.name) + "\\fR(1)", row.summary);
  }
  GlobalOptions globals;
  FieldList options;
  globals.declare(options);
  out += option_sections(options) + exit_section();
  out += ".SH ENVIRONMENT\n";
  out += entry(bold("MLKIT_SEED") + ", " + bold("MLKIT_THREADS"), "as --seed and --threads, which win over them");
  out += entry(bold("NO_COLOR"), "no colours where it is set");
  return out;
}

std::string render_command_page(const CommandRow& row, Command& command) {
  FieldList arguments;
  FieldList options;
  const std::string usage = render_usage(row, command);
  command.declare(arguments, options);
  GlobalOptions globals;
  globals.declare(arguments, options);
  std::string out = title("mlkit-" + row.name, row.summary) + ".SH SYNOPSIS\n.nf\n" + roff(usage) + "\n.fi\n";
  if (!arguments.all().empty()) out += ".SH ARGUMENTS\n";
  for (const Field& field : arguments.all()) out += entry(italic(argument_name(field)), field.info.help);
  out += option_sections(options) + exit_section() + example_section(row.example);
  return out + ".SH SEE ALSO\n.BR mlkit (1)\n";
}

}  // namespace mlkit::app
