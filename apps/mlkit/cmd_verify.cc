// verify: is the file whole (checksums), and does it still answer what it answered when it was saved?
#include "command.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

class Verify : public Command {
 public:
  void declare(FieldList& arguments, FieldList&) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train", .value_name = "MODEL", .file = FileUse::kReads});
  }

  int run(Session& session) override {
    ModelFileInfo info;
    const Pipeline pipeline = read_model_file(model_, &info);  // throws where a checksum is wrong
    const SelfTestResult result = replay(pipeline);
    const bool passed = result.passed == result.rows;
    if (session.json()) {
      session.result("verify", {{"checksum", "ok"},
                                {"sha256", info.sha256},
                                {"bytes", info.bytes},
                                {"format", info.format},
                                {"self_test",
                                 {{"rows", result.rows}, {"passed", result.passed}, {"max_error", result.max_error}}}});
    } else {
      session.print("checksum   ok, SHA-256 " + info.sha256 + "\n");
      session.print("self-test  " + std::to_string(result.passed) + " of " + count_of(result.rows, "row") +
                    " as recorded, largest difference " + short_number(result.max_error) + "\n");
    }
    if (!passed) {
      session.summary(
          "the model does not answer as it did when it was saved: this mlkit or this machine computes otherwise");
    }
    return passed ? 0 : 1;
  }

 private:
  SelfTestResult replay(const Pipeline& pipeline) const {
    try {
      return replay_self_test(pipeline);
    } catch (const Error& error) {
      throw error.with_file(model_);
    }
  }

  std::string model_;
};

}  // namespace

std::unique_ptr<Command> make_verify() { return std::make_unique<Verify>(); }

}  // namespace mlkit::app
