// verify: is the file whole (checksums), and does it still answer what it answered when it was saved?
#include "command.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/io/item_index_file.h"

namespace mlkit::app {
namespace {

class Verify : public Command {
 public:
  void declare(FieldList& arguments, FieldList&) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train, cluster, reduce or recommend",
                   .value_name = "MODEL",
                   .file = FileUse::kReads});
  }

  int run(Session& session) override {
    ModelFileInfo info;
    const SelfTestResult result = replay(read_model_bytes(model_), info, session.context());
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
  // Throws where a checksum is wrong.
  SelfTestResult replay(const std::string& bytes, ModelFileInfo& info, const Context& context) const {
    try {
      if (!holds_item_index(bytes)) return replay_self_test(pipeline_from_bytes(bytes, model_, &info));
      const SealedIndex sealed = item_index_from_bytes(bytes, model_, context, &info);
      const IndexSelfTestResult result = replay_index_self_test(sealed.index, sealed.self_test);
      return {.rows = result.rows, .passed = result.passed, .max_error = result.max_error};
    } catch (const Error& error) {
      throw error.with_file(model_);
    }
  }

  std::string model_;
};

}  // namespace

std::unique_ptr<Command> make_verify() { return std::make_unique<Verify>(); }

}  // namespace mlkit::app
