// completion: a script that teaches a shell the commands, their options and what goes with them.
#include "command.h"
#include "man_page.h"

namespace mlkit::app {
namespace {

class Completion : public Command {
 public:
  void declare(FieldList& arguments, FieldList&) override {
    arguments.add("shell", shell_, {.help = "bash, zsh or fish", .value_name = "SHELL"});
  }

  int run(Session& session) override {
    const std::string script = render_completion(shell_);
    if (session.json()) {
      session.result("completion", {{"shell", shell_}, {"script", script}});
    } else {
      session.print(script);
    }
    return 0;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }

}  // namespace mlkit::app
