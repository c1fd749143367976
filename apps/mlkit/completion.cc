#include <algorithm>

#include "field_names.h"
#include "help.h"
#include "man_page.h"
#include "mlkit/base/error.h"

namespace mlkit::app {
namespace {

struct Declared {
  FieldList arguments;
  FieldList options;
};

// The fields point into `command` and `globals`.
Declared declare(Command& command, GlobalOptions& globals) {
  Declared out;
  command.declare(out.arguments, out.options);
  globals.declare(out.arguments, out.options);
  return out;
}

// In single quotes, for every shell: a quote ends the text, comes escaped, and begins it again.
std::string shell_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string words(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : " ") + item;
  return out;
}

// The first words of a help text: a line beside the option.
std::string brief(const Field& field) {
  constexpr std::size_t kLongest = 60;
  std::string text = field.info.help.substr(0, field.info.help.find_first_of(";("));
  if (text.size() > kLongest) text = text.substr(0, text.rfind(' ', kLongest));
  while (!text.empty() && (text.back() == ' ' || text.back() == ',' || text.back() == ':')) text.pop_back();
  return text;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names = {"help"};
  for (const CommandRow& row : command_table()) names.push_back(row.name);
  return names;
}

std::vector<std::string> spellings(const Field& field) {
  std::vector<std::string> out = {flag_of(field.name)};
  if (field.info.short_name != 0) out.push_back(std::string("-") + field.info.short_name);
  return out;
}

// ---- bash ----------------------------------------------------------------------------------------

std::string bash_case(const CommandRow& row) {
  const std::unique_ptr<Command> command = row.make();
  GlobalOptions globals;
  const Declared declared = declare(*command, globals);
  std::vector<std::string> flags;
  std::string values;
  for (const Field& field : declared.options.all()) {
    if (field.info.hidden) continue;
    flags.push_back(flag_of(field.name));
    if (is_flag(field)) continue;
    std::string pattern;
    for (const std::string& spelling : spellings(field)) pattern += (pattern.empty() ? "" : "|") + spelling;
    if (!field.info.choices.empty()) {
      values += "        " + pattern + ") _mlkit_words " + shell_text(words(field.info.choices)) + "; return ;;\n";
    } else if (field.info.file == FileUse::kNone) {
      values += "        " + pattern + ") COMPREPLY=(); return ;;\n";
    } else {
      values += "        " + pattern + ") _mlkit_files; return ;;\n";
    }
  }
  return "    " + row.name + ")\n      case \"$previous\" in\n" + values +
         "      esac\n      options=" + shell_text(words(flags)) + " ;;\n";
}

std::string bash_script() {
  std::string out = R"(# bash completion for mlkit
_mlkit_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
_mlkit_files() {
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
  compopt -o filenames 2>/dev/null || true
}
_mlkit() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' options='' i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "${COMP_WORDS[i]}" in
    -*) ;;
    *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case "$command" in
    '') _mlkit_words )";
  out += shell_text(words(command_names()) + " --help --version") + "; return ;;\n    help) _mlkit_words " +
         shell_text(words(command_names())) + "; return ;;\n";
  for (const CommandRow& row : command_table()) out += bash_case(row);
  out += R"(    *) return ;;
  esac
  case "$current" in
  -*) _mlkit_words "$options" ;;
  *) _mlkit_files ;;
  esac
}
complete -F _mlkit mlkit
)";
  return out;
}

// ---- zsh -----------------------------------------------------------------------------------------

// ':' and ']' end parts of a specification.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const Field& field) {
  if (!field.info.choices.empty()) return ":(" + words(field.info.choices) + ")";
  return field.info.file == FileUse::kNone ? ": " : ":_files";
}

std::string zsh_case(const CommandRow& row) {
  const std::unique_ptr<Command> command = row.make();
  GlobalOptions globals;
  const Declared declared = declare(*command, globals);
  std::string out = "    " + row.name + ")\n      _arguments -s";
  for (const Field& field : declared.options.all()) {
    if (field.info.hidden) continue;
    for (const std::string& spelling : spellings(field)) {
      std::string spec = spelling + "[" + zsh_text(brief(field)) + "]";
      if (!is_flag(field)) {
        spec += std::string(field.info.if_bare ? "::" : ":") + zsh_text(value_name_of(field)) + zsh_action(field);
      }
      out += " \\\n        " + shell_text(spec);
    }
  }
  return out + " \\\n        '*:file:_files' ;;\n";
}

std::string zsh_script() {
  std::string out = R"(#compdef mlkit
_mlkit() {
  local -a commands
  commands=(
)";
  for (const CommandRow& row : command_table()) out += "    " + shell_text(row.name + ":" + row.summary) + "\n";
  out += R"(  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
)";
  for (const CommandRow& row : command_table()) out += zsh_case(row);
  return out + "  esac\n}\ncompdef _mlkit mlkit\n";
}

// ---- fish ----------------------------------------------------------------------------------------

std::string fish_options(const CommandRow& row) {
  const std::unique_ptr<Command> command = row.make();
  GlobalOptions globals;
  const Declared declared = declare(*command, globals);
  std::string out;
  for (const Field& field : declared.options.all()) {
    if (field.info.hidden) continue;
    out += "complete -c mlkit -n '__fish_seen_subcommand_from " + row.name + "'";
    if (field.info.short_name != 0) out += std::string(" -s ") + field.info.short_name;
    out += " -l " + flag_of(field.name).substr(2);
    if (!field.info.choices.empty()) {
      out += " -x -a " + shell_text(words(field.info.choices));
    } else if (!is_flag(field)) {
      out += field.info.file == FileUse::kNone ? " -x" : " -r -F";
    }
    std::string text = brief(field);
    std::replace(text.begin(), text.end(), '\'', ' ');  // fish escapes it in another way than the others
    out += " -d " + shell_text(text) + "\n";
  }
  return out;
}

std::string fish_script() {
  std::string out = "# fish completion for mlkit\n";
  for (const CommandRow& row : command_table()) {
    std::string summary = row.summary;
    std::replace(summary.begin(), summary.end(), '\'', ' ');
    out += "complete -c mlkit -n __fish_use_subcommand -f -a " + row.name + " -d " + shell_text(summary) + "\n";
  }
  for (const CommandRow& row : command_table()) out += fish_options(row);
  return out;
}

}  // namespace

std::string render_completion(const std::string& shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  throw_usage("completion is for bash, zsh or fish, not \"" + shell + "\"");
}

}  // namespace mlkit::app
