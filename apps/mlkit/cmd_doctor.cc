// doctor: what this build and this machine can do, for a report of a problem.
#include <sys/utsname.h>
#include <unistd.h>

#include <thread>

#include "command.h"
#include "runs_ledger.h"

namespace mlkit::app {
namespace {

#if defined(__clang__)
constexpr const char* kCompiler = "Clang " __clang_version__;
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

std::int64_t memory_mib() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && page > 0 ? static_cast<std::int64_t>(pages) * page / (1 << 20) : 0;
}

class Doctor : public Command {
 public:
  void declare(FieldList&, FieldList&) override {}

  int run(Session& session) override {
    struct utsname system = {};
    uname(&system);
    Json report;
    report["version"] = MLKIT_VERSION;
    report["compiler"] = kCompiler;
    report["system"] = std::string(system.sysname) + " " + system.machine;
    report["processors"] = std::thread::hardware_concurrency();
    report["threads"] = session.context().threads();
    report["memory_mib"] = memory_mib();
    report["ledger"] = ledger_engine().empty() ? "none (built without SQLite)" : "SQLite " + ledger_engine();
    if (session.json()) {
      session.result("doctor", report);
      return 0;
    }
    std::string text;
    for (const auto& [name, value] : report.items()) {
      text += name + std::string(14 - name.size(), ' ') +
              (value.is_string() ? value.get<std::string>() : json_text(value)) + "\n";
    }
    session.print(text);
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> make_doctor() { return std::make_unique<Doctor>(); }

}  // namespace mlkit::app
