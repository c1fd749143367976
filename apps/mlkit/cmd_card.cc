// card: the model card, as Markdown or JSON, out of the model file alone.
#include "command.h"

#include "mlkit/base/output_file.h"
#include "mlkit/io/model_card.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

class Card : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_, {.help = "a model file", .value_name = "MODEL", .file = FileUse::kReads});
    options.add("output", output_,
                {.help = "where the Markdown goes (standard output)",
                 .value_name = "FILE",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
  }

  int run(Session& session) override {
    if (!output_.empty()) session.require_output_beside_json(output_);
    ModelFileInfo info;
    const Pipeline pipeline = read_model_file(model_, &info);
    if (!output_.empty()) {
      OutputFile out(output_);
      out.write(render_model_card(pipeline, info));
      out.commit();
    }
    if (session.json()) {
      session.result("card", model_card_to_json(pipeline, info));
    } else if (output_.empty()) {
      session.print(render_model_card(pipeline, info));
    }
    session.summary("card: " + model_ + (output_.empty() ? "" : " in " + output_) + "; next: mlkit evaluate " + model_ +
                    " TEST.csv");
    return 0;
  }

 private:
  std::string model_;
  std::string output_;
};

}  // namespace

std::unique_ptr<Command> make_card() { return std::make_unique<Card>(); }

}  // namespace mlkit::app
