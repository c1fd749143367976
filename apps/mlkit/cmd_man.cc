// man: the man pages, made from the same tables as --help.
#include "command.h"
#include "man_page.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

class Man : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("command", command_, {.help = "the page of one command, instead of the program's"});
    options.add("all", all_,
                {.help = "write every page into this folder: mlkit.1, mlkit-COMMAND.1", .value_name = "FOLDER"});
  }

  int run(Session& session) override {
    if (!all_.empty()) {
      if (command_) throw_usage("man --all writes the pages of all commands", "leave COMMAND out");
      return write_all(session);
    }
    const std::string page = command_ ? page_of(*command_) : render_program_page();
    if (session.json()) {
      session.result("man", {{"page", page}});
    } else {
      session.print(page);
    }
    return 0;
  }

 private:
  static std::string page_of(const std::string& name) {
    std::vector<std::string> names;
    for (const CommandRow& row : command_table()) {
      if (row.name == name) return render_command_page(row, *row.make());
      names.push_back(row.name);
    }
    const std::string near = nearest_name(name, names);
    throw_usage("unknown command \"" + name + "\"",
                near.empty() ? "mlkit --help lists them" : "did you mean " + near + "?");
  }

  int write_all(Session& session) const {
    const auto write = [&](const std::string& name, const std::string& page) {
      OutputFile file(all_ + "/" + name + ".1");
      file.write(page);
      file.commit();
    };
    write("mlkit", render_program_page());
    for (const CommandRow& row : command_table()) write("mlkit-" + row.name, render_command_page(row, *row.make()));
    const std::size_t pages = command_table().size() + 1;
    if (session.json()) session.result("man", {{"folder", all_}, {"pages", pages}});
    session.summary("wrote " + std::to_string(pages) + " pages in " + all_ + "; next: man -l " + all_ + "/mlkit.1");
    return 0;
  }

  std::optional<std::string> command_;
  std::string all_;
};

}  // namespace

std::unique_ptr<Command> make_man() { return std::make_unique<Man>(); }

}  // namespace mlkit::app
