#include "runs_ledger.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "mlkit/base/error.h"
#include "mlkit/io/json.h"

#if MLKIT_HAVE_SQLITE
#include <sqlite3.h>
#endif

namespace mlkit::app {

std::string find_ledger() {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path folder = fs::current_path(error);
  for (; !error && !folder.empty(); folder = folder.parent_path()) {
    const fs::path file = folder / kLedgerName;
    struct stat info {};
    if (::stat(file.c_str(), &info) == 0 && ::stat((folder / kLedgerFolder).c_str(), &info) == 0) {
      const uid_t me = ::geteuid();
      if (info.st_uid == me || info.st_uid == 0 || me == 0) return file.string();
    }
    if (folder == folder.root_path()) break;
  }
  return {};
}

#if MLKIT_HAVE_SQLITE

namespace {

// "mlkr" and the version of the tables, in the header of the file.
constexpr int kApplication = 0x6D6C6B72;
constexpr int kVersion = 1;

const char* const kTables = R"sql(
  CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER, command TEXT, version TEXT,
    started_ms INTEGER, seconds REAL, cpu_seconds REAL, exit_code INTEGER, seed INTEGER, threads INTEGER, words TEXT,
    data_sha256 TEXT, model TEXT, model_sha256 TEXT);
  CREATE TABLE options (run INTEGER, name TEXT, value TEXT);
  CREATE TABLE files (run INTEGER, role TEXT, path TEXT, sha256 TEXT);
  CREATE TABLE metrics (run INTEGER, part TEXT, name TEXT, value REAL);
  CREATE INDEX options_of_run ON options (run);
  CREATE INDEX files_of_run ON files (run);
  CREATE INDEX metrics_of_run ON metrics (run);
)sql";

}  // namespace

namespace {
class Statement;
}

struct Ledger::State {
  std::string path;
  sqlite3* database = nullptr;

  ~State() { sqlite3_close(database); }

  [[noreturn]] void fail(int code) const {
    std::string reason = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
    const int kind = code & 0xFF;
    const bool broken = kind == SQLITE_NOTADB || kind == SQLITE_CORRUPT || kind == SQLITE_ERROR;
    std::string hint = broken ? "move the file away; `mlkit runs init` makes a new one" : "";
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) hint = "another program holds it";
    if (kind == SQLITE_CANTOPEN && ::access(path.c_str(), F_OK) != 0) hint = "`mlkit runs init` makes one";
    throw Error(broken ? ErrorCode::kData : ErrorCode::kIo, "the ledger of runs cannot be used: " + reason,
                {.file = path, .column = {}, .hint = std::move(hint)});
  }
  void run(const char* sql) {
    const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
  }
  std::int64_t number(const char* sql);
  void put(Statement& statement);
  void put_parts(std::int64_t id, const Run& run);
  void make_tables();
};

namespace {

// One prepared statement; `?` are bound in order.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) { code_ = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  int code() const { return code_; }
  Statement& bind(std::int64_t value) {
    keep(sqlite3_bind_int64(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind(double value) {
    keep(sqlite3_bind_double(statement_, ++bound_, value));
    return *this;
  }
  Statement& bind(const std::string& value) {
    keep(sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
    return *this;
  }
  // True where there is a row; code() then says SQLITE_ROW.
  bool step() {
    if (code_ == SQLITE_OK || code_ == SQLITE_ROW) code_ = sqlite3_step(statement_);
    return code_ == SQLITE_ROW;
  }
  std::int64_t whole(int column) const { return sqlite3_column_int64(statement_, column); }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  std::string text(int column) const {
    const unsigned char* const bytes = sqlite3_column_text(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return bytes == nullptr ? std::string()
                            : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }

 private:
  void keep(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;
  int bound_ = 0;
};

// What a path needs in the form file:PATH.
std::string uri_of(const std::string& path) {
  std::string out = "file:";
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%') {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

std::vector<std::string> words_from(const std::string& text) {
  std::vector<std::string> words;
  const Json list = parse_json(text, "ledger");
  if (!list.is_array()) return words;
  for (const Json& word : list) {
    if (word.is_string()) words.push_back(word.get<std::string>());
  }
  return words;
}

}  // namespace

std::int64_t Ledger::State::number(const char* sql) {
  Statement statement(database, sql);
  if (!statement.step() && statement.code() != SQLITE_DONE) fail(statement.code());
  return statement.whole(0);
}

// In one transaction: nobody sees a ledger without its tables. (Two programs that make the same one at once can stand
// in each other's way where SQLite's own patience does not help: while the mode changes.)
void Ledger::State::make_tables() {
  constexpr int kAttempts = 100;
  int code = SQLITE_BUSY;
  for (int attempt = 0; attempt < kAttempts && (code & 0xFF) == SQLITE_BUSY; ++attempt) {
    if (attempt > 0) sqlite3_sleep(20);
    code = sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) fail(code);
  run("BEGIN IMMEDIATE");
  if (number("PRAGMA application_id") != kApplication) {  // else somebody else was first
    run(kTables);
    run(("PRAGMA application_id = " + std::to_string(kApplication)).c_str());
    run(("PRAGMA user_version = " + std::to_string(kVersion)).c_str());
  }
  run("COMMIT");
}

std::string ledger_engine() { return sqlite3_libversion(); }

Ledger::Ledger(const std::string& path, Mode mode, int patience_ms) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.path = path;
  const int flags = mode == Mode::kRead    ? SQLITE_OPEN_READONLY
                    : mode == Mode::kWrite ? SQLITE_OPEN_READWRITE
                                           : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // "./" keeps a name such as :memory: from meaning something else.
  const std::string plain = path.empty() || path[0] == '/' ? path : "./" + path;
  int code = sqlite3_open_v2(plain.c_str(), &state.database, flags, nullptr);
  if (code != SQLITE_OK) state.fail(code);
  sqlite3_busy_timeout(state.database, patience_ms);
  sqlite3_db_config(state.database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(state.database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (mode == Mode::kRead) {
    // In a folder that cannot be written a ledger in WAL mode opens only as one that nobody changes.
    code = sqlite3_exec(state.database, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr);
    if ((code & 0xFF) == SQLITE_CANTOPEN || (code & 0xFF) == SQLITE_READONLY) {
      sqlite3_close(state.database);
      state.database = nullptr;
      code = sqlite3_open_v2(uri_of(plain).c_str(), &state.database, flags | SQLITE_OPEN_URI, nullptr);
    }
    if (code != SQLITE_OK) state.fail(code);
  }
  if (mode != Mode::kRead) state.run("PRAGMA synchronous = NORMAL");  // whole after a power cut, if not the last run
  const std::int64_t application = state.number("PRAGMA application_id");
  const std::int64_t version = state.number("PRAGMA user_version");
  if (application == kApplication && version > kVersion) {
    throw Error(ErrorCode::kData,
                "the ledger was made by a newer mlkit (tables of version " + std::to_string(version) + ")",
                {.file = path, .column = {}, .hint = "use that one, or another --ledger FILE"});
  }
  if (application == kApplication) return;
  if (application != 0 || state.number("SELECT count(*) FROM sqlite_master") != 0 || mode != Mode::kCreate) {
    throw Error(ErrorCode::kData, "this is not a ledger of runs",
                {.file = path, .column = {}, .hint = "`mlkit runs init` makes one"});
  }
  state.make_tables();
}

Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;

namespace {

// All of `body` or nothing of it.
template <class Body>
void in_transaction(sqlite3* database, const Body& body) {
  try {
    body();
  } catch (...) {
    sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

}  // namespace

void Ledger::State::put(Statement& statement) {
  statement.step();
  if (statement.code() != SQLITE_DONE) fail(statement.code());
}

void Ledger::State::put_parts(std::int64_t id, const Run& run) {
  for (const auto& [name, value] : run.options) {
    Statement row(database, "INSERT INTO options VALUES (?,?,?)");
    put(row.bind(id).bind(name).bind(value));
  }
  for (const RunFile& file : run.files) {
    Statement row(database, "INSERT INTO files VALUES (?,?,?,?)");
    put(row.bind(id).bind(file.role).bind(file.path).bind(file.sha256));
  }
  for (const RunMetric& metric : run.metrics) {
    Statement row(database, "INSERT INTO metrics VALUES (?,?,?,?)");
    put(row.bind(id).bind(metric.part).bind(metric.name).bind(metric.value));
  }
}

std::int64_t Ledger::add(const Run& run) {
  State& state = *state_;
  std::int64_t id = 0;
  state.run("BEGIN IMMEDIATE");
  in_transaction(state.database, [&] {
    Statement row(state.database,
                  "INSERT INTO runs (parent, command, version, started_ms, seconds, cpu_seconds, exit_code, seed, "
                  "threads, words, data_sha256, model, model_sha256) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
    row.bind(run.parent).bind(run.command).bind(run.version).bind(run.started_ms).bind(run.seconds);
    row.bind(run.cpu_seconds).bind(std::int64_t{run.exit_code}).bind(run.seed).bind(run.threads);
    row.bind(json_text(Json(run.words), -1)).bind(run.data_sha256).bind(run.model).bind(run.model_sha256);
    state.put(row);
    id = sqlite3_last_insert_rowid(state.database);
    state.put_parts(id, run);
    state.run("COMMIT");
  });
  return id;
}

void Ledger::finish(const Run& run) {
  State& state = *state_;
  state.run("BEGIN IMMEDIATE");
  in_transaction(state.database, [&] {
    for (const char* sql : {"DELETE FROM options WHERE run = ?", "DELETE FROM files WHERE run = ?",
                            "DELETE FROM metrics WHERE run = ?"}) {
      Statement row(state.database, sql);
      state.put(row.bind(run.id));
    }
    Statement row(state.database,
                  "UPDATE runs SET seconds = ?, cpu_seconds = ?, exit_code = ?, data_sha256 = ?, model = ?, "
                  "model_sha256 = ? WHERE id = ?");
    row.bind(run.seconds).bind(run.cpu_seconds).bind(std::int64_t{run.exit_code}).bind(run.data_sha256);
    state.put(row.bind(run.model).bind(run.model_sha256).bind(run.id));
    state.put_parts(run.id, run);
    state.run("COMMIT");
  });
}

std::vector<Run> Ledger::read() {
  State& state = *state_;
  std::vector<Run> runs;
  state.run("BEGIN");  // all of it from one moment
  Statement head(state.database,
                 "SELECT id, parent, command, version, started_ms, seconds, cpu_seconds, exit_code, seed, threads, "
                 "words, data_sha256, model, model_sha256 FROM runs ORDER BY id");
  while (head.step()) {
    Run& run = runs.emplace_back();
    run.id = head.whole(0);
    run.parent = head.whole(1);
    run.command = head.text(2);
    run.version = head.text(3);
    run.started_ms = head.whole(4);
    run.seconds = head.number(5);
    run.cpu_seconds = head.number(6);
    run.exit_code = static_cast<int>(head.whole(7));
    run.seed = head.whole(8);
    run.threads = head.whole(9);
    run.words = words_from(head.text(10));
    run.data_sha256 = head.text(11);
    run.model = head.text(12);
    run.model_sha256 = head.text(13);
  }
  if (head.code() != SQLITE_DONE) state.fail(head.code());
  const auto each = [&](const char* sql, const auto& take) {
    Statement row(state.database, sql);
    auto run = runs.begin();
    while (row.step()) {
      while (run != runs.end() && run->id < row.whole(0)) ++run;
      if (run != runs.end() && run->id == row.whole(0)) take(*run, row);
    }
    if (row.code() != SQLITE_DONE) state.fail(row.code());
  };
  each("SELECT run, name, value FROM options ORDER BY run, rowid",
       [](Run& run, const Statement& row) { run.options.emplace_back(row.text(1), row.text(2)); });
  each("SELECT run, role, path, sha256 FROM files ORDER BY run, rowid", [](Run& run, const Statement& row) {
    run.files.push_back({row.text(1), row.text(2), row.text(3)});
  });
  each("SELECT run, part, name, value FROM metrics ORDER BY run, rowid", [](Run& run, const Statement& row) {
    run.metrics.push_back({row.text(1), row.text(2), row.number(3)});
  });
  state.run("COMMIT");
  return runs;
}

#else

namespace {

[[noreturn]] void throw_not_built_in() {
  throw_usage("this mlkit was built without SQLite, so it keeps no ledger of runs",
              "build with libsqlite3-dev installed, or leave --ledger out");
}

}  // namespace

struct Ledger::State {};
std::string ledger_engine() { return {}; }
Ledger::Ledger(const std::string&, Mode, int) { throw_not_built_in(); }
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
std::int64_t Ledger::add(const Run&) { throw_not_built_in(); }
void Ledger::finish(const Run&) { throw_not_built_in(); }
std::vector<Run> Ledger::read() { throw_not_built_in(); }

#endif

}  // namespace mlkit::app
