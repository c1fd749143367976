#include "command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "field_names.h"
#include "help.h"
#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/text.h"
#include "separate_files.h"

namespace mlkit::app {
namespace {

using Words = std::vector<std::string>;

constexpr std::size_t kLargestConfigFile = 16 << 20;

bool is_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }
bool is_list(const Field& field) { return std::holds_alternative<std::vector<std::string>*>(field.target); }
// An argument is needed unless its member can be empty.
bool is_needed(const Field& field) { return std::holds_alternative<std::string*>(field.target); }

// A word's option part: "--max_iter=5" -> "--max-iter"; "-ofile" -> "-o".
std::string option_part(const std::string& word) {
  if (word.size() > 2 && word[1] != '-') return word.substr(0, 2);
  std::string name = word.substr(0, word.find('='));
  std::replace(name.begin() + std::min<std::size_t>(2, name.size()), name.end(), '_', '-');
  return name;
}

// Where an option is looked up by how it is typed.
class OptionNames {
 public:
  explicit OptionNames(const FieldList& options) {
    for (const Field& field : options.all()) {
      fields_[flag_of(field.name)] = &field;
      flags_.push_back(flag_of(field.name));
      if (field.info.short_name != 0) fields_[std::string("-") + field.info.short_name] = &field;
    }
  }
  const Field* find(const std::string& name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? nullptr : found->second;
  }
  // The field that a word as a whole stands for, and whether its value is still to come.
  const Field* of_word(const std::string& word) const { return is_option(word) ? find(option_part(word)) : nullptr; }
  const Words& flags() const { return flags_; }

 private:
  std::map<std::string, const Field*> fields_;
  Words flags_;
};

// ---- the command's name --------------------------------------------------------------------------

using CommandTable = std::vector<CommandRow>;

Words command_names(const CommandTable& table) {
  Words names;
  for (const CommandRow& row : table) names.push_back(row.name);
  return names;
}

std::string did_you_mean(const std::string& near) { return near.empty() ? "" : "did you mean " + near + "?"; }

// Index of the first word that is neither an option nor the value of one that every command has;
// arguments.size() where there is none.
std::size_t find_command(const Words& arguments) {
  GlobalOptions globals;
  FieldList fields;
  globals.declare(fields);
  const OptionNames names(fields);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") return arguments.size();
    if (!is_option(word)) return i;
    const Field* field = names.of_word(word);
    const bool separate = word.find('=') == std::string::npos && (word[1] == '-' || word.size() == 2);
    if (field != nullptr && !is_flag(*field) && separate) ++i;
  }
  return arguments.size();
}

const CommandRow& row_of(const CommandTable& table, const std::string& name) {
  for (const CommandRow& row : table) {
    if (row.name == name) return row;
  }
  const std::string near = nearest_name(name, command_names(table));
  throw_usage("unknown command \"" + name + "\"", did_you_mean(near));
}

bool asks_for(const Words& arguments, const std::string& flag, const std::string& short_flag) {
  for (const std::string& word : arguments) {
    if (word == "--") return false;
    if (word == flag || (!short_flag.empty() && word == short_flag)) return true;
  }
  return false;
}

// ---- words -> what CLI11 is given ----------------------------------------------------------------

// Rewrites the words so that each option that takes a value is followed by exactly one: underscores
// in names become hyphens, "--name=value" is taken apart (an empty value stays one), an option that
// may stand alone gets its implied value. The word after such an option is its value unless that
// would leave the command short of arguments.
class WordReader {
 public:
  WordReader(const OptionNames& names, std::size_t needed_arguments) : names_(names), needed_(needed_arguments) {}

  Words read(const Words& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == "--") {
        out_.insert(out_.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
        arguments_ += words.size() - i - 1;
        break;
      }
      if (!is_option(words[i])) {
        out_.push_back(words[i]);
        ++arguments_;
      } else if (words[i][1] == '-') {
        read_long(words, i);
      } else {
        read_short(words, i);
      }
    }
    give_back_words();
    return out_;
  }

 private:
  void read_long(const Words& words, std::size_t& i) {
    const std::string name = option_part(words[i]);
    const Field* field = names_.find(name);
    const std::size_t equals = words[i].find('=');
    if (field == nullptr || (is_flag(*field) && equals != std::string::npos)) {
      out_.push_back(field == nullptr ? words[i] : name + words[i].substr(equals));
      return;
    }
    out_.push_back(name);
    if (is_flag(*field)) return;
    if (equals != std::string::npos) {
      out_.push_back(words[i].substr(equals + 1));
    } else {
      take_value(words, i, *field, name);
    }
  }

  // -v, -qv, -o FILE, -oFILE, -qo FILE.
  void read_short(const Words& words, std::size_t& i) {
    const std::string& cluster = words[i];
    for (std::size_t at = 1; at < cluster.size(); ++at) {
      const std::string name = std::string("-") + cluster[at];
      const Field* field = names_.find(name);
      if (field == nullptr) {
        out_.push_back(at == 1 ? cluster : name);
        return;
      }
      out_.push_back(name);
      if (is_flag(*field)) continue;
      if (at + 1 < cluster.size()) {
        out_.push_back(cluster.substr(at + 1));
      } else {
        take_value(words, i, *field, name);
      }
      return;
    }
  }

  void take_value(const Words& words, std::size_t& i, const Field& field, const std::string& name) {
    const bool next_is_value = i + 1 < words.size() && words[i + 1] != "--" && names_.of_word(words[i + 1]) == nullptr;
    if (field.info.if_bare) {
      const bool taken = next_is_value && !is_option(words[i + 1]);
      if (taken) optional_.push_back({out_.size(), *field.info.if_bare});
      out_.push_back(taken ? words[++i] : *field.info.if_bare);
      return;
    }
    if (!next_is_value) throw_usage(name + " needs a value");
    out_.push_back(words[++i]);
  }

  // Last first: in "train --clean in.csv" the file is what is missing, not a recipe.
  void give_back_words() {
    while (arguments_ < needed_ && !optional_.empty()) {
      const auto [position, implied] = optional_.back();
      optional_.pop_back();
      const std::string word = out_[position];
      out_[position] = implied;
      out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(position) + 1, word);
      ++arguments_;
    }
  }

  const OptionNames& names_;
  std::size_t needed_;
  std::size_t arguments_ = 0;
  Words out_;
  std::vector<std::pair<std::size_t, std::string>> optional_;  // where in out_, implied value
};

// ---- CLI11 ---------------------------------------------------------------------------------------

struct ParsedWords {
  std::vector<Words> arguments;  // by field
  std::vector<Words> options;
  Words left_over;
};

ParsedWords parse_words(const FieldList& arguments, const FieldList& options, Words words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  const auto keep = [](const CLI::results_t&) { return true; };  // texts are read afterwards, from results()
  std::vector<CLI::Option*> arguments_given;
  std::vector<CLI::Option*> options_given;
  for (const Field& field : arguments.all()) {
    CLI::Option* option = app.add_option(field.name, keep);
    if (is_list(field)) option->expected(0, CLI::detail::expected_max_vector_size);
    option->allow_extra_args(is_list(field));  // (of a list CLI11 takes none otherwise)
    arguments_given.push_back(option);
  }
  for (const Field& field : options.all()) {
    std::string spelling = flag_of(field.name);
    if (field.info.short_name != 0) spelling = std::string("-") + field.info.short_name + "," + spelling;
    CLI::Option* option = is_flag(field) ? app.add_flag(spelling) : app.add_option(spelling, keep);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    options_given.push_back(option);
  }
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    throw_usage(error.what());
  }
  ParsedWords parsed;
  for (const CLI::Option* option : arguments_given) parsed.arguments.push_back(option->results());
  for (const CLI::Option* option : options_given) parsed.options.push_back(option->results());
  parsed.left_over = app.remaining();
  return parsed;
}

// ---- what was given -> the command's members -----------------------------------------------------

void refuse_left_over(const Words& left_over, const OptionNames& names, const CommandRow& row) {
  const auto end_of_options = std::find(left_over.begin(), left_over.end(), "--");
  for (auto word = left_over.begin(); word != end_of_options; ++word) {
    if (!is_option(*word)) continue;
    const std::string name = option_part(*word);
    throw_usage(row.name + " has no option " + name, did_you_mean(nearest_name(name, names.flags())));
  }
  for (const std::string& word : left_over) {
    if (word != "--") throw_usage(row.name + " takes no further argument (\"" + word + "\")");
  }
}

// An empty value is a variable of a script that was not set, not a wish: a gate, a limit or a file would be lost
// without a word. (Only an empty list of words for missing says something.)
void refuse_empty_value(const Field& field, const Words& values, const std::string& name) {
  if (field.name == "na" || field.info.if_bare == "") return;
  if (std::find(values.begin(), values.end(), "") == values.end()) return;
  if (field.info.file != FileUse::kNone) {
    throw_usage(name + " has an empty file name", "leave the option out, or name a file");
  }
  throw_usage(name + " has an empty value", "leave the option out, or give it one");
}

void set_option(const Field& field, const Words& values) {
  if (values.empty()) return;
  const std::string name = flag_of(field.name);
  refuse_empty_value(field, values, name);
  if (is_list(field)) {
    Words& target = *std::get<Words*>(field.target);
    Words all;
    for (const std::string& value : values) {
      set_field(field, value, name);
      all.insert(all.end(), target.begin(), target.end());
    }
    target = std::move(all);
    return;
  }
  for (const std::string& value : values) {
    if (value != values.front()) {
      throw_usage(name + " is given twice (\"" + values.front() + "\", \"" + value + "\")", "keep one of them");
    }
  }
  set_field(field, values.front(), name);
}

void set_argument(const Field& field, const Words& values) {
  if (is_list(field)) {
    *std::get<Words*>(field.target) = values;
  } else if (!values.empty()) {
    set_field(field, values.front(), argument_name(field));
  }
}

void require_given(const FieldList& arguments, const FieldList& options, const CommandRow& row,
                   const std::vector<bool>& given) {
  for (const Field& field : arguments.all()) {
    if (is_needed(field) && std::get<std::string*>(field.target)->empty()) {
      throw_usage(row.name + ": " + argument_name(field) + " is missing (" + field.info.help + ")");
    }
  }
  for (std::size_t i = 0; i < options.all().size(); ++i) {
    const Field& field = options.all()[i];
    if (field.info.required && !given[i]) {
      throw_usage(row.name + ": " + flag_of(field.name) + " is missing (" + field.info.help + ")");
    }
  }
}

void set_from_environment(const FieldList& options, const char* variable, const std::string& name) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return;
  for (const Field& field : options.all()) {
    if (field.name == name) set_field(field, value, variable);
  }
}

// The file's members are options of this command; a member that is named like a command holds
// options of that command alone. Returns the names that were set.
Words set_from_config(const FieldList& options, const CommandTable& table, const CommandRow& row,
                      const std::string& path) {
  const Json object = parse_json(read_file(path, kLargestConfigFile), path, true);
  Json mine = Json::object();
  const Words commands = command_names(table);
  if (!object.is_object()) fields_from_json(options, object, path);  // says what is wrong
  for (const auto& [key, value] : object.items()) {
    if (!value.is_object() || std::find(commands.begin(), commands.end(), key) == commands.end()) mine[key] = value;
  }
  fields_from_json(options, mine, path);
  Words set;
  const auto note = [&](const Json& from) {
    for (const auto& [key, value] : from.items()) set.push_back(flag_of(key));
  };
  note(mine);
  if (object.contains(row.name) && object[row.name].is_object()) {
    fields_from_json(options, object[row.name], path);
    note(object[row.name]);
  }
  return set;
}

std::size_t count_needed(const FieldList& arguments) {
  return static_cast<std::size_t>(std::count_if(arguments.all().begin(), arguments.all().end(), is_needed));
}

// What differs from the defaults and changes a result (or names a file): the ledger's options.
std::vector<std::pair<std::string, std::string>> settings_of(const CommandRow& row, const FieldList& options) {
  const std::unique_ptr<Command> fresh = row.make();
  FieldList none;
  FieldList defaults;
  fresh->declare(none, defaults);  // without those that every command has
  const Json before = fields_to_json(defaults);
  const Json now = fields_to_json(options);
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : before.items()) {
    const Json& given = now.at(name);
    if (given == value || name == "ledger" || name == "no_ledger") continue;
    std::string text = given.is_string() ? given.get<std::string>() : json_text(given, -1);
    if (given.is_array()) {
      text.clear();
      for (const Json& item : given) text += (text.empty() ? "" : ",") + item.get<std::string>();
    }
    out.emplace_back(name, std::move(text));
  }
  return out;
}

Request read_command(const CommandTable& table, const CommandRow& row, const Words& words) {
  Request request;
  request.row = &row;
  request.command = row.make();
  FieldList arguments;
  FieldList options;
  request.command->declare(arguments, options);
  request.options.declare(arguments, options);
  const OptionNames names(options);
  const ParsedWords parsed = parse_words(arguments, options, WordReader(names, count_needed(arguments)).read(words));
  refuse_left_over(parsed.left_over, names, row);

  std::vector<bool> given(options.all().size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    given[i] = !parsed.options[i].empty();
    if (options.all()[i].name == "config") set_option(options.all()[i], parsed.options[i]);
  }
  if (!request.options.config.empty()) {
    for (const std::string& flag : set_from_config(options, table, row, request.options.config)) {
      for (std::size_t i = 0; i < given.size(); ++i) given[i] = given[i] || flag_of(options.all()[i].name) == flag;
    }
  }
  set_from_environment(options, "MLKIT_SEED", "seed");
  set_from_environment(options, "MLKIT_THREADS", "threads");
  for (std::size_t i = 0; i < given.size(); ++i) set_option(options.all()[i], parsed.options[i]);
  for (std::size_t i = 0; i < arguments.all().size(); ++i) set_argument(arguments.all()[i], parsed.arguments[i]);
  require_given(arguments, options, row, given);
  request.command->name_outputs();
  require_separate_files(arguments, options);
  request.files = find_dependencies(arguments, options, "");
  if (request.command->ledger() != nullptr) request.settings = settings_of(row, options);
  if (request.options.depfile.empty() && !request.options.depfile_target.empty()) {
    throw_usage("--depfile-target names a target for --depfile, which is not given", "give --depfile FILE");
  }
  if (!request.options.depfile.empty()) {
    request.dependencies = find_dependencies(arguments, options, request.options.depfile_target);
  }
  return request;
}

Request text_request(std::string text) {
  Request request;
  request.text = std::move(text);
  return request;
}

// "mlkit help", "mlkit help train", "mlkit help --reference".
Request read_help(const CommandTable& table, const Words& words) {
  for (const std::string& word : words) {
    if (word == "--reference") return text_request(render_reference());
    if (is_option(word)) continue;
    const CommandRow& row = row_of(table, word);
    return text_request(render_command_help(row, *row.make()));
  }
  return text_request(render_program_help());
}

// "mlkit --thread 2 train": the option is what is wrong, not the command "2".
void refuse_unknown_before(const CommandTable& table, const Words& arguments, std::size_t command) {
  const Words known = command_names(table);
  if (command < arguments.size() && std::find(known.begin(), known.end(), arguments[command]) != known.end()) return;
  GlobalOptions globals;
  FieldList fields;
  globals.declare(fields);
  const OptionNames names(fields);
  for (std::size_t i = 0; i < command; ++i) {
    const std::string& word = arguments[i];
    if (!is_option(word) || word == "--" || names.of_word(word) != nullptr) continue;
    const std::string near = nearest_name(option_part(word), names.flags());
    throw_usage("unknown option " + option_part(word) + " before the command",
                near.empty() ? "a command's options follow its name" : did_you_mean(near));
  }
}

Request read_without_command(const CommandTable& table, const Words& arguments) {
  if (asks_for(arguments, "--help", "-h")) return text_request(render_program_help());
  if (asks_for(arguments, "--version", "")) return text_request("mlkit " MLKIT_VERSION "\n");
  refuse_unknown_before(table, arguments, arguments.size());
  throw_usage("no command given", "mlkit --help lists them");
}

}  // namespace

Request read_command_line(const Words& arguments, const CommandTable& table) {
  const std::size_t at = find_command(arguments);
  if (at == arguments.size()) return read_without_command(table, arguments);
  Words words = arguments;
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  if (arguments[at] == "help") return read_help(table, words);
  refuse_unknown_before(table, arguments, at);
  const CommandRow& row = row_of(table, arguments[at]);
  if (asks_for(words, "--help", "-h")) return text_request(render_command_help(row, *row.make()));
  if (asks_for(words, "--version", "")) return text_request("mlkit " MLKIT_VERSION "\n");
  return read_command(table, row, words);
}

bool asks_for_json_errors(const Words& arguments) { return asks_for(arguments, "--errors-json", "--errors_json"); }

std::string named_command(const Words& arguments) {
  const std::size_t at = find_command(arguments);
  if (at == arguments.size()) return "";
  const Words names = command_names(command_table());
  return std::find(names.begin(), names.end(), arguments[at]) == names.end() ? "" : arguments[at];
}

}  // namespace mlkit::app
